"""A study on the window's threads: opened, run, cancelled, resumed, refused."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from aegui.core.i18n import set_language
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.study.plan import list_plans, load_plan
from aegui.core.study.records import TABLE_FILE, default_folder
from aegui.core.study.units import resolved_of
from aegui.core.training.loop.train import train
from aegui.features.studies.model.study_runs import StudyRuns
from aegui.paths import user_data_dir
from aegui.session.file_writer import FileWriter
from aegui.session.notice import Notice
from tests.features.studies.plans import ENDLESS, RATE, write_plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.core.study.material import StudyMaterial
    from aegui.features.studies.model.study_runs import LeftStudy, StudySheet


@pytest.fixture
def runs(qtbot: QtBot) -> Iterator[StudyRuns]:
    made = StudyRuns()
    yield made
    made.shutdown()


def opened(qtbot: QtBot, runs: StudyRuns, path: Path) -> StudySheet:
    """Choose the plan in ``path``; return its sheet once the cost is known."""
    with qtbot.waitSignal(runs.changed):
        runs.choose(path)
    return settled(qtbot, runs, path)


def settled(qtbot: QtBot, runs: StudyRuns, path: Path) -> StudySheet:
    def is_known() -> bool:
        sheet = runs.sheet
        return sheet is not None and sheet.path == path and sheet.cost is not None

    qtbot.waitUntil(is_known)
    assert runs.sheet is not None
    return runs.sheet


def test_a_plan_is_shown_before_it_is_begun(qtbot: QtBot, runs: StudyRuns, tmp_path: Path) -> None:
    sheet = opened(qtbot, runs, write_plan(tmp_path))
    assert [row[1] for row in sheet.rows] == ["0.02", "0.002"]
    assert sheet.best is None
    assert sheet.cost is not None
    assert sheet.cost.seconds > 0.0
    assert sheet.cost.bytes > 0
    assert not runs.job.is_busy


def test_a_study_is_done_and_a_second_start_repeats_nothing(
    qtbot: QtBot, runs: StudyRuns, tmp_path: Path
) -> None:
    path = write_plan(tmp_path)
    opened(qtbot, runs, path)
    heard: list[StudySheet] = []
    runs.changed.connect(heard.append)
    runs.start()
    assert runs.job.is_busy
    qtbot.waitUntil(lambda: not runs.job.is_busy)
    sheet = runs.sheet
    assert sheet is not None
    assert sheet.result is not None
    assert sheet.cost is not None
    assert sheet.result.is_complete
    assert sheet.result.reused == 0
    assert [len(cell.runs) for cell in sheet.result.cells] == [3, 3]
    assert sheet.best in {0, 1}
    assert "Too few seeds" in " ".join(sheet.verdict.lines)
    assert sheet.cost.seconds == 0.0
    lines = (default_folder(path) / TABLE_FILE).read_text().splitlines()
    assert len(lines) == 1 + 6
    # Another session finds the results, with the verdict.
    again = StudyRuns()
    try:
        found = opened(qtbot, again, path)
        assert found.rows == sheet.rows
        assert found.verdict == sheet.verdict
        assert found.cost is not None
        assert found.cost.seconds == 0.0
    finally:
        again.shutdown()


def test_what_was_found_is_told_in_another_language(
    qtbot: QtBot, runs: StudyRuns, tmp_path: Path
) -> None:
    path = write_plan(tmp_path)
    opened(qtbot, runs, path)
    runs.start()
    qtbot.waitUntil(lambda: not runs.job.is_busy)
    before = runs.sheet
    assert before is not None
    runs.reword()
    assert runs.sheet is before
    set_language("es")
    runs.reword()
    # The table is translated at once, the verdict once it has been recomputed.
    assert runs.sheet is not None
    assert [row[1] for row in runs.sheet.rows] == ["0,02", "0,002"]
    assert "Parámetros" in runs.sheet.header
    qtbot.waitUntil(lambda: runs.sheet is not None and bool(runs.sheet.verdict.lines))
    assert "semillas" in " ".join(runs.sheet.verdict.lines)
    assert len(runs.sheet.verdict.lines) == len(before.verdict.lines)


def test_a_run_of_the_table_trains_again_to_its_figures(
    qtbot: QtBot, runs: StudyRuns, tmp_path: Path
) -> None:
    opened(qtbot, runs, write_plan(tmp_path))
    runs.start()
    qtbot.waitUntil(lambda: not runs.job.is_busy)
    assert runs.sheet is not None
    assert runs.sheet.result is not None
    cell = runs.sheet.result.cells[1]
    recipe = cell.setting.run(4)
    resolved = resolve(recipe, resolved_of(recipe).dataset).resolved
    assert resolved is not None
    *_, last = train(resolved)
    told = next(run for run in cell.runs if run.seed == 4)
    assert last.result().runs[0].best_loss == pytest.approx(told.figures["loss"], rel=1e-4)


def test_a_long_study_is_given_up_and_keeps_what_has_ended(
    qtbot: QtBot, runs: StudyRuns, tmp_path: Path
) -> None:
    rows = [
        {"label": "short", "set": {"training.epochs": 12}},
        {"label": "endless", "set": {"training.epochs": ENDLESS["training.epochs"]}},
    ]
    path = write_plan(tmp_path, "long", axes=[{"label": "epochs", "rows": rows}])
    opened(qtbot, runs, path)
    runs.start()

    def has_some() -> bool:
        sheet = runs.sheet
        return (
            sheet is not None
            and sheet.result is not None
            and any(cell.runs for cell in sheet.result.cells)
        )

    qtbot.waitUntil(has_some)
    runs.cancel()
    assert not runs.job.is_busy
    # Its thread ends too, and the remaining time is recomputed from the stored runs.
    assert runs.job.finish(30.0)
    sheet = settled(qtbot, runs, path)
    assert sheet.result is not None
    assert sheet.cost is not None
    assert [len(cell.runs) for cell in sheet.result.cells] == [3, 0]
    assert sheet.cost.seconds > 0.0


def test_a_study_that_rests_tells_nothing_new(
    qtbot: QtBot, runs: StudyRuns, tmp_path: Path
) -> None:
    opened(qtbot, runs, write_plan(tmp_path, "endless", set=ENDLESS))
    runs.start()
    # A slow start is told without words.
    with qtbot.waitSignal(runs.job.progressed, check_params_cb=lambda told: told.text) as first:
        pass
    assert first.args is not None
    assert first.args[0].text == "Runs are being trained…", (
        "no time left is told before it is known"
    )
    runs.set_paused(True)
    assert runs.is_paused
    runs.cancel()
    assert runs.job.finish(30.0)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"axes": [{"path": "training.optimizer.rate", "values": [1]}]}, "no such field"),
        ({"axes": [{"path": "training.epochs", "values": []}]}, "list is empty"),
        (
            {"seeds": {"count": 100_000}, "axes": [{"path": "seed", "values": [*range(99)]}]},
            "limit",
        ),
    ],
)
def test_what_cannot_be_done_is_said_once(
    qtbot: QtBot, runs: StudyRuns, tmp_path: Path, keys: dict[str, object], words: str
) -> None:
    told: list[str] = []
    runs.failed.connect(told.append)
    runs.choose(write_plan(tmp_path, "bad", **keys))
    qtbot.waitUntil(lambda: bool(told))
    assert len(told) == 1
    assert words in told[0]
    runs.start()
    assert not runs.job.is_busy


def test_all_that_ships_is_listed_in_a_thread(qtbot: QtBot, runs: StudyRuns) -> None:
    with qtbot.waitSignal(runs.listing.answered) as heard:
        runs.list_plans()
    assert [path.stem for path, _ in heard.args[0]] == list(list_plans())


def test_a_path_that_is_done_in_part_goes_on(qtbot: QtBot, runs: StudyRuns, tmp_path: Path) -> None:
    path = write_plan(tmp_path, "way", mode="path")
    opened(qtbot, runs, path)
    runs.start()
    qtbot.waitUntil(lambda: not runs.job.is_busy)
    size = {"path": "network.encoder.0.units", "values": [5, 6, 7]}
    write_plan(tmp_path, "way", mode="path", axes=[RATE, size])
    sheet = opened(qtbot, runs, path)
    # One size equals that of the first axis: the same setting.
    assert len(sheet.rows) == 4
    assert sheet.cost is not None
    assert sheet.cost.seconds > 0.0
    assert not sheet.verdict.lines
    runs.start()
    qtbot.waitUntil(lambda: not runs.job.is_busy)
    assert runs.sheet is not None
    found = opened(qtbot, runs, path)
    assert found.cost is not None
    assert found.cost.seconds == 0.0
    assert found.result is not None
    assert found.result.is_complete
    assert len(found.result.steps) == 2


def test_more_seeds_repeat_nothing_and_are_remembered(
    qtbot: QtBot, runs: StudyRuns, tmp_path: Path
) -> None:
    path = write_plan(tmp_path)
    opened(qtbot, runs, path)
    runs.start()
    qtbot.waitUntil(lambda: not runs.job.is_busy and settled(qtbot, runs, path).verdict.lines != ())
    before = settled(qtbot, runs, path)
    assert before.verdict.more_seeds is not None
    assert before.result is not None
    keys = {run.key for cell in before.result.cells for run in cell.runs}
    with qtbot.waitSignal(runs.changed):
        runs.add_seeds(2)
    sheet = settled(qtbot, runs, path)
    assert sheet.plan.seeds.all == (3, 4, 5, 6, 7)
    assert sheet.result is not None
    assert [len(cell.runs) for cell in sheet.result.cells] == [3, 3]
    runs.start()
    qtbot.waitUntil(lambda: not runs.job.is_busy)
    after = settled(qtbot, runs, path).result
    assert after is not None
    assert after.reused == 6
    assert keys < {run.key for cell in after.cells for run in cell.runs}
    # Opening the plan again finds all of it.
    again = StudyRuns()
    assert opened(qtbot, again, path).plan.seeds.count == 5
    again.shutdown()


def test_pictures_are_read_in_the_background(qtbot: QtBot, runs: StudyRuns, tmp_path: Path) -> None:
    path = write_plan(tmp_path)
    opened(qtbot, runs, path)
    runs.start()
    qtbot.waitUntil(lambda: not runs.job.is_busy and settled(qtbot, runs, path).verdict.lines != ())
    with qtbot.waitSignal(runs.reading.answered) as heard:
        runs.read_material()
    material: StudyMaterial = heard.args[0]
    assert [one.index for one in material.curves] == [0, 1]
    assert len(material.networks) == 2
    assert "worst" in material.levels


def test_a_draft_of_a_plan_is_kept_until_it_is_saved_or_replaced(
    qtbot: QtBot, runs: StudyRuns, tmp_path: Path
) -> None:
    path = write_plan(tmp_path)
    filed = opened(qtbot, runs, path).plan
    edited = filed.model_copy(update={"trials": 3})
    runs.edit(edited)
    runs.shutdown()
    again = StudyRuns()
    again.restore()
    assert again.sheet is not None
    assert (again.sheet.plan, again.sheet.path) == (edited, path)
    assert again.sheet.is_edited
    settled(qtbot, again, path)
    again.undo()
    assert again.sheet is not None
    assert again.sheet.plan == filed
    again.redo()
    again.shutdown()
    # If its file is gone, it is a new plan.
    path.unlink()
    third = StudyRuns()
    third.restore()
    assert third.sheet is not None
    assert third.sheet.plan == edited
    assert third.sheet.is_new
    other = write_plan(tmp_path, "other")
    with qtbot.waitSignal(third.left):
        opened(qtbot, third, other)
    third.shutdown()
    last = StudyRuns()
    last.restore()
    assert last.sheet is None
    last.shutdown()


def test_edits_that_another_study_has_replaced_can_be_returned_to(
    qtbot: QtBot, runs: StudyRuns, tmp_path: Path
) -> None:
    path, other = write_plan(tmp_path), write_plan(tmp_path, "other")
    filed = opened(qtbot, runs, path).plan
    left: list[LeftStudy] = []
    runs.left.connect(left.append)
    opened(qtbot, runs, other)
    assert not left, "nothing was edited"
    opened(qtbot, runs, path)
    edited = filed.model_copy(update={"trials": 3})
    runs.edit(edited)
    opened(qtbot, runs, other)
    runs.return_to(left[0])
    assert runs.sheet is not None
    assert (runs.sheet.path, runs.sheet.plan, runs.sheet.is_edited) == (path, edited, True)
    settled(qtbot, runs, path)
    runs.undo()
    assert not runs.sheet.is_edited
    runs.redo()
    runs.edit(edited.model_copy(update={"trials": 4}))
    # Returned to once more, its later edits are left in turn.
    runs.return_to(left[0])
    assert [one.sheet.plan.trials for one in left] == [3, 4]
    assert runs.sheet.plan == edited
    # It is the draft that is restored at the next start.
    runs.shutdown()
    again = StudyRuns()
    again.restore()
    assert again.sheet is not None
    assert again.sheet.plan == edited
    again.shutdown()


def test_a_new_study_with_axes_can_be_returned_to(
    qtbot: QtBot, runs: StudyRuns, tmp_path: Path
) -> None:
    left: list[LeftStudy] = []
    runs.left.connect(left.append)
    runs.begin(Recipe(name="first"))
    runs.set_recipe(Recipe(name="edited since"))
    runs.begin(Recipe(name="second"))
    assert not left, "without axes it is the recipe of the builder"
    assert runs.sheet is not None
    axes = load_plan(write_plan(tmp_path)).axes
    runs.edit(runs.sheet.plan.model_copy(update={"axes": axes}))
    begun = runs.sheet
    path = write_plan(tmp_path, "endless", set=ENDLESS)
    opened(qtbot, runs, path)
    runs.start()
    runs.return_to(left[0])
    assert runs.sheet is not None
    assert runs.sheet.path == path, "its runs are in progress"
    assert left[1] is left[0]
    runs.cancel()
    assert runs.job.finish(30.0)
    runs.return_to(left[1])
    assert runs.sheet is not None
    assert (runs.sheet.plan, runs.sheet.is_new) == (begun.plan, True)
    assert not runs.sheet.follows, "the builder has another recipe by now"


def test_an_edited_study_that_ships_replaces_no_plan_of_the_user(
    qtbot: QtBot, runs: StudyRuns
) -> None:
    shipped = list_plans()["letters-activations"]
    folder = user_data_dir() / "studies"
    folder.mkdir(parents=True)
    own = write_plan(folder, shipped.stem)
    before = own.read_bytes()

    def path_with(seeds: int) -> Path:
        """Run the shipped plan with short trainings and ``seeds``; return where it is saved."""
        plan = opened(qtbot, runs, shipped).plan
        fewer = plan.seeds.model_copy(update={"count": seeds})
        short = plan.set | {"training.epochs": 12, "data.chars": "abcdef"}
        runs.edit(plan.model_copy(update={"set": short, "seeds": fewer}))
        settled(qtbot, runs, shipped)
        runs.start()
        qtbot.waitUntil(lambda: not runs.job.is_busy)
        assert runs.sheet is not None
        assert load_plan(runs.sheet.path) == runs.sheet.plan
        return runs.sheet.path

    copy = path_with(1)
    assert (copy.parent, copy.name) == (folder, f"{shipped.stem}-2.aegui-study")
    assert own.read_bytes() == before
    own.unlink()
    # With more seeds it is the same study, whose runs are kept.
    assert [path_with(1), path_with(2)] == [own, own]


def test_a_draft_that_cannot_be_read_is_none() -> None:
    folder = user_data_dir() / "studies"
    folder.mkdir(parents=True)
    for text in ("{", "[]", '{"plan": {}, "path": "a", "is_new": true}'):
        (folder / "draft.json").write_text(text)
        runs = StudyRuns()
        runs.restore()
        assert runs.sheet is None
        runs.shutdown()


def test_a_file_that_cannot_be_opened_leaves_the_edits_of_the_other(
    qtbot: QtBot, runs: StudyRuns, tmp_path: Path
) -> None:
    path = write_plan(tmp_path)
    before = opened(qtbot, runs, path).plan
    with qtbot.waitSignal(runs.failed):
        runs.choose(tmp_path / "none.aegui-study")
    runs.edit(before.model_copy(update={"trials": 3}))
    settled(qtbot, runs, path)
    assert runs.sheet is not None
    assert runs.sheet.is_edited
    runs.undo()
    assert runs.sheet is not None
    assert runs.sheet.plan == before
    assert not runs.sheet.is_edited


@pytest.fixture
def writer(qtbot: QtBot) -> Iterator[FileWriter]:
    made = FileWriter()
    yield made
    made.shutdown()


def test_a_study_that_is_shown_meanwhile_does_not_get_the_file_of_the_one_that_was_saved(
    qtbot: QtBot, runs: StudyRuns, writer: FileWriter, tmp_path: Path
) -> None:
    other = write_plan(tmp_path, "other", seeds={"first": 1, "count": 2})
    opened(qtbot, runs, write_plan(tmp_path))
    gate, before = threading.Event(), tmp_path / "before.csv"
    told = Notice("info", "before")
    writer.write(before, lambda: gate.wait(20), told)
    saved = tmp_path / "saved.aegui-study"
    runs.save(saved, writer)
    sheet = opened(qtbot, runs, other)
    gate.set()
    assert writer.finish()
    assert load_plan(saved).seeds.count == 3, "it is written all the same"
    assert runs.sheet is not None
    assert (runs.sheet.path, runs.sheet.plan) == (other, sheet.plan)
    assert not runs.sheet.is_edited
    assert settled(qtbot, runs, other).path == other


def test_a_study_that_is_saved_twice_has_the_file_of_the_last_time(
    qtbot: QtBot, runs: StudyRuns, writer: FileWriter, tmp_path: Path
) -> None:
    opened(qtbot, runs, write_plan(tmp_path))
    paths = [tmp_path / f"{name}.aegui-study" for name in ("first", "second")]
    for path in paths:
        runs.save(path, writer)
    assert writer.finish()
    assert [load_plan(path).seeds.count for path in paths] == [3, 3]
    assert runs.sheet is not None
    assert (runs.sheet.path, runs.sheet.is_edited) == (paths[1], False)


def test_runs_that_were_begun_meanwhile_stay_where_they_are(
    qtbot: QtBot, runs: StudyRuns, writer: FileWriter, tmp_path: Path
) -> None:
    path = write_plan(tmp_path)
    opened(qtbot, runs, path)
    runs.save(tmp_path / "saved.aegui-study", writer)
    runs.start()
    assert writer.finish()
    qtbot.waitUntil(lambda: not runs.job.is_busy)
    assert runs.sheet is not None
    assert runs.sheet.path == path
    assert runs.sheet.result is not None
    assert [len(cell.runs) for cell in runs.sheet.result.cells] == [3, 3]
    assert default_folder(path).is_dir()


def test_a_new_study_that_is_begun_meanwhile_stays_new(
    qtbot: QtBot, runs: StudyRuns, writer: FileWriter, tmp_path: Path
) -> None:
    runs.begin(Recipe(name="first"))
    runs.save(tmp_path / "first.aegui-study", writer)
    runs.begin(Recipe(name="second"))
    assert writer.finish()
    assert runs.sheet is not None
    assert runs.sheet.is_new
    assert runs.sheet.path.name != "first.aegui-study"


def test_a_study_that_is_saved_before_it_is_known_what_it_takes_keeps_its_file(
    qtbot: QtBot, runs: StudyRuns, writer: FileWriter, tmp_path: Path
) -> None:
    opened(qtbot, runs, write_plan(tmp_path))
    assert runs.sheet is not None
    plan = runs.sheet.plan
    runs.edit(plan.model_copy(update={"seeds": plan.seeds.model_copy(update={"count": 4})}))
    runs._find()
    saved = tmp_path / "saved.aegui-study"
    runs.save(saved, writer)
    assert writer.finish()
    sheet = settled(qtbot, runs, saved)
    assert (sheet.path, sheet.is_edited, sheet.is_new) == (saved, False, False)
    assert sheet.result is not None
