"""torch's optimisers and gradients without torch's compiler, which the frozen app has not got.

Optimisers ask the compiler to leave them alone, and gradients along a direction whether sizes are
symbols. Where it is not loaded already, stand-ins answer: loading it takes longer than all that is
computed here.
"""

from __future__ import annotations

import operator
import sys
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

import torch  # noqa: F401  # what it loads itself is not to be stood in for

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def without_compiler() -> Iterator[None]:
    """Have the stand-ins asked meanwhile, as far as the compiler has not been loaded."""
    made = {name: parts for name, parts in _STAND_INS.items() if name not in sys.modules}
    for name, parts in made.items():
        module = ModuleType(name)
        vars(module).update(parts)
        sys.modules[name] = module
        _parent_of(name)[name.rpartition(".")[2]] = module
    try:
        yield
    finally:
        for name in made:
            del sys.modules[name]
            _parent_of(name).pop(name.rpartition(".")[2], None)


def _parent_of(name: str) -> dict[str, Any]:
    """The names in the module above, where it is loaded."""
    parent = sys.modules.get(name.rpartition(".")[0])
    return {} if parent is None else vars(parent)


def _as_it_is(function: Any = None, *_: Any, **__: Any) -> Any:
    """The function itself; where only options are given, what gives it."""
    return _as_it_is if function is None else function


_STAND_INS: dict[str, dict[str, Any]] = {
    "torch._dynamo": {
        "disable": _as_it_is,
        "graph_break": lambda *_, **__: None,
        "is_compiling": lambda: False,
    },
    "torch.fx.experimental.symbolic_shapes": {"expect_true": bool, "sym_eq": operator.eq},
}
"""Module -> what is asked of it."""
