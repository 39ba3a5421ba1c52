"""Bounded YAML: bombs of aliases and merges in untrusted files are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from aegui.core.course_configs import load_any_recipe
from aegui.core.course_configs.bounded_yaml import MAX_CHARACTERS, MAX_NODES, load_yaml
from aegui.core.errors import RecipeError

if TYPE_CHECKING:
    from pathlib import Path

LAUGHS = "a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + "".join(
    f"{name}: &{name} [{', '.join(f'*{before}' for _ in range(9))}]\n"
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{name}: &{name}\n  <<: [{', '.join(f'*{before}' for _ in range(9))}]\n"
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


@pytest.mark.parametrize("bomb", [LAUGHS, MERGES])
@pytest.mark.parametrize("more", ["", "layers: [35, 2, 35]\nepochs: 5\n"])
def test_bombs_are_refused_by_what_they_stand_for(tmp_path: Path, bomb: str, more: str) -> None:
    (tmp_path / "bomb.yaml").write_text(bomb + more)
    with pytest.raises(RecipeError, match=r"bomb\.yaml: its aliases stand for more than 100,000"):
        load_any_recipe(tmp_path / "bomb.yaml")


def test_aliases_and_merges_of_honest_files_mean_what_they_mean() -> None:
    text = "base: &b {lr: 0.1, layers: [35, 2]}\nrun:\n  <<: *b\n  lr: 0.2\nagain: *b\n"
    assert load_yaml(text) == yaml.safe_load(text)
    assert load_yaml("") is None
    assert load_yaml("# nothing\n") is None


def test_what_holds_itself_and_what_is_endless_is_refused() -> None:
    with pytest.raises(RecipeError, match="nested too deeply"):
        load_yaml("a: &a [*a]\n")
    with pytest.raises(RecipeError, match="nested too deeply"):
        load_yaml("[" * 300 + "]" * 300)
    with pytest.raises(RecipeError, match="too long"):
        load_yaml("# " + "x" * MAX_CHARACTERS)
    with pytest.raises(RecipeError, match=f"{MAX_NODES:,}"):
        load_yaml("[" + "1," * (MAX_NODES + 1) + "]")


def test_objects_are_refused() -> None:
    with pytest.raises(yaml.YAMLError):
        load_yaml("!!python/object/apply:os.system ['true']")


@pytest.mark.parametrize("text", ["[" * 47_000, "{a: " * 47_000, "? " * 47_000])
def test_brackets_without_end_are_refused(text: str) -> None:
    # Composed at once they would end the program.
    with pytest.raises(RecipeError, match="nested too deeply"):
        load_yaml(text)


def test_a_key_that_is_given_twice_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "twice.yaml").write_text("input_dim: 35\nlr: 0.1\nepochs: 5\nlr: 0.2\n")
    with pytest.raises(RecipeError, match=r'twice\.yaml: line 4: the key "lr" is given twice'):
        load_any_recipe(tmp_path / "twice.yaml")
    (tmp_path / "twice.json").write_text('{"input_dim": 35, "epochs": 5, "epochs": 6}')
    with pytest.raises(RecipeError, match=r'the key "epochs" is given twice'):
        load_any_recipe(tmp_path / "twice.json")
