from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aegui.core.data.readers.names import format_name, parse_name


@settings(max_examples=500)
@given(st.text(max_size=8), st.text(max_size=100))
def test_names_come_back(label: str, name: str) -> None:
    line = format_name(label, name)
    assert parse_name(line) == (label, name)
    assert "\n" not in line
    assert not line.endswith("\\")


@pytest.mark.parametrize(
    ("text", "label", "name"),
    [
        ("0x20,", " ", "space"),
        ("0x20, space", " ", "space"),
        ("0x2c, ,", ",", ","),
        ("0x61,a", "a", "a"),
        ("0x5c, \\", "\\", "\\"),
        ("0x22, \"", '"', '"'),
        ("0x27, '", "'", "'"),
        ("0x7f, DEL", "\x7f", "DEL"),
        ("0x7f", "\x7f", "DEL"),
        ("U+00F1 ñ", "ñ", "ñ"),
        ("'q'", "q", "q"),
        ("space", " ", "space"),
        ("letter q", "letter q", "letter q"),
    ],
)  # fmt: skip
def test_names_as_people_write_them(text: str, label: str, name: str) -> None:
    assert parse_name(text) == (label, name)
