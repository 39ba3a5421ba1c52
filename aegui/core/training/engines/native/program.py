"""A list of operations, and the arguments of a call of the machine."""

from __future__ import annotations

import ctypes
import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from aegui.core.training.engines.native.library import NativeLibrary
    from aegui.core.training.engines.operations.listing import OperationList

_ALIGNED = 16
_PIECES = 4
"""Pieces of work per thread: with several, a thread delayed by another process matters less."""
_POINTERS = ("ops", "places", "carried", "constants", "values", "streams")
_COUNTS = (
    *("whole_ops", "rest_ops", "place_count", "moving_count", "carried_count", "constant_count"),
    *("value_count", "values_by_run", "whole_batches", "rest_batches"),
)


class _Call(ctypes.Structure):
    """``struct program`` of the machine."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in _POINTERS),
        *((name, ctypes.c_int64) for name in _COUNTS),
    )


class _Thread:
    """Memory of one thread: an arena, addresses, numbers."""

    def __init__(self, listing: OperationList) -> None:
        self.arena = _aligned(listing.arena)
        self.places = np.zeros(len(listing.places), np.uint64)
        self.values = np.zeros(len(listing.constants) + len(listing.symbols) + 1, np.float32)


class NativeProgram:
    """Steps of all runs on the machine.

    Args:
        library: The machine.
        listing: The operations of a step.
        runs: Number of runs.
        batches: Number of full-size batches of an epoch, and of smaller last ones: 1 or 0.
        streams: Index of each run's stream of random numbers, int64 ``[K]``.
        threads: Maximum number of threads to use.
    """

    def __init__(
        self,
        library: NativeLibrary,
        listing: OperationList,
        runs: int,
        batches: tuple[int, int],
        *,
        streams: NDArray[np.int64] | None = None,
        threads: int = 1,
    ) -> None:
        self._library = library
        self._listing = listing
        self._runs = runs
        self._batches = batches
        self._streams = np.zeros(runs, np.int64) if streams is None else streams
        self._carried = np.array(
            [(one.outside, one.offset, one.length, one.back) for one in listing.carried], np.uint64
        )
        count = max(1, min(threads, runs))
        pieces = min(runs, _PIECES * count) if count > 1 else 1
        ends = [runs * piece // pieces for piece in range(pieces + 1)]
        self._pieces = list(itertools.pairwise(ends))
        self._threads = [_Thread(listing) for _ in range(count)]
        self._pool: ThreadPoolExecutor | None = None
        if count > 1:
            self._pool = ThreadPoolExecutor(
                count - 1, "machine", lambda: torch.set_flush_denormal(True)
            )

    def run(
        self,
        known: Mapping[str, NDArray[np.float64]],
        drawn: Mapping[str, torch.Tensor],
        epochs: int,
    ) -> None:
        """Do some epochs.

        Args:
            known: Numbers that the list's formulas depend on, each ``[K or 1, steps]``.
            drawn: Random numbers of these epochs, ``[epochs, batches or 1, ...]``.
            epochs: Number of epochs.
        """
        listing, (full_batches, rest) = self._listing, self._batches
        values = listing.values(known)
        places = self._places(drawn)
        call = _Call(
            *(
                array.ctypes.data
                for array in (
                    *(listing.ops, places, self._carried, listing.constants, values),
                    self._streams,
                )
            ),
            listing.full_batch_ops,
            len(listing.ops) - listing.full_batch_ops,
            len(places),
            listing.moving,
            len(self._carried),
            len(listing.constants),
            values.shape[-1],
            values[0].size if len(values) > 1 else 0,
            full_batches,
            rest,
        )
        pieces = iter(self._pieces)
        others = []
        if self._pool is not None:
            others = [
                self._pool.submit(self._work, call, thread, pieces, epochs)
                for thread in self._threads[1:]
            ]
        self._work(call, self._threads[0], pieces, epochs)
        for other in others:
            other.result()

    def _work(
        self, call: _Call, thread: _Thread, pieces: Iterator[tuple[int, int]], epochs: int
    ) -> None:
        """Process the remaining pieces, which are shared by all threads, one after the other."""
        for first, stop in pieces:
            self._library.run(
                ctypes.addressof(call),
                thread.arena.ctypes.data,
                thread.places.ctypes.data,
                thread.values.ctypes.data,
                first,
                stop,
                epochs,
            )

    def _places(self, drawn: Mapping[str, torch.Tensor]) -> NDArray[np.uint64]:
        """Return an array of ``struct place``, in units of 4 bytes."""
        rows = np.zeros((len(self._listing.places), 6), np.uint64)
        for row, place in zip(rows, self._listing.places, strict=True):
            if place.moving is None:
                row[:3] = place.outside, place.offset, place.by_run
                continue
            start, *strides = place.moving.entry(place.offset, drawn[place.moving.name])
            row[:] = start, 0, *strides
        return rows


def _aligned(numbers: int) -> NDArray[np.float32]:
    """Return zeros that are aligned for vector registers."""
    buffer = np.zeros(numbers + _ALIGNED, np.float32)
    start = (-buffer.ctypes.data // 4) % _ALIGNED
    return buffer[start : start + numbers]
