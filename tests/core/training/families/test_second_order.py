"""scipy's optimisers: exact gradients, cancellation, counts, and the end of the thread."""

from __future__ import annotations

import gc
import itertools
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from scipy.optimize import minimize, rosen, rosen_der

from aegui.core.data.builtin import load_builtin
from aegui.core.errors import Cancelled
from aegui.core.network.forward import apply_layer
from aegui.core.network.resolve import ResolvedRecipe, resolve
from aegui.core.recipe import CorruptionSpec, NormSpec, Recipe
from aegui.core.training.families.exact_objective import ExactObjective
from aegui.core.training.families.minimization import (
    Answering,
    End,
    Iterate,
    Minimization,
    Question,
)
from aegui.core.training.families.second_order import (
    METHODS,
    minimize_bfgs,
    update_inverse_hessian,
)
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import Training, train
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples

if TYPE_CHECKING:
    from numpy.typing import NDArray


CPU = torch.device("cpu")
SMALL: dict[str, Any] = {"encoder": [{"units": 3}]}


def resolved_recipe(optimizer: str = "lbfgs", epochs: int = 20, **changes: Any) -> ResolvedRecipe:
    training = {"epochs": epochs, "optimizer": {"name": optimizer}, **changes.pop("training", {})}
    recipe = Recipe.model_validate({"network": SMALL, "training": training, **changes})
    dataset = load_builtin("digits").subset(range(40)) if changes else load_builtin("lowercase")
    if recipe.data.source == "lowercase":
        dataset = load_builtin("lowercase")
    resolution = resolve(recipe, dataset)
    assert resolution.resolved is not None, resolution.problems
    return resolution.resolved


def objective_of(resolved: ResolvedRecipe) -> tuple[ExactObjective, Parameters]:
    parameters = Parameters(resolved, CPU)
    samples = Samples(resolved, resolved.recipe.data.corruption, CPU)
    return ExactObjective(resolved, parameters, samples), parameters


def minimizing_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "scipy-minimize"]


