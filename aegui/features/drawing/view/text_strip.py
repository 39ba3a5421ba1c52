"""A typed line, rendered with the characters of the set and the drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from aegui.core.data.byte_images import as_images
from aegui.core.i18n import tr
from aegui.kit.layouts import column, row
from aegui.kit.marks import flat_button
from aegui.kit.painted import PaintedBase
from aegui.kit.theme import current_theme, icon_px
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.glyphs import GlyphCache, draw_picture, picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import ArrayLike, NDArray

DRAWING_SIGN = "\N{LOWER RIGHT PENCIL}"
"""Represents the drawing in the typed text."""
STAR = "*"
"""Represents it too, as it is on every keyboard, unless the set has this character."""
_LONGEST = 40
_LARGEST_SCALE = 4
_HEIGHT_PX = 36
_MARGIN_PX = 4


class TextStrip(QWidget):
    """A text field and the rendered line below it.

    The drawing replaces its own character, ``DRAWING_SIGN`` (which the button inserts), and ``*``;
    characters missing from the set are rendered as gaps.
    """

    def __init__(self) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.put = flat_button("edit-pencil", tr("Put the drawing into the text"), pixels=icon_px())
        self.line = _Line()
        self.field.setMaxLength(_LONGEST)
        self.field.setPlaceholderText(tr("Type a text"))
        self.field.setAccessibleName(tr("Text written in the set"))
        self.field.setToolTip(
            tr(
                "The drawing represents its own character and {sign}; also *, unless the set has "
                "one",
                sign=DRAWING_SIGN,
            )
        )
        self.field.textChanged.connect(self._on_field_text_changed)
        self.field.cursorPositionChanged.connect(self._on_field_cursor_position_changed)
        self.put.clicked.connect(self._on_put_clicked)
        self.line.hide()
        line = row((self.field, 1), self.put, spacing=0)
        self.setLayout(column(line, self.line))

    def _on_field_text_changed(self, text: str) -> None:
        self.line.set_text(text)
        self.line.setVisible(bool(text))

    def _on_field_cursor_position_changed(self, _old: int, new: int) -> None:
        self.line.set_cursor(new)

    def _on_put_clicked(self) -> None:
        self.field.insert(DRAWING_SIGN)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_samples(
        self, labels: Sequence[str], images: ArrayLike, image_style: ImageStyle = GLYPHS
    ) -> None:
        """Set the characters: N labels (single letters are used) and ``[N, (C,) H, W]``."""
        self.line.set_samples(labels, images, image_style)
        self.setVisible(self.line.is_usable)


class _Line(PaintedBase):
    """The rendered line."""

    accessible_role = QAccessible.Role.Graphic

    def __init__(self) -> None:
        super().__init__()
        self._glyphs = GlyphCache()
        self._indices: dict[str, int] = {}
        self._shape = (7, 5)
        self._text = ""
        self._cursor = 0
        self._drawing: NDArray[np.float32] | None = None
        self._label = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("The text in the characters of the set"))

    @property
    def is_usable(self) -> bool:
        """Whether the set has any usable character."""
        return bool(self._indices)

    def set_samples(
        self, labels: Sequence[str], images: ArrayLike, image_style: ImageStyle
    ) -> None:
        pixels = as_images(images)
        self._glyphs.set_images(pixels, image_style)
        self._indices = {
            label: index
            for index, label in reversed(tuple(enumerate(labels[: _most(labels)])))
            if len(label) == 1
        }
        self._shape = (pixels.shape[-2], pixels.shape[-1])
        self.updateGeometry()
        self.update()

    def set_text(self, text: str) -> None:
        self._text = text
        self.setAccessibleDescription(text)
        self.update()

    def set_cursor(self, index: int) -> None:
        """Set the text cursor, which is kept visible if the text is too long."""
        self._cursor = index
        self.update()

    def set_drawing(self, pixels: NDArray[np.float32], label: str) -> None:
        self._drawing, self._label = pixels, label
        self.update()

    def indices(self) -> list[int | None]:
        """Return the index into the set for every character; -1 for the drawing, None for a gap."""
        return [self._place(sign) for sign in self._text]

    def _place(self, sign: str) -> int | None:
        stands = sign == DRAWING_SIGN or (sign == STAR and sign not in self._indices)
        if (
            (stands or sign == self._label)
            and self._drawing is not None
            and self._drawing.shape[-2:] == self._shape
        ):
            return -1
        return self._indices.get(sign)

    def sizeHint(self) -> QSize:
        return QSize(120, self._line_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self._line_height())

    def _line_height(self) -> int:
        return max(_HEIGHT_PX, self._shape[0] + _MARGIN_PX)

    def scale(self) -> int:
        """Return the pixel scale at which the text fits, at least 1."""
        height, width = self._shape
        across = self.width() // max(1, (width + 1) * len(self._text) + 1)
        return max(1, min(_LARGEST_SCALE, (_HEIGHT_PX - _MARGIN_PX) // height, across))

    def cell_rect(self, index: int) -> QRect:
        """Return the rectangle of the ``index``-th character."""
        height, width = self._shape
        scale = self.scale()
        left = self._left(scale) + index * (width + 1) * scale
        return QRect(left, (self.height() - height * scale) // 2, width * scale, height * scale)

    def _left(self, scale: int) -> int:
        """Return the left edge of the text, shifted if the cursor would be out of view."""
        step = (self._shape[1] + 1) * scale
        spare = self.width() - _MARGIN_PX - step * len(self._text)
        return min(_MARGIN_PX, max(spare, self.width() // 2 - step * self._cursor))

    def paint(self, painter: QPainter) -> None:
        theme = current_theme()
        if self._glyphs.image_style.glyphs:
            painter.fillRect(self.rect(), theme.pixel_off)
        for position, index in enumerate(self.indices()):
            rect = self.cell_rect(position)
            if index == -1 and self._drawing is not None:
                draw_picture(painter, rect, picture(self._drawing, self._glyphs.image_style))
                painter.setPen(QPen(theme.accent, 1))
                painter.drawLine(rect.left(), rect.bottom() + 2, rect.right(), rect.bottom() + 2)
            elif index is not None:
                glyph = self._glyphs.image(index, theme.pixel_on, theme.pixel_off)
                draw_picture(painter, rect, glyph)


def _most(labels: Sequence[str]) -> int:
    """Return how many labels to look at: large sets have no further characters after these."""
    return min(len(labels), 4096)
