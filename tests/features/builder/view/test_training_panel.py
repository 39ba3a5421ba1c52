from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QScrollArea

from aegui.core.data.builtin import BUILTIN_LABELS
from aegui.core.data.dataset import Dataset
from aegui.core.network.resolve import Problem, Resolution, resolve
from aegui.core.recipe import (
    CorruptionSpec,
    DataSpec,
    OptimizerKey,
    OptimizerSpec,
    Recipe,
    ScheduleSpec,
    TrainingSpec,
)
from aegui.core.recipe.edits import with_values
from aegui.core.recipe.settings import SECTIONS
from aegui.features.builder.view.training_panel import TrainingPanel
from aegui.widgets.form.editors import SeedField, SourceField, range_words
from aegui.widgets.form.fields import SliderField
from tests.features.builder.view.desk import LETTERS, Desk

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.widgets.form.rows import SettingRow

LEFT = Qt.MouseButton.LeftButton
RATE = "training.optimizer.learning_rate"
NOISE = "data.corruption.kind"


class Bench(Desk):
    panel: TrainingPanel

    def row(self, path: str) -> SettingRow:
        return self.panel.rows[path]

    def editor(self, path: str) -> Any:
        """Return the editor of a row, whose type the test knows."""
        return self.row(path).editor

    def box(self, path: str) -> QCheckBox:
        box = self.row(path).box
        assert box is not None
        return box

    def choose(self, path: str, key: str) -> None:
        """Choose an entry of a combo box by the keyboard."""
        combo = self.editor(path)
        QTest.keyClick(combo, Qt.Key.Key_Home)
        for _ in range(combo.findData(key)):
            QTest.keyClick(combo, Qt.Key.Key_Down)

    def unfold(self) -> None:
        self.panel.set_open_sections(self.panel.sections)


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    bench = Bench(qtbot, TrainingPanel())
    bench.unfold()
    return bench


def test_the_panel_shows_the_recipe(bench: Bench) -> None:
    bench.show(
        Recipe(
            seed=2**53 - 1,
            training=TrainingSpec(epochs=123, optimizer=OptimizerSpec(learning_rate=0.003)),
            data=DataSpec(chars="abc"),
        )
    )
    assert bench.editor("training.epochs").value() == 123
    assert bench.editor(RATE).value() == 0.003
    assert bench.editor("data.chars").text() == "abc"
    assert bench.editor("seed").text() == str(2**53 - 1)
    assert bench.texts == []


def test_only_parameters_of_the_choice_are_shown(bench: Bench) -> None:
    shown: dict[OptimizerKey, set[str]] = {
        "sgd": set(),
        "momentum": {"momentum"},
        "adam": {"beta1", "beta2", "eps"},
        "adamw": {"beta1", "beta2", "eps", "weight_decay"},
        "rmsprop": {"alpha", "eps"},
    }
    names = ("momentum", "alpha", "beta1", "beta2", "eps", "weight_decay")
    for key, expected in shown.items():
        bench.show(Recipe(training=TrainingSpec(optimizer=OptimizerSpec(name=key))))
        visible = {n for n in names if bench.row(f"training.optimizer.{n}").isVisible()}
        assert visible == expected


def test_choosing_changes_the_recipe_and_what_is_shown(bench: Bench) -> None:
    bench.choose("training.schedule.name", "cosine")
    assert bench.recipe.training.schedule == ScheduleSpec(name="cosine")
    assert bench.row("training.schedule.warmup_epochs").isVisible()
    assert not bench.row("training.schedule.patience_epochs").isVisible()
    assert set(bench.texts) == {"Learning-rate schedule"}


