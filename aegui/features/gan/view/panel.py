"""The panel of new images from fixed noise, with switches for the training of a GAN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QWidget,
)

from aegui.core.i18n import tr
from aegui.features.gan.model.samples_service import COUNTS, DEFAULT_COUNT
from aegui.features.gan.view.judge_box import JudgeBox
from aegui.features.gan.view.nearest_box import NearestBox
from aegui.features.gan.view.sheet import SampleSheet
from aegui.kit.choosing import choose, offer, on_chosen
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import column, dim, held
from aegui.kit.marks import icon_button
from aegui.kit.placeholder import Placeholder
from aegui.kit.theme import SPACING, figures_font

if TYPE_CHECKING:
    from aegui.features.gan.model.samples_service import GeneratedSamples
    from aegui.session.data.image_style import ImageStyle


class GanPanel(QWidget):
    """Shows ``GeneratedSamples``. Passive."""

    count_chosen = Signal(int)
    """The number of images was chosen."""
    adversaries_chosen = Signal(bool, bool)
    """Whether generator and discriminator are trained."""
    code_activated = Signal(object)
    """The code float32 ``[d]`` of a clicked image."""

    def __init__(self) -> None:
        super().__init__()
        self.sheet = SampleSheet()
        self.judge = JudgeBox()
        self.nearest = NearestBox()
        self.nearest.hide()
        self.noise = icon_button("builder-dice", tr("New noise"))
        self.noise.setToolTip(tr("Draw other codes from the normal distribution"))
        self.count = QComboBox()
        self.count.setToolTip(tr("How many images are shown"))
        self.count.setAccessibleName(tr("How many images are shown"))
        offer(self.count, ((count, tr("{n} images", n=count)) for count in COUNTS))
        self.generator = self._switch(
            tr("Train generator"),
            tr("Off: the generator is frozen, only the discriminator learns"),
        )
        self.discriminator = self._switch(
            tr("Train discriminator"),
            tr("Off: the discriminator is frozen, only the generator learns"),
        )
        self._epoch = dim()
        self._epoch.setFont(figures_font(self.font()))
        self._build()
        on_chosen(self.count, self.count_chosen.emit)
        self.generator.toggled.connect(self._on_generator_toggled)
        self.discriminator.toggled.connect(self._on_discriminator_toggled)
        self.sheet.sample_activated.connect(self._on_sheet_sample_activated)
        self.nearest.code_activated.connect(self.code_activated)
        self.set_count(DEFAULT_COUNT)
        self.set_adversarial(False, False)
        self.set_message("")

    def _switch(self, text: str, tip: str) -> QCheckBox:
        switch = QCheckBox(text)
        switch.setChecked(True)
        switch.setToolTip(tip)
        return switch

    def _build(self) -> None:
        switches = (self.generator, self.discriminator)
        header = FlowLayout(SPACING)
        header.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        for part in (self.noise, self.count, self._epoch, *switches):
            header.addWidget(part)
        self._controls = held(header)
        self.placeholder = Placeholder(self.sheet)
        self.placeholder.setContentsMargins(SPACING, 0, 0, 0)
        layout = column(self._controls, (self.placeholder, 1), self.nearest, self.judge)
        layout.setContentsMargins(0, 0, 0, SPACING // 2)
        self.setLayout(layout)

    # Input

    def set_message(self, text: str) -> None:
        """Show ``text`` instead of images."""
        self._controls.hide()
        self.judge.hide()
        self.nearest.hide()
        self.sheet.set_samples(None)
        self.placeholder.say(text)

    def set_samples(self, samples: GeneratedSamples, image_style: ImageStyle) -> None:
        """Show the newest images."""
        self.sheet.set_samples(samples, image_style)
        self._epoch.setText(tr("epoch {epoch:,}", epoch=samples.epoch))
        self._controls.show()
        self.judge.show()
        self.placeholder.show_content()

    def set_count(self, count: int) -> None:
        """Select the number of images without emitting a signal."""
        choose(self.count, count)

    def set_adversarial(self, adversarial: bool, learning: bool) -> None:
        """Set whether the network is a GAN, and whether it is being trained."""
        for switch in (self.generator, self.discriminator):
            switch.setVisible(adversarial)
            switch.setEnabled(learning)

    def reset_switches(self) -> None:
        """Switch the training of both networks on, without emitting a signal."""
        for switch in (self.generator, self.discriminator):
            with QSignalBlocker(switch):
                switch.setChecked(True)

    # User input

    def _on_generator_toggled(self, on: bool) -> None:
        self._choose(self.discriminator, on)

    def _on_discriminator_toggled(self, on: bool) -> None:
        self._choose(self.generator, on)

    def _choose(self, other: QCheckBox, on: bool) -> None:
        """Switch the other network on if both would be off, which would train nothing."""
        if not on and not other.isChecked():
            with QSignalBlocker(other):
                other.setChecked(True)
        self.adversaries_chosen.emit(self.generator.isChecked(), self.discriminator.isChecked())

    def _on_sheet_sample_activated(self, index: int) -> None:
        samples = self.sheet.samples
        if samples is not None:
            self.code_activated.emit(samples.codes[index])
