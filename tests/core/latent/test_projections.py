"""Projections: reproducible by seed, groups separated, progress reported, bad input refused."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.errors import AeguiError, Cancelled
from aegui.core.evaluation.map_quality import knn_accuracy, trustworthiness
from aegui.core.evaluation.neighbours import nearest_others
from aegui.core.latent.pca import fit_pca
from aegui.core.latent.projections import (
    METHODS,
    ProjectionOptions,
    ProjectionProgress,
    plane,
    project,
    projection_cost,
    unavailable,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUICK = ProjectionOptions(iterations=100)


def groups(n: int = 240, d: int = 60) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    rng = np.random.default_rng(0)
    classes = np.arange(n) % 6
    middles = rng.normal(0, 2, (6, d))
    return (middles[classes] + rng.normal(0, 1, (n, d))).astype(np.float32), classes


def test_pca_is_the_plane_of_the_first_two_components() -> None:
    rows, _ = groups()
    found = project("pca", rows, QUICK)
    np.testing.assert_allclose(
        found.coordinates, fit_pca(rows, 2).encode(rows), rtol=1e-5, atol=1e-6
    )
    assert found.pca is not None
    assert not found.coordinates.flags.writeable
    assert found.seconds > 0


def test_tsne_keeps_groups_together_and_is_repeatable() -> None:
    rows, classes = groups()
    steps: list[ProjectionProgress] = []
    found = project("tsne", rows, QUICK, steps.append)
    again = project("tsne", rows, QUICK)
    np.testing.assert_array_equal(found.coordinates, again.coordinates)
    assert found.coordinates.shape == (240, 2)
    assert knn_accuracy(nearest_others(found.coordinates, 5), classes) == 1.0
    trust = trustworthiness(rows, found.coordinates)
    flat = trustworthiness(rows, project("pca", rows, QUICK).coordinates)
    assert trust is not None
    assert flat is not None
    assert trust > flat
    shares = [step.share for step in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    moved = [step.coordinates for step in steps if step.coordinates is not None]
    assert len(moved) == 36
    assert float(np.ptp(moved[-1])) > 100 * float(np.ptp(moved[0]) / 100)


def test_another_seed_gives_another_map_of_the_same_groups() -> None:
    rows, classes = groups()
    one = project("tsne", rows, QUICK)
    other = project("tsne", rows, ProjectionOptions(iterations=100, seed=1))
    assert not np.allclose(one.coordinates, other.coordinates)
    assert knn_accuracy(nearest_others(other.coordinates, 5), classes) == 1.0


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_samples_that_are_all_the_same(method: str) -> None:
    found = project(method, np.full((20, 35), 0.25), QUICK)
    np.testing.assert_array_equal(found.coordinates, 0.0)


def test_few_samples_have_a_smaller_perplexity_and_are_told_so() -> None:
    found = project("tsne", np.eye(10), QUICK)
    assert np.isfinite(found.coordinates).all()
    assert found.notes == ("perplexity 3 instead of 30: there are only 10 samples",)
    with pytest.raises(AeguiError, match="t-SNE needs at least 5 samples; there are 4"):
        project("tsne", np.eye(4), QUICK)


def test_duplicates_do_no_harm() -> None:
    rows, _ = groups(60)
    found = project("tsne", np.concatenate([rows, rows, rows]), QUICK)
    assert np.isfinite(found.coordinates).all()


@pytest.mark.parametrize("after", [0, 2, 8])
def test_cancelling(after: int) -> None:
    rows, _ = groups()
    steps: list[ProjectionProgress] = []
    with pytest.raises(Cancelled):
        project("tsne", rows, QUICK, steps.append, lambda: len(steps) >= after)
    assert len(steps) == after


def test_one_number_or_many_as_a_plane() -> None:
    codes = np.arange(12, dtype=np.float32).reshape(3, 4)
    np.testing.assert_array_equal(plane(codes, (3, 1)), codes[:, [3, 1]])
    np.testing.assert_array_equal(plane(codes[:, :1]), [[0, 0], [4, 0], [8, 0]])


def test_umap_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert unavailable("umap") == "UMAP is not installed. To have it: pip install umap-learn"
    assert [unavailable(key) for key in METHODS if key != "umap"] == [None, None]
    with pytest.raises(AeguiError, match="not installed"):
        project("umap", np.eye(9), QUICK)


def test_umap_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    class Umap:
        def __init__(self, **options: Any) -> None:
            given.update(options)

        def fit_transform(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
            return rows[:, :2]

    module = ModuleType("umap")
    module.UMAP = Umap  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "umap", module)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    rows, _ = groups(12)
    found = project("umap", rows, ProjectionOptions(neighbours=40, seed=3))
    assert found.coordinates.shape == (12, 2)
    assert (given["n_neighbors"], given["random_state"]) == (11, 3)
    assert given["init"].shape == (12, 2)


def test_the_cost_of_a_map_grows_with_its_samples_up_to_those_that_are_drawn() -> None:
    options = ProjectionOptions(samples=5_000)
    few = projection_cost(["tsne"], 500, 784, options)
    many = projection_cost(["tsne"], 5_000, 784, options)
    assert few.seconds < many.seconds
    assert few.bytes < many.bytes
    assert projection_cost(["tsne"], 70_000, 784, options) == many
    assert projection_cost(["", "code"], 70_000, 784, options).seconds == 0.0
    both = projection_cost(["pca", "umap"], 5_000, 784, options).seconds
    assert both > projection_cost(["pca"], 5_000, 784, options).seconds


@pytest.mark.parametrize(
    ("method", "samples", "seconds", "megabytes"),
    [("tsne", 2_900, 7.7, 21), ("tsne", 10_000, 32.4, 117), ("umap", 4_000, 12.9, 122)],
)
def test_the_cost_of_a_map_is_near_what_was_measured(
    method: str, samples: int, seconds: float, megabytes: float
) -> None:
    # On one core of a server, of 8 columns.
    found = projection_cost([method], samples, 8, ProjectionOptions(samples=samples))
    assert seconds / 2 < found.seconds < 2 * seconds
    assert megabytes / 2 < found.bytes / 2**20 < 2 * megabytes