def test_the_learning_rate_has_a_slider_and_a_number(bench: Bench) -> None:
    field = bench.editor(RATE)
    assert isinstance(field, SliderField)
    field.slider.setValue(field.slider.maximum() * 2 // 5)
    assert bench.recipe.training.optimizer.learning_rate == 0.001
    field.number.selectAll()
    QTest.keyClicks(field.number, "0,02")
    QTest.keyClick(field.number, Qt.Key.Key_Return)
    assert bench.recipe.training.optimizer.learning_rate == 0.02
    assert bench.texts == ["Learning rate"] * 2


def test_a_value_that_may_be_left_out_has_a_box(bench: Bench) -> None:
    path = "training.batch_size"
    assert not bench.editor(path).isEnabled()
    bench.box(path).click()
    assert bench.recipe.training.batch_size == 16
    bench.editor(path).setValue(8)
    assert bench.recipe.training.batch_size == 8
    bench.box(path).click()
    assert bench.recipe.training.batch_size is None
    bench.box("training.goals.max_wrong_pixels").click()
    assert bench.recipe.training.goals.max_wrong_pixels == 0


def test_the_words_beside_a_box_tick_it(bench: Bench) -> None:
    row = bench.row("training.goals.seconds")
    label = next(w for w in row.findChildren(QLabel) if w.text() == "Stop after seconds")
    QTest.mouseClick(label, Qt.MouseButton.RightButton)
    assert bench.recipe.training.goals.seconds is None
    QTest.mouseClick(label, LEFT)
    assert bench.recipe.training.goals.seconds == 60.0


def test_noise_begins_at_a_level_that_can_be_seen(bench: Bench) -> None:
    assert not bench.row("data.corruption.level").isVisible()
    bench.choose(NOISE, "flip")
    assert bench.recipe.data.corruption == CorruptionSpec(kind="flip", level=0.1)
    assert bench.row("data.corruption.level").isVisible()


def test_a_sigma_beyond_one_becomes_a_probability(bench: Bench) -> None:
    noise = CorruptionSpec(kind="gaussian", level=2.5)
    bench.show(Recipe(data=DataSpec(corruption=noise)))
    assert bench.editor("data.corruption.level").value() == 2.5
    combo = bench.editor(NOISE)
    QTest.keyClick(combo, Qt.Key.Key_Down)
    assert bench.recipe.data.corruption == CorruptionSpec(kind="masking", level=1.0)


def test_fresh_noise_is_a_tick(bench: Bench) -> None:
    bench.choose(NOISE, "flip")
    bench.box("data.corruption.fresh").click()
    assert bench.recipe.data.corruption.fresh is False


def test_characters_are_typed_and_none_means_all(bench: Bench) -> None:
    field = bench.editor("data.chars")
    QTest.keyClicks(field, "abc")
    assert bench.texts == []
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert bench.recipe.data.chars == "abc"
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert bench.recipe.data.chars is None


def test_a_file_is_named_in_the_list_of_sets(bench: Bench, qtbot: QtBot) -> None:
    bench.show(Recipe(data=DataSpec(source="C:\\fonts\\mine.h")))
    source = bench.editor("data.source")
    assert isinstance(source, SourceField)
    assert source.choice.currentText() == "mine.h"
    bench.show(Recipe(data=DataSpec(source="/fonts/other.h")))
    assert source.choice.currentText() == "other.h"
    assert source.choice.count() == len(BUILTIN_LABELS) + 1
    QTest.keyClick(source.choice, Qt.Key.Key_Home)
    assert bench.recipe.data.source == next(iter(BUILTIN_LABELS))
    with qtbot.waitSignal(bench.panel.open_data_requested):
        source.open.click()


def test_the_die_throws_another_seed(bench: Bench) -> None:
    seed = bench.editor("seed")
    assert isinstance(seed, SeedField)
    seeds = set()
    for _ in range(5):
        seed.die.click()
        seeds.add(bench.recipe.seed)
    assert len(seeds) > 1
    assert seed.text() == str(bench.recipe.seed)


def test_an_emptied_seed_returns_to_the_last_one(bench: Bench) -> None:
    seed = bench.editor("seed")
    assert isinstance(seed, SeedField)
    before, line = bench.recipe.seed, seed.focusProxy()
    assert line is not None
    QTest.keyClick(line, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(line, Qt.Key.Key_Delete)
    assert seed.text() == ""
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert (seed.text(), bench.recipe.seed) == (str(before), before)


def test_while_training_only_the_rate_and_the_noise_are_live(bench: Bench) -> None:
    bench.panel.set_enabled_while_training(False)
    for path, row in bench.panel.rows.items():
        editor = row.editor or row.box
        assert editor is not None
        assert editor.isEnabled() == row.setting.is_live, path
    bench.editor(RATE).number.stepUp()
    assert bench.recipe.training.optimizer.learning_rate == 0.02
    bench.choose(NOISE, "salt_pepper")
    assert bench.recipe.data.corruption == CorruptionSpec(kind="salt_pepper", level=0.1)
    assert bench.row("data.corruption.level").isVisible()


def test_live_values_stay_when_the_training_has_ended(bench: Bench) -> None:
    bench.panel.set_enabled_while_training(False)
    bench.editor(RATE).number.stepUp()
    bench.panel.set_enabled_while_training(True)
    assert bench.editor(RATE).value() == bench.recipe.training.optimizer.learning_rate == 0.02
    assert bench.editor("training.epochs").isEnabled()


def test_what_is_only_looked_at_cannot_be_edited(bench: Bench) -> None:
    bench.panel.set_viewing(True)
    assert not any((row.editor or row.box).isEnabled() for row in bench.panel.rows.values())  # type: ignore[union-attr]
    bench.panel.set_viewing(False)
    assert bench.editor(RATE).isEnabled()


def test_rows_are_made_when_their_section_is_first_unfolded(qtbot: QtBot) -> None:
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    recipe = Recipe(seed=7)
    layers = resolve(recipe, LETTERS).layers
    panel.set_state(recipe, Resolution(layers, (Problem("seed", "Unlucky."),), None))
    panel.set_enabled_while_training(False)
    assert "seed" not in panel.rows
    header = panel.sections["repetition"].header
    assert header.accessibleName() == "Repetition, 1 run, seed 7, has a problem"
    header.click()
    row = panel.rows["seed"]
    assert isinstance(row.editor, SeedField)
    assert (row.editor.text(), row.problem.text()) == ("7", "Unlucky.")
    assert not row.editor.isEnabled()


def test_a_folded_section_is_summed_up(bench: Bench) -> None:
    header = bench.panel.sections["optimizer"].header
    assert header.summary() == "Adam 0.01"
    bench.panel.set_open_sections(["length"])
    assert bench.panel.open_sections() == ("length",)
    assert not bench.row(RATE).isVisible()
    QTest.mouseClick(header, LEFT)
    assert bench.row(RATE).isVisible()
    QTest.keyClick(header, Qt.Key.Key_Left)
    assert not bench.row(RATE).isVisible()
    assert header.accessibleName() == "Optimiser, Adam 0.01"


def test_problems_are_told_where_they_occur(bench: Bench) -> None:
    recipe = bench.recipe
    layers = resolve(recipe, LETTERS).layers
    problems = (
        Problem("training.batch_size", "Too large."),
        Problem("training.optimizer", "Odd optimiser."),
        Problem("elsewhere", "Lost."),
        Problem("network.output", "Not here."),
    )
    bench.panel.set_state(recipe, Resolution(layers, problems, None))
    assert bench.row("training.batch_size").problem.text() == "Too large."
    told = [r.problem.text() for p, r in bench.panel.rows.items() if ".optimizer." in p]
    assert told.count("Odd optimiser.") == 1
    assert bench.panel.problem.text() == "Lost."
    assert "has a problem" in bench.panel.sections["length"].header.accessibleName()
    bench.show(recipe)
    assert bench.row("training.batch_size").problem.text() == ""
    assert not bench.panel.problem.isVisible()


def test_a_problem_that_can_be_solved_has_its_button_in_its_row(bench: Bench) -> None:
    recipe = with_values(bench.recipe, {"training.optimizer.name": "cg", "training.batch_size": 4})
    bench.show(recipe)
    button = bench.row("training.batch_size").problem.remedy
    assert button is not None
    assert button.text() == "Use the full batch"
    button.click()
    assert bench.recipe.training.batch_size is None
    assert bench.row("training.batch_size").problem.text() == ""


def test_nothing_is_cut_off_in_a_narrow_dock(bench: Bench, qtbot: QtBot) -> None:
    bench.show(
        Recipe(
            training=TrainingSpec(optimizer=OptimizerSpec(name="adamw")),
            data=DataSpec(corruption=CorruptionSpec(kind="flip", level=0.1)),
        )
    )
    bench.panel.resize(300, 760)
    assert bench.panel.width() == 300
    scroll = bench.panel.findChild(QScrollArea)
    assert scroll is not None
    content = scroll.widget()
    assert content is not None
    qtbot.waitUntil(lambda: content.width() == scroll.viewport().width())
    assert content.minimumSizeHint().width() <= content.width()
    for label in bench.panel.findChildren(QLabel):
        if label.isVisible() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width())


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (RATE, "Any number above 0"),
        ("training.epochs", "Range: 1 to 100,000,000"),
        ("training.batch_size", "Range: 1 or more"),
        ("training.l2", "Range: 0 or more"),
        ("training.optimizer.beta1", "Range: 0 to 0.999999"),
        ("training.optimizer.eps", "Range: above 0, up to 1"),
        ("data.corruption.level", "Range: 0 to 1; a sigma may be larger"),
        ("training.loss", ""),
    ],
)
def test_ranges_are_told_in_words(path: str, words: str) -> None:
    settings = [setting for section in SECTIONS for setting in section.settings]
    setting = next(setting for setting in settings if setting.path == path)
    assert range_words(setting.field) == words


