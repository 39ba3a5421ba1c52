"""Translate the formulas of the tables to ONNX operators."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from aegui.core.errors import AeguiError
from aegui.core.formula import numpy_function
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.onnx.graph import OnnxGraph

_SINGLE = {
    "exp": "Exp",
    "log": "Log",
    "sqrt": "Sqrt",
    "abs": "Abs",
    "sign": "Sign",
    "sin": "Sin",
    "cos": "Cos",
    "tan": "Tan",
    "tanh": "Tanh",
    "sinh": "Sinh",
    "cosh": "Cosh",
    "arctan": "Atan",
    "erf": "Erf",
    "sigmoid": "Sigmoid",
    "floor": "Floor",
    "ceil": "Ceil",
    "reciprocal": "Reciprocal",
    "negative": "Neg",
}
"""Functions that correspond to a single unary operator."""
_SEVERAL = {"maximum": "Max", "minimum": "Min", "where": "Where", "power": "Pow"}
_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "Add",
    ast.Sub: "Sub",
    ast.Mult: "Mul",
    ast.Div: "Div",
    ast.Pow: "Pow",
    ast.Gt: "Greater",
    ast.Lt: "Less",
    ast.GtE: "GreaterOrEqual",
    ast.LtE: "LessOrEqual",
    ast.Eq: "Equal",
}


def formula_node(graph: OnnxGraph, formula: str, **names: str) -> str:
    """Add the operators of ``formula`` to the graph and return the name of the result.

    Args:
        graph: The graph to extend.
        formula: A formula in the notation common to numpy and torch.
        names: Name in the graph of each variable.

    Raises:
        AeguiError: The formula uses a function that ONNX lacks or that is unknown here.
    """
    return _Translator(graph, formula, names).of(ast.parse(formula, mode="eval").body)


class _Translator:
    def __init__(self, graph: OnnxGraph, formula: str, names: dict[str, str]) -> None:
        self._graph = graph
        self._formula = formula
        self._names = names

    def of(self, node: ast.AST) -> str:
        """Add the operators of a part of the formula and return the name of its result."""
        if isinstance(node, ast.expr) and not any(
            isinstance(each, ast.Name) and each.id in self._names for each in ast.walk(node)
        ):
            # A constant expression is evaluated here.
            return self._graph.constant(float(numpy_function(ast.unparse(node))()))
        if isinstance(node, ast.Name):
            return self._names[node.id]
        if isinstance(node, ast.BinOp):
            return self._signed(node.op, node.left, node.right)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return self._graph.add("Neg", self.of(node.operand))
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self._signed(node.ops[0], node.left, node.comparators[0])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self._called(node.func.id, node.args)
        raise self._unknown(ast.unparse(node))

    def _signed(self, sign: ast.AST, left: ast.expr, right: ast.expr) -> str:
        kind = _SIGNS.get(type(sign))
        if kind is None:
            raise self._unknown(type(sign).__name__)
        return self._graph.add(kind, self.of(left), self.of(right))

    def _called(self, name: str, args: list[ast.expr]) -> str:
        kind = _SINGLE.get(name) or _SEVERAL.get(name)
        if kind is not None:
            return self._graph.add(kind, *(self.of(each) for each in args))
        composed = _COMPOSED.get(name)
        if composed is None:
            raise self._unknown(name)
        is_none = [isinstance(each, ast.Constant) and each.value is None for each in args]
        return composed(
            self._graph,
            *("" if none else self.of(each) for each, none in zip(args, is_none, strict=True)),
        )

    def _unknown(self, what: str) -> AeguiError:
        return AeguiError(
            tr("{formula} cannot be written as ONNX: {what}.", formula=self._formula, what=what)
        )


def _log_sum(graph: OnnxGraph, a: str, b: str) -> str:
    """Add ``log(exp(a) + exp(b))`` in a form that does not overflow."""
    apart = graph.add("Neg", graph.add("Abs", graph.add("Sub", a, b)))
    more = graph.add("Log", graph.add("Add", graph.add("Exp", apart), graph.constant(1.0)))
    return graph.add("Add", graph.add("Max", a, b), more)


def _clip(graph: OnnxGraph, x: str, low: str, high: str) -> str:
    return graph.add("Clip", x, low, high)


_COMPOSED: dict[str, Callable[..., str]] = {
    "square": lambda graph, x: graph.add("Mul", x, x),
    "expm1": lambda graph, x: graph.add("Sub", graph.add("Exp", x), graph.constant(1.0)),
    "log1p": lambda graph, x: graph.add("Log", graph.add("Add", x, graph.constant(1.0))),
    "logaddexp": _log_sum,
    "clip": _clip,
    "ones_like": lambda graph, x: graph.add(
        "Add", graph.add("Mul", x, graph.constant(0.0)), graph.constant(1.0)
    ),
}
"""Functions that take several operators."""
