"""Run files of a study's runs: they answer as the runs themselves, and can be opened."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.library.library import Library
from aegui.core.library.query import LibraryQuery
from aegui.core.library.studies import keep_study
from aegui.core.network.resolve import resolve
from aegui.core.run_file.saved import load_run, save_run
from aegui.core.study.records import Records
from aegui.core.study.run_files import setting_run
from aegui.core.study.study import Study
from aegui.core.study.workers import InlineWorkers, StudyControl
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import train
from tests.core.study.test_study import HERE, RATE, plan_of

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.study.plan import StudyPlan
    from aegui.core.study.results import StudyResult


def done(plan: StudyPlan, records: Records) -> StudyResult:
    study = Study(plan, HERE, records)
    records.begin(plan)
    try:
        for _ in study.run(InlineWorkers(), StudyControl()):
            pass
    finally:
        records.end()
    return study.result()


@pytest.fixture
def plan() -> StudyPlan:
    return plan_of(axes=[RATE], seeds={"first": 3, "count": 2})


def test_a_setting_is_one_run_with_its_seeds(plan: StudyPlan, tmp_path: Path) -> None:
    records = Records(tmp_path / "study")
    result = done(plan, records)
    cell = result.cells[0]
    run = setting_run(cell, records)
    assert run is not None
    save_run(tmp_path / "one.aegui", run)
    opened = load_run(tmp_path / "one.aegui")
    assert (opened.recipe.seed, opened.recipe.runs) == (3, 2)
    assert [one.wrong_pixels for one in opened.results] == [one.wrong for one in cell.runs]
    # As in the file of any other training: "best, epoch 20", not "20.0".
    assert all(isinstance(one.best_epoch, int) for one in run.results)
    assert opened.history is not None
    assert opened.history.loss.shape == (len(opened.history), 2)
    assert np.isfinite(opened.history.loss).all()
    assert opened.history.learning_rate[0] == pytest.approx(
        cell.setting.recipe.training.optimizer.learning_rate
    )
    # What it draws is what it was measured by.
    for place, one in enumerate(opened.results):
        answer = opened.codec(place).reconstruct(opened.dataset.images)
        wanted = opened.dataset.images.reshape(len(answer), -1)
        wrong = ((answer.reshape(wanted.shape) > 0.5) != (wanted > 0.5)).sum(axis=1)
        assert tuple(int(count) for count in wrong) == one.wrong_pixels


def test_a_run_trained_alone_has_the_same_curve(plan: StudyPlan) -> None:
    """Up to rounding: a population adds in another order."""
    records = Records()
    cell = done(plan, records).cells[0]
    run = setting_run(cell, records)
    assert run is not None
    assert run.history is not None
    alone = resolve(cell.setting.run(4), run.dataset).resolved
    assert alone is not None
    *_, training = train(alone, Control(timeline_bytes=0))
    history = training.result().history
    assert np.array_equal(history.epoch, run.history.epoch)
    assert history.loss[:, 0] == pytest.approx(run.history.loss[:, 1], rel=1e-3)
    assert history.learning_rate == pytest.approx(run.history.learning_rate)


def test_the_device_of_a_study_is_known_only_if_it_must_be_the_cpu(tmp_path: Path) -> None:
    """On a machine without a GPU the one that a recipe names is not used."""
    for name, device in (("auto", "cpu"), ("cpu", "cpu"), ("cuda", "")):
        one = plan_of(axes=[RATE], seeds={"first": 3, "count": 2}, set={"training.device": name})
        records = Records()
        result = done(one, records)
        run = setting_run(result.cells[0], records)
        assert run is not None
        assert run.device == device
        with Library(tmp_path / name) as library:
            kept = library.entry(keep_study(library, result, records))
            assert kept.environment["device"] == device


def test_of_a_setting_with_a_lost_seed_only_the_best_is_a_file(plan: StudyPlan) -> None:
    records = Records()
    cell = done(plan, records).cells[0]
    first = cell.runs[0]
    lost = replace(first, row=np.full_like(records.complete(first.key).row, np.nan))
    records._known[first.key] = lost
    run = setting_run(replace(cell, runs=(lost, cell.runs[1])), records)
    assert run is not None
    assert (run.recipe.seed, run.recipe.runs) == (4, 1)
    records._known[cell.runs[1].key] = replace(lost, key=cell.runs[1].key, seed=4)
    assert setting_run(cell, records) is None


def test_a_study_and_its_settings_are_kept(plan: StudyPlan, tmp_path: Path) -> None:
    records = Records(tmp_path / "study")
    result = done(plan, records)
    with Library(tmp_path / "library") as library:
        id = keep_study(library, result, records, verdict=("a < b",))
        study = library.entry(id)
        assert (study.kind, study.name) == ("study", "test")
        assert study.document is not None
        assert study.document["verdict"] == ["a < b"]
        assert len(study.document["table"]["rows"]) == 2
        rows = library.rows(LibraryQuery(study=id), ("name", "runs", "wrong", "data"))
        assert len(rows) == 2
        for row in rows:
            (cell,) = [one for one in result.cells if one.setting.name == row.values[0]]
            assert row.values[0].startswith("rate 0.")
            assert row.values[1] == 2
            assert row.values[2] == pytest.approx(cell.mean("wrong"))
            assert library.load(row.id).results[0].wrong_pixels == cell.runs[0].wrong
            assert library.thumbnail(row.id) is not None
        shed = library.keep_best(id, "wrong")
        assert len(shed) == 1


def test_a_study_that_goes_on_replaces_what_was_kept_but_not_what_was_said(
    plan: StudyPlan, tmp_path: Path
) -> None:
    records = Records(tmp_path / "study")
    with Library(tmp_path / "library") as library:
        id = keep_study(library, done(plan, records), records)
        first, second = (row.id for row in library.rows(LibraryQuery(study=id, kind="run")))
        library.edit(first, note="look here", starred=True, name="mine")
        library.trash([second])
        longer = plan_of(axes=[RATE], seeds={"first": 3, "count": 3})
        assert keep_study(library, done(longer, records), records) == id
        entry = library.entry(first)
        assert (entry.note, entry.starred, entry.name) == ("look here", True, "mine")
        assert [row.seed for row in entry.seeds] == [3, 4, 5]
        assert len(library.load(first).results) == 3
        # What is in the trash stays there, with the figures of all seeds.
        assert library.entry(second).trashed
        assert len(library.entry(second).seeds) == 3
        assert len(library.rows(LibraryQuery(kind="study"))) == 1
