"""The source code panel: listed, verified, highlighted together with the builder, saved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from safetensors import safe_open

from aegui.core.recipe import OptimizerSpec, Recipe
from aegui.core.run_file.tensor_bytes import unpacked
from aegui.features.builder.view.builder_panel import BuilderPanel
from aegui.features.source import feature as wiring
from aegui.features.source.model.source_service import SourceService
from aegui.features.source.view.panel import SourcePanel
from aegui.session.file_writer import FileWriter
from aegui.session.highlighted_layer import HighlightedLayer
from aegui.shell.outcome import shown_origin
from tests.window.conftest import SMALL, train

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.window.main_window import MainWindow

LONG_MS = 120_000


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> SourcePanel:
    """Show the panel with the code of the draft."""
    window.docks["source"].show()
    window.docks["source"].raise_()
    found = window.panel(SourcePanel)
    qtbot.waitUntil(lambda: found.listing is not None, timeout=LONG_MS)
    return found


def test_code_is_proved_and_follows_the_draft(
    window: MainWindow, panel: SourcePanel, qtbot: QtBot
) -> None:
    assert panel.listing is not None
    assert "nn.Linear(35, 12)" in panel.text.toPlainText()
    # Small networks are verified automatically.
    qtbot.waitUntil(lambda: panel.badge.text().startswith("✓ Same losses"), timeout=LONG_MS)
    assert "double precision" in panel.badge.toolTip()
    assert panel.badge.width() > panel.width() / 2, "in a narrow dock too"
    workspace, before = window._services.workspace, panel.listing
    slow = OptimizerSpec(name="sgd", learning_rate=0.25)
    training = SMALL.training.model_copy(update={"optimizer": slow})
    workspace.edit_recipe(SMALL.model_copy(update={"training": training}), "another optimiser")
    qtbot.waitUntil(lambda: panel.listing is not before, timeout=LONG_MS)
    assert "torch.optim.SGD(model.parameters(), lr=0.25)" in panel.text.toPlainText()
    service = window._services.of(SourceService)
    assert service.verdict is None, "what was proved is other code"
    power = training.model_copy(update={"optimizer": OptimizerSpec(name="powell")})
    workspace.edit_recipe(SMALL.model_copy(update={"training": power}), "one without code")
    qtbot.waitUntil(lambda: "There is no code" in panel.placeholder.message, timeout=LONG_MS)


def test_a_check_is_given_up(window: MainWindow, panel: SourcePanel, qtbot: QtBot) -> None:
    service = window._services.of(SourceService)
    service.stop_check()
    QTest.mouseClick(panel.check, Qt.MouseButton.LeftButton)
    assert service.is_checking
    assert panel.badge.text().startswith("Comparing")
    QTest.mouseClick(panel.check, Qt.MouseButton.LeftButton)
    assert not service.is_checking
    assert panel.badge.text().startswith("Not compared")


def test_builder_and_code_are_lit_together(
    window: MainWindow, panel: SourcePanel, qtbot: QtBot
) -> None:
    window.docks["builder"].raise_()
    cards = window.panel(BuilderPanel).chain.cards
    listing = panel.listing
    assert listing is not None
    cards[1].setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.waitUntil(lambda: window._services.of(HighlightedLayer).index == ("encoder", 0))
    assert panel.text.lit == tuple(listing.of_layer(0))
    assert panel.text.extraSelections()
    # A click on a line of the decoder's layer highlights its card.
    block = panel.text.document().findBlockByNumber(listing.of_layer(2)[-1])
    panel.text.setTextCursor(QTextCursor(block))
    panel.text.centerCursor()
    place = panel.text.cursorRect().center() + QPoint(3, 0)
    QTest.mouseClick(panel.text.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window._services.of(HighlightedLayer).index == ("decoder", 0)
    assert [card.is_lit for card in cards] == [False, False, False, True, False]
    assert panel.text.lit == tuple(listing.of_layer(2))


def test_what_is_searched_is_selected_from_the_other_end_too(panel: SourcePanel) -> None:
    QTest.keyClicks(panel.search, "Linear")
    first = panel.text.textCursor().selectionStart()
    assert panel.text.textCursor().selectedText() == "Linear"
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert panel.text.textCursor().selectionStart() > first
    panel.text.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert panel.text.textCursor().selectionStart() == first
    panel.search.setText("not there")
    assert panel.search.property("state") == "bad"


def test_it_is_copied_and_saved(
    window: MainWindow,
    panel: SourcePanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    panel._on_copy_clicked()
    assert QApplication.clipboard().text() == panel.text.toPlainText()
    asked: list[str] = []
    answers = [(str(tmp_path / "mine.ipynb"), "notebook"), (str(tmp_path / "by_hand.py"), "numpy")]

    def choose(*question: object) -> tuple[str, str]:
        asked.append(str(question[4]))
        return answers[len(asked) - 1]

    monkeypatch.setattr(wiring, "choose_form_file", choose)
    panel.dialect_chosen.emit("notebook")
    qtbot.waitUntil(lambda: "# %%" in panel.text.toPlainText(), timeout=LONG_MS)
    files = window._services.of(FileWriter)
    with qtbot.waitSignal(files.noticed, timeout=LONG_MS):
        window.actions_table["export_source"].trigger()
    assert json.loads((tmp_path / "mine.ipynb").read_text())["nbformat"] == 4
    assert (tmp_path / "mine.npz").exists()
    with qtbot.waitSignal(files.noticed, timeout=LONG_MS):
        window.actions_table["export_source"].trigger()
    assert "import torch" not in (tmp_path / "by_hand.py").read_text("utf-8")
    assert asked == ["notebook", "notebook"], "what is shown is proposed"


@pytest.mark.parametrize("is_trained", [True, False])
def test_code_of_a_draft_that_is_no_longer_the_trained_network_says_so(
    window: MainWindow,
    qtbot: QtBot,
    learnt_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_trained: bool,
) -> None:
    workspace = window._services.workspace
    if is_trained:
        with qtbot.waitSignal(workspace.document_changed):
            workspace.open(learnt_file)
    file = (str(tmp_path / "a.py"), "torch")
    monkeypatch.setattr(wiring, "choose_form_file", lambda *_: file)

    def told() -> str:
        with qtbot.waitSignal(window._services.of(FileWriter).noticed, timeout=LONG_MS) as caught:
            window.actions_table["export_source"].trigger()
        return str(caught.args[0].text)

    assert "builder" not in told()
    training = workspace.recipe.training.model_copy(update={"epochs": 17})
    workspace.edit_recipe(workspace.recipe.model_copy(update={"training": training}), "shorter")
    assert ("differs from the trained one" in told()) is is_trained


def test_networks_and_fonts_are_written_for_other_programs(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = window._services.of(FileWriter)
    chosen = {"file": ""}
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / chosen["file"]), "")
    )

    def written(action: str, file: str) -> list[str]:
        chosen["file"] = file
        with qtbot.waitSignal(files.noticed, timeout=LONG_MS) as told:
            window.actions_table[action].trigger()
        names = str(told.args[0].text).removeprefix("Written: ").split(", ")
        assert all((tmp_path / name).stat().st_size > 0 for name in names)
        return names

    assert written("export_font", "set.bdf") == ["set.bdf"]
    train(qtbot, window)
    parts = ["net.onnx", "net-encoder.onnx", "net-decoder.onnx"]
    assert written("export_onnx", "net") == parts
    assert written("export_weights", "w.safetensors") == ["w.safetensors"]
    arrays = unpacked(bytearray((tmp_path / "w.safetensors").read_bytes()))
    assert arrays["encoder_1.weight"].shape == (12, 35)
    origin = shown_origin(window._services.workspace.name, window._services.shown)
    assert origin.encode() in (tmp_path / "net.onnx").read_bytes()
    with safe_open(tmp_path / "w.safetensors", "np") as weights:
        assert weights.metadata()["origin"] == origin
    assert written("export_drawn_font", "drawn.h") == ["drawn.h"]
    assert "{0x" in (tmp_path / "drawn.h").read_text()


def test_a_font_of_grey_images_is_refused_before_a_file_is_asked_for(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = window._services.workspace
    assert workspace.new(Recipe.model_validate({"data": {"source": "digits"}}))
    qtbot.waitUntil(lambda: not window._services.shown.dataset.is_binary)
    asked: list[tuple[object, ...]] = []

    def ask(*arguments: object) -> tuple[str, str]:
        asked.append(arguments)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    window.actions_table["export_font"].trigger()
    assert "black and white glyphs only" in window.notifications.shown[-1].text
    assert not asked
