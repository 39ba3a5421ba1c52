"""Which weights and which run are best, with figures of the same weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.load import load_data
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import list_recipes
from aegui.core.run_file.saved import SavedRun, load_run, save_run
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.progress import BestSoFar
from aegui.core.training.loop.train import train
from aegui.core.training.record.best import objective_of, ranked_runs
from aegui.core.training.record.result import RunResult
from aegui.core.training.step.measure import Measured
from aegui.core.training.step.parameters import Parameters

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.training.record.result import TrainingResult

FAMILIES: dict[str, dict[str, Any]] = {
    "autoencoder": {"training": {"epochs": 40, "device": "cpu"}, "runs": 3},
    "vae": {
        "training": {"epochs": 12, "batch_size": 8, "device": "cpu"},
        "network": {"latent": {"units": 2, "kind": "gaussian"}},
        "runs": 2,
    },
    "denoiser": {
        "data": {"corruption": {"kind": "flip", "level": 0.1}, "split": {"validation": 0.2}},
        "training": {"epochs": 25, "device": "cpu"},
        "runs": 2,
    },
    "classifier": {"training": {"epochs": 5, "batch_size": 8, "device": "cpu"}, "classifier": {}},
    "gan": {"training": {"epochs": 4, "batch_size": 8, "device": "cpu"}, "gan": {}, "runs": 2},
    "scipy": {"training": {"epochs": 6, "device": "cpu", "optimizer": {"name": "lbfgs"}}},
}


def bound(changes: dict[str, Any], data: str = "lowercase") -> ResolvedRecipe:
    dataset = load_builtin(data)
    dataset = dataset.subset(range(min(200, len(dataset))))
    resolved = resolve(Recipe.model_validate(changes), dataset).resolved
    assert resolved is not None
    return resolved


def trained(resolved: ResolvedRecipe) -> TrainingResult:
    *_, last = train(resolved, Control())
    return last.result()


def small_progress(samples: int = 3, *, by_loss: bool = False, tolerance: int = 1) -> BestSoFar:
    resolved = bound({"network": {"encoder": [], "decoder": []}})
    parameters = Parameters(resolved, torch.device("cpu"))
    return BestSoFar(parameters, samples, by_loss=by_loss, tolerance=tolerance)


def measured(loss: float, wrong: list[int], rank: float | None = None) -> Measured:
    return Measured(
        np.array([loss]), np.array([wrong]), rank=None if rank is None else np.array([rank])
    )


def test_thirty_epochs_of_letters_are_not_those_of_epoch_0() -> None:
    """The worst character rises before it falls: the untrained weights must not stay best."""
    recipe = dict(list_recipes())["letters-2d"]
    training = recipe.training.model_copy(update={"epochs": 30, "device": "cpu"})
    recipe = recipe.model_copy(update={"training": training})
    resolved = resolve(recipe, load_data(recipe.data)).resolved
    assert resolved is not None
    result = trained(resolved)
    (run,) = result.runs
    assert run.best_epoch > 0
    assert run.wrong_mean <= result.history.wrong_mean[-1, 0] + 1e-6
    assert run.wrong_mean < result.history.wrong_mean[0, 0]
    assert run.best_loss < result.history.loss[0, 0]


@pytest.mark.parametrize("seed", range(40))
def test_no_other_weights_have_fewer_wrong_pixels_and_a_lower_loss(seed: int) -> None:
    """Whatever the course of a training, unless those weights miss the goal."""
    generator = np.random.default_rng(seed)
    losses = generator.uniform(0.1, 1.0, 12).round(1)
    wrong = generator.integers(0, 6, (12, 3))
    progress = small_progress()
    for epoch, (loss, pixels) in enumerate(zip(losses, wrong, strict=True)):
        progress.observe(epoch, measured(loss, pixels.tolist()))
    chosen = int(progress.best_epoch[0])
    sums, meets = wrong.sum(axis=1), wrong.max(axis=1) <= 1
    worse = (sums < sums[chosen]) & (losses < losses[chosen])
    assert not (worse & (meets | ~meets[chosen])).any()
    assert meets[chosen] or not meets[1:].any()
    learnt = (sums < sums[0]) | (losses < losses[0]) | (meets & ~meets[0])
    assert (chosen == 0) == (not learnt.any())
    assert progress.loss_of_best[0] == losses[chosen]
    assert progress.best_wrong_pixels[0].tolist() == wrong[chosen].tolist()


def test_fewer_wrong_pixels_count_more_than_a_better_worst_sample() -> None:
    progress = small_progress()
    progress.observe(0, measured(0.7, [9, 9, 9]))
    progress.observe(1, measured(0.5, [0, 0, 12]))
    progress.observe(2, measured(0.6, [8, 8, 8]))
    assert progress.best_epoch[0] == 1


def test_epoch_0_is_left_as_soon_as_anything_is_learnt() -> None:
    progress = small_progress()
    progress.observe(0, measured(0.7, [5, 5, 5]))
    progress.observe(1, measured(0.8, [5, 5, 5]))
    assert progress.best_epoch[0] == 0
    progress.observe(2, measured(0.6, [6, 6, 6]))
    assert progress.best_epoch[0] == 2
    # It has fewer wrong pixels than epoch 2, and more and a higher loss than epoch 0.
    progress.observe(3, measured(0.75, [5, 5, 6]))
    assert progress.best_epoch[0] == 2


def test_epochs_within_epochs_are_told_exactly() -> None:
    progress = small_progress()
    for position, loss in ((0.0, 0.7), (0.25, 0.5), (0.5, 0.6)):
        progress.observe(position, measured(loss, [5, 5, 5]))
    assert progress.best_epoch[0] == 0.25
    (run,) = progress.results(0, 0, 1.0)
    assert (run.best_epoch, run.best_loss, run.loss) == (0.25, 0.5, 0.6)


def test_an_older_state_goes_on_under_the_rule_of_today() -> None:
    """It has the best epoch as an integer and the lowest loss, but no initial state."""
    progress = small_progress()
    progress.observe(0, measured(0.7, [5, 5, 5]))
    state = progress.state()
    assert state.pop("start") is not None
    state["best_epoch"] = state.pop("best_position").astype(np.int64)
    state["lowest_loss"] = state.pop("loss_of_best")
    again = small_progress()
    again.restore(state)
    again.observe(1, measured(0.6, [9, 9, 9]))
    assert again.best_epoch[0] == 1
    again.observe(2, measured(0.8, [6, 6, 6]))
    assert again.best_epoch[0] == 1


@pytest.mark.parametrize("family", FAMILIES)
def test_all_figures_of_a_run_are_of_the_same_weights(family: str, tmp_path: Path) -> None:
    resolved = bound(FAMILIES[family], "digits" if family == "classifier" else "lowercase")
    result = trained(resolved)
    saved = SavedRun(
        resolved.recipe, resolved.dataset, result.snapshot, result.history, result.runs
    )
    save_run(tmp_path / "run.aegui", saved)
    for document in (saved, load_run(tmp_path / "run.aegui")):
        assert document.snapshot is not None
        assert document.best_run == saved.best_run
        for index, run in enumerate(document.results):
            row = result.history.row_at(run.best_epoch)
            assert row is not None
            assert run.best_loss == pytest.approx(result.history.loss[row, index], rel=1e-6)
            codec = document.codec(index)
            assert codec.epoch == document.snapshot.epoch_of(index) == int(run.best_epoch)
            if run.wrong_pixels:
                rows = resolved.dataset.flat()
                assert run.wrong_mean == wrong_pixels(rows, codec.reconstruct(rows)).mean()
            for key, figure in run.figures.items():
                if key in result.history.extra and key != "evaluations":
                    assert figure == pytest.approx(result.history.extra[key][row, index], rel=1e-5)


def test_the_loss_of_a_gan_is_that_of_its_last_weights() -> None:
    result = trained(bound(FAMILIES["gan"]))
    assert not result.has_best
    for index, run in enumerate(result.runs):
        assert run.best_loss == run.loss == pytest.approx(result.history.loss[-1, index], rel=1e-6)
        assert run.best_epoch == run.epochs


def run_of(loss: float, wrong: tuple[int, ...] = (), **figures: float) -> RunResult:
    return RunResult(0, 9, 1.0, loss, loss, 9, wrong, {}, figures)


def test_the_best_run_is_chosen_as_the_best_weights_are() -> None:
    glyphs = Dataset.from_images("two", np.eye(4, dtype=np.float32).reshape(2, 1, 2, 4))
    greys = Dataset.from_images("two", np.full((2, 2, 2), 0.25, np.float32))
    plain, noisy = (
        Recipe.model_validate({"runs": 3, "data": {"corruption": {"kind": kind, "level": 0.1}}})
        for kind in ("none", "flip")
    )
    missed, met = run_of(0.1, (0, 2)), run_of(0.3, (1, 1))
    assert ranked_runs(plain, glyphs, (missed, met, run_of(0.2, (1, 1))))[0] == 2
    assert ranked_runs(plain, glyphs, (run_of(0.2, (9, 0)), run_of(0.1, (5, 5))))[0] == 0
    for recipe, data in ((noisy, glyphs), (plain, greys)):
        assert ranked_runs(recipe, data, (run_of(0.3, (0, 0)), run_of(0.1, (5, 5))))[0] == 1
    assert ranked_runs(plain, greys, (run_of(np.nan), run_of(0.1)))[0] == 1
    gan = Recipe.model_validate({"runs": 2, "gan": {}})
    assert ranked_runs(gan, greys, (run_of(0.3), run_of(0.1)))[0] == 0


def test_the_best_denoiser_is_best_on_what_it_has_not_learnt() -> None:
    resolved = bound(FAMILIES["denoiser"])
    result = trained(resolved)
    found = ranked_runs(resolved.recipe, resolved.dataset, result.runs, result.history)[0]
    kept = [
        result.history.extra["validation_loss"][result.history.row_at(run.best_epoch), index]
        for index, run in enumerate(result.runs)
    ]
    assert found == int(np.argmin(kept))


def test_an_older_file_tells_the_loss_of_the_weights_it_holds(tmp_path: Path) -> None:
    """Its ``best_loss`` is the lowest loss, of whichever weights."""
    import json
    import zipfile

    resolved = bound(FAMILIES["autoencoder"])
    result = trained(resolved)
    path, older = tmp_path / "new.aegui", tmp_path / "old.aegui"
    saved = SavedRun(
        resolved.recipe, resolved.dataset, result.snapshot, result.history, result.runs
    )
    save_run(path, saved)
    with zipfile.ZipFile(path) as new, zipfile.ZipFile(older, "w") as old:
        for name in new.namelist():
            data = new.read(name)
            if name == "run.json":
                document = json.loads(data)
                document["version"] = 1
                for run in document["results"]:
                    run["best_loss"] = 0.0069
                data = json.dumps(document).encode()
            old.writestr(name, data)
    for read, run in zip(load_run(older).results, result.runs, strict=True):
        assert read.best_loss == pytest.approx(run.best_loss, rel=1e-6)


def test_another_objective_is_compared_with_no_earlier_weights() -> None:
    progress = small_progress()
    for epoch, loss in enumerate((0.7, 0.2)):
        progress.observe(epoch, measured(loss, [0, 0, 0]))
    progress.begin_again(1, by_loss=True)
    assert progress.best_epoch[0] == 1
    for epoch, loss in ((2, 0.5), (3, 0.6)):
        progress.observe(epoch, measured(loss, [5, 5, 5]))
    assert progress.best_epoch[0] == progress.improved_epoch == 2
    assert progress.loss_of_best[0] == 0.5


def test_the_weights_at_the_start_of_another_objective_are_not_untrained() -> None:
    """They stay the best until others have a lower validation loss."""
    progress = small_progress()
    losses = ((0.7, 0.7), (0.2, 0.3), (0.6, 0.5), (0.4, 0.6))
    for epoch, (loss, validation) in enumerate(losses):
        if epoch == 2:
            progress.begin_again(1, by_loss=True)
        terms = {"validation_loss": np.array([validation])}
        progress.observe(epoch, Measured(np.array([loss]), np.array([[0, 0, 0]]), terms))
    assert progress.best_epoch[0] == 2


def test_a_run_that_diverges_under_another_objective_keeps_its_weights_and_figures() -> None:
    progress = small_progress()
    progress.observe(0, measured(0.7, [5, 5, 5]))
    progress.observe(1, measured(0.2, [1, 0, 0]))
    progress.begin_again(1, by_loss=False)
    progress.observe(2, measured(np.nan, [9, 9, 9]))
    progress.begin_again(2, by_loss=False)
    progress.observe(3, measured(np.nan, [9, 9, 9]))
    assert progress.best_epoch[0] == 1
    assert progress.best_wrong_pixels[0].tolist() == [1, 0, 0]


def test_only_what_is_measured_makes_another_objective() -> None:
    def objective(**changes: Any) -> object:
        return objective_of(Recipe.model_validate(changes))

    none = objective()
    assert objective(training={"epochs": 9, "optimizer": {"name": "sgd"}}) == none
    assert objective(data={"corruption": {"level": 0.4}}) == none
    assert objective(training={"huber_delta": 2.0}) != none
    assert objective(data={"corruption": {"kind": "flip", "level": 0.4}}) != none
    classifier = objective(classifier={})
    assert objective(classifier={}, training={"loss": "mse"}) == classifier
    assert objective(classifier={}, training={"l2": 0.1}) != classifier
