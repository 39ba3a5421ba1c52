"""Step programs: a whole training step with its derived gradient, as generated source text.

Tiny networks are bound by the cost of *calling* operations. Therefore the step of a given network
is generated as straight-line code of in-place operations on preallocated buffers, and compiled by
``torch.jit.CompilationUnit``: many epochs are then one call from Python. torch's own interpreter
runs it about 1.6 times faster than Python runs the same lines, and without holding the GIL, so that
a busy window and a training hardly slow each other down.

(``torch.jit.script`` would need the source file of a function, which a frozen app does not have;
text works everywhere.)
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import torch

from aegui.core.data.corruption import require_shape
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.formula import renamed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MAX_CACHED_UNITS = 32


class Source:
    """Lines of one function, and the tensors that its names are bound to."""

    def __init__(self) -> None:
        self._names: dict[str, int] = {}
        self.tensors: list[torch.Tensor] = []
        self.lists: list[list[torch.Tensor]] = []
        self.lines: list[str] = []
        """The statements, each with its indentation."""

    def bind(self, name: str, tensor: torch.Tensor) -> str:
        """Bind ``name`` to ``tensor``, and return the name.

        Raises:
            ValueError: The name is already bound to another tensor.
        """
        if name in self._names:
            bound = self.tensor(name)
            if bound.data_ptr() != tensor.data_ptr() or bound.shape != tensor.shape:
                raise ValueError(f"{name} is bound already")
            return name
        self._names[name] = len(self.tensors)
        self.tensors.append(tensor)
        return name

    def __iter__(self) -> Iterator[str]:
        """Iterate over the bound names."""
        return iter(self._names)

    def __contains__(self, name: str) -> bool:
        """Return whether ``name`` is bound."""
        return name in self._names

    def tensor(self, name: str) -> torch.Tensor:
        """Return the tensor that ``name`` is bound to."""
        return self.tensors[self._names[name]]

    def tensors_with(self, others: Mapping[str, torch.Tensor]) -> list[torch.Tensor]:
        """Return ``tensors`` with some names bound to other tensors."""
        tensors = list(self.tensors)
        for name, tensor in others.items():
            tensors[self._names[name]] = tensor
        return tensors

    def bind_list(self, *tensors: torch.Tensor) -> str:
        """Return an expression for the list of ``tensors``.

        Operations that mutate the tensors of a list must get the list from outside: torch's
        interpreter removes mutations through a list created inside as dead code.
        """
        self.lists.append(list(tensors))
        return f"s[{len(self.lists) - 1}]"

    def line(self, text: str, indent: int) -> None:
        """Add a statement ``indent`` levels deep in the function."""
        if text:
            self.lines.append("    " * (indent + 1) + text)

    def text(self, name: str, parameters: str, result: str = "None") -> str:
        """Return the function's source; it takes ``tensors``, ``lists`` and ``parameters``."""
        header = f"def {name}(t: List[Tensor], s: List[List[Tensor]], {parameters}) -> {result}:"
        unpack = [f"    {key} = t[{index}]" for key, index in self._names.items()]
        return "\n".join([header, *unpack, *self.lines]) + "\n"

    def compile(self, name: str, parameters: str, result: str = "None") -> Any:
        """Compile and return the function."""
        function = getattr(compiled_unit(self.text(name, parameters, result)), name)
        device = next((each.device for each in self.tensors), torch.device("cpu"))

        def call(*arguments: Any) -> Any:
            with unoptimized(device):
                return function(*arguments)

        return call


@contextmanager
def unoptimized(device: torch.device) -> Iterator[None]:
    """Call compiled functions as they are generated, if they compute on the CPU.

    Otherwise torch profiles the first call and rewrites the function in the second, which takes as
    long as hundreds of steps of a small network; later calls take the same time either way. On a
    graphics card torch may join operations.
    """
    if device.type != "cpu":
        yield
        return
    with torch.jit.optimized_execution(False):  # type: ignore[attr-defined]
        yield


@lru_cache(maxsize=_MAX_CACHED_UNITS)
def compiled_unit(text: str) -> torch.jit.CompilationUnit:
    """Return the functions of ``text``, compiled; kept, as the next training may have the same.

    They hold no state: tensors, lists and generators are arguments.
    """
    # torch resolves names in the caller's frame through an object that only the garbage collector
    # frees: until then it keeps the locals of that frame alive, and from Python 3.13 on all frames
    # behind it, including the training. In a new thread there are no frames behind it.
    with ThreadPoolExecutor(1, "compile") as pool:
        return pool.submit(_compiled_unit, text).result()


def _compiled_unit(text: str) -> torch.jit.CompilationUnit:
    return torch.jit.CompilationUnit(text)


def emit_corruption(
    source: Source,
    kind: str,
    clean: str,
    out: str,
    indent: int,
    image_shape: tuple[int, int, int] | None = None,
) -> None:
    """Emit lines that write the corrupted ``clean`` to ``out``; ``level`` and ``g`` are in scope.

    They draw and compute exactly the same as ``corrupt_into`` of ``core/data/corruption.py``.
    """
    noise = CORRUPTIONS[kind]
    if noise.neighbours:
        channels, height, width = require_shape(image_shape)
        source.line(f"channels, height, width = {channels}, {height}, {width}", indent)
    for text in noise.lines:
        source.line(renamed(text, clean=clean, out=out), indent)
