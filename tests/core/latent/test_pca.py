"""PCA compared with numpy's SVD, with hand calculation, and on the real digits if present."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.errors import AeguiError, Cancelled
from aegui.core.latent.pca import PIXEL_CLIP, fit_pca, pca_reference, reconstruction_loss

if TYPE_CHECKING:
    from numpy.typing import NDArray


def rows(n: int, d: int, seed: int = 0) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(n, min(n, d, 6))) @ rng.normal(size=(min(n, d, 6), d))
    return (hidden + 0.1 * rng.normal(size=(n, d)) + 3.0).astype(np.float32)


@pytest.mark.parametrize("shape", [(60, 9), (9, 60), (20, 20), (4000, 40)])
def test_it_is_the_svd_of_the_centred_rows(shape: tuple[int, int]) -> None:
    x = rows(*shape)
    pca = fit_pca(x, 4)
    centred = x.astype(np.float64) - x.astype(np.float64).mean(axis=0)
    _, singular, right = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(pca.variances, singular[:4] ** 2 / len(x), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        np.abs((pca.components * right[:4]).sum(axis=1)), 1.0, rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(pca.components @ pca.components.T, np.eye(4), atol=1e-10)
    assert pca.total_variance == pytest.approx(float((singular**2).sum() / len(x)))
    answer = pca.decode(pca.encode(x))
    assert pca.error() == pytest.approx(float(np.square(answer - x).sum(axis=1).mean()), rel=1e-3)
    assert pca.error(2) > pca.error(3) > pca.error(4)


def test_the_quick_way_for_large_matrices_is_exact_too() -> None:
    x = np.random.default_rng(1).normal(size=(1500, 1300)).astype(np.float32)
    x[:, :5] *= np.array([9, 7, 6, 5, 4], np.float32)
    values = np.linalg.eigvalsh(np.cov(x.astype(np.float64).T, ddof=0))[::-1]
    np.testing.assert_allclose(fit_pca(x, 5).variances, values[:5], rtol=1e-5, atol=1e-6)


def test_all_components_give_the_rows_back_and_explain_everything() -> None:
    x = rows(12, 5)
    pca = fit_pca(x, 99)
    assert pca.components.shape == (5, 5)
    np.testing.assert_allclose(pca.decode(pca.encode(x)), x, atol=1e-5)
    assert pca.explained.sum() == pytest.approx(1.0)
    assert (np.diff(pca.explained) <= 0).all()


def test_signs_do_not_depend_on_the_order_of_the_rows() -> None:
    x = rows(30, 8)
    there, back = fit_pca(x, 3), fit_pca(x[::-1], 3)
    np.testing.assert_allclose(there.components, back.components, atol=1e-8)
    assert ((there.components**3).sum(axis=1) > 0).all()


@pytest.mark.parametrize(
    "x",
    [
        np.full((5, 3), 0.5, np.float32),
        np.zeros((1, 4), np.float32),
        np.zeros((1300, 1201), np.float32),
    ],
)
def test_where_nothing_varies_there_is_no_component(x: NDArray[np.float32]) -> None:
    pca = fit_pca(x, 2)
    assert pca.components.shape == (0, x.shape[1])
    assert pca.error() == 0.0
    assert pca.explained.size == 0
    np.testing.assert_allclose(pca.decode(pca.encode(x)), x, rtol=1e-5, atol=1e-6)


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(AeguiError, match="at least one sample"):
        fit_pca(np.zeros((0, 3)), 1)
    with pytest.raises(AeguiError, match="not finite"):
        fit_pca(np.array([[0.0, np.nan]]), 1)
    with pytest.raises(Cancelled):
        fit_pca(rows(9, 3), 1, lambda: True)


def test_the_reference_of_each_loss() -> None:
    x = np.clip(rows(40, 10) / 8.0, 0.0, 1.0)
    pca = fit_pca(x, 2)
    answer = pca.decode(pca.encode(x)).astype(np.float64)
    miss = np.abs(answer - x)
    inside = np.clip(answer, PIXEL_CLIP, 1 - PIXEL_CLIP)
    wanted = {
        "mse": np.square(miss).mean(),
        "mae": miss.mean(),
        "huber": np.where(miss <= 0.02, miss**2 / 2, 0.02 * (miss - 0.01)).mean(),
        "bce": -(x * np.log(inside) + (1 - x) * np.log(1 - inside)).mean(),
    }
    for loss, value in wanted.items():
        assert pca_reference(x, 2, loss, huber_delta=0.02) == pytest.approx(value, rel=1e-5)
    assert pca_reference(x, 2, "mse") == pytest.approx(pca.error() / 10)
    with pytest.raises(KeyError):
        reconstruction_loss(pca, x, "nothing")


def digits(part: str) -> NDArray[np.float32]:
    path = Path(os.environ.get("AEGUI_DATA_DIR", "")) / "mnist" / f"{part}-images-idx3-ubyte.gz"
    if not path.is_file():
        pytest.skip("the digits are not on this machine")
    with gzip.open(path) as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16)
    return pixels.reshape(-1, 784).astype(np.float32) / np.float32(255)


def test_thirty_components_of_mnist() -> None:
    # Hinton and Salakhutdinov (2006) give 13.87 for PCA-30 on the test set.
    pca = fit_pca(digits("train"), 30)
    test = digits("t10k")
    error = float(np.square(pca.decode(pca.encode(test)) - test).sum(axis=1).mean())
    assert error == pytest.approx(13.866, abs=0.005)
