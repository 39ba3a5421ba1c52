"""The timeline of a run in its file: weights of many epochs in half precision, within a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.archive import refused, to_tensors
from aegui.core.i18n import tr
from aegui.core.network.resolve import classes_learnt, layer_shapes
from aegui.core.training.layout import Layout
from aegui.core.training.timeline import SAVED_BYTES, Frame, TimelineView

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.archive import Archive
    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import Recipe

MEMBER = "timeline.safetensors"
LAST_EPOCH = 2**31 - 1
"""No training is longer."""
COMPACT_BYTES = 512 << 10
"""Budget in a compact file, such as those that ship."""
_HALF = float(np.finfo(np.float16).max)


def to_member(
    timeline: TimelineView | None, *, compact: bool = False
) -> dict[str, NDArray[np.generic]] | None:
    """The arrays that keep ``timeline``; None where there is nothing to keep.

    Weights are rounded to half precision: some three digits, which no picture shows. Moments whose
    weights do not fit it (65,504 is the end) are left out, and so are so many that the rest keeps
    within ``SAVED_BYTES``; that of the first and that of the last epoch stay.
    """
    if timeline is None or len(timeline) == 0:
        return None
    budget = COMPACT_BYTES if compact else SAVED_BYTES
    most = budget // max(1, 2 * timeline.frames[0].row.size)
    fitting = [it for it in timeline.frames if float(np.abs(it.row).max(initial=0.0)) <= _HALF]
    kept = TimelineView(timeline.of, timeline.runs, tuple(fitting)).thinned(max(2, most))
    if most < 2 or len(kept) < 2:
        return None
    return {
        "epoch": kept.epochs,
        "rows": np.stack([frame.row.astype(np.float16) for frame in kept.frames]),
    }


def read_timeline(archive: Archive, recipe: Recipe, dataset: Dataset) -> TimelineView | None:
    """The timeline in ``archive``, checked against the recipe; None where it has none.

    Raises:
        ReadError: It is damaged, or is not of this network.
    """
    if MEMBER not in archive:
        return None
    shapes = layer_shapes(recipe, dataset.image_shape, classes_learnt(recipe, dataset))
    layout = Layout(shapes.all_layers, recipe.runs)
    size = layout.size + layout.buffer_size
    tensors = to_tensors(
        archive, MEMBER, {"epoch": (np.float64, (None,)), "rows": (np.float16, (None, size))}
    )
    epochs, rows = (
        tensors["epoch"].astype(np.float64),
        tensors["rows"].astype(np.float16, copy=False),
    )
    if len(epochs) != len(rows):
        raise refused(archive.name, MEMBER, tr("its columns differ in length"))
    # NaN is within no bounds.
    in_bounds = ((epochs >= 0) & (epochs <= LAST_EPOCH)).all()
    if not (in_bounds and (np.diff(epochs) > 0).all()):
        raise refused(archive.name, MEMBER, tr("its epochs do not grow"))
    frames = tuple(Frame(float(epoch), row) for epoch, row in zip(epochs, rows, strict=True))
    return TimelineView(shapes, recipe.runs, frames)
