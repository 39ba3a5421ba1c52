"""Lazy sequences of very many elements."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar, overload

import numpy as np

_Thing = TypeVar("_Thing")


class Lazy(Sequence[_Thing]):
    """A sequence whose elements are computed by ``element_at`` on each access."""

    @abstractmethod
    def element_at(self, at: int) -> _Thing:
        """Return the element at index ``at``, 0 to length - 1."""

    @overload
    def __getitem__(self, at: int) -> _Thing: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[_Thing]: ...
    def __getitem__(self, at: int | slice) -> _Thing | Sequence[_Thing]:
        if isinstance(at, slice):
            return [self.element_at(one) for one in range(*at.indices(len(self)))]
        return self.element_at(range(len(self))[at])


class FieldItems:
    """Indices of items over several fields; with more than one field, each field is an item too."""

    def __init__(self, counts: Sequence[int]) -> None:
        self.starts: list[int] = np.concatenate([[0], np.cumsum(counts)]).astype(int).tolist()
        """First item of each field, and the first item that is a whole field."""
        self.total: int = self.starts[-1] + (len(counts) if len(counts) > 1 else 0)
        """Number of items."""

    def field_of(self, item: int) -> tuple[int, int | None]:
        """Return the field of ``item`` and its index there; None for the field as a whole."""
        if item >= self.starts[-1]:
            return item - self.starts[-1], None
        field = int(np.searchsorted(self.starts, item, side="right")) - 1
        return field, item - self.starts[field]
