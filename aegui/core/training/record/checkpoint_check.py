"""A training's state as it was saved, looked at before it is used: a file may hold anything."""

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

MOST = 2.0**53
"""Counts end there: floating-point numbers beyond it are no longer whole."""
_GENERATOR_SHAPES = ((5056,), (16,))
"""Of torch's generators on the CPU and on CUDA."""


def damaged(name: str) -> TrainingError:
    """The refusal of a state in which ``name`` cannot be right."""
    return TrainingError(
        tr(
            "The state from which this training would go on is damaged: {name} cannot be right. "
            "Its weights can be used; to learn more, train from the start.",
            name=name,
        )
    )


def number(scalars: Scalars, name: str, low: float = 0.0, high: float = MOST) -> float:
    """The number ``name``, within its bounds.

    Raises:
        TrainingError: It is missing, no number, or out of bounds.
    """
    value = scalars.get(name)
    # NaN is within no bounds.
    if value is None or isinstance(value, str) or not low <= value <= high:
        raise damaged(name)
    return float(value)


def array(state: State, name: str, like: NDArray[np.generic]) -> NDArray[np.generic]:
    """The array ``name``, which must have type and shape of ``like``.

    Raises:
        TrainingError: It is missing, or of another type or shape.
    """
    found = state.get(name)
    if found is None or found.dtype != like.dtype:
        raise damaged(name)
    # Older files give a number without axes one.
    if found.shape != like.shape and not (like.ndim == 0 and found.size == 1):
        raise damaged(name)
    return found.reshape(like.shape)


def counts(
    state: State, name: str, like: NDArray[np.generic], high: float = MOST
) -> NDArray[np.generic]:
    """Like ``array``, of whole numbers from 0 on.

    Raises:
        TrainingError: It is missing, of another type or shape, or holds other numbers.
    """
    found = array(state, name, like)
    numbers = found.astype(np.float64)
    whole = (numbers >= 0) & (numbers <= high) & (numbers == np.floor(numbers))
    if not whole.all():
        raise damaged(name)
    return found


def is_of_another_device(state: State, name: str, generator: torch.Generator) -> bool:
    """Whether ``name`` is the state of a generator on a device of another kind.

    Raises:
        TrainingError: It is the state of no generator.
    """
    own = generator.get_state().numel()
    found = state.get(name)
    if found is None or found.dtype != np.uint8 or found.shape not in {(own,), *_GENERATOR_SHAPES}:
        raise damaged(name)
    return found.shape != (own,)


def restore_generator(generator: torch.Generator, state: State, name: str) -> None:
    """Let ``generator`` go on from its state ``name``.

    Raises:
        TrainingError: It is that of no generator, or of one on another kind of device.
    """
    numbers = array(state, name, generator.get_state().numpy())
    try:
        generator.set_state(torch.from_numpy(numbers.copy()))
    except RuntimeError:
        # The size is right, and what is in it is not.
        raise damaged(name) from None
