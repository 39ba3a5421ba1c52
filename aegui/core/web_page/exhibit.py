"""The content of a page: the data of one network and the samples on its map."""

from __future__ import annotations

import base64
import io
import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from aegui.core.colours import MAX_LOOKS
from aegui.core.data.emoji_words import translated_name
from aegui.core.data.progress import stop_if
from aegui.core.errors import AeguiError
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.i18n import tr
from aegui.core.latent.codec import Codec
from aegui.core.latent.densities import placed
from aegui.core.latent.frame import (
    Frame,
    axes_frame,
    cell_centres,
    directions_through,
    principal_directions,
    rect_about,
    spanned_frame,
)
from aegui.core.latent.rows import bound
from aegui.core.latent.sheets import grid_of_decodes
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import (
    ConvSpec,
    ConvTransposeSpec,
    DropoutSpec,
    FlattenSpec,
    LatentSpec,
    LayerSpec,
    NormSpec,
    PoolSpec,
    ReshapeSpec,
    UpsampleSpec,
    pair,
)
from aegui.core.recipe.layers import conv_padding
from aegui.core.sampled import stride_for
from aegui.core.seeds import WEB_PAGE_SEED
from aegui.core.training.record.best import has_best_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled
    from aegui.core.network.layers import LayerShape, Spec
    from aegui.core.recipe import Recipe
    from aegui.core.run_file.document import PinnedCode
    from aegui.core.run_file.saved import SavedRun
    from aegui.core.training.record.timeline import TimelineFrame, TimelineView

    Rect = tuple[float, float, float, float]

Precision = Literal["f32", "f16", "i8"]
"""Number format: float32, float16, or 8 bits with a scale for each tensor."""
_DTYPES: dict[str, str] = {"f32": "<f4", "f16": "<f2"}
_STEPS = 127


def packed(values: ArrayLike, precision: Precision = "f32") -> dict[str, Any]:
    """Return ``values``, of any shape, in the format that a page reads."""
    return _packed([np.asarray(values, np.float32)], precision)


def packed_layers(codec: Codec, start: int, stop: int) -> list[dict[str, Any]]:
    """Return the kinds and shapes of layers ``start`` to ``stop``, in ``packed_tensors``' order."""
    return [
        {
            "kind": layer.spec.kind,
            "input": list(layer.input_shape),
            "output": list(layer.output_shape),
            "tensors": [[name, tensor.size] for name, tensor in tensors.items()],
            **layer_settings(layer.spec),
        }
        for layer, tensors in _layer_tensors(codec, start, stop)
    ]


def packed_tensors(codec: Codec, start: int, stop: int, precision: Precision) -> dict[str, Any]:
    """Return the weights of layers ``start`` to ``stop``, concatenated in order."""
    tensors = [
        tensor for _, by_name in _layer_tensors(codec, start, stop) for tensor in by_name.values()
    ]
    return _packed(tensors, precision)


def rounded(tensor: NDArray[np.float32], precision: Precision) -> NDArray[np.float32]:
    """Return ``tensor`` rounded to the precision that a page stores."""
    if precision == "i8":
        step = _step(tensor)
        return np.asarray(np.round(tensor / step) * step, np.float32)
    return tensor.astype(_DTYPES[precision]).astype(np.float32)


def _layer_tensors(
    codec: Codec, start: int, stop: int
) -> list[tuple[LayerShape, Mapping[str, Any]]]:
    layers = codec.layers
    return [(layers[at], bound(layers, codec.tensors, at)) for at in range(start, stop)]


def _packed(tensors: Sequence[NDArray[np.float32]], precision: Precision) -> dict[str, Any]:
    if precision != "i8":
        parts = [np.ascontiguousarray(tensor).astype(_DTYPES[precision]) for tensor in tensors]
        return {"kind": precision, "data": _base64(parts)}
    steps = [_step(tensor) for tensor in tensors]
    rows = [
        np.round(np.ascontiguousarray(tensor) / step).astype(np.int8)
        for tensor, step in zip(tensors, steps, strict=True)
    ]
    tensor_steps = [[tensor.size, step] for tensor, step in zip(tensors, steps, strict=True)]
    return {"kind": precision, "data": _base64(rows), "parts": tensor_steps}


