"""Principal components: the best linear code of any size, exact, and its error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.data.progress import in_batches, stop_if
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.latent.signs import oriented
from aegui.core.light_dataclass import dataclass
from aegui.core.training.losses import LOSSES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.progress import IsCancelled

    Matrix = NDArray[np.float64]
    Rows = NDArray[np.float32]

PIXEL_CLIP = 1.0 / 510.0
"""Linear reconstructions leave 0..1; a cross-entropy clips them half a grey level inside."""
_BLOCK_NUMBERS = 1_000_000
_DENSE_SIZE = 1_200
_FEW = 0.1
_MIN_VARIANCE = 1e-12


@dataclass(frozen=True, eq=False)
class Pca:
    """Principal components of n rows of D numbers (Pearson 1901, Hotelling 1933)."""

    mean: Matrix
    """float64 ``[D]``."""
    components: Matrix
    """float64 ``[k, D]``, orthonormal rows, largest variance first, with the signs of ``oriented``.
    """
    variances: Matrix
    """float64 ``[k]``, along each component, over n (not n - 1)."""
    total_variance: float
    """Sum of the variances along all D directions."""

    @property
    def explained(self) -> Matrix:
        """Share of the total variance along each component, ``[k]``; zeros where nothing varies."""
        if self.total_variance <= 0.0:
            return np.zeros_like(self.variances)
        return self.variances / self.total_variance

    def error(self, count: int | None = None) -> float:
        """Return the mean squared error per row, summed over its numbers, of ``count`` of them.

        It is that of the rows that the components were fitted to; None uses all k.
        """
        return max(0.0, self.total_variance - float(self.variances[:count].sum()))

    def encode(self, rows: ArrayLike) -> NDArray[np.float32]:
        """Return codes ``[m, k]`` of ``rows`` ``[m, D]``."""
        array = np.asarray(rows)
        codes = np.empty((len(array), len(self.components)), np.float32)
        for part in _row_blocks(array.shape):
            codes[part] = (array[part] - self.mean) @ self.components.T
        return codes

    def decode(self, codes: ArrayLike) -> NDArray[np.float32]:
        """Return rows ``[m, D]`` of ``codes`` ``[m, j]`` of the first j components, j <= k."""
        array = np.asarray(codes, np.float64)
        rows: Matrix = array @ self.components[: array.shape[1]]
        rows += self.mean
        return rows.astype(np.float32)


def fit_pca(rows: ArrayLike, components: int, cancelled: IsCancelled | None = None) -> Pca:
    """Fit the first ``components`` principal components of ``rows``.

    Exact: eigenvectors of the covariance matrix, or of the Gram matrix if there are fewer rows than
    columns; accumulated in double precision, block by block, so that rows on a disk need not fit
    into memory. Fewer components are returned if the rows span fewer directions.

    Args:
        rows: ``[n, D]``, n >= 1.
        components: Number of components, at least 1.
        cancelled: Polled for cancellation.

    Raises:
        AeguiError: There are no rows, or they are not all finite.
        Cancelled: ``cancelled`` returned True.
    """
    array: Rows = np.asarray(rows)
    if array.ndim != 2 or array.size == 0:
        raise AeguiError(tr("Principal components need at least one sample."))
    mean = _mean(array, cancelled)
    if not np.isfinite(mean).all():
        raise AeguiError(
            tr("Some values are not finite numbers: there are no principal components of them.")
        )
    few_rows = len(array) < array.shape[1]
    matrix = (_products if few_rows else _covariance)(array, mean, cancelled)
    total = float(np.trace(matrix))
    variances, vectors = _largest(matrix, min(components, len(matrix)), cancelled)
    # Rounding errors span no direction.
    keep = variances > _MIN_VARIANCE * max(total, 1e-300)
    variances, vectors = variances[keep], vectors[:, keep]
    if few_rows:
        vectors = _directions(array, mean, vectors, cancelled)
    return Pca(mean, oriented(vectors.T), variances, total)


def reconstruction_loss(
    pca: Pca,
    rows: ArrayLike,
    loss: str,
    huber_delta: float = 1.0,
    cancelled: IsCancelled | None = None,
) -> float:
    """Return the mean loss per number of ``rows`` ``[m, D]``, reconstructed by ``pca``.

    Args:
        pca: The components.
        rows: The targets.
        loss: A key of ``LOSSES`` of the catalogue.
        huber_delta: Where Huber's loss changes from squared to absolute.
        cancelled: Polled for cancellation.

    Raises:
        KeyError: The loss is none of those.
        Cancelled: ``cancelled`` returned True.
    """
    row = LOSSES[loss]
    array = np.asarray(rows)
    total = 0.0
    for part in _row_blocks(array.shape, cancelled):
        block = array[part].astype(np.float64)
        answer = pca.mean + ((block - pca.mean) @ pca.components.T) @ pca.components
        if row.of_logits:
            answer = np.clip(answer, PIXEL_CLIP, 1.0 - PIXEL_CLIP)
        total += float(row.each(answer, block, huber_delta).sum())
    return total / array.size


def pca_reference(
    rows: ArrayLike,
    k: int,
    loss: str,
    huber_delta: float = 1.0,
    cancelled: IsCancelled | None = None,
) -> float:
    """Return the loss per pixel of ``rows`` ``[n, D]`` through their own first ``k`` components.

    It is the lower bound for a linear autoencoder with a code of ``k`` numbers and squared error
    (Baldi and Hornik 1989). A network below it has learnt something nonlinear. For other losses the
    components stay those of the squared error.

    Raises:
        KeyError: The loss is none of ``LOSSES``.
        AeguiError: The rows cannot be used.
        Cancelled: ``cancelled`` returned True.
    """
    pca = fit_pca(rows, k, cancelled)
    return reconstruction_loss(pca, rows, loss, huber_delta, cancelled)


def _row_blocks(shape: tuple[int, ...], cancelled: IsCancelled | None = None) -> Iterator[slice]:
    return in_batches(shape[0], max(16, _BLOCK_NUMBERS // max(1, shape[1])), cancelled)


def _mean(rows: Rows, cancelled: IsCancelled | None) -> Matrix:
    total = np.zeros(rows.shape[1])
    for part in _row_blocks(rows.shape, cancelled):
        total += rows[part].sum(axis=0, dtype=np.float64)
    return total / len(rows)


def _covariance(rows: Rows, mean: Matrix, cancelled: IsCancelled | None) -> Matrix:
    matrix = np.zeros((rows.shape[1], rows.shape[1]))
    for part in _row_blocks(rows.shape, cancelled):
        block = rows[part] - mean
        matrix += block.T @ block
    return matrix / len(rows)


def _products(rows: Rows, mean: Matrix, cancelled: IsCancelled | None) -> Matrix:
    matrix = np.zeros((len(rows), len(rows)))
    for columns in _row_blocks(rows.shape[::-1], cancelled):
        block = rows[:, columns] - mean[columns]
        matrix += block @ block.T
    return matrix / len(rows)


def _directions(rows: Rows, mean: Matrix, vectors: Matrix, cancelled: IsCancelled | None) -> Matrix:
    """Return directions ``[D, k]`` of the columns, from the vectors ``[n, k]`` of the rows."""
    found = np.empty((rows.shape[1], vectors.shape[1]))
    for columns in _row_blocks(rows.shape[::-1], cancelled):
        found[columns] = (rows[:, columns] - mean[columns]).T @ vectors
    length: Matrix = np.linalg.norm(found, axis=0)
    return found / length


def _largest(matrix: Matrix, count: int, cancelled: IsCancelled | None) -> tuple[Matrix, Matrix]:
    """Return the ``count`` largest eigenvalues of a symmetric matrix, and their vectors."""
    size = len(matrix)
    if not matrix.any():  # all rows are equal, which ARPACK cannot handle
        return np.zeros(0), np.zeros((size, 0))
    if size > _DENSE_SIZE and count <= _FEW * size:
        from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh  # slow to import

        def product(vector: Matrix) -> Matrix:
            stop_if(cancelled)
            return np.asarray(matrix @ vector)

        try:
            # To machine precision; the start is fixed, so that the result is reproducible.
            values, vectors = eigsh(
                LinearOperator(matrix.shape, product, dtype=matrix.dtype),
                k=count,
                v0=np.ones(size) / np.sqrt(size),
            )
        except ArpackError:
            pass
        else:
            order = np.argsort(-values)
            return np.maximum(values[order], 0.0), vectors[:, order]
    values, vectors = np.linalg.eigh(matrix)
    return np.maximum(values[::-1][:count], 0.0), vectors[:, ::-1][:, :count]
