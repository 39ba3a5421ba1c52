from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aegui.core.recipe import CorruptionSpec
from aegui.session.drawing import Drawing

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.session.drawing import Axis

FLIP_ALL = CorruptionSpec(kind="flip", level=1.0)
SOME = CorruptionSpec(kind="flip", level=0.3)
GLYPH = np.eye(7, 5)


def test_a_stroke_is_one_step_of_undo() -> None:
    drawing = Drawing(7, 5)
    drawing.begin_stroke()
    for row in range(5):
        drawing.paint(row, 2, 1.0)
    drawing.end_stroke()
    assert drawing.pixels.sum() == 5
    assert drawing.undo_stack.count() == 1
    drawing.undo()
    assert drawing.pixels.sum() == 0
    drawing.redo()
    assert drawing.pixels[:5, 2].tolist() == [1.0] * 5


def test_pixels_show_while_the_stroke_is_drawn() -> None:
    drawing = Drawing(7, 5)
    seen: list[float] = []
    drawing.changed.connect(lambda state: seen.append(float(state.pixels.sum())))
    drawing.begin_stroke()
    drawing.paint(0, 0, 1.0)
    drawing.paint(0, 1, 0.5)
    drawing.end_stroke()
    assert seen == [1.0, 1.5]


def test_undo_in_the_middle_of_a_stroke_takes_back_the_stroke() -> None:
    drawing = Drawing(7, 5)
    drawing.begin_stroke()
    drawing.paint(0, 0, 1.0)
    drawing.undo()
    assert drawing.pixels.sum() == 0
    drawing.redo()
    assert drawing.pixels.sum() == 1


def test_a_stroke_that_changes_nothing_is_no_step() -> None:
    drawing = Drawing(7, 5)
    drawing.begin_stroke()
    drawing.paint(0, 0, 0.0)
    drawing.paint(7, 0, 1.0)
    drawing.paint(-1, 0, 1.0)
    drawing.end_stroke()
    drawing.clear()
    assert drawing.undo_stack.count() == 0


def test_a_stroke_that_changes_nothing_leaves_the_noise_to_be_taken_off() -> None:
    drawing = Drawing(7, 5)
    drawing.load(GLYPH, "a")
    drawing.apply_noise(FLIP_ALL, seed=1)
    noisy = float(drawing.pixels[0, 0])
    drawing.begin_stroke()
    drawing.paint(0, 0, 1.0 - noisy)
    drawing.paint(0, 0, noisy)
    drawing.end_stroke()
    drawing.apply_noise(CorruptionSpec(), seed=1)
    assert np.array_equal(drawing.pixels, GLYPH)


def test_a_single_pixel_and_its_range() -> None:
    drawing = Drawing(7, 5)
    drawing.paint(6, 4, 7.0)
    assert drawing.pixels[6, 4] == 1.0
    assert drawing.undo_stack.count() == 1
    assert not drawing.pixels.flags.writeable


def test_a_loaded_sample_is_the_target_until_cleared() -> None:
    drawing = Drawing(7, 5)
    drawing.load(GLYPH, "a")
    drawing.paint(0, 4, 1.0)
    assert np.array_equal(drawing.target, GLYPH)  # type: ignore[arg-type]
    assert drawing.label == "a"
    drawing.clear()
    assert (drawing.target, drawing.label) == (None, "")
    drawing.undo()
    assert drawing.label == "a"


def test_noise_starts_from_the_clean_drawing_each_time() -> None:
    drawing = Drawing(7, 5)
    drawing.paint(3, 3, 1.0)
    clean = drawing.pixels
    drawing.apply_noise(SOME, seed=1)
    first = drawing.pixels
    drawing.apply_noise(SOME, seed=2)
    assert not np.array_equal(first, drawing.pixels)
    assert np.array_equal(drawing.target, clean)  # type: ignore[arg-type]
    drawing.apply_noise(SOME, seed=1)
    assert np.array_equal(first, drawing.pixels)
    drawing.apply_noise(FLIP_ALL, seed=1)
    assert np.array_equal(drawing.pixels, 1.0 - clean)
    drawing.apply_noise(CorruptionSpec(), seed=1)
    assert np.array_equal(drawing.pixels, clean)


