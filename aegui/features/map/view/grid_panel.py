"""Forms with a preview for a grid of decoded images and for latent traversals. Passive."""

from __future__ import annotations

from dataclasses import replace

from aegui.core.i18n import tr
from aegui.core.latent.grids import GridSpec, TraversalSpec
from aegui.core.light_dataclass import dataclass
from aegui.features.map.view.sheet_panel import SheetPanel, SheetRequest
from aegui.kit.layouts import dim
from aegui.kit.marks import wrapped_label
from aegui.widgets.code_axes import CodeAxes
from aegui.widgets.form.form import Form
from aegui.widgets.rulers import axis_name

_FIELDS = ("quantiles", "between", "columns", "rows", "across", "up")
_AXES_ROW = 4
_ALL = GridSpec()


@dataclass(frozen=True)
class GridRequest(SheetRequest):
    """Settings of a grid; ``spec`` says which codes to decode."""

    spec: GridSpec = _ALL


class GridPanel(SheetPanel):
    """The form of a grid; ``axes`` chooses the two numbers of the code that vary."""

    def __init__(
        self,
        request: GridRequest,
        size: int,
        shape: tuple[int, ...],
        *,
        has_prior: bool,
        has_cursor: bool,
    ) -> None:
        """Create the form for codes of ``size`` numbers; quantiles require a prior."""
        form = Form(request, (*(f"spec.{name}" for name in _FIELDS), "base", "scale", "ink"))
        super().__init__(tr("Grid of decodes"), form, shape, has_cursor=has_cursor)
        self._size = size
        self.axes = CodeAxes()
        self.axes.set_state(request.spec.axes, size)
        self.axes.edited.connect(self._on_axes_edited)
        form.add_row(tr("Axes"), self.axes, _AXES_ROW)
        form.rows.setRowVisible(self.axes, size > 2)
        form.set_row_visible("base", size > 2)
        form.set_row_visible("spec.rows", size > 1)
        form.set_row_visible("spec.quantiles", has_prior)
        self._lay_out()
        self._show()

    def _tiles(self) -> tuple[int, int]:
        spec = self.request.spec
        return spec.rows if self._size > 1 else 1, spec.columns

    def _show(self) -> None:
        super()._show()
        is_quantiles = self.request.spec.quantiles
        self.form.set_row_visible("spec.between", is_quantiles)
        self.form.set_row_visible("spec.across", not is_quantiles)
        self.form.set_row_visible("spec.up", not is_quantiles and self._size > 1)

    def _on_axes_edited(self, axes: tuple[int, int]) -> None:
        request = self.request
        self.form.set_value(replace(request, spec=replace(request.spec, axes=axes)))
        self._on_form_edited()


_NOTHING = TraversalSpec((), ())


@dataclass(frozen=True)
class TraversalRequest(SheetRequest):
    """Settings of a sheet of traversals; ``spec`` says which codes to decode."""

    spec: TraversalSpec = _NOTHING


class TraversalPanel(SheetPanel):
    """The form of a sheet of traversals."""

    def __init__(
        self,
        request: TraversalRequest,
        shape: tuple[int, ...],
        *,
        has_cursor: bool,
    ) -> None:
        """Create the form for images of ``shape`` (C, H, W)."""
        form = Form(request, ("spec.steps", "spec.reach", "base", "scale", "ink"))
        title = tr("Every number of the code")
        super().__init__(title, form, shape, has_cursor=has_cursor)
        self.preview.set_row_names([axis_name(number) for number in range(self._tiles()[0])])
        words = tr(
            "A row for each number of the code: it alone changes from left to right, all others "
            "stay."
        )
        self._lay_out(dim(wrapped_label(words)))
        self._show()

    def _tiles(self) -> tuple[int, int]:
        return len(self.request.spec.middle), self.request.spec.steps
