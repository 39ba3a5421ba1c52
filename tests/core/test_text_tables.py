from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aegui.core.text_tables import csv_text

CELL = st.text(st.sampled_from('a ",\r\n\tñ'), max_size=6)


@given(rows=st.lists(st.tuples(CELL, CELL), max_size=4))
def test_whatever_a_cell_holds_is_read_again(rows: list[tuple[str, str]]) -> None:
    text = csv_text(["one", "two"], rows)
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [["one", "two"], *map(list, rows)]


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, ""), (0.1, "0.1"), (3, "3"), (True, "True"), ("é", "é"), (" ", '" "'), ("a b", "a b")],
)
def test_cells_stand_alone_where_they_can(value: object, cell: str) -> None:
    assert csv_text(["x", "y"], [[value, 1]]) == f"x,y\n{cell},1\n"
