"""The panel of new images from fixed noise, their judge, and switches for training a GAN."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QCheckBox, QComboBox, QMenu, QPushButton, QWidget

from aegui.core.data.builtin import set_title
from aegui.core.evaluation.judging import KINDS
from aegui.core.evaluation.spread import mean_and_std
from aegui.core.i18n import localized, mark, tr
from aegui.features.gan.model.samples_service import COUNTS, DEFAULT_COUNT
from aegui.features.gan.view.nearest_box import NearestBox
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.choosing import choose, offer, on_chosen
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import column, dim, held, row
from aegui.kit.marks import ElidedLabel, icon_button, wrapped_label
from aegui.kit.painted import Painted, fill_and_focus, paint_focus
from aegui.kit.placeholder import Placeholder
from aegui.kit.theme import SPACING, current_theme, figures_font
from aegui.session.data.image_style import GLYPHS, ImageStyle, reduced
from aegui.widgets.cells import Cells
from aegui.widgets.glyphs import draw_picture, grey_levels, level_image, picture_rect
from aegui.widgets.named_table import NamedTable
from aegui.widgets.progress_strip import WorkBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage, QKeyEvent

    from aegui.core.evaluation.judging import Verdict
    from aegui.features.gan.model.judge_service import Judges, OfferedJudge, Trial
    from aegui.features.gan.model.samples_service import GeneratedSamples
    from aegui.session.jobs.derived import JobProgress

COLUMNS: tuple[tuple[str, str], ...] = (
    (mark("Images"), mark("Chance: every pixel comes from another real image.")),
    (mark("Sure of"), mark("Share of the images that the judge classifies with more than 90%.")),
    (mark("Rarest class"), mark("Share of the rarest class, by the judge.")),
    (
        mark("Spread"),
        mark("How much images of a class differ: mean squared distance from their mean image."),
    ),
    (
        mark("Nearest"),
        mark("Mean distance to the nearest training image; near 0 for copies."),
    ),
)
_GAP = 2
_MAX_PX = 128
"""Larger images are stored reduced to this size."""
_RAGGED = 0.8
"""Penalty for an incomplete last row: full rows are preferred down to this relative size."""
_SCORE_SCALE = 0.82


class JudgeBox(QWidget):
    """A table of the results, with controls to start and cancel; passive but for its signals."""

    judge_chosen = Signal(object)
    """One of the judges given to ``offer``; None to open a file."""

    def __init__(self) -> None:
        super().__init__()
        self.button = QPushButton(tr("Judge by a classifier…"))
        self.button.setToolTip(
            tr("How good are they? Evaluate them by a classifier that was trained on real images")
        )
        self.cancel = QPushButton(tr("Cancel"))
        self._text = dim(ElidedLabel())
        self._bar = WorkBar()
        self.table = NamedTable(COLUMNS, tr("Generated images beside real ones and chance"))
        self._about = dim(wrapped_label(""))
        parts = (self.button, (self._bar, 1), (self._text, 1), self.cancel, 0)
        line = row(*parts, spacing=SPACING, margins=(SPACING, 0, SPACING, 0))
        self.setLayout(column(line, self.table, self._about))
        self._about.setContentsMargins(SPACING, 0, SPACING, 0)
        self.set_busy(False)
        self.set_trial(None)

    @property
    def about(self) -> str:
        """The text below the table."""
        return self._about.text()

    def offer(self, judges: Judges) -> None:
        """Open a menu of ``judges``, and of a file, below the button."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        size = "x".join(map(str, judges.image_shape[-2:]))
        head = (
            tr("Classifiers in the library for images of {size}:", size=size)
            if judges.offered
            else tr("The library has no classifier for images of {size}", size=size)
        )
        menu.addAction(judges.problem or head).setEnabled(False)
        for judge in judges.offered:
            # An ampersand would mark the key of the entry.
            action = menu.addAction(judge.words.replace("&", "&&"))
            action.triggered.connect(partial(self._on_judge_triggered, judge))
        menu.addSeparator()
        action = menu.addAction(tr("Open the &file of a classifier…"))
        action.triggered.connect(partial(self._on_judge_triggered, None))
        menu.popup(self.button.mapToGlobal(self.button.rect().bottomLeft()))

    def _on_judge_triggered(self, judge: OfferedJudge | None, _checked: bool = False) -> None:
        self.judge_chosen.emit(judge)

    def set_busy(self, busy: bool) -> None:
        """Set whether an evaluation is running."""
        for widget in (self._bar, self._text, self.cancel):
            widget.setVisible(busy)
        self.button.setEnabled(not busy)

    def set_progress(self, progress: JobProgress) -> None:
        """Show the progress."""
        self._bar.set_progress(progress.done, progress.total)
        self._text.setText(progress.text or progress.title)

    def set_trial(self, trial: Trial | None) -> None:
        """Show the results; None hides them."""
        self.table.setVisible(trial is not None)
        self._about.setVisible(trial is not None)
        if trial is None:
            return
        self.table.setRowCount(len(trial.verdicts))
        for index, (key, verdict) in enumerate(trial.verdicts.items()):
            self.table.write_row(index, (tr(KINDS[key]), *_verdict_cells(verdict)), "")
        rows = sum(map(self.table.rowHeight, range(self.table.rowCount())))
        frame = 2 * self.table.frameWidth()
        self.table.setFixedHeight(rows + self.table.horizontalHeader().height() + frame + 2)
        self._about.setText(_about(trial))


