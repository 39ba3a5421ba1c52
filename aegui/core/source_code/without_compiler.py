"""Run torch's optimisers and gradients without torch's compiler, which the frozen app lacks.

Optimisers ask the compiler not to compile them, and forward-mode gradients ask whether sizes are
symbolic. If the compiler is not loaded, stand-in modules answer: loading it takes longer than all
computations of the check.
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
    """Install stand-ins for the compiler's modules that are not loaded; remove them afterwards."""
    replaced = {name: parts for name, parts in _STAND_INS.items() if name not in sys.modules}
    for name, parts in replaced.items():
        module = ModuleType(name)
        vars(module).update(parts)
        sys.modules[name] = module
        _parent_of(name)[name.rpartition(".")[2]] = module
    try:
        yield
    finally:
        for name in replaced:
            del sys.modules[name]
            _parent_of(name).pop(name.rpartition(".")[2], None)


def _parent_of(name: str) -> dict[str, Any]:
    """Return the namespace of the parent module, or an empty dictionary if it is not loaded."""
    parent = sys.modules.get(name.rpartition(".")[0])
    return {} if parent is None else vars(parent)


def _unchanged(function: Any = None, *_: Any, **__: Any) -> Any:
    """Return ``function`` unchanged; without a function, act as a decorator with options."""
    return _unchanged if function is None else function


_STAND_INS: dict[str, dict[str, Any]] = {
    "torch._dynamo": {
        "disable": _unchanged,
        "graph_break": lambda *_, **__: None,
        "is_compiling": lambda: False,
    },
    "torch.fx.experimental.symbolic_shapes": {"expect_true": bool, "sym_eq": operator.eq},
}
"""Names that torch uses of each stand-in module."""
