from __future__ import annotations

import json
from typing import get_args

import numpy as np
import pytest

from aegui.core.pixels.code import (
    CODE_FORMS,
    CodeForm,
    code_of,
    levels_of,
    read_any_code,
    read_code,
)

A = np.array(
    [[c == "#" for c in row] for row in (".###.", "....#", ".####", "#...#", ".####")], np.float32
)
FORMS: tuple[CodeForm, ...] = get_args(CodeForm)


def test_every_form_has_a_name() -> None:
    assert tuple(CODE_FORMS) == FORMS


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("height", "width"), [(7, 5), (8, 8), (16, 33), (64, 64), (2, 80)])
@pytest.mark.parametrize("kind", ["binary", "grey", "colour"])
def test_what_is_written_is_read_back(form: CodeForm, height: int, width: int, kind: str) -> None:
    generator = np.random.default_rng(height)
    shape = (3, height, width) if kind == "colour" else (height, width)
    levels = generator.integers(0, 256, shape)
    image = ((levels > 127) if kind == "binary" else levels / 255).astype(np.float32)
    text = code_of(image, kind, form)  # type: ignore[arg-type]
    reading = read_code(text, form, height, width, kind)  # type: ignore[arg-type]
    assert reading.errors == ()
    assert reading.pixels is not None
    assert reading.pixels.dtype == np.float32
    assert np.allclose(reading.pixels, image, atol=1e-6)


def test_the_forms_of_a_glyph() -> None:
    assert code_of(A, "binary", "hex") == "0x0e\n0x01\n0x0f\n0x11\n0x0f"
    assert code_of(A, "binary", "binary").splitlines()[:2] == ["01110", "00001"]
    c = code_of(A, "binary", "c")
    assert c.startswith("static const uint8_t glyph[5] = {\n    0x0e,\n")
    document = json.loads(code_of(A, "binary", "json"))
    assert document == {"width": 5, "height": 5, "pixels": "binary", "rows": [14, 1, 15, 17, 15]}


def test_levels_are_what_code_says() -> None:
    colour = np.zeros((3, 1, 2), np.float32)
    colour[:, 0, 1] = (1.0, 0.5, 0.0)
    assert levels_of(colour, "colour").tolist() == [[0, 0xFF8000]]
    assert levels_of(np.array([[0.2]], np.float32), "grey").tolist() == [[51]]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("0x0e, 0x01, 0x0f, 0x11, 0x0f", "hex"),
        ("0E 01 0F 11 0F", "hex"),
        ("// a\n0e\n01 /* second */\n0f\n11\n0f\n", "hex"),
        ("0b01110\n00001\n01111\n10001\n01111", "binary"),
        ("{14, 1, 15, 0x11, 0b1111}", "c"),
        ("uint8_t a[] = {0x0e,\n0x01,0x0f, 17, 15};  // 97", "c"),
        ('{"rows": [14, 1, 15, 17, 15]}', "json"),
        ("[14, 1, 15, 17, 15]", "json"),
        ("B01110, B00001, B01111, B10001, B01111", "binary"),
        ("byte a[5] = {B01110, b00001, B01111, B10001, B01111};", "c"),
        (str(A.astype(int).tolist()), "json"),
        (str(A.astype(int).tolist()).replace("[", "{").replace("]", "}"), "c"),
        (" ".join(map(str, A.astype(int).ravel())), "binary"),
    ],
)
def test_code_as_people_write_it(text: str, form: CodeForm) -> None:
    reading = read_code(text, form, 5, 5)
    assert reading.errors == ()
    assert reading.pixels is not None
    assert np.array_equal(reading.pixels, A)


@pytest.mark.parametrize(
    ("text", "form", "marked", "words"),
    [
        ("0e 01 zz 11 0f", "hex", "zz", "not a hexadecimal number"),
        ("0e 01 0f 11 ff", "hex", "ff", "at most 5 bits"),
        ("0e 01 0f 11", "hex", "11", "5 rows, here are 4"),
        ("0e 01 0f 11 0f 1e 1f", "hex", "1e 1f", "5 rows, here are 7"),
        ("0e 01 0f 11 0f ?", "hex", "?", "does not belong"),
        ("01110\n00001\n0111\n10001\n01111", "binary", "0111", "4 digits"),
        ("01110\n00002\n01111\n10001\n01111", "binary", "00002", "0 and 1"),
        ("{14, 1, x, 17, 15}", "c", "x", "not a number"),
        ("14, 1", "c", "14, 1", "braces"),
        ("{14, 1", "c", "1", "closing brace"),
        ('{"rows": [14, 1, oh]}', "json", "o", "not JSON"),
        ('{"row": [14]}', "json", '{"row": [14]}', "“rows”"),
        ('{"rows": [14, 1, 15, 17]}', "json", "17", "here are 4"),
        ('{"rows": [14, 1, 15, 17, 400]}', "json", "400", "too large"),
    ],
)
def test_errors_are_marked_in_place(text: str, form: CodeForm, marked: str, words: str) -> None:
    reading = read_code(text, form, 5, 5)
    assert reading.pixels is None
    error = reading.errors[0]
    assert text[error.start : error.end] == marked
    assert words in error.message


def test_every_error_is_told() -> None:
    reading = read_code("0e zz 0f yy 0f", "hex", 5, 5)
    assert [(error.start, error.end) for error in reading.errors] == [(3, 5), (9, 11)]


@pytest.mark.parametrize("text", ["", "   ", "{}", "[" * 5000, '"' * 9, "\x00", "0x"])
@pytest.mark.parametrize("form", FORMS)
def test_nonsense_is_refused_with_a_place(text: str, form: CodeForm) -> None:
    reading = read_code(text, form, 7, 5)
    assert reading.pixels is None
    assert reading.errors


def test_the_form_of_pasted_code_is_found() -> None:
    for form in FORMS:
        found = read_any_code(code_of(A, "binary", form), 5, 5, "binary")
        assert found is not None
        assert np.array_equal(found, A)
    for text in ("B01110\nB00001\nB01111\nB10001\nB01111", str(A.astype(int).tolist())):
        found = read_any_code(text, 5, 5, "binary")
        assert found is not None
        assert np.array_equal(found, A)
    assert read_any_code("hello", 5, 5, "binary") is None
    assert read_any_code("01110", 5, 5, "binary") is None