def test_noise_in_a_row_is_one_step() -> None:
    drawing = Drawing(7, 5)
    drawing.load(GLYPH, "a")
    for seed in range(20):
        drawing.apply_noise(SOME, seed)
    assert drawing.undo_stack.count() == 2
    drawing.undo()
    assert np.array_equal(drawing.pixels, GLYPH)


def test_noise_on_a_drawing_painted_over_goes_on_top() -> None:
    drawing = Drawing(7, 5)
    drawing.load(GLYPH, "a")
    drawing.apply_noise(FLIP_ALL, seed=1)
    drawing.paint(0, 0, 1.0)
    drawing.apply_noise(FLIP_ALL, seed=1)
    expected = GLYPH.copy()
    expected[0, 0] = 0.0
    assert np.array_equal(drawing.pixels, expected)
    assert np.array_equal(drawing.target, GLYPH)  # type: ignore[arg-type]


def test_moves() -> None:
    drawing = Drawing(3, 2)
    drawing.paste([[1, 0], [0, 0], [0, 0]])
    drawing.shift(1, 1)
    assert drawing.pixels.tolist() == [[0, 0], [0, 1], [0, 0]]
    drawing.flip("horizontal")
    assert drawing.pixels.tolist() == [[0, 0], [1, 0], [0, 0]]
    drawing.shift(1, 0)
    drawing.flip("vertical")
    assert drawing.pixels.tolist() == [[1, 0], [0, 0], [0, 0]]
    drawing.invert()
    assert drawing.pixels.tolist() == [[0, 1], [1, 1], [1, 1]]
    drawing.shift(0, -1)
    assert drawing.pixels.tolist() == [[1, 0], [1, 0], [1, 0]]
    drawing.shift(-9, 0)
    assert drawing.pixels.sum() == 0


def test_reset_forgets_the_past_and_the_size() -> None:
    drawing = Drawing(3, 2)
    drawing.invert()
    drawing.reset(3, 2)
    assert drawing.pixels.sum() == 6
    drawing.reset(8, 8)
    assert drawing.shape == (8, 8)
    assert not drawing.undo_stack.canUndo()
    with pytest.raises(ValueError, match="drawing"):
        drawing.load(GLYPH, "a")


EDITS: tuple[Callable[[Drawing, int], None], ...] = (
    lambda drawing, n: drawing.paint(n % 7, n % 5, (n % 3) / 2),
    lambda drawing, n: drawing.load(np.roll(GLYPH, n), chr(97 + n % 20)),
    lambda drawing, n: drawing.apply_noise(SOME, n),
    lambda drawing, n: drawing.shift(n % 3 - 1, n % 5 - 2),
    lambda drawing, n: drawing.flip(_axis(n)),
    lambda drawing, n: drawing.invert(),
    lambda drawing, n: drawing.clear(),
    lambda drawing, n: drawing.begin_stroke(),
    lambda drawing, n: drawing.end_stroke(),
)


def _axis(n: int) -> Axis:
    return "horizontal" if n % 2 else "vertical"


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(EDITS) - 1), st.integers(0, 100)), max_size=12))
def test_any_edits_can_be_undone_and_done_again(edits: list[tuple[int, int]]) -> None:
    drawing = Drawing(7, 5)
    start = drawing.state
    for edit, number in edits:
        EDITS[edit](drawing, number)
    drawing.end_stroke()
    end = drawing.state
    while drawing.undo_stack.canUndo():
        drawing.undo()
    assert drawing.state.same_as(start)
    while drawing.undo_stack.canRedo():
        drawing.redo()
    assert drawing.state.same_as(end)
