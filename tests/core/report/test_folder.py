"""Hand-ins never overwrite other files, and are written completely or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.core.errors import Cancelled
from aegui.core.report.folder import LIST_FILE, all_or_nothing, free_folder

if TYPE_CHECKING:
    from pathlib import Path


def test_an_empty_folder_is_taken_and_one_with_files_gets_a_new_one(tmp_path: Path) -> None:
    assert free_folder(tmp_path / "new", "hand-in") == tmp_path / "new"
    assert free_folder(tmp_path, "hand-in") == tmp_path
    (tmp_path / "thesis.txt").write_text("mine")
    first = free_folder(tmp_path, "hand-in")
    assert first == tmp_path / "hand-in"
    first.mkdir()
    (first / LIST_FILE).write_text("{}")
    assert free_folder(tmp_path, "hand-in") == tmp_path / "hand-in-2"
    # What was handed in before may have been worked on since: the next one stands beside it.
    assert free_folder(first, "hand-in") == tmp_path / "hand-in-2"


def give_up(folder: Path) -> None:
    with all_or_nothing(folder):
        (folder / "figures").mkdir(parents=True)
        (folder / "figures" / "map.svg").write_text("<svg/>")
        (folder / "report.html").write_text("half")
        raise Cancelled


@pytest.mark.parametrize("is_there", [False, True])
def test_a_hand_in_that_is_given_up_leaves_nothing(tmp_path: Path, is_there: bool) -> None:
    folder = tmp_path / "term" / "hand-in"
    if is_there:
        folder.mkdir(parents=True)
    with pytest.raises(Cancelled):
        give_up(folder)
    assert [each.name for each in tmp_path.rglob("*")] == (["term", "hand-in"] if is_there else [])
    with all_or_nothing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.html").write_text("whole")
    assert (folder / "report.html").read_text() == "whole"
