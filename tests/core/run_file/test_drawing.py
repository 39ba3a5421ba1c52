from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydantic import ValidationError

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import ReadError
from aegui.core.pixels.drawing_state import DrawingPaper, DrawingState
from aegui.core.recipe import CorruptionSpec, Recipe
from aegui.core.run_file.drawing import DrawingDocument, from_document, to_document
from aegui.core.run_file.saved import SavedRun, load_run, save_run

if TYPE_CHECKING:
    from pathlib import Path

DRAW = np.random.default_rng(3)
GLYPH = DRAW.integers(0, 2, (7, 5)).astype(np.float32)
NOISE = CorruptionSpec(kind="flip", level=0.2), 7
PLAIN: dict[str, Any] = {"shape": [1, 2], "kind": "grey", "ground": 0.0, "pixels": [0.25, 1.0]}


def run(drawing: DrawingState | None) -> SavedRun:
    return SavedRun(Recipe(), load_builtin("lowercase"), drawing=drawing)


@pytest.mark.parametrize(
    "drawing",
    [
        DrawingState(GLYPH),
        DrawingState(1 - GLYPH, GLYPH, "a", GLYPH, noise=NOISE),
        DrawingState(DRAW.random((3, 6, 4), np.float32), paper=DrawingPaper("colour", 1.0)),
    ],
)
def test_a_drawing_comes_back_as_it_was(drawing: DrawingState, tmp_path: Path) -> None:
    save_run(tmp_path / "a.aegui", run(drawing))
    read = load_run(tmp_path / "a.aegui").drawing
    assert read is not None
    assert not read.pixels.flags.writeable
    for one, other in (
        (read.pixels, drawing.pixels),
        (read.target, drawing.target),
        (read.before_noise, drawing.before_noise),
    ):
        if one is None or other is None:
            assert one is other
        else:
            assert np.array_equal(one, other)
    assert (read.label, read.paper) == (drawing.label, drawing.paper)
    assert read.noise == drawing.noise


def test_a_file_without_one_is_as_it_was_before_there_were_any(tmp_path: Path) -> None:
    save_run(tmp_path / "a.aegui", run(None))
    with zipfile.ZipFile(tmp_path / "a.aegui") as archive:
        assert "drawing" not in json.loads(archive.read("run.json"))
    assert load_run(tmp_path / "a.aegui").drawing is None


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [1, 3]},
        {"shape": [2, 1, 1]},
        {"shape": [3, 1, 2]},
        {"kind": "colour"},
        {"pixels": [0.25, 1.5]},
        {"pixels": [0.25, float("nan")]},
        {"target": [0.0]},
        {"shape": [1 << 40, 1 << 40]},
    ],
)
def test_a_drawing_that_is_none_is_refused(changes: dict[str, Any]) -> None:
    DrawingDocument.model_validate(PLAIN)
    with pytest.raises(ValidationError):
        DrawingDocument.model_validate(PLAIN | changes)


def test_the_refusal_names_file_and_part(tmp_path: Path) -> None:
    save_run(tmp_path / "a.aegui", run(DrawingState(GLYPH)))
    with zipfile.ZipFile(tmp_path / "a.aegui") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    document = json.loads(parts["run.json"])
    document["drawing"]["pixels"].pop()
    parts["run.json"] = json.dumps(document).encode()
    with zipfile.ZipFile(tmp_path / "b.aegui", "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    with pytest.raises(ReadError, match=r"b\.aegui, run\.json: drawing"):
        load_run(tmp_path / "b.aegui")


def test_what_no_file_takes_is_left_out() -> None:
    assert to_document(DrawingState(np.zeros((1, 5000), np.float32))) is None
    assert from_document(None) is None
