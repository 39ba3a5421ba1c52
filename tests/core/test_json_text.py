"""Untrusted JSON: every defect is a ValueError."""

from __future__ import annotations

import pytest

from aegui.core.json_text import TooDeepError, from_json


def test_json_is_read() -> None:
    assert from_json(b'{"a": [1, 2.5, null]}') == {"a": [1, 2.5, None]}
    assert from_json('{"a": 1, "a": 2}', list) == [("a", 1), ("a", 2)]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000])
def test_what_is_nested_too_deeply_is_a_value_error(text: str) -> None:
    with pytest.raises(TooDeepError):
        from_json(text)


@pytest.mark.parametrize("text", ["", "{", "9" * 5000, b"\xff"])
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(text)
