"""A row of images decoded along one dimension of the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter
from PySide6.QtWidgets import QSizePolicy

from aegui.core.i18n import localized, tr
from aegui.features.code.model.code_service import STEPS
from aegui.kit.charts.scale import figure
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import PaintedBase
from aegui.kit.theme import SPACING, current_theme, figures_font, for_text
from aegui.session.data.image_style import GLYPHS, ImageStyle, reduced
from aegui.widgets.glyphs import draw_glyph, grey_levels, level_image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage, QResizeEvent

    from aegui.features.code.model.code_service import Traversal

_LINE_PX = 16
_SMALL = 0.88
_MIN_PX, _MAX_PX = 28, 96


class TraversalStrip(PaintedBase):
    """Shows a ``Traversal``, or how to get one. Passive."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self) -> None:
        super().__init__()
        self.traversal: Traversal | None = None
        """The traversal shown, or None."""
        self._pictures: Sequence[QImage] = ()
        self._image_style = GLYPHS
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(tr("What a dimension draws"))
        self.figures = offer_painted(self, "dimension", fits=False)

    def sizeHint(self) -> QSize:
        """Return room for images that can be told apart."""
        return QSize(7 * 60, 2 * for_text(_LINE_PX) + 56)

    def minimumSizeHint(self) -> QSize:
        """Return room for the smallest glyphs."""
        return QSize(7 * 20, 2 * for_text(_LINE_PX) + _MIN_PX)

    def set_traversal(self, traversal: Traversal | None, image_style: ImageStyle = GLYPHS) -> None:
        """Show ``traversal``, rendered as ``image_style`` says; None if no dimension is chosen."""
        self.traversal, self._image_style = traversal, image_style
        self._pictures = ()
        if traversal is not None:
            levels = grey_levels(reduced(traversal.images, 2 * _MAX_PX))
            self._pictures = [level_image(each, image_style) for each in levels]
        self.setAccessibleDescription(self.title())
        self.update()

    def title(self) -> str:
        """Return the title of the row."""
        traversal = self.traversal
        if traversal is None:
            return tr("Click a bar to see what that dimension draws.")
        middle = figure(traversal.middle)
        return tr(
            "Dimension {n} around {middle}, σ {sigma}; the others at their means",
            n=traversal.dimension + 1,
            # A minus sign instead of a hyphen, as below the images.
            middle=f"\N{MINUS SIGN}{middle[1:]}" if middle.startswith("-") else middle,
            sigma=figure(traversal.sigma),
        )

    def _cell(self, index: int) -> QRect:
        width = self.width() / len(STEPS)
        side = int(min(width - 4, _MAX_PX, self.height() - 2 * for_text(_LINE_PX)))
        step = min(width, side + 1.5 * SPACING)
        return QRect(round(index * step) + SPACING // 2, for_text(_LINE_PX), side, side)

    def copied_at(self, position: QPoint) -> QRect | None:
        """Return the rectangle of the image under ``position``, to be copied alone, or None."""
        cells = map(self._cell, range(len(self._pictures)))
        return next((cell for cell in cells if cell.contains(position)), None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Limit the height to what images of this width need."""
        super().resizeEvent(event)
        side = min(_MAX_PX, max(_MIN_PX, event.size().width() // len(STEPS) - 4))
        self.setMaximumHeight(2 * for_text(_LINE_PX) + side)

    def paint(self, painter: QPainter) -> None:
        """Paint title, images and the offset of each from the mean."""
        painter.setFont(figures_font(self.font(), scale=_SMALL))
        theme = current_theme()
        painter.setPen(theme.text_dim)
        line = QRect(SPACING // 2, 0, self.width() - SPACING, for_text(_LINE_PX))
        title = painter.fontMetrics().elidedText(
            self.title(), Qt.TextElideMode.ElideRight, line.width()
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, title)
        for index, (image, step) in enumerate(zip(self._pictures, STEPS, strict=False)):
            cell = self._cell(index)
            if self._image_style.glyphs:
                painter.fillRect(cell, theme.pixel_off)
            draw_glyph(painter, cell, image)
            below = QRect(cell.x() - 8, cell.bottom() + 1, cell.width() + 16, for_text(_LINE_PX))
            caption = (
                f"{localized(step, '+g')}σ".replace("-", "\N{MINUS SIGN}") if step else tr("mean")
            )
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, caption)
