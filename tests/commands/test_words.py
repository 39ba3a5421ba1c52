"""What commands print: lines for people are harmless, documents for programs are unchanged."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from aegui.cli import main
from aegui.commands.words import note, say, say_exactly
from aegui.core.data.builtin import load_builtin
from aegui.core.data.writers import write_dataset
from aegui.core.errors import AeguiError
from aegui.core.library.library import Library
from aegui.paths import models_dir
from tests.core.web_page.made import letters

if TYPE_CHECKING:
    from pathlib import Path

NAME = "right\u200fto\u202eleft\x1b[2J"
ESCAPED = r"right\u200fto\u202eleft\x1b[2J"


def test_names_neither_turn_nor_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"a\n\tb {NAME}")
    note(NAME)
    say_exactly(NAME)
    out, err = capsys.readouterr()
    assert out == f"a\n\tb {ESCAPED}\n{NAME}\n"
    assert err == f"{ESCAPED}\n"


@pytest.mark.parametrize(("language", "names"), [("en", "space DEL"), ("es", "espacio DEL")])
def test_characters_that_are_not_seen_are_named_in_tables(
    language: str, names: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(models_dir() / "letters-2d.aegui")
    assert main(["--language", language, "evaluate", run, "--draws", "96"]) == 0
    first = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert [name for name in first if name in names.split()] == names.split()


def test_messages_are_harmless_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", f"{NAME}.aegui"]) == 2
    assert f"{ESCAPED}.aegui" in capsys.readouterr().err


def test_the_list_of_runs_escapes_names_and_its_json_keeps_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Library() as library:
        library.edit(library.keep(letters()).id, name=NAME)
    assert main(["runs", "list", "--columns", "name"]) == 0
    assert ESCAPED in capsys.readouterr().out
    assert main(["runs", "list", "--columns", "name", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["name"] == NAME


BYTES = "\udc80\udcff"
"""Bytes of a command line that are no text, as Python passes them on."""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("evaluate {run} --data {bytes}", "There is no file or built-in set"),
        ("encode {run} --data {bytes}", "There is no file or built-in set"),
        ("project {run} --method code --data {bytes}", "There is no file or built-in set"),
        ("judge {gan} {run} --real {bytes}", "There is no file or built-in set"),
        ("train letters-course --data {bytes}", "--data is"),
        ("train letters-course --check {bytes}", "--check is"),
        ("train letters-course --chars {bytes}", "--chars is"),
        ("data lowercase --labels {bytes}", "--labels: "),
        ("page {run} -o p.html --title {bytes}", "--title is"),
        ("report {run} -o hand --title {bytes}", "--title is"),
        ("data lowercase --count 99999999999999999999", "at most 2,147,483,647"),
    ],
)
def test_what_no_text_or_number_can_hold_is_refused_in_one_line(
    line: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run, gan = (str(models_dir() / f"{name}.aegui") for name in ("letters-2d", "fashion-gan"))
    arguments = [one.format(run=run, gan=gan, bytes=BYTES) for one in line.split()]
    assert main(arguments) == 2
    told = capsys.readouterr().err.splitlines()
    assert words in told[-1]
    assert all(one.startswith(("aegui: ", "Fashion-MNIST is not")) for one in told)


def test_samples_are_read_from_files_whose_names_are_no_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(models_dir() / "letters-2d.aegui")
    path = tmp_path / f"{BYTES}.json"
    try:
        write_dataset(path, load_builtin("uppercase"))
    except (OSError, UnicodeError, AeguiError):
        pytest.skip("files of this system have Unicode names")
    assert main(["evaluate", run, "--data", str(path)]) == 0
    assert "Samples: " in capsys.readouterr().out


@pytest.mark.usefixtures("small_pictures")
def test_a_run_named_by_an_emoji_is_reported(tmp_path: Path) -> None:
    run = tmp_path / "💥.aegui"
    shutil.copy(models_dir() / "letters-2d.aegui", run)
    assert main(["report", str(run), "-o", str(tmp_path / "hand")]) == 0
    assert "-o network-1f4a5-latent.svg" in (tmp_path / "hand/commands.txt").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize(
    "line",
    [
        "page {run} -o {out}/o.html",
        "path {run} --from a --to b -n 3 -o {out}/o.gif",
        "path {run} --from a --to b -n 3 -o {out}/o.png",
        "export {run} -o {out}/o.onnx",
        "export {run} -o {out}/o.safetensors",
        "encode {run} -o {out}/o.csv",
        "figure {run} latent -o {out}/o.svg",
        "map {run} -o {out}/o.png",
        "finds {run} -n 2 -o {out}/o.json",
        "code {run} -o {out}/o.py",
        "project {run} --method code -o {out}/o.csv",
        "project {run} --method code -o {out}/o.json",
        "report {run} -o {out}/hand",
    ],
)
@pytest.mark.usefixtures("small_pictures")
def test_runs_are_exported_whatever_the_bytes_of_their_names(line: str, tmp_path: Path) -> None:
    run = tmp_path / f"{BYTES}.aegui"
    try:
        shutil.copy(models_dir() / "letters-2d.aegui", run)
    except (OSError, UnicodeError):
        pytest.skip("files of this system have Unicode names")
    assert main([one.format(run=run, out=tmp_path) for one in line.split()]) == 0
