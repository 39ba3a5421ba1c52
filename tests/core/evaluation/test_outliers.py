from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.integrate import trapezoid

from aegui.core.data.builtin import load_builtin
from aegui.core.data.corruption import corrupted, parse_corruption
from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.evaluation.outliers import OutlierBench, outlier_bench, reconstruction_errors
from aegui.core.run_file.saved import load_run
from aegui.paths import models_dir

if TYPE_CHECKING:
    from aegui.core.latent.codec import Codec

LETTERS = load_builtin("lowercase")
TIES = OutlierBench(np.array([1.0, 2.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0]))


@pytest.fixture(scope="module")
def codec() -> Codec:
    saved = load_run(models_dir() / "letters-denoise.aegui")
    return saved.codec(saved.best_run)


def test_errors_are_sums_of_squares(codec: Codec) -> None:
    errors = reconstruction_errors(codec, LETTERS.images)
    miss = codec.reconstruct(LETTERS.flat()) - LETTERS.flat()
    np.testing.assert_allclose(errors, np.square(miss).sum(axis=1), rtol=1e-5)
    assert reconstruction_errors(codec, LETTERS.images[4]).shape == (1,)


def test_the_area_is_the_chance_of_telling_two_apart() -> None:
    pairs = [
        1.0 if other > own else 0.5 if other == own else 0.0
        for own in TIES.inside.tolist()
        for other in (2.0, 3.0, 4.0)
    ]
    assert TIES.auc == pytest.approx(np.mean(pairs))
    roc = TIES.roc
    assert roc is not None
    area = trapezoid(roc.true_share, roc.false_share)
    assert area == pytest.approx(TIES.auc)
    assert (roc.false_share[0], roc.true_share[0]) == (0.0, 0.0)
    assert (roc.false_share[-1], roc.true_share[-1]) == (1.0, 1.0)
    for place, threshold in enumerate(roc.thresholds.tolist()):
        assert TIES.shares(threshold) == (roc.false_share[place], roc.true_share[place])


def test_thresholds_and_places() -> None:
    bench = OutlierBench(np.arange(100.0))
    assert bench.threshold == pytest.approx(94.05)
    assert bench.shares(bench.threshold) == (0.05, None)
    assert bench.place(50.0) == 0.5
    assert bench.auc is None
    assert bench.roc is None


def test_scribbles_are_outliers(codec: Codec) -> None:
    noise = corrupted(LETTERS.images, parse_corruption("salt_pepper:1"), 2, LETTERS.image_shape)
    scribbles = Dataset.from_images("scribbles", noise)
    bench = outlier_bench(codec, LETTERS, scribbles)
    assert bench.auc is not None
    assert bench.auc > 0.98
    assert outlier_bench(codec, LETTERS, LETTERS).auc == pytest.approx(0.5)
    own, others = bench.shares(bench.threshold)
    assert own <= 0.07
    assert others is not None
    assert others > 0.9


def test_refusals(codec: Codec) -> None:
    with pytest.raises(AeguiError, match="9 pixels"):
        outlier_bench(codec, LETTERS, Dataset.from_images("small", np.zeros((2, 3, 3))))
    with pytest.raises(Cancelled):
        outlier_bench(codec, LETTERS, cancelled=lambda: True)
