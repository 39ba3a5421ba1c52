"""Translate formulas of activations to JavaScript, for a page that decodes by itself.

The page evaluates a formula (``core/formula.py``) for one number at a time. It is translated when
the page is written: a page that evaluated text from its data could not forbid ``eval``.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_COMPARED: dict[type[ast.cmpop], str] = {
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
}
_MATH = {
    "exp": "Math.exp",
    "expm1": "Math.expm1",
    "log": "Math.log",
    "log1p": "Math.log1p",
    "sqrt": "Math.sqrt",
    "abs": "Math.abs",
    "sin": "Math.sin",
    "cos": "Math.cos",
    "tanh": "Math.tanh",
    "sinh": "Math.sinh",
    "cosh": "Math.cosh",
    "minimum": "Math.min",
    "maximum": "Math.max",
    # Defined in resources/web_page/network.js.
    "sigmoid": "sigmoid",
    "erf": "erf",
    "logaddexp": "logAddExp",
}


def javascript(formula: str) -> str:
    """Return the formula as a JavaScript expression of scalar variables.

    Raises:
        ValueError: The formula uses something that JavaScript code cannot compute here.
    """
    return _expression(ast.parse(formula, mode="eval").body)


def _expression(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=None):
            return "null"
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return repr(value)
        case ast.Name(id=name):
            return name
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"(-{_expression(operand)})"
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _BINARY:
            return f"({_expression(left)} {_BINARY[type(operator)]} {_expression(right)})"
        case ast.Compare(left=left, ops=[compared], comparators=[right]) if (
            type(compared) in _COMPARED
        ):
            return f"({_expression(left)} {_COMPARED[type(compared)]} {_expression(right)})"
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call(name, [_expression(each) for each in arguments])
    raise ValueError(f"no JavaScript is known for {ast.unparse(node)!r}")


def _call(name: str, arguments: list[str]) -> str:
    if name in _MATH:
        return f"{_MATH[name]}({', '.join(arguments)})"
    if name in _OTHER:
        return _OTHER[name](arguments)
    raise ValueError(f"no JavaScript is known for {name}()")


def _where(arguments: list[str]) -> str:
    condition, then, other = arguments
    return f"({condition} ? {then} : {other})"


def _square(arguments: list[str]) -> str:
    return f"({arguments[0]} ** 2)"


_OTHER: dict[str, Callable[[list[str]], str]] = {"where": _where, "square": _square}
