"""The weights of the last epoch of a saved run, which stores the best ones separately."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.network.resolve import classes_learnt, layer_shapes
from aegui.core.training.record.best import has_best_weights
from aegui.core.training.record.timeline import TimelineFrame, TimelineView

if TYPE_CHECKING:
    from aegui.core.run_file.saved import SavedRun
    from aegui.core.training.record.result import Checkpoint
    from aegui.core.training.record.snapshot import Snapshot


def last_snapshot(run: SavedRun) -> Snapshot | None:
    """Return the last weights of each run; None if neither state nor timeline has them."""
    if run.snapshot is None or run.history is None or not len(run.history):
        return None
    end = float(run.history.epoch[-1])
    if not has_best_weights(run.recipe) or all(it.best_epoch == end for it in run.results):
        return run.snapshot
    timeline, frame = run.timeline, None
    if timeline is not None and len(timeline) and timeline.frames[-1].epoch >= end - 1e-6:
        frame = timeline.frames[-1]
    if frame is None or frame.row.dtype != np.float32:
        # A file stores timelines in half precision, but the checkpoint exactly.
        timeline = timeline or _without_frames(run)
        exact = None if run.checkpoint is None else _frame_of(run.checkpoint, timeline, end)
        frame = exact or frame
    return None if frame is None or timeline is None else timeline.snapshot_of(frame)


def _without_frames(run: SavedRun) -> TimelineView:
    shapes = layer_shapes(
        run.recipe, run.dataset.image_shape, classes_learnt(run.recipe, run.dataset)
    )
    return TimelineView(shapes, run.recipe.runs, ())


def _frame_of(checkpoint: Checkpoint, like: TimelineView, epoch: float) -> TimelineFrame | None:
    """Return the weights in ``checkpoint``; None if of another shape or not finite."""
    tensors, layout = checkpoint.tensors, like.layout
    parts = [tensors.get("parameters"), tensors.get("buffers", np.zeros(0, np.float32))]
    sizes = [layout.size, layout.buffer_size]
    if any(part is None or part.shape != (n,) for part, n in zip(parts, sizes, strict=True)):
        return None
    row = np.concatenate([np.asarray(part, np.float32) for part in parts])
    return TimelineFrame(epoch, row) if np.isfinite(row).all() else None
