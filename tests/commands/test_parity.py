"""``aegui parity``: published figures beside the program's, on the terminal and in files."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from aegui.cli import main
from aegui.core.library.library import Library
from aegui.core.library.query import LibraryQuery
from aegui.core.parity.rows import parity_rows
from aegui.core.training.loop.train import Training

if TYPE_CHECKING:
    from pathlib import Path


def test_the_page_is_listed_and_written(
    user_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert main(["parity", "-o", str(page)]) == 0
    told = capsys.readouterr().out
    assert "A1-order" in told
    assert f"0 of {len(parity_rows())} rows reached here" in told
    assert page.read_text().startswith("<!doctype html>")
    assert main(["parity", "-o", str(tmp_path / "page.pdf")]) == 2
    assert "the suffix must be one of .csv, .html, .htm" in capsys.readouterr().err


def test_a_row_is_trained_and_kept(user_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parity", "--train", "d-linear", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    row = next(row for row in told if row["id"] == "D-linear")
    assert row["reached"] is True
    assert row["cells"][0]["seeds"] == [0]
    assert row["cells"][0]["processor"]
    assert row["cells"][0]["std"] is None


@pytest.mark.usefixtures("handled_signals")
def test_ctrl_c_keeps_what_a_row_has_learnt(
    user_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = Training.advance

    def pressed(training: Training) -> None:
        if training.epoch == 0:
            signal.raise_signal(signal.SIGINT)
        advance(training)

    monkeypatch.setattr(Training, "advance", pressed)
    assert main(["parity", "--train", "D-linear"]) == 130
    assert "stopped" in capsys.readouterr().out
    with Library(read_only=True) as library:
        assert len(library.rows(LibraryQuery(), ["name"])) == 1


def test_a_figure_of_one_seed_is_expected_without_a_deviation(
    user_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parity", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    cells = [cell for row in told if row["expected"] for cell in row["expected"]["cells"] if cell]
    assert {cell["count"] == 1 for cell in cells} == {True, False}
    assert all((cell["std"] is None) == (cell["count"] == 1) for cell in cells)


def test_a_row_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parity", "--train", "A1-ordre"]) == 2
    assert 'Did you mean "A1-order"' in capsys.readouterr().err


def test_a_folder_of_ones_own_is_for_rows_whose_pictures_are_not_ours(
    user_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parity", "--train", "B4", "--data", str(tmp_path)]) == 2
    assert "B4 has samples of its own" in capsys.readouterr().err
    assert main(["parity", "--data", str(tmp_path)]) == 2
    assert "--train" in capsys.readouterr().err
