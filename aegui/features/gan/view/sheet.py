"""A grid of generated images, as large as possible, each with its score."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter

from aegui.core.i18n import localized, tr
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import Painted, fill_and_focus, paint_focus
from aegui.kit.theme import current_theme, figures_font
from aegui.session.data.image_style import GLYPHS, ImageStyle, reduced
from aegui.widgets.cells import Cells
from aegui.widgets.glyphs import draw_picture, grey_levels, level_image, picture_rect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage, QKeyEvent

    from aegui.features.gan.model.samples_service import GeneratedSamples

_GAP = 2
_MAX_PX = 128
"""Larger images are stored reduced to this size."""
_RAGGED = 0.8
"""Penalty for an incomplete last row: full rows are preferred down to this relative size."""
_SCORE_PX = 30
"""Minimum width of a cell at which its score is shown."""
_SCORE_SCALE = 0.82


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
        count, line = len(self._pictures), float(self._metrics().height())
        found, best_value = (1, 1.0, 1.0, 0.0), 0.0
        for columns in range(1, count + 1):
            rows = math.ceil(count / columns)
            score = line if self._has_scores and self.width() / columns >= _SCORE_PX else 0.0
            height = (self.height() / rows - score - _GAP) / self._ratio
            cell = max(1.0, min(self.width() / columns - _GAP, height))
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
