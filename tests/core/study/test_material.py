"""Data of the pictures of a study that was really run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.writers import encode_dataset
from aegui.core.recipe import CorruptionSpec, DataSpec
from aegui.core.study.importances import importances
from aegui.core.study.material import (
    errors_by,
    fonts_of,
    least_wrong,
    level_lines,
    study_material,
)
from aegui.core.study.plan import load_plan
from aegui.core.study.records import Records, RunRecord
from aegui.core.study.results import StudyCell, StudyResult
from aegui.core.study.study import Study
from aegui.core.study.units import forget_files, resolved_of
from aegui.core.study.workers import InlineWorkers, StudyControl
from tests.features.studies.plans import SMALL, write_plan

if TYPE_CHECKING:
    from pathlib import Path

LAYERS = {"label": "layers", "path": "network.encoder.0.units", "values": [4, 6, 8]}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[StudyResult, Records]:
    folder = tmp_path_factory.mktemp("study")
    rate = {"label": "rate", "path": "training.optimizer.learning_rate", "values": [0.05, 0.005]}
    plan = load_plan(write_plan(folder, axes=[rate, LAYERS], set=SMALL))
    records = Records(folder / "runs")
    records.begin(plan)
    study = Study(plan, folder, records)
    assert list(study.run(InlineWorkers(), StudyControl()))
    records.end()
    # What is read is what lies on the disk.
    return study.result(), Records(folder / "runs")


def test_histories_of_a_setting_are_brought_to_common_epochs(
    done: tuple[StudyResult, Records],
) -> None:
    result, records = done
    found = study_material(result, records, networks=False)
    assert [one.index for one in found.curves] == [0, 1, 2, 3, 4, 5]
    first = found.curves[0]
    assert first.epochs[-1] == 12
    assert first.columns["loss"].shape == (len(first.epochs), 3)
    record = records.complete(result.cells[0].runs[1].key)
    assert first.columns["loss"][-1, 1] == pytest.approx(float(record.history["loss"][-1]))


def test_the_network_of_a_setting_is_that_of_the_seed_in_the_middle(
    done: tuple[StudyResult, Records],
) -> None:
    result, records = done
    found = study_material(result, records, curves=False)
    assert len(found.networks) == 6
    one = found.networks[3]
    runs = {run.seed: run for run in result.cells[3].runs}
    assert runs[one.seed].figures["wrong"] == np.median(result.cells[3].values("wrong"))
    differs = (one.answers > 0.5) != (np.asarray(one.dataset.images) > 0.5)
    wrong = differs.reshape(6, -1).sum(axis=1)
    assert one.codes.shape == (6, 2)
    assert tuple(wrong.tolist()) == runs[one.seed].wrong


def test_goal_and_linear_code_are_level_lines(done: tuple[StudyResult, Records]) -> None:
    result, records = done
    levels = study_material(result, records, curves=False, networks=False).levels
    assert [value for value, _ in levels["worst"]] == [1.0]
    ((linear, name),) = levels["wrong"]
    assert "2" in name
    assert 0.0 < linear < resolved_of(result.cells[0].setting.recipe).dataset.pixels / 2


def test_the_linear_code_of_a_large_set_is_of_samples_from_all_over_it(
    done: tuple[StudyResult, Records], tmp_path: Path
) -> None:
    result, _ = done
    images = np.zeros((6_000, 4, 4))
    images[4_500:] = np.random.default_rng(0).integers(0, 2, (1_500, 4, 4))
    path = tmp_path / "sorted.npz"
    path.write_bytes(encode_dataset(Dataset.from_images("sorted", images), "npz"))
    ((linear, _),) = level_lines(learnt_from(path, result))["wrong"]
    # Of those that are not black a code of 2 numbers leaves about a third wrong.
    assert linear > 0.5


def test_what_figures_are_compared_with_is_of_the_samples_that_a_file_has_now(
    done: tuple[StudyResult, Records], tmp_path: Path
) -> None:
    result, _ = done
    path = tmp_path / "glyphs.npz"
    noise = CorruptionSpec(kind="flip", level=0.1)
    found = []
    for seed in range(2):
        images = np.random.default_rng(seed).integers(0, 2, (6, 4, 4))
        path.write_bytes(encode_dataset(Dataset.from_images("glyphs", images), "npz"))
        forget_files()
        of_file = learnt_from(path, result)
        ((linear, _),) = level_lines(of_file)["wrong"]
        found.append((linear, least_wrong(of_file.cells[0].setting.recipe, noise)))
    (linear, least), (later_linear, later_least) = found
    assert linear != later_linear
    assert least != later_least


def learnt_from(path: Path, result: StudyResult) -> StudyResult:
    """Return the study as if its networks had been trained on a file."""
    data = DataSpec(source=str(path))
    cells = []
    for cell in result.cells:
        recipe = cell.setting.recipe.model_copy(update={"data": data})
        cells.append(replace(cell, setting=replace(cell.setting, recipe=recipe)))
    return replace(result, cells=tuple(cells))


def test_characters_are_told_by_the_set_that_they_are_from() -> None:
    letters = load_builtin("letters")
    fonts = fonts_of(letters)
    assert len(set(fonts)) == 3
    assert fonts[letters.labels.index("a")] == fonts[letters.labels.index("b")]
    assert fonts[letters.labels.index("a")] != fonts[letters.labels.index("A")]


def test_errors_by_character_are_means_over_the_seeds(done: tuple[StudyResult, Records]) -> None:
    result, _ = done
    found = errors_by(result, fonts=False, most=50)
    assert found is not None
    assert found.names == tuple("abcdef")
    expected = np.mean([run.wrong for run in result.cells[2].runs], axis=0)
    np.testing.assert_allclose(found.mean[2], expected)
    by_font = errors_by(result, fonts=True, most=50)
    assert by_font is not None
    np.testing.assert_allclose(by_font.mean[:, 0], found.mean.mean(axis=1))
    assert errors_by(result, fonts=False, most=5) is None


def made(result: StudyResult, value: object, *, without: int = 0) -> StudyResult:
    """Return the study with figures given by ``value(rate, layers, seed)``."""
    assert callable(value)
    cells = []
    for cell in result.cells[without:]:
        rate, layers = (float(one) for one in cell.setting.labels.values())
        runs = tuple(
            RunRecord(run.key, run.seed, run.reason, {"wrong": value(rate, layers, run.seed)})
            for run in cell.runs
        )
        cells.append(StudyCell(cell.setting, runs, cell.planned))
    return StudyResult(result.plan, tuple(cells))


def test_importances_of_a_grid_are_its_analysis_of_variance(
    done: tuple[StudyResult, Records],
) -> None:
    result, _ = done
    # Variances of the parts: (0.05, 0.005) x 200 -> 20.25; (4, 6, 8) -> 8/3; seeds 3..5 -> 2/3.
    found = importances(made(result, lambda rate, size, seed: 200 * rate + size + seed), "wrong")
    assert found is not None
    assert found.method == "anova"
    whole = 20.25 + 8 / 3 + 2 / 3
    # 18 runs, of which the seeds have 12 degrees of freedom: of each other one as much is theirs.
    chance = 2 / 3 / 12
    shares = {"rate": (20.25 - chance) / whole, "layers": (8 / 3 - 2 * chance) / whole}
    assert dict(found.axes) == pytest.approx(shares)
    assert found.seeds == pytest.approx(1.0 - sum(shares.values()))
    assert found.together == 0.0
    both = importances(made(result, lambda r, s, _: float((r > 0.01) == (s > 4))), "wrong")
    assert both is not None
    assert both.together > 0.3
    assert both.seeds == pytest.approx(0.0, abs=1e-12)


def test_an_axis_without_effect_has_no_share_but_by_luck(
    done: tuple[StudyResult, Records],
) -> None:
    result, _ = done
    parts = []
    for seed in range(200):
        draw = np.random.default_rng(seed)
        found = importances(made(result, lambda *_, draw=draw: draw.normal()), "wrong")
        assert found is not None
        assert sum(share for _, share in (*found.axes, *found.parts)) == pytest.approx(1.0)
        parts.append([*dict(found.axes).values(), found.together])
    # Of noise they would have 1, 2 and 2 parts in 17, were those not the seeds' own.
    assert np.mean(np.array(parts) == 0.0) > 0.4
    assert np.mean(parts) < 0.06


def test_of_single_runs_what_axes_do_together_is_not_parted_from_the_seeds(
    done: tuple[StudyResult, Records],
) -> None:
    result, _ = done
    cells = [StudyCell(one.setting, one.runs[:1], 1) for one in result.cells]
    once = StudyResult(result.plan, tuple(cells))
    found = importances(made(once, lambda r, s, _: 2 * (r > 0.01) + (r > 0.01) * (s > 4)), "wrong")
    assert found is not None
    assert found.method == "anova_once"
    ((key, left),) = found.parts
    assert key == "rest"
    assert 0.0 < left < 0.5
    line = StudyResult(result.plan, tuple(cells[:3]))
    assert importances(made(line, lambda _, size, seed: size), "wrong") is None


def test_importances_where_settings_are_missing_are_by_a_forest(
    done: tuple[StudyResult, Records],
) -> None:
    result, _ = done
    value = lambda rate, size, _seed: size + 1e-3 * rate  # noqa: E731
    found = importances(made(result, value, without=1), "wrong")
    assert found is not None
    assert found.method == "forest"
    shares = dict(found.axes)
    assert shares["layers"] > 5 * shares["rate"]
    assert sum(shares.values()) + found.seeds == pytest.approx(1.0)
    assert importances(made(result, lambda *_: 1.0), "wrong") is None


def test_each_file_of_runs_is_read_once(
    done: tuple[StudyResult, Records], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, records = done
    read: list[str] = []
    original = Records._tensors

    def counted(self: Records, name: str) -> object:
        read.append(name)
        return original(self, name)

    monkeypatch.setattr(Records, "_tensors", counted)
    keys = [record.key for record in records]
    found = list(records.several(keys))
    assert {record.key for record in found} == set(keys)
    assert all(record.row is not None for record in found)
    assert len(read) == len(set(read))
