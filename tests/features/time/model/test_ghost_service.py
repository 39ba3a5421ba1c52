"""Codes of another network: at once, on a thread, or from a file that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.run_file.saved import SavedRun, save_run
from aegui.features.time.model import ghost_service
from aegui.features.time.model.ghost_service import Ghost, GhostService
from tests.session.parts import codec, glyphs, recipe, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture
def service(qapp: object) -> Iterator[GhostService]:
    made = GhostService()
    yield made
    made.shutdown()


def test_small_networks_answer_at_once(service: GhostService) -> None:
    ghosts: list[Ghost] = []
    service.ghosts.answered.connect(ghosts.append)
    other, dataset = codec(), glyphs()
    service.show(other, dataset)
    np.testing.assert_array_equal(ghosts[0].codes, other.encode(dataset.flat()))
    assert ghosts[0].indices.tolist() == list(range(8))
    assert not ghosts[0].codes.flags.writeable
    assert ghosts[0].codec is other


def test_large_sets_answer_from_a_thread_and_in_part(
    service: GhostService, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ghost_service, "QUICK_BATCH", 0)
    monkeypatch.setattr(ghost_service, "MAX", 5)
    other, dataset = codec(), glyphs()
    with qtbot.waitSignal(service.ghosts.answered) as caught:
        service.show(other, dataset)
    ghost: Ghost = caught.args[0]
    assert len(ghost.indices) == 5
    assert (np.diff(ghost.indices) > 0).all()
    np.testing.assert_allclose(
        ghost.codes, other.encode(dataset.flat()[ghost.indices]), rtol=1e-5, atol=1e-6
    )


def test_a_run_from_a_file(service: GhostService, qtbot: QtBot, tmp_path: Path) -> None:
    of = recipe()
    save_run(tmp_path / "other.aegui", SavedRun(of, glyphs(), snapshot(of, seed=5)))
    like = codec()
    like.image_shape = (1, 7, 5)
    with qtbot.waitSignal(service.opened) as caught:
        service.open(tmp_path / "other.aegui", like)
    path, found = caught.args
    assert path == str(tmp_path / "other.aegui")
    assert found.image_shape == (1, 7, 5)
    assert found.latent_size == 2


def test_a_file_is_read_though_the_codes_are_no_longer_wanted(
    service: GhostService, qtbot: QtBot, tmp_path: Path
) -> None:
    of = recipe()
    save_run(tmp_path / "other.aegui", SavedRun(of, glyphs(), snapshot(of, seed=5)))
    like = codec()
    like.image_shape = (1, 7, 5)
    with qtbot.waitSignal(service.opened):
        service.open(tmp_path / "other.aegui", like)
        service.ghosts.forget()


@pytest.mark.parametrize(
    ("latent", "height", "reason"),
    [(3, 7, "codes of 3 numbers"), (2, 6, "images of 1x6x5 pixels")],
)
def test_a_run_that_fits_no_map_is_refused(
    service: GhostService, qtbot: QtBot, tmp_path: Path, latent: int, height: int, reason: str
) -> None:
    of = recipe(latent=latent)
    run = SavedRun(of, glyphs(height=height), snapshot(of, pixels=5 * height))
    save_run(tmp_path / "other.aegui", run)
    like = codec()
    like.image_shape = (1, 7, 5)
    with qtbot.waitSignal(service.refused) as caught:
        service.open(tmp_path / "other.aegui", like)
    assert reason in caught.args[0]
    assert "other.aegui" in caught.args[0]


def test_a_file_that_is_no_run_is_refused(
    service: GhostService, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "no.aegui").write_bytes(b"nothing")
    with qtbot.waitSignal(service.refused) as caught:
        service.open(tmp_path / "no.aegui", codec())
    assert "no.aegui is not a run" in caught.args[0]
