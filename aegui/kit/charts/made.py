"""Sequences of very many things, each made when it is asked for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar, overload

import numpy as np

_Thing = TypeVar("_Thing")


class Made(Sequence[_Thing]):
    """A sequence of which ``made`` gives each element anew."""

    @abstractmethod
    def made(self, at: int) -> _Thing:
        """The element at a place from 0 up to the length."""

    @overload
    def __getitem__(self, at: int) -> _Thing: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[_Thing]: ...
    def __getitem__(self, at: int | slice) -> _Thing | Sequence[_Thing]:
        if isinstance(at, slice):
            return [self.made(one) for one in range(*at.indices(len(self)))]
        return self.made(range(len(self))[at])


class FieldItems:
    """Items counted through several fields; where there are several, each as a whole follows.

    Attributes:
        starts: The first item of each field, and the first that is a whole field.
        total: How many items there are.
    """

    def __init__(self, counts: Sequence[int]) -> None:
        self.starts: list[int] = np.concatenate([[0], np.cumsum(counts)]).astype(int).tolist()
        self.total: int = self.starts[-1] + (len(counts) if len(counts) > 1 else 0)

    def place(self, item: int) -> tuple[int, int | None]:
        """The field of ``item`` and its number there; None: it is the whole field."""
        if item >= self.starts[-1]:
            return item - self.starts[-1], None
        field = int(np.searchsorted(self.starts, item, side="right")) - 1
        return field, item - self.starts[field]
