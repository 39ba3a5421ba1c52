"""An optimiser whose step fails as when the graphics card is lost, with torch's own error.

Most test machines have no graphics card. One more line in a row of the optimiser table calls a
torch operation in every step of the generated program; once ``when`` returns True, the operation
raises torch's error, which propagates through torch's interpreter as a real one does.
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
    """Make trainings with the optimiser ``ON_CARD`` fail with ``says`` once ``when()`` is True."""
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
            # The class was added in torch 2.8; before, it was a RuntimeError with the same message.
            raise getattr(torch, "AcceleratorError", RuntimeError)(_Card.says)

    library.impl("on_card", on_card, "CompositeExplicitAutograd")  # type: ignore[no-untyped-call]
    return library
