"""Hand-ins never go where something else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.report.folder import LIST_FILE, free_folder

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
