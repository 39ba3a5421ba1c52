"""Samples that a command reads; what was assumed or left out is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.commands.words import note
from aegui.core.data.load import choose, read_source, select

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import DataSpec


def loaded_set(source: str, chars: str | None = None) -> Dataset:
    """Return the samples that ``source`` names, as ``load_dataset``, and print the notes on them.

    Raises:
        AeguiError: As for ``load_dataset``.
    """
    dataset = _noted(source)
    return dataset if chars is None else choose(dataset, chars)


def loaded_data(spec: DataSpec) -> Dataset:
    """Return the samples that ``spec`` asks for, as ``load_data``, and print the notes on them.

    Raises:
        AeguiError: As for ``load_data``.
    """
    return select(_noted(spec.source, spec), spec)


def _noted(source: str, spec: DataSpec | None = None) -> Dataset:
    reading = read_source(source, None if spec is None else spec.images)
    for line in reading.notes:
        note(line)
    return reading.dataset
