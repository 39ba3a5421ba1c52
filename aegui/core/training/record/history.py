"""The history of a training: growing columns, written by one thread and read by others.

Rows become sparser over time (see ``record_stride``): they are at most 1% of the epochs apart,
which a chart can hardly show. The cost of recording an epoch is therefore the same at epoch 10 and
at epoch 1,000,000, and the cost of drawing the whole history stays bounded too.
"""

from __future__ import annotations

from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

LONG_EPOCH_ROWS = 40_000
"""Samples per epoch from which epochs take seconds: the first ones get rows within them."""
QUARTERED_EPOCHS = 5
"""Number of first epochs that get four rows each in large sets."""
DENSE_EPOCHS = 50
"""Every epoch up to this one gets a row."""
MIN_STRIDE = 10
DOUBLING_EPOCH = 1_000
"""Epoch from which the stride doubles whenever the epoch does: rows are 0.5% to 1% apart."""


def record_stride(epoch: int) -> int:
    """Return the number of epochs between two rows, from ``epoch`` on."""
    if epoch < DENSE_EPOCHS:
        return 1
    return MIN_STRIDE * int(2 ** max(0, (epoch // DOUBLING_EPOCH).bit_length() - 1))


def epoch_number(epoch: float) -> float:
    """Return ``epoch`` as an int if it is whole, else as a float."""
    return int(epoch) if float(epoch).is_integer() else float(epoch)


def next_recorded_epoch(epoch: int, last: int) -> int:
    """Return the first epoch after ``epoch`` that gets a row; ``last`` always gets one."""
    stride = record_stride(epoch)
    return min((epoch // stride + 1) * stride, last)


def next_recorded_position(position: float, last: int, rows: int) -> float:
    """Like ``next_recorded_epoch``, for positions within an epoch.

    With many ``rows`` of samples the first epochs, which take long, get rows within them.
    """
    if rows >= LONG_EPOCH_ROWS and position < QUARTERED_EPOCHS:
        return min((int(position * 4 + 1e-6) + 1) / 4, last)
    return next_recorded_epoch(int(position + 1e-6), last)


@dataclass(frozen=True, eq=False)
class HistoryView:
    """The rows recorded up to one moment: n rows of K runs. The arrays must not be written to."""

    epoch: NDArray[np.float64]
    """float64 ``[n]``, epochs done (row 0 is epoch 0, before the first step); whole numbers except
    in the first epochs of large sets."""
    seconds: NDArray[np.float64]
    """float64 ``[n]``, training time so far, pauses excluded."""
    learning_rate: NDArray[np.float64]
    """float64 ``[n]``."""
    loss: NDArray[np.float32]
    """float32 ``[n, K]``, the loss on the inputs of that step (corrupted, if noise is on)."""
    wrong_mean: NDArray[np.float32]
    """float32 ``[n, K]``, mean wrong pixels per sample, clean input; this and the next two are NaN
    for models that do not reconstruct."""
    wrong_max: NDArray[np.float32]
    """float32 ``[n, K]``, wrong pixels of the worst sample, clean input."""
    share_at_most_1: NDArray[np.float32]
    """float32 ``[n, K]``, share of samples with at most 1 wrong pixel."""
    extra: Mapping[str, NDArray[np.float32]] = field(default_factory=lambda: MappingProxyType({}))
    """Further terms by key (see ``terms.py``), each float32 ``[n, K]``; NaN where a row has no
    value."""

    def __len__(self) -> int:
        """The number of rows n."""
        return len(self.epoch)

    def column(self, name: str) -> NDArray[np.float32] | None:
        """Return the column or term ``name``; None if it was not recorded."""
        found: NDArray[np.float32] | None = self.extra.get(name, getattr(self, name, None))
        return found

    @property
    def trained_loss(self) -> NDArray[np.float32]:
        """The loss; NaN in the pre-training of a classifier, which has other losses."""
        accuracy = self.extra.get("accuracy")
        return self.loss if accuracy is None else np.where(np.isnan(accuracy), np.nan, self.loss)

    @property
    def pre_training_loss(self) -> NDArray[np.float32] | None:
        """The loss of the layer that is being pre-trained, else NaN; None without classes.

        Rows of the pre-training are those without accuracy.
        """
        accuracy = self.extra.get("accuracy")
        return None if accuracy is None else np.where(np.isnan(accuracy), self.loss, np.nan)

    def nearest_row(self, epoch: float) -> int | None:
        """Return the row nearest to ``epoch``, the earlier of two as near; None without rows."""
        return int(np.abs(self.epoch - epoch).argmin()) if len(self) else None

    def row_at(self, epoch: float) -> int | None:
        """Return the row of ``epoch``, or None if there is none."""
        row = int(np.searchsorted(self.epoch, epoch - 1e-9))
        return row if row < len(self) and abs(self.epoch[row] - epoch) < 1e-6 else None

    def until(self, epoch: float) -> HistoryView:
        """Return the rows recorded before ``epoch``, without copying."""
        return self._part(slice(int(np.searchsorted(self.epoch, epoch - 1e-9))))

    def nearest(self, epoch: float) -> HistoryView | None:
        """Return the one row nearest to ``epoch``, without copying; None without rows."""
        row = self.nearest_row(epoch)
        return None if row is None else self._part(slice(row, row + 1))

    def _part(self, which: slice) -> HistoryView:
        rows: dict[str, Any] = {
            name: getattr(self, name)[which] for name in (*SCALAR_COLUMNS, *RUN_COLUMNS)
        }
        extra = {key: column[which] for key, column in self.extra.items()}
        return HistoryView(**rows, extra=MappingProxyType(extra))


SCALAR_COLUMNS = ("epoch", "seconds", "learning_rate")
RUN_COLUMNS = ("loss", "wrong_mean", "wrong_max", "share_at_most_1")


_FIRST_ROWS = 256


class History:
    """Growable columns, doubled when full; safe to ``view`` in one thread while another appends.

    A reader gets slices up to the count of finished rows; growing and ``cut`` allocate new arrays
    and never change the rows that a reader holds.
    """

    def __init__(self, runs: int, terms: Sequence[str] = ()) -> None:
        self.runs = runs
        self.terms = tuple(terms)
        columns: dict[str, NDArray[np.generic]] = {
            **{name: np.empty(_FIRST_ROWS, np.float64) for name in SCALAR_COLUMNS},
            **{name: np.empty((_FIRST_ROWS, runs), np.float32) for name in RUN_COLUMNS},
            **{name: np.empty((_FIRST_ROWS, runs), np.float32) for name in self.terms},
        }
        # Replaced as a whole: a reader sees a count and the columns that it belongs to.
        self._rows = 0, columns

    def __len__(self) -> int:
        """The number of rows."""
        return self._rows[0]

    def append(self, **row: ArrayLike) -> None:
        """Add one row: a value for every column of ``HistoryView`` and any of the terms."""
        count, columns = self._rows
        if count == len(columns["epoch"]):
            columns = {
                name: np.concatenate([column, np.empty_like(column)])
                for name, column in columns.items()
            }
        for name, column in columns.items():
            column[count] = row.get(name, np.nan) if name in self.terms else row[name]
        self._rows = count + 1, columns

    def cut(self, epoch: float) -> None:
        """Drop the rows recorded after ``epoch``."""
        count, columns = self._rows
        remaining = int(np.searchsorted(columns["epoch"][:count], epoch + 1e-9))
        if remaining < count:
            self._rows = remaining, {name: column.copy() for name, column in columns.items()}

    def view(self) -> HistoryView:
        """Return all rows finished so far, without copying."""
        count, columns = self._rows
        rows: dict[str, Any] = {name: column[:count] for name, column in columns.items()}
        extra = {name: rows.pop(name) for name in self.terms}
        return HistoryView(**rows, extra=MappingProxyType(extra))

    @classmethod
    def from_view(cls, view: HistoryView, terms: Sequence[str] = ()) -> History:
        """Return a history that continues after the rows of ``view``, which are copied."""
        history = cls(view.loss.shape[1], tuple(dict.fromkeys((*view.extra, *terms))))
        for index in range(len(view)):
            history.append(
                **{name: getattr(view, name)[index] for name in (*SCALAR_COLUMNS, *RUN_COLUMNS)},
                **{name: column[index] for name, column in view.extra.items()},
            )
        return history
