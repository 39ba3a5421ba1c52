"""The table of commands: targets exist, and values repeated from slower modules agree."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from aegui.cli import main
from aegui.commands import options, program_options
from aegui.commands.table import COMMANDS, Command
from aegui.core.data.published import PUBLISHED
from aegui.core.evaluation.repairs import MAX_STEPS
from aegui.core.i18n import LANGUAGES, set_language, tr
from aegui.core.latent.film_spec import FEWEST_FPS, MAX_FPS, PALETTES
from aegui.core.latent.grids import MAX_ROWS
from aegui.core.network.catalog import DEVICES, FITS
from aegui.kit.charts.paper import THEMES

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_what_a_row_names_is_there(command: Command) -> None:
    module, name = command.function.split(":")
    assert callable(getattr(import_module(f"aegui.commands.{module}"), name))
    names = [name for option in command.options for name in option.names]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", COMMANDS.values(), ids=list(COMMANDS))
def test_options_that_a_help_text_names_are_there(command: Command, language: str) -> None:
    names = {name for option in command.options for name in option.names}
    set_language(language)
    texts = (command.help, command.description, *(option.help for option in command.options))
    # Commands quoted in a text have options of their own.
    words = re.sub("[“«]aegui [^”»]*[”»]", "", " ".join(map(tr, texts)))
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", words)) <= names


def test_bounds_are_those_of_what_computes() -> None:
    assert tuple(DEVICES) == options.DEVICES
    assert tuple(FITS) == options.FITS
    assert tuple(PUBLISHED) == program_options.DOWNLOADS
    assert set(options.THEMES) == set(THEMES)
    assert options.MAX_REPAIRS == MAX_STEPS
    assert options.MAX_GRID_ROWS == MAX_ROWS
    assert (FEWEST_FPS, MAX_FPS) == options.FILM_SPEEDS
    assert tuple(PALETTES) == options.FILM_PALETTES


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("limit --data x --noise flip:0.1 --draws 0", "--draws is 0; it must be at least 1."),
        ("sample x -o y.png --count 100001", "-n is 100001; it must be at most 100,000."),
        ("path x --from a --to b -o y.gif --fps nan", "--fps is nan; it must be at least 1."),
        ("path x --from a --to b -o y.gif --fps inf", "--fps is inf; it must be at most 50."),
        ("study-unit x 0", "N is 0; it must be at least 1."),
        ("train x --checkpoint-every -1", "--checkpoint-every is -1; it must be at least 0."),
        (
            "finds x -o y.png --seed " + 400 * "9",
            "…; it must be at most 9,223,372,036,854,775,808.",
        ),
    ],
)
def test_a_number_beyond_its_bounds_is_refused_before_a_file_is_read(
    arguments: str, words: str, capsys: Captured
) -> None:
    assert main(["--language", "en", *arguments.split()]) == 2
    error = capsys.readouterr().err
    assert error.endswith(f"{words}\n")
    assert len(error) < 300


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        (("evaluate", ""), "F.aegui"),
        (("evaluate", "a.aegui", ""), "MORE.aegui"),
        (("train", ""), "RECIPE"),
        (("report", "a.aegui", "-o", ""), "-o FOLDER"),
        (("study", "letters-rates", "--out="), "-o DIR"),
        (("limit", "--noise", "", "--data", "symbols"), "--noise KIND:LEVEL"),
    ],
)
def test_an_empty_text_in_the_place_of_a_name_is_refused(
    arguments: tuple[str, ...], argument: str, capsys: Captured
) -> None:
    assert main(["--language", "en", *arguments]) == 2
    words = "is empty; if it is a shell variable, it is not set."
    assert capsys.readouterr().err == f"aegui: {argument} {words}\n"