def test_one_batch_of_many_samples_is_cautioned_where_it_is_chosen(bench: Bench) -> None:
    bench.unfold()
    bench.data = Dataset.from_images("many", np.zeros((5_000, 7, 5)))
    bench.show(bench.recipe)
    row = bench.row("training.batch_size")
    assert row.caution.isVisible()
    assert "Batches of 128" in row.caution.text()
    bench.box("training.batch_size").click()
    assert bench.recipe.training.batch_size == 128
    assert not row.caution.isVisible()
    bench.data = LETTERS
    bench.box("training.batch_size").click()
    assert bench.recipe.training.batch_size is None
    assert not row.caution.isVisible()
    bench.box("training.batch_size").click()
    assert bench.recipe.training.batch_size == 16


def test_characters_are_asked_for_where_there_are_some(bench: Bench) -> None:
    bench.unfold()
    bench.data = Dataset.from_images("letters", np.zeros((2, 7, 5)), ["a", "b"])
    bench.show(bench.recipe)
    assert bench.row("data.chars").isVisible()
    bench.data = Dataset.from_images("animals", np.zeros((2, 7, 5)), ["cat", "dog"])
    bench.show(bench.recipe)
    assert not bench.row("data.chars").isVisible()
    bench.show(Recipe(data=DataSpec(chars="c")))
    assert bench.row("data.chars").isVisible()
