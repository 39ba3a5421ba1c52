"""A problem report: its contents, and that it contains no user name."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from aegui.cli import main
from aegui.commands.program_options import REPORT_PARTS
from aegui.core.errors import AeguiError
from aegui.core.problem_report import PARTS, as_text, collected, write_report
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import load_recipe
from aegui.paths import crash_file, log_file, models_dir

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def logs(user_home: Path) -> None:
    log_file().parent.mkdir(parents=True)
    log_file().write_text(f"opened {user_home}/secret/letters.aegui\n")
    crash_file().write_text("Fatal Python error: Segmentation fault\n")


def test_a_report_has_what_is_asked_for_and_no_home(user_home: Path) -> None:
    whole = collected(PARTS, Recipe(name="mine"))
    assert list(whole) == ["versions.txt", "aegui.log.txt", "aegui-crash.log.txt", "recipe.json"]
    assert json.loads(whole["versions.txt"])["numpy"]
    assert whole["aegui.log.txt"] == "opened ~/secret/letters.aegui\n"
    assert str(user_home) not in as_text(whole)
    assert list(collected(["recipe"], Recipe())) == ["recipe.json"]
    assert collected([], Recipe()) == {}


def test_a_report_is_a_zip_or_one_text(tmp_path: Path) -> None:
    texts = {"a.txt": "one", "recipe.json": "{}"}
    write_report(tmp_path / "report.zip", texts)
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == texts
    write_report(tmp_path / "report.txt", texts)
    assert (tmp_path / "report.txt").read_text() == as_text(texts)
    with pytest.raises(AeguiError, match="could not be written"):
        write_report(tmp_path / "no" / "report.zip", texts)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tuple(PARTS) == REPORT_PARTS
    assert main(["report-problem", "--without", "log"]) == 0
    told = capsys.readouterr().out
    assert "===== versions.txt" in told
    assert "letters.aegui" not in told
    out = tmp_path / "report.zip"
    recipe = "resources/recipes/letters-course.json"
    assert main(["report-problem", "-o", str(out), "--recipe", recipe]) == 0
    assert "Nothing was sent." in capsys.readouterr().err
    with zipfile.ZipFile(out) as archive:
        archive.extract("recipe.json", tmp_path)
        assert "aegui.log.txt" in archive.namelist()
    assert load_recipe(tmp_path / "recipe.json") == load_recipe(recipe)


def test_the_command_takes_every_source_of_a_recipe(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    only = ("--without", "log", "--without", "versions")
    for source in (str(models_dir() / "letters-2d.aegui"), "letters-2d", "lowercase 35-20-2"):
        assert main(["report-problem", *only, "--recipe", source]) == 0
        assert '"format": "aegui-recipe"' in capsys.readouterr().out
    image = tmp_path / "photo.tiff"
    image.write_bytes(b"II*\x00\xff\xfe")
    assert main(["report-problem", "--recipe", str(image)]) == 2
    assert capsys.readouterr().err == (
        f"aegui: {image}, line 1: this is not UTF-8 text. A recipe is a file of JSON or YAML.\n"
    )