OBJECTIVES: dict[str, dict[str, Any]] = {
    "plain": {},
    "penalties": {
        "network": {"encoder": [], "latent": {"units": 3, "activation": "sigmoid"}},
        "training": {
            "l1": 1e-3,
            "l2": 1e-2,
            "code_l1": 1e-2,
            "contractive": 0.1,
            "sparsity": {"weight": 0.1},
        },
    },
    "deep contractive": {
        "network": {"encoder": [{"units": 6}], "latent": {"units": 5}},
        "training": {"contractive": 0.1},
    },
    "edges": {"training": {"edges": 0.5}},
    "huber, tied": {
        "network": {"encoder": [{"units": 3}], "tied": True, "output_activation": "identity"},
        "training": {"loss": "huber", "huber_delta": 0.2},
    },
    "convolution": {
        "data": {"source": "digits", "count": 40},
        "network": {
            "encoder": [
                {"kind": "conv", "channels": 2, "stride": 2, "activation": "tanh"},
                {"kind": "batch_norm"},
            ]
        },
        "training": {"loss": "mse"},
    },
    "convolutions of several channels": {
        "data": {"source": "digits", "count": 10},
        "network": {
            "encoder": [
                {"kind": "conv", "channels": 2, "stride": 2, "activation": "tanh"},
                {"kind": "conv", "channels": 3, "activation": "tanh"},
            ]
        },
        "training": {"loss": "mse"},
    },
    "gaussian code": {
        "optimizer": "adam",
        "network": {
            "encoder": [{"units": 3}],
            "latent": {"kind": "gaussian", "activation": "identity", "beta": 0.5},
        },
        "training": {"edges": 0.5},
    },
    "fixed noise": {"data": {"corruption": {"kind": "flip", "level": 0.2, "fresh": False}}},
}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_gradient_is_that_of_differences(name: str) -> None:
    objective, _ = objective_of(resolved_recipe(**OBJECTIVES[name]))
    vector = objective.start(0)
    loss, gradient = objective.loss_and_gradient(0, vector)
    assert loss == pytest.approx(objective.loss(0, vector), rel=1e-12)
    rng = np.random.default_rng(0)
    for _ in range(5):
        direction = rng.standard_normal(len(vector))
        step = 1e-5
        ahead = objective.loss(0, vector + step * direction)
        behind = objective.loss(0, vector - step * direction)
        # L1 and rectifiers have kinks: the slope is met closely, not exactly.
        assert (ahead - behind) / (2 * step) == pytest.approx(gradient @ direction, rel=2e-3)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_generated_program_gives_what_torch_does(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved = resolved_recipe(**OBJECTIVES[name])
    objective, plain = objective_of(resolved)[0], objective_of(resolved)[0]
    monkeypatch.setattr(plain, "_program", lambda rows, *, gradient: None)
    vector = objective.start(0)
    loss, gradient = objective.loss_and_gradient(0, vector)
    expected, slope = plain.loss_and_gradient(0, vector)
    assert loss == pytest.approx(expected, rel=1e-12)
    assert objective.loss(0, vector) == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(gradient, slope, rtol=1e-9, atol=1e-12)
    assert all(made is not None for made in objective._programs.values())


def test_samples_in_parts_give_the_same_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    resolved = resolved_recipe(training={"l2": 0.01}, network=SMALL)
    whole, _ = objective_of(resolved)
    monkeypatch.setattr("aegui.core.training.families.exact_objective._CHUNK_NUMBERS", 35 * 7)
    parts, _ = objective_of(resolved)
    vector = whole.start(0)
    a, b = whole.loss_and_gradient(0, vector), parts.loss_and_gradient(0, vector)
    assert a[0] == pytest.approx(b[0], rel=1e-12)
    np.testing.assert_allclose(a[1], b[1], atol=1e-14)


@pytest.mark.parametrize("optimizer", METHODS)
def test_every_optimizer_lowers_the_loss_and_counts(optimizer: str) -> None:
    epochs = {"powell": 1, "nelder_mead": 400}.get(optimizer, 30)
    resolved = resolved_recipe(optimizer, epochs, network={"encoder": []}, runs=2)
    *_, last = train(resolved)
    result = last.result()
    assert last.finished == result.reason == "epochs"
    assert last.epoch == epochs
    assert result.engine == "scipy"
    assert (result.history.loss[-1] < result.history.loss[0]).all()
    assert np.all(np.diff(result.history.epoch) > 0)
    counts = result.history.extra["evaluations"]
    assert counts[0].tolist() == [0, 0]
    assert np.all(np.diff(counts, axis=0) >= 0)
    assert [run.figures["evaluations"] for run in result.runs] == counts[-1].tolist()
    assert counts[-1].min() > epochs


def test_a_run_among_others_is_the_same_as_alone() -> None:
    together = resolved_recipe("bfgs", 12, runs=2, seed=4)
    *_, both = train(together)
    *_, alone = train(resolved_recipe("bfgs", 12, seed=5))
    np.testing.assert_array_equal(
        both.snapshot().layers[0].weight[1], alone.snapshot().layers[0].weight[0]
    )


def test_second_order_gets_further_than_adam_in_as_many_looks() -> None:
    *_, second = train(resolved_recipe("lbfgs", 150))
    *_, first = train(resolved_recipe("adam", 200))
    assert second.result().runs[0].figures["evaluations"] < 200
    assert second.result().runs[0].loss < first.result().runs[0].loss


def test_an_optimizer_that_finds_nothing_better_has_converged() -> None:
    # A line fitted by least squares: quadratic in its two numbers, so done in a few iterations.
    network = {
        "encoder": [],
        "latent": {"units": 1},
        "output_activation": "identity",
    }
    resolved = resolved_recipe("bfgs", 5000, network=network, training={"loss": "mse"})
    *_, last = train(resolved)
    assert last.finished == last.result().reason == "converged"
    assert last.epoch < 5000
    images = resolved.dataset.flat()
    centred = images - images.mean(axis=0)
    best = np.square(centred).sum() - np.linalg.svd(centred, compute_uv=False)[0] ** 2
    assert last.result().runs[0].loss == pytest.approx(best / images.size, rel=1e-4)


def test_single_steps_are_evaluations() -> None:
    steps = train(resolved_recipe("lbfgs"), Control(max_chunk=1))
    training = next(steps)
    seen = []
    for _ in range(12):
        next(steps)
        seen.append((training.position, int(training._stepper.evaluations[0])))  # type: ignore[attr-defined]
    assert seen[0] == (0, 1)
    assert all(
        (after[0] - before[0]) + (after[1] - before[1]) == 1
        for before, after in itertools.pairwise(seen)
    )


def _halfway(resolved: ResolvedRecipe, evaluations: int) -> Training:
    for training in train(resolved, Control(max_chunk=1)):
        if training._stepper.evaluations[0] >= evaluations:  # type: ignore[attr-defined]
            break
    return training


@pytest.mark.parametrize("optimizer", ["lbfgs", "powell"])
def test_continuing_begins_anew_at_the_weights_reached(optimizer: str) -> None:
    resolved = resolved_recipe(optimizer, 40 if optimizer == "lbfgs" else 1, network=SMALL)
    first = _halfway(resolved, 25)
    stopped = first.result("stopped")
    rest = train(resolved, None, stopped.checkpoint, stopped.history)
    again = next(rest)
    assert any("restarts from the current weights" in note for note in again.notes)
    np.testing.assert_array_equal(again.snapshot().layers[0].weight, stopped.last.layers[0].weight)
    *_, last = rest
    result = last.result()
    assert last.epoch == resolved.recipe.training.epochs
    assert np.all(np.diff(result.history.epoch) > 0)
    assert np.all(np.diff(result.history.extra["evaluations"][:, 0]) >= 0)
    assert result.history.loss[-1, 0] < stopped.history.loss[-1, 0]


def test_the_time_may_be_up_within_an_iteration() -> None:
    import scipy.optimize  # noqa: F401 (loading it takes longer than the training may)

    # Of so many numbers an iteration takes 5 s, and compiling its program part of one.
    network = {"encoder": [{"units": 25}, {"units": 10}], "latent": {"units": 2}}
    goals = {"seconds": 1.0}
    *_, last = train(resolved_recipe("powell", 50, network=network, training={"goals": goals}))
    assert last.finished == last.result().reason == "seconds"
    assert last.epoch == 0
    history = last.history.view()
    assert 0 < history.epoch[-1] == last.position < 1
    assert history.loss[-1, 0] < history.loss[0, 0]


def test_the_thread_ends_with_the_training() -> None:
    training = _halfway(resolved_recipe("cg"), 3)
    assert len(minimizing_threads()) == 1
    del training
    assert minimizing_threads() == []


def test_the_thread_ends_with_a_training_that_is_stopped_within_an_answer() -> None:
    """At once, though an exception with its traceback may hold references."""
    assert not gc.isenabled()
    control = Control()
    for training in train(resolved_recipe("powell"), control):
        control.stop = training.position > 0
    assert training.finished == "stopped"
    del training
    for thread in minimizing_threads():
        thread.join(20)
    assert minimizing_threads() == []


def test_noise_that_is_changed_meanwhile_is_one_fixed_draw() -> None:
    control = Control()
    resolved = resolved_recipe("lbfgs", 30)
    for training in train(resolved, control):
        if training.epoch >= 10:
            control.corruption = CorruptionSpec(kind="flip", level=0.1)
    counts = training.history.view().extra["evaluations"][:, 0]
    assert training.epoch == 30
    assert np.all(np.diff(counts) >= 0)


def squares(vector: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    return float(vector @ vector), 2 * vector


@pytest.mark.parametrize("most", [1, 3, 1_000])
def test_questions_are_answered_as_long_as_the_driver_likes(most: int) -> None:
    minimization = Minimization(np.array([3.0, -2.0]), {"method": "BFGS", "jac": True})
    kinds, answered = [], 0

    def answer(vector: NDArray[np.float64]) -> object:
        nonlocal answered
        answered += 1
        return squares(vector)

    event = minimization.next(None)
    while not isinstance(event, End):
        kinds.append(type(event))
        if isinstance(event, Question):
            limit = answered + most
            is_over = partial(lambda limit: answered >= limit, limit)
            event = minimization.go_on(Answering(answer, is_over), None)
            assert limit - most < answered <= limit
        else:
            event = minimization.next(None)
    assert event.error is None
    assert Iterate in kinds
    assert kinds.count(Question) == answered or most > 1
    np.testing.assert_allclose(event.vector, 0, atol=1e-6)
    assert minimization.next(0.001) is None


def test_what_an_answer_raises_is_told_with_the_question_which_waits() -> None:
    minimization = Minimization(np.array([3.0, -2.0]), {"method": "BFGS", "jac": True})
    first = minimization.next(None)
    assert isinstance(first, Question)
    refused = Mock(side_effect=Cancelled("no"))
    again = minimization.go_on(Answering(refused, lambda: False), None)
    assert isinstance(again, Question)
    assert isinstance(again.error, Cancelled)
    np.testing.assert_array_equal(again.vector, first.vector)
    event = minimization.go_on(Answering(squares, lambda: False), None)
    assert isinstance(event, Iterate)
    minimization.close()


def test_nothing_is_computed_once_the_driver_has_gone_on() -> None:
    minimization = Minimization(np.array([3.0, -2.0]), {"method": "Powell"})
    begun = threading.Event()
    answered = 0

    def slowly(vector: NDArray[np.float64]) -> float:
        nonlocal answered
        begun.set()
        time.sleep(0.05)
        answered += 1
        return float(vector @ vector)

    assert isinstance(minimization.next(None), Question)
    # The time is up while the first answer is being made: it is waited for, and is the last.
    event = minimization.go_on(Answering(slowly, lambda: False), 0.001)
    assert begun.is_set()
    assert answered == 1
    event = event or minimization.next(None)
    assert isinstance(event, Question)
    assert answered == 1
    minimization.close()


def test_an_error_within_scipy_is_raised_where_the_training_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("scipy.optimize.minimize", Mock(side_effect=ValueError("no such method")))
    steps = train(resolved_recipe("cg"), Control(max_chunk=1))
    next(steps)
    with pytest.raises(ValueError, match="no such method"):
        next(steps)


def test_a_loss_that_is_no_number_ends_the_run() -> None:
    network = {"encoder": [{"units": 25, "activation": "cosh"}, {"units": 9, "activation": "cosh"}]}
    training = {"loss": "mse", "initializer": {"name": "normal", "std": 50}}
    *_, last = train(resolved_recipe("cg", network=network, training=training))
    assert last.finished == "diverged"


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"training": {"batch_size": 8}}, "training.batch_size", "full batch"),
        ({"data": {"corruption": {"kind": "flip", "level": 0.1}}}, "training.optimizer", "noise"),
        ({"network": {"decoder": [{"units": 9, "dropout": 0.5}]}}, "training.optimizer", "dropout"),
        ({"runs": 51, "training": {"optimizer": {"name": "cg"}}}, "runs", "at most 50"),
        ({"network": {"encoder": [{"units": 400}]}}, "training.optimizer", "each pair"),
    ],
)
def test_what_does_not_go_together_is_said(changes: dict[str, Any], where: str, words: str) -> None:
    training = {"optimizer": {"name": "bfgs"}, **changes.pop("training", {})}
    recipe = Recipe.model_validate({**changes, "training": training})
    resolution = resolve(recipe, load_builtin("lowercase"))
    assert resolution.resolved is None
    assert [(it.where, words in it.message) for it in resolution.problems] == [(where, True)]


