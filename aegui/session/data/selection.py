"""The selected samples, shared by all views, and their statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal

from aegui.core.evaluation.group import MAX, described_group
from aegui.session.jobs.costs import QUICK_BATCH, is_quick
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec

_NONE = np.zeros(0, np.int64)
_QUICK_NUMBERS = 200_000
"""Number of pixels that can be summed or copied without a noticeable delay."""


class Selection(Service):
    """The selection in the current dataset, shared by all views; another dataset clears it."""

    changed = Signal(object)
    """Emitted with the selected indices, int64 ``[k]`` ascending."""

    def __init__(self) -> None:
        super().__init__()
        self._dataset: Dataset | None = None
        self._codec: Codec | None = None
        self._glyphs = True
        self._is_live = False
        self.indices: NDArray[np.int64] = _NONE
        """Selected indices in the dataset, int64 ``[k]`` ascending."""
        self._subject = object()
        self.groups = Derived("aegui-selection", self)
        """Answers with the ``SampleGroup`` of the selection while it is active."""
        self.groups.set_active(False)
        self.sets = Derived("aegui-selection-set", self)
        """Answers with the ``Dataset`` that ``take_out`` has made."""

    def set_dataset(self, dataset: Dataset, *, glyphs: bool) -> None:
        """Set the dataset to select from; another one clears the selection."""
        self._glyphs = glyphs
        if dataset is not self._dataset:
            self._dataset = dataset
            self.sets.forget()
            self.select(_NONE)

    def set_codec(self, codec: Codec | None, *, live: bool = False) -> None:
        """Set the network whose errors and codes are reported; ``live`` during its training."""
        self._codec, self._is_live = codec, live
        self._describe()

    def select(self, indices: NDArray[np.int64]) -> None:
        """Select the samples at ``indices`` ``[k]``, in any order."""
        if np.array_equal(indices, self.indices):
            return
        rows = np.unique(np.asarray(indices, np.int64))
        if np.array_equal(rows, self.indices):
            return
        rows.setflags(write=False)
        self.indices = rows
        self._subject = object()
        self.changed.emit(rows)
        self._describe()

    def leave_out(self, index: int) -> None:
        """Remove the sample at ``index`` from the selection."""
        self.select(self.indices[self.indices != index])

    def take_out(self, name: str) -> None:
        """Make a dataset of the selected samples; ``sets`` answers."""
        dataset, indices = self._dataset, self.indices
        if dataset is None or not len(indices):
            return
        self.sets.ask(
            lambda: dataset.subset(indices.tolist(), name),
            self._subject,
            quick=len(indices) * dataset.pixels <= _QUICK_NUMBERS,
        )

    def _describe(self) -> None:
        dataset, codec, indices = self._dataset, self._codec, self.indices
        if dataset is None or not len(indices):
            self.groups.forget()
            return
        glyphs = self._glyphs
        count = min(len(indices), MAX)
        quick = count * dataset.pixels <= _QUICK_NUMBERS
        if codec is not None:
            quick = quick and is_quick(codec, count * (codec.encode_cost + codec.cost), QUICK_BATCH)

        self.groups.compute(
            lambda _report, cancelled: described_group(
                dataset, indices, codec, glyphs=glyphs, cancelled=cancelled
            ),
            self._subject,
            quick=quick,
            gentle=self._is_live,
        )
