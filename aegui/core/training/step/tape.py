"""Generated gradients: the mathematics is written once, in torch, and printed with its gradient.

A ``Traced`` stands for a tensor of a program. What torch is asked to do with it, such as
``torch.addmm(b, traced, w)``, is not done: torch's own protocol for such stand-ins, which is
``__torch_function__``, hands the call to the table of ``primitives.py``. That adds the lines that
do it to the program, in place and in buffers that are made once, and notes how its gradient goes;
``Tape.backward`` adds the lines of the gradient.

A gradient may also be part of what is computed, as in a contractive penalty: what asks torch for
``torch.autograd.grad`` has the operations of that gradient added as further ones, by
``Tape.gradient``, so that they have a gradient themselves.
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
    Way = tuple[Callable[[torch.Tensor], torch.Tensor], str]


_ADDED = {"torch.mm": "addmm_", "torch.bmm": "baddbmm_"}
"""Products, and what adds one to what is there, with no room for it alone."""


class NotTraced(Exception):
    """A program was asked for what the table of primitives does not know."""


class Scalar:
    """A number of a program that is known only when it runs, such as the weight of a term.

    Where each run has its own it is a tensor, ``[K, 1, 1]``.
    """

    def __init__(self, text: str, *, of_each: bool = False) -> None:
        self.text = text
        self.of_each = of_each

    def __mul__(self, other: float) -> Scalar:
        return Scalar(f"({self.text} * {other!r})", of_each=self.of_each)

    def __truediv__(self, other: float) -> Scalar:
        return Scalar(f"({self.text} / {float(other)!r})", of_each=self.of_each)

    __rmul__ = __mul__

    def __repr__(self) -> str:
        """How the program has it."""
        return self.text


class Traced:
    """A tensor of a program.

    Attributes:
        tape: What records it.
        name: What the program calls it.
        tensor: One like it; the very one, if it is ``fixed``.
        fixed: Whether the name always stands for the memory of ``tensor``.
        needs: Whether its gradient is asked for.
        gradient: Of what is learnt, where its gradient belongs.
        base: What it is a view of, and how.
        undo: The view that leads back from all of it to all of that, if there is one.
        of: What it is computed from number by number: its gradient may become that one in place.
        parts: All views of the base that are disjoint and cover it together with this one.
        uses: Into how many results it goes; what more than one hand on gradients to needs a place
            of its own for their sum.
        inner: Whether ``torch.autograd.grad`` may ask for the gradient by it, or by what it is
            computed from.
        back: Of such a one what it is computed from, and how a gradient goes back there, as
            operations that have gradients themselves.
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
        """Have the table print what torch is asked for."""
        tape = traced_of(*args, *(kwargs or {}).values())
        return tape.primitive(function)(*args, **(kwargs or {}))

    def __getattr__(self, name: str) -> Any:
        """What is known of the tensor, or a method of tensors that the table knows."""
        if name in {"shape", "device", "dtype", "ndim"}:
            return getattr(self.tensor, name)
        function = self.tape.primitive(getattr(torch.Tensor, name))
        return lambda *args, **kwargs: function(self, *args, **kwargs)

    def dim(self) -> int:
        """How many numbers its shape has."""
        return self.tensor.dim()

    def size(self, axis: int) -> int:
        """One number of its shape."""
        return self.tensor.shape[axis]

    def numel(self) -> int:
        """How many numbers it has."""
        return self.tensor.numel()

    @property
    def is_leaf(self) -> bool:
        """Never: no graph of torch begins here."""
        return False

    @property
    def requires_grad(self) -> bool:
        """Whether what is learnt goes into it."""
        return self.needs

    def requires_grad_(self) -> Traced:
        """Let ``torch.autograd.grad`` ask for the gradient by it."""
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
    """Prints what is done with its ``Traced``, and the gradient of it.

    Args:
        source: Where the lines go.
        primitives: What torch may be asked to do -> what prints it.
        indent: How deep.
        tag: End of every name, where there are several tapes in one source.
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
        self._kept: list[Traced] = []
        self._of_runs: dict[str, torch.Tensor] = {}
        self._parts: dict[int, list[Traced]] = {}
        self._of_views: dict[int, list[Traced]] = {}

    def primitive(self, function: Any) -> Callable[..., Any]:
        """What prints ``function``.

        Raises:
            NotTraced: Nothing does.
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
        """What is added within is done if ``condition`` holds; nothing outside may need it."""
        self.line(f"if {condition}:")
        self._indent += 1
        yield
        self._indent -= 1

    def name(self, stem: str) -> str:
        """A name that nothing has yet."""
        self._count += 1
        return f"{stem}{self._count}{self._tag}"

    def fixed(self, tensor: torch.Tensor, stem: str = "v") -> Traced:
        """``tensor`` itself, as part of the program."""
        return self.named(self.source.bind(self.name(stem), tensor))

    def of_run(self, name: str, stacked: torch.Tensor) -> Traced:
        """What each run has for itself: ``stacked[run]``, see ``tensors``."""
        if len(stacked) == 1:
            return self.named(self.source.bind(name, stacked[0]))
        self._of_runs[name] = stacked
        return self.named(self.source.bind(name, stacked[0]), stacked[0])

    def learnt(
        self, name: str, value: torch.Tensor, gradient: torch.Tensor, *, stacked: bool
    ) -> Traced:
        """What is learnt, ``[K, ...]``, of all runs or of each; its gradient belongs there."""
        result = self.buffer(name, value, stacked=stacked)
        result.gradient = self.buffer(f"g{name}", gradient, stacked=stacked)
        result.needs = True
        return result

    def buffer(self, name: str, value: torch.Tensor, *, stacked: bool) -> Traced:
        """``value`` ``[K, ...]`` of all runs together, or of each."""
        return self.named(self.source.bind(name, value)) if stacked else self.of_run(name, value)

    def tensors(self, run: int) -> list[torch.Tensor]:
        """What the function is to be called with for ``run``."""
        return self.source.tensors_with({key: all_[run] for key, all_ in self._of_runs.items()})

    def named(self, name: str, like: torch.Tensor | None = None) -> Traced:
        """What the program calls ``name`` already; ``like`` it, unless the name is bound."""
        if like is None:
            return Traced(self, name, self.source.tensor(name), fixed=True)
        return Traced(self, name, like, fixed=False)

    def moving(self, text: str, like: torch.Tensor, stem: str = "v") -> Traced:
        """What ``text`` gives, in memory of its own at each step."""
        name = self.name(stem)
        self.line(f"{name} = {text}")
        return Traced(self, name, like, fixed=False)

    def filled(self, text: str, like: torch.Tensor, stem: str = "v") -> Traced:
        """What the call ``text`` gives, written to a buffer ``like`` that one."""
        result = self.fixed(torch.zeros_like(like), stem)
        self.line(f"{text[:-1]}, out={result.name})")
        return result

    def view(
        self,
        x: Traced,
        view: Callable[[torch.Tensor], torch.Tensor],
        text: str,
        undo: Way | None = None,
        vjp: Vjp | None = None,
    ) -> Traced:
        """A view of ``x``; ``text`` is how the program has it, ``{}`` stands for ``x``.

        ``undo`` is likewise what gives ``x`` back from a view that has all of it. ``vjp`` as in
        ``record``.
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
        """Note how the gradient of ``result`` goes on to ``inputs``: ``rule`` prints it.

        ``vjp`` is the same as operations of the program: what it makes of the gradient by
        ``result`` is that by the only one of ``inputs`` that is ``inner``.
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
        """The gradient of ``result`` by ``by``, from that by ``result``, as part of the program.

        Raises:
            NotTraced: On the way is an operation whose gradient has no gradient.
        """
        at, found = result, direction
        while at is not by:
            if at.back is None:
                raise NotTraced("a gradient is asked for that has none itself")
            at, vjp = at.back
            found = vjp(found)
        return found

    def backward(self, roots: Sequence[tuple[Traced, Traced, Any]]) -> None:
        """Lines that fill the gradients of what is learnt.

        Args:
            roots: Results, and the gradient by each: a direction, and a factor, 1 or a ``Scalar``.
        """
        self._gradients, self._aliased, self._parts, self._of_views = {}, set(), {}, {}
        # By what is kept here no name of another object can be taken for that of a dead one.
        self._kept = []
        made = {id(result) for result, _ in self._nodes}
        waiting: dict[int, list[tuple[Traced, Traced, Any]]] = {}
        of_learnt = []
        for root, direction, factor in roots:
            at = root
            while at.base is not None:
                at = at.base[0]
            if at.gradient is not None:
                of_learnt.append((root, direction, factor))
            elif factor == 1.0 or id(at) not in made:
                self._begin_at(root, direction, factor)
            else:
                # Added to what comes from elsewhere, which has its place by then.
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
        elif isinstance(factor, Scalar) and factor.of_each:
            self.line(f"{target.name}.addcmul_({direction.name}, {factor!r})")
        else:
            self.line(f"{target.name}.add_({direction.name}, alpha={factor!r})")

    def add(self, x: Traced, text: str) -> None:
        """Lines that add what the call ``text`` gives to the gradient of ``x``."""
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
        """The same for a gradient that is there already, and that nobody else needs."""
        if not x.needs:
            return
        owner = self._owner(x)
        if id(owner) not in self._gradients:
            chain = self._way_back(owner)
            root = chain[-1]
            if root.gradient is None and not self._is_taken(root):
                # That of a view that has all of its base becomes that of the base when it is
                # asked for, with no copy.
                self._set(owner, gradient)
                if root is not owner:
                    self._of_views[id(root)] = chain
                return
        self.put(x, gradient)

    def put(self, x: Traced, gradient: Traced) -> None:
        """The same for a gradient whose memory stays its own."""
        if not x.needs:
            return
        target, is_first = self._target(x)
        if target.name != gradient.name:
            self.line(f"{target.name}.{'copy_' if is_first else 'add_'}({gradient.name})")

    def _way_back(self, x: Traced) -> list[Traced]:
        """``x``, what it is a view of, and so on, up to what is computed; else ``x`` alone."""
        chain = [x]
        while chain[-1].base is not None and chain[-1].undo is not None:
            base = chain[-1].base[0]
            chain.append(self._owner(base))
            if chain[-1] is not base:
                break  # what is computed from it in place has a rule of its own
        return chain if chain[-1].base is None else [x]

    def _is_taken(self, x: Traced) -> bool:
        """Whether there may be a gradient by ``x`` already: by part of a base, or by all of it."""
        return x.base is not None or id(x) in self._gradients or id(x) in self._of_views

    def _settle(self, root: Traced) -> None:
        """Let the gradient by a view of ``root`` be that by ``root``."""
        chain = self._of_views.pop(id(root), None)
        if chain is None:
            return
        gradient = self._gradients.pop(id(chain[0]))
        for view in chain[:-1]:
            assert view.undo is not None
            gradient = view.undo(gradient)
        self._set(root, gradient)

    def _owner(self, x: Traced) -> Traced:
        """What the gradient of ``x`` is kept for: ``x``, or what it is computed from in place."""
        while x.of is not None:
            if id(x) not in self._aliased:
                of = self._owner(x.of)
                taken = x.of.uses > 1 or id(of) in self._gradients or id(of) in self._of_views
                # Of part of an image there may be no such view as there is of what became of it.
                alike = x.tensor.stride() == x.of.tensor.stride()
                if taken or not alike or id(x) in self._gradients:
                    return x
                self._aliased.add(id(x))
                self._kept.append(x)
            x = x.of
        return x

    def _set(self, x: Traced, gradient: Traced) -> None:
        self._gradients[id(x)] = gradient
        self._kept.append(x)

    def _target(self, x: Traced) -> tuple[Traced, bool]:
        """Where the gradient of ``x`` belongs, and whether nothing is there yet."""
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
                whole, is_first = self._gradients[id(base)], True
            else:
                whole, is_first = self._target(base)
                if is_first and x.parts is not None:
                    self._parts[id(base)] = x.parts
                elif is_first and x.numel() < base.numel():
                    # What other views of it do not fill is zero, and they add to it.
                    self.line(f"{whole.name}.zero_()")
            found = view(whole)
        self._set(x, found)
        return found, is_first


def traced_of(*arguments: Any) -> Tape:
    """The tape of the first ``Traced`` among ``arguments``."""
    for argument in arguments:
        if isinstance(argument, Traced):
            return argument.tape
        if isinstance(argument, list | tuple):
            for inner in argument:
                if isinstance(inner, Traced):
                    return inner.tape
    raise NotTraced("there is nothing to trace")


def plain(value: Any) -> Any:
    """``value`` with tensors in place of ``Traced``, to be computed once while printing."""
    if isinstance(value, Traced):
        return value.tensor
    if isinstance(value, Scalar):
        return 1.0
    if isinstance(value, list | tuple):
        return type(value)(plain(inner) for inner in value)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return value


def text_of(value: Any) -> str:
    """``value`` as the program has it."""
    if isinstance(value, Traced):
        return value.name
    if isinstance(value, list | tuple | torch.Size):
        return "[" + ", ".join(map(text_of, value)) + "]"
    return repr(value)


def call(name: str, *args: Any, **kwargs: Any) -> str:
    """A call as the program has it."""
    words: Mapping[str, Any] = kwargs
    inside = [text_of(value) for value in args]
    return f"{name}({', '.join(inside + [f'{key}={text_of(v)}' for key, v in words.items()])})"
