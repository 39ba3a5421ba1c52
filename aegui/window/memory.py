"""Memory use of the session by part, with upper bounds."""

from __future__ import annotations

import html
import os
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.data.byte_images import is_mapped, memory_of
from aegui.core.data.store import LIVE_BYTES, megabytes
from aegui.core.i18n import tr
from aegui.session.documents.undo_history import MAX_BYTES
from aegui.session.holding import Holding

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.session.services import Services

_STATM = Path("/proc/self/statm")


def holdings(services: Services) -> tuple[Holding, ...]:
    """Return the parts that grow with the data, the network, or the running time."""
    workspace, runner = services.workspace, services.runner
    sets = {id(each): each for each in (workspace.dataset, workspace.pool)}
    if workspace.run is not None:
        sets[id(workspace.run.dataset)] = workspace.run.dataset
    timeline = services.shown.timeline
    checkpoint = None if workspace.run is None else workspace.run.checkpoint
    state = [] if checkpoint is None else list(checkpoint.tensors.values())
    return (
        # The draft's samples are a selection of a pool, and the run has samples of its own.
        Holding(tr("samples"), sum(map(live_bytes, sets.values())), 3 * LIVE_BYTES),
        Holding(tr("state of the training"), sum(tensor.nbytes for tensor in state)),
        Holding(
            tr("weights of past epochs"),
            0 if timeline is None else timeline.nbytes,
            runner.timeline_bytes,
        ),
        Holding(tr("steps that can be undone"), workspace.undo_stack.held_bytes, MAX_BYTES),
        *services.holdings(),
    )


def live_bytes(dataset: Dataset) -> int:
    """Return the bytes of the pixels in memory; 0 if they are mapped from a file."""
    return 0 if is_mapped(dataset.images) else memory_of(dataset.images).nbytes


def process_bytes() -> int | None:
    """Return the resident memory of the process; None if the system does not report it."""
    try:
        pages = int(_STATM.read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def memory_table(services: Services) -> str:
    """Return the memory use of each part as an HTML table."""
    rows = [
        (
            one.label,
            megabytes(one.count),
            "" if one.most is None else tr("of at most {size}", size=megabytes(one.most)),
        )
        for one in holdings(services)
    ]
    total = process_bytes()
    if total is not None:
        rows.append((tr("the whole program"), megabytes(total), ""))
    cells = "".join(
        f"<tr><td>{html.escape(label)}</td><td align='right'>&nbsp;&nbsp;{size}</td>"
        f"<td>&nbsp;&nbsp;{most}</td></tr>"
        for label, size, most in rows
    )
    return f"<p><b>{html.escape(tr('Memory'))}</b></p><table>{cells}</table>"
