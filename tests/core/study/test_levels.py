from __future__ import annotations

import pytest

from aegui.core.errors import AeguiError
from aegui.core.i18n import set_language
from aegui.core.study.levels import noises_of, parse_levels


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("0, 0.05,0.1", (0.0, 0.05, 0.1)),
        ("0.3,0.1, 0.1,", (0.1, 0.3)),
        ("0,05; 0,1;0.2", (0.05, 0.1, 0.2)),
        ("0,5;", (0.5,)),
    ],
)
def test_levels_are_read_in_either_spelling(text: str, levels: tuple[float, ...]) -> None:
    assert parse_levels(text, "Levels") == levels


@pytest.mark.parametrize("text", ["0.1, x", "-0.1", "nan", "inf", "0.1 0.2"])
def test_what_is_no_level_is_named(text: str) -> None:
    part = text.split(",")[-1].strip()
    with pytest.raises(AeguiError, match=f"^Try with: “{part}” is not a level"):
        parse_levels(text, "Try with")


def test_what_is_no_level_is_named_with_the_marks_of_the_language() -> None:
    set_language("es")
    with pytest.raises(AeguiError, match=r"^Entrenar con: «-0,1» no es un nivel"):
        parse_levels("0.2, -0.1", "Entrenar con")


def test_no_level_at_all() -> None:
    with pytest.raises(AeguiError, match="at least one level"):
        parse_levels(" , ", "Levels")


def test_every_level_of_every_kind_but_one_zero() -> None:
    found = noises_of(("flip", "gaussian"), (0.0, 0.2, 0.4), "Levels")
    assert [(one.kind, one.level) for one in found] == [
        ("flip", 0.0),
        ("flip", 0.2),
        ("flip", 0.4),
        ("gaussian", 0.2),
        ("gaussian", 0.4),
    ]


def test_a_share_is_at_most_1_but_sigma_is_not() -> None:
    assert noises_of(("gaussian",), (1.5,), "Levels")[0].level == 1.5
    with pytest.raises(AeguiError, match=r"1\.5 is too large for “Flip”"):
        noises_of(("gaussian", "flip"), (1.5,), "Levels")
    with pytest.raises(AeguiError, match="choose at least one kind"):
        noises_of((), (0.1,), "Levels")
