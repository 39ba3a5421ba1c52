"""What a grid of decoded images is to show, as a form with a preview. Passive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field
from PySide6.QtCore import QRect, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QSizePolicy,
    QWidget,
)

from aegui.core.choices import Choice, OneOf, table
from aegui.core.fields import FieldWords
from aegui.core.i18n import mark, tr
from aegui.core.latent.grids import MOST_ROWS, GridSpec
from aegui.kit.layouts import column, dim, row
from aegui.kit.marks import wrapped_label
from aegui.kit.theme import SPACING, current_theme, figures_font
from aegui.widgets.form.fields import CountField, NumberField
from aegui.widgets.rulers import axis_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QPaintEvent

MOST_SCALE = 32
"""Most pixels of the picture per pixel of an image."""
_FORM_PX = 310
_FARTHEST = 1e6
_LEAST_ROW_PX = 36
_NAMES_PX = 44
_SMALL = 0.9
_PLACES = {
    True: (
        mark("Quantiles of the prior"),
        mark("Each image stands for an equal share of the normal distribution."),
    ),
    False: (mark("Equal steps"), mark("From one end to the other of each axis.")),
}
BASES = table(
    Choice("mean", mark("The mean of the codes"), ""),
    Choice("cursor", mark("Where the cursor is"), ""),
    Choice("zero", mark("Zero, the middle of the prior"), ""),
)
"""Where the numbers are taken from that do not change."""
Base = Annotated[
    str, OneOf(BASES), FieldWords("Other numbers", "Those that are neither across nor up")
]
Scale = Annotated[
    int,
    Field(ge=1, le=MOST_SCALE),
    FieldWords("Enlarged", "Pixels of the picture per pixel of an image", prefix="× "),
]
Ink = Annotated[bool, FieldWords("Dark on light", "As on paper")]


@dataclass(frozen=True)
class GridRequest:
    """A grid as a person asks for it.

    Attributes:
        spec: Which codes.
        base: Key of where the other numbers come from: ``mean``, ``cursor`` or ``zero``.
        scale: Pixels of the picture per pixel of an image.
        ink: Whether images of one channel are drawn dark on light.
    """

    spec: GridSpec
    base: Base = "mean"
    scale: Scale = 2
    ink: Ink = False


class GridPreview(QWidget):
    """The picture as it will be, as large as there is room for it; rows may have names."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._text = ""
        self._names: Sequence[str] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Preview of the grid"))

    def sizeHint(self) -> QSize:
        """Room for some hundred images."""
        return QSize(480, 480)

    def set_row_names(self, names: Sequence[str]) -> None:
        """What the rows of the picture are called, from the top."""
        self._names = names
        self.setMinimumHeight(_LEAST_ROW_PX * len(names))
        self.update()

    def set_text(self, text: str) -> None:
        """Say why there is no picture."""
        self._text, self._image = text, QImage()
        self.update()

    def set_picture(self, pixels: NDArray[np.uint8]) -> None:
        """Show ``pixels`` ``[H, W, 3]``."""
        height, width, _ = pixels.shape
        data = np.ascontiguousarray(pixels)
        form = QImage.Format.Format_RGB888
        self._image = QImage(data.tobytes(), width, height, 3 * width, form).copy()
        self.update()

    @property
    def picture(self) -> QImage:
        """What is shown; null where there is nothing."""
        return self._image

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture in the middle, in its proportions."""
        painter = QPainter(self)
        theme = current_theme()
        painter.fillRect(self.rect(), theme.window)
        if self._image.isNull():
            painter.setPen(theme.text_dim)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), flags, self._text)
            return
        names_px = _NAMES_PX if self._names else 0
        room = self.rect().adjusted(names_px, 0, 0, 0)
        size = self._image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(0, 0, size.width(), size.height())
        place.moveCenter(room.center())
        is_smaller = size.width() < self._image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smaller)
        painter.drawImage(place, self._image)
        self._paint_names(painter, place)

    def _paint_names(self, painter: QPainter, picture: QRect) -> None:
        painter.setPen(current_theme().text_dim)
        painter.setFont(figures_font(self.font(), scale=_SMALL))
        high = picture.height() / max(1, len(self._names))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        for number, name in enumerate(self._names):
            top = picture.top() + number * high
            box = QRectF(picture.left() - _NAMES_PX, top, _NAMES_PX - SPACING, high)
            painter.drawText(box, flags, name)


class GridPanel(QWidget):
    """The form beside the preview.

    Signals:
        edited(GridRequest): What is asked for now.
    """

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = tr("Grid of decodes")
        self._size = 2
        self._shape = (1, 1)
        self._request = GridRequest(GridSpec())
        self.preview = GridPreview()
        self._places = self._choice(
            tr("Places"), [(tr(label), key) for key, (label, _) in _PLACES.items()]
        )
        self._about = dim(wrapped_label())
        self._columns = self._count(tr("Columns"), MOST_ROWS)
        self._rows = self._count(tr("Rows"), MOST_ROWS)
        self._x, self._y = self._choice(tr("Across"), []), self._choice(tr("Up"), [])
        self._x_ends = self._ends(tr("Across"))
        self._y_ends = self._ends(tr("Up"))
        self._between = self._quantile_ends()
        self._base = self._choice(tr("Other numbers"), [])
        self._scale = self._count(tr("Enlarged"), MOST_SCALE)
        self._scale.setPrefix("× ")
        self._ink = QCheckBox(tr("Dark on light"))
        self._ink.toggled.connect(self._on_edited)
        self._result = dim()
        self._result.setFont(figures_font(self.font()))
        self._form = QFormLayout()
        self._lay_out()

    # Building

    def _choice(self, name: str, rows: list[tuple[str, object]]) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName(name)
        choice.setMaxVisibleItems(16)
        for text, key in rows:
            choice.addItem(text, key)
        choice.currentIndexChanged.connect(self._on_edited)
        return choice

    def _count(self, name: str, most: int) -> CountField:
        field = CountField(1, most)
        field.setAccessibleName(name)
        field.valueChanged.connect(self._on_edited)
        return field

    def _ends(self, name: str) -> tuple[NumberField, NumberField]:
        low, high = (NumberField(-_FARTHEST, _FARTHEST, 0.5) for _ in range(2))
        low.setAccessibleName(tr("{axis}, from", axis=name))
        high.setAccessibleName(tr("{axis}, to", axis=name))
        for field in (low, high):
            field.setMinimumWidth(60)
            field.valueChanged.connect(self._on_edited)
        return low, high

    def _quantile_ends(self) -> tuple[NumberField, NumberField]:
        """First and last quantile, in per cent."""
        low, high = (NumberField(0.0, 100.0, 5.0) for _ in range(2))
        low.setAccessibleName(tr("First quantile"))
        high.setAccessibleName(tr("Last quantile"))
        tip = tr("From which quantile of the prior to which; 0 to 100 %: equal shares of all of it")
        for field in (low, high):
            field.setMinimumWidth(60)
            field.setSuffix(" %")
            field.setToolTip(tip)
            field.valueChanged.connect(self._on_edited)
        return low, high

    def _lay_out(self) -> None:
        form = self._form
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(SPACING)
        form.addRow(tr("Places"), self._places)
        form.addRow("", self._about)
        self._quantile_range = self._range(self._between)
        form.addRow(tr("Quantiles"), self._quantile_range)
        form.addRow(tr("Columns"), self._columns)
        form.addRow(tr("Rows"), self._rows)
        self._x_range = self._axis_rows(tr("Across"), self._x, self._x_ends)
        self._y_range = self._axis_rows(tr("Up"), self._y, self._y_ends)
        form.addRow(tr("Other numbers"), self._base)
        form.addRow(tr("Enlarged"), self._scale)
        form.addRow("", self._ink)
        form.addRow("", self._result)
        left = QWidget()
        left.setFixedWidth(_FORM_PX)
        left.setLayout(column(form, 1))
        self.setLayout(row(left, (self.preview, 1), spacing=2 * SPACING))

    def _axis_rows(
        self, name: str, choice: QComboBox, ends: tuple[NumberField, NumberField]
    ) -> QWidget:
        self._form.addRow(name, choice)
        fields = self._range(ends)
        # Where there is nothing to choose the ends stand for the axis.
        self._form.addRow(name, fields)
        return fields

    def _range(self, ends: tuple[NumberField, NumberField]) -> QWidget:
        fields = QWidget()
        fields.setLayout(row((ends[0], 1), QLabel("…"), (ends[1], 1)))
        return fields

    # State

    def set_network(
        self, size: int, shape: tuple[int, ...], *, has_prior: bool, has_cursor: bool
    ) -> None:
        """The codes have ``size`` numbers, the images ``shape`` (C, H, W).

        Quantiles are offered where codes have a prior, the cursor where it is on the map.
        """
        self._size, self._shape = size, (shape[1], shape[2])
        with QSignalBlocker(self._places), QSignalBlocker(self._base):
            if not has_prior:
                self._places.removeItem(self._places.findData(True))
            for key, base in BASES.items():
                if key != "cursor" or has_cursor:
                    self._base.addItem(tr(base.label), key)
        for choice in (self._x, self._y):
            with QSignalBlocker(choice):
                choice.addItems([axis_name(number) for number in range(size)])
        form = self._form
        form.setRowVisible(self._x, size > 2)
        form.setRowVisible(self._y, size > 2)
        form.setRowVisible(self._base, size > 2)
        form.setRowVisible(self._rows, size > 1)
        form.setRowVisible(self._ink, shape[0] == 1)
        if size > 2:
            for field in (self._x_range, self._y_range):
                form.labelForField(field).setText("")  # type: ignore[attr-defined]

    def set_request(self, request: GridRequest) -> None:
        """Show ``request``, and stay silent."""
        self._request = request
        spec = request.spec
        fields = (self._places, self._columns, self._rows, self._x, self._y, self._base)
        others = (*self._x_ends, *self._y_ends, *self._between, self._scale, self._ink)
        blockers = [QSignalBlocker(field) for field in (*fields, *others)]
        self._places.setCurrentIndex(max(0, self._places.findData(spec.quantiles)))
        self._columns.setValue(spec.columns)
        self._rows.setValue(spec.rows)
        self._x.setCurrentIndex(spec.axes[0])
        self._y.setCurrentIndex(spec.axes[1] if self._size > 1 else 0)
        self._base.setCurrentIndex(max(0, self._base.findData(request.base)))
        shares = tuple(100.0 * share for share in spec.between)
        known = (self._x_ends, spec.across), (self._y_ends, spec.up), (self._between, shares)
        for ends, values in known:
            for field, value in zip(ends, values, strict=True):
                field.setValue(value)
        self._scale.setValue(request.scale)
        self._ink.setChecked(request.ink)
        del blockers
        self._show()

    @property
    def request(self) -> GridRequest:
        """What is asked for now."""
        return self._request

    def _show(self) -> None:
        spec = self._request.spec
        self._about.setText(tr(_PLACES[spec.quantiles][1]))
        self._form.setRowVisible(self._quantile_range, spec.quantiles)
        self._form.setRowVisible(self._x_range, not spec.quantiles)
        self._form.setRowVisible(self._y_range, not spec.quantiles and self._size > 1)
        height, width = self._shape
        rows = spec.rows if self._size > 1 else 1
        self._result.setText(
            tr(
                "{width:,} × {height:,} pixels",
                width=self._request.scale * ((width + 1) * spec.columns - 1),
                height=self._request.scale * ((height + 1) * rows - 1),
            )
        )

    def _asked_between(self, before: tuple[float, float]) -> tuple[float, float]:
        """The quantiles that are written; those of before where they are none."""
        low, high = (field.value() / 100.0 for field in self._between)
        return (low, high) if low < high else before

    def _on_edited(self) -> None:
        before = self._request.spec
        x, y = self._x.currentIndex(), self._y.currentIndex()
        if x == y and self._size > 1:
            # Choosing the other's number swaps the two.
            x, y = (x, before.axes[0]) if x == before.axes[1] else (before.axes[1], y)
        spec = replace(
            before,
            axes=(x, y) if self._size > 1 else before.axes,
            columns=self._columns.value(),
            rows=self._rows.value(),
            quantiles=self._places.currentData(),
            between=self._asked_between(before.between),
            across=(self._x_ends[0].value(), self._x_ends[1].value()),
            up=(self._y_ends[0].value(), self._y_ends[1].value()),
        )
        self.set_request(
            GridRequest(spec, self._base.currentData(), self._scale.value(), self._ink.isChecked())
        )
        self.edited.emit(self._request)
