"""Data classes of ``aegui.core.light_dataclass`` do what those of the standard library do."""

from __future__ import annotations

import ast
import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import aegui
from aegui.core.light_dataclass import dataclass as light_dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS: dict[str, dict[str, bool]] = {
    "plain": {},
    "frozen": {"frozen": True},
    "by identity": {"eq": False},
    "frozen, by identity": {"frozen": True, "eq": False},
    "by keyword": {"frozen": True, "kw_only": True},
}


def defined(decorator: Callable[..., Any], options: dict[str, bool]) -> tuple[type[Any], type[Any]]:
    """Return a data class and one that inherits from it."""

    class Base:
        """A base."""

        size: int
        names: list[str] = field(default_factory=list)
        memo: float = field(default=0.5, compare=False)
        kept: str = field(default="kept", init=False, repr=False)

    class Derived(Base):
        """It has one more field, and checks itself."""

        scale: float = 2.0

        def __post_init__(self) -> None:
            if self.scale < 0:
                raise ValueError("negative")

    base = decorator(**options)(Base)
    return base, decorator(**options)(Derived)


@pytest.fixture(params=KINDS)
def classes(request: pytest.FixtureRequest) -> tuple[type[Any], type[Any], bool]:
    """Return the class of the standard library, the one of the house, and whether it is frozen."""
    options = KINDS[request.param]
    return (
        defined(dataclass, options)[1],
        defined(light_dataclass, options)[1],
        options.get("frozen", False),
    )


def outcome(work: Callable[[], object]) -> object:
    """Return the result of ``work``, or the type of its error."""
    try:
        return work()
    except Exception as error:
        return type(error)


CALLS: dict[str, Callable[[type[Any]], object]] = {
    "by keyword": lambda cls: repr(cls(size=3, names=["a"], scale=1.0)),
    "by position": lambda cls: repr(cls(3, ["a"])),
    "all by position": lambda cls: repr(cls(3, ["a"], 0.25, 4.0)),
    "defaults": lambda cls: repr(cls(size=3)),
    "own list": lambda cls: cls(size=1).names is cls(size=1).names,
    "not given": lambda cls: cls(),
    "unknown": lambda cls: cls(size=1, colour=2),
    "twice": lambda cls: cls(1, size=2),
    "no part of the call": lambda cls: cls(size=1, kept="x"),
    "too many": lambda cls: cls(1, [], 0.5, 1.0, 7),
    "checks itself": lambda cls: cls(size=1, scale=-1.0),
    "equal": lambda cls: cls(size=1) == cls(size=1),
    "unequal": lambda cls: cls(size=1) == cls(size=2),
    "not compared": lambda cls: cls(size=1, memo=1.0) == cls(size=1, memo=2.0),
    "another class": lambda cls: cls(size=1) == 1,
    "can be hashed": lambda cls: isinstance(hash(cls(size=1, names=())), int),
    "hash of equals": lambda cls: len(dict.fromkeys([cls(size=1, names=())] * 2, 0)),
    "as keys": lambda cls: len(dict.fromkeys((cls(size=1, names=()), cls(size=1, names=())), 0)),
    "replaced": lambda cls: repr(replace(cls(size=1), scale=3.0)),
    "as a dictionary": lambda cls: asdict(cls(size=1, names=["b"])),
    "fields": lambda cls: [(one.name, one.type, one.init) for one in fields(cls)],
    "copied": lambda cls: repr(copy.copy(cls(size=1, scale=5.0))),
    "matched": lambda cls: cls.__match_args__,
    "deep": lambda cls: repr(copy.deepcopy(cls(size=1, names=["c"]))),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_light_one_does_what_a_data_class_does(
    classes: tuple[type[Any], type[Any], bool], call: str
) -> None:
    expected, ours, _ = classes
    wanted = outcome(lambda: CALLS[call](expected))
    assert outcome(lambda: CALLS[call](ours)) == wanted


def test_only_a_frozen_one_refuses_changes(classes: tuple[type[Any], type[Any], bool]) -> None:
    expected, ours, is_frozen = classes
    for cls in (expected, ours):
        one = cls(size=1)
        if not is_frozen:
            one.size = 5
            assert one.size == 5
            del one.size
            continue
        with pytest.raises(FrozenInstanceError, match="'size'"):
            one.size = 5
        with pytest.raises(FrozenInstanceError, match="'size'"):
            del one.size
        assert one.size == 1


def test_methods_of_the_class_stay() -> None:
    class Named:
        """It is told by its name, and is equal to every other."""

        name: str

        def __repr__(self) -> str:
            return self.name

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

    one, other = (light_dataclass(frozen=True)(Named)(name) for name in "ab")  # type: ignore[call-arg]
    assert (repr(one), one == other, hash(other)) == ("a", True, 7)


@pytest.mark.parametrize("decorator", [dataclass, light_dataclass])
def test_a_class_that_only_checks_otherwise_is_asked(decorator: Callable[..., Any]) -> None:
    class Even:
        """It refuses odd numbers."""

        size: int

        def __post_init__(self) -> None:
            if self.size % 2:
                raise ValueError("odd")

    base: type[Any] = decorator(frozen=True)(Even)

    class Small(base):  # type: ignore[misc]
        """It refuses large ones too."""

        def __post_init__(self) -> None:
            super().__post_init__()
            if self.size > 9:
                raise ValueError("large")

    assert Small(8).size == 8
    for size, reason in ((7, "odd"), (10, "large")):
        with pytest.raises(ValueError, match=reason):
            Small(size)


@light_dataclass(frozen=True)
class Stored:
    """A class that pickle finds by its name."""

    size: int
    names: tuple[str, ...] = ()


def test_a_light_one_is_stored_and_read_again() -> None:
    one = Stored(2, ("a", "b"))
    assert pickle.loads(pickle.dumps(one)) == one


def test_a_light_one_that_holds_itself_is_shown() -> None:
    @light_dataclass
    class Ring:
        """A list that may hold the ring."""

        of: list[object]

    ring = Ring([])
    ring.of.append(ring)
    assert repr(ring).endswith("Ring(of=[...])")


def test_errors_say_which_class_and_which_value() -> None:
    with pytest.raises(TypeError, match=r"Stored\(\) needs a value for 'size'"):
        Stored()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"Stored\(\) cannot take 'colour'"):
        Stored(1, colour=2)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"Stored\(\) cannot take 3 values, of 2 by position"):
        Stored(1, (), 3)  # type: ignore[call-arg]


