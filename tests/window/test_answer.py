"""The answer panel in the window: networks, limit, repairs, reasons, confusions, outliers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from aegui.core.data.dataset import Dataset
from aegui.core.evaluation.bayes import read_drawing
from aegui.core.evaluation.limits import limit
from aegui.core.evaluation.priors import Prior
from aegui.core.evaluation.reasons import LOGIT_MOST, pixel_reasons
from aegui.core.pixels.drawing_state import DrawingPaper
from aegui.core.recipe import CorruptionSpec, LayerSpec
from aegui.core.recipe.edits import with_values
from aegui.features.answer import feature as wiring_answer
from aegui.features.answer.feature import REPAIR_REPORTED, AnswerFeature, _needs_repair
from aegui.features.answer.model.answer_sheet import BEST, SHOWN
from aegui.features.answer.model.answer_study_service import AnswerStudies
from aegui.features.answer.view.limit_page import ALIKE, FILE, KNOWN
from aegui.features.answer.view.panel import AnswerPanel
from aegui.features.answer.view.why_page import _sentence
from aegui.features.drawing.feature import DrawingFeature
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.paths import models_dir
from aegui.session.map.others import Other, Others
from aegui.session.pixels.answers import most_informative_pixel
from tests.window.conftest import train

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.app import App
    from aegui.session.notice import Notice
    from aegui.window.main_window import MainWindow

FLIP = CorruptionSpec(kind="flip", level=0.1)


@pytest.fixture
def panel(window: MainWindow) -> AnswerPanel:
    window.set_perspective("draw")
    window.panel(DrawPanel).noise.set_noise(FLIP, 3)
    window.panel(DrawPanel).noise.noise_requested.emit(FLIP, 3)
    return window.panel(AnswerPanel)


def keys(panel: AnswerPanel) -> list[str]:
    return [row.key for row in panel.answers.rows if row.isVisible()]


def add_other(window: MainWindow) -> None:
    """Add the same network again, as another one opened beside it."""
    codec = window._services.shown.codec
    assert codec is not None
    assert window._services.of(Others).add(Other("moment:1", "then", codec, False))


def test_the_limit_is_there_before_any_network(window: MainWindow, panel: AnswerPanel) -> None:
    assert "Press Train" in panel.text
    assert keys(panel) == [BEST]
    state, dataset = window._services.drawing.state, window._services.shown.dataset
    reading = read_drawing(state.pixels, dataset.images, FLIP)
    panel.show_page("limit")
    bars = panel.limit.bars.bars
    assert bars[0].index == int(reading.order[0])
    assert bars[0].value == pytest.approx(reading.chances.max())
    assert f"best possible: {reading.expected_wrong:.2f}" in panel.limit.words.text()


def test_the_limit_is_that_of_the_drawing_as_it_is_when_its_page_is_opened(
    window: MainWindow, panel: AnswerPanel
) -> None:
    drawing, dataset = window._services.drawing, window._services.shown.dataset
    panel.show_page("limit")
    panel.show_page("answers")
    drawing.invert()
    drawing.paint(0, 0, 1.0)
    panel.show_page("limit")
    reading = read_drawing(drawing.state.pixels, dataset.images, FLIP)
    assert panel.limit.bars.bars[0].value == pytest.approx(reading.chances.max())
    assert f"best possible: {reading.expected_wrong:.2f}" in panel.limit.words.text()
    drawing.paint(3, 2, 1.0)
    reading = read_drawing(drawing.state.pixels, dataset.images, FLIP)
    assert f"best possible: {reading.expected_wrong:.2f}" in panel.limit.words.text()


def test_the_limit_over_all_characters_follows_noise_and_weights(
    window: MainWindow, panel: AnswerPanel, qtbot: QtBot
) -> None:
    page, services = panel.limit, window._services
    dataset = services.shown.dataset

    def told(spec: CorruptionSpec, prior: Prior | None = None) -> str:
        weights = None if prior is None else prior.of(dataset)
        found = limit(dataset.images, spec, prior=weights)
        figure = f"{found.mean:.2f}" + ("" if found.is_exact else f" ± {found.error:.2f}")
        return f"Best possible over all characters: {figure} wrong pixels on average."

    assert page.average.isHidden()
    panel.show_page("limit")
    qtbot.waitUntil(lambda: page.average.text() == told(FLIP))
    assert page.average.isVisible()
    much = CorruptionSpec(kind="flip", level=0.3)
    window.panel(DrawPanel).noise.set_noise(much, 3)
    window.panel(DrawPanel).noise.noise_requested.emit(much, 3)
    qtbot.waitUntil(lambda: page.average.text() == told(much))
    prior = Prior("mostly a", {"a": 20.0}, 1.0)
    services.of(AnswerStudies).known_prior = prior
    page.prior_chosen.emit(KNOWN)
    qtbot.waitUntil(lambda: page.average.text() == told(much, prior))
    assert told(much, prior) != told(much)


def test_characters_are_weighed_as_a_file_says(
    window: MainWindow,
    panel: AnswerPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, services = panel.limit, window._services
    panel.show_page("limit")
    state, dataset = services.drawing.state, services.shown.dataset
    alike = read_drawing(state.pixels, dataset.images, FLIP)
    rare = int(alike.order[1])
    weights = tmp_path / "weights.json"
    weights.write_text(json.dumps({dataset.labels[rare]: 1.0}), encoding="utf-8")
    monkeypatch.setattr(wiring_answer, "choose_prior_file", lambda _parent: str(weights))
    with qtbot.waitSignal(services.of(AnswerStudies).prior_changed):
        page.prior_chosen.emit(FILE)
    assert page.prior.currentText() == "as often as in weights.json"
    assert [bar.index for bar in page.bars.bars] == [rare]
    assert page.bars.bars[0].value == 1.0
    assert "weights.json gives no weight to " in page.words.text()
    page.prior_chosen.emit(ALIKE)
    assert page.prior.currentText() == "all as likely"
    assert page.bars.bars[0].value == pytest.approx(alike.chances.max())
    # An unreadable file is reported and changes nothing; the list stays usable.
    weights.write_text("{", encoding="utf-8")
    with qtbot.waitSignal(window.feature(AnswerFeature).noticed) as noticed:
        page.prior_chosen.emit(FILE)
    assert "weights.json, line 1: this is not valid JSON" in noticed.args[0].text
    assert page.prior.currentText() == "all as likely"
    page.prior_chosen.emit(KNOWN)
    assert [bar.index for bar in page.bars.bars] == [rare]


def test_it_says_when_the_network_was_trained_with_other_noise(
    window: MainWindow, panel: AnswerPanel, qtbot: QtBot
) -> None:
    page, workspace = panel.limit, window._services.workspace
    panel.show_page("limit")
    assert page._differs.isHidden()
    train(qtbot, window)
    qtbot.waitUntil(lambda: not page._differs.isHidden())
    assert page._differs_words.text() == (
        "It is tested with “Flip 0.1”, but has never seen noise: it copies it."
    )
    before = workspace.recipe
    page.train.click()
    assert workspace.recipe.data.corruption.kind == "flip"
    assert workspace.recipe.data.corruption.level == 0.1
    workspace.undo_stack.undo()
    assert workspace.recipe == before


def test_networks_stand_side_by_side_and_each_pixel_has_reasons(
    learnt: MainWindow, panel: AnswerPanel, qtbot: QtBot
) -> None:
    window = learnt
    services = window._services
    qtbot.waitUntil(lambda: keys(panel) == [SHOWN, BEST])
    add_other(window)
    qtbot.waitUntil(lambda: keys(panel) == [SHOWN, "moment:1", BEST])
    codec = services.shown.codec
    assert codec is not None
    # Move to the pixel in row 2, column 3 of the second answer by keys, and ask about it.
    pictures = panel.answers.rows[1].pictures
    pictures.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right):
        QTest.keyClick(pictures, key)
    assert pictures.accessibleDescription().startswith("Row 2, column 3")
    QTest.keyClick(pictures, Qt.Key.Key_Return)
    assert panel.shown_page == "why"
    assert panel.answers.current is not None
    assert panel.answers.current.key == "moment:1"
    qtbot.waitUntil(lambda: panel.why.words.text().startswith("then, row 2, column 3"))
    dataset, pixels = services.shown.dataset, services.drawing.pixels
    reading = read_drawing(pixels, dataset.images, FLIP)
    found = pixel_reasons(codec, pixels, 5 + 2, dataset, reading)
    minus = "\N{MINUS SIGN}"
    assert f"logit {found.score:+.1f}".replace("-", minus) in panel.why.words.text()
    beyond = replace(found, score=-LOGIT_MOST)
    assert f"logit ≤ {minus}16.0, so" in _sentence(beyond, "then", 5, None), (
        "it is told within bounds"
    )
    assert [bar.index for bar in panel.why.votes.bars] == [vote.index for vote in found.votes]
    figures = [bar.figure for bar in panel.why.effects.bars]
    assert figures == [f"{found.effects[at]:+.1f}".replace("-", minus) for at in found.order]
    # Ask about another pixel, of the first answer, by the mouse.
    panel.show_page("answers")
    pictures = panel.answers.rows[0].pictures
    QTest.mouseClick(pictures, Qt.MouseButton.LeftButton, pos=pictures.pixel_rect(2, 6, 4).center())
    qtbot.waitUntil(lambda: panel.why.words.text().startswith("This network, row 7, column 5"))
    panel.show_page("answers")
    panel.answers.removed.emit("moment:1")
    qtbot.waitUntil(lambda: keys(panel) == [SHOWN, BEST])


@pytest.mark.usefixtures("learnt")
def test_why_begins_with_a_telling_pixel_and_follows_the_arrows(
    panel: AnswerPanel, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: keys(panel) == [SHOWN, BEST])
    panel.show_page("why")
    qtbot.waitUntil(lambda: panel.answers.current is not None)
    assert panel.answers.current is not None
    row, column = most_informative_pixel(panel.answers.current.answer)
    qtbot.waitUntil(lambda: f"row {row + 1}, column {column + 1}" in panel.why.words.text())
    pictures = panel.why.pictures
    assert pictures.isVisible()
    assert pictures.pixel == (row, column)
    key, there = (Qt.Key.Key_Up, row - 1) if row else (Qt.Key.Key_Down, row + 1)
    QTest.keyClick(pictures, key)
    qtbot.waitUntil(lambda: f"row {there + 1}, column {column + 1}" in panel.why.words.text())
    assert panel.shown_page == "why"


def test_grey_pixels_have_reasons_too(window: MainWindow, panel: AnswerPanel, qtbot: QtBot) -> None:
    levels = np.random.default_rng(0).random((6, 1, 7, 5)).astype(np.float32)
    grey = Dataset.from_images("grey", levels, tuple("abcdef"))
    services = window._services
    services.workspace.edits.edit_dataset(grey, "grey")
    train(qtbot, window)
    window.feature(DrawingFeature).load_sample(2)
    qtbot.waitUntil(lambda: keys(panel) == [SHOWN])

    def is_said() -> None:
        # Each time: rows are laid out anew, and the best weights may be shown, shortly after the
        # training has ended.
        pictures = panel.answers.rows[0].pictures
        pixel = pictures.pixel_rect(1, 4, 1).center()
        QTest.mouseClick(pictures, Qt.MouseButton.LeftButton, pos=pixel)
        assert panel.shown_page == "why"
        codec = services.shown.codec
        assert codec is not None
        answer = codec.reconstruct(levels[2]).reshape(7, 5)
        assert panel.why.words.text() == (
            f"This network, row 5, column 2: brightness {answer[4, 1]:.2f}; "
            f"the target is brightness {levels[2, 0, 4, 1]:.2f}."
        )

    qtbot.waitUntil(is_said)
    codec = services.shown.codec
    assert codec is not None
    assert len(panel.why.effects.bars) == codec.latent_size
    assert panel.why.votes.isHidden()
    assert panel.why.neighbours.bars[0].figure.endswith(f", {levels[2, 0, 4, 1]:.2f}")
    panel.show_page("pairs")
    assert not panel.pairs.compare.isEnabled()
    assert "only in sets of black and white characters" in panel.pairs.words.text()


def test_denoising_again_leaves_a_trail_on_the_map(
    learnt: MainWindow, panel: AnswerPanel, qtbot: QtBot
) -> None:
    window = learnt
    qtbot.waitUntil(lambda: keys(panel) == [SHOWN, BEST])
    codec, scene = window._services.shown.codec, window.canvas.scene
    assert codec is not None
    pixels = window._services.drawing.pixels
    panel.answers.again.click()
    once = codec.reconstruct(pixels)
    way = np.concatenate([codec.encode(pixels), codec.encode(once)])
    qtbot.waitUntil(lambda: len(scene.trail) == 3)
    np.testing.assert_allclose(scene.trail[:2], way, atol=1e-5)
    assert scene.drawing is not None
    np.testing.assert_allclose(scene.drawing, scene.trail[-1], rtol=1e-5, atol=1e-6)
    panel.answers.once.click()
    qtbot.waitUntil(lambda: not panel.answers.once.isVisible())
    np.testing.assert_allclose(scene.drawing, codec.encode(pixels)[0], atol=1e-5)
    panel.answers.again.click()
    qtbot.waitUntil(panel.answers.once.isVisible)
    window._services.drawing.invert()
    qtbot.waitUntil(lambda: not panel.answers.once.isVisible())


def test_the_level_is_estimated_on_demand(
    window: MainWindow, panel: AnswerPanel, qtbot: QtBot
) -> None:
    panel.show_page("limit")
    panel.limit.level.setCurrentIndex(1)
    panel.limit.level.activated.emit(1)
    qtbot.waitUntil(lambda: "estimated" in panel.limit.words.text())
    assert window._services.settings.values["answer.estimated"] is True
    spec = CorruptionSpec(kind="salt", level=0.2)
    window._services.drawing.clear()
    window._services.drawing.choose_noise(spec, 0)
    qtbot.waitUntil(lambda: "cannot have made" in panel.limit.words.text())
    assert keys(panel) == []


def test_pairs_are_compared_on_demand(window: MainWindow, panel: AnswerPanel, qtbot: QtBot) -> None:
    panel.show_page("pairs")
    assert not panel.pairs.compare.isEnabled()
    train(qtbot, window)
    qtbot.waitUntil(panel.pairs.compare.isEnabled)
    panel.pairs.compare.click()
    table = panel.pairs.table
    qtbot.waitUntil(lambda: table.rowCount() == 15)
    assert "2,667 draws" in panel.pairs.words.text() or "2667 draws" in panel.pairs.words.text()
    table.setCurrentCell(2, 0)
    table.cellActivated.emit(2, 0)
    found = window._services.of(AnswerStudies).mix_ups
    assert found is not None
    assert window._services.drawing.label == found.dataset.labels[found.pairs[2].first]
    window.panel(DrawPanel).noise.again()
    assert "compare again" not in panel.pairs.words.text()
    window.panel(DrawPanel).noise.set_noise(CorruptionSpec(kind="flip", level=0.3), 3)
    window.panel(DrawPanel).noise.again()
    assert "compare again" in panel.pairs.words.text()


def test_outliers_are_measured_and_the_threshold_is_dragged(
    learnt: MainWindow,
    panel: AnswerPanel,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = learnt
    panel.show_page("outliers")
    page = panel.outliers
    qtbot.waitUntil(page.measure.isEnabled)
    page.measure.click()
    qtbot.waitUntil(page.plot.isVisible)
    assert not page.roc.isVisible()
    service = window._services.of(AnswerStudies)
    assert service.outliers is not None
    bench = service.outliers.bench
    assert page.plot.threshold == bench.threshold
    page.outside.setCurrentIndex(page.outside.findData("uppercase"))
    page.outside.activated.emit(page.outside.currentIndex())
    # A choice starts nothing, and the button under the pointer keeps its function.
    assert not service.errors.is_busy
    assert page.measure.isVisible()
    assert "press Measure" in page.words.text()
    page.measure.click()
    qtbot.waitUntil(page.roc.isVisible)
    plot = page.plot
    start, end = QPoint(round(plot.x_of(plot.threshold)), 60), QPoint(plot.width() // 2, 60)
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(plot, end)
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=end)
    assert plot.x_of(plot.threshold) == pytest.approx(end.x(), abs=1.0)
    assert f"threshold {plot.threshold:.3g}" in page.words.text()
    dragged = plot.threshold
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert plot.threshold > dragged
    QTest.keyClick(plot, Qt.Key.Key_Home)
    assert plot.threshold == pytest.approx(service.outliers.bench.threshold)
    # The error of the drawing is updated when the page is shown again.
    before = page.words.text()
    panel.show_page("answers")
    window._services.drawing.invert()
    assert page.words.text() == before
    panel.show_page("outliers")
    assert page.words.text() != before
    bad = tmp_path / "bad.txt"
    bad.write_text("no glyphs here", encoding="utf-8")
    monkeypatch.setattr(
        "aegui.features.answer.answer_studies.choose_data_file", lambda *_: str(bad)
    )
    page.outside.setCurrentIndex(page.outside.count() - 1)
    page.outside.activated.emit(page.outside.currentIndex())
    page.measure.click()
    qtbot.waitUntil(lambda: "bad.txt" in page.words.text())
    assert page.measure.isEnabled()
    # The last figures were of the upper case, and so will be the next measurement.
    assert page.outside.currentData() == "uppercase"
    assert page.outside.findText("bad.txt") < 0


def test_what_a_diverged_network_makes_of_the_drawing_is_an_outlier(
    learnt: MainWindow, panel: AnswerPanel, qtbot: QtBot
) -> None:
    panel.show_page("outliers")
    page = panel.outliers
    qtbot.waitUntil(page.measure.isEnabled)
    page.measure.click()
    qtbot.waitUntil(page.plot.isVisible)
    run = learnt._services.shown.saved
    assert run is not None
    assert run.snapshot is not None
    *layers, last = run.snapshot.layers
    bias = np.full_like(last.bias, np.nan)
    output = replace(last, tensors={**last.tensors, "bias": bias})
    diverged = replace(run, snapshot=replace(run.snapshot, layers=(*layers, output)))
    others = learnt._services.of(Others)
    assert others.add(Other("moment:1", "diverged", diverged.codec(), False))
    panel.show_page("answers")
    qtbot.waitUntil(lambda: "moment:1" in keys(panel))
    panel.answers.set_current("moment:1")
    panel.show_page("outliers")
    qtbot.waitUntil(lambda: "larger than 100% of the set: an outlier" in page.words.text())


def test_a_drawing_of_another_size_is_told_on_every_page(
    learnt: MainWindow, panel: AnswerPanel, qtbot: QtBot
) -> None:
    window = learnt
    qtbot.waitUntil(lambda: keys(panel) == [SHOWN, BEST])
    panel.show_page("why")
    qtbot.waitUntil(panel.why.pictures.isVisible)
    window._services.drawing.start_new(9, 12, DrawingPaper())
    qtbot.waitUntil(lambda: "of this size does not fit" in panel.text)
    assert not panel.why.pictures.isVisible()
    assert "of this size does not fit" in panel.why.words.text()
    panel.show_page("limit")
    assert "has another size than the characters" in panel.limit.words.text()
    for key, page in (("pairs", panel.pairs), ("outliers", panel.outliers)):
        panel.show_page(key)
        assert "of this size does not fit" in page.words.text()
    window._services.drawing.undo()
    panel.show_page("why")
    qtbot.waitUntil(panel.why.pictures.isVisible)


def test_no_reasons_follow_once_no_network_takes_the_drawing(
    window: MainWindow, panel: AnswerPanel, qtbot: QtBot
) -> None:
    # Large enough that its reasons are computed in a thread.
    large = {"network.encoder": (LayerSpec(units=10_000),), "training.epochs": 2}
    workspace = window._services.workspace
    workspace.edit_recipe(with_values(workspace.recipe, large), "large")
    train(qtbot, window)
    qtbot.waitUntil(lambda: keys(panel) == [SHOWN, BEST])
    panel.show_page("why")
    window._services.drawing.start_new(9, 12, DrawingPaper())
    qtbot.waitUntil(lambda: "of this size does not fit" in panel.why.words.text())
    assert window._services.latest("aegui-reasons").finish(60.0)
    assert "of this size does not fit" in panel.why.words.text()
    assert panel.why.effects.isHidden()


def test_nothing_is_judged_before_any_training(window: MainWindow, panel: AnswerPanel) -> None:
    assert "Press Train" in panel.text
    (row,) = (row for row in panel.answers.rows if row.isVisible())
    assert row.title.text() == "Best possible"
    assert "No wrong pixels" not in row.words.text
    assert row.words.text.startswith("The best possible answer of any network")


def test_who_draws_a_letter_of_their_own_is_told_of_networks_that_repair(
    app: App, qtbot: QtBot
) -> None:
    window, services = app.window, app.services
    services.settings.keep({REPAIR_REPORTED: False})
    services.workspace.open(models_dir() / "letters-2d.aegui", lambda: True)
    qtbot.waitUntil(lambda: services.shown.codes is not None, timeout=60_000)
    window.set_perspective("draw")
    told: list[Notice] = []
    window.feature(AnswerFeature).noticed.connect(told.append)
    drawing = services.drawing
    drawing.clear()
    h = [(row, column) for row in range(7) for column in range(5) if column in {0, 4} or row == 3]
    drawing.begin_stroke()
    for row, column in (*h, (0, 2)):
        drawing.paint(row, column, 1.0)
    drawing.end_stroke()
    assert drawing.target is None, "nobody has said what it is meant to be"
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    assert [notice.offer for notice in told] == ["Open one that repairs"]
    sheet = window.feature(AnswerFeature).sheet
    assert sheet is not None
    assert _needs_repair(sheet)
    # Whoever clears the drawing to begin another has not drawn noise.
    empty = [replace(each.answer, drawing=np.zeros((7, 5), np.float32)) for each in sheet.answers]
    answers = zip(sheet.answers, empty, strict=True)
    blank = tuple(replace(each, answer=answer) for each, answer in answers)
    assert not _needs_repair(replace(sheet, answers=blank))


def test_who_draws_noise_is_told_once_of_networks_that_repair(app: App, qtbot: QtBot) -> None:
    """The first network was trained without noise, and answers with another letter."""
    window, services = app.window, app.services
    services.settings.keep({REPAIR_REPORTED: False})
    services.workspace.open(models_dir() / "letters-2d.aegui", lambda: True)
    qtbot.waitUntil(lambda: services.shown.codes is not None, timeout=60_000)
    window.set_perspective("draw")
    feature = window.feature(AnswerFeature)
    told: list[Notice] = []
    feature.noticed.connect(told.append)
    services.requests.sample.emit(services.shown.dataset.labels.index("a"))
    qtbot.waitUntil(
        lambda: any(each.key == SHOWN for each in getattr(feature.sheet, "answers", ())),
        timeout=20_000,
    )
    assert told == [], "the letter as it is has nothing to repair"
    services.drawing.begin_stroke()
    for row, column in ((0, 0), (1, 2), (6, 4), (0, 4)):
        services.drawing.paint(row, column, 1.0)
    services.drawing.end_stroke()
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    assert [notice.offer for notice in told] == ["Open one that repairs"]
    assert told[0].accept is not None
    told[0].accept()
    qtbot.waitUntil(lambda: services.shown.recipe.data.corruption.kind != "none", timeout=60_000)
