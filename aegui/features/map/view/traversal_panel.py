"""What a sheet of all numbers of the code is to show, as a form with a preview. Passive."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from aegui.core.i18n import tr
from aegui.core.latent.grids import TraversalSpec
from aegui.features.map.view.grid_panel import Base, GridPreview, Ink, Scale
from aegui.kit.layouts import column, dim, held, row
from aegui.kit.marks import wrapped_label
from aegui.kit.theme import SPACING, figures_font
from aegui.widgets.form.fields import ChoiceField
from aegui.widgets.form.form import Form
from aegui.widgets.rulers import axis_name

_FORM_PX = 290
_NOTHING = TraversalSpec((), ())


@dataclass(frozen=True)
class TraversalRequest:
    """A sheet as a person asks for it.

    Attributes:
        spec: Which codes.
        base: Key of where the numbers come from that do not change: one of ``BASES``.
        scale: Pixels of the picture per pixel of an image.
        ink: Whether images of one channel are drawn dark on light.
    """

    spec: TraversalSpec = _NOTHING
    base: Base = "mean"
    scale: Scale = 2
    ink: Ink = False


class TraversalPanel(QWidget):
    """The form beside the preview, which has a row for each number.

    Signals:
        edited(TraversalRequest): What is asked for now.
    """

    edited = Signal(object)

    def __init__(
        self,
        request: TraversalRequest,
        shape: tuple[int, ...],
        *,
        has_cursor: bool,
        parent: QWidget | None = None,
    ) -> None:
        """``shape`` is that of the images (C, H, W); ``has_cursor``: it is on the map."""
        super().__init__(parent)
        self.title = tr("Every number of the code")
        self._request = request
        self._shape = shape
        self.preview = GridPreview()
        self.preview.set_row_names([axis_name(dim) for dim in range(len(request.spec.middle))])
        self.form = Form(request, ("spec.steps", "spec.reach", "base", "scale", "ink"))
        self._result = dim()
        base = self.form.fields["base"]
        if isinstance(base, ChoiceField) and not has_cursor:
            base.removeItem(base.findData("cursor"))
        self._lay_out()
        self._show()
        self.form.edited.connect(self._on_form_edited)

    def _lay_out(self) -> None:
        about = dim(
            wrapped_label(
                tr(
                    "A row for each number of the code: it alone changes from left to right, all "
                    "others stay."
                )
            )
        )
        self._result.setFont(figures_font(self.font()))
        self.form.set_row_visible("ink", self._shape[0] == 1)
        self.form.rows.addRow("", self._result)
        left = held(column(about, self.form, 1, spacing=2 * SPACING))
        left.setFixedWidth(_FORM_PX)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(self.preview)
        self.setLayout(row(left, (area, 1), spacing=2 * SPACING))

    @property
    def request(self) -> TraversalRequest:
        """What is asked for now."""
        return self._request

    def _show(self) -> None:
        request, spec = self._request, self._request.spec
        _, height, width = self._shape
        self._result.setText(
            tr(
                "{width:,} × {height:,} pixels",
                width=request.scale * ((width + 1) * spec.steps - 1),
                height=request.scale * ((height + 1) * len(spec.middle) - 1),
            )
        )

    def _on_form_edited(self, request: TraversalRequest) -> None:
        self._request = request
        self._show()
        self.edited.emit(request)
