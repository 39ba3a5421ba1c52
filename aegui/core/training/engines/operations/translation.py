"""Translation of a generated step's text to a list of operations.

A step is source text for torch (``program.py``), from which the list is derived. Each statement
becomes one or more operations of the machine, on buffers of one run; the tensors that the text
refers to only describe the memory layout, and are not computed with. A statement that the machine
does not support raises ``NotTraced``: torch's interpreter then runs the step.
"""

from __future__ import annotations

import ast
import math
import operator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from aegui.core.training.engines.operations.listing import (
    Moving,
    Op,
    OperationList,
    Placing,
    RunView,
    Symbol,
    combined,
    symbol,
)
from aegui.core.training.engines.operations.rows import ROWS
from aegui.core.training.step.tape import NotTraced

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aegui.core.training.step.parameters import Parameters
    from aegui.core.training.step.program import Source

_AXES = 3
_OPERATORS: dict[type, tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("add", operator.add),
    ast.Sub: ("sub", operator.sub),
    ast.Mult: ("mul", operator.mul),
    ast.Div: ("div", operator.truediv),
    ast.Pow: ("pow", operator.pow),
}
_OF_NUMBERS: dict[str, Callable[..., Any]] = {"min": np.minimum, "max": np.maximum}
_ADAM = (
    *("lr / (1.0 - beta1 ** step)", "(1.0 - beta2 ** step) ** -0.5", "1.0 - lr * weight_decay"),
    *("1.0 - beta1", "beta2", "1.0 - beta2", "eps"),
)
"""Numbers of an Adam update for the machine; ``step`` is the index of the current step, from 1."""
_COMPARISONS = {ast.Gt: "gt", ast.GtE: "ge", ast.Lt: "lt", ast.LtE: "le"}
_VIEWS = {"view", "reshape", "expand", "expand_as", "transpose", "t", "narrow", "select", "permute"}
_LIST = "_foreach_"
_DRAWN = "generator="


def drawn_lines(source: Source) -> list[str]:
    """Return the statements of a step that draw random numbers; these are drawn ahead."""
    return [text.strip() for text in source.lines if _DRAWN in text]


