"""Layers of the map: coarse first, cached, cancelled, throttled during training."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.latent.fields import FIELDS, compute_field
from aegui.core.latent.frame import axes_frame
from aegui.core.latent.novelty import known
from aegui.features.map.model import field_service
from aegui.features.map.model.field_service import (
    MIN_PAUSE_MS,
    FieldService,
    FieldSubject,
    field_view,
)
from tests.session.pictures import grey, network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from aegui.core.latent.codec import Codec
    from aegui.features.map.model.field_service import Layer

XY = axes_frame((0, 1), np.zeros(2))
BOUNDS = (-1.0, -1.0, 1.0, 1.0)
DISCS = grey()
KNOWN = known(DISCS, glyphs=False)


def subject(codec: Codec | None = None, *, prior: bool = False, live: bool = False) -> FieldSubject:
    return FieldSubject(codec or network(), DISCS, KNOWN, prior, live)


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[FieldService]:
    made = FieldService()
    yield made
    made.shutdown()


@pytest.fixture
def heard(service: FieldService) -> list[tuple[Layer, ...]]:
    states: list[tuple[Layer, ...]] = []
    service.changed.connect(lambda: states.append(service.layers))
    return states


def wait(qtbot: QtBot, service: FieldService, *keys: str) -> None:
    def complete() -> bool:
        found = {layer.field.key for layer in service.layers if layer.complete}
        return found == set(keys)

    qtbot.waitUntil(complete)


def test_a_layer_comes_coarse_and_ends_fine_with_the_values_of_the_core(
    qtbot: QtBot, service: FieldService, heard: list[tuple[Layer, ...]]
) -> None:
    codec = network()
    service.set_subject(subject(codec))
    service.set_view(BOUNDS, 400, 300, XY)
    service.choose(["uncertainty"])
    wait(qtbot, service, "uncertainty")
    sizes = [state[0].field.values.size for state in heard if state]
    assert sizes == sorted(sizes)
    assert len(sizes) == 3
    (layer,) = service.layers
    rows, columns = layer.field.values.shape
    wanted = compute_field(
        "uncertainty", codec, KNOWN, None, None, XY, layer.field.rect, columns, rows
    )
    assert np.array_equal(layer.field.values, wanted.values)
    x0, y0, x1, y1 = layer.field.rect
    assert x0 <= -1 <= 1 <= x1
    assert y0 <= -1 <= 1 <= y1
    assert (columns, rows) == pytest.approx(((x1 - x0) * 40, (y1 - y0) * 30), abs=1)


def test_panning_a_little_computes_nothing_and_going_back_neither(
    qtbot: QtBot, service: FieldService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.set_subject(subject())
    service.set_view(BOUNDS, 400, 300, XY)
    service.choose(["novelty"])
    wait(qtbot, service, "novelty")
    (first,) = service.layers
    service.set_view((-0.95, -1.05, 1.05, 0.95), 400, 300, XY)
    assert service.layers == (first,)
    service.set_view((5.0, 5.0, 7.0, 7.0), 400, 300, XY)
    qtbot.waitUntil(lambda: service.layers[0].field.rect[0] > 3)
    wait(qtbot, service, "novelty")
    monkeypatch.setattr(field_service, "compute_field", None)
    service.set_view(BOUNDS, 400, 300, XY)
    qtbot.waitUntil(lambda: service.layers == (first,))


def test_one_layer_lies_below_and_some_over_it(service: FieldService) -> None:
    states = []
    for key in ("uncertainty", "wrong", "stretch", "holes", "stretch"):
        service.toggle(key)
        states.append(" ".join(service.chosen))
    assert states == [
        "uncertainty",
        "uncertainty wrong",
        "stretch wrong",
        "stretch wrong holes",
        "wrong holes",
    ]
    service.choose(["no such layer", "regions"])
    assert service.chosen == ("regions",)


def test_all_layers_of_a_variational_network(qtbot: QtBot, service: FieldService) -> None:
    service.set_subject(subject(network(gaussian=True), prior=True))
    service.set_view(BOUNDS, 200, 150, XY)
    service.choose(list(FIELDS))
    wait(qtbot, service, *FIELDS)
    keys = [layer.field.key for layer in service.layers]
    assert keys[-2:] == ["wrong", "holes"]
    lines = {layer.field.key: len(layer.lines) for layer in service.layers}
    assert lines["stretch"] > 50
    assert lines["uncertainty"] == 0


def test_layers_that_a_network_cannot_have_are_left_out(
    qtbot: QtBot, service: FieldService
) -> None:
    service.set_subject(subject(network(gan=True), prior=True))
    service.set_view(BOUNDS, 200, 150, XY)
    assert not service.available("density")
    service.choose(["density", "uncertainty", "holes"])
    wait(qtbot, service, "uncertainty")
    service.set_subject(subject())
    assert service.available("density")
    assert not service.available("holes")


def test_another_network_draws_anew_and_none_takes_all_away(
    qtbot: QtBot, service: FieldService
) -> None:
    service.set_subject(subject())
    service.set_view(BOUNDS, 200, 150, XY)
    service.choose(["uncertainty"])
    wait(qtbot, service, "uncertainty")
    service.set_subject(subject(network(epoch=9)))
    # The old layer stays until the new one is ready.
    assert service.layers[0].field.epoch == 3
    qtbot.waitUntil(lambda: service.layers[0].field.epoch == 9)
    service.set_subject(subject(network(latent=3)))
    assert not service.layers
    service.set_subject(None)
    assert not service.layers


def test_while_a_network_learns_layers_follow_with_pauses(
    qtbot: QtBot, service: FieldService, heard: list[tuple[Layer, ...]]
) -> None:
    service.set_view(BOUNDS, 200, 150, XY)
    service.choose(["uncertainty"])
    begun = time.monotonic()
    for epoch in range(40):
        service.set_subject(subject(network(epoch=epoch), live=True))
        qtbot.wait(10)
    qtbot.waitUntil(lambda: bool(heard) and heard[-1][0].field.epoch == 39)
    # Each may be coarse at first.
    assert 2 <= len(heard) <= 2 * (2 + 1000 * (time.monotonic() - begun) / MIN_PAUSE_MS)
    service.set_subject(subject(network(epoch=39)))
    wait(qtbot, service, "uncertainty")


def test_after_a_pause_layers_are_of_all_the_samples_that_there_is_time_for(
    qtbot: QtBot, service: FieldService, monkeypatch: pytest.MonkeyPatch
) -> None:
    codec = network(gaussian=True)
    monkeypatch.setattr(field_service, "FEWEST_POSTERIORS", 5)
    monkeypatch.setattr(field_service, "LIVE_WORK", 1)
    monkeypatch.setattr(field_service, "WORK", 100 * codec.encode_cost)
    service.set_view(BOUNDS, 200, 150, XY)
    service.choose(["density"])
    service.set_subject(subject(codec, live=True))
    wait(qtbot, service, "density")
    (learning,) = service.layers
    service.set_subject(subject(codec))
    qtbot.waitUntil(lambda: service.layers[0] is not learning)
    wait(qtbot, service, "density")
    (layer,) = service.layers
    rows, columns = layer.field.values.shape
    means, logs = codec.encode_distribution(DISCS.flat())
    assert logs is not None
    rect = layer.field.rect
    wanted = compute_field("density", codec, KNOWN, means, np.exp(logs), XY, rect, columns, rows)
    np.testing.assert_array_equal(layer.field.values, wanted.values)


def test_codes_of_one_number_have_layers_of_one_row(qtbot: QtBot, service: FieldService) -> None:
    service.set_subject(subject(network(latent=1)))
    service.set_view(BOUNDS, 400, 300, axes_frame((0, 0), np.zeros(1)))
    service.choose(["uncertainty", "regions"])
    wait(qtbot, service, "uncertainty", "regions")
    assert {layer.field.values.shape[0] for layer in service.layers} == {1}


def test_what_is_computed_depends_on_the_work() -> None:
    view = field_view(BOUNDS, 1200, 800, XY)
    small = field_service.resolutions(subject(), view)
    learning = field_service.resolutions(subject(live=True), view)
    assert [columns * rows for columns, rows in small] == sorted(c * r for c, r in small)
    assert small[-1][0] * small[-1][1] <= 1.01 * field_service.MAX_CELLS
    assert len(learning) == 1
    assert learning[0][0] <= small[-1][0]


def test_a_layer_goes_with_the_network_that_had_what_it_needs(
    qtbot: QtBot, service: FieldService, heard: list[tuple[Layer, ...]]
) -> None:
    service.set_subject(subject(prior=True))
    service.set_view(BOUNDS, 200, 150, XY)
    service.choose(["holes"])
    wait(qtbot, service, "holes")
    service.set_subject(subject(prior=False))
    assert service.chosen == ("holes",)
    assert service.layers == ()
    assert heard[-1] == ()
