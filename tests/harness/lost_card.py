"""An optimiser that the graphics card is lost in: the very error of torch, from within a step.

There is no card on most machines that test this. A line more in one row of the table of optimisers
calls an operation of torch in every step of the generated program; once ``when`` says so that
raises what torch raises, and it comes out of torch's own interpreter as it does there.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import torch

from aegui.core.recipe import OptimizerSpec
from aegui.core.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ON_CARD = OptimizerSpec(name="sgd", learning_rate=0.05)
LOST = (
    "CUDA error: unspecified launch failure\n"
    "CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace "
    "below might be incorrect."
)
FULL = "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 11.76 GiB."
_CALL = "torch.ops.aegui_tests.on_card(tensors)"


class _Card:
    when: Callable[[], bool] = staticmethod(lambda: False)
    says = LOST


@contextmanager
def card_lost(when: Callable[[], bool], says: str = LOST) -> Iterator[None]:
    """Trainings with the optimiser ``ON_CARD`` fail, saying so, ``when`` that is True."""
    _operation()
    _Card.when, _Card.says = staticmethod(when), says
    row = OPTIMIZERS[ON_CARD.name]
    OPTIMIZERS[row.key] = replace(row, lines=(_CALL, *row.lines))
    try:
        yield
    finally:
        OPTIMIZERS[row.key] = row
        _Card.when = staticmethod(lambda: False)


@cache
def _operation() -> torch.library.Library:
    library = torch.library.Library("aegui_tests", "DEF")  # type: ignore[no-untyped-call]
    library.define("on_card(Tensor(a!)[] tensors) -> ()")  # type: ignore[no-untyped-call]

    def on_card(_tensors: list[torch.Tensor]) -> None:
        if _Card.when():
            # The class came with torch 2.8; before it was a RuntimeError of the same words.
            raise getattr(torch, "AcceleratorError", RuntimeError)(_Card.says)

    library.impl("on_card", on_card, "CompositeExplicitAutograd")  # type: ignore[no-untyped-call]
    return library
