"""Base of the forms with a preview for sheets of decoded images. Passive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QImage, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.choices import Choice, OneOf, table
from aegui.core.fields import FieldWords
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.kit.layouts import column, dim, held, row, scrolled
from aegui.kit.painted import PaintedBase
from aegui.kit.theme import SPACING, current_theme, figures_font, grown_for_text
from aegui.widgets.form.fields import ChoiceField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.widgets.form.form import Form

MAX_SCALE = 32
"""Maximum pixels of the sheet per pixel of an image."""
_FORM_PX, _MAX_FORM_PX = 310, 480
_MIN_ROW_PX = 36
_NAMES_PX = 44
_SMALL = 0.9
BASES = table(
    Choice("mean", mark("The mean of the codes"), ""),
    Choice("cursor", mark("Where the cursor is"), ""),
    Choice("zero", mark("Zero, the middle of the prior"), ""),
)
"""Sources of the fixed numbers of a code."""
Base = Annotated[
    str, OneOf(BASES), FieldWords("Other numbers", "Numbers that vary neither across nor up")
]
Scale = Annotated[
    int,
    Field(ge=1, le=MAX_SCALE),
    FieldWords("Enlarged", "Pixels of the picture per pixel of an image", prefix="× "),
]
Ink = Annotated[bool, FieldWords("Dark on light", "As on paper")]


@dataclass(frozen=True)
class SheetRequest:
    """Settings of a sheet, besides the codes to decode."""

    base: Base = "mean"
    """Source of the fixed numbers: a key of ``BASES``."""
    scale: Scale = 2
    """Pixels of the sheet per pixel of an image."""
    ink: Ink = False
    """Whether images of one channel are drawn dark on light."""


class SheetPreview(PaintedBase):
    """Preview of the sheet, as large as fits; rows may have names."""

    accessible_role = QAccessible.Role.Graphic
    usual_size = QSize(480, 480)
    """Room for some hundred images."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = QImage()
        """The displayed sheet; null without one."""
        self._text = ""
        self._names: Sequence[str] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Preview"))

    def set_row_names(self, names: Sequence[str]) -> None:
        """Set the names of the rows of the sheet, from the top."""
        self._names = names
        self.setMinimumHeight(_MIN_ROW_PX * len(names))
        self.update()

    def set_text(self, text: str) -> None:
        """Show ``text`` instead of an image."""
        self._text, self.picture = text, QImage()
        self.update()

    def set_picture(self, pixels: NDArray[np.uint8]) -> None:
        """Show ``pixels`` ``[H, W, 3]``."""
        height, width, _ = pixels.shape
        data = np.ascontiguousarray(pixels)
        form = QImage.Format.Format_RGB888
        self.picture = QImage(data.tobytes(), width, height, 3 * width, form).copy()
        self.update()

    def paint(self, painter: QPainter) -> None:
        """Paint the sheet centred in its aspect ratio."""
        theme = current_theme()
        painter.fillRect(self.rect(), theme.window)
        if self.picture.isNull():
            painter.setPen(theme.text_dim)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), flags, self._text)
            return
        names_px = _NAMES_PX if self._names else 0
        area = self.rect().adjusted(names_px, 0, 0, 0)
        size = self.picture.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(0, 0, size.width(), size.height())
        place.moveCenter(area.center())
        is_smaller = size.width() < self.picture.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smaller)
        painter.drawImage(place, self.picture)
        self._paint_names(painter, place)

    def _paint_names(self, painter: QPainter, picture: QRect) -> None:
        painter.setPen(current_theme().text_dim)
        painter.setFont(figures_font(self.font(), scale=_SMALL))
        row_height = picture.height() / max(1, len(self._names))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        for number, name in enumerate(self._names):
            top = picture.top() + number * row_height
            box = QRectF(picture.left() - _NAMES_PX, top, _NAMES_PX - SPACING, row_height)
            painter.drawText(box, flags, name)


class SheetPanel(QWidget):
    """Form and preview of a sheet. Passive.

    Attributes:
        title: Name of the sheet.
        form: Editor of the request.
        preview: The preview.
    """

    edited = Signal(object)
    """The request after the user has edited it."""

    def __init__(
        self,
        title: str,
        form: Form,
        shape: tuple[int, ...],
        *,
        has_cursor: bool,
    ) -> None:
        """Create the panel with a ``form`` over a request, for images of ``shape`` (C, H, W).

        The cursor's code is offered as the base only if ``has_cursor``.
        """
        super().__init__()
        self.title, self.form, self._shape = title, form, shape
        self.preview = SheetPreview()
        self._result = dim()
        self._result.setFont(figures_font(self.font()))
        base = form.fields["base"]
        if isinstance(base, ChoiceField) and not has_cursor:
            base.removeItem(base.findData("cursor"))
        form.set_row_visible("ink", shape[0] == 1)
        form.add_row("", self._result)
        form.edited.connect(self._on_form_edited)

    def _lay_out(self, *above: QWidget) -> None:
        """Lay out the form, below the explanations ``above``, beside the preview."""
        left = held(column(*above, self.form, 1, spacing=2 * SPACING))
        left.setFixedWidth(min(grown_for_text(_FORM_PX), _MAX_FORM_PX))
        area = scrolled(self.preview, sideways=True, takes_focus=True)
        self.setLayout(row(left, (area, 1), spacing=2 * SPACING))

    @property
    def request(self) -> Any:
        """The current request."""
        return self.form.value

    def _tiles(self) -> tuple[int, int]:
        """Return rows and columns of the sheet."""
        raise NotImplementedError

    def _show(self) -> None:
        rows, columns = self._tiles()
        _, height, width = self._shape
        self._result.setText(
            tr(
                "{width:,} × {height:,} pixels",
                width=self.request.scale * ((width + 1) * columns - 1),
                height=self.request.scale * ((height + 1) * rows - 1),
            )
        )

    def _on_form_edited(self) -> None:
        self._show()
        self.edited.emit(self.request)
