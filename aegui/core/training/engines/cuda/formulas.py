"""The formulas of ``machine.c`` for CUDA: its functions of one number and its operations on each.

They stand in the C source only; what is read here is the text between its own headings. What all
kernels have in common is in ``common.cu``.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from aegui.core.light_dataclass import dataclass
from aegui.core.training.step.tape import NotTraced

SOURCE = Path(__file__).parents[1] / "native" / "machine.c"
_COMMON = Path(__file__).with_name("common.cu")
_FUNCTIONS = re.compile(r"/\* ---- scalar functions.*?\*/\n(.*?)/\* ---- element-wise", re.DOTALL)
_CASE = re.compile(r"case (\w+): EACH\((.*)\);")
_ADAM = re.compile(r"static void adam\(.*?ALIKE for [^{]*\{\n(.*?)\n    \}\n\}", re.DOTALL)
_OPERAND = re.compile(r"\b([abc])\[i\]")


@dataclass(frozen=True)
class Formulas:
    """What is computed number by number.

    Attributes:
        common: Source in front of every kernel, with the functions of one number.
        each: Key in ``CODES`` -> expression of the operands ``a[i]``, ``b[i]``, ``c[i]`` and the
            numbers ``s`` and ``t``.
        adam: Statements that update ``p[i]``, ``mean[i]`` and ``square[i]`` with ``g[i]``.
    """

    common: str
    each: dict[str, str]
    adam: str

    def operands(self, code: str) -> int:
        """Return the number of inputs that an expression has."""
        return len(set(_OPERAND.findall(self.each[code])))


@cache
def formulas() -> Formulas:
    """Read the source; raise ``NotTraced`` if it is not here, as in an app without Python."""
    try:
        text, common = (file.read_text(encoding="utf-8") for file in (SOURCE, _COMMON))
    except OSError as error:
        raise NotTraced("the source of the operations is not here") from error
    functions, adam = _FUNCTIONS.search(text), _ADAM.search(text)
    each = {code.lower(): expression for code, expression in _CASE.findall(text)}
    if functions is None or adam is None or not each:
        raise NotTraced("the source of the operations is another one")
    return Formulas(f"{common}\n{functions[1]}", each, adam[1])
