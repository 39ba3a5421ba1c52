"""What a sheet of all numbers of the code is to show, as a form with a preview. Passive."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from aegui.core.i18n import tr
from aegui.core.latent.grids import MOST_STEPS, TraversalSpec
from aegui.features.map.view.grid_panel import BASES, MOST_SCALE, GridPreview
from aegui.kit.marks import wrapped_label
from aegui.kit.theme import SPACING, figures_font
from aegui.widgets.decimal_box import DecimalBox
from aegui.widgets.rulers import axis_name

_FORM_PX = 290
_FEWEST_STEPS = 2
_FARTHEST = 20.0


@dataclass(frozen=True)
class TraversalWish:
    """A sheet as a person asks for it.

    Attributes:
        spec: Which codes.
        base: Key of where the numbers come from that do not change: one of ``BASES``.
        scale: Pixels of the picture per pixel of an image.
        ink: Whether images of one channel are drawn dark on light.
    """

    spec: TraversalSpec
    base: str = "mean"
    scale: int = 2
    ink: bool = False


class TraversalPanel(QWidget):
    """The form beside the preview, which has a row for each number.

    Signals:
        edited(TraversalWish): What is asked for now.
    """

    edited = Signal(object)

    def __init__(
        self,
        wish: TraversalWish,
        shape: tuple[int, ...],
        *,
        has_cursor: bool,
        parent: QWidget | None = None,
    ) -> None:
        """``shape`` is that of the images (C, H, W); ``has_cursor``: it is on the map."""
        super().__init__(parent)
        self.title = tr("Every number of the code")
        self._wish = wish
        self._shape = shape
        self.preview = GridPreview()
        self.preview.set_row_names([axis_name(dim) for dim in range(len(wish.spec.middle))])
        self.steps = QSpinBox(minimum=_FEWEST_STEPS, maximum=MOST_STEPS)
        self.reach = DecimalBox(0.1, _FARTHEST, 1, 0.5)
        self.reach.setPrefix("± ")
        self.base = QComboBox()
        self.scale = QSpinBox(minimum=1, maximum=MOST_SCALE, prefix="× ")
        self.ink = QCheckBox(tr("Dark on light"))
        self._result = QLabel()
        for key, label in BASES.items():
            if key != "cursor" or has_cursor:
                self.base.addItem(tr(label), key)
        self._lay_out()
        self._show()
        for changed in (
            self.steps.valueChanged,
            self.reach.valueChanged,
            self.base.currentIndexChanged,
            self.scale.valueChanged,
            self.ink.toggled,
        ):
            changed.connect(self._on_edited)

    def _lay_out(self) -> None:
        about = wrapped_label(
            tr(
                "A row for each number of the code: it alone changes from left to right, all "
                "others stay."
            )
        )
        about.setProperty("dim", True)
        self._result.setProperty("dim", True)
        self._result.setFont(figures_font(self.font()))
        self.reach.setToolTip(tr("Standard deviations to either side of the mean"))
        form = QFormLayout()
        form.setVerticalSpacing(SPACING)
        for text, field in (
            (tr("Images per row"), self.steps),
            (tr("Reach"), self.reach),
            (tr("Other numbers"), self.base),
            (tr("Enlarged"), self.scale),
        ):
            field.setAccessibleName(text)
            form.addRow(text, field)
        form.addRow("", self.ink)
        form.setRowVisible(self.ink, self._shape[0] == 1)
        form.addRow("", self._result)
        left = QWidget()
        left.setFixedWidth(_FORM_PX)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * SPACING)
        column.addWidget(about)
        column.addLayout(form)
        column.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(self.preview)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * SPACING)
        row.addWidget(left)
        row.addWidget(area, 1)

    @property
    def wish(self) -> TraversalWish:
        """What is asked for now."""
        return self._wish

    def _show(self) -> None:
        wish, spec = self._wish, self._wish.spec
        fields = (self.steps, self.reach, self.base, self.scale, self.ink)
        blockers = [QSignalBlocker(field) for field in fields]
        self.steps.setValue(spec.steps)
        self.reach.setValue(spec.reach)
        self.base.setCurrentIndex(max(0, self.base.findData(wish.base)))
        self.scale.setValue(wish.scale)
        self.ink.setChecked(wish.ink)
        del blockers
        _, height, width = self._shape
        self._result.setText(
            tr(
                "{width:,} × {height:,} pixels",
                width=wish.scale * ((width + 1) * spec.steps - 1),
                height=wish.scale * ((height + 1) * len(spec.middle) - 1),
            )
        )

    def _on_edited(self) -> None:
        spec = replace(self._wish.spec, steps=self.steps.value(), reach=self.reach.value())
        base, scale = self.base.currentData(), self.scale.value()
        self._wish = TraversalWish(spec, base, scale, self.ink.isChecked())
        self._show()
        self.edited.emit(self._wish)