def _step(tensor: NDArray[np.float32]) -> float:
    most = float(np.abs(tensor).max(initial=0.0))
    return most / _STEPS if most > 0.0 and np.isfinite(most) else 1.0


def _base64(parts: Sequence[NDArray[Any]]) -> str:
    return base64.b64encode(b"".join(part.tobytes() for part in parts)).decode("ascii")


def layer_settings(spec: Spec) -> dict[str, Any]:
    """Return the settings of a layer that resources/web_page/network.js needs beside shapes."""
    known: dict[str, Any] = {}
    if isinstance(spec, LayerSpec | LatentSpec):
        known = {"slope": spec.slope, "activation": spec.activation}
    if isinstance(spec, LatentSpec):
        known |= {"units": spec.units, "by_magnitude": spec.top_by == "magnitude"}
        known |= {"top": spec.top_k if spec.kind == "plain" else None}
    if isinstance(spec, ConvSpec | ConvTransposeSpec):
        known = {
            "kernel": pair(spec.kernel),
            "stride": pair(spec.stride),
            "padding": conv_padding(spec),
            "activation": spec.activation,
        }
    if isinstance(spec, NormSpec):
        known = {"activation": spec.activation}
    if isinstance(spec, PoolSpec):
        known = {"size": spec.size}
    if isinstance(spec, UpsampleSpec):
        known = {"factor": spec.factor, "mode": spec.mode}
    # The page passes unknown layers through unchanged, which is right for these kinds only.
    if not known and not isinstance(spec, FlattenSpec | ReshapeSpec | DropoutSpec):
        words = tr("A layer of the kind {kind} cannot be part of a web page.", kind=spec.kind)
        raise AeguiError(words)
    return known


MAX_SAMPLES = 1_500
"""Maximum number of samples on the map; larger sets are subsampled evenly."""
MAX_PICTURES = 600
"""Maximum number of samples with images in the page, for sets that are no glyphs."""
MAX_NUMBERS = 6_000_000
"""Maximum number of weights of a page: 16 MB of text."""
_EXACT_NUMBERS = 12_000
"""Maximum number of weights stored as float32; larger networks are rounded to 16 bits."""
_FILM_BYTES = 40_000
"""Size limit for the earlier epochs of a small network, stored as weights."""
_PICTURE_BYTES = {True: 18_000, False: 300_000}
"""Size limits for the earlier epochs of larger networks, stored as images: glyphs, others."""
_PICTURES = 6
_PICTURE_CELLS = 14
_PICTURE_SIDE = 18
_SPRITE_SIDE = 32
_CODES_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class Exhibit:
    """A trained network with its data and map."""

    name: str
    """Name of the network."""
    recipe: Recipe
    """The recipe it was trained with."""
    codec: Codec
    """The network with the exported weights."""
    dataset: Dataset
    """The samples on its map."""
    weights: str = "best"
    """Which weights these are: ``best``, ``last``, ``past`` or ``live``."""
    timeline: TimelineView | None = None
    """Weights of earlier epochs, or None."""
    pins: Sequence[PinnedCode] = ()
    """Pinned places of its map."""
    frame: Frame | None = None
    """The plane of the map; None for the plane of a 2-D code, or of largest variance."""

    @classmethod
    def of_saved(cls, name: str, saved: SavedRun) -> Exhibit:
        """Return the exhibit of a saved training: its best run with the weights shown by default.

        Raises:
            AeguiError: The saved recipe has not been trained.
        """
        codec = saved.codec(saved.best_run)
        weights = "best" if has_best_weights(saved.recipe) else "last"
        return cls(name, saved.recipe, codec, saved.dataset, weights, saved.timeline, saved.pins)

    @property
    def seed(self) -> int:
        """Seed of the network's run."""
        return self.recipe.seed + self.codec.run


