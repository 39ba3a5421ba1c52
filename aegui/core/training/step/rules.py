"""Helpers shared by the table of primitives: gradient lines, and passing on of gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.training.step.tape import Traced, traced_of, untraced

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import torch


def unary(x: Traced, text: str, like: torch.Tensor, back: Callable[[Traced], str]) -> Traced:
    """Emit ``text``, computed from ``x``; ``back`` returns the text of the gradient by ``x``."""
    result = x.tape.moving(text, like)
    return x.tape.record(result, (x,), lambda d: hand_on_one(x, back(d)))


def linear_map(
    x: Traced, like: torch.Tensor, there: Callable[[Traced], str], back: Callable[[Traced], str]
) -> Traced:
    """Emit a linear map of ``x`` by ``there``; ``back`` is the text of its transpose."""
    result = x.tape.moving(there(x), like)
    return x.tape.record(
        result,
        (x,),
        lambda d: hand_on_one(x, back(d)),
        lambda d: linear_map(d, untraced(x), back, there),
    )


def several(x: Traced, text: str, count: int) -> list[Traced]:
    """Emit ``text`` and return its ``count`` results, the first of them like ``x``."""
    names = [x.tape.name("v") for _ in range(count)]
    x.tape.line(f"{', '.join(names)} = {text}")
    return [x.tape.named(name, untraced(x)) for name in names]


def hand_on_one(x: Traced, text: str) -> None:
    """Pass on the gradient that ``text`` computes to ``x``."""
    x.tape.give(x, x.tape.moving(text, untraced(x), "d"))


def hand_on(to: Sequence[Traced | None], text: str) -> None:
    """Pass on the gradients that ``text`` computes, one for each of ``to``."""
    tape = traced_of(*to)
    names = [tape.name("d") for _ in to]
    tape.line(f"{', '.join(names)} = {text}")
    for each, name in zip(to, names, strict=True):
        if each is not None:
            tape.give(each, tape.named(name, untraced(each)))
