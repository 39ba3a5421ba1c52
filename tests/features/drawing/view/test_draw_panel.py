"""The drawing panel: every tool by button and key, characters, noise, adding to the set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAction, QColor, QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QColorDialog,
    QComboBox,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aegui.core.pixels.drawing_state import DrawingPaper
from aegui.core.recipe import CorruptionSpec
from aegui.features.drawing.view.draw_page import ink_words
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.features.drawing.view.drawing_tools import TOOL_OF, TOOLS, Tool
from aegui.features.drawing.view.new_drawing import NewDrawing, NewDrawingDialog
from aegui.features.drawing.view.tool_row import ToolRow
from aegui.kit.theme import DARK, LIGHT, apply_theme
from tests.features.drawing.view.samples import LABELS, glyphs

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

LEFT = Qt.MouseButton.LeftButton
# Logged by the offscreen platform whenever a popup opens.
popup = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def panel(qtbot: QtBot) -> DrawPanel:
    panel = DrawPanel()
    qtbot.addWidget(panel)
    panel.set_samples(LABELS, glyphs())
    panel.set_undo_enabled(True, True)
    panel.resize(440, 360)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


EXPECTED = (
    "undo",
    "redo",
    "history",
    "cut",
    "copy",
    "paste",
    "copy-code",
    "clear",
    "invert",
    "flip-horizontal",
    "flip-vertical",
    "rotate-left",
    "rotate-right",
    "shift-left",
    "shift-right",
    "shift-up",
    "shift-down",
    "new",
)
VIEW = {"select-all", "zoom-in", "zoom-out", "zoom-fit"}


def test_every_tool_is_expected() -> None:
    assert [t.key for t in TOOLS if t.kind == "edit" and t.key not in VIEW] == [*EXPECTED]
    assert len({tool.shortcut for tool in TOOLS}) == len(TOOLS)
    assert len({tool.key for tool in TOOLS}) == len(TOOLS)


@pytest.mark.parametrize("key", EXPECTED)
def test_a_tool_asks_for_its_edit_when_clicked(panel: DrawPanel, qtbot: QtBot, key: str) -> None:
    with qtbot.waitSignal(panel.edit_requested) as blocker:
        if TOOL_OF[key].in_row:
            QTest.mouseClick(panel.tools.buttons[key], LEFT)
        else:
            _action(panel, key).trigger()
    assert blocker.args == [key]


@pytest.mark.parametrize("key", EXPECTED)
def test_a_tool_says_its_key_and_obeys_it(panel: DrawPanel, qtbot: QtBot, key: str) -> None:
    tool = TOOL_OF[key]
    sequence = QKeySequence(tool.shortcut)
    keys = sequence.toString(QKeySequence.SequenceFormat.NativeText)
    assert _action(panel, key).text().endswith(f"\t{keys}")
    if tool.in_row:
        assert keys in panel.tools.buttons[key].toolTip()
        assert panel.tools.buttons[key].accessibleName()
    with qtbot.waitSignal(panel.edit_requested) as blocker:
        QTest.keySequence(panel.editor, sequence)
    assert blocker.args == [key]


@pytest.mark.parametrize("tool", [t for t in TOOLS if t.kind == "brush"], ids=lambda t: t.key)
def test_a_brush_is_chosen_by_button_menu_and_key(panel: DrawPanel, tool: Tool) -> None:
    QTest.mouseClick(panel.tools.buttons[tool.key], LEFT)
    assert panel.editor.tool == tool.key
    other = "line" if tool.key == "pencil" else "pencil"
    panel.tools.use(other)
    QTest.keySequence(panel.editor, QKeySequence(tool.shortcut))
    assert panel.editor.tool == tool.key
    assert panel.editor.accessibleDescription() == f"Tool: {tool.text}"
    checked = [key for key, button in panel.tools.buttons.items() if button.isChecked()]
    assert checked == [tool.key]
    panel.tools.use(other)
    _action(panel, tool.key).trigger()
    assert panel.editor.tool == tool.key


def test_switches_are_turned_on_and_off_and_spoken(panel: DrawPanel, qtbot: QtBot) -> None:
    QTest.keyClick(panel.editor, Qt.Key.Key_X)
    assert panel.tools.buttons["mirror-across"].isChecked()
    assert panel.editor.accessibleDescription() == "Mirror left and right while drawing: on"
    with qtbot.waitSignal(panel.editor.cells_painted) as blocker:
        QTest.mouseClick(panel.editor, LEFT, pos=panel.editor.cell_rect(2, 0).center())
    assert set(blocker.args[0]) == {(2, 0), (2, 4)}
    QTest.mouseClick(panel.tools.buttons["mirror-across"], LEFT)
    assert panel.editor.accessibleDescription() == "Mirror left and right while drawing: off"
    QTest.keyClick(panel.editor, Qt.Key.Key_W)
    assert not panel.tools.is_on("wrap")


def test_selecting_and_zooming_by_key(panel: DrawPanel) -> None:
    QTest.keySequence(panel.editor, QKeySequence("Ctrl+A"))
    assert panel.editor.region == (0, 0, 7, 5)
    QTest.keyClick(panel.editor, Qt.Key.Key_Plus)
    assert panel.editor.zoom == pytest.approx(1.5)
    QTest.keyClick(panel.editor, Qt.Key.Key_Minus)
    QTest.keyClick(panel.editor, Qt.Key.Key_Plus)
    QTest.keyClick(panel.editor, Qt.Key.Key_0)
    assert panel.editor.zoom == 1.0


def test_undo_and_redo_are_grey_when_there_is_nothing(panel: DrawPanel, qtbot: QtBot) -> None:
    panel.set_undo_enabled(False, True)
    assert not panel.tools.buttons["undo"].isEnabled()
    assert panel.tools.buttons["redo"].isEnabled()
    with qtbot.assertNotEmitted(panel.edit_requested):
        QTest.keyClick(panel.editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def test_its_undo_comes_before_that_of_the_window(panel: DrawPanel) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    for key, wanted in ((Qt.Key.Key_Z, True), (Qt.Key.Key_S, False)):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, control)
        event.ignore()
        QApplication.sendEvent(panel.editor, event)
        assert event.isAccepted() is wanted


def test_undo_goes_to_the_drawing_or_to_the_window_by_focus(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    panel, other = DrawPanel(), QPushButton()
    panel.set_undo_enabled(True, True)
    body = QWidget()
    layout = QVBoxLayout(body)
    layout.addWidget(panel)
    layout.addWidget(other)
    window.setCentralWidget(body)
    undone: list[str] = []
    action = QAction("Undo", window)
    action.setShortcut(QKeySequence("Ctrl+Z"))
    action.triggered.connect(lambda: undone.append("window"))
    window.addAction(action)
    panel.edit_requested.connect(lambda _key: undone.append("drawing"))
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    panel.set_samples(LABELS, glyphs())
    panel.set.set_samples(LABELS, glyphs())
    panel.show_page("set")
    for widget in (panel.editor, other, panel.set.gallery):
        widget.setFocus()
        # Through the native window, which handles the window's shortcuts.
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == ["drawing", "window", "window"]


def test_keys_pressed_at_the_set_leave_the_drawing_alone(panel: DrawPanel, qtbot: QtBot) -> None:
    panel.set.set_samples(["x1", "x2"], np.zeros((2, 7, 5), np.float32))
    panel.show_page("set")
    panel.activateWindow()
    panel.set.gallery.setFocus()
    with (
        qtbot.assertNotEmitted(panel.edit_requested),
        qtbot.assertNotEmitted(panel.noise.noise_requested),
        qtbot.assertNotEmitted(panel.load_requested),
    ):
        for key in (Qt.Key.Key_C, Qt.Key.Key_N, Qt.Key.Key_E):
            QTest.keyClick(panel.set.gallery, key)
    assert panel.tools.brush == "pencil"
    panel.editor.setFocus()
    with qtbot.waitSignal(panel.edit_requested):
        QTest.keyClick(panel.editor, Qt.Key.Key_C)


@popup
def test_the_history_goes_back_to_a_step(panel: DrawPanel, qtbot: QtBot) -> None:
    panel.show_history(("Stroke", "Fill", "Noise"), 2)
    items = panel.history.items
    assert [items.item(row).text() for row in range(items.count())] == [
        "As it began",
        "1. Stroke",
        "2. Fill",
        "3. Noise",
    ]
    assert items.currentRow() == 2
    with qtbot.waitSignal(panel.history.step_chosen) as blocker:
        QTest.mouseClick(items.viewport(), LEFT, pos=items.visualItemRect(items.item(1)).center())
    assert blocker.args == [1]
    assert not panel.history.isVisible()
    # As in a style that activates items by a single click.
    with qtbot.assertNotEmitted(panel.history.step_chosen):
        items.itemActivated.emit(items.item(1))


def test_what_stays_as_it_is_is_not_made_anew_with_every_move_of_a_stroke(
    panel: DrawPanel, qapp: QApplication
) -> None:
    panel.set_drawing(np.ones((3, 7, 5), np.float32), DrawingPaper("colour", 1.0))
    panel.set_loaded(3)

    def keys() -> list[int]:
        return [b.icon().cacheKey() for b in (panel.brush.ink_button, panel.page.load)]

    before = keys()
    panel.set_drawing(np.ones((3, 7, 5), np.float32), DrawingPaper("colour", 1.0))
    panel.set_loaded(3)
    assert keys() == before
    try:
        apply_theme(qapp, DARK)
        QApplication.processEvents()
        assert not set(keys()) & set(before)
    finally:
        apply_theme(qapp, LIGHT)


@pytest.mark.parametrize("kind", ["binary", "grey", "colour"])
def test_the_brush_follows_the_paper(panel: DrawPanel, kind: str) -> None:
    pixels = np.ones((3, 20, 20) if kind == "colour" else (20, 20), np.float32)
    panel.set_drawing(pixels, DrawingPaper(kind, 1.0))  # type: ignore[arg-type]
    assert panel.brush.isVisible()
    black = (0.0, 0.0, 0.0) if kind == "colour" else 0.0
    assert panel.editor.ink == black
    assert len(panel.brush.offered) == {"binary": 0, "grey": 5, "colour": 12}[kind]


def test_colours_used_last_come_first(panel: DrawPanel) -> None:
    panel.set_drawing(np.ones((3, 20, 20), np.float32), DrawingPaper("colour", 1.0))
    brush = panel.brush
    brush.take_colour(QColor("#336699"))
    assert panel.editor.ink == pytest.approx((0.2, 0.4, 0.6), abs=1e-3)
    assert ink_words(brush.offered[0]) == "#336699"
    assert len(brush.offered) == 12
    brush.take_colour(QColor("#ffffff"))
    assert [ink_words(ink) for ink in brush.offered].count("#ffffff") == 1
    QTest.mouseClick(brush.back_button, LEFT)
    assert ink_words(brush.back) == "#ffffff"


@popup
def test_a_colour_is_chosen_in_a_dialog(panel: DrawPanel) -> None:
    panel.set_drawing(np.ones((3, 20, 20), np.float32), DrawingPaper("colour", 1.0))
    QTest.mouseClick(panel.brush.ink_button, LEFT)
    (dialog,) = panel.brush.findChildren(QColorDialog)
    dialog.setCurrentColor(QColor("#00ff00"))
    dialog.accept()
    assert panel.editor.ink == (0.0, 1.0, 0.0)


def test_a_misfit_is_told_with_a_remedy(panel: DrawPanel) -> None:
    fit = next(b for b in panel.findChildren(QPushButton) if b.text() == "Fit to the network")
    assert not fit.isVisible()
    panel.page.set_misfit("The network takes other pixels.")
    assert fit.isVisible()
    assert fit is panel.page.fit
    panel.page.set_misfit("")
    assert not fit.isVisible()


def test_pages_are_turned(panel: DrawPanel) -> None:
    assert panel.shown_page == "draw"
    for button in panel.findChildren(QToolButton):
        if button.objectName() in {"noise", "code", "set"} and button.text():
            QTest.mouseClick(button, LEFT)
            assert panel.shown_page == button.objectName()
    panel.show_page("draw")
    assert panel.page.isVisible()


def test_a_new_drawing_is_asked_for(panel: DrawPanel, qtbot: QtBot) -> None:
    dialog = NewDrawingDialog(NewDrawing(5, 7, "binary"), (7, 5), panel)
    qtbot.addWidget(dialog)
    fields = dialog.form.fields
    fields["columns"].setValue(99)  # type: ignore[union-attr]
    fields["rows"].setValue(1)  # type: ignore[union-attr]
    QTest.keyClick(fields["kind"], Qt.Key.Key_End)
    QTest.keyClick(fields["keeps"], Qt.Key.Key_Space)
    with qtbot.waitSignal(dialog.chosen) as blocker:
        dialog.accept()
    assert blocker.args == [NewDrawing(64, 7, "colour", True)]


def test_strokes_pass_through(panel: DrawPanel, qtbot: QtBot) -> None:
    signals = [
        panel.editor.stroke_started,
        panel.editor.pixel_painted,
        panel.editor.stroke_finished,
    ]
    with qtbot.waitSignals(signals, order="strict"):
        QTest.mouseClick(panel.editor, LEFT, pos=panel.editor.cell_rect(2, 3).center())


def test_a_drawing_is_shown_over_its_target(panel: DrawPanel) -> None:
    pixels = glyphs()[3]
    panel.set_drawing(pixels, DrawingPaper())
    panel.editor.set_ghost(glyphs()[5])
    assert np.array_equal(panel.editor.pixels, pixels)


@popup
def test_a_character_is_loaded_from_the_popup(panel: DrawPanel, qtbot: QtBot) -> None:
    load = _button_with_text(panel, "Load a character…")
    QTest.mouseClick(load, LEFT)
    grid = panel.characters
    assert grid.isVisible()
    with qtbot.waitSignal(panel.load_requested) as blocker:
        QTest.mouseClick(grid, LEFT, pos=grid.cell_rect(3).center())
    assert blocker.args == [3]
    assert not grid.isVisible()
    panel.set_loaded(3)
    assert load.text() == "Character c"
    panel.set_loaded(0)
    assert load.text() == "Character space"
    panel.set_loaded(None)
    assert load.text() == "Load a character…"


@popup
def test_a_character_is_loaded_by_keys_alone(panel: DrawPanel, qtbot: QtBot) -> None:
    QTest.keyClick(panel.editor, Qt.Key.Key_L)
    grid = panel.characters
    assert grid.isVisible()
    QTest.keyClick(grid, Qt.Key.Key_E)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    with qtbot.waitSignal(panel.load_requested) as blocker:
        QTest.keyClick(grid, Qt.Key.Key_Return)
    assert blocker.args == [LABELS.index("f")]


def test_without_a_set_nothing_can_be_loaded(qtbot: QtBot) -> None:
    panel = DrawPanel()
    qtbot.addWidget(panel)
    assert not _button_with_text(panel, "Load a character…").isEnabled()
    panel.set_samples(LABELS, glyphs())
    panel.set_loaded(2)
    panel.set_samples((), ())
    assert not _button_with_text(panel, "Load a character…").isEnabled()


def test_again_asks_for_the_noise_of_the_next_seed(panel: DrawPanel, qtbot: QtBot) -> None:
    panel.show_page("noise")
    panel.noise.set_noise(CorruptionSpec(kind="flip", level=0.15), 41)
    with qtbot.waitSignal(panel.noise.noise_requested) as blocker:
        QTest.keyClick(panel.editor, Qt.Key.Key_N)
    assert blocker.args == [CorruptionSpec(kind="flip", level=0.15), 42]


def test_showing_a_noise_asks_for_nothing(panel: DrawPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.noise.noise_requested):
        panel.noise.set_noise(CorruptionSpec(kind="gaussian", level=0.4), 7)
        panel.noise.set_noise(CorruptionSpec(), 9)
    assert panel.noise.spec == CorruptionSpec(kind="gaussian", level=0.4)
    assert panel.noise.seed == 7


def test_every_control_of_the_noise_asks_at_once(panel: DrawPanel, qtbot: QtBot) -> None:
    panel.show_page("noise")
    asked: list[tuple[CorruptionSpec, int]] = []
    panel.noise.noise_requested.connect(lambda spec, seed: asked.append((spec, seed)))
    for slider in panel.noise.findChildren(QSlider):
        QTest.keyClick(slider, Qt.Key.Key_PageUp)
    assert asked == [(CorruptionSpec(kind="salt_pepper", level=0.3), 0)]
    for combo in panel.noise.findChildren(QComboBox):
        QTest.keyClick(combo, Qt.Key.Key_Down)
    for spin in panel.noise.findChildren(QAbstractSpinBox):
        QTest.keyClick(spin, Qt.Key.Key_Up)
    assert [spec.kind for spec, _ in asked[1:]] == ["flip"] * 3
    assert asked[-1] == (CorruptionSpec(kind="flip", level=0.35), 1)


def test_noise_is_taken_off_only_where_there_is_some(panel: DrawPanel, qtbot: QtBot) -> None:
    panel.show_page("noise")
    off = next(
        button
        for button in panel.noise.findChildren(QToolButton)
        if button.accessibleName() == "Take the noise off"
    )
    assert not off.isEnabled()
    again = panel.noise._again
    assert again.toolTip() == "Put this noise on the drawing (N)"
    panel.noise.set_noised(True)
    assert again.accessibleName() == "Draw noise again"
    with qtbot.waitSignal(panel.noise.noise_requested) as blocker:
        QTest.mouseClick(off, LEFT)
    assert blocker.args[0] == CorruptionSpec()


def test_adding_needs_a_label(panel: DrawPanel, qtbot: QtBot) -> None:
    add = next(b for b in panel.findChildren(QPushButton) if b.text() == "Add")
    field = next(f for f in panel.findChildren(QLineEdit) if f.placeholderText() == "Label")
    assert not add.isEnabled()
    assert "label first" in add.toolTip()
    with qtbot.assertNotEmitted(panel.page.add_requested):
        QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClicks(field, "n")
    assert "label first" not in add.toolTip()
    add.setFocus()
    with qtbot.waitSignal(panel.page.add_requested) as blocker:
        QTest.mouseClick(add, LEFT)
    assert blocker.args == ["n"]
    panel.page.clear_label("of another drawing")
    assert field.text() == "n"
    panel.page.clear_label("n")
    assert field.text() == ""
    assert not add.isEnabled()
    assert panel.focusWidget() is field


def test_letters_typed_as_a_label_are_no_shortcuts(panel: DrawPanel, qtbot: QtBot) -> None:
    field = next(f for f in panel.findChildren(QLineEdit) if f.placeholderText() == "Label")
    with qtbot.assertNotEmitted(panel.edit_requested):
        QTest.keyClicks(field, "chiv")
    assert field.text() == "chiv"


@pytest.mark.parametrize(("width", "height"), [(340, 300), (330, 640), (700, 500)])
def test_all_is_visible_at_any_shape(panel: DrawPanel, width: int, height: int) -> None:
    panel.resize(width, height)
    QApplication.processEvents()
    assert panel.size().width() == width
    assert panel.size().height() == height
    for button in panel.tools.buttons.values():
        assert panel.tools.rect().contains(button.geometry())
    corner = panel.editor.cell_rect(6, 4).bottomRight()
    assert panel.rect().contains(panel.editor.mapTo(panel, corner))
    assert panel.editor.cell_rect(0, 0).width() >= 14


def test_tools_break_into_rows_by_group(qtbot: QtBot) -> None:
    row = ToolRow()
    qtbot.addWidget(row)
    heights = [row.heightForWidth(width) for width in (1200, 440, 340, 270)]
    assert heights == sorted(heights)
    assert heights[0] < heights[1] < heights[-1]


def test_the_loaded_glyph_follows_the_theme(panel: DrawPanel, qapp: QApplication) -> None:
    load = _button_with_text(panel, "Load a character…")
    panel.set_loaded(7)
    colours = []
    try:
        for theme in (LIGHT, DARK):
            apply_theme(qapp, theme)
            QApplication.processEvents()
            image = load.icon().pixmap(18, 18).toImage()
            lit = (
                image.pixelColor(x, y)
                for x in range(image.width())
                for y in range(image.height())
                if image.pixelColor(x, y).alpha() == 255
            )
            colours.append(next(lit))
            assert colours[-1] == theme.text
    finally:
        apply_theme(qapp, LIGHT)


def _button_with_text(panel: DrawPanel, text: str) -> QToolButton:
    return next(button for button in panel.findChildren(QToolButton) if button.text() == text)


def _action(panel: DrawPanel, key: str) -> QAction:
    actions = panel.tools.menu.findChildren(QAction)
    return next(action for action in actions if action.objectName() == key)


def test_the_menu_of_all_tools_is_no_higher_than_a_small_screen(panel: DrawPanel) -> None:
    rows = [action for action in panel.tools.menu.actions() if not action.isSeparator()]
    assert len(rows) <= 30
    assert {action.text() for action in rows if action.menu()} == {"Shift", "Grid and zoom"}


def test_tools_in_more_lines_make_the_panel_higher_at_least(panel: DrawPanel, qtbot: QtBot) -> None:
    panel.resize(520, 360)
    QApplication.processEvents()
    before = panel.minimumSizeHint().height()
    panel.resize(panel.minimumSizeHint().width(), 400)
    qtbot.waitUntil(lambda: panel.minimumSizeHint().height() > before)


def test_it_asks_for_no_more_width_because_it_was_wide_before(qtbot: QtBot) -> None:
    dock, panel = QWidget(), DrawPanel()
    qtbot.addWidget(dock)
    panel.setParent(dock)
    panel.set_drawing(np.zeros((28, 28), np.float32), DrawingPaper("grey", 0.0))
    dock.resize(800, 800)
    dock.show()
    qtbot.waitExposed(dock)
    narrow = panel.minimumSizeHint().width()
    for size in (QSize(700, 340), QSize(320, 340)):
        panel.resize(size)
        QApplication.processEvents()
        assert panel.page.mapTo(panel, QPoint()).x() > 100, "the pages stand beside the editor"
        assert panel.minimumSizeHint().width() <= narrow
    panel.resize(narrow, 700)
    QApplication.processEvents()
    for part in (panel.editor, panel.page, panel.brush):
        whole = QRect(part.mapTo(panel, QPoint()), part.size())
        assert panel.rect().contains(whole)


def test_a_group_of_tools_is_torn_apart_only_where_it_is_wider_than_a_row(qtbot: QtBot) -> None:
    row = ToolRow()
    qtbot.addWidget(row)
    row.resize(row.minimumSizeHint())
    row.show()
    qtbot.waitExposed(row)
    row.resize(row.width(), row.heightForWidth(row.width()))
    for button in row.buttons.values():
        assert row.rect().contains(button.geometry())
    longest = max(map(len, row._groups))
    for width in (row.width(), longest * 27, 800):
        for groups in row._rows(width):
            assert sum(map(len, groups)) * 27 <= width
    whole = [group for groups in row._rows(longest * 27) for group in groups]
    assert whole == row._groups
