"""The best linear code as a reference: its value, its scale, and when there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.data.split import split_indices
from aegui.core.latent.pca import pca_reference
from aegui.core.recipe import Recipe
from aegui.features.charts.model.reference_service import (
    ReferenceService,
    has_reference,
    linear_reference,
)
from tests.core.latent.linear import groups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[ReferenceService]:
    made = ReferenceService()
    yield made
    made.shutdown()


def recipe(units: int = 2, **changes: Any) -> Recipe:
    raw: dict[str, Any] = {"network": {"latent": {"units": units}}, "training": {"loss": "mse"}}
    return Recipe.model_validate(raw | changes)


def test_the_value_is_that_of_pca_with_as_many_numbers() -> None:
    dataset = groups()
    for units in (1, 2, 5):
        found = linear_reference(dataset, recipe(units))
        assert (found.components, found.term) == (units, "loss")
        assert found.value == pytest.approx(pca_reference(dataset.flat(), units, "mse"))


def test_a_gaussian_code_is_measured_per_image() -> None:
    dataset = groups()
    network = {"latent": {"kind": "gaussian", "units": 2}}
    found = linear_reference(dataset, recipe(network=network, training={"loss": "bce"}))
    assert found.term == "reconstruction"
    assert found.value == pytest.approx(12 * pca_reference(dataset.flat(), 2, "bce"))


def test_only_the_training_part_counts() -> None:
    dataset = groups()
    split = recipe(data={"split": {"validation": 0.5, "seed": 3}})
    chosen, _ = split_indices(len(dataset), split.data.split)
    wanted = pca_reference(dataset.flat()[np.asarray(chosen)], 2, "mse")
    assert linear_reference(dataset, split).value == pytest.approx(wanted)


def test_where_there_is_nothing_to_compare_with() -> None:
    assert has_reference(groups(), recipe(11))
    assert not has_reference(groups(), recipe(12))
    assert not has_reference(groups(3), recipe(2))
    assert not has_reference(groups(), recipe(gan={}))
    assert not has_reference(groups(), recipe(classifier={}))


def test_the_newest_question_is_answered_once(service: ReferenceService, qtbot: QtBot) -> None:
    dataset = groups()
    with qtbot.waitSignal(service.found) as answer:
        service.request(dataset, recipe())
    assert answer.args == [linear_reference(dataset, recipe())]
    with qtbot.assertNotEmitted(service.found, wait=30):
        service.request(dataset, recipe().model_copy(update={"seed": 9}))
    service.request(dataset, recipe(3))
    assert service.latest is None
    service.request(dataset, recipe(4))
    qtbot.waitUntil(lambda: service.latest is not None)
    assert service.latest == linear_reference(dataset, recipe(4))
    service.request(dataset, recipe(12))
    assert service.latest is None