NORMED: dict[str, Any] = {
    "encoder": [{"units": 6}, {"kind": "batch_norm", "activation": "tanh"}, {"units": 4}],
    "decoder": [{"units": 8, "activation": "tanh"}, {"kind": "batch_norm"}],
}


@pytest.mark.parametrize("optimizer", ["lbfgs", "bfgs", "cg", "powell", "nelder_mead"])
@pytest.mark.parametrize(
    "network",
    [NORMED, {"encoder": [{"kind": "conv", "channels": 2}, {"kind": "batch_norm"}]}],
    ids=["rows", "images"],
)
def test_running_statistics_are_those_of_the_weights(
    optimizer: str, network: dict[str, Any]
) -> None:
    resolved = resolved_recipe(optimizer, 4, network=network, runs=2)
    *_, training = itertools.islice(train(resolved), 12)
    recorded = training.snapshot()
    model_layers = resolved.layers
    rows = torch.from_numpy(resolved.dataset.flat().copy())
    for run in range(2):
        x = (
            rows
            if len(model_layers[0].input_shape) == 1
            else rows.view(-1, *resolved.dataset.image_shape)
        )
        for layer, weights in zip(model_layers, recorded.layers, strict=True):
            tensors = {
                name: torch.from_numpy(array[run].copy()) for name, array in weights.tensors.items()
            }
            if isinstance(layer.spec, NormSpec):
                axes = [axis for axis in range(x.dim()) if axis != 1]
                torch.testing.assert_close(tensors["mean"], x.mean(dim=axes), rtol=1e-4, atol=1e-5)
                torch.testing.assert_close(
                    tensors["variance"], x.var(dim=axes), rtol=1e-4, atol=1e-5
                )
            x = apply_layer(layer, tensors, x, training=True)


