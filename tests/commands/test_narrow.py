"""Tables on terminals that are too narrow for their columns."""

from __future__ import annotations

from itertools import pairwise

import pytest

from aegui.core.text_tables import stacked_text
from tests.commands.terminals import on_terminal


def test_a_table_without_room_has_its_cells_below_one_another() -> None:
    wide, narrow = on_terminal(120, "lesson", "list"), on_terminal(40, "lesson", "list")
    assert wide[0].split() == ["lesson", "title", "steps", "minutes"]
    assert narrow[:5] == [
        "lesson:",
        "compress",
        "  title: Compress 32 letters",
        "  steps: 5",
        "  minutes: 10",
    ]
    assert max(map(len, narrow)) <= 40


@pytest.mark.parametrize(("command", "first"), [("recipes", "recipe"), ("parity", "row")])
def test_groups_keep_their_titles_on_a_narrow_terminal(command: str, first: str) -> None:
    wide, narrow = on_terminal(400, command), on_terminal(48, command)
    assert wide[0].split()[0] == first
    assert narrow[0] == f"{first}:"
    titles = [line for before, line in pairwise(wide) if not before]
    assert [line for before, line in pairwise(narrow) if not before] == titles
    rows = [line for line in wide[1:] if line and line not in titles]
    firsts = [line for line in narrow[1:] if line and line[0] != " " and line not in titles]
    assert all(row.startswith(name) for row, name in zip(rows, firsts, strict=True))


def test_empty_cells_and_an_unnamed_first_column_are_left_out() -> None:
    assert stacked_text(["", "a", "b"], [["x", "", "2"], ["y", "1", ""]]) == "x\n  b: 2\ny\n  a: 1"
