"""What a network draws along one dimension of its code, in one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.i18n import localized, tr
from aegui.features.code.model.code_service import STEPS
from aegui.kit.charts.scale import figure
from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.theme import SPACING, current_theme, figures_font, for_text
from aegui.session.data.looks import GLYPHS, Look, reduced
from aegui.widgets.glyphs import draw_glyph, grey_levels, level_image

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage, QPaintEvent, QResizeEvent

    from aegui.features.code.model.code_service import Traversal

_LINE_PX = 16
_SMALL = 0.88
_LEAST_PX, _MOST_PX = 28, 96


class TraversalStrip(QWidget):
    """Shows a ``Traversal``, or how one comes by it. Passive."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.traversal: Traversal | None = None
        """What is shown."""
        self._pictures: Sequence[QImage] = ()
        self._look = GLYPHS
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(tr("What a dimension draws"))
        self.figures = offer_painted(self, "dimension", fits=False)

    def sizeHint(self) -> QSize:
        """Room for images that can be told apart."""
        return QSize(7 * 60, 2 * for_text(_LINE_PX) + 56)

    def minimumSizeHint(self) -> QSize:
        """Room for the smallest glyphs."""
        return QSize(7 * 20, 2 * for_text(_LINE_PX) + _LEAST_PX)

    def set_traversal(self, traversal: Traversal | None, look: Look = GLYPHS) -> None:
        """Show ``traversal``, seen as ``look`` says; None where no dimension is chosen."""
        self.traversal, self._look = traversal, look
        self._pictures = ()
        if traversal is not None:
            levels = grey_levels(reduced(traversal.images, 2 * _MOST_PX))
            self._pictures = [level_image(each, look) for each in levels]
        self.setAccessibleDescription(self.title())
        self.update()

    def title(self) -> str:
        """What the row shows, in words."""
        traversal = self.traversal
        if traversal is None:
            return tr("Click a bar: here you will see what that dimension draws.")
        middle = figure(traversal.middle)
        return tr(
            "Dimension {n} around {middle}, σ {sigma}; the others at their means",
            n=traversal.dimension + 1,
            # As below the pictures: no hyphen.
            middle=f"\N{MINUS SIGN}{middle[1:]}" if middle.startswith("-") else middle,
            sigma=figure(traversal.sigma),
        )

    def _cell(self, place: int) -> QRect:
        width = self.width() / len(STEPS)
        side = int(min(width - 4, _MOST_PX, self.height() - 2 * for_text(_LINE_PX)))
        step = min(width, side + 1.5 * SPACING)
        return QRect(round(place * step) + SPACING // 2, for_text(_LINE_PX), side, side)

    def copied_at(self, position: QPoint) -> QRect | None:
        """The image under ``position``, to be copied alone."""
        cells = map(self._cell, range(len(self._pictures)))
        return next((cell for cell in cells if cell.contains(position)), None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take no more height than the width lets the images have."""
        super().resizeEvent(event)
        side = min(_MOST_PX, max(_LEAST_PX, event.size().width() // len(STEPS) - 4))
        self.setMaximumHeight(2 * for_text(_LINE_PX) + side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint title, images and how far each is from the mean."""
        del event
        painter = QPainter(self)
        painter.setFont(figures_font(self.font(), scale=_SMALL))
        theme = current_theme()
        painter.setPen(theme.text_dim)
        line = QRect(SPACING // 2, 0, self.width() - SPACING, for_text(_LINE_PX))
        title = painter.fontMetrics().elidedText(
            self.title(), Qt.TextElideMode.ElideRight, line.width()
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, title)
        for place, (image, step) in enumerate(zip(self._pictures, STEPS, strict=False)):
            cell = self._cell(place)
            if self._look.glyphs:
                painter.fillRect(cell, theme.pixel_off)
            draw_glyph(painter, cell, image)
            below = QRect(cell.x() - 8, cell.bottom() + 1, cell.width() + 16, for_text(_LINE_PX))
            caption = (
                f"{localized(step, '+g')}σ".replace("-", "\N{MINUS SIGN}") if step else tr("mean")
            )
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, caption)