def test_a_frozen_class_and_one_that_is_not_do_not_inherit_from_each_other() -> None:
    @light_dataclass
    class Open:
        """It can be changed."""

        size: int = 0

    with pytest.raises(TypeError, match="Closed and Open must both be frozen or not"):

        @light_dataclass(frozen=True)
        class Closed(Open):  # type: ignore[misc]
            """It could be changed as its base can."""

    with pytest.raises(TypeError, match="Changed and Stored must both be frozen or not"):

        @light_dataclass
        class Changed(Stored):  # type: ignore[misc]
            """Its base refuses what it promises."""


def test_no_module_pays_for_generated_methods() -> None:
    """Only data classes with slots, which are new classes, are those of the standard library."""
    root = Path(aegui.__file__).parent
    paying = []
    for path in root.rglob("*.py"):
        source = path.read_text("utf-8")
        tree = ast.parse(source if " dataclasses" in source else "")
        imported = any(
            isinstance(node, ast.ImportFrom)
            and node.module == "dataclasses"
            and any(name.name == "dataclass" for name in node.names)
            for node in ast.walk(tree)
        )
        decorated = any(
            isinstance(mark, ast.Call)
            and ast.unparse(mark.func) == "dataclasses.dataclass"
            and not any(option.arg == "slots" for option in mark.keywords)
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            for mark in node.decorator_list
        )
        if imported or decorated:
            paying.append(path)
    assert paying == [root / "core" / "light_dataclass.py"]


def test_the_standard_library_still_knows_the_class() -> None:
    assert dataclasses.is_dataclass(Stored)
    assert [one.name for one in fields(Stored)] == ["size", "names"]
