"""Form with a preview for latent traversals of all numbers of the code. Passive."""

from __future__ import annotations

from dataclasses import dataclass

from aegui.core.i18n import tr
from aegui.core.latent.grids import TraversalSpec
from aegui.features.map.view.sheet_panel import SheetPanel, SheetRequest
from aegui.kit.layouts import dim
from aegui.kit.marks import wrapped_label
from aegui.widgets.form.form import Form
from aegui.widgets.rulers import axis_name

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
