"""Evaluation of a classifier on a thread: the chosen part, the newest weights, while visible."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.split import split_indices
from aegui.core.i18n import set_language
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.train import train
from aegui.features.classifier.model import classifier_service
from aegui.features.classifier.model.classifier_service import (
    ALL,
    SHOWN,
    TRAINING,
    VALIDATION,
    ClassifierService,
    Evaluation,
    Judged,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

DIGITS = load_builtin("digits")


def judged(*, validation: float = 0.25, epochs: int = 3, **changes: Any) -> Judged:
    recipe = Recipe.model_validate(
        {
            "data": {"source": "digits", "split": {"validation": validation}},
            "network": {"encoder": [], "latent": {"units": 20}},
            "training": {"epochs": epochs, "batch_size": 100, "device": "cpu"},
            "classifier": {"pretrain": {"epochs": 0}},
        }
    )
    resolved = resolve(recipe, DIGITS).resolved
    assert resolved is not None
    *_, last = train(resolved)
    codec = Codec(recipe, DIGITS.image_shape, last.snapshot())
    return Judged(codec, recipe, DIGITS, changes.get("shown", DIGITS), changes.get("live", False))


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[ClassifierService]:
    made = ClassifierService()
    made.job.set_active(True)
    yield made
    made.shutdown()


def answer(qtbot: QtBot, service: ClassifierService) -> Evaluation:
    qtbot.waitUntil(lambda: service.latest is not None)
    assert service.latest is not None
    return service.latest


def test_the_validation_part_is_judged_first(service: ClassifierService, qtbot: QtBot) -> None:
    network = judged()
    with qtbot.waitSignal(service.parts_changed):
        service.set_judged(network)
    assert service.part == VALIDATION
    assert service.parts[VALIDATION] == "Validation part (449)"
    set_language("es")
    assert service.parts[VALIDATION] == "Parte de validación (449)"
    found = answer(qtbot, service)
    _, places = split_indices(len(DIGITS), network.recipe.data.split)
    assert np.array_equal(found.indices, places)
    assert found.total == len(places)
    assert found.dataset is DIGITS
    truth = DIGITS.class_indices[places]
    odds = network.codec.classify(DIGITS.flat()[places])
    assert found.found.accuracy == pytest.approx(float(np.mean(odds.argmax(axis=1) == truth)))
    service.set_part(TRAINING)
    assert service.latest is None
    assert len(answer(qtbot, service).indices) == len(DIGITS) - len(places)


def test_other_samples_that_are_shown_can_be_judged(
    service: ClassifierService, qtbot: QtBot
) -> None:
    some = DIGITS.subset(range(50), "some")
    service.set_judged(judged(validation=0.0, shown=some))
    assert list(service.parts) == [ALL, SHOWN]
    assert service.parts[SHOWN] == "Chosen data: some"
    service.set_part(SHOWN)
    assert answer(qtbot, service).dataset is some
    assert answer(qtbot, service).epoch == 3


def test_a_part_that_is_not_there_is_explained(
    service: ClassifierService, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("AEGUI_DATA_DIR", str(tmp_path))
    network = judged()
    recipe = network.recipe
    data = recipe.data.model_copy(update={"source": "mnist"})
    mnist = Judged(
        network.codec, recipe.model_copy(update={"data": data}), DIGITS, DIGITS, is_live=False
    )
    service.set_judged(mnist)
    assert "mnist-test" in service.parts
    with qtbot.waitSignal(service.failed) as caught:
        service.set_part("mnist-test")
    assert "MNIST" in caught.args[0]


def test_nothing_is_computed_while_nobody_looks(service: ClassifierService, qtbot: QtBot) -> None:
    service.job.set_active(False)
    service.set_judged(judged(epochs=1))
    qtbot.wait(50)
    assert not service.job.is_busy
    assert service.latest is None
    service.job.set_active(True)
    answer(qtbot, service)


def test_while_it_learns_some_samples_are_judged_and_all_at_the_end(
    service: ClassifierService, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classifier_service, "LIVE_SAMPLES", 100)
    service.set_judged(judged(epochs=1, live=True))
    first = answer(qtbot, service)
    assert len(first.indices) == 100
    assert first.total == 449
    service.set_judged(judged(epochs=2, live=True))
    qtbot.waitUntil(lambda: service.latest is not first)
    assert answer(qtbot, service).epoch == 2
    service.set_judged(judged(epochs=3))
    qtbot.waitUntil(lambda: answer(qtbot, service).epoch == 3)
    assert len(answer(qtbot, service).indices) == 449


def test_figures_of_the_last_training_do_not_stand_beside_the_next(
    service: ClassifierService, qtbot: QtBot
) -> None:
    first = judged(epochs=1)
    service.set_judged(first)
    found = answer(qtbot, service)
    # While nobody looks nothing new is computed; the end of a training is no other training.
    service.job.set_active(False)
    service.set_judged(replace(first, recipe=first.recipe.model_copy(), is_live=True))
    assert service.latest is found
    with qtbot.waitSignal(service.evaluated, check_params_cb=lambda shown: shown is None):
        service.set_judged(judged(epochs=2))
    assert service.latest is None


def test_an_evaluation_in_progress_is_not_taken_for_that_of_the_next_training(
    service: ClassifierService, qtbot: QtBot
) -> None:
    first, second = judged(epochs=1, live=True), judged(epochs=2, live=True)
    told: list[int] = []
    service.evaluated.connect(lambda found: told.append(0 if found is None else found.epoch))
    service.set_judged(first)
    service.set_judged(second)
    answer(qtbot, service)
    assert told == [0, 2]


def test_without_a_classifier_there_is_nothing(service: ClassifierService, qtbot: QtBot) -> None:
    service.set_judged(judged(epochs=1))
    answer(qtbot, service)
    with qtbot.waitSignal(service.evaluated) as caught:
        service.set_judged(None)
    assert caught.args == [None]
    assert service.latest is None
    assert service.parts == {}
    assert service.part == ""
