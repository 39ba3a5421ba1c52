"""Set-ups that are copied, pasted and typed, and challenges reached during training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from aegui.core.i18n import tr
from aegui.core.recipe.edits import with_value
from aegui.core.run_file.saved import load_run
from aegui.core.setup_line.challenges import CHALLENGES
from aegui.core.setup_line.reading import read_line
from aegui.core.setup_line.writing import line_of
from aegui.features.challenge.feature import ChallengeFeature
from aegui.kit.finder import Finder
from tests.window.conftest import train

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.session.notice import Notice
    from aegui.window.main_window import MainWindow

EASY = "lowercase 35-9-2 tanh | adam 0.01 | bce | 40 epochs | seed 3 | goal: error <= 0.69"


def told(window: MainWindow) -> list[Notice]:
    found: list[Notice] = []
    window.feature(ChallengeFeature).noticed.connect(found.append)
    return found


def paste(window: MainWindow, text: str) -> None:
    """Press Ctrl+V on the map, with ``text`` on the clipboard."""
    QApplication.clipboard().setText(text)
    window.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    QTest.keyClick(window.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def test_a_pasted_line_becomes_the_draft_and_can_be_undone(
    window: MainWindow, qtbot: QtBot
) -> None:
    workspace = window._services.workspace
    before, wanted = workspace.recipe, read_line(EASY).recipe
    paste(window, EASY)
    qtbot.waitUntil(lambda: workspace.recipe == wanted, timeout=20_000)
    assert workspace.annotations.challenge is not None
    window.actions_table["copy_line"].trigger()
    assert QApplication.clipboard().text() == EASY
    window.actions_table["undo"].trigger()
    qtbot.waitUntil(lambda: workspace.recipe == before, timeout=20_000)
    assert workspace.annotations.challenge is None, "its goal goes with it"
    assert not window.feature(ChallengeFeature).badge.isVisible()
    window.actions_table["redo"].trigger()
    assert workspace.recipe == wanted
    assert workspace.annotations.challenge is not None


def test_a_line_without_a_goal_is_undone_to_the_goal_before(
    window: MainWindow, qtbot: QtBot
) -> None:
    workspace = window._services.workspace
    workspace.set_up(workspace.recipe, read_line(EASY).goal, "A goal")
    before = workspace.annotations.challenge
    assert before is not None
    paste(window, EASY.partition(" | goal")[0])
    qtbot.waitUntil(lambda: workspace.annotations.challenge is None)
    window.actions_table["undo"].trigger()
    assert workspace.annotations.challenge == before


def test_a_goal_that_was_reached_is_reached_again_by_redo(window: MainWindow, qtbot: QtBot) -> None:
    workspace = window._services.workspace
    paste(window, EASY)
    badge = window.feature(ChallengeFeature).badge
    qtbot.waitUntil(badge.isVisible, timeout=20_000)
    train(qtbot, window)
    qtbot.waitUntil(lambda: badge.text() == tr("Reached"), timeout=20_000)
    reached = workspace.annotations.challenge
    window.actions_table["undo"].trigger()
    assert workspace.annotations.challenge is None
    window.actions_table["redo"].trigger()
    assert workspace.annotations.challenge == reached
    badge.drop.trigger()
    assert workspace.annotations.challenge is None
    window.actions_table["undo"].trigger()
    assert workspace.annotations.challenge == reached
    assert badge.isVisible()


def test_only_the_goal_of_a_line_is_a_step_of_its_own(window: MainWindow, qtbot: QtBot) -> None:
    workspace = window._services.workspace
    workspace.edit_recipe(with_value(workspace.recipe, "training.epochs", 41), "Epochs")
    edited = workspace.recipe
    window.actions_table["copy_line"].trigger()
    paste(window, f"{QApplication.clipboard().text()} | goal: error <= 0.69")
    qtbot.waitUntil(lambda: workspace.annotations.challenge is not None)
    window.actions_table["undo"].trigger()
    assert workspace.annotations.challenge is None
    assert workspace.recipe == edited


def test_a_pasted_line_is_trained_as_it_says(window: MainWindow, qtbot: QtBot) -> None:
    workspace = window._services.workspace
    many = "digits 64-9-2 tanh | adam 0.01 | bce | batch 64 | 20 epochs"
    paste(window, many)
    qtbot.waitUntil(lambda: workspace.recipe == read_line(many).recipe, timeout=20_000)
    few = "lowercase 35-9-2 tanh | adam 0.01 | bce | batch 64 | 20 epochs | goal: error <= 0.69"
    paste(window, few)
    qtbot.waitUntil(lambda: workspace.recipe.data.source == "lowercase", timeout=20_000)
    assert workspace.recipe == read_line(few).recipe, "more epochs would be another set-up"
    assert workspace.annotations.challenge is not None


def test_a_line_that_could_not_be_loaded_sets_no_goal_later(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    workspace = window._services.workspace
    before = workspace.recipe
    file = tmp_path / "two.txt"
    line = f'"{file}" *-9-2 tanh | 40 epochs | goal: error <= 0.69'
    with qtbot.waitSignal(workspace.noticed):
        paste(window, line)
    assert workspace.recipe == before
    file.write_text("#.\n.#\n\n.#\n#.\n")
    wanted = read_line(line).recipe
    workspace.edit_recipe(wanted, "another way")
    qtbot.waitUntil(lambda: workspace.recipe == wanted)
    assert workspace.annotations.challenge is None


def test_a_text_field_keeps_what_is_pasted_into_it(window: MainWindow, qtbot: QtBot) -> None:
    before = window._services.workspace.recipe
    QApplication.clipboard().setText(EASY)
    window.actions_table["search_commands"].trigger()
    qtbot.waitUntil(lambda: any(each.isVisible() for each in window.findChildren(Finder)))
    finder = next(each for each in window.findChildren(Finder) if each.isVisible())
    QTest.keyClick(finder.line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert isinstance(finder.line, QLineEdit)
    assert finder.line.text() == EASY
    assert window._services.workspace.recipe == before
    # The search recognises it as a set-up.
    assert [entry.title for entry in finder.entries] == [tr("Open this set-up")]
    QTest.keyClick(finder.line, Qt.Key.Key_Return)
    wanted = read_line(EASY).recipe
    qtbot.waitUntil(lambda: window._services.workspace.recipe == wanted, timeout=20_000)


def test_what_is_no_line_is_told_and_changes_nothing(window: MainWindow) -> None:
    before, notices = window._services.workspace.recipe, told(window)
    paste(window, "good morning")
    assert "35-25-10-2" in notices[-1].text
    paste(window, "lowercase 35-9-2 tanhh")
    assert "character 18" in notices[-1].text
    paste(window, "v9 | lowercase 35-9-2 tanh | quantum 3")
    assert "quantum 3" in notices[-1].text
    assert window._services.workspace.recipe != before


def test_what_a_line_lacks_is_told_in_the_language_of_the_window(
    window: MainWindow, app: App
) -> None:
    notices = told(window)
    paste(window, "lowercase 35-9-2 tanhh")
    assert 'Did you mean "tanh"?' in notices[-1].words
    paste(window, "v9 | lowercase 35-9-2 tanh | quantum 3 | depth 4")
    assert "quantum 3; depth 4" in notices[-1].words
    english = [notice.words for notice in notices]
    app.use_language("es")
    spanish = [notice.words for notice in notices]
    assert tr('Did you mean "{word}"?', word="tanh") in spanish[0]
    assert not {word for text in spanish for word in text.split()} & {"Did", "written", "ignored:"}
    app.use_language("en")
    assert [notice.words for notice in notices] == english


def test_a_challenge_is_told_once_and_its_badge_stays(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    workspace = window._services.workspace
    badge, notices = window.feature(ChallengeFeature).badge, told(window)
    assert not badge.isVisible()
    paste(window, EASY)
    qtbot.waitUntil(badge.isVisible, timeout=20_000)
    assert badge.text() == tr("Challenge")
    train(qtbot, window)
    qtbot.waitUntil(lambda: badge.text() == tr("Reached"), timeout=20_000)
    challenge = workspace.annotations.challenge
    assert challenge is not None
    assert challenge.reached is not None
    assert challenge.reached.seed == 3
    reached = [notice for notice in notices if "reached!" in notice.text]
    assert len(reached) == 1
    assert "seed 3" in badge.toolTip()
    train(qtbot, window)
    qtbot.waitUntil(lambda: not window._services.runner.is_busy, timeout=20_000)
    assert len([notice for notice in notices if "reached!" in notice.text]) == 1
    path = tmp_path / "won.aegui"
    with qtbot.waitSignal(workspace.file.saved, timeout=20_000):
        workspace.save_as(path)
    kept = load_run(path).challenge
    assert kept == challenge
    assert workspace.open(path)
    qtbot.waitUntil(lambda: workspace.annotations.challenge == challenge, timeout=20_000)
    QApplication.clipboard().clear()
    badge.copy.trigger()
    assert QApplication.clipboard().text() == EASY
    badge.drop.trigger()
    assert not badge.isVisible()
    assert workspace.annotations.challenge is None


def test_a_training_that_failed_reaches_no_goal(learnt: MainWindow, qtbot: QtBot) -> None:
    services, notices = learnt._services, told(learnt)
    workspace = services.workspace
    trained = workspace.continuation()
    assert trained is not None
    assert trained.checkpoint is not None
    paste(learnt, "lowercase 35-9-1 tanh | 40 epochs | seed 8 | goal: code <= 1 with error <= 0.9")
    qtbot.waitUntil(lambda: workspace.annotations.challenge is not None, timeout=20_000)
    resolved = workspace.resolution.resolved
    assert resolved is not None
    with qtbot.waitSignal(services.runner.failed):
        services.runner.start(resolved, trained.checkpoint)
    challenge = workspace.annotations.challenge
    assert challenge is not None
    assert challenge.reached is None, "the network shown is the one before, of two numbers"
    assert not [notice for notice in notices if "reached!" in notice.text]
    train(qtbot, learnt)
    qtbot.waitUntil(lambda: workspace.annotations.challenge != challenge, timeout=20_000)


def test_the_chip_says_what_is_missing(window: MainWindow, qtbot: QtBot) -> None:
    badge = window.feature(ChallengeFeature).badge
    paste(window, EASY.replace("error <= 0.69", "32 of 32 within 1 px with <= 9000 weights"))
    qtbot.waitUntil(badge.isVisible, timeout=20_000)
    assert badge.text() == tr("Challenge"), "nothing of it has been trained"
    train(qtbot, window)
    history = window._services.shown.history
    assert history is not None
    within = round(32 * float(history.share_at_most_1[-1, 0]))
    assert badge.text() == f"Challenge: {within} of 32"
    assert badge.toolTip().endswith(
        f"Still missing: 32 of 32 samples within 1 pixel, now {within}."
    )
    # A set-up edited since is a different one.
    workspace = window._services.workspace
    changed = with_value(workspace.recipe, "training.epochs", 41)
    workspace.edit_recipe(changed, "Epochs")
    qtbot.waitUntil(lambda: badge.text() == tr("Challenge"), timeout=20_000)


def test_the_chip_says_that_a_goal_is_judged_on_some_of_the_samples(
    window: MainWindow, qtbot: QtBot
) -> None:
    badge = window.feature(ChallengeFeature).badge
    paste(window, EASY)
    qtbot.waitUntil(badge.isVisible, timeout=20_000)
    assert "judged on" not in badge.toolTip()
    paste(window, "digits 64-9-2 tanh | adam 0.01 | bce | 2 epochs | goal: error <= 99")
    qtbot.waitUntil(lambda: "256 of the 1,797" in badge.toolTip(), timeout=20_000)
    assert "judged on" in badge.accessibleDescription()
    notices = told(window)
    train(qtbot, window)
    qtbot.waitUntil(lambda: badge.text() == tr("Reached"), timeout=20_000)
    assert any("256 of the 1,797" in notice.text for notice in notices)
    assert "256 of the 1,797" in badge.toolTip()
    workspace = window._services.workspace
    half = with_value(workspace.recipe, "data.split.validation", 0.5)
    workspace.edit_recipe(half, "Half of the samples")
    qtbot.waitUntil(lambda: workspace.recipe == half, timeout=20_000)
    assert "256 of the 1,797" in badge.toolTip(), "how it was reached does not change"


def test_a_challenge_of_the_gallery_is_begun_with_its_goal(
    window: MainWindow, qtbot: QtBot
) -> None:
    workspace = window._services.workspace
    window._services.requests.preset.emit("challenge-one-number")
    recipe, goal, _ = CHALLENGES["challenge-one-number"].reading
    qtbot.waitUntil(lambda: workspace.recipe == recipe, timeout=20_000)
    assert workspace.annotations.challenge is not None
    assert workspace.annotations.challenge.goal == goal
    assert read_line(line_of(recipe, goal)).goal == goal
    window.actions_table["undo"].trigger()
    assert workspace.recipe != recipe
    assert workspace.annotations.challenge is None


def test_nothing_is_opened_while_a_network_trains(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, notices = window._services.workspace.recipe, told(window)
    monkeypatch.setattr(type(window._services.runner), "is_busy", property(lambda _self: True))
    window._services.requests.line.emit(EASY)
    assert "training" in notices[-1].text
    monkeypatch.undo()
    assert window._services.workspace.recipe == before
