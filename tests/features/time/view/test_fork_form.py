"""The form of a fork: one setting differs, the rest is unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel, QPushButton

from aegui.core.network.kinds import with_kind
from aegui.core.recipe import CorruptionSpec, DataSpec, Recipe, TrainingSpec
from aegui.features.time.view.fork_form import ForkForm, fork_settings, refused_settings
from aegui.kit.layouts import column

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

RECIPE = Recipe(training=TrainingSpec(epochs=500))


@pytest.fixture
def form(qtbot: QtBot) -> ForkForm:
    made = ForkForm(RECIPE, 120.0)
    qtbot.addWidget(made)
    made.show()
    return made


def choose(form: ForkForm, path: str) -> None:
    index = form.setting.findData(path)
    form.setting.setCurrentIndex(index)
    form.setting.activated.emit(index)


def edit(form: ForkForm, value: object) -> None:
    assert form.row is not None
    form.row.edited.emit(value)


def test_it_begins_with_the_learning_rate_unchanged(form: ForkForm) -> None:
    assert form.recipe == RECIPE
    assert form.row is not None
    assert form.row.setting.path == "training.optimizer.learning_rate"
    assert form.until.value() == 500
    assert form.until.minimum() == 121


def test_tab_comes_to_another_setting_before_the_buttons(qtbot: QtBot) -> None:
    dialog, made, button = QDialog(), ForkForm(RECIPE, 120.0), QPushButton("Go on")
    dialog.setLayout(column(made, button))
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    choose(made, "training.loss")
    assert made.row is not None
    qtbot.waitUntil(made.row.isVisible)
    made.until.setFocus()
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_Tab)
    assert made.row.isAncestorOf(dialog.focusWidget())
    while made.row.isAncestorOf(dialog.focusWidget()):
        QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_Tab)
    assert dialog.focusWidget() is button


def test_what_makes_the_weights_another_shape_is_not_offered() -> None:
    paths = {setting.path for setting in fork_settings(RECIPE)}
    assert {"training.optimizer.name", "training.batch_size", "training.loss"} <= paths
    assert not {"seed", "runs", "training.device", "training.initializer.name"} & paths
    assert "data.corruption.level" not in paths
    noisy = RECIPE.model_copy(
        update={"data": DataSpec(corruption=CorruptionSpec(kind="salt_pepper", level=0.1))}
    )
    assert "data.corruption.level" in {setting.path for setting in fork_settings(noisy)}


def test_an_edit_is_told(form: ForkForm) -> None:
    told: list[Recipe] = []
    form.changed.connect(told.append)
    edit(form, 0.1)
    assert form.recipe.training.optimizer.learning_rate == 0.1
    assert told[-1] is form.recipe
    form.until.edited.emit(900)
    assert form.recipe.training.epochs == 900
    assert form.recipe.training.optimizer.learning_rate == 0.1


def test_another_setting_takes_the_first_one_back(form: ForkForm) -> None:
    edit(form, 0.1)
    form.until.edited.emit(900)
    choose(form, "training.batch_size")
    assert form.recipe.training.optimizer == RECIPE.training.optimizer
    assert form.recipe.training.epochs == 900
    edit(form, 8)
    assert form.recipe.training.batch_size == 8


def test_noise_that_is_switched_on_has_a_level(form: ForkForm) -> None:
    choose(form, "data.corruption.kind")
    edit(form, "salt_pepper")
    assert form.recipe.data.corruption.level > 0


def test_past_the_end_there_is_at_least_one_epoch_more(qtbot: QtBot) -> None:
    form = ForkForm(RECIPE, 500.0)
    qtbot.addWidget(form)
    assert form.recipe.training.epochs == 501


def test_problems_are_told(form: ForkForm) -> None:
    form.problem.set_text("No.")
    assert form.problem.text() == "No."
    assert form.problem.isVisible()
    form.problem.set_text("")
    assert form.problem.isHidden()


def test_weights_of_the_objective_may_be_others(qtbot: QtBot) -> None:
    gaussian = with_kind(RECIPE, "variational")
    form = ForkForm(gaussian, 120.0)
    qtbot.addWidget(form)
    choose(form, "network.latent.beta")
    edit(form, 0.25)
    assert form.recipe.network.latent.beta == 0.25
    choose(form, "network.latent.kl_warmup_epochs")
    edit(form, 50)
    assert form.recipe.network.latent.kl_warmup_epochs == 50
    assert form.recipe.network.latent.beta == gaussian.network.latent.beta
    paths = {setting.path for setting in fork_settings(with_kind(RECIPE, "gan"))}
    assert {"gan.learning_rate", "gan.steps", "gan.noise"} <= paths
    paths = {setting.path for setting in fork_settings(with_kind(RECIPE, "classifier"))}
    assert "classifier.label_smoothing" in paths
    assert "classifier.pretrain.epochs" not in paths


def test_what_cannot_be_another_says_why(form: ForkForm) -> None:
    refused = dict(refused_settings(RECIPE))
    assert "shape" in refused["Layers of the network"]
    assert "already started" in refused["Seed"]
    last = form.setting.count() - 1
    assert "not now" in form.setting.itemText(last)
    assert form.setting.itemData(last, Qt.ItemDataRole.ToolTipRole) in refused.values()
    flags = form.setting.model().index(last, 0).flags()
    assert not flags & Qt.ItemFlag.ItemIsEnabled
    shown = {form.setting.itemText(at) for at in range(form.setting.count())}
    assert {f"{label}: not now" for label in refused} <= shown


def test_a_ghost_is_promised_only_where_samples_have_a_place(qtbot: QtBot) -> None:
    for kind, promised in (("autoencoder", True), ("gan", False)):
        form = ForkForm(with_kind(RECIPE, kind), 120.0)
        qtbot.addWidget(form)
        words = " ".join(label.text() for label in form.findChildren(QLabel))
        assert "continues from epoch 120" in words
        assert ("ghost" in words) is promised


def test_epochs_of_pre_training_are_counted_too(qtbot: QtBot) -> None:
    classifier = with_kind(RECIPE, "classifier")
    form = ForkForm(classifier, 12.0, before=30)
    qtbot.addWidget(form)
    assert (form.until.minimum(), form.until.value()) == (31, 530)
    assert form.recipe.training.epochs == 500
    form.until.edited.emit(45)
    assert form.recipe.training.epochs == 15
    tips = [
        form.setting.itemData(at, Qt.ItemDataRole.ToolTipRole) or ""
        for at in range(form.setting.count())
    ]
    assert sum("being pre-trained" in tip for tip in tips) > 1
    later = dict(refused_settings(classifier))
    assert "over by then" in later["Epochs of pre-training"]
    past = ForkForm(classifier, 540.0, before=30)
    qtbot.addWidget(past)
    assert past.recipe.training.epochs == 511
