"""The timeline of a run in its file: weights of many epochs, within a budget.

A full file keeps them in half precision. A compact one keeps whole steps of a size that each tensor
has for itself, and of each moment only the difference from the one before: small numbers, which the
archive packs to a few bits a weight.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.i18n import tr
from aegui.core.network.resolve import classes_learnt, layer_shapes
from aegui.core.run_file.archive import refused, to_tensors
from aegui.core.run_file.sound_numbers import unsound
from aegui.core.training.record.layout import Layout
from aegui.core.training.record.timeline import SAVED_BYTES, TimelineFrame, TimelineView

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import Recipe
    from aegui.core.run_file.archive import Archive

    Rows = NDArray[np.float16]

MEMBER = "timeline.safetensors"
COMPACT_MEMBER = "timeline-steps.safetensors"
"""Where a compact file has it: a program that does not know it finds a run without a timeline."""
LAST_EPOCH = 2**31 - 1
"""No training is longer."""
COMPACT_BYTES = 1_900_000
"""Budget in a compact file, such as those that ship, as they are packed."""
COMPACT_MOMENTS = 12
"""More are hardly told apart in a film."""
STEPS_PER_DEVIATION = 6
"""Steps in the root mean square of a tensor's weights: rounding adds 5% of noise to each weight,
which the sum of hundreds of inputs hides."""
_MAX_STEPS = 127
_HALF = float(np.finfo(np.float16).max)
_LARGEST_STEP = _HALF / _MAX_STEPS
"""Every level of larger steps would not fit half precision."""


def to_members(
    timeline: TimelineView | None, *, compact: bool = False
) -> dict[str, dict[str, NDArray[np.generic]]]:
    """The members of an archive that keep ``timeline``, by name; none where nothing is to be kept.

    Moments whose weights do not fit half precision (65,504 is the end) are left out, and so are so
    many that the rest keeps within ``SAVED_BYTES``, or packed within ``COMPACT_BYTES``; that of the
    first and that of the last epoch stay.
    """
    if timeline is None or len(timeline) == 0:
        return {}
    fitting = [it for it in timeline.frames if float(np.abs(it.row).max(initial=0.0)) <= _HALF]
    view = TimelineView(timeline.of, timeline.runs, tuple(fitting))
    if compact:
        member = _within_budget(view.thinned(COMPACT_MOMENTS))
        return {} if member is None else {COMPACT_MEMBER: member}
    most = SAVED_BYTES // max(1, 2 * timeline.frames[0].row.size)
    if most < 2 or len(view) < 2:
        return {}
    view = view.thinned(most)
    rows = np.stack([frame.row.astype(np.float16) for frame in view.frames])
    return {MEMBER: {"epoch": view.epochs, "rows": rows}}


def _within_budget(timeline: TimelineView) -> dict[str, NDArray[np.generic]] | None:
    """As many moments as the budget of a compact file holds; None where these are not two."""
    while len(timeline) >= 2:
        member = _in_steps(timeline)
        size = len(zlib.compress(member["changes"].tobytes()))
        if size <= COMPACT_BYTES:
            return member
        fewer = min(len(timeline) - 1, len(timeline) * COMPACT_BYTES // size)
        if fewer < 2:
            return None
        timeline = timeline.thinned(fewer)
    return None


def _in_steps(timeline: TimelineView) -> dict[str, NDArray[np.generic]]:
    """The rows in whole steps: the size of a step of each tensor, and changes from row to row.

    Levels lie within +-127, so that their changes are whole modulo 256.
    """
    rows = np.stack([frame.row.astype(np.float32) for frame in timeline.frames])
    steps = np.zeros(len(_places(timeline.layout)), np.float32)
    levels = np.zeros(rows.shape, np.int16)
    for index, place in enumerate(_places(timeline.layout)):
        numbers = rows[:, place]
        if numbers.size == 0:
            continue
        deviation = float(np.sqrt(np.square(numbers).mean(axis=1)).max())
        largest = float(np.abs(numbers).max())
        step = max(min(deviation / STEPS_PER_DEVIATION, _LARGEST_STEP), largest / _MAX_STEPS)
        if step > 0:
            steps[index] = step
            levels[:, place] = np.rint(numbers / steps[index])
    levels = levels.clip(-_MAX_STEPS, _MAX_STEPS)
    changes = np.diff(levels, axis=0, prepend=np.zeros((1, rows.shape[1]), np.int16))
    return {"epoch": timeline.epochs, "steps": steps, "changes": changes.astype(np.int8)}


def _from_steps(steps: NDArray[np.float32], changes: NDArray[np.int8], layout: Layout) -> Rows:
    """The rows, ``[T, n]`` in half precision."""
    levels = np.cumsum(changes, axis=0, dtype=np.int8)
    rows = np.zeros(changes.shape, np.float16)
    for step, place in zip(steps, _places(layout), strict=True):
        # Levels of older files, whose steps exceed ``_LARGEST_STEP``, may be rounded to beyond it.
        rows[:, place] = (levels[:, place] * step).clip(-_HALF, _HALF)
    return rows


def _places(layout: Layout) -> list[slice]:
    """Where each tensor of all runs lies in a row: parameters, then buffers."""
    learnt = [slice(block.start, block.stop) for block in layout.blocks]
    first = layout.size
    return learnt + [slice(first + it.start, first + it.stop) for it in layout.buffer_blocks]


def read_timeline(archive: Archive, recipe: Recipe, dataset: Dataset) -> TimelineView | None:
    """The timeline in ``archive``, checked against the recipe; None where it has none.

    Raises:
        ReadError: It is damaged, or is not of this network.
    """
    member = next((name for name in (MEMBER, COMPACT_MEMBER) if name in archive), None)
    if member is None:
        return None
    shapes = layer_shapes(recipe, dataset.image_shape, classes_learnt(recipe, dataset))
    layout = Layout(shapes.all_layers, recipe.runs)
    epochs, rows = _read_rows(archive, member, layout)
    if len(epochs) != len(rows):
        raise refused(archive.name, member, tr("its columns differ in length"))
    # NaN is within no bounds.
    in_bounds = ((epochs >= 0) & (epochs <= LAST_EPOCH)).all()
    if not (in_bounds and (np.diff(epochs) > 0).all()):
        raise refused(archive.name, member, tr("its epochs do not grow"))
    for epoch, row in zip(epochs, rows, strict=True):
        fault = unsound(row)
        if fault is not None:
            reason = tr("weights of epoch {epoch:g}: {fault}", epoch=epoch, fault=fault)
            raise refused(archive.name, member, reason)
    frames = tuple(
        TimelineFrame(float(epoch), row) for epoch, row in zip(epochs, rows, strict=True)
    )
    return TimelineView(shapes, recipe.runs, frames)


def _read_rows(archive: Archive, member: str, layout: Layout) -> tuple[NDArray[np.float64], Rows]:
    """Epochs ``[T]`` and rows ``[T, n]`` of ``member``, not compared with each other yet."""
    size = layout.size + layout.buffer_size
    epoch: tuple[type[np.generic], tuple[int | None, ...]] = (np.float64, (None,))
    if member == MEMBER:
        tensors = to_tensors(archive, member, {"epoch": epoch, "rows": (np.float16, (None, size))})
        return tensors["epoch"].astype(np.float64), tensors["rows"].astype(np.float16, copy=False)
    expected: dict[str, tuple[type[np.generic], tuple[int | None, ...]]] = {
        "epoch": epoch,
        "steps": (np.float32, (len(_places(layout)),)),
        "changes": (np.int8, (None, size)),
    }
    tensors = to_tensors(archive, member, expected)
    steps = tensors["steps"].astype(np.float32)
    if not ((steps >= 0) & (steps <= _HALF)).all():
        raise refused(archive.name, member, tr("its steps are not sizes"))
    changes = tensors["changes"].astype(np.int8, copy=False)
    return tensors["epoch"].astype(np.float64), _from_steps(steps, changes, layout)
