"""Data classes that cost little to define: ``dataclass`` as in the standard library.

``dataclasses.dataclass`` writes, compiles and runs source for every method of every class: for the
200 classes that the window imports, 1,100 small programs, a sixth of its start. Here the standard
library collects the fields, and the methods are closures over their names. What
``dataclasses.fields``, ``replace`` and ``asdict`` do with a class is the same; a call costs about
a microsecond more.
"""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, FrozenInstanceError, fields
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, Never, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Class = TypeVar("_Class", bound=type[Any])


def _light_dataclass(
    cls: _Class | None = None,
    /,
    *,
    frozen: bool = False,
    eq: bool = True,
    kw_only: bool = False,
) -> _Class | Callable[[_Class], _Class]:
    """Make ``cls`` a data class; the options are those of ``dataclasses.dataclass``.

    It knows no ``InitVar``.

    Raises:
        TypeError: A frozen class inherits from one that is not, or the reverse.
    """

    def define(made: _Class) -> _Class:
        for base in made.__mro__[1:]:
            if dataclasses.is_dataclass(base) and frozen != _is_frozen(base):
                raise TypeError(f"{made.__name__} and {base.__name__} must both be frozen or not")
        dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(made)
        own = vars(made)
        put = object.__setattr__ if frozen else setattr
        methods: dict[str, object] = {"__init__": _initialiser(made, put)}
        if "__repr__" not in own:
            methods["__repr__"] = _representation(made)
        if eq:
            values = _values_of(made)
            if "__eq__" not in own:
                methods["__eq__"] = _equality(values)
            if own.get("__hash__") is None:
                methods["__hash__"] = _hash_by(values) if frozen else None
        if frozen:
            methods |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
        for name, method in methods.items():
            setattr(made, name, method)
        return made

    return define if cls is None else define(cls)


# Type checkers know the signatures of what the decorator of the standard library makes.
if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    dataclass = _light_dataclass


def _initialiser(cls: type[Any], put: Callable[[Any, str, object], None]) -> Callable[..., None]:
    every = fields(cls)
    by_position = [field for field in every if field.init and not field.kw_only]
    names, most = tuple(field.name for field in by_position), len(by_position)
    ordered = by_position + [field for field in every if not field.init or field.kw_only]
    plan = [(field.name, field.default, field.default_factory, field.init) for field in ordered]
    total, checks_itself = len(plan), hasattr(cls, "__post_init__")

    def __init__(self: Any, *args: object, **given: object) -> None:
        count = len(args)
        for name, value in zip(names, args):  # noqa: B905 - too many are refused below
            put(self, name, value)
        if count < total:
            for name, default, factory, is_taken in plan[count:]:
                if is_taken and name in given:
                    put(self, name, given.pop(name))
                elif default is not MISSING:
                    put(self, name, default)
                elif factory is not MISSING:
                    put(self, name, factory())
                elif is_taken:
                    raise TypeError(f"{cls.__name__}() needs a value for {name!r}")
        if given or count > most:
            too_much = ", ".join(map(repr, given)) or f"{count} values, of {most} by position"
            raise TypeError(f"{cls.__name__}() cannot take {too_much}")
        if checks_itself:
            self.__post_init__()

    return __init__


def _representation(cls: type[Any]) -> Callable[[Any], str]:
    names = [field.name for field in fields(cls) if field.repr]

    @recursive_repr()
    def __repr__(self: Any) -> str:
        shown = ", ".join([f"{name}={getattr(self, name)!r}" for name in names])
        return f"{type(self).__qualname__}({shown})"

    return __repr__


def _values_of(cls: type[Any]) -> Callable[[Any], tuple[object, ...]]:
    """Return a function from an instance to the values that are compared."""
    names = [field.name for field in fields(cls) if field.compare]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda instance: tuple([getattr(instance, name) for name in names])


def _equality(values: Callable[[Any], tuple[object, ...]]) -> Callable[[Any, object], Any]:
    def __eq__(self: Any, other: object) -> Any:
        return values(self) == values(other) if type(other) is type(self) else NotImplemented

    return __eq__


def _hash_by(values: Callable[[Any], tuple[object, ...]]) -> Callable[[Any], int]:
    def __hash__(self: Any) -> int:
        return hash(values(self))

    return __hash__


def _is_frozen(cls: type[Any]) -> bool:
    setter: object = cls.__setattr__
    return setter is not object.__setattr__


def _refuse_to_set(_self: object, name: str, _value: object) -> Never:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: object, name: str) -> Never:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
