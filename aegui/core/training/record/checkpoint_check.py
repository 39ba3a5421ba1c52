"""Validation of a saved training state before it is used: a file may contain anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from aegui.core.errors import TrainingError
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    State = Mapping[str, NDArray[np.generic]]
    Scalars = Mapping[str, int | float | str]

MAX = 2.0**53
"""Upper bound of counts: doubles beyond it are no longer exact integers."""
_GENERATOR_SHAPES = ((5056,), (16,))
"""Shapes of the states of torch's generators on the CPU and on CUDA."""


def damaged(name: str) -> TrainingError:
    """Return the error for a state in which ``name`` is invalid."""
    return TrainingError(
        tr(
            "The state to continue this training from is damaged: {name} is invalid. Its weights "
            "can be used; to learn more, train from the start.",
            name=name,
        )
    )


def number(scalars: Scalars, name: str, low: float = 0.0, high: float = MAX) -> float:
    """Return the number ``name``, checked against its bounds.

    Raises:
        TrainingError: It is missing, not a number, or out of bounds.
    """
    value = scalars.get(name)
    # NaN fails this comparison too.
    if value is None or isinstance(value, str) or not low <= value <= high:
        raise damaged(name)
    return float(value)


def array(state: State, name: str, like: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return the array ``name``, which must have the type and shape of ``like``.

    Raises:
        TrainingError: It is missing, or of another type or shape.
    """
    found = state.get(name)
    if found is None or found.dtype != like.dtype:
        raise damaged(name)
    # Older files store a scalar with one axis.
    if found.shape != like.shape and not (like.ndim == 0 and found.size == 1):
        raise damaged(name)
    return found.reshape(like.shape)


def counts(
    state: State, name: str, like: NDArray[np.generic], high: float = MAX
) -> NDArray[np.generic]:
    """Return the array ``name``, like ``array``, checked to hold integers from 0 to ``high``.

    Raises:
        TrainingError: It is missing, of another type or shape, or holds other numbers.
    """
    found = array(state, name, like)
    numbers = found.astype(np.float64)
    are_counts = (numbers >= 0) & (numbers <= high) & (numbers == np.floor(numbers))
    if not are_counts.all():
        raise damaged(name)
    return found


def is_of_another_device(state: State, name: str, generator: torch.Generator) -> bool:
    """Return whether ``name`` is the state of a generator on another kind of device.

    Raises:
        TrainingError: It is not the state of a generator.
    """
    length = generator.get_state().numel()
    found = state.get(name)
    if (
        found is None
        or found.dtype != np.uint8
        or found.shape not in {(length,), *_GENERATOR_SHAPES}
    ):
        raise damaged(name)
    return found.shape != (length,)


def restore_generator(generator: torch.Generator, state: State, name: str) -> None:
    """Restore the state ``name`` of ``generator``.

    Raises:
        TrainingError: It is not the state of a generator, or of one on another kind of device.
    """
    numbers = array(state, name, generator.get_state().numpy())
    try:
        generator.set_state(torch.from_numpy(numbers.copy()))
    except RuntimeError:
        # The size is right, but the content is not.
        raise damaged(name) from None
