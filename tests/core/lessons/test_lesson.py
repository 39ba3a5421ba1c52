"""Lesson files: reading, refusals, and the lessons that ship."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from aegui.core.errors import AeguiError
from aegui.core.formula_text import plain_formula
from aegui.core.i18n import LANGUAGES, said, set_language
from aegui.core.lessons.lesson import (
    check_names,
    lesson_cards,
    load_lesson,
    recipe_at,
    shipped_lessons,
)
from aegui.core.suffixes import LESSON
from aegui.window.names import window_names

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = shipped_lessons()


def document(**step: Any) -> dict[str, Any]:
    first = {"key": "one", "title": "One", "text": "Text"} | step
    return {
        "format": "aegui-lesson",
        "version": 1,
        "title": "T",
        "about": "A",
        "steps": [first],
    }


def write(folder: Path, content: object) -> Path:
    path = folder / f"mine{LESSON}"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_small_one_is_read(tmp_path: Path) -> None:
    lesson = load_lesson(write(tmp_path, document()))
    assert said(lesson.title) == "T"
    assert lesson.steps[0].check == ()


def test_texts_are_of_the_language_in_force_else_english_else_any(tmp_path: Path) -> None:
    texts = {"es": "Uno", "en": "One"}
    lesson = load_lesson(write(tmp_path, document(title=texts, text={"fr": "Un"})))
    set_language("es")
    assert said(lesson.steps[0].title) == "Uno"
    assert said(lesson.steps[0].text) == "Un"
    set_language("en")
    assert said(lesson.steps[0].title) == "One"


_ASK = {"ask": "?", "why": "."}
_CHECK = {"figure": "worst", "at_most": 1}


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"titles": "x"}, 'no key "steps.0.titles". Did you mean "title"'),
        ({"check": [{"figure": "worst"}]}, "has one of"),
        (
            {"check": [{"figure": "worts", "at_most": 1}]},
            'no figure "worts". Did you mean "worst"?',
        ),
        ({"check": [{**_CHECK, "at_least": 0}]}, "has one of"),
        ({"check": [{"figure": "worst", "at_most": "1"}]}, '"steps.0.check.0.at_most'),
        ({"check": [{"figure": "worst", "less_than": {"of": "two"}}]}, 'no earlier step "two"'),
        ({"check": [{"figure": "worst", "less_than": {}}]}, "with itself"),
        ({"check": [{"figure": "wrong@nonsense:0.2", "at_most": 1}]}, "no figure"),
        ({"formula": "\\x"}, "knows the commands"),
        ({"do": {"recipe": "letters-curse"}}, "no recipe of that name"),
        ({"do": {"recipe": "../secret.json"}}, "no recipe of that name"),
        ({"do": {"recipe": "letters-course", "set": {"training.epoch": 3}}}, "no such field"),
        ({"do": {"study": "letters-rate"}}, "no study"),
        ({"do": {"at": [float("1e400")]}}, "mine"),
        ({"prediction": _ASK}, "either"),
        (
            {"prediction": {"ask": "?", "why": ".", "choices": ["a", "b"], "right": 2}},
            "two choices",
        ),
        ({"key": ""}, "steps.0.key"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, step: dict[str, Any], words: str
) -> None:
    with pytest.raises(AeguiError) as caught:
        load_lesson(write(tmp_path, document(**step)))
    assert words in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "mine"))
    assert not str(caught.value).endswith(("?.", ".."))


def test_two_steps_of_one_key_are_refused(tmp_path: Path) -> None:
    content = document()
    content["steps"] *= 2
    with pytest.raises(AeguiError, match="two steps are called"):
        load_lesson(write(tmp_path, content))


def test_a_comparison_needs_what_was_measured(tmp_path: Path) -> None:
    content = document(figures=["loss"])
    second = {"key": "two", "title": "2", "text": "t"}
    content["steps"].append(second | {"check": [{"figure": "worst", "at_most": {"of": "one"}}]})
    with pytest.raises(AeguiError, match="does not measure"):
        load_lesson(write(tmp_path, content))


def test_other_files_are_refused(tmp_path: Path) -> None:
    others: list[object] = [[], {"format": "aegui-study"}, {"format": "aegui-lesson", "version": 9}]
    for content in others:
        with pytest.raises(AeguiError, match="mine"):
            load_lesson(write(tmp_path, content))


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"look": "chart"}, 'no "chart". Did you mean "charts"'),
        ({"do": {"open": "nowhere"}}, "steps.0.do.open"),
        ({"do": {"act": "explode"}}, "steps.0.do.act"),
        ({"do": {"arrange": "bild"}}, 'Did you mean "build"'),
    ],
)
def test_names_that_the_window_does_not_have_are_told(
    tmp_path: Path, step: dict[str, Any], words: str
) -> None:
    lesson = load_lesson(write(tmp_path, document(**step)))
    with pytest.raises(AeguiError) as caught:
        check_names(lesson, window_names())
    assert words in str(caught.value)


def test_a_recipe_beside_the_lesson_is_taken(tmp_path: Path) -> None:
    from aegui.core.recipe.file import find_recipe

    source = find_recipe("letters-course")
    assert source is not None
    (tmp_path / "own.json").write_bytes(source.read_bytes())
    do = {"recipe": "own.json", "set": {"training.epochs": 7}}
    lesson = load_lesson(write(tmp_path, document(do=do)))
    recipe = recipe_at(lesson, tmp_path, 0)
    assert recipe is not None
    assert recipe.training.epochs == 7


def test_a_step_that_only_sets_goes_on_from_the_step_before(tmp_path: Path) -> None:
    content = document(do={"recipe": "letters-course", "set": {"training.epochs": 7}})
    two = {"key": "two", "title": "2", "text": "t", "do": {"set": {"network.latent.units": 3}}}
    content["steps"].append(two)
    lesson = load_lesson(write(tmp_path, content))
    recipe = recipe_at(lesson, tmp_path, 1)
    assert recipe is not None
    assert (recipe.training.epochs, recipe.network.latent.units) == (7, 3)


# Those that ship


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_lessons_are_whole(path: Path) -> None:
    lesson = load_lesson(path)
    check_names(lesson, window_names())
    assert len(lesson.steps) >= 2
    for words in lesson.words:
        if words == "":
            continue
        assert isinstance(words, dict), words
        assert set(words) == set(LANGUAGES), words
        assert all(text.strip() for text in words.values()), words
    trains = [step for step in lesson.steps if step.do is not None and step.do.train]
    assert all(step.check for step in trains), "what was trained is checked"
    assert any(step.prediction for step in lesson.steps), "something is asked first"


def test_braces_of_sets_are_seen_in_shipped_formulas() -> None:
    formulas = [step.formula for path in SHIPPED for step in load_lesson(path).steps]
    sets = [plain_formula(text) for text in formulas if "∈ " in text]
    assert any("{0, 1}^35" in text for text in sets)
    # A brace after these signs groups nothing: it would vanish.
    assert not [text for text in formulas if "∈ {" in text]


def test_keys_of_shipped_lessons_are_their_own() -> None:
    keys = [card.key for card in lesson_cards()]
    assert len(set(keys)) == len(keys)
    assert "compress" in keys
