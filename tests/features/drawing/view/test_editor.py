"""The pixel editor with real mouse and key events, connected to a real drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from aegui.core.pixels.drawing_state import DrawingPaper
from aegui.core.pixels.shapes import PixelBox, line_cells
from aegui.core.recipe import CorruptionSpec
from aegui.features.drawing.view.editor import PixelEditor
from aegui.kit.theme import current_theme
from aegui.session.data.image_style import ImageStyle
from aegui.session.pixels.drawing import Drawing

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
FLIP_ALL = CorruptionSpec(kind="flip", level=1.0)


class Desk:
    """An editor connected to a drawing, as in the window."""

    def __init__(self, qtbot: QtBot, height: int = 7, width: int = 5) -> None:
        self.editor = PixelEditor()
        self.drawing = Drawing(height, width, self.editor)
        self.editor.set_pixels(self.drawing.pixels)
        self.editor.stroke_started.connect(self.drawing.begin_stroke)
        self.editor.pixel_painted.connect(self.drawing.paint)
        self.editor.cells_painted.connect(self.drawing.paint_cells)
        self.editor.stroke_finished.connect(self.drawing.end_stroke)
        self.editor.stroke_abandoned.connect(self.drawing.abandon_stroke)
        self.editor.shape_painted.connect(self.drawing.paint_shape)
        self.editor.part_moved.connect(self.drawing.move_part)
        self.editor.region_changed.connect(self.drawing.set_region)
        self.drawing.region_changed.connect(self.editor.set_region)
        self.editor.region_cleared.connect(self.drawing.clear)
        self.editor.noise_painted.connect(
            lambda cells: self.drawing.paint_noise(cells, FLIP_ALL, 1)
        )
        self.drawing.changed.connect(self._on_drawing_changed)
        qtbot.addWidget(self.editor)
        self.editor.resize(220, 300)
        self.editor.show()
        qtbot.waitExposed(self.editor)
        self.editor.activateWindow()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_drawing_changed(self) -> None:
        self.editor.set_pixels(self.drawing.pixels)

    def at(self, row: int, column: int) -> QPoint:
        return self.editor.cell_rect(row, column).center()

    def press(self, row: int, column: int, button: Qt.MouseButton = LEFT) -> None:
        QTest.mousePress(self.editor, button, NONE, self.at(row, column))

    def move(self, row: int, column: int) -> None:
        QTest.mouseMove(self.editor, self.at(row, column))

    def release(self, row: int, column: int, button: Qt.MouseButton = LEFT) -> None:
        QTest.mouseRelease(self.editor, button, NONE, self.at(row, column))

    def click(self, row: int, column: int, button: Qt.MouseButton = LEFT) -> None:
        self.press(row, column, button)
        self.release(row, column, button)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.editor, key, modifiers)

    @property
    def lit(self) -> set[tuple[int, int]]:
        return {(row, column) for row, column in np.argwhere(self.drawing.pixels > 0.5).tolist()}

    @property
    def steps(self) -> int:
        return self.drawing.undo_stack.count()


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


def test_every_pixel_is_painted_and_erased_where_it_is_clicked(desk: Desk) -> None:
    expected = set()
    for row in range(7):
        for column in range(5):
            desk.click(row, column)
            expected.add((row, column))
            assert desk.lit == expected
    for row in range(7):
        for column in range(5):
            desk.click(row, column, RIGHT)
            expected.discard((row, column))
            assert desk.lit == expected


def test_a_fast_drag_leaves_no_gap_and_is_one_step_of_undo(desk: Desk) -> None:
    desk.press(0, 0)
    desk.move(4, 4)
    desk.move(6, 0)
    desk.release(6, 0)
    assert desk.lit == {(i, i) for i in range(5)} | set(line_cells((4, 4), (6, 0)))
    assert desk.steps == 1
    desk.drawing.undo()
    assert desk.lit == set()


def test_a_drag_with_the_right_button_erases(desk: Desk) -> None:
    desk.drawing.invert()
    desk.press(3, 0, RIGHT)
    desk.move(3, 4)
    desk.release(3, 4, RIGHT)
    assert desk.lit == {(r, c) for r in range(7) for c in range(5) if r != 3}


def test_a_drag_may_leave_the_grid_and_come_back(desk: Desk) -> None:
    desk.press(0, 0)
    QTest.mouseMove(desk.editor, desk.at(0, 4) + QPoint(200, 0))
    QTest.mouseMove(desk.editor, desk.at(6, 4) + QPoint(200, 0))
    desk.move(6, 4)
    desk.release(6, 4)
    assert desk.lit == {(0, column) for column in range(5)} | {(6, 4)}


def test_moving_without_a_button_paints_nothing(desk: Desk) -> None:
    desk.move(1, 1)
    desk.move(5, 3)
    assert desk.lit == set()
    desk.click(2, 2)
    desk.move(5, 3)
    assert desk.lit == {(2, 2)}


def test_a_second_button_does_not_disturb_a_stroke(desk: Desk) -> None:
    desk.press(0, 0)
    desk.press(0, 2, RIGHT)
    desk.release(0, 2, RIGHT)
    desk.move(0, 4)
    desk.release(0, 4)
    assert desk.lit == {(0, column) for column in range(5)}


def test_pixels_that_have_the_value_already_are_not_painted(desk: Desk) -> None:
    painted: list[tuple[int, int, float]] = []
    desk.click(1, 1)
    desk.editor.pixel_painted.connect(lambda *args: painted.append(args))
    desk.click(1, 1)
    assert painted == []
    assert desk.steps == 1


def test_a_grey_pixel_can_be_painted_and_erased(desk: Desk) -> None:
    desk.drawing.paste(np.full((7, 5), 0.5))
    desk.click(0, 0)
    desk.click(0, 1, RIGHT)
    assert desk.drawing.pixels[0, :3].tolist() == [1.0, 0.0, 0.5]


def test_the_keyboard_draws_pixel_by_pixel(desk: Desk) -> None:
    assert not desk.editor.cell_visible
    desk.key(Qt.Key.Key_Down)
    assert desk.editor.cell_visible
    desk.key(Qt.Key.Key_Right)
    assert desk.editor.cell == (1, 1)
    desk.key(Qt.Key.Key_Space)
    desk.key(Qt.Key.Key_Right)
    desk.key(Qt.Key.Key_Return)
    assert desk.lit == {(1, 1), (1, 2)}
    desk.key(Qt.Key.Key_Delete)
    desk.key(Qt.Key.Key_Left)
    desk.key(Qt.Key.Key_Backspace)
    assert desk.lit == set()
    assert desk.steps == 4


@pytest.mark.parametrize(
    ("key", "cell"),
    [
        (Qt.Key.Key_Home, (3, 0)),
        (Qt.Key.Key_End, (3, 4)),
        (Qt.Key.Key_PageUp, (0, 2)),
        (Qt.Key.Key_PageDown, (6, 2)),
    ],
)
def test_the_cell_cursor_jumps_to_the_edges_and_stays_inside(
    desk: Desk, key: Qt.Key, cell: tuple[int, int]
) -> None:
    for _ in range(3):
        desk.key(Qt.Key.Key_Down)
    for _ in range(2):
        desk.key(Qt.Key.Key_Right)
    desk.key(key)
    assert desk.editor.cell == cell
    for arrow in (Qt.Key.Key_Left, Qt.Key.Key_Up):
        for _ in range(9):
            desk.key(arrow)
    assert desk.editor.cell == (0, 0)


def test_shift_with_arrows_draws_a_line_as_one_step(desk: Desk) -> None:
    QTest.keyPress(desk.editor, Qt.Key.Key_Shift)
    for arrow in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        # QTest's own clicks would release Shift each time.
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(desk.editor, QKeyEvent(kind, arrow, SHIFT))
    QTest.keyRelease(desk.editor, Qt.Key.Key_Shift)
    assert desk.lit == {(0, 0), (0, 1), (0, 2), (0, 3), (1, 3)}
    assert desk.steps == 1
    desk.key(Qt.Key.Key_Down)
    assert desk.steps == 1


@pytest.mark.parametrize(("key", "lit"), [(Qt.Key.Key_Space, True), (Qt.Key.Key_Delete, False)])
def test_holding_a_key_draws_while_the_arrows_move(desk: Desk, key: Qt.Key, lit: bool) -> None:
    if not lit:
        desk.drawing.invert()
    before = desk.steps
    QTest.keyPress(desk.editor, key)
    desk.key(Qt.Key.Key_Down)
    # Held keys repeat; a repetition neither begins nor ends a stroke.
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress):
        QApplication.sendEvent(desk.editor, QKeyEvent(kind, key, NONE, "", True))
    desk.key(Qt.Key.Key_Right)
    QTest.keyRelease(desk.editor, key)
    changed = {(0, 0), (1, 0), (1, 1)}
    everything = {(row, column) for row in range(7) for column in range(5)}
    assert desk.lit == (changed if lit else everything - changed)
    assert desk.steps == before + 1


def test_escape_takes_a_stroke_back_and_leaves_no_step(desk: Desk) -> None:
    desk.click(6, 4)
    desk.press(0, 0)
    desk.move(0, 4)
    desk.key(Qt.Key.Key_Escape)
    assert desk.lit == {(6, 4)}
    desk.move(3, 3)
    desk.release(3, 3)
    assert desk.lit == {(6, 4)}
    assert desk.steps == 1


def test_escape_unwinds_stroke_then_cell_then_passes_on(desk: Desk) -> None:
    QTest.keyPress(desk.editor, Qt.Key.Key_Space)
    desk.key(Qt.Key.Key_Escape)
    QTest.keyRelease(desk.editor, Qt.Key.Key_Space)
    assert desk.lit == set()
    assert desk.editor.cell_visible
    desk.key(Qt.Key.Key_Escape)
    assert not desk.editor.cell_visible
    last = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, NONE)
    last.accept()
    desk.editor.keyPressEvent(last)
    assert not last.isAccepted()


def test_losing_the_focus_ends_a_stroke(desk: Desk) -> None:
    QTest.keyPress(desk.editor, Qt.Key.Key_Space)
    desk.editor.clearFocus()
    assert desk.steps == 1
    assert desk.lit == {(0, 0)}


def test_its_keys_come_before_the_shortcuts_of_the_window(desk: Desk) -> None:
    for key, modifiers, wanted in (
        (Qt.Key.Key_Space, NONE, True),
        (Qt.Key.Key_Delete, NONE, True),
        (Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier, True),
        (Qt.Key.Key_F5, NONE, False),
        (Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier, False),
    ):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers)
        event.ignore()
        QApplication.sendEvent(desk.editor, event)
        assert event.isAccepted() is wanted, key


def test_copy_and_paste_are_asked_for(desk: Desk, qtbot: QtBot) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    with qtbot.waitSignal(desk.editor.copy_requested):
        desk.key(Qt.Key.Key_C, control)
    with qtbot.waitSignal(desk.editor.paste_requested):
        desk.key(Qt.Key.Key_V, control)


def test_position_and_state_are_spoken(desk: Desk) -> None:
    editor = desk.editor
    assert editor.accessibleName() == "Drawing"
    assert editor.accessibleDescription() == "Row 1 of 7, column 1 of 5: off"
    desk.key(Qt.Key.Key_Down)
    desk.key(Qt.Key.Key_Space)
    assert editor.accessibleDescription() == "Row 2 of 7, column 1 of 5: on"
    desk.drawing.paste(np.full((7, 5), 0.25))
    assert editor.accessibleDescription() == "Row 2 of 7, column 1 of 5: 25% grey"


def test_help_shows_only_over_an_empty_drawing(desk: Desk) -> None:
    assert "Left button paints" in desk.editor.toolTip()
    desk.click(0, 0)
    assert desk.editor.toolTip() == ""


@pytest.mark.parametrize(("height", "width"), [(7, 5), (1, 1), (3, 8), (28, 28), (64, 64)])
def test_any_size_is_shown_in_its_colours_and_drawn_on(
    qtbot: QtBot, height: int, width: int
) -> None:
    desk = Desk(qtbot, height, width)
    pixels = (np.arange(height * width) % 3 == 0).astype(np.float32).reshape(height, width)
    desk.drawing.paste(pixels)
    desk.editor.clearFocus()
    shot = desk.editor.grab().toImage()
    theme = current_theme()
    for row, column in ((0, 0), (height - 1, width - 1), (height // 2, width // 3)):
        colour = theme.pixel_on if pixels[row, column] else theme.pixel_off
        assert shot.pixelColor(desk.at(row, column)) == colour
    value = 0.0 if pixels[-1, -1] else 1.0
    desk.click(height - 1, width - 1, LEFT if value else RIGHT)
    assert desk.drawing.pixels[-1, -1] == value


def test_another_size_keeps_the_cell_inside(desk: Desk) -> None:
    desk.key(Qt.Key.Key_End)
    desk.key(Qt.Key.Key_PageDown)
    desk.drawing.reset(3, 2)
    assert desk.editor.cell == (2, 1)
    desk.editor.set_ghost(np.ones((7, 5)))
    desk.editor.grab()


def test_the_ghost_shows_the_ink_that_is_lacking(desk: Desk) -> None:
    target = np.zeros((7, 5))
    target[1, 1] = target[2, 2] = 1.0
    desk.click(2, 2)
    desk.editor.clearFocus()
    QTest.mouseMove(desk.editor, QPoint(1, 1))
    desk.editor.set_ghost(target)
    theme = current_theme()
    shot = desk.editor.grab().toImage()
    assert shot.pixelColor(desk.at(1, 1)) == theme.accent
    assert shot.pixelColor(desk.at(2, 2)) == theme.pixel_on
    desk.editor.set_ghost(None)
    assert desk.editor.grab().toImage().pixelColor(desk.at(1, 1)) == theme.pixel_off


def test_the_cell_under_the_keyboard_is_framed(desk: Desk) -> None:
    def accent_in(row: int, column: int) -> bool:
        rect = desk.editor.cell_rect(row, column).adjusted(1, 1, -1, -1)
        shot = desk.editor.grab(rect).toImage()
        colours = (shot.pixelColor(x, y) for y in range(shot.height()) for x in range(shot.width()))
        return QColor(current_theme().accent) in list(colours)

    desk.key(Qt.Key.Key_Down)
    if not desk.editor.hasFocus():
        pytest.skip("this platform gives no focus")
    assert accent_in(1, 0)
    assert not accent_in(3, 3)


# Images of many pixels


@pytest.mark.parametrize("channels", [1, 3])
def test_a_broad_brush_paints_many_pixels_in_one_step_of_undo(qtbot: QtBot, channels: int) -> None:
    desk = Desk(qtbot, 28, 28)
    desk.drawing.reset(28, 28, DrawingPaper("colour" if channels == 3 else "grey", 1.0))
    desk.editor.set_image_style(ImageStyle(glyphs=False, ground=1.0))
    assert desk.editor.ink == 0.0, "black on a white ground"
    desk.editor.set_brush(3)
    desk.press(10, 5)
    desk.move(10, 15)
    desk.release(10, 15)
    pixels = desk.drawing.pixels
    assert pixels.shape == ((28, 28) if channels == 1 else (3, 28, 28))
    dark = np.argwhere(pixels.reshape(channels, 28, 28)[-1] == 0.0)
    assert dark.min(axis=0).tolist() == [9, 4]
    assert dark.max(axis=0).tolist() == [11, 16]
    assert len(dark) == 3 * 13
    assert (pixels.min(), desk.drawing.undo_stack.count()) == (0.0, 1)
    desk.drawing.undo()
    assert (desk.drawing.pixels == 1.0).all()


def test_the_right_button_paints_the_opposite(qtbot: QtBot) -> None:
    desk = Desk(qtbot, 28, 28)
    desk.editor.set_image_style(ImageStyle(glyphs=False))
    desk.click(3, 3)
    assert desk.drawing.pixels[3, 3] == 1.0
    desk.click(3, 3, RIGHT)
    assert desk.drawing.pixels[3, 3] == 0.0
    desk.editor.set_ink(0.0)
    desk.click(3, 3, RIGHT)
    assert desk.drawing.pixels[3, 3] == 1.0


def test_a_broad_stroke_can_be_abandoned(qtbot: QtBot) -> None:
    desk = Desk(qtbot, 28, 28)
    desk.editor.set_brush(2)
    before = np.random.default_rng(0).random((28, 28)).astype(np.float32)
    desk.drawing.paste(before)
    desk.press(10, 5)
    desk.move(20, 15)
    assert not np.array_equal(desk.drawing.pixels, before)
    desk.key(Qt.Key.Key_Escape)
    assert np.array_equal(desk.drawing.pixels, before)
    assert desk.drawing.undo_stack.count() == 1


def test_an_image_larger_than_its_room_stays_inside(qtbot: QtBot) -> None:
    desk = Desk(qtbot, 256, 256)
    corner = desk.editor.cell_rect(255, 255).bottomRight()
    assert desk.editor.rect().contains(corner)
    assert desk.editor.minimumSizeHint().width() < 200
    desk.click(128, 40)
    assert desk.drawing.pixels[120:136, 30:50].any()


# Brushes


def drag(desk: Desk, start: tuple[int, int], *way: tuple[int, int]) -> None:
    desk.press(*start)
    for cell in way:
        desk.move(*cell)
    desk.release(*way[-1])


def test_the_eraser_erases_and_its_right_button_paints(desk: Desk) -> None:
    desk.drawing.invert()
    desk.editor.set_tool("eraser")
    drag(desk, (2, 0), (2, 4))
    assert desk.lit == {(r, c) for r in range(7) for c in range(5) if r != 2}
    desk.click(2, 2, RIGHT)
    assert (2, 2) in desk.lit
    assert desk.drawing.history[1:] == ("Erase", "Erase")


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        ("line", {(1, 1), (2, 2), (3, 3)}),
        (
            "rectangle",
            {(r, c) for r in (1, 2, 3) for c in (1, 2, 3)} - {(2, 2)},
        ),
        ("area", {(r, c) for r in (1, 2, 3) for c in (1, 2, 3)}),
    ],
)
def test_a_shape_follows_the_mouse_until_it_is_let_go(
    desk: Desk, tool: str, expected: set[tuple[int, int]]
) -> None:
    desk.editor.set_tool(tool)
    desk.press(1, 1)
    desk.move(6, 4)
    assert len(desk.lit) >= 6
    desk.move(3, 3)
    assert desk.lit == expected, "what it was before does not stay"
    desk.release(3, 3)
    assert desk.lit == expected
    assert desk.steps == 1
    desk.press(1, 1, RIGHT)
    desk.move(3, 3)
    desk.release(3, 3, RIGHT)
    assert desk.lit == set()


def test_a_shape_is_drawn_by_keys_alone_and_escape_takes_it_back(desk: Desk) -> None:
    desk.editor.set_tool("rectangle")
    QTest.keyPress(desk.editor, Qt.Key.Key_Space)
    for arrow in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down):
        desk.key(arrow)
    assert len(desk.lit) == 8
    desk.key(Qt.Key.Key_Escape)
    QTest.keyRelease(desk.editor, Qt.Key.Key_Space)
    assert desk.lit == set()
    assert desk.steps == 0


def test_a_fill_stops_at_ink(desk: Desk) -> None:
    desk.editor.set_tool("line")
    drag(desk, (3, 0), (3, 4))
    desk.editor.set_tool("fill")
    desk.click(0, 0)
    assert desk.lit == {(r, c) for r in range(4) for c in range(5)}
    desk.click(0, 0, RIGHT)
    assert desk.lit == set()
    assert desk.drawing.history == ("Line", "Fill", "Fill")


@pytest.mark.parametrize(
    ("across", "down", "expected"),
    [
        (True, False, {(1, 0), (1, 4)}),
        (False, True, {(1, 0), (5, 0)}),
        (True, True, {(1, 0), (1, 4), (5, 0), (5, 4)}),
    ],
)
def test_mirrors_about_the_middle_column_of_five(
    desk: Desk, across: bool, down: bool, expected: set[tuple[int, int]]
) -> None:
    desk.editor.set_mirrors(across, down)
    desk.click(1, 0)
    assert desk.lit == expected
    assert desk.steps == 1
    desk.click(3, 2)
    assert desk.lit == expected | {(3, 2)}, "the middle is its own mirror image"
    desk.click(1, 0, RIGHT)
    desk.click(3, 2, RIGHT)
    assert desk.lit == set()


@pytest.mark.parametrize("tool", ["line", "rectangle", "area", "fill", "eraser"])
def test_every_brush_obeys_the_mirror(desk: Desk, tool: str) -> None:
    if tool == "eraser":
        desk.drawing.invert()
    desk.editor.set_mirrors(True, False)
    desk.editor.set_tool(tool)
    drag(desk, (1, 0), (4, 1))
    pixels = desk.drawing.pixels
    assert pixels.any()
    assert np.array_equal(pixels, pixels[:, ::-1])


def test_what_was_drawn_is_moved_and_what_leaves_is_lost(desk: Desk) -> None:
    desk.click(0, 0)
    desk.click(6, 4)
    desk.editor.set_tool("move")
    desk.press(3, 2)
    desk.move(6, 4)
    desk.move(4, 3)
    desk.release(4, 3)
    assert desk.lit == {(1, 1)}
    desk.drawing.undo()
    assert desk.lit == {(0, 0), (6, 4)}


def test_a_selection_is_drawn_moved_and_erased(desk: Desk) -> None:
    desk.drawing.paste(np.eye(7, 5))
    desk.editor.set_tool("select")
    drag(desk, (0, 0), (1, 1))
    assert desk.editor.region == (0, 0, 2, 2)
    assert desk.drawing.region == (0, 0, 2, 2)
    assert desk.steps == 1, "selecting changes nothing"
    drag(desk, (1, 1), (1, 4))
    assert desk.lit == {(0, 3), (1, 4), (2, 2), (3, 3), (4, 4)}
    assert desk.editor.region == (0, 3, 2, 5)
    desk.drawing.invert()
    assert desk.lit == {(0, 4), (1, 3), (2, 2), (3, 3), (4, 4)}
    desk.key(Qt.Key.Key_Delete)
    assert desk.lit == {(2, 2), (3, 3), (4, 4)}
    desk.key(Qt.Key.Key_Escape)
    assert desk.editor.region is None
    assert desk.drawing.region is None


def test_a_move_that_is_taken_back_takes_the_selection_back(desk: Desk) -> None:
    desk.drawing.paste(np.eye(7, 5))
    desk.editor.set_tool("select")
    drag(desk, (0, 0), (1, 1))
    desk.press(0, 0)
    desk.move(3, 0)
    desk.key(Qt.Key.Key_Escape)
    assert desk.editor.region == (0, 0, 2, 2)
    assert np.array_equal(desk.drawing.pixels, np.eye(7, 5))


def test_a_selection_is_made_by_keys(desk: Desk) -> None:
    desk.editor.set_tool("select")
    QTest.keyPress(desk.editor, Qt.Key.Key_Space)
    desk.key(Qt.Key.Key_Right)
    desk.key(Qt.Key.Key_Down)
    QTest.keyRelease(desk.editor, Qt.Key.Key_Space)
    assert desk.editor.region == (0, 0, 2, 2)
    desk.editor.select_all()
    assert desk.editor.region == (0, 0, 7, 5)


def test_what_is_selected_and_levels_are_spoken(desk: Desk) -> None:
    desk.editor.set_tool("select")
    drag(desk, (0, 0), (1, 2))
    assert desk.editor.accessibleDescription() == (
        "Row 2 of 7, column 3 of 5: off. Selected: 3 × 2 pixels"
    )
    desk.key(Qt.Key.Key_Escape)
    assert desk.editor.accessibleDescription() == "Row 2 of 7, column 3 of 5: off"
    desk.editor.set_image_style(ImageStyle(glyphs=False))
    assert desk.editor.accessibleDescription() == "Row 2 of 7, column 3 of 5: black"


def test_undo_takes_the_selection_back_with_what_was_moved(desk: Desk) -> None:
    desk.drawing.paste(np.eye(7, 5))
    desk.editor.set_tool("select")
    drag(desk, (0, 0), (1, 1))
    drag(desk, (0, 0), (5, 3))
    assert desk.editor.region == desk.drawing.region == (5, 3, 7, 5)
    desk.drawing.undo()
    assert desk.editor.region == desk.drawing.region == (0, 0, 2, 2)
    desk.drawing.redo()
    assert desk.editor.region == desk.drawing.region == (5, 3, 7, 5)
    desk.drawing.undo()
    desk.drawing.invert()
    assert desk.lit == {(0, 1), (1, 0), (2, 2), (3, 3), (4, 4)}
    desk.drawing.undo()
    assert desk.editor.region == (0, 0, 2, 2), "other steps leave it as it is"


def test_undoing_a_paste_selects_what_was_selected_before(desk: Desk) -> None:
    desk.drawing.paste_part(np.ones((2, 3)), 1, 1)
    assert desk.editor.region == (1, 1, 3, 4)
    desk.drawing.undo()
    assert desk.editor.region is None
    assert desk.drawing.region is None
    desk.drawing.redo()
    assert desk.editor.region == (1, 1, 3, 4)


def test_shift_with_arrows_selects_further_after_it_was_let_go(desk: Desk) -> None:
    desk.drawing.paste(np.eye(7, 5))
    desk.editor.set_tool("select")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right):
        QTest.keyClick(desk.editor, key, SHIFT)
    assert desk.editor.region == (0, 0, 2, 3)
    QTest.keyClick(desk.editor, Qt.Key.Key_Left, SHIFT)
    assert desk.editor.region == (0, 0, 2, 2)
    assert np.array_equal(desk.drawing.pixels, np.eye(7, 5)), "nothing was moved"
    QTest.keyPress(desk.editor, Qt.Key.Key_Space)
    desk.key(Qt.Key.Key_Right)
    QTest.keyRelease(desk.editor, Qt.Key.Key_Space)
    assert desk.editor.region == (0, 1, 2, 3), "with Space it is moved"
    assert desk.lit == {(0, 1), (1, 2), (2, 2), (3, 3), (4, 4)}


def test_what_was_pasted_is_moved_over_what_is_below_it(desk: Desk) -> None:
    below = np.zeros((7, 5))
    below[0] = 1.0
    desk.drawing.paste(below)
    desk.editor.set_tool("select")
    desk.drawing.paste_part(np.eye(2), 0, 0)
    desk.editor.set_region(PixelBox(0, 0, 2, 2))
    assert desk.lit == {(0, 0), (0, 2), (0, 3), (0, 4), (1, 1)}
    drag(desk, (0, 0), (3, 1))
    drag(desk, (3, 1), (5, 3))
    assert desk.lit == {*((0, column) for column in range(5)), (5, 3), (6, 4)}
    drag(desk, (5, 3), (6, 4))
    assert desk.lit == {*((0, column) for column in range(5)), (6, 4)}, "half of it is outside"
    drag(desk, (6, 4), (2, 2))
    assert desk.lit == {*((0, column) for column in range(5)), (2, 2), (3, 3)}, "and comes back"
    assert desk.steps == 6
    desk.press(2, 2)
    desk.move(4, 2)
    desk.key(Qt.Key.Key_Escape)
    assert desk.lit == {*((0, column) for column in range(5)), (2, 2), (3, 3)}


def test_what_is_no_longer_selected_has_grown_together_with_the_rest(desk: Desk) -> None:
    desk.drawing.paste(np.ones((7, 5)))
    desk.editor.set_tool("select")
    desk.drawing.paste_part(np.zeros((2, 2)), 0, 0)
    desk.editor.set_region(PixelBox(0, 0, 2, 2))
    desk.editor.set_region(None)
    desk.editor.set_region(PixelBox(0, 0, 2, 2))
    drag(desk, (0, 0), (5, 3))
    assert len(desk.lit) == 35 - 8


def test_what_was_pasted_and_moved_is_undone_step_by_step(desk: Desk) -> None:
    desk.drawing.paste(np.ones((7, 5)))
    desk.editor.set_tool("select")
    desk.drawing.paste_part(np.zeros((2, 2)), 0, 0)
    desk.editor.set_region(PixelBox(0, 0, 2, 2))
    drag(desk, (0, 0), (5, 3))
    for lit in (31, 31, 35):
        assert len(desk.lit) == lit
        desk.drawing.undo()
    assert not desk.lit
    for _ in range(3):
        desk.drawing.redo()
    drag(desk, (5, 3), (3, 0))
    assert desk.lit == {(r, c) for r in range(7) for c in range(5)} - {
        (r, c) for r in (3, 4) for c in (0, 1)
    }


def test_the_noise_brush_spoils_each_pixel_once(desk: Desk) -> None:
    desk.editor.set_tool("noise")
    drag(desk, (0, 0), (0, 4), (0, 0), (0, 4))
    assert desk.lit == {(0, column) for column in range(5)}
    assert desk.steps == 1
    assert desk.drawing.target is not None
    assert not desk.drawing.target.any(), "the clean drawing is what is wanted"
    desk.drawing.apply_noise(CorruptionSpec(), 0)
    assert desk.lit == set()


def test_colours_are_painted_filled_and_taken_up(qtbot: QtBot) -> None:
    desk = Desk(qtbot, 16, 16)
    desk.drawing.reset(16, 16, DrawingPaper("colour", 1.0))
    desk.editor.set_image_style(ImageStyle(glyphs=False, ground=1.0))
    desk.editor.set_ink((1.0, 0.5, 0.0), (0.0, 0.0, 1.0))
    desk.click(2, 3)
    assert desk.drawing.pixels[:, 2, 3].tolist() == [1.0, 0.5, 0.0]
    desk.click(2, 4, RIGHT)
    assert desk.drawing.pixels[:, 2, 4].tolist() == [0.0, 0.0, 1.0]
    picked: list[object] = []
    desk.editor.picked.connect(picked.append)
    desk.editor.set_tool("pick")
    desk.click(2, 3)
    assert picked == [(1.0, 0.5, 0.0)]
    assert desk.steps == 2, "to take up a colour changes nothing"
    assert desk.editor.accessibleDescription().endswith("red 255, green 128, blue 0")
    desk.editor.set_tool("fill")
    desk.click(15, 15)
    assert (desk.drawing.pixels[:, 15, 0] == np.array([1.0, 0.5, 0.0], np.float32)).all()
    assert desk.drawing.pixels[:, 2, 4].tolist() == [0.0, 0.0, 1.0]


def test_zoom_keeps_the_cell_under_the_mouse_and_the_cursor_in_sight(desk: Desk) -> None:
    editor = desk.editor
    point = desk.at(1, 1)
    before = editor.cell_rect(1, 1).width()
    editor.zoom_by(4.0, point)
    assert editor.cell_rect(1, 1).width() > 3 * before
    assert editor.cell_rect(1, 1).adjusted(-3, -3, 3, 3).contains(point)
    desk.click(1, 1)
    assert desk.lit == {(1, 1)}
    for _ in range(9):
        desk.key(Qt.Key.Key_Down)
        desk.key(Qt.Key.Key_Right)
    assert editor.cell == (6, 4)
    assert editor.rect().contains(editor.cell_rect(6, 4).center())
    desk.key(Qt.Key.Key_Space)
    assert (6, 4) in desk.lit
    editor.show_all()
    assert editor.cell_rect(0, 0).width() == before


def wheel(desk: Desk, turned: int, modifiers: Qt.KeyboardModifier) -> None:
    point = desk.at(1, 1)
    event = QWheelEvent(
        point.toPointF(),
        desk.editor.mapToGlobal(point).toPointF(),
        QPoint(),
        QPoint(0, turned),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(desk.editor, event)


def test_wheel_and_middle_button_zoom_and_pan(desk: Desk) -> None:
    editor = desk.editor
    for _ in range(5):
        wheel(desk, 120, Qt.KeyboardModifier.ControlModifier)
    assert editor.zoom == pytest.approx(1.25**5)
    before = editor.cell_rect(0, 0).top()
    wheel(desk, -240, NONE)
    assert editor.cell_rect(0, 0).top() == before - 60
    middle = Qt.MouseButton.MiddleButton
    start = editor.rect().center()
    QTest.mousePress(editor, middle, NONE, start)
    QTest.mouseMove(editor, start + QPoint(0, 25))
    QTest.mouseRelease(editor, middle, NONE, start + QPoint(0, 25))
    assert editor.cell_rect(0, 0).top() == before - 35
    assert desk.steps == 0
    wheel(desk, -1200, Qt.KeyboardModifier.ControlModifier)
    assert editor.zoom == 1.0


def test_the_grid_can_be_hidden(desk: Desk) -> None:
    desk.editor.clearFocus()
    line = desk.editor.cell_rect(3, 2).topLeft() + QPoint(0, 5)
    theme = current_theme()
    assert desk.editor.grab().toImage().pixelColor(line) == theme.border
    desk.editor.set_grid(False)
    assert desk.editor.grab().toImage().pixelColor(line) == theme.pixel_off


def test_a_tool_is_spoken(desk: Desk) -> None:
    desk.editor.set_tool("fill")
    assert desk.editor.accessibleDescription() == "Tool: Fill the connected area of one colour"
    desk.key(Qt.Key.Key_Down)
    assert desk.editor.accessibleDescription() == "Row 2 of 7, column 1 of 5: off"
