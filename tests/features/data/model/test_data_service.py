"""Cards, searches, downloads and files, processed in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data import download
from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError
from aegui.features.data.model.data_service import DataService
from tests.session.parts import glyphs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[DataService]:
    made = DataService()
    yield made
    made.shutdown()


def test_a_card_is_made_once(qtbot: QtBot, service: DataService) -> None:
    dataset = glyphs()
    with qtbot.waitSignal(service.card_ready) as made:
        assert service.request_card(dataset) is None
    assert made.args[0] is dataset
    assert made.args[1].count == 8
    assert service.request_card(dataset) is made.args[1]


def test_only_the_card_of_the_newest_set_is_told(qtbot: QtBot, service: DataService) -> None:
    sets = [glyphs(seed=seed) for seed in range(5)]
    told: list[object] = []
    service.card_ready.connect(lambda dataset, card: told.append(dataset))
    for dataset in sets:
        service.request_card(dataset)
    qtbot.waitUntil(lambda: bool(told))
    assert told == [sets[-1]]


def test_samples_are_searched_by_name(qtbot: QtBot, service: DataService) -> None:
    dataset = Dataset.from_images("x", np.zeros((3, 4, 4)), "abc", ["cat", "dog", "big cat"])
    with qtbot.waitSignal(service.found) as found:
        service.search(dataset, "cat")
    assert found.args[1].tolist() == [0, 2]


def test_a_search_that_is_given_up_finds_nothing(qtbot: QtBot, service: DataService) -> None:
    service.search(glyphs(), "a")
    service.forget_search()
    with qtbot.assertNotEmitted(service.found, wait=100):
        pass


def test_a_download_that_fails_says_why(
    qtbot: QtBot, service: DataService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AeguiError("no mirror answers")

    monkeypatch.setattr(download, "download", refuse)
    with qtbot.waitSignal(service.download_failed) as failed:
        service.download("mnist")
    assert failed.args == ["mnist", "no mirror answers"]
