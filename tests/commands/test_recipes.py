"""``aegui recipes`` lists what the gallery shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aegui.cli import main
from aegui.commands import program_options
from aegui.core.gallery import KIND_LABELS, cards
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import save_recipe
from aegui.core.shelves import GROUPS
from aegui.paths import models_dir, recipes_dir

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]


def said(capsys: Captured, *arguments: str, code: int = 0) -> str:
    assert main(["--language", "en", "recipes", *arguments]) == code
    captured = capsys.readouterr()
    return captured.err if code else captured.out


def test_the_choices_are_those_of_the_gallery() -> None:
    assert tuple(KIND_LABELS) == program_options.KINDS


def test_numbers_have_the_marks_of_the_language(capsys: Captured) -> None:
    assert main(["--language", "es", "recipes", "emoji"]) == 0
    told = capsys.readouterr().out
    assert "8.529.412" in told
    assert "8,529,412" not in told


def test_all_are_listed_in_groups(capsys: Captured) -> None:
    text = said(capsys)
    lines = text.splitlines()
    assert [line.split()[0] for line in lines if "·" in line] == [
        card.key for group in GROUPS for card in cards() if card.group == group
    ]
    for title in ("Maps of two numbers", "Repairing noise", "What goes wrong"):
        assert title in lines
    row = next(line for line in lines if line.startswith("letters-2d "))
    assert row.split()[-2:] == ["8,933", "trained"]


def test_words_and_filters_narrow_them(capsys: Captured) -> None:
    found = json.loads(said(capsys, "salt", "pepper", "--data", "mnist", "--json"))
    assert [card["key"] for card in found] == ["mnist-denoise"]
    assert found[0]["parameters"] > 1_000_000
    assert found[0]["seconds"] > 0.0
    assert found[0]["level"] == "further"
    first = json.loads(said(capsys, "--level", "first", "--kind", "gan", "--json"))
    assert [card["key"] for card in first] == ["fashion-gan", "digits-gan"]


def test_what_fits_nothing_is_told(capsys: Captured) -> None:
    assert "No recipe fits" in said(capsys, "zebra", code=2)


def test_own_recipes_are_listed_and_trained_by_their_names(
    capsys: Captured, user_home: Path
) -> None:
    recipes_dir().mkdir(parents=True)
    save_recipe(recipes_dir() / "mine.json", Recipe(name="My net"))
    found = json.loads(said(capsys, "--group", "own", "--json"))
    assert [(card["key"], card["name"]) for card in found] == [("mine", "My net")]
    assert main(["--language", "en", "train", "mine", "--dry-run"]) == 0


def test_what_is_no_recipe_says_what_to_do(capsys: Captured, tmp_path: Path) -> None:
    def refusal(name: str) -> str:
        assert main(["--language", "en", "train", name]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        return line

    run = str(models_dir() / "letters-2d.aegui")
    assert f'"aegui train --resume {run}" continues the run' in refusal(run)
    assert f'"aegui convert {run} recipe.json"' in refusal(run)
    image = tmp_path / "x.png"
    image.write_bytes(b"\x89PNG\r\n")
    assert refusal(str(image)).endswith("samples are given by --data.")
    # The line of a slip is told in any case.
    slip = tmp_path / "config"
    slip.write_text('{"layers": [35, 2, 35],\n"epochs": 5]')
    assert "line 2" in refusal(str(slip))
    assert '"aegui recipes" lists them' in refusal("zzzz")


@pytest.mark.parametrize(
    ("command", "name", "words"),
    [
        ("train", "challenge-fas", "did you mean challenge-fast"),
        ("study", "letters-pat", 'of that name. Did you mean "letters-path"?\n'),
        ("study", "zzzz", "There are emoji-activations, "),
    ],
)
def test_a_name_that_does_not_exist(capsys: Captured, command: str, name: str, words: str) -> None:
    assert main(["--language", "en", command, name]) == 2
    told = capsys.readouterr().err
    assert name in told
    assert words in told


def test_no_line_of_the_help_is_wider_than_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["recipes", "--help"]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) < 80
    assert "--group GROUP" in out
    assert "failures, challenges, own" in " ".join(out.split())
