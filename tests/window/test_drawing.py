"""The pixel editor in the window: its tools, its code, the set, the noise sheet."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from aegui.core.data.dataset import Dataset
from aegui.core.pixels.code import code_of
from aegui.core.pixels.drawing_state import DrawingPaper
from aegui.core.recipe import CorruptionSpec
from aegui.core.recipe.edits import with_value, with_values
from aegui.features.drawing.editor import EditorFeature
from aegui.features.drawing.feature import DrawingFeature
from aegui.features.drawing.noise_sheet_dialog import NoiseSheetDialog
from aegui.features.drawing.pixel_edits import to_clipboard
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.features.linked.others import OthersFeature
from aegui.shell.panel_area import PanelArea
from aegui.widgets.dragged_samples import samples_mime
from tests.widgets.drags import caught_drags
from tests.window.conftest import stop, train

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.core.pixels.code import CodeForm
    from aegui.session.pixels.drawing import Drawing
    from aegui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
popup = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def draw(window: MainWindow) -> DrawPanel:
    window.docks["draw"].show()
    window.docks["draw"].raise_()
    return window.panel(DrawPanel)


@pytest.fixture
def drawing(window: MainWindow) -> Drawing:
    return window._services.drawing


def stroke(draw: DrawPanel, start: tuple[int, int], end: tuple[int, int]) -> None:
    editor = draw.editor
    QTest.mousePress(editor, LEFT, NONE, editor.cell_rect(*start).center())
    QTest.mouseMove(editor, editor.cell_rect(*end).center())
    QTest.mouseRelease(editor, LEFT, NONE, editor.cell_rect(*end).center())


def test_the_panel_is_built_when_it_is_opened(
    learnt: MainWindow, drawing: Drawing, qtbot: QtBot
) -> None:
    window = learnt
    area = window.docks["draw"].widget()
    assert isinstance(area, PanelArea)
    assert not area.is_created
    # There is a drawing all the same, but no mark of what nobody has seen or chosen.
    assert drawing.label == "a"
    window.feature(DrawingFeature).mark_code()
    assert window.canvas.scene.drawing is None
    window._services.requests.sample.emit(2)
    qtbot.waitUntil(lambda: window.canvas.scene.drawing is not None)
    drawing.paint(0, 0, 1.0)
    window.docks["draw"].show()
    window.docks["draw"].raise_()
    qtbot.waitUntil(lambda: area.is_created)
    panel = window.panel(DrawPanel)
    assert np.array_equal(panel.editor.pixels, drawing.pixels)
    assert panel._loaded == 2


@pytest.mark.parametrize("key", ["draw", "answer"])
def test_the_first_drawing_is_marked_once_a_panel_shows_it(
    learnt: MainWindow, qtbot: QtBot, key: str
) -> None:
    assert learnt.canvas.scene.drawing is None
    learnt.docks[key].show()
    learnt.docks[key].raise_()
    qtbot.waitUntil(lambda: learnt.canvas.scene.drawing is not None)
    learnt.docks[key].close()
    learnt.feature(DrawingFeature).mark_code()
    assert learnt.canvas.scene.drawing is not None


def test_every_brush_reaches_the_drawing(draw: DrawPanel, drawing: Drawing) -> None:
    drawing.clear()
    draw.tools.use("rectangle")
    stroke(draw, (1, 0), (5, 4))
    assert drawing.pixels.sum() == 16
    draw.tools.use("fill")
    stroke(draw, (3, 2), (3, 2))
    assert drawing.pixels.sum() == 25
    draw.tools.use("select")
    stroke(draw, (1, 0), (2, 4))
    draw.tools.use("invert")
    assert drawing.pixels.sum() == 15
    draw.tools.use("rotate-right")
    draw.noise.set_noise(CorruptionSpec(kind="flip", level=1.0), 0)
    draw.tools.use("noise")
    stroke(draw, (0, 0), (6, 0))
    assert drawing.target is not None
    assert "Rectangle" in drawing.history


def test_a_drawing_is_saved_with_the_run_and_comes_back(
    window: MainWindow, qtbot: QtBot, draw: DrawPanel, drawing: Drawing, tmp_path: Path
) -> None:
    workspace, path = window._services.workspace, tmp_path / "drawn.aegui"
    assert workspace.content().drawing is None, "a sample as it came is nobody's work"
    stroke(draw, (1, 1), (5, 3))
    drawing.apply_noise(CorruptionSpec(kind="flip", level=0.2), 4)
    kept = drawing.state
    with qtbot.waitSignal(workspace.file.saved, timeout=20_000):
        workspace.save_as(path)
    # As after a restart, before anything is drawn.
    drawing.take(replace(kept, pixels=np.zeros_like(kept.pixels), target=None))
    assert workspace.content().drawing is None
    with qtbot.waitSignal(workspace.document_changed, timeout=20_000):
        workspace.open(path)
    assert drawing.state.same_as(replace(kept, index=None))
    assert drawing.state.noise == kept.noise
    assert drawing.undo_stack.count() == 0
    assert not workspace.file.is_modified
    # A later drawing is kept, and becomes that of the next file.
    stroke(draw, (0, 0), (0, 4))
    own = drawing.state
    with qtbot.waitSignal(workspace.document_changed, timeout=20_000):
        workspace.open(path)
    assert drawing.state is own
    content = workspace.content().drawing
    assert content is not None
    assert np.array_equal(content.pixels, own.pixels)


def test_shifts_wrap_until_that_is_turned_off(draw: DrawPanel, drawing: Drawing) -> None:
    drawing.paste(np.eye(7, 5))
    draw.tools.use("shift-up")
    assert drawing.pixels[6, 0] == 1.0
    draw.tools.use("wrap")
    draw.tools.use("shift-down")
    assert drawing.pixels.sum() == 4


@popup
def test_the_history_is_shown_and_goes_back(draw: DrawPanel, drawing: Drawing) -> None:
    drawing.clear()
    drawing.invert()
    draw.tools.use("history")
    items = draw.history.items
    assert items.item(items.count() - 1).text().endswith("Invert")
    draw.history.step_chosen.emit(1)
    assert not drawing.pixels.any()
    draw.history.hide()


def test_pages_show_what_was_drawn_before_they_were_opened(
    draw: DrawPanel, drawing: Drawing, qtbot: QtBot
) -> None:
    draw.show_page("draw")
    drawing.paste(np.ones((7, 5)))
    draw.show_page("code")
    qtbot.waitUntil(lambda: draw.code.text.toPlainText().startswith("0x1f"))
    draw.show_page("draw")
    drawing.paste(np.eye(7, 5))
    draw.show_page("set")
    draw.set.strip.field.setText("*")
    line = draw.set.strip.line
    rect, image = line.cell_rect(0).adjusted(1, 1, -1, -1), line.grab().toImage()
    lit, unlit = image.pixelColor(rect.topLeft()), image.pixelColor(rect.topRight())
    assert lit != unlit, "of its first row one end is lit"


def test_code_and_drawing_follow_each_other(
    draw: DrawPanel, drawing: Drawing, qtbot: QtBot
) -> None:
    draw.show_page("code")
    drawing.paste(np.eye(7, 5))
    qtbot.waitUntil(lambda: draw.code.text.toPlainText().startswith("0x10"))
    draw.code.text.setPlainText("1f\n00\n00\n00\n00\n00\n1f")
    assert drawing.pixels.sum() == 10
    draw.code.form.setCurrentIndex(1)
    assert draw.code.text.toPlainText().startswith("11111\n00000")
    draw.code.copy_requested.emit("0x1f")
    assert QApplication.clipboard().text() == "0x1f"


@pytest.mark.parametrize("form", ["hex", "c", "json"])
def test_code_is_pasted(draw: DrawPanel, drawing: Drawing, form: CodeForm) -> None:
    glyph = np.eye(7, 5, dtype=np.float32)
    QApplication.clipboard().setText(code_of(glyph, "binary", form))
    draw.tools.use("paste")
    np.testing.assert_array_equal(drawing.pixels, glyph)


def test_a_part_is_copied_as_code(draw: DrawPanel, drawing: Drawing) -> None:
    drawing.paste(np.eye(7, 5))
    draw.code.set_form("hex")
    draw.tools.use("select")
    stroke(draw, (0, 0), (1, 1))
    draw.tools.use("copy-code")
    assert QApplication.clipboard().text() == "0x02\n0x01"


def test_a_part_is_copied_exactly_and_pasted_where_it_is_wanted(
    draw: DrawPanel, drawing: Drawing
) -> None:
    drawing.paste(np.arange(35).reshape(7, 5) / 34)
    draw.tools.use("select")
    stroke(draw, (0, 0), (1, 1))
    part = np.array(drawing.part)
    draw.tools.use("copy")
    draw.editor.set_region(None)
    drawing.clear()
    draw.tools.use("paste")
    np.testing.assert_array_equal(drawing.pixels[:2, :2], part)
    assert draw.editor.region == (0, 0, 2, 2)
    stroke(draw, (0, 0), (5, 3))
    np.testing.assert_array_equal(drawing.pixels[5:, 3:], part)
    assert not drawing.pixels[:5].any()


def test_what_is_pasted_is_in_sight(draw: DrawPanel, drawing: Drawing) -> None:
    drawing.start_new(32, 32, DrawingPaper("grey"))
    QApplication.clipboard().setMimeData(to_clipboard(np.ones((4, 4), np.float32)))
    draw.tools.use("paste")
    assert draw.editor.region == (0, 0, 4, 4)
    draw.tools.use("undo")
    draw.editor.set_region(None)
    for _ in range(3):
        draw.tools.use("zoom-in")
    draw.tools.use("paste")
    region = draw.editor.region
    assert region is not None
    assert region.top > 0
    assert region.left > 0
    seen = draw.editor.rect()
    for cell in ((region.top, region.left), (region.bottom - 1, region.right - 1)):
        assert seen.contains(draw.editor.cell_rect(*cell))
    assert drawing.pixels[region.top : region.bottom, region.left : region.right].all()


def test_what_is_cut_is_on_the_clipboard_and_one_step_of_undo(
    draw: DrawPanel, drawing: Drawing
) -> None:
    glyph = np.eye(7, 5, dtype=np.float32)
    drawing.paste(glyph)
    draw.tools.use("select")
    stroke(draw, (0, 0), (1, 1))
    QTest.keyClick(draw.editor, Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier)
    assert drawing.history[-1] == "Cut"
    assert not drawing.pixels[:2].any()
    assert QApplication.clipboard().text() == "#.\n.#"
    stroke(draw, (3, 0), (3, 0))
    draw.tools.use("paste")
    np.testing.assert_array_equal(drawing.pixels[3:5, :2], np.eye(2))
    draw.tools.use("undo")
    draw.tools.use("undo")
    np.testing.assert_array_equal(drawing.pixels, glyph)


@pytest.mark.parametrize(
    ("paper", "ground"),
    [(DrawingPaper(), 0.0), (DrawingPaper("grey", 0.0), 0.0), (DrawingPaper("colour", 1.0), 1.0)],
)
def test_what_can_be_seen_through_shows_the_ground(
    draw: DrawPanel, drawing: Drawing, paper: DrawingPaper, ground: float
) -> None:
    drawing.start_new(8, 8, paper)
    image = QImage(8, 8, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    for column in range(8):
        image.setPixelColor(column, 2, QColor("black" if paper.kind == "binary" else "#ff8080"))
    QApplication.clipboard().setImage(image)
    draw.tools.use("paste")
    assert np.array_equal(
        drawing.pixels[..., 3:, :], np.full_like(drawing.pixels[..., 3:, :], ground)
    )
    assert not np.array_equal(drawing.pixels[..., 2, :], drawing.pixels[..., 3, :])


def test_a_small_picture_is_pasted_pixel_by_pixel(draw: DrawPanel, drawing: Drawing) -> None:
    drawing.start_new(16, 16, DrawingPaper("grey"))
    image = QImage(4, 3, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    image.setPixelColor(2, 1, QColor("white"))
    QApplication.clipboard().setImage(image)
    draw.tools.use("paste")
    assert draw.editor.region == (0, 0, 3, 4)
    assert np.argwhere(drawing.pixels).tolist() == [[1, 2]]
    stroke(draw, (1, 2), (9, 9))
    assert np.argwhere(drawing.pixels).tolist() == [[9, 9]]


def test_a_picture_is_scaled_to_what_is_selected(draw: DrawPanel, drawing: Drawing) -> None:
    drawing.clear()
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    QApplication.clipboard().setImage(image)
    draw.tools.use("select")
    stroke(draw, (2, 1), (4, 3))
    draw.tools.use("paste")
    assert drawing.pixels.sum() == 9
    assert drawing.pixels[2:5, 1:4].all()


def test_a_clipboard_of_which_nothing_is_known_is_an_empty_one(
    window: MainWindow, draw: DrawPanel, drawing: Drawing
) -> None:
    before = drawing.state
    QApplication.clipboard().clear()
    draw.tools.use("paste")
    assert drawing.state is before
    assert "nothing to paste" in window.notifications.shown[-1].text


@pytest.mark.parametrize(
    "content", [b"", b"1 7\n", b"1 7 5\nxx", b"9 7 5\n" + bytes(1260), b"1 999 999\n"]
)
def test_damaged_pixels_on_the_clipboard_are_refused(
    window: MainWindow, draw: DrawPanel, drawing: Drawing, content: bytes
) -> None:
    before = drawing.state
    data = QMimeData()
    data.setData("application/x-aegui-pixels", content)
    QApplication.clipboard().setMimeData(data)
    draw.tools.use("paste")
    assert drawing.state is before
    assert "nothing to paste" in window.notifications.shown[-1].text


@popup
def test_a_drawing_of_another_size_is_made_and_the_misfit_told(
    learnt: MainWindow, qtbot: QtBot, draw: DrawPanel, drawing: Drawing
) -> None:
    window = learnt
    dialog = window.feature(EditorFeature).edits.ask_for_new()
    for name, value in (("columns", 16), ("rows", 12), ("kind", "grey")):
        dialog.form.fields[name].edited.emit(value)
    dialog.accept()
    assert drawing.state.image_shape == (1, 12, 16)
    assert drawing.paper == DrawingPaper("grey", 0.0)
    assert "5 × 7 pixels, not 16 × 12" in draw.page._misfit.text()
    draw.page.add_requested.emit("x")
    assert len(window._services.workspace.dataset) == 6
    assert "16 × 12 pixels" in window.notifications.shown[-1].text
    draw.page.fit.click()
    assert drawing.state.image_shape == (1, 7, 5)
    assert not draw.page._misfit.isVisible()
    draw.tools.use("undo")
    draw.load_requested.emit(2)
    assert drawing.state.image_shape == (1, 7, 5)
    assert drawing.paper == DrawingPaper()


def test_without_a_network_the_misfit_is_to_the_set(
    window: MainWindow, qtbot: QtBot, draw: DrawPanel, drawing: Drawing
) -> None:
    misfit = draw.page._misfit
    assert misfit.text() == ""
    drawing.start_new(9, 12, DrawingPaper())
    assert misfit.text() == "The images of the set have 5 × 7 pixels, not 12 × 9."
    drawing.start_new(7, 5, DrawingPaper("colour", 0.0))
    assert misfit.text() == "The images of the set have no colours."
    colours = Dataset.from_images("colours", np.zeros((2, 3, 7, 5), np.float32))
    window._services.workspace.edits.edit_dataset(colours, "colours")
    qtbot.waitUntil(lambda: misfit.text() == "")
    drawing.start_new(7, 5, DrawingPaper())
    assert misfit.text() == "The images of the set are in colour."


def test_only_samples_that_the_window_shows_are_dragged_out_of_the_set(
    window: MainWindow, qtbot: QtBot, draw: DrawPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    caught = caught_drags(monkeypatch)
    train(qtbot, window)
    draw.show_page("set")
    gallery, workspace = draw.set.gallery, window._services.workspace

    def drag_out() -> None:
        QTest.mousePress(gallery, LEFT, NONE, gallery.cell_rect(1).center())
        QTest.mouseMove(gallery, gallery.cell_rect(2).center())
        QTest.mouseMove(gallery, QPoint(-200, 10))
        QTest.mouseRelease(gallery, LEFT, NONE, QPoint(-200, 10))

    drag_out()
    assert caught == [(1,)]
    # The map still shows the training data, whose indices are invalid in other data.
    workspace.edits.edit_dataset(
        Dataset.from_images("other", np.zeros((3, 9, 9)), "xyz"), "Data can be changed"
    )
    drag_out()
    assert caught == [(1,)], "it is but moved to another place"
    workspace.undo_stack.setIndex(0)
    drag_out()
    assert caught == [(1,), (1,)]


def test_ghosts(window: MainWindow, draw: DrawPanel, drawing: Drawing) -> None:
    dataset = window._services.workspace.dataset
    draw.load_requested.emit(1)
    draw.tools.use("clear")
    assert draw.editor._ghost is None
    draw.page.set_ghost("previous")
    np.testing.assert_array_equal(draw.editor._ghost, dataset.images[1, 0])
    draw.page.set_ghost("nearest")
    drawing.paste(dataset.images[3, 0])
    np.testing.assert_array_equal(draw.editor._ghost, dataset.images[3, 0])
    draw.page.set_ghost("none")
    assert draw.editor._ghost is None


def test_a_sample_that_is_loaded_is_chosen_in_the_set(
    window: MainWindow, qtbot: QtBot, draw: DrawPanel
) -> None:
    draw.show_page("set")
    draw.load_requested.emit(4)
    assert draw.set.gallery.current == 4
    assert draw.set.label.text() == "e"
    other = Dataset.from_images("other", np.zeros((3, 9, 9)), "xyz")
    window._services.workspace.edits.edit_dataset(other, "Data can be changed")
    qtbot.waitUntil(lambda: draw.set.gallery.count() == 3)
    window._services.workspace.undo_stack.undo()
    draw.load_requested.emit(5)
    qtbot.waitUntil(lambda: draw.set.gallery.count() == 6)
    assert draw.set.gallery.current == 5, "also if the gallery was not filled yet"


def test_the_set_is_edited_and_every_edit_is_undone(window: MainWindow, draw: DrawPanel) -> None:
    workspace, page = window._services.workspace, draw.set
    first = workspace.dataset
    page.moved.emit(0, 2)
    assert "".join(workspace.dataset.labels) == "bcadef"
    assert page.gallery.current == 2
    page.duplicate_requested.emit(1)
    page.renamed.emit(2, "ç")
    assert "".join(workspace.dataset.labels) == "bcçadef"
    page.delete_requested.emit(0)
    page.redraw_requested.emit(0)
    np.testing.assert_array_equal(workspace.dataset.images[0, 0], window._services.drawing.pixels)
    page.renamed.emit(0, "")
    assert "needs a label" in window.notifications.shown[-1].text
    for _ in range(5):
        window.actions_table["undo"].trigger()
    assert workspace.dataset.labels == first.labels
    np.testing.assert_array_equal(workspace.dataset.images, first.images)


def test_a_sample_that_a_training_does_not_let_move_stays_the_chosen_one(
    window: MainWindow, qtbot: QtBot, draw: DrawPanel
) -> None:
    services, page = window._services, draw.set
    workspace = services.workspace
    endless = with_value(workspace.recipe, "training.epochs", 1_000_000)
    assert workspace.edit_recipe(endless, "Epochs")
    draw.show_page("set")
    draw.load_requested.emit(4)
    window.actions_table["train"].trigger()
    page.moved.emit(0, 2)
    assert "".join(workspace.dataset.labels) == "abcdef"
    assert page.gallery.current == 4
    stop(qtbot, services.runner)
    page.moved.emit(0, 2)
    assert page.gallery.current == 2


def test_a_sample_of_the_set_is_opened(draw: DrawPanel, drawing: Drawing) -> None:
    draw.set.gallery.picked.emit(3)
    assert drawing.label == "d"
    draw.set.delete_requested.emit(0)
    draw.set.gallery.picked.emit(0)
    assert drawing.label == "b"


def test_training_goes_on_with_the_new_sample(
    window: MainWindow, qtbot: QtBot, draw: DrawPanel, drawing: Drawing
) -> None:
    train(qtbot, window)
    workspace, runner = window._services.workspace, window._services.runner
    assert workspace.run is not None
    draw.show_page("set")
    assert not draw.set._change.isVisible()
    drawing.paste(np.eye(7, 5))
    draw.page.add_requested.emit("ñ")
    assert draw.set._change.text() == "Data changed: 1 sample is new."
    assert draw.set.train_on.isVisible()
    assert draw.set.gallery.current == 6, "the new sample is the one to go on with"
    with qtbot.waitSignal(runner.finished):
        QTest.mouseClick(draw.set.train_on, LEFT)
    qtbot.waitUntil(lambda: workspace.run is not None and len(workspace.run.dataset) == 7)
    assert not draw.set._change.isVisible()
    history = workspace.run.history
    assert history is not None
    assert history.epoch[-1] == 800
    assert history.epoch[0] < 400


def test_a_drawing_in_colour_is_averaged_for_a_grey_set(
    window: MainWindow, qtbot: QtBot, draw: DrawPanel, drawing: Drawing
) -> None:
    dialog = window.feature(EditorFeature).edits.ask_for_new()
    dialog.form.fields["kind"].edited.emit("colour")
    dialog.accept()
    drawing.paste(np.stack([np.eye(7, 5), np.eye(7, 5), np.zeros((7, 5))]))
    assert drawing.state.image_shape == (3, 7, 5)
    draw.page.add_requested.emit("ñ")
    added = window._services.workspace.dataset.images[6]
    assert np.allclose(added, np.eye(7, 5)[np.newaxis] * 2 / 3)


def test_a_label_stays_for_another_try_if_its_drawing_is_not_added(
    window: MainWindow, draw: DrawPanel, drawing: Drawing
) -> None:
    draw.show_page("draw")
    dataset = window._services.workspace.dataset
    field = next(f for f in draw.findChildren(QLineEdit) if f.placeholderText() == "Label")
    drawing.paste(dataset.images[0, 0])
    QTest.keyClicks(field, "n2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "exactly these pixels already" in window.notifications.shown[-1].text
    assert field.text() == "n2"
    accept = window.notifications.shown[-1].accept
    assert accept is not None
    accept()
    assert window._services.workspace.dataset.labels == (*dataset.labels, "n2")
    assert field.text() == ""
    assert draw.set.gallery.current == len(dataset)
    drawing.paste(np.eye(7, 5))
    QTest.keyClicks(field, "n3")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert window._services.workspace.dataset.labels == (*dataset.labels, "n2", "n3")
    assert field.text() == ""


def test_every_new_sample_brings_the_offer_to_train_on(
    window: MainWindow, qtbot: QtBot, draw: DrawPanel, drawing: Drawing
) -> None:
    def offers() -> list[str]:
        return [notice.text for notice in window.notifications.shown if notice.offer]

    def is_offered(words: str) -> bool:
        return any(words in text for text in offers())

    train(qtbot, window)
    draw.show_page("draw")
    for label, words in (("ñ", "1 sample is new"), ("ü", "2 samples are new")):
        # Different drawings, since an exact copy would not be added.
        drawing.paste(np.roll(np.eye(7, 5), len(words), axis=0))
        draw.page.add_requested.emit(label)
        qtbot.waitUntil(partial(is_offered, words))
        assert len(offers()) == 1
    draw.show_page("set")
    drawing.paste(np.eye(7, 5))
    draw.page.add_requested.emit("é")
    assert "3 samples are new" in draw.set._change.text()
    QApplication.processEvents()
    assert not offers(), "the page that is in sight offers it"


def test_a_new_sample_after_the_training_with_another_one_is_offered_again(
    window: MainWindow, qtbot: QtBot, draw: DrawPanel, drawing: Drawing
) -> None:
    runner = window._services.runner
    train(qtbot, window)
    draw.show_page("draw")
    for number, label in enumerate(("ñ", "ü")):
        drawing.paste(np.roll(np.eye(7, 5), number, axis=0))
        draw.page.add_requested.emit(label)
        qtbot.waitUntil(
            lambda: any("1 sample is new" in each.text for each in window.notifications.shown)
        )
        offer = next(each for each in window.notifications.shown if "is new" in each.text)
        assert offer.accept is not None
        with qtbot.waitSignal(runner.finished):
            offer.accept()
        qtbot.waitUntil(lambda: window._services.shown.saved is not None)
        window.notifications.close_all()


def test_the_noise_sheet_follows_drawing_and_noise(
    learnt: MainWindow, qtbot: QtBot, draw: DrawPanel, drawing: Drawing
) -> None:
    window = learnt
    draw.show_page("noise")
    QTest.mouseClick(draw.noise.sheet, Qt.MouseButton.LeftButton)
    sheet = window.findChild(NoiseSheetDialog)
    assert sheet is not None
    qtbot.waitUntil(lambda: sheet.view.sheet is not None)
    shown = sheet.view.sheet
    assert shown is not None
    assert [row.name for row in shown.rows] == ["This network"]
    np.testing.assert_array_equal(shown.noisy[0], drawing.target)
    draw.load_requested.emit(4)

    def rows() -> int:
        return -1 if sheet.view.sheet is None else len(sheet.view.sheet.rows)

    def follows() -> bool:
        latest = sheet.view.sheet
        return latest is not None and np.array_equal(latest.noisy[0], drawing.pixels)

    qtbot.waitUntil(follows)
    window.feature(OthersFeature).choose("moment")
    qtbot.waitUntil(lambda: rows() == 2)
    drawing.start_new(9, 9, DrawingPaper())
    qtbot.waitUntil(lambda: rows() == 0)
    assert "another size" in sheet._note.text()
    sheet.close()


def test_a_sample_of_another_set_does_not_stay_in_the_editor(
    qtbot: QtBot, window: MainWindow, drawing: Drawing
) -> None:
    workspace = window._services.workspace
    before = drawing.pixels
    workspace.edit_recipe(
        with_values(workspace.recipe, {"data.source": "uppercase", "data.chars": None}), "x"
    )
    qtbot.waitUntil(lambda: not workspace.loading.is_busy)
    assert not np.array_equal(drawing.pixels, before)
    dataset = workspace.dataset
    assert np.array_equal(drawing.pixels, dataset.images[dataset.labels.index("A"), 0])
    assert drawing.undo_stack.count() == 0, "nobody has edited or chosen it"
    # The user's drawing is kept.
    drawing.paint(0, 0, 1.0 - drawing.pixels[0, 0])
    drawn = drawing.pixels
    workspace.undo_stack.undo()
    assert np.array_equal(drawing.pixels, drawn)


def test_a_label_of_the_next_set_does_not_name_the_drawing_of_this_one(
    window: MainWindow, draw: DrawPanel, drawing: Drawing
) -> None:
    edits = window._services.workspace.edits
    window._services.requests.sample.emit(1)
    assert draw._loaded == 1
    # A stroke makes it the person's, so that it stays while the set is replaced.
    drawing.paint(0, 0, 1.0 - drawing.pixels[0, 0])
    dataset = window._services.workspace.dataset
    turned = Dataset.from_images("turned", dataset.images[:, 0, ::-1, ::-1], dataset.labels)
    edits.edit_dataset(turned, "x")
    assert turned.labels[1] == drawing.label
    assert draw._loaded is None, "the target is not the image of that label"
    window._services.workspace.undo_stack.undo()
    assert draw._loaded == 1


def test_a_kind_of_noise_applies_when_it_is_chosen_and_undo_shows_it(
    draw: DrawPanel, drawing: Drawing
) -> None:
    draw.show_page("noise")
    box, clean = draw.noise, drawing.pixels
    first = box._kind.value()
    box._level.number.setValue(0.5)
    drawing.undo()
    assert np.array_equal(drawing.pixels, clean)
    # The kind already shown, chosen from the list.
    box._kind.activated.emit(box._kind.findData(first))
    assert drawing.state.noise is not None
    before = box.spec
    QTest.keyClick(box._kind, Qt.Key.Key_Down)
    assert box.spec.kind != before.kind
    drawing.undo()
    assert box.spec == before
    drawing.undo()
    assert np.array_equal(drawing.pixels, clean)


def test_a_sample_is_dropped_on_the_editor(draw: DrawPanel, drawing: Drawing) -> None:
    mime = samples_mime([3])
    place, keys = QPointF(20, 20), Qt.KeyboardModifier.NoModifier
    actions, button = Qt.DropAction.CopyAction, LEFT
    entering = QDragEnterEvent(place.toPoint(), actions, mime, button, keys)
    draw.dragEnterEvent(entering)
    assert entering.isAccepted()
    draw.dropEvent(QDropEvent(place, actions, mime, button, keys))
    assert drawing.state.index == 3


def test_the_trail_of_the_drawing_can_be_cleared(
    qtbot: QtBot, learnt: MainWindow, drawing: Drawing
) -> None:
    window = learnt
    canvas = window.canvas

    def is_longer_than(count: int) -> bool:
        return len(canvas.scene.trail) > count

    for cell in range(3):
        drawing.paint(cell, 0, 1.0 - drawing.pixels[cell, 0])
        qtbot.waitUntil(partial(is_longer_than, cell))
    qtbot.waitUntil(lambda: len(canvas.scene.trail) > 1)
    menu = canvas.menu.at(QPoint(5, 5))
    entry = next(it for it in menu.actions() if it.text() == "Clear the trail of the drawing")
    entry.trigger()
    qtbot.waitUntil(lambda: len(canvas.scene.trail) <= 1)
    menu.deleteLater()
