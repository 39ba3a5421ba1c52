"""Generated gradients: computations are written once, in torch, and printed with their gradient.

A ``Traced`` stands for a tensor of a program. Torch calls on it, such as
``torch.addmm(b, traced, w)``, are not executed: torch's own protocol for such proxies,
``__torch_function__``, hands them to the table of ``primitives.py``. It adds the corresponding
lines to the program, in place and with preallocated buffers, and records the rule of the gradient;
``Tape.backward`` adds the lines of the gradient.

A gradient may also be part of the computation, as in a contractive penalty: for a call of
``torch.autograd.grad``, ``Tape.gradient`` adds the operations of that gradient as further ones,
which have a gradient themselves.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aegui.core.training.step.program import Source

    Rule = Callable[["Traced"], None]
    View = Callable[["Traced"], "Traced"]
    Vjp = Callable[["Traced"], "Traced"]
    ViewInverse = tuple[Callable[[torch.Tensor], torch.Tensor], str]


_ADDED = {"torch.mm": "addmm_", "torch.bmm": "baddbmm_"}
"""Matrix products -> the method that adds one in place, without a temporary."""


class NotTraced(Exception):
    """A program uses an operation that the table of primitives does not support."""


class Scalar:
    """A number of a program that is known only when it runs, such as the weight of a term.

    If it ``is_tensor``, it has a number for each run, ``[K, 1, 1]``, or is a scalar.
    """

    def __init__(self, text: str, *, is_tensor: bool = False) -> None:
        self.text = text
        self.is_tensor = is_tensor

    def __mul__(self, other: float) -> Scalar:
        return Scalar(f"({self.text} * {other!r})", is_tensor=self.is_tensor)

    def __truediv__(self, other: float) -> Scalar:
        return Scalar(f"({self.text} / {float(other)!r})", is_tensor=self.is_tensor)

    __rmul__ = __mul__

    def __repr__(self) -> str:
        """The expression in the program."""
        return self.text


class Traced:
    """A proxy for a tensor of a program.

    Attributes:
        tape: The tape that records it.
        name: Its name in the program.
        tensor: A tensor like it; the tensor itself, if it is ``fixed``.
        fixed: Whether the name always stands for the memory of ``tensor``.
        needs: Whether its gradient is needed.
        gradient: For a parameter, the buffer of its gradient.
        base: The ``Traced`` that it is a view of, and the function that makes the view.
        undo: Inverse of the view, if the view covers all of its base.
        of: Input that it is computed from element-wise: their gradients may share memory.
        parts: Disjoint views of the base, including this one, that cover it together.
        uses: Number of results that depend on it; with more than one, its gradient is a sum and
            needs a buffer of its own.
        inner: Whether ``torch.autograd.grad`` may need the gradient by it, or by one of its
            inputs.
        back: If ``inner``, its input and the vector-Jacobian product back to it, made of
            differentiable operations.
    """

    def __init__(
        self, tape: Tape, name: str, tensor: torch.Tensor, *, fixed: bool, needs: bool = False
    ) -> None:
        self.tape = tape
        self.name = name
        self.tensor = tensor
        self.fixed = fixed
        self.needs = needs
        self.gradient: Traced | None = None
        self.base: tuple[Traced, View] | None = None
        self.undo: View | None = None
        self.of: Traced | None = None
        self.parts: list[Traced] | None = None
        self.uses = 0
        self.inner = False
        self.back: tuple[Traced, Vjp] | None = None

    @classmethod
    def __torch_function__(
        cls, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Let the table of primitives print the requested function."""
        tape = traced_of(*args, *(kwargs or {}).values())
        return tape.primitive(function)(*args, **(kwargs or {}))

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the tensor, or a tensor method that the table supports."""
        if name in {"shape", "device", "dtype", "ndim"}:
            return getattr(self.tensor, name)
        function = self.tape.primitive(getattr(torch.Tensor, name))
        return lambda *args, **kwargs: function(self, *args, **kwargs)

    def dim(self) -> int:
        """Return the number of dimensions."""
        return self.tensor.dim()

    def size(self, axis: int) -> int:
        """Return the size along ``axis``."""
        return self.tensor.shape[axis]

    def numel(self) -> int:
        """Return the number of elements."""
        return self.tensor.numel()

    @property
    def is_leaf(self) -> bool:
        """Always False: it is not a leaf of torch's graph."""
        return False

    @property
    def requires_grad(self) -> bool:
        """Whether it depends on a parameter."""
        return self.needs

    def requires_grad_(self) -> Traced:
        """Allow ``torch.autograd.grad`` to differentiate by it."""
        self.inner = True
        return self

    def __len__(self) -> int:
        return len(self.tensor)

    def __getitem__(self, key: Any) -> Traced:
        found: Traced = self.tape.primitive(torch.Tensor.__getitem__)(self, key)
        return found

    def __mul__(self, other: Any) -> Traced:
        return _called(torch.mul, self, other)

    __rmul__ = __mul__

    def __add__(self, other: Any) -> Traced:
        return _called(torch.add, self, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Traced:
        return _called(torch.sub, self, other)

    def __rsub__(self, other: Any) -> Traced:
        return _called(torch.rsub, self, other)

    def __rtruediv__(self, other: Any) -> Traced:
        return _called(torch.mul, _called(torch.reciprocal, self), other)

    def __neg__(self) -> Traced:
        return _called(torch.neg, self)

    def __le__(self, other: Any) -> Traced:
        return _called(torch.le, self, other)

    def __gt__(self, other: Any) -> Traced:
        return _called(torch.gt, self, other)

    def __truediv__(self, other: Any) -> Traced:
        return _called(torch.div, self, other)


def _called(function: Any, traced: Traced, *args: Any) -> Traced:
    found: Traced = traced.tape.primitive(function)(traced, *args)
    return found


class Tape:
    """Prints the operations on its ``Traced``, and their gradient.

    Args:
        source: Where the lines are added.
        primitives: Functions of torch -> the rows that print them.
        indent: Indentation level.
        tag: Suffix of every name, for several tapes in one source.
    """

    def __init__(
        self,
        source: Source,
        primitives: Mapping[Any, Callable[..., Any]],
        indent: int = 0,
        tag: str = "",
    ) -> None:
        self.source = source
        self._primitives = primitives
        self._indent = indent
        self._tag = tag
        self._count = 0
        self._nodes: list[tuple[Traced, Rule]] = []
        self._gradients: dict[int, Traced] = {}
        self._aliased: set[int] = set()
        self._referenced: list[Traced] = []
        self._of_runs: dict[str, torch.Tensor] = {}
        self._parts: dict[int, list[Traced]] = {}
        self._of_views: dict[int, list[Traced]] = {}

    def primitive(self, function: Any) -> Callable[..., Any]:
        """Return the row that prints ``function``.

        Raises:
            NotTraced: There is none.
        """
        found = self._primitives.get(function)
        if found is None:
            raise NotTraced(f"nothing prints {function}")
        return found

    def line(self, text: str) -> None:
        """Add a statement."""
        self.source.line(text, self._indent)

    @contextmanager
    def only_if(self, condition: str) -> Iterator[None]:
        """Execute the lines added within only if ``condition`` holds; no others may need them."""
        self.line(f"if {condition}:")
        self._indent += 1
        yield
        self._indent -= 1

    def name(self, stem: str) -> str:
        """Return an unused name."""
        self._count += 1
        return f"{stem}{self._count}{self._tag}"

    def fixed(self, tensor: torch.Tensor, stem: str = "v") -> Traced:
        """Bind ``tensor`` itself as part of the program."""
        return self.named(self.source.bind(self.name(stem), tensor))

    def of_run(self, name: str, stacked: torch.Tensor) -> Traced:
        """Bind a tensor per run: ``stacked[run]``, see ``tensors``."""
        if len(stacked) == 1:
            return self.named(self.source.bind(name, stacked[0]))
        self._of_runs[name] = stacked
        return self.named(self.source.bind(name, stacked[0]), stacked[0])

    def learnt(
        self, name: str, value: torch.Tensor, gradient: torch.Tensor, *, stacked: bool
    ) -> Traced:
        """Bind the parameter ``value`` ``[K, ...]``, of all runs or each, with its ``gradient``."""
        result = self.buffer(name, value, stacked=stacked)
        result.gradient = self.buffer(f"g{name}", gradient, stacked=stacked)
        result.needs = True
        return result

    def buffer(self, name: str, value: torch.Tensor, *, stacked: bool) -> Traced:
        """Bind ``value`` ``[K, ...]``, of all runs together or of each."""
        return self.named(self.source.bind(name, value)) if stacked else self.of_run(name, value)

    def tensors(self, run: int) -> list[torch.Tensor]:
        """Return the tensors to call the function with for ``run``."""
        return self.source.tensors_with({key: all_[run] for key, all_ in self._of_runs.items()})

    def named(self, name: str, like: torch.Tensor | None = None) -> Traced:
        """Return a proxy for an existing ``name``, like ``like`` unless the name is bound."""
        if like is None:
            return Traced(self, name, self.source.tensor(name), fixed=True)
        return Traced(self, name, like, fixed=False)

    def moving(self, text: str, like: torch.Tensor, stem: str = "v") -> Traced:
        """Emit ``text`` and return its result, which is newly allocated in each step."""
        name = self.name(stem)
        self.line(f"{name} = {text}")
        return Traced(self, name, like, fixed=False)

    def filled(self, text: str, like: torch.Tensor, stem: str = "v") -> Traced:
        """Emit the call ``text`` with its result written to a preallocated buffer like ``like``."""
        result = self.fixed(torch.zeros_like(like), stem)
        self.line(f"{text[:-1]}, out={result.name})")
        return result

    def view(
        self,
        x: Traced,
        view: Callable[[torch.Tensor], torch.Tensor],
        text: str,
        undo: ViewInverse | None = None,
        vjp: Vjp | None = None,
    ) -> Traced:
        """Return a view of ``x``; ``text`` is its expression, in which ``{}`` stands for ``x``.

        ``undo`` is the inverse of a view that covers all of ``x``. ``vjp`` as in ``record``.
        """
        result = self._seen_as(x, view, text)
        result.needs = x.needs and torch.is_grad_enabled()
        result.base = (x, lambda gradient: self.view(gradient, view, text))
        if undo is not None:
            result.undo = lambda gradient: self._seen_as(gradient, *undo)
        self._note_vjp(result, [x], vjp)
        return result

    def _seen_as(
        self, x: Traced, view: Callable[[torch.Tensor], torch.Tensor], text: str
    ) -> Traced:
        tensor = view(x.tensor)
        shared = tensor.untyped_storage().data_ptr() == x.tensor.untyped_storage().data_ptr()
        if x.fixed and shared:
            return self.fixed(tensor, "w")
        return self.moving(text.format(x.name), tensor, "w")

    def record(
        self, result: Traced, inputs: Sequence[Any], rule: Rule, vjp: Vjp | None = None
    ) -> Traced:
        """Record that ``rule`` prints the gradients by ``inputs`` from that by ``result``.

        ``vjp`` is the vector-Jacobian product in differentiable operations: it maps the gradient by
        ``result`` to that by the only one of ``inputs`` that is ``inner``.
        """
        if not torch.is_grad_enabled():
            return result
        traced = [x for x in inputs if isinstance(x, Traced)]
        if any(x.needs for x in traced):
            result.needs = True
            self._nodes.append((result, rule))
            for x in traced:
                x.uses += 1
        self._note_vjp(result, traced, vjp)
        return result

    @staticmethod
    def _note_vjp(result: Traced, inputs: Sequence[Traced], vjp: Vjp | None) -> None:
        inner = [x for x in inputs if x.inner and torch.is_grad_enabled()]
        result.inner = bool(inner)
        if vjp is not None and len(inner) == 1:
            result.back = inner[0], vjp

    def gradient(self, result: Traced, by: Traced, direction: Traced) -> Traced:
        """Return the gradient of ``result`` by ``by`` for ``direction``, as part of the program.

        Raises:
            NotTraced: An operation in between has no differentiable gradient.
        """
        at, found = result, direction
        while at is not by:
            if at.back is None:
                raise NotTraced("a gradient is asked for that has none itself")
            at, vjp = at.back
            found = vjp(found)
        return found

    def backward(self, roots: Sequence[tuple[Traced, Traced, Any]]) -> None:
        """Emit the lines that compute the gradients of the parameters.

        Args:
            roots: Results, and the gradient by each: a direction, and a factor, 1 or a ``Scalar``.
        """
        self._gradients, self._aliased, self._parts, self._of_views = {}, set(), {}, {}
        # References kept so that the id of a freed object is not reused.
        self._referenced = []
        results = {id(result) for result, _ in self._nodes}
        waiting: dict[int, list[tuple[Traced, Traced, Any]]] = {}
        of_learnt = []
        for root, direction, factor in roots:
            at = root
            while at.base is not None:
                at = at.base[0]
            if at.gradient is not None:
                of_learnt.append((root, direction, factor))
            elif factor == 1.0 or id(at) not in results:
                self._begin_at(root, direction, factor)
            else:
                # Added once the gradient from elsewhere has its buffer.
                waiting.setdefault(id(at), []).append((root, direction, factor))
        left = []
        for result, rule in reversed(self._nodes):
            for waited in waiting.pop(id(result), ()):
                self._begin_at(*waited)
            owner = self._owner(result)
            self._settle(owner)
            gradient = self._gradients.get(id(owner))
            if gradient is None:
                left.append((result, rule))
                continue
            for part in self._parts.get(id(result), ()):
                if id(self._owner(part)) not in self._gradients:
                    self.line(f"{self._target(part)[0].name}.zero_()")
            rule(gradient)
        for root, direction, factor in of_learnt:
            self._begin_at(root, direction, factor)
        self._nodes = left[::-1]

    def _begin_at(self, root: Traced, direction: Traced, factor: Any) -> None:
        if factor == 1.0:
            self.give(root, direction)
            return
        target, is_first = self._target(root)
        if is_first:
            self.line(f"torch.mul({direction.name}, {factor!r}, out={target.name})")
        elif isinstance(factor, Scalar) and factor.is_tensor:
            self.line(f"{target.name}.addcmul_({direction.name}, {factor!r})")
        else:
            self.line(f"{target.name}.add_({direction.name}, alpha={factor!r})")

    def add(self, x: Traced, text: str) -> None:
        """Emit lines that add the result of the call ``text`` to the gradient of ``x``."""
        if not x.needs:
            return
        target, is_first = self._target(x)
        product, _, factors = text.partition("(")
        if is_first:
            self.line(f"{text[:-1]}, out={target.name})")
        elif product in _ADDED:
            self.line(f"{target.name}.{_ADDED[product]}({factors}")
        else:
            self.line(f"{target.name}.add_({text})")

    def give(self, x: Traced, gradient: Traced) -> None:
        """Add an existing ``gradient`` that is not used elsewhere to the gradient of ``x``."""
        if not x.needs:
            return
        owner = self._owner(x)
        if id(owner) not in self._gradients:
            chain = self._view_chain(owner)
            root = chain[-1]
            if root.gradient is None and not self._has_gradient(root):
                # The gradient of a view that covers its base becomes that of the base when
                # needed, without a copy.
                self._set(owner, gradient)
                if root is not owner:
                    self._of_views[id(root)] = chain
                return
        self.put(x, gradient)

    def put(self, x: Traced, gradient: Traced) -> None:
        """Copy or add ``gradient`` to the gradient of ``x``, without taking over its memory."""
        if not x.needs:
            return
        target, is_first = self._target(x)
        if target.name != gradient.name:
            self.line(f"{target.name}.{'copy_' if is_first else 'add_'}({gradient.name})")

    def _view_chain(self, x: Traced) -> list[Traced]:
        """Return the chain of full views from ``x`` to a computed tensor; else ``[x]``."""
        chain = [x]
        while chain[-1].base is not None and chain[-1].undo is not None:
            base = chain[-1].base[0]
            chain.append(self._owner(base))
            if chain[-1] is not base:
                break  # a tensor computed from it in place has a rule of its own
        return chain if chain[-1].base is None else [x]

    def _has_gradient(self, x: Traced) -> bool:
        """Return whether a gradient by ``x``, or by part or all of its base, may exist already."""
        return x.base is not None or id(x) in self._gradients or id(x) in self._of_views

    def _settle(self, root: Traced) -> None:
        """Turn the gradient by a view of ``root`` into that by ``root``."""
        chain = self._of_views.pop(id(root), None)
        if chain is None:
            return
        gradient = self._gradients.pop(id(chain[0]))
        for view in chain[:-1]:
            assert view.undo is not None
            gradient = view.undo(gradient)
        self._set(root, gradient)

    def _owner(self, x: Traced) -> Traced:
        """Return the owner of the gradient of ``x``: ``x``, or the input that it overwrites."""
        while x.of is not None:
            if id(x) not in self._aliased:
                owner = self._owner(x.of)
                is_shared = (
                    x.of.uses > 1 or id(owner) in self._gradients or id(owner) in self._of_views
                )
                # Part of an image cannot always be viewed with the strides of its result.
                alike = x.tensor.stride() == x.of.tensor.stride()
                if is_shared or not alike or id(x) in self._gradients:
                    return x
                self._aliased.add(id(x))
                self._referenced.append(x)
            x = x.of
        return x

    def _set(self, x: Traced, gradient: Traced) -> None:
        self._gradients[id(x)] = gradient
        self._referenced.append(x)

    def _target(self, x: Traced) -> tuple[Traced, bool]:
        """Return the buffer for the gradient of ``x``, and whether it is still empty."""
        x = self._owner(x)
        found = self._gradients.get(id(x))
        if found is not None:
            self._parts.pop(id(x), None)
            return found, False
        if id(x) in self._of_views:
            self._settle(x)
            return self._gradients[id(x)], False
        is_first = True
        if x.base is None:
            found = x.gradient or self.fixed(torch.zeros_like(x.tensor), "d")
        else:
            base, view = self._owner(x.base[0]), x.base[1]
            self._settle(base)
            is_first = id(base) not in self._gradients
            if not is_first and x.parts is not None and self._parts.get(id(base)) is x.parts:
                gradient, is_first = self._gradients[id(base)], True
            else:
                gradient, is_first = self._target(base)
                if is_first and x.parts is not None:
                    self._parts[id(base)] = x.parts
                elif is_first and x.numel() < base.numel():
                    # Parts not covered by other views must be zero: the views add to the buffer.
                    self.line(f"{gradient.name}.zero_()")
            found = view(gradient)
        self._set(x, found)
        return found, is_first


def traced_of(*arguments: Any) -> Tape:
    """Return the tape of the first ``Traced`` among ``arguments``.

    Raises:
        NotTraced: There is none.
    """
    for argument in arguments:
        if isinstance(argument, Traced):
            return argument.tape
        if isinstance(argument, list | tuple):
            for inner in argument:
                if isinstance(inner, Traced):
                    return inner.tape
    raise NotTraced("there is nothing to trace")


def untraced(value: Any) -> Any:
    """Return ``value`` with the tensors of its ``Traced``, to compute it once while printing."""
    if isinstance(value, Traced):
        return value.tensor
    if isinstance(value, Scalar):
        return 1.0
    if isinstance(value, list | tuple):
        return type(value)(untraced(inner) for inner in value)
    if isinstance(value, dict):
        return {key: untraced(inner) for key, inner in value.items()}
    return value


def text_of(value: Any) -> str:
    """Return the expression of ``value`` in the program."""
    if isinstance(value, Traced):
        return value.name
    if isinstance(value, list | tuple | torch.Size):
        return "[" + ", ".join(map(text_of, value)) + "]"
    return repr(value)


def call(name: str, *args: Any, **kwargs: Any) -> str:
    """Return the expression of a call in the program."""
    words: Mapping[str, Any] = kwargs
    inside = [text_of(value) for value in args]
    return f"{name}({', '.join(inside + [f'{key}={text_of(v)}' for key, v in words.items()])})"