def samples_of(exhibit: Exhibit) -> NDArray[np.int64]:
    """Return the indices of the samples on the map, spread evenly over the set."""
    count = len(exhibit.dataset)
    step = stride_for(count, MAX_SAMPLES)
    return np.arange(0, count, step)


def samples_document(exhibit: Exhibit) -> dict[str, Any]:
    """Return the samples of a page as JSON data: labels, names, classes and images."""
    dataset, indices = exhibit.dataset, samples_of(exhibit)
    classes = dataset.class_indices[indices]
    distinct = len(np.unique(classes))
    glyphs = dataset.is_binary
    document: dict[str, Any] = {
        "name": dataset.name,
        "count": len(indices),
        "shape": list(dataset.image_shape),
        "glyphs": glyphs,
        # Labels without visible characters are left empty.
        "labels": [label if (label := dataset.labels[at]).isprintable() else "" for at in indices],
        "names": [dataset.names[index] for index in indices],
        "classes": classes.tolist(),
        # Colours carry no information where each class has a single sample.
        "coloured": 1 < distinct <= min(MAX_LOOKS, len(indices) // 2),
    }
    if document["coloured"]:
        document["class_names"] = [translated_name(label) for label in dataset.classes]
    images = np.asarray(dataset.images[indices], np.float32)
    if glyphs:
        bits = np.packbits(images.reshape(-1) > 0.5)
        document["bits"] = base64.b64encode(bits.tobytes()).decode("ascii")
    else:
        document["atlas"] = _atlas(images[:MAX_PICTURES])
    return document


def network_document(exhibit: Exhibit, cancelled: IsCancelled | None = None) -> dict[str, Any]:
    """Return a network of a page as JSON data: layers, weights, plane, codes and epochs.

    Raises:
        AeguiError: The network is too large for a page.
        Cancelled: ``cancelled`` returned True.
    """
    codec, dataset = exhibit.codec, exhibit.dataset
    images = np.asarray(dataset.flat()[samples_of(exhibit)], np.float32)
    codes = np.nan_to_num(codec.encode(images)) if codec.can_encode else None
    stop_if(cancelled)
    frame, rect = _plane(exhibit, codes)
    end = len(codec.layers)
    draws = codec.can_encode and dataset.is_binary
    first = 0 if draws else codec.code_end
    numbers = sum(
        tensor.size for layer_tensors in codec.tensors[first:] for tensor in layer_tensors.values()
    )
    if numbers > MAX_NUMBERS:
        raise AeguiError(
            tr(
                "{name} has {n:,} weights to decode with; a page takes up to {most:,}.",
                name=exhibit.name,
                n=numbers,
                most=MAX_NUMBERS,
            )
        )
    precision: Precision = "f32" if numbers <= _EXACT_NUMBERS else "f16"
    codes_precision: Precision = "f32" if draws else "f16"
    return {
        "name": exhibit.name,
        "about": _about(exhibit, images, codes),
        "size": codec.latent_size,
        "epoch": codec.epoch,
        "prior": exhibit.recipe.has_prior,
        "frame": {
            "origin": list(frame.origin),
            "across": list(frame.across),
            "up": list(frame.up),
        },
        "rect": [round(value, 6) for value in rect],
        "codes": None if codes is None else packed(codes, codes_precision),
        "pins": [{"z": list(pin.z), "name": pin.name} for pin in exhibit.pins],
        "decoder": _part(codec, codec.code_end, end, precision),
        "encoder": _part(codec, 0, codec.code_end, precision) if draws else None,
        "rounded": _difference(codec, precision, codes, codes_precision, cancelled),
        "film": _film(exhibit, frame, rect, images, cancelled),
    }


def _part(codec: Codec, start: int, stop: int, precision: Precision) -> dict[str, Any]:
    return {
        "layers": packed_layers(codec, start, stop),
        "numbers": packed_tensors(codec, start, stop, precision),
    }


def _about(
    exhibit: Exhibit, images: NDArray[np.float32], codes: NDArray[np.float32] | None
) -> dict[str, Any]:
    """Return weights, samples and figures in use, from which the page makes sentences."""
    about: dict[str, Any] = {
        "seed": exhibit.seed,
        "epoch": exhibit.codec.epoch,
        "weights": exhibit.weights,
        "data": exhibit.dataset.name,
        "samples": len(exhibit.dataset),
        "shown": len(images),
    }
    if codes is not None and exhibit.dataset.is_binary:
        wrong = wrong_pixels(images, exhibit.codec.decode(codes))
        about |= {"wrong": int(wrong.sum()), "worst": int(wrong.max())}
    return about


def _plane(exhibit: Exhibit, codes: NDArray[np.float32] | None) -> tuple[Frame, Rect]:
    """Return the plane of the map and its initial viewport."""
    size = exhibit.codec.latent_size
    frame = exhibit.frame
    if codes is None:
        # Span the plane by random codes: around the mean of all codes a decoded image is a blur.
        drawn = np.random.default_rng(WEB_PAGE_SEED).standard_normal((3, size)).astype(np.float32)
        ways = directions_through(drawn) if size > 2 else None
        if frame is None:
            frame = axes_frame((0, min(1, size - 1)), np.zeros(size))
            frame = frame if ways is None else spanned_frame(ways, drawn[0])
        return frame, rect_about(placed(frame, drawn), 1.0)
    if frame is None:
        frame = axes_frame((0, min(1, size - 1)), codes.mean(axis=0))
        if size > 2:
            frame = spanned_frame(principal_directions(codes), codes.mean(axis=0))
    return frame, rect_about(placed(frame, codes))


def _difference(
    codec: Codec,
    precision: Precision,
    codes: NDArray[np.float32] | None,
    codes_precision: Precision,
    cancelled: IsCancelled | None,
) -> float:
    """Return the largest change of a decoded value by rounding; 0 without rounded weights.

    It is rounded up to two digits.
    """
    if precision == "f32":
        return 0.0
    if codes is None:
        drawn = np.random.default_rng(WEB_PAGE_SEED).standard_normal((16, codec.latent_size))
        codes = drawn.astype(np.float32)
    other = codec.with_tensors(
        [
            {name: rounded(each, precision) for name, each in layer_tensors.items()}
            for layer_tensors in codec.tensors
        ]
    )
    most = 0.0
    for start in range(0, len(codes), _CODES_AT_ONCE):
        stop_if(cancelled)
        some = codes[start : start + _CODES_AT_ONCE]
        change = np.abs(codec.decode(some) - other.decode(rounded(some, codes_precision)))
        most = max(most, float(np.nan_to_num(change).max()))
    unit = 10.0 ** (math.floor(math.log10(most)) - 1) if most else 1.0
    return math.ceil(most / unit) * unit


def _atlas(images: NDArray[np.float32]) -> dict[str, Any]:
    """Return the samples' images as one PNG atlas, each at most ``_SPRITE_SIDE`` pixels high."""
    from PIL import Image  # slow to import, and glyphs need none of it

    count, channels, rows, columns = images.shape
    factor = max(1, -(-max(rows, columns) // _SPRITE_SIDE))
    small = _averaged(images, factor)
    rows, columns = small.shape[2:]
    across = int(np.ceil(np.sqrt(count)))
    sheet = np.zeros((-(-count // across) * rows, across * columns, channels), np.uint8)
    for at, image in enumerate(np.round(255 * np.clip(small, 0.0, 1.0)).astype(np.uint8)):
        top, left = at // across * rows, at % across * columns
        sheet[top : top + rows, left : left + columns] = image.transpose(1, 2, 0)
    picture = Image.fromarray(sheet[:, :, 0] if channels == 1 else sheet[:, :, :3])
    return {"url": _url(picture), "columns": across, "side": [rows, columns], "count": count}


def _averaged(images: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    """Downsample ``images`` ``[n, C, H, W]`` by averaging squares of ``factor`` pixels.

    Of a side that is shorter all pixels are averaged.
    """
    count, channels, height, width = images.shape
    tall, wide = min(factor, height), min(factor, width)
    rows, columns = height // tall, width // wide
    cut = images[:, :, : rows * tall, : columns * wide]
    squares = cut.reshape(count, channels, rows, tall, columns, wide)
    return np.asarray(squares.mean(axis=(3, 5)), np.float32)


def _url(picture: Any) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _film(
    exhibit: Exhibit,
    frame: Frame,
    rect: Rect,
    images: NDArray[np.float32],
    cancelled: IsCancelled | None,
) -> list[dict[str, Any]]:
    """Return the earlier epochs: codes of the samples, and weights or an image of the map."""
    timeline, codec = exhibit.timeline, exhibit.codec
    moments = [] if timeline is None else [it for it in timeline.frames if it.epoch < codec.epoch]
    if timeline is None or not moments:
        return []
    numbers = sum(
        tensor.size
        for layer_tensors in codec.tensors[codec.code_end :]
        for tensor in layer_tensors.values()
    )
    is_small = numbers <= _EXACT_NUMBERS
    each = numbers + 4 * len(images) * codec.can_encode
    most = max(2, int(0.75 * _FILM_BYTES / each)) if is_small else _PICTURES
    film, spent = [], 0
    for index in _spread(len(moments), most):
        stop_if(cancelled)
        moment = _moment(exhibit, timeline, moments[index], frame, rect, images, is_small=is_small)
        spent += len(moment.get("picture", ""))
        if spent > _PICTURE_BYTES[exhibit.dataset.is_binary]:
            break
        film.append(moment)
    return film


def _spread(count: int, most: int) -> list[int]:
    """Return at most ``most`` of ``count`` indices, denser at the start, where most changes."""
    if count <= most:
        return list(range(count))
    indices = np.round((count - 1) * np.linspace(0.0, 1.0, most) ** 1.5).astype(int)
    return [int(index) for index in np.unique(indices)]


def _moment(
    exhibit: Exhibit,
    timeline: TimelineView,
    moment: TimelineFrame,
    frame: Frame,
    rect: Rect,
    images: NDArray[np.float32],
    *,
    is_small: bool,
) -> dict[str, Any]:
    now = exhibit.codec
    snapshot = timeline.snapshot_of(moment)
    codec = Codec(exhibit.recipe, now.image_shape, snapshot, now.run)
    codes = np.nan_to_num(codec.encode(images)) if codec.can_encode else None
    coordinates = np.zeros((0, 2)) if codes is None else placed(frame, codes)
    document: dict[str, Any] = {"epoch": moment.epoch, "places": packed(coordinates, "f16")}
    if is_small:
        document["numbers"] = packed_tensors(codec, codec.code_end, len(codec.layers), "i8")
    else:
        document["picture"] = _picture(codec, frame, rect, glyphs=exhibit.dataset.is_binary)
    return document


def _picture(codec: Codec, frame: Frame, rect: Rect, *, glyphs: bool) -> str:
    """Return the decoded map of an earlier epoch over ``rect``; for glyphs only an alpha mask."""
    from PIL import Image  # slow to import, and small networks need none of it

    x0, y0, x1, y1 = rect
    columns = _PICTURE_CELLS
    rows = max(1, min(2 * columns, round(columns * (y1 - y0) / (x1 - x0))))
    grid = grid_of_decodes(codec, frame, cell_centres(x0, x1, columns), cell_centres(y0, y1, rows))
    _, height, width = codec.image_shape
    factor = max(1, -(-max(height, width) // _PICTURE_SIDE))
    small = _averaged(grid.reshape(-1, *codec.image_shape), factor)
    channels, height, width = small.shape[1:]
    tiles = small.reshape(rows, columns, channels, height, width).transpose(0, 3, 1, 4, 2)
    sheet = np.clip(np.nan_to_num(tiles), 0.0, 1.0).reshape(rows * height, columns * width, -1)
    pixels = np.round(255 * sheet).astype(np.uint8)
    if glyphs:
        # Alpha channel through which the page paints the theme's ink colour.
        return _url(Image.fromarray(np.concatenate([0 * pixels, pixels], axis=2), "LA"))
    return _url(Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels[:, :, :3]))
