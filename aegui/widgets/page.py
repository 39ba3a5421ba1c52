"""Widgets shared by the pages of the panel: responsive rows, an image with a caption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from aegui.kit.charts.widget_picture import offer_painted
from aegui.kit.painted import PaintedBase
from aegui.kit.theme import SPACING, current_theme, figures_font
from aegui.session.data.image_style import GLYPHS, ImageStyle, reduced
from aegui.widgets.glyphs import draw_picture, grey_levels, level_image, picture_rect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QImage, QResizeEvent

_MAX_PX = 192
_SMALL = 0.9


class Breaking(QWidget):
    """Lays its children out side by side if there is width for it, otherwise below each other.

    ``shares`` are the stretch factors of the children: side by side, and below each other.
    """

    accessible_role = QAccessible.Role.StaticText

    def __init__(
        self,
        side_by_side_px: int,
        *,
        shares: tuple[tuple[int, ...], tuple[int, ...]] = ((), ()),
    ) -> None:
        super().__init__()
        self._from_px = side_by_side_px
        self._shares = shares
        self.row = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(SPACING)

    def minimumSizeHint(self) -> QSize:
        """Return the width of the widest child, since the children may be stacked."""
        items = (self.row.itemAt(index) for index in range(self.row.count()))
        widths = [item.minimumSize().width() for item in items if item is not None]
        return QSize(max(widths, default=0), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the direction of the layout for the new width."""
        super().resizeEvent(event)
        is_wide = event.size().width() >= self._from_px
        direction = QBoxLayout.Direction
        self.row.setDirection(direction.LeftToRight if is_wide else direction.TopToBottom)
        for index, share in enumerate(self._shares[0 if is_wide else 1]):
            self.row.setStretch(index, share)


class PictureBox(PaintedBase):
    """One image, as large as there is room, with a caption below. Passive."""

    accessible_role = QAccessible.Role.Graphic
    least_size = QSize(64, 64)
    """Room for the smallest glyphs and their caption."""

    def __init__(self, name: str, hint: QSize) -> None:
        super().__init__()
        self._hint = hint
        self.image: NDArray[np.float32] | None = None
        """The image shown, ``[C, H, W]``."""
        self._picture: QImage | None = None
        self._image_style = GLYPHS
        self.caption = ""
        """The caption below the image."""
        self._picture_theme = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)
        self.figures = offer_painted(self, "picture")

    def sizeHint(self) -> QSize:
        """Return the size given to the constructor."""
        return self._hint

    def set_image(
        self, image: NDArray[np.float32] | None, image_style: ImageStyle, caption: str = ""
    ) -> None:
        """Show ``image`` ``[C, H, W]`` rendered as ``image_style`` says; None shows nothing."""
        self.image, self._image_style, self.caption = image, image_style, caption
        self._picture = None
        self.setAccessibleDescription(caption)
        self.update()

    def _current_picture(self) -> QImage | None:
        if self.image is None:
            return None
        theme = current_theme().key
        if self._picture is None or theme != self._picture_theme:
            self._picture, self._picture_theme = (
                pictures(self.image[None], self._image_style)[0],
                theme,
            )
        return self._picture

    def paint(self, painter: QPainter) -> None:
        """Paint the image with its frame, and the caption."""
        picture = self._current_picture()
        painter.setFont(figures_font(self.font(), scale=_SMALL))
        line = painter.fontMetrics().height() if self.caption else 0
        available = QRect(0, 0, self.width(), self.height() - line - (4 if line else 0))
        if picture is not None:
            target = picture_rect(picture.height(), picture.width(), available)
            target.moveTop(1)
            draw_picture(painter, target, picture)
            painter.setPen(current_theme().border)
            painter.drawRect(target.adjusted(-1, -1, 0, 0))
            available.setBottom(target.bottom())
        painter.setPen(current_theme().text_dim)
        words = QRect(0, available.bottom() + 4, self.width(), line)
        text = painter.fontMetrics().elidedText(
            self.caption, Qt.TextElideMode.ElideRight, words.width()
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, text)


def pictures(images: NDArray[np.float32], image_style: ImageStyle) -> list[QImage]:
    """Return ``images`` ``[n, C, H, W]`` rendered in the current theme, large ones reduced."""
    levels = grey_levels(reduced(images, _MAX_PX))
    return [level_image(each, image_style) for each in levels]
