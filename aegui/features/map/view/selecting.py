"""The map on which samples are selected: by drawing around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt

from aegui.core.i18n import tr, trn
from aegui.features.map.view.view import MapView
from aegui.kit.speech import describe
from aegui.session.data.looks import GLYPHS, Look
from aegui.widgets.dragged_samples import drag_samples
from aegui.widgets.glyphs import label_name
from aegui.widgets.viewport import bounds_of, roomy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from PySide6.QtCore import QPointF
    from PySide6.QtWidgets import QWidget

    from aegui.core.latent.frame import Frame

_MOST_NAMED = 6


class SelectingMap(MapView):
    """A map with a lasso; what it selects stands out and is reported."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._adds = False
        self._region: tuple[NDArray[np.float64], Frame] | None = None
        self._bar.lasso_edited.connect(self._on_bar_lasso_edited)
        self._furniture.selection.shown_requested.connect(self.zoom_to_selection)
        self._furniture.selection.cleared.connect(self.clear_selection)

    @property
    def lassoing(self) -> bool:
        """Whether dragging draws around samples, instead of moving the map."""
        return self._bar.lasso.isChecked()

    @property
    def region(self) -> tuple[NDArray[np.float64], Frame] | None:
        """What was last drawn around: the corners ``[m, 2]`` on the map, and what x and y were."""
        return self._region

    def set_lassoing(self, lassoing: bool) -> None:
        """Let dragging draw around samples, or move the map."""
        self._bar.lasso.setChecked(lassoing)

    def _on_bar_lasso_edited(self) -> None:
        self.setCursor(self._rest_cursor())

    def _rest_cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.PointingHandCursor if self.lassoing else Qt.CursorShape.CrossCursor

    def _begin_lasso(self, at: QPointF, *, adds: bool) -> None:
        self._adds = adds
        self._overlay.lasso.begin(at)
        # What is drawn around stays where it is seen.
        self._navigation.keep_still(True)

    def _extend_lasso(self, at: QPointF) -> None:
        lasso = self._overlay.lasso
        before = lasso.rect()
        lasso.extend(at)
        self.update(before.united(lasso.rect()).toAlignedRect())

    def _end_lasso(self) -> None:
        """Select what lies within the line, or nothing after a mere click."""
        lasso, points = self._overlay.lasso, self._scene.points
        self.update(lasso.rect().toAlignedRect())
        found = np.zeros(0, np.int64)
        if not lasso.is_click:
            self._scene.lay_out(self._view)
            found = points.indices[lasso.rows(points, self._view)]
            self._region = (lasso.places(self._view), self._scene.frame)
        self._let_lasso_go()
        self.select(np.union1d(self.selection, found) if self._adds else found)

    def _drop_lasso(self) -> None:
        lasso = self._overlay.lasso
        if lasso.is_drawn:
            self.update(lasso.rect().toAlignedRect())
            self._let_lasso_go()

    def _let_lasso_go(self) -> None:
        self._overlay.lasso.drop()
        self._navigation.keep_still(False)

    def _drag_samples(self, pressed: QPointF, *, alone: bool) -> bool:
        """Let a person drag the sample at ``pressed``, with all that is selected; else False.

        One that is not selected is dragged only ``alone``: else the map is moved.
        """
        if self.lassoing:
            return False
        self._scene.lay_out(self._view)
        index = self._scene.points.hit(pressed.x(), pressed.y())
        if index is None:
            return False
        chosen = index in self.selection
        if not chosen and not alone:
            return False
        drag_samples(self, self.selection.tolist() if chosen else [index])
        return True

    def set_samples(  # noqa: D102
        self,
        labels: Sequence[str],
        images: ArrayLike,
        look: Look = GLYPHS,
        names: Sequence[str] | None = None,
    ) -> None:
        # What was drawn around was the map of other samples.
        self._drop_lasso()
        self._region = None
        super().set_samples(labels, images, look, names)

    def select(self, indices: NDArray[np.int64]) -> None:
        """A person selects these samples ``[k]`` of the set: show and tell it, if it is new."""
        if not np.array_equal(indices, self.selection):
            self.set_selection(indices)
            self._tell_selection()
            self.selection_changed.emit(self.selection)

    def _tell_selection(self) -> None:
        """Say in words what is selected."""
        chosen, names = self.selection, self._scene.points.stamps.names
        if not len(chosen):
            describe(self, tr("Nothing is selected"))
            return
        count = trn("{n} sample selected", "{n} samples selected", len(chosen))
        few = ", ".join(label_name(names[index]) for index in chosen[:_MOST_NAMED].tolist())
        more = ", ..." if len(chosen) > _MOST_NAMED else ""
        describe(self, f"{count}: {few}{more}")

    def clear_selection(self) -> None:
        """A person wants nothing to be selected."""
        self.select(np.zeros(0, np.int64))

    def set_selection(self, indices: ArrayLike | None) -> None:  # noqa: D102
        super().set_selection(indices)
        self._furniture.selection.set_count(len(self.selection))
        self._furniture.place()

    def zoom_to_selection(self) -> None:
        """Show the samples that are selected; all where none is."""
        points = self._scene.points
        rows = np.flatnonzero(np.isin(points.indices, self.selection))
        bounds = bounds_of(points.places[rows])
        if bounds is None:
            self.fit()
        else:
            self._navigation.show(roomy(bounds, self._scene.bounds), animated=self.isVisible())
