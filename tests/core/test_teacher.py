"""Teacher files: what is valid, what is refused, and the password that is stored as a hash."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from aegui.core.errors import AeguiError
from aegui.core.recipe import Recipe
from aegui.core.recipe.edits import with_value
from aegui.core.suffixes import TEACHER
from aegui.core.teacher import (
    ALWAYS,
    TeacherFile,
    Withheld,
    Word,
    check_names,
    field_paths,
    lesson_path,
    load_teacher_file,
    save_teacher_file,
    teacher_recipe,
)
from aegui.window.names import window_names

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, **keys: Any) -> Path:
    path = folder / f"mine{TEACHER}"
    document = {"format": "aegui-teacher", "version": 1, **keys}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    file = TeacherFile(
        title="Group B",
        language="es",
        lesson="compress",
        recipe=Recipe(name="own").model_dump(mode="json"),
        hidden=Withheld(panels=("races",), actions=("open",)),
        locked=Withheld(actions=("save",), fields=("training.epochs",)),
        word=Word.of("secret"),
    )
    path = tmp_path / f"a{TEACHER}"
    save_teacher_file(path, file)
    found = load_teacher_file(path)
    assert found == file
    check_names(found, window_names())
    recipe = teacher_recipe(found)
    assert recipe is not None
    assert recipe.name == "own"
    lesson = lesson_path(found, tmp_path)
    assert lesson is not None
    assert "compress" in lesson.name


def test_the_word_is_only_a_salted_hash() -> None:
    one, other = Word.of("secret"), Word.of("secret")
    assert one != other, "each has a salt of its own"
    assert "secret" not in one.model_dump_json()
    assert one.fits("secret")
    assert one.fits(" secret "), "blanks at the ends are nobody's intention"
    assert not one.fits("Secret")
    assert not one.fits("")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"titles": "x"}, 'Did you mean "title"'),
        ({"language": "xx"}, "language"),
        ({"lesson": "compress1"}, 'Did you mean "compress"'),
        ({"lesson": "../other.aegui-lesson"}, "no lesson"),
        ({"recipe": "nothing"}, "no recipe"),
        ({"recipe": {"format": "aegui-recipe"}}, "recipe"),
        ({"hidden": {"fields": ["network"]}}, "locked, not hidden"),
        ({"locked": {"panels": ["races"]}}, "hidden, not locked"),
        ({"locked": {"fields": ["training.epoch"]}}, 'Did you mean "training.epochs"'),
        ({"word": {"salt": "zz", "scrypt": "0" * 64}}, "word.salt"),
        ({"word": {"salt": "a" * 17, "scrypt": "0" * 64}}, "word.salt"),
        ({"word": "plain"}, "word"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, keys: dict[str, Any], words: str) -> None:
    with pytest.raises(AeguiError) as caught:
        load_teacher_file(write(tmp_path, **keys))
    assert words in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "mine"))


def test_names_of_the_window_are_checked_and_some_things_always_stay(tmp_path: Path) -> None:
    for keys, words in (
        ({"hidden": {"panels": ["race"]}}, 'Did you mean "races"'),
        ({"hidden": {"actions": ["opens"]}}, 'Did you mean "open"'),
        ({"locked": {"actions": ["quit"]}}, "always there"),
    ):
        file = load_teacher_file(write(tmp_path, **keys))
        with pytest.raises(AeguiError) as caught:
            check_names(file, window_names())
        assert words in str(caught.value)
    assert set(window_names().actions) >= ALWAYS


def test_locked_fields() -> None:
    file = TeacherFile(locked=Withheld(fields=("training.epochs", "network")))
    before = Recipe()
    assert not file.changed_lock(before, before.model_copy(update={"name": "other"}))
    assert file.changed_lock(before, with_value(before, "training.epochs", 7)) == "training.epochs"
    assert file.changed_lock(before, with_value(before, "network.latent.units", 3)) == "network"
    assert not file.changed_lock(before, with_value(before, "training.l1", 0.1))
    assert file.locks("network.latent.units")
    assert not file.locks("training.epochs_more")
    assert {"network", "training.epochs", "data.source"} <= set(field_paths())
