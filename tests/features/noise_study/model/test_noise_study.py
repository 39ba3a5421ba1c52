"""Noise studies run on a thread, are kept, and can be cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.corruption import parse_corruption
from aegui.core.data.dataset import Dataset
from aegui.core.i18n import set_language
from aegui.core.run_file.saved import SavedRun, save_run
from aegui.core.study.comparison import MistakeSpec
from aegui.core.study.findings import with_mistake
from aegui.core.study.noise_curves import NoiseCurveSpec
from aegui.core.study.noise_matrix import MatrixSpec
from aegui.features.noise_study.model.noise_study import Cell, CurveModel, NoiseStudy
from tests.session.parts import glyphs, recipe, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.core.study.findings import Finding
    from aegui.features.noise_study.model.noise_study import CellStrip

NOISES = (parse_corruption("flip:0"), parse_corruption("flip:0.2"))
SPEC = MatrixSpec(NOISES, NOISES, seeds=2, draws=12)


@pytest.fixture
def study(qtbot: QtBot) -> Iterator[NoiseStudy]:
    made = NoiseStudy()
    yield made
    made.shutdown()


def test_a_matrix_is_kept_and_its_cells_are_looked_into(qtbot: QtBot, study: NoiseStudy) -> None:
    with qtbot.waitSignal(study.matrix_changed):
        study.run_matrix(recipe(epochs=2), glyphs(4), SPEC)
    matrix = study.matrix
    assert matrix is not None
    assert matrix.wrong.shape == (2, 2, 2)
    found: list[CellStrip] = []
    study.strips.answered.connect(found.append)
    study.repair_cell(Cell(1, 1, seed=1, noise_seed=4))
    qtbot.waitUntil(lambda: bool(found))
    assert found[0].cell == Cell(1, 1, 1, 4)
    np.testing.assert_array_equal(found[0].strip.answer, matrix.strip(1, 1, 1, 4).answer)


def test_what_cannot_be_trained_is_refused_and_the_old_stays(
    qtbot: QtBot, study: NoiseStudy
) -> None:
    too_many = MatrixSpec(NOISES * 11, NOISES, seeds=1)
    with qtbot.waitSignal(study.failed) as heard:
        study.run_matrix(recipe(epochs=2), glyphs(4), too_many)
    assert "from 1 to 20 rows" in heard.args[0]
    assert study.matrix is None


def test_a_long_study_ends_at_once_when_it_is_shut_down(qtbot: QtBot, study: NoiseStudy) -> None:
    study.run_matrix(recipe(epochs=1_000_000), glyphs(4), SPEC)
    with qtbot.waitSignal(study.job.progressed):
        pass
    study.shutdown()
    assert not study.job.is_busy
    assert study.matrix is None


def test_curves_of_a_network_and_of_a_file(qtbot: QtBot, study: NoiseStudy, tmp_path: Path) -> None:
    of = recipe()
    run = SavedRun(of, glyphs(4), snapshot(of, seed=3))
    save_run(tmp_path / "net.aegui", run)
    with qtbot.waitSignal(study.files_changed):
        study.add_file(tmp_path / "net.aegui")
    (opened,) = study.files
    assert opened.name == "net"
    here = CurveModel("shown", "here", (run.codec(0),))
    with qtbot.waitSignal(study.curves_changed):
        study.run_curves([here, opened], glyphs(4), NoiseCurveSpec("flip", (0.0, 0.3), draws=8))
    assert study.curves is not None
    lines = {line.name: line for line in study.curves.lines}
    np.testing.assert_allclose(lines["here"].mean, lines["net"].mean, rtol=1e-5, atol=1e-6)
    assert lines["copying the input"].mean[0] == 0.0
    study.remove_file(opened.key)
    assert study.files == ()


def test_a_file_that_is_none_is_named(qtbot: QtBot, study: NoiseStudy, tmp_path: Path) -> None:
    (tmp_path / "bad.aegui").write_bytes(b"nothing")
    with qtbot.waitSignal(study.failed) as heard:
        study.add_file(tmp_path / "bad.aegui")
    assert "bad.aegui" in heard.args[0]
    assert study.files == ()


def test_mistakes_that_two_docks_show_are_searched_once(qtbot: QtBot, study: NoiseStudy) -> None:
    found: list[tuple[Finding, ...]] = []
    study.findings_found.connect(found.append)
    sought, dataset = with_mistake(recipe(), "noisy_target"), glyphs(4)
    for _ in range(2):
        study.find_mistakes(sought, dataset)
    qtbot.waitUntil(lambda: bool(found))
    assert study._findings.finish(10.0)
    assert len(found) == 1
    # A dock that is opened later gets what was found.
    study.find_mistakes(sought.model_copy(), dataset)
    assert len(found) == 2
    assert found[1] is found[0]
    # Another noise to repair is another search.
    study.test = parse_corruption("flip:0.3")
    study.find_mistakes(sought, dataset)
    qtbot.waitUntil(lambda: len(found) == 3)
    assert found[2] is not found[0]
    # In another language they are told anew.
    set_language("es")
    study.find_mistakes(sought, dataset)
    qtbot.waitUntil(lambda: len(found) == 4)
    assert [one.key for one in found[3]] == [one.key for one in found[2]]
    assert found[3][0].title != found[2][0].title


def test_mistakes_are_found_and_their_result_is_kept(qtbot: QtBot, study: NoiseStudy) -> None:
    found: list[tuple[Finding, ...]] = []
    study.findings_found.connect(found.append)
    study.find_mistakes(with_mistake(recipe(), "noisy_target"), glyphs(4))
    qtbot.waitUntil(lambda: bool(found))
    assert [one.key for one in found[0]] == ["noisy_target"]
    # For grey images no limit is computed, which takes longest.
    grey = Dataset.from_images("grey", 0.9 * glyphs(4).images)
    spec = MistakeSpec("fixed_noise", parse_corruption("flip:0.2"), seeds=1, draws=8)
    with qtbot.waitSignal(study.comparison_changed):
        study.run_comparison(recipe(epochs=2), grey, spec)
    assert study.comparison is not None
    key, curves = study.comparison
    assert key == "fixed_noise"
    assert [line.name for line in curves.lines][:2] == ["without the mistake", "The noise is fixed"]
