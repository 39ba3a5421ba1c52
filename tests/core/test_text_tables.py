from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aegui.core.text_tables import columns_text, csv_text, printable

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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("señal 5x7", "señal 5x7"),
        ("a\u200fb", r"a\u200fb"),
        ("a\u202eb\x1b[2J", r"a\u202eb\x1b[2J"),
        ("two\nlines\tand\u2028more", r"two\nlines\tand\u2028more"),
        ("\udc80", r"\udc80"),
        ("1\u202f000\xa0", "1\u202f000\xa0"),
        # Joined emojis and words need their joiners.
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
    ],
)
def test_control_and_format_characters_are_escaped(text: str, expected: str) -> None:
    assert printable(text) == expected
    assert printable(printable(text)) == expected


def test_columns_stand_below_one_another_whatever_names_hold() -> None:
    names = ["plain", "\u200fright\nto left", "漢字", "e\u0301", "❤\ufe0f"]
    lines = columns_text(["name", "n"], [[name, "1"] for name in names]).split("\n")
    assert lines == [
        "name" + 18 * " " + "n",
        "plain" + 17 * " " + "1",
        r"\u200fright\nto left" + 2 * " " + "1",
        # These two take two columns each, marks none.
        "漢字" + 18 * " " + "1",
        "e\u0301" + 21 * " " + "1",
        "❤\ufe0f" + 21 * " " + "1",
    ]
