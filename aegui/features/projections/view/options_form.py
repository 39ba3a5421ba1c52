"""How maps are made, as a small form that a button opens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QSpinBox, QWidget

from aegui.core.i18n import localized, tr
from aegui.core.latent.projections import ProjectionOptions
from aegui.kit.theme import SPACING
from aegui.widgets.decimal_box import DecimalBox

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractSpinBox

SAMPLE_CHOICES = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000)
_FIELD_PX = 110


class OptionsForm(QWidget):
    """Samples, perplexity, steps and seed."""

    edited = Signal(object)
    """The ``ProjectionOptions`` that are asked for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = ProjectionOptions()
        self._samples = QComboBox()
        self._perplexity = DecimalBox(2, 500, 0)
        self._iterations = QSpinBox(minimum=50, maximum=10_000, singleStep=50)
        self._seed = QSpinBox(minimum=0, maximum=2**31 - 1)
        for spin in (self._perplexity, self._iterations, self._seed):
            # Each digit typed would be another map: only the number that is meant.
            spin.setKeyboardTracking(False)
        form = QFormLayout(self)
        form.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        rows: tuple[tuple[str, QComboBox | QAbstractSpinBox, str], ...] = (
            (
                tr("Samples at most"),
                self._samples,
                tr("Larger sets are represented by so many samples, drawn at random."),
            ),
            (
                tr("Perplexity"),
                self._perplexity,
                tr("t-SNE: about how many neighbours are kept near each sample."),
            ),
            (
                tr("Steps"),
                self._iterations,
                tr("t-SNE: steps after the 250 early ones; more let groups part further."),
            ),
            (tr("Seed"), self._seed, tr("Of the draw of samples and the start of t-SNE.")),
        )
        for label, field, help_text in rows:
            field.setFixedWidth(_FIELD_PX)
            field.setToolTip(help_text)
            field.setAccessibleName(label)
            form.addRow(label, field)
        self._samples.currentIndexChanged.connect(self._on_edited)
        for spin in (self._perplexity, self._iterations, self._seed):
            spin.valueChanged.connect(self._on_edited)
        self.set_options(self._options)

    def set_options(self, options: ProjectionOptions) -> None:
        """Show ``options``."""
        self._options = options
        fields = (self._samples, self._perplexity, self._iterations, self._seed)
        blockers = [QSignalBlocker(field) for field in fields]
        choices = sorted({*SAMPLE_CHOICES, options.samples})
        self._samples.clear()
        for count in choices:
            self._samples.addItem(localized(count, ","), count)
        self._samples.setCurrentIndex(choices.index(options.samples))
        self._perplexity.setValue(options.perplexity)
        self._iterations.setValue(options.iterations)
        self._seed.setValue(options.seed)
        del blockers

    def _on_edited(self) -> None:
        wished = replace(
            self._options,
            samples=self._samples.currentData(),
            perplexity=self._perplexity.value(),
            iterations=self._iterations.value(),
            seed=self._seed.value(),
        )
        if wished != self._options:
            self._options = wished
            self.edited.emit(wished)
