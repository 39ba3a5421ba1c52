from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aegui.core.pixels.drawing_state import DrawingPaper
from aegui.core.pixels.shapes import PixelBox
from aegui.core.recipe import CorruptionSpec
from aegui.session.pixels.drawing import Drawing

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.pixels.transforms import Axis

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


def test_another_size_is_a_step_of_undo_and_lasts_until_other_data_come() -> None:
    drawing = Drawing(7, 5)
    drawing.load(GLYPH, "a")
    drawing.start_new(16, 16, DrawingPaper("grey", 1.0))
    assert drawing.shape == (16, 16)
    assert (drawing.pixels == 1.0).all()
    drawing.reset(7, 5)
    assert drawing.shape == (16, 16), "the data are those of before"
    drawing.undo()
    assert (drawing.shape, drawing.paper) == ((7, 5), DrawingPaper())
    drawing.fit(9, 9, "colour")
    assert drawing.pixels.shape == (3, 9, 9)
    assert drawing.target is None
    drawing.fit(7, 5, "binary")
    assert np.array_equal(drawing.pixels, GLYPH)
    drawing.load(np.ones((3, 4, 4)), "b", 2, DrawingPaper("colour"))
    assert drawing.state.image_shape == (3, 4, 4)
    drawing.reset(8, 8)
    assert drawing.shape == (8, 8)


def test_edits_of_a_part_leave_the_rest() -> None:
    drawing = Drawing(7, 5)
    drawing.paste(GLYPH)
    drawing.set_region(PixelBox(0, 0, 2, 2))
    drawing.flip("horizontal")
    assert drawing.pixels[:2, :2].tolist() == [[0, 1], [1, 0]]
    drawing.rotate(1)
    assert drawing.pixels[:2, :2].tolist() == [[1, 0], [0, 1]]
    drawing.roll(1, 0)
    drawing.clear()
    assert np.array_equal(drawing.pixels[2:], GLYPH[2:])
    assert not drawing.pixels[:2].any()
    drawing.apply_noise(FLIP_ALL, seed=1)
    assert drawing.pixels[:2, :2].all()
    assert np.array_equal(drawing.pixels[2:], GLYPH[2:])
    drawing.set_region(None)
    drawing.clear()
    assert not drawing.pixels.any()


def test_what_rolls_out_comes_in_again() -> None:
    drawing = Drawing(7, 5)
    drawing.paste(GLYPH)
    for _ in range(7):
        drawing.roll(1, 0)
    assert np.array_equal(drawing.pixels, GLYPH)


def test_code_keeps_exact_levels_and_is_one_step() -> None:
    drawing = Drawing(2, 2)
    drawing.reset(2, 2, DrawingPaper("grey"))
    drawing.paste([[0.3, 0.3001], [0.5, 1.0]])
    drawing.write(np.array([[0.3, 77 / 255], [0.0, 1.0]], np.float32))
    drawing.write(np.array([[0.3, 77 / 255], [0.2, 1.0]], np.float32))
    expected = np.array([[0.3, 0.3001], [0.2, 1.0]], np.float32)
    assert np.array_equal(drawing.pixels, expected)
    assert drawing.history == ("Paste", "Hex and C")


def test_the_history_has_names_and_goes_anywhere() -> None:
    drawing = Drawing(7, 5)
    drawing.begin_stroke("Line")
    drawing.paint(0, 0, 1.0)
    drawing.end_stroke()
    drawing.invert()
    drawing.load(GLYPH, "a")
    assert drawing.history == ("Line", "Invert", "Load “a”")
    assert drawing.previous is not None
    assert drawing.previous.pixels.sum() == 34
    drawing.go_to(1)
    assert drawing.pixels.sum() == 1
    drawing.go_to(0)
    assert drawing.pixels.sum() == 0
    drawing.go_to(3)
    assert np.array_equal(drawing.pixels, GLYPH)


def test_pasting_a_part_cuts_it_at_the_edge() -> None:
    drawing = Drawing(7, 5)
    drawing.paste_part(np.ones((3, 3)), 5, 3)
    assert drawing.pixels.sum() == 4
    assert drawing.pixels[5:, 3:].all()


def test_an_erased_block_is_a_rectangle() -> None:
    drawing = Drawing(8, 8)
    drawing.invert()
    drawing.apply_noise(CorruptionSpec(kind="block", level=0.25), seed=3)
    rows, columns = np.nonzero(drawing.pixels == 0)
    assert len(rows) == 16
    assert [int(np.ptp(places)) for places in (rows, columns)] == [3, 3]


EDITS: tuple[Callable[[Drawing, int], None], ...] = (
    lambda drawing, n: drawing.paint(n % 7, n % 5, (n % 3) / 2),
    lambda drawing, n: drawing.load(np.roll(GLYPH, n), chr(97 + n % 20)),
    lambda drawing, n: drawing.apply_noise(SOME, n),
    lambda drawing, n: drawing.shift(n % 3 - 1, n % 5 - 2),
    lambda drawing, n: drawing.flip(_axis(n)),
    lambda drawing, n: drawing.rotate(n % 4),
    lambda drawing, n: drawing.fit(5 + n % 4, 5, "binary"),
    lambda drawing, n: drawing.invert(),
    lambda drawing, n: drawing.clear(),
    lambda drawing, n: drawing.begin_stroke(),
    lambda drawing, n: drawing.end_stroke(),
)


def _axis(n: int) -> Axis:
    return "horizontal" if n % 2 else "vertical"


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


def test_another_kind_of_noise_is_a_step_of_its_own() -> None:
    drawing = Drawing(7, 5)
    drawing.load(np.eye(7, 5), "a")
    salt = CorruptionSpec(kind="salt", level=0.9)
    drawing.apply_noise(SOME, seed=1)
    drawing.apply_noise(salt, seed=2)
    assert drawing.state.noise == (salt, 2)
    drawing.undo()
    assert drawing.state.noise == (SOME, 1)
    drawing.undo()
    assert drawing.state.noise is None
    assert np.array_equal(drawing.pixels, np.eye(7, 5))


def test_the_noise_that_is_chosen_is_the_drawings_own() -> None:
    drawing = Drawing(7, 5)
    told: list[str] = []
    drawing.changed.connect(lambda _state: told.append("changed"))
    drawing.noise_chosen.connect(lambda: told.append("noise"))
    drawing.choose_noise(SOME, 3)
    assert drawing.noise == (SOME, 3)
    assert told == ["noise"]
    drawing.apply_noise(FLIP_ALL, 4)
    assert drawing.noise == (FLIP_ALL, 4)
    assert told == ["noise", "changed", "noise"]
    drawing.apply_noise(CorruptionSpec(), 4)
    assert drawing.noise == (FLIP_ALL, 4)
    assert told == ["noise", "changed", "noise", "changed"]
