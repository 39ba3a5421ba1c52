"""Labels of glyphs that do not match their images, and lists of names beside glyphs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.load import load_dataset, read_source

if TYPE_CHECKING:
    from pathlib import Path

UPPER = load_builtin("uppercase")
ROWS = (UPPER.images[:, 0].astype(int) @ np.array([16, 8, 4, 2, 1])).tolist()


def header(labels: list[str]) -> str:
    lines = [
        f"  {{{', '.join(map(hex, row))}}},  // {ord(label):#x}, {label}"
        for row, label in zip(ROWS, labels, strict=True)
    ]
    return "unsigned char Font2[32][7] = {\n" + "\n".join(lines) + "\n};\n"


def test_a_slip_in_a_comment_gives_way_to_the_shape_and_is_told(tmp_path: Path) -> None:
    labels = ["7" if label == "G" else label for label in UPPER.labels]
    (tmp_path / "font.h").write_text(header(labels))
    reading = read_source(str(tmp_path / "font.h"))
    assert reading.dataset.labels == UPPER.labels
    assert reading.dataset.names[7] == "G"
    assert reading.notes == (
        "Glyph 8 of Font2 is named “7”, but is drawn as “G”: the latter is used.",
    )


def test_the_number_of_a_glyph_without_a_name_is_no_wrong_name(tmp_path: Path) -> None:
    art = [
        "".join(".#"[bit] for bit in row)
        for image in UPPER.images[:4, 0].astype(int)
        for row in image
    ]
    drawings = ["\n".join(art[at : at + 7]) for at in range(0, len(art), 7)]
    (tmp_path / "art.txt").write_text("\n\n".join(drawings) + "\n")
    reading = read_source(str(tmp_path / "art.txt"))
    assert reading.dataset.labels == ("0", "1", "2", "3")
    assert reading.notes == ()


def test_two_of_a_name_are_told_and_what_is_no_slip_stays(tmp_path: Path) -> None:
    labels = ["A" if label == "G" else label for label in UPPER.labels]
    (tmp_path / "font.h").write_text(header(labels))
    assert read_source(str(tmp_path / "font.h")).dataset.labels == UPPER.labels
    swapped = list(UPPER.labels)
    swapped[7], swapped[8] = swapped[8], swapped[7]
    (tmp_path / "font.h").write_text(header(swapped))
    reading = read_source(str(tmp_path / "font.h"))
    assert list(reading.dataset.labels) == swapped
    assert reading.notes[0] == "Glyph 8 of Font2 is named “H”, but looks like “G”."
    double = ["€" if label in "GH" else label for label in UPPER.labels]
    (tmp_path / "font.h").write_text(header(double))
    reading = read_source(str(tmp_path / "font.h"))
    assert list(reading.dataset.labels) == double
    assert reading.notes == ("In Font2 more than one glyph is named “€”.",)


@pytest.mark.parametrize("name", ["symbols", "uppercase", "lowercase"])
def test_honest_names_are_left_alone(tmp_path: Path, name: str) -> None:
    dataset = load_builtin(name)
    glyphs = [
        {"label": label, "pixels": image[0].astype(int).tolist()}
        for label, image in zip(dataset.labels, dataset.images, strict=True)
    ]
    (tmp_path / "g.json").write_text(json.dumps({"glyphs": glyphs}))
    reading = read_source(str(tmp_path / "g.json"))
    assert (reading.dataset.labels, reading.notes) == (dataset.labels, ())


GLYPHS = ", ".join("{" + ", ".join(map(str, row)) + "}" for row in ROWS[1:4])
LISTS = str(ROWS[1:4])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("g.h", f'int F[3][7] = {{{GLYPHS}}};\nconst char *names[] = {{"A", "B", "C"}};'),
        ("g.h", f"char labels[3] = {{'A', 'B', 'C'}}; // who\nint F[3][7] = {{{GLYPHS}}};"),
        ("g.h", f'int F[3][7] = {{{GLYPHS}}};\nchar letters[] = "ABC";'),
        ("g.json", json.dumps({"glyphs": ROWS[1:4], "labels": ["A", "B", "C"]})),
        ("g.json", json.dumps({"font": ROWS[1:4], "names": "ABC"})),
        ("g.json", json.dumps({"mine": ROWS[1:4], "names": ["A", "B", "C"]})),
        ("g.py", f"font = {LISTS}\nnames = ['A', 'B', 'C']\n"),
        ("g.py", f"font = {LISTS}\nletters = 'ABC'\n"),
        ("g.py", f"data = {{'font': {LISTS}, 'labels': list(('A', 'B', 'C'))}}\n"),
    ],
)
def test_a_list_of_names_beside_the_glyphs_names_them(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    reading = read_source(str(tmp_path / name))
    assert reading.dataset.labels == ("A", "B", "C")
    np.testing.assert_array_equal(reading.dataset.images, UPPER.images[1:4])
    assert reading.notes == ()


def test_names_of_another_number_name_nothing(tmp_path: Path) -> None:
    (tmp_path / "g.h").write_text(f'int F[3][7] = {{{GLYPHS}}};\nchar *n[] = {{"A", "B"}};')
    assert load_dataset(str(tmp_path / "g.h")).labels == ("0", "1", "2")
