"""Layers under the map: a number, or a class, for every cell of a rectangle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.choices import table
from aegui.core.data.progress import in_batches
from aegui.core.errors import AeguiError
from aegui.core.i18n import mark, tr
from aegui.core.latent.densities import aggregate_density, prior_density
from aegui.core.latent.frame import Frame, cell_centres
from aegui.core.latent.geometry import stretch
from aegui.core.latent.insight import entropies
from aegui.core.latent.novelty import NEW_RATIO, novelty
from aegui.core.light_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.novelty import ReferenceSamples

    Rect = tuple[float, float, float, float]

FieldKey = Literal["uncertainty", "novelty", "stretch", "regions", "wrong", "density", "holes"]
Scale = Literal["sequential", "diverging", "categorical"]

_BATCH = 512
_ELLIPSES = 12
"""Ellipses along the longer side of a field."""
_ELLIPSE_SHARE = 0.35
_LARGEST_SHARE = 0.5


@dataclass(frozen=True)
class FieldSpec:
    """Description of one layer."""

    key: FieldKey
    """Its name in settings and on the command line."""
    label: str
    """Its name for display, marked for translation."""
    help: str
    """What it shows, in plain words, marked."""
    low: str
    """Label of the lower end of the legend, marked; empty for classes."""
    high: str
    """Label of the upper end, marked."""
    scale: Scale = "sequential"
    """Kind of its values: from little to much, to either side of 0, or classes."""
    needs_encoder: bool = False
    """Whether codes of samples are required."""
    needs_prior: bool = False
    """Whether the codes must have a normal prior."""
    decodes: bool = True
    """Whether it is measured on decoded images."""


FIELDS: dict[str, FieldSpec] = table(
    FieldSpec(
        "uncertainty",
        mark("Uncertainty"),
        mark("How uncertain the pixels are: their mean entropy in bits."),
        mark("sharp"),
        mark("undecided"),
    ),
    FieldSpec(
        "novelty",
        mark("Novelty"),
        mark(
            "Distance of the image to its nearest sample, divided by the distance of that sample "
            "to its own nearest."
        ),
        mark("copy"),
        mark("new"),
    ),
    FieldSpec(
        "stretch",
        mark("Stretching"),
        mark(
            "How fast the image changes: log sqrt det J'J of the decoder. Within each ellipse "
            "it changes by the same amount."
        ),
        mark("calm"),
        mark("fast"),
    ),
    FieldSpec(
        "regions",
        mark("Regions"),
        mark("Which character, or class, the nearest sample has."),
        "",
        "",
        "categorical",
    ),
    FieldSpec(
        "wrong",
        mark("Wrong pixels"),
        mark("How many pixels differ from the nearest sample."),
        mark("none"),
        mark("many"),
    ),
    FieldSpec(
        "density",
        mark("Density"),
        mark("Where the codes of the samples lie, each with its variance if it has one."),
        mark("empty"),
        mark("crowded"),
        needs_encoder=True,
        decodes=False,
    ),
    FieldSpec(
        "holes",
        mark("Holes"),
        mark(
            "Where the prior expects codes and the samples have none, and where they have more "
            "than expected."
        ),
        mark("crowded"),
        mark("hole"),
        "diverging",
        needs_encoder=True,
        needs_prior=True,
        decodes=False,
    ),
)


@dataclass(frozen=True, eq=False)
class Ellipses:
    """Ellipses around m codes within which the image changes by the same amount."""

    centres: NDArray[np.float64]
    """float64 ``[m, 2]``, x and y."""
    radii: NDArray[np.float64]
    """float64 ``[m, 2]``, along and across ``angles``, the smaller first; capped at half the
    distance of two centres where the image hardly changes."""
    angles: NDArray[np.float64]
    """float64 ``[m]``, direction of the fastest change, radians from x towards y."""
    change: float
    """Euclidean change of the pixels at the ellipse."""


@dataclass(frozen=True, eq=False)
class Field:
    """A layer over a rectangle."""

    key: FieldKey
    """A key of ``FIELDS``."""
    rect: Rect
    """x0, y0, x1, y1 in the coordinates of the frame."""
    values: NDArray[np.float32]
    """float32 ``[rows, columns]`` at the centres of the cells, row 0 the lowest; of a categorical
    layer indices into ``classes``."""
    low: float
    """Value at the lower end of the legend; values beyond are clipped to it."""
    high: float
    """Value at the upper end."""
    classes: tuple[str, ...]
    """Labels of a categorical layer."""
    ellipses: Ellipses | None
    """Ellipses of the stretch layer."""
    epoch: int
    """Epoch of the weights."""
    unit: str = ""
    """Unit of the values in words; may be empty."""


@dataclass(frozen=True, eq=False)
class _Job:
    codec: Codec
    known: ReferenceSamples
    codes: NDArray[np.float32] | None
    variances: NDArray[np.float32] | None
    frame: Frame
    rect: Rect
    columns: int
    rows: int
    cancelled: IsCancelled | None
    report: ReportShare | None

    @property
    def xs(self) -> NDArray[np.float64]:
        return cell_centres(self.rect[0], self.rect[2], self.columns)

    @property
    def ys(self) -> NDArray[np.float64]:
        return cell_centres(self.rect[1], self.rect[3], self.rows)

    def cell_codes(self) -> NDArray[np.float32]:
        """Return the codes of all cells, row by row from below."""
        x, y = np.meshgrid(self.xs, self.ys)
        return self.frame.codes(x.ravel(), y.ravel())


def value_at(field: Field, x: float, y: float) -> float | None:
    """Return the value of ``field`` at a point; None outside it, or where it is not finite."""
    x0, y0, x1, y1 = field.rect
    rows, columns = field.values.shape
    column = int((x - x0) / (x1 - x0) * columns // 1)
    # Codes of one number lie on a line, whatever y is.
    row = int((y - y0) / (y1 - y0) * rows // 1) if rows > 1 else 0
    if not (0 <= column < columns and 0 <= row < rows):
        return None
    value = float(field.values[row, column])
    return value if np.isfinite(value) else None


def compute_field(
    key: str,
    codec: Codec,
    known: ReferenceSamples,
    codes: NDArray[np.float32] | None,
    variances: NDArray[np.float32] | None,
    frame: Frame,
    rect: Rect,
    columns: int,
    rows: int,
    cancelled: IsCancelled | None = None,
    report: ReportShare | None = None,
) -> Field:
    """Compute the layer ``key`` of ``FIELDS`` over ``rect``.

    Args:
        key: Key of the layer.
        codec: The network.
        known: The samples that images are compared with.
        codes: Codes of samples ``[N, d]``; None if there are none.
        variances: The variance of each of them ``[N, d]``; None for plain codes.
        frame: The plane that x and y are coordinates of.
        rect: x0, y0, x1, y1.
        columns: Cells from left to right.
        rows: Cells from bottom to top.
        cancelled: Polled between batches; True cancels the computation.
        report: Called with the share of the cells whose images are decoded.

    Raises:
        AeguiError: There is no such layer, or it needs codes and there are none.
        Cancelled: ``cancelled`` returned True.
    """
    spec = FIELDS.get(key)
    if spec is None:
        raise AeguiError(
            tr(
                "There is no layer {key}: choose one of {known}.",
                key=key,
                known=", ".join(FIELDS),
            )
        )
    if spec.needs_encoder and (codes is None or not len(codes)):
        raise AeguiError(
            tr(
                "{layer}: this network has no encoder, so no sample has a code.",
                layer=tr(spec.label),
            )
        )
    job = _Job(codec, known, codes, variances, frame, rect, columns, rows, cancelled, report)
    return _MAKERS[spec.key](job)


def _field(
    job: _Job,
    key: FieldKey,
    values: NDArray[np.float32],
    low: float,
    high: float,
    *,
    classes: tuple[str, ...] = (),
    ellipses: Ellipses | None = None,
    unit: str = "",
) -> Field:
    shaped = np.asarray(values, np.float32).reshape(job.rows, job.columns)
    shaped.setflags(write=False)
    high = high if high > low else low + 1.0
    return Field(key, job.rect, shaped, low, high, classes, ellipses, job.codec.epoch, unit)


def _decoded(
    job: _Job, of: Callable[[NDArray[np.float32]], NDArray[np.float32] | NDArray[np.int64]]
) -> NDArray[np.float32]:
    """Return ``of`` the decoded images ``[n, P]``, one number per cell."""
    cell_codes = job.cell_codes()
    values = np.empty(len(cell_codes), np.float32)
    for batch in in_batches(len(cell_codes), _BATCH, job.cancelled, job.report):
        values[batch] = of(job.codec.decode(cell_codes[batch]))
    return values


def _uncertainty(job: _Job) -> Field:
    values = _decoded(job, entropies)
    return _field(job, "uncertainty", values, 0.0, float(values.max()), unit=tr("bits per pixel"))


def _novelty(job: _Job) -> Field:
    values = _decoded(
        job, lambda images: novelty(job.known, images, job.cancelled, job.codec).ratio
    )
    # Put the threshold of novelty in the middle of the legend.
    return _field(job, "novelty", values, 0.0, 2.0 * NEW_RATIO)


def _regions(job: _Job) -> Field:
    known = job.known

    def nearest_class(images: NDArray[np.float32]) -> NDArray[np.int64]:
        nearest = novelty(known, images, job.cancelled).nearest[:, 0]
        return known.class_indices[np.searchsorted(known.indices, nearest)]

    values = _decoded(job, nearest_class)
    classes = known.classes
    return _field(job, "regions", values, 0.0, len(classes) - 1.0, classes=classes)


def _wrong(job: _Job) -> Field:
    known = job.known

    def differing(images: NDArray[np.float32]) -> NDArray[np.float32]:
        distances = novelty(known, images, job.cancelled).distances[:, 0]
        if known.glyphs:
            return distances
        # The number of pixels that would give the same squared error by going from black to white.
        return np.square(distances)

    values = _decoded(job, differing)
    return _field(job, "wrong", values, 0.0, float(values.max()), unit=tr("pixels"))


def _stretch(job: _Job) -> Field:
    ways = np.array([job.frame.across, job.frame.up], np.float32)
    cell_codes = job.cell_codes()
    values = np.empty(len(cell_codes), np.float32)
    for batch in in_batches(len(cell_codes), _BATCH, job.cancelled, job.report):
        values[batch] = stretch(job.codec, cell_codes[batch], ways).log_area
    low, high = np.percentile(values, (15, 99)).tolist()
    return _field(job, "stretch", values, low, high, ellipses=_ellipses(job, ways))


def _ellipses(job: _Job, ways: NDArray[np.float32]) -> Ellipses | None:
    if not ways[1].any():
        return None
    x0, y0, x1, y1 = job.rect
    spacing = max(x1 - x0, y1 - y0) / _ELLIPSES
    # A lattice fixed in map coordinates, so that ellipses stay in place while the map is panned.
    xs = (np.arange(np.floor(x0 / spacing), np.ceil(x1 / spacing)) + 0.5) * spacing
    ys = (np.arange(np.floor(y0 / spacing), np.ceil(y1 / spacing)) + 0.5) * spacing
    x, y = (axis.ravel() for axis in np.meshgrid(xs, ys))
    found = stretch(job.codec, job.frame.codes(x, y), ways)
    middle = float(np.median(np.sqrt(found.lengths.prod(axis=1))))
    change = middle * _ELLIPSE_SHARE * spacing
    with np.errstate(divide="ignore", invalid="ignore"):
        radii = np.fmin(change / found.lengths, _LARGEST_SHARE * spacing)
    return Ellipses(np.stack([x, y], axis=1), radii, found.angles, change)


def _density(job: _Job) -> Field:
    assert job.codes is not None
    values = aggregate_density(
        job.codes, job.variances, job.frame, job.xs, job.ys, job.cancelled
    ).astype(np.float32)
    return _field(job, "density", values, 0.0, float(values.max()))


def _holes(job: _Job) -> Field:
    assert job.codes is not None
    promised = prior_density(job.frame, job.xs, job.ys)
    there = aggregate_density(job.codes, job.variances, job.frame, job.xs, job.ys, job.cancelled)
    most = prior_density(job.frame, np.zeros(1), np.zeros(1)).item()
    values = np.clip((promised - there) / most, -1.0, 1.0).astype(np.float32)
    return _field(job, "holes", values, -1.0, 1.0)


_MAKERS: dict[FieldKey, Callable[[_Job], Field]] = {
    "uncertainty": _uncertainty,
    "novelty": _novelty,
    "stretch": _stretch,
    "regions": _regions,
    "wrong": _wrong,
    "density": _density,
    "holes": _holes,
}
