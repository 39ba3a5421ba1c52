"""The path through pins: which take part, what is drawn, and when it is recomputed."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.errors import Cancelled
from aegui.core.latent.novelty import known
from aegui.core.latent.paths import pixel_change, through
from aegui.core.run_file.document import PinnedCode
from aegui.features.making.model import path_service
from aegui.features.making.model.making import MakingSubject
from aegui.features.making.model.path_service import MAX_IMAGES, PathResult, PathService
from aegui.session.map.codes_service import described
from tests.session.parts import codec, glyphs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

A, B, C = PinnedCode((-1.0, 0.5), "a"), PinnedCode((1.0, 0.0), "b"), PinnedCode((0.0, 1.0), "c")


def subject(latent: int = 2) -> MakingSubject:
    dataset = glyphs()
    return MakingSubject(codec(latent=latent), dataset, known(dataset, True), None, False, 0)


@pytest.fixture
def service(qtbot: QtBot) -> Iterator[PathService]:
    made = PathService()
    made.set_active(True)
    yield made
    made.shutdown()
    made.deleteLater()


def traced(service: PathService) -> PathResult:
    assert service.latest is not None
    return service.latest


def test_a_way_goes_through_the_pins_in_their_order(service: PathService) -> None:
    made = subject()
    service.set_subject(made)
    service.set_count(21)
    service.set_pins((A, B, C))
    result = traced(service)
    assert result.codes.shape == (21, 2)
    assert result.images.shape == (21, 1, 1, 35)
    assert result.stops == (0, 10, 20)
    assert result.names == ("a", "b", "c")
    np.testing.assert_allclose(result.codes[[0, 10, 20]], [A.z, B.z, C.z])
    np.testing.assert_allclose(result.codes[5], [0.0, 0.25], atol=1e-6)
    np.testing.assert_allclose(
        result.change, pixel_change(made.codec, result.codes), rtol=1e-5, atol=1e-6
    )
    drawn = made.codec.decode(result.codes[7]).reshape(1, 1, 35)
    np.testing.assert_allclose(result.images[7], drawn, rtol=1e-5, atol=1e-6)


def test_pins_may_be_left_out_and_stay_so_when_they_move(service: PathService) -> None:
    service.set_subject(subject())
    service.set_pins((A, B, C))
    service.set_stop(1, False)
    assert service.stops == (True, False, True)
    assert traced(service).names == ("a", "c")
    service.set_pins((C, B, A))
    assert service.stops == (True, False, True)
    assert traced(service).names == ("c", "a")
    renamed = service.renamed(1, "beta")
    assert renamed == PinnedCode(B.z, "beta")
    service.set_pins((C, renamed, A))
    assert service.stops == (True, False, True)
    service.set_stop(1, True)
    assert traced(service).names == ("c", "beta", "a")


def test_without_two_pins_there_is_no_way(service: PathService, qtbot: QtBot) -> None:
    service.set_subject(subject())
    service.set_pins((A, B))
    with qtbot.waitSignal(service.traced) as told:
        service.set_pins((A,))
    assert told.args == [None]
    assert service.latest is None


def test_pins_of_another_network_take_no_part(service: PathService) -> None:
    service.set_subject(subject())
    service.set_pins((A, PinnedCode((1.0, 2.0, 3.0), "other"), C))
    assert service.fitting == (True, False, True)
    assert service.stops == (True, False, True)
    assert traced(service).names == ("a", "c")
    service.set_subject(subject(latent=3))
    assert service.stops == (False, True, False)
    assert service.latest is None


def test_nothing_is_traced_while_nobody_looks(service: PathService) -> None:
    service.set_active(False)
    service.set_subject(subject())
    service.set_pins((A, B))
    assert service.latest is None
    service.set_active(True)
    assert traced(service).names == ("a", "b")


def test_other_weights_trace_the_same_way_anew(service: PathService) -> None:
    made = subject()
    service.set_subject(made)
    service.set_pins((A, B))
    before = traced(service)
    service.set_subject(made)
    assert service.latest is before
    service.set_subject(replace(made, codec=codec(hidden=7)))
    after = traced(service)
    np.testing.assert_array_equal(after.codes, before.codes)
    assert not np.allclose(after.images, before.images)


def test_the_shortest_way_is_shown_straight_until_it_is_found(
    service: PathService, qtbot: QtBot
) -> None:
    service.set_subject(subject())
    service.set_kind("geodesic")
    kinds: list[str] = []
    service.traced.connect(lambda result: kinds.append(result.kind))
    with qtbot.waitSignal(service.busy_changed):
        service.set_pins((A, B))
    qtbot.waitUntil(lambda: bool(kinds) and kinds[-1] == "geodesic")
    assert kinds in (["straight", "geodesic"], ["geodesic"])
    ends = traced(service).codes[[0, -1]]
    np.testing.assert_allclose(ends, [A.z, B.z])


def test_only_the_shortest_way_is_sought_again_once_the_codes_are_known(
    service: PathService, qtbot: QtBot
) -> None:
    made = subject()
    codes = described(made.codec.encode(made.dataset.flat()), np.arange(8), 8, made.codec)
    service.set_subject(made)
    service.set_pins((A, B))
    straight = traced(service)
    service.set_subject(replace(made, codes=codes))
    assert traced(service) is straight
    service.set_subject(made)
    service.set_kind("geodesic")
    qtbot.waitUntil(lambda: traced(service).kind == "geodesic")
    with qtbot.waitSignal(service.traced):
        service.set_subject(replace(made, codes=codes))


def test_a_search_that_is_of_no_use_any_more_is_given_up(
    service: PathService, qtbot: QtBot
) -> None:
    service.set_subject(subject())
    service.set_kind("geodesic")
    service.set_pins((A, B))
    service.set_kind("spherical")
    assert traced(service).kind == "spherical"
    qtbot.waitUntil(lambda: not any(it.name == "aegui-path" for it in threading.enumerate()))
    assert traced(service).kind == "spherical"


def test_the_number_of_images_has_bounds(service: PathService) -> None:
    service.set_subject(subject())
    service.set_count(2)
    service.set_pins((A, B, C))
    assert len(traced(service).codes) == 3
    service.set_count(10_000)
    assert service.count == MAX_IMAGES


def test_pins_are_pictured(service: PathService, qtbot: QtBot) -> None:
    made = subject()
    service.set_subject(made)
    with qtbot.waitSignal(service.pictures.answered) as told:
        service.set_pins((A, PinnedCode((1.0,), "short"), B))
    first, none, last = told.args[0]
    assert none is None
    # Batches of one and of two rows round differently, by an amount that depends on the CPU.
    for picture, place in ((first, A), (last, B)):
        alone = made.codec.decode(np.array(place.z, np.float32))[0]
        np.testing.assert_allclose(picture.ravel(), alone, atol=1e-5)


def test_pins_that_are_equal_are_left_out_one_by_one(service: PathService) -> None:
    service.set_subject(subject())
    twin = PinnedCode(B.z, B.name)
    assert twin == B
    service.set_pins((A, B, C, twin))
    assert traced(service).names == ("a", "b", "c", "b")
    service.set_stop(3, False)
    assert service.stops == (True, True, True, False)
    service.set_pins((twin, A, B, C))
    assert service.stops == (False, True, True, True)
    assert traced(service).names == ("a", "b", "c")


def test_a_long_search_tells_how_far_it_is_and_can_be_given_up(
    service: PathService, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Event()

    def slowly(*args: Any) -> NDArray[np.float32]:
        if args[1] != "geodesic":
            return through(*args)
        cancelled, told = args[5:]
        while not cancelled():
            told(0.4)
        stopped.set()
        raise Cancelled

    monkeypatch.setattr(path_service, "through", slowly)
    service.set_subject(subject())
    with qtbot.waitSignal(service.progressed, check_params_cb=lambda text: "40%" in text):
        service.set_pins((A, B))
        service.set_kind("geodesic")
    qtbot.waitUntil(lambda: traced(service).kind == "straight")
    with qtbot.waitSignals([service.kind_changed, service.busy_changed]):
        service.cancel()
    assert service.kind == "straight"
    assert traced(service).kind == "straight"
    qtbot.waitUntil(stopped.is_set)