class Translation:
    """Translates statements to a list of operations.

    Args:
        parameters: The parameters of all runs.

    Attributes:
        counts_steps: Whether the engine has to count the steps.
    """

    def __init__(self, parameters: Parameters) -> None:
        layout = parameters.layout
        self._device = parameters.device
        self.counts_steps = False
        self._layout = layout
        self._lengths = {layout.size, layout.weights_stop}
        self._steps = parameters.steps.untyped_storage().data_ptr()
        self._flats: set[int] = set()
        self._moving: dict[int, Moving] = {}
        self._tensors: dict[int, torch.Tensor] = {}
        self._parts: list[list[Op]] = [[]]
        self._constants: list[float] = [0.0]
        self._symbols: list[Symbol] = []
        self._scratch_size = 0
        self._names: dict[str, Any] = {}
        self._lists: list[list[torch.Tensor]] = []

    # --- what is to be read ----------------------------------------------------------------------

    def moves(self, tensor: torch.Tensor, moving: Moving) -> None:
        """Declare that ``tensor`` stands for another one at each batch."""
        self._moving[self._key(tensor)] = moving

    def begin_rest(self) -> None:
        """Begin the operations for the smaller last batch of an epoch."""
        self._parts.append([])

    def pick(self, out: torch.Tensor, rows: torch.Tensor, index: torch.Tensor) -> None:
        """Add the selection of the rows at ``index`` of ``rows`` ``[.., n, D]``."""
        view, into = self._view(rows), self._view(out)
        places = RunView(self._key(index), 0, tuple(index.shape), (1,))
        self._add("pick", into, [view, places], [], into.shape)

    def read(self, source: Source) -> None:
        """Add the statements of ``source``, except those that draw.

        Raises:
            NotTraced: The machine does not support one of them.
        """
        self._names = {name: source.tensor(name) for name in source}
        self._lists = source.lists
        for text in source.lines:
            if _DRAWN not in text:
                (statement,) = ast.parse(text.strip()).body
                self._statement(statement)

    def listing(self) -> OperationList:
        """Return everything added, with buffers placed; raise ``NotTraced`` as ``read`` does."""
        placing = Placing(
            self._parts,
            self._tensors,
            self._flats,
            self._moving,
            self._layout,
            self._scratch_size,
            self._device,
        )
        return placing.listing(len(self._parts[0]), self._constants, self._symbols)

    # --- statements and expressions --------------------------------------------------------------

    def _statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Expr(value):
                self._value(value)
            case ast.Assign([ast.Name(name)], value):
                self._names[name] = self._value(value)
            case _:
                raise NotTraced(f"no operation for {ast.unparse(statement)}")

    def _value(self, node: ast.expr) -> Any:
        """Return the value of an expression: a number, ``Symbol``, tensor, or list of these."""
        match node:
            case ast.Constant(value):
                return value
            case ast.Name(name):
                return self._names.get(name, symbol(name))
            case ast.List(elements):
                return [self._value(each) for each in elements]
            case ast.Subscript(ast.Name("s"), ast.Constant(int(place))):
                return self._lists[place]
            case ast.UnaryOp(ast.USub(), inner):
                return self._binary(ast.Mult(), self._value(inner), -1)
            case ast.BinOp(left, sign, right) if type(sign) in _OPERATORS:
                return self._binary(sign, self._value(left), self._value(right))
            case ast.Compare(left, [sign], [right]) if type(sign) in _COMPARISONS:
                name = _COMPARISONS[type(sign)]
                return self._done(name, [self._value(left), self._value(right)], {})
            case ast.Call(function, arguments, keywords):
                values = [self._value(argument) for argument in arguments]
                words = {word.arg or "": self._value(word.value) for word in keywords}
                return self._called(function, values, words)
        raise NotTraced(f"no operation for {ast.unparse(node)}")

    def _binary(self, sign: ast.operator, a: Any, b: Any) -> Any:
        name, function = _OPERATORS[type(sign)]
        if isinstance(a, torch.Tensor) or isinstance(b, torch.Tensor):
            return self._done(name, [a, b], {})
        return combined(name, function, a, b)

    def _called(self, function: ast.expr, arguments: list[Any], words: dict[str, Any]) -> Any:
        if isinstance(function, ast.Attribute):
            if ast.unparse(function).startswith("torch."):
                return self._done(function.attr, arguments, words)
            return self._done(function.attr, [self._value(function.value), *arguments], words)
        name = ast.unparse(function)
        if name not in _OF_NUMBERS or any(isinstance(value, torch.Tensor) for value in arguments):
            raise NotTraced(f"no operation for {name}")
        return combined(name, _OF_NUMBERS[name], *arguments)

    def _done(self, name: str, arguments: list[Any], words: dict[str, Any]) -> Any:
        """Add ``name`` with torch's semantics: with ``out``, in place, or with a new result."""
        out = words.pop("out", words.pop("grad_input", None))
        if name.startswith("_f"):
            return self._of_lists(name, arguments, words)
        if name in _VIEWS:
            return self._seen(name, arguments, words)
        row = ROWS.get(name)
        if row is None and name.endswith("_"):
            row, out = ROWS.get(name[:-1]), arguments[0]
        if row is None:
            raise NotTraced(f"no operation for {name}")
        if out is None:
            out = self.fresh(_result_shape(name, arguments, words))
        try:
            row(self, out, *arguments, **words)
        except TypeError as error:
            # A keyword argument that the row does not support.
            raise NotTraced(f"no operation for {name} like that") from error
        return out

    def _seen(self, name: str, arguments: list[Any], words: dict[str, Any]) -> torch.Tensor:
        """Return a view of the first of ``arguments``."""
        tensor, *rest = arguments
        self._key(tensor)
        found: torch.Tensor = getattr(tensor, name)(*rest, **words)
        if found.untyped_storage().data_ptr() != tensor.untyped_storage().data_ptr():
            raise NotTraced(f"a copy by {name}")
        return found

    def _of_lists(self, name: str, arguments: list[Any], words: dict[str, Any]) -> Any:
        """Add an operation on lists of one tensor each."""
        alone = [each[0] if isinstance(each, list) and each else each for each in arguments]
        if name in {"_fused_adam_", "_fused_adamw_"}:
            return self._adam(alone, words, apart=name == "_fused_adamw_")
        if not name.startswith(_LIST):
            raise NotTraced(f"no operation for {name}")
        first = alone[0]
        if first.untyped_storage().data_ptr() == self._steps:
            self.counts_steps = True
            return None
        return self._done(name.removeprefix(_LIST), alone, words)

    def _adam(self, arguments: list[Any], words: dict[str, Any], *, apart: bool) -> None:
        flat, gradient, mean, square, *_ = arguments
        if words["weight_decay"] != 0.0 and not apart:
            raise NotTraced("weight decay within the slope")
        first, names = len(self._symbols), self._names
        self._names = {key: words[key] for key in ("lr", "beta1", "beta2", "eps", "weight_decay")}
        for text in _ADAM:
            found = self._value(ast.parse(text, mode="eval").body)
            # Constants too: the machine needs all of them side by side.
            is_known = not isinstance(found, Symbol)
            self._symbols.append(_constant(found) if is_known else found)
        self._names = names
        views = [self._view(each) for each in (flat, gradient, mean, square)]
        self._add("adam", views[0], views[1:], [-1 - first], [views[0].numbers])

    # --- operations, as the rows ask for them ----------------------------------------------------

    def each(self, code: str, out: torch.Tensor, inputs: Sequence[Any], *scalars: Any) -> None:
        """Add an element-wise operation on ``inputs``, broadcast to the shape of ``out``."""
        into = self._view(out)
        views = [self._spread(value, into.shape) for value in inputs]
        target = into if into.is_dense else self._buffer_for(into.shape)
        numbers = [self._scalar(value) for value in scalars]
        self._add(code, target, views, numbers, [into.numbers])
        if target is not into:
            self._move(into, target)

    def product(self, out: torch.Tensor, a: torch.Tensor, b: torch.Tensor, bias: Any) -> None:
        """Add ``a @ b``, plus a row ``bias``, if given."""
        into, x, y = self._view(out), self._view(a), self._view(b)
        if {len(into.shape), len(x.shape), len(y.shape)} != {2}:
            raise NotTraced("a product of other than matrices")
        (rows, columns), inner = into.shape, x.shape[1]
        if into.strides[1] != 1 < columns:
            # Into a transposed matrix: swap and transpose the factors.
            into, x, y = _turned(into), _turned(y), _turned(x)
            rows, columns = columns, rows
            if bias is not None or into.strides[1] != 1:
                raise NotTraced("a product into a matrix with gaps")
        inputs = [x, y]
        if bias is not None:
            row = self._view(bias)
            if row.numbers != columns:
                raise NotTraced("a bias that is no row")
            inputs.append(self._dense(row))
        self._scratch_size = max(self._scratch_size, inner * columns, rows * columns)
        turned = 1 if columns == 1 else y.strides[1]
        strides = [into.strides[0], *x.strides, y.strides[0], turned]
        self._add("product", into, inputs, [], [rows, columns, inner, *strides, len(inputs) - 2])

    def product_onto(self, out: torch.Tensor, a: torch.Tensor, b: torch.Tensor) -> None:
        """Add ``a @ b`` to the values of ``out``."""
        result = self.fresh((1, *self._view(out).shape))
        self.product(result, a, b, None)
        self.each("add", out, [out, result], 1.0)

    def sum(self, out: torch.Tensor, x: torch.Tensor, axes: Any, *, mean: bool) -> None:
        """Add a sum or mean along adjacent ``axes``, of each run."""
        view, into = self._view(x), self._view(out)
        axis_list = [axes] if isinstance(axes, int) else list(axes)
        lost = x.dim() - len(view.shape)
        first, last = (end(axis % x.dim() - lost for axis in axis_list) for end in (min, max))
        if first < 0 or last - first + 1 != len(axis_list) or not into.is_dense:
            raise NotTraced("a sum along axes that are apart")
        shape = view.shape
        sizes = [math.prod(shape[:first]), math.prod(shape[first : last + 1])]
        share = self._scalar(1.0 / max(1, sizes[1]) if mean else 1.0)
        self._add("sum", into, [self._dense(view)], [share], [*sizes, math.prod(shape[last + 1 :])])

    def cat(self, out: torch.Tensor, parts: Sequence[torch.Tensor], axis: int) -> None:
        """Add the concatenation of ``parts`` along ``axis``."""
        into, start = self._view(out), 0
        at = axis % out.dim() - (out.dim() - len(into.shape))
        for part in parts:
            view = self._view(part)
            offset = into.offset + start * into.strides[at]
            self._move(RunView(into.key, offset, view.shape, into.strides), view)
            start += view.shape[at]

    def fresh(self, shape: Sequence[int]) -> torch.Tensor:
        """Return a buffer for a result: ``[1, ...]`` belongs to one run."""
        tensor = torch.zeros(tuple(shape))
        self._key(tensor)
        return tensor

    # --- what lies where -------------------------------------------------------------------------

    def _spread(self, value: Any, shape: tuple[int, ...]) -> RunView:
        """Return ``value`` broadcast to ``shape``, contiguous."""
        if not isinstance(value, torch.Tensor):
            buffer = self._buffer_for(shape)
            self._add("fill", buffer, [], [self._scalar(value)], [buffer.numbers])
            return buffer
        view, more = self._view(value), len(shape)
        if view.numbers == math.prod(shape) and view.is_dense:
            return view
        more -= len(view.shape)
        sizes = (1,) * more + view.shape
        strides = (0,) * more + view.strides
        pairs = zip(sizes, strides, strict=True)
        expanded = tuple(0 if size == 1 else stride for size, stride in pairs)
        buffer = self._buffer_for(shape)
        self._move(buffer, RunView(view.key, view.offset, shape, expanded))
        return buffer

    def _dense(self, view: RunView) -> RunView:
        """Return ``view``, copied if it is not contiguous."""
        if view.is_dense:
            return view
        buffer = self._buffer_for(view.shape)
        self._move(buffer, view)
        return buffer

    def _buffer_for(self, shape: tuple[int, ...]) -> RunView:
        return self._view(self.fresh((1, *shape)))

    def _move(self, out: RunView, view: RunView) -> None:
        """Add a copy between different strides."""
        more = _AXES - len(out.shape)
        if more < 0:
            raise NotTraced("more than three axes")
        strides = [(0,) * more + each.strides for each in (out, view)]
        self._add("move", out, [view], [], [*(1,) * more, *out.shape, *strides[0], *strides[1]])

    def _key(self, tensor: torch.Tensor) -> int:
        key = tensor.untyped_storage().data_ptr()
        self._tensors.setdefault(key, tensor)
        return key

    def _view(self, tensor: torch.Tensor) -> RunView:
        """Return one run's part of ``tensor``, a stack ``[K, ...]`` or the flat parameters."""
        key, start = self._key(tensor), int(tensor.storage_offset())
        if tensor.dim() == 0:
            return RunView(key, start, (), ())
        if tensor.dim() == 1 and len(tensor) in self._lengths:
            if start:
                raise NotTraced("a part of the parameters")
            self._flats.add(key)
            return RunView(key, 0, (len(tensor) // self._layout.runs,), (1,))
        if tensor.shape[0] not in (1, self._layout.runs):
            raise NotTraced("what no run has for itself")
        return RunView(key, start, tuple(tensor.shape[1:]), tensor.stride()[1:])

    def _scalar(self, value: Any) -> int:
        """Return the index of a constant, or a negative one of a symbol."""
        if isinstance(value, Symbol):
            if value not in self._symbols:
                self._symbols.append(value)
            return -1 - self._symbols.index(value)
        if not isinstance(value, int | float):
            raise NotTraced("a number that is a tensor")
        if float(value) not in self._constants:
            self._constants.append(float(value))
        return self._constants.index(float(value))

    def _add(
        self,
        code: str,
        out: RunView,
        inputs: Sequence[RunView],
        scalars: Sequence[int],
        sizes: Sequence[int],
    ) -> None:
        self._parts[-1].append(Op(code, out, inputs, scalars, sizes))


def _constant(number: float) -> Symbol:
    """Return a symbol with a constant value."""
    return Symbol(repr(number), lambda known: number)


def _turned(view: RunView) -> RunView:
    """Return the transposed matrix."""
    return RunView(view.key, view.offset, view.shape[::-1], view.strides[::-1])


def _result_shape(name: str, arguments: Sequence[Any], words: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the shape of torch's result."""
    if name in {"sum", "mean"}:
        found: torch.Tensor = getattr(torch, name)(*arguments, **words)
        return tuple(found.shape)
    if name in {"mm", "bmm", "addmm", "baddbmm"}:
        a, b = arguments[-2:]
        return (*a.shape[:-1], b.shape[-1])
    shapes = [value.shape for value in arguments if isinstance(value, torch.Tensor)]
    return np.broadcast_shapes(*shapes)
