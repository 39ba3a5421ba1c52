"""Formulas as text, such as ``z * sigmoid(z)``, evaluated by numpy and by torch alike.

A formula uses the functions that both libraries have under one name (``exp``, ``tanh``, ``where``,
``clip``, ...), and ``sigmoid`` and ``erf``. As text it can stand in a generated program
(``core/training/step/program.py``), it needs neither library to be imported, and a frozen app can
compute it: no source file is read.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

CALLED = re.compile(r"(?<![\w.])([a-z_]\w*)\(")


def numpy_function(text: str, *names: str) -> Callable[..., NDArray[Any]]:
    """Return the formula as a function of arrays (or numbers) named ``names``."""
    return _compiled(text, names, "numpy")


def torch_function(text: str, *names: str) -> Callable[..., Any]:
    """Return the formula as a function of tensors named ``names``."""
    return _compiled(torch_text(text), names, "torch")


@cache
def torch_text(text: str) -> str:
    """Return the formula with torch's functions: ``torch.exp(z)`` for ``exp(z)``."""
    return CALLED.sub(r"torch.\1(", text)


def renamed(text: str, **names: str) -> str:
    """Return ``text`` with all names replaced simultaneously."""
    pattern = rf"(?<![\w.])({'|'.join(names)})(?!\w)(?!=[^=])"
    return re.sub(pattern, lambda found: names[found[1]], text)


def assignment(text: str, out: str) -> str:
    """Return a statement that assigns the torch expression ``text`` to the tensor ``out``.

    A single call writes to it in place; the result of anything else is copied.
    """
    if not isinstance(ast.parse(text, mode="eval").body, ast.Call) or not text.startswith("torch."):
        return f"{out}.copy_({text})"
    # torch's derivatives of activations name this parameter differently.
    word = "grad_input" if "_backward(" in text else "out"
    return f"{text[:-1]}, {word}={out})"


@cache
def torch_procedure(lines: tuple[str, ...], *names: str) -> Callable[..., None]:
    """Compile torch statements as a function of the parameters ``names``; cached."""
    import torch

    space: dict[str, Any] = {"torch": torch}
    body = "\n".join("    " + line for line in lines)
    exec(f"def run({', '.join(names)}):\n{body}\n", space)
    found: Callable[..., None] = space["run"]
    return found


@cache
def _compiled(text: str, names: tuple[str, ...], library: str) -> Callable[..., Any]:
    space: Mapping[str, object]
    if library == "torch":
        import torch

        space = {"torch": torch}
    else:
        space = {name: _of_numpy(name) for name in CALLED.findall(text)}
    function: Callable[..., Any] = eval(f"lambda {', '.join(names)}: {text}", dict(space))
    return function


def _of_numpy(name: str) -> object:
    import numpy as np

    if name == "erf":
        from scipy.special import erf  # Slow to import and rarely needed

        return erf
    return _sigmoid if name == "sigmoid" else getattr(np, name)


def _sigmoid(x: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    # tanh never overflows, exp does.
    half: NDArray[Any] = np.tanh(x * 0.5)
    half += 1.0
    half *= 0.5
    return half
