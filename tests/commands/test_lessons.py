"""``aegui lesson``: the list, and what a lesson that cannot be read is answered with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.cli import main
from aegui.core.recipe.file import MAX_BYTES

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("command", "first"), [(["lesson", "list"], "compress"), (["study", "--list"], "letters-rates")]
)
def test_titles_begin_in_one_column(command: list[str], first: str, capsys: Captured) -> None:
    assert main(command) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    (line,) = [one for one in lines if one.startswith(f"{first} ")]
    start = len(header) - len(header.partition("  ")[2].lstrip())
    assert line[start] != " "
    assert line[start - 2 : start] == "  "


def test_a_shipped_lesson_is_checked_by_its_name(capsys: Captured) -> None:
    assert main(["lesson", "check", "dropout"]) == 0
    assert capsys.readouterr().out == "Dropout: 2 steps.\n"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dropouts", 'no shipped lesson of that name. Did you mean "dropout"?'),
        ("qqqq", "no shipped lesson of that name. There are compress, why-two,"),
    ],
)
def test_an_unknown_lesson_names_the_known_ones(name: str, words: str, capsys: Captured) -> None:
    assert main(["lesson", "check", name]) == 2
    assert words in capsys.readouterr().err


def test_a_run_is_no_lesson_and_no_teacher_file(tmp_path: Path, capsys: Captured) -> None:
    run = tmp_path / "run.aegui"
    for size in (1, MAX_BYTES):
        run.write_bytes(b"PK\x03\x04\xff\xfe" * size)
        for command in ("lesson", "teacher"):
            assert main([command, "check", str(run)]) == 2
            assert capsys.readouterr().err == f"aegui: {run} is a saved run, not a text file.\n"