def test_the_update_is_the_formula_of_the_book() -> None:
    rng = np.random.default_rng(0)
    size = 700  # more rows than are updated at once
    root = rng.standard_normal((size, size)) / size
    inverse = np.eye(size) + root @ root.T
    step, change = rng.standard_normal((2, size))
    bend = float(step @ change)
    left = np.eye(size) - np.outer(step, change) / bend
    expected = left @ inverse @ left.T + np.outer(step, step) / bend
    update_inverse_hessian(inverse, step, change, bend)
    np.testing.assert_allclose(inverse, expected, atol=1e-10 * np.abs(expected).max())
    # What was learnt: this change of the gradient comes from this step.
    np.testing.assert_allclose(inverse @ change, step, atol=1e-8 * np.abs(expected).max())


def minimized(
    method: Any, start: list[float], most: int = 200, fun: Any = rosen, jac: Any = rosen_der
) -> tuple[Any, list[NDArray[np.float64]]]:
    path: list[NDArray[np.float64]] = []

    def remember(xk: NDArray[np.float64]) -> None:
        path.append(xk.copy())

    # The stubs do not know that methods may be functions.
    call: Any = minimize
    options = {"gtol": 1e-8, "maxiter": most}
    found = call(fun, np.array(start), method=method, jac=jac, callback=remember, options=options)
    return found, path


def test_it_goes_where_scipy_goes() -> None:
    (theirs, their_path), (ours, our_path) = (
        minimized(method, [1.3, 0.7, 0.8, 1.9]) for method in ("BFGS", minimize_bfgs)
    )
    np.testing.assert_allclose(theirs.x, 1.0, atol=1e-6)
    np.testing.assert_allclose(ours.x, 1.0, atol=1e-6)
    assert abs(len(their_path) - len(our_path)) <= 0.3 * len(their_path)


@pytest.mark.parametrize("most", [1, 5])
def test_it_ends_after_the_iterations_allowed(most: int) -> None:
    result, path = minimized(minimize_bfgs, [-1.2, 1.0], most)
    assert result.nit == len(path) == most


def test_a_slope_that_leads_nowhere_ends_it() -> None:
    result, path = minimized(
        minimize_bfgs,
        [1.0, 1.0],
        fun=lambda x: float(np.abs(x).sum()),
        jac=lambda x: -np.ones_like(x),
    )
    np.testing.assert_array_equal(result.x, [1.0, 1.0])
    assert path == []