def _verdict_cells(verdict: Verdict) -> tuple[str, ...]:
    judgement = verdict.judgement
    sure = localized(judgement.share_confident, ".1%")
    if len(verdict.shares) > 1:
        spread = mean_and_std(verdict.shares)
        mean, std = (localized(spread[key] or 0.0, ".1%") for key in ("mean", "std"))
        sure = f"{mean} ± {std}"
    return (
        sure,
        localized(min(judgement.shares), ".1%"),
        localized(verdict.spread, ".3g"),
        localized(verdict.nearest, ".3g"),
    )


def _about(trial: Trial) -> str:
    name = set_title(trial.real)
    real = (
        tr("real images from {name}, which the generator has learnt", name=name)
        if trial.are_learnt
        else tr("real images from {name}, not learnt", name=name)
    )
    about = tr(
        "Judge: {judge} (seed {seed}, epoch {judge_epoch:,}); generator of epoch {epoch:,}; "
        "{real}. Another judge gives other figures.",
        judge=trial.judge,
        seed=trial.judge_seed,
        judge_epoch=trial.judge_epoch,
        epoch=trial.epoch,
        real=real,
    )
    return f"{trial.warning} {about}".lstrip()


class SampleSheet(Cells, Painted):
    """Paints ``GeneratedSamples``; a click or Enter activates an image."""

    sample_activated = Signal(int)
    usual_size = QSize(320, 320)
    """Room for eight by eight small images."""
    least_size = QSize(120, 200)
    """Room for 64 images of 28 pixels beside one another: smaller ones show little."""

    def __init__(self) -> None:
        super().__init__()
        self.samples: GeneratedSamples | None = None
        """The samples shown, or None."""
        self._pictures: Sequence[QImage] = ()
        self._image_style = GLYPHS
        self._ratio = 1.0
        fill_and_focus(self, tr("New images"))
        self.figures = offer_painted(self, "images")

    def set_samples(
        self, samples: GeneratedSamples | None, image_style: ImageStyle = GLYPHS
    ) -> None:
        """Show ``samples``, rendered as ``image_style`` says; None clears the sheet."""
        self.samples, self._image_style = samples, image_style
        if samples is None:
            self._pictures = ()
        else:
            levels = grey_levels(reduced(samples.images, _MAX_PX))
            self._pictures = [level_image(each, image_style) for each in levels]
            height, width = samples.images.shape[-2:]
            self._ratio = height / width
        self.keep_current()

    def text_of(self, index: int) -> str:
        """Return a description of the image at ``index``."""
        assert self.samples is not None
        scores = self.samples.scores
        if scores is None:
            return tr("Image {n}. Click to find it on the map.", n=index + 1)
        return tr(
            "Image {n}: probability of being real, by the discriminator: {score:.0%}. Click to "
            "find it on the map.",
            n=index + 1,
            score=float(scores[index]),
        )

    def count(self) -> int:
        """Return the number of images."""
        return len(self._pictures)

    def columns(self) -> int:
        """Return the number of images per row."""
        return self._layout()[0]

    def activate(self, index: int) -> None:
        """Emit ``sample_activated``."""
        self.sample_activated.emit(index)

    # Geometry

    @property
    def _has_scores(self) -> bool:
        return self.samples is not None and self.samples.scores is not None

    def _layout(self) -> tuple[int, float, float, float]:
        """Return columns, width of a cell, height of its image and height of its score."""
        count, metrics = len(self._pictures), self._metrics()
        # Scores that are wider than their cells would run into each other.
        line = float(metrics.height()) if self._has_scores else 0.0
        widest = metrics.horizontalAdvance(localized(0.99, ".0%"))
        found, best_value = (1, 1.0, 1.0, 0.0), 0.0
        for columns in range(1, count + 1):
            rows = math.ceil(count / columns)
            for score in (line, 0.0):
                height = (self.height() / rows - score - _GAP) / self._ratio
                cell = max(1.0, min(self.width() / columns - _GAP, height))
                if cell >= widest:
                    break
            value = cell * (1.0 if count % columns == 0 else _RAGGED)
            if value > best_value:
                found, best_value = (columns, cell, cell * self._ratio, score), value
        return found

    def cell_rect(self, index: int) -> QRectF:
        """Return the rectangle of an image, including its score."""
        return self._cell_in(self._layout(), index)

    def _cell_in(self, layout: tuple[int, float, float, float], index: int) -> QRectF:
        columns, width, height, score = layout
        rows = math.ceil(len(self._pictures) / columns)
        left = (self.width() - columns * (width + _GAP)) / 2
        top = (self.height() - rows * (height + score + _GAP)) / 2
        row, column = divmod(index, columns)
        return QRectF(
            left + column * (width + _GAP),
            top + row * (height + score + _GAP),
            width,
            height + score,
        )

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(figures_font(self.font(), scale=_SCORE_SCALE))

    # Painting

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        if not self._pictures:
            return
        painter.setFont(figures_font(self.font(), scale=_SCORE_SCALE))
        layout = self._layout()
        _, _, height, score = layout
        for index, picture in enumerate(self._pictures):
            cell = self._cell_in(layout, index)
            image = QRect(round(cell.x()), round(cell.y()), int(cell.width()), max(1, int(height)))
            draw_picture(painter, picture_rect(picture.height(), picture.width(), image), picture)
            if score:
                self._paint_score(painter, index, cell, score)
        paint_focus(painter, self, self.cell_rect(self._current), 2)

    def _paint_score(self, painter: QPainter, index: int, cell: QRectF, height: float) -> None:
        assert self.samples is not None
        assert self.samples.scores is not None
        painter.setPen(current_theme().text_dim)
        box = QRectF(cell.left(), cell.bottom() - height, cell.width(), height)
        painter.drawText(
            box, Qt.AlignmentFlag.AlignCenter, localized(float(self.samples.scores[index]), ".0%")
        )

    # Input

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle Space like Enter."""
        if event.key() == Qt.Key.Key_Space and self._pictures:
            self.activate(self._current)
        else:
            super().keyPressEvent(event)


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

    def set_switches(self, generator: bool, discriminator: bool) -> None:
        """Set whether each network is trained, without emitting a signal."""
        for switch, on in ((self.generator, generator), (self.discriminator, discriminator)):
            with QSignalBlocker(switch):
                switch.setChecked(on)

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
