"""Image layers in NumPy: convolutions by im2col windows, pooling and upsampling.

Each layer has lines for its forward and its backward pass; shared functions are written once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.recipe import (
    ConvSpec,
    ConvTransposeSpec,
    PoolSpec,
    UpsampleSpec,
    pair,
)
from aegui.core.recipe.layers import conv_padding, uneven_padding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.network.layers import LayerShape

ImageSpec = ConvSpec | ConvTransposeSpec | PoolSpec | UpsampleSpec
IMAGE_SPECS = (ConvSpec, ConvTransposeSpec, PoolSpec, UpsampleSpec)

FUNCTIONS: dict[str, tuple[str, ...]] = {
    "windows": (
        "def windows(x, rows, columns, down, across):",
        "    # The pixels under a kernel at each of its places: [n, c, h, w, rows, columns]",
        "    view = np.lib.stride_tricks.sliding_window_view(x, (rows, columns), axis=(2, 3))",
        "    return view[:, :, ::down, ::across]",
    ),
    "spread": (
        "def spread(parts, height, width, down, across):",
        "    # The way back: [n, h, w, c, rows, columns] become images, where places overlap sums",
        "    n, high, wide, c, rows, columns = parts.shape",
        "    x = np.zeros((n, c, height, width))",
        "    for i in range(rows):",
        "        for j in range(columns):",
        "            part = parts[..., i, j].transpose(0, 3, 1, 2)",
        "            x[:, :, i : i + down * high : down, j : j + across * wide : across] += part",
        "    return x",
    ),
    "squares": (
        "def squares(x, size):",
        "    # The pixels of each square as a row: [n, c, h, w, size * size]",
        "    n, c, h, w = x.shape",
        "    x = x[:, :, : h // size * size, : w // size * size]",
        "    x = x.reshape(n, c, h // size, size, w // size, size).transpose(0, 1, 2, 4, 3, 5)",
        "    return x.reshape(n, c, h // size, w // size, size * size)",
    ),
    "unsquares": (
        "def unsquares(rows, size, height, width):",
        "    # The way back; what is beyond whole squares is 0",
        "    n, c, h, w, _ = rows.shape",
        "    x = np.zeros((n, c, height, width))",
        "    whole = rows.reshape(n, c, h, w, size, size).transpose(0, 1, 2, 4, 3, 5)",
        "    x[:, :, : h * size, : w * size] = whole.reshape(n, c, h * size, w * size)",
        "    return x",
    ),
    "between": (
        "def between(count, factor):",
        "    # What each of the new pixels takes of the old ones: [factor * count, count]",
        "    places = np.clip((np.arange(count * factor) + 0.5) / factor - 0.5, 0, count - 1)",
        "    low = np.floor(places).astype(int)",
        "    high, share = np.minimum(low + 1, count - 1), places - low",
        "    shares = np.zeros((count * factor, count))",
        "    np.add.at(shares, (np.arange(count * factor), low), 1 - share)",
        "    np.add.at(shares, (np.arange(count * factor), high), share)",
        "    return shares",
    ),
}
"""Source lines of each shared NumPy function, by its name."""


def functions_of(layers: Sequence[LayerShape]) -> list[str]:
    """Return the names of the shared functions that ``layers`` need."""
    found: set[str] = set()
    for layer in layers:
        spec = layer.spec
        if isinstance(spec, ConvSpec | ConvTransposeSpec):
            found |= {"windows", "spread"}
        elif isinstance(spec, PoolSpec):
            found |= {"squares", "unsquares"}
        elif isinstance(spec, UpsampleSpec):
            found.add("between" if spec.mode == "bilinear" else "squares")
    return [name for name in FUNCTIONS if name in found]


def lines_there(layer: LayerShape, index: int, weight: str, bias: str) -> list[str]:
    """Return the forward lines: they set ``z`` of a convolution, or ``h`` of any other layer."""
    spec, n, h = layer.spec, index + 1, f"h{index}"
    match spec:
        case ConvSpec():
            sizes = ", ".join(map(str, (*pair(spec.kernel), *pair(spec.stride))))
            product = f'np.einsum("nchwij,ocij->nohw", seen{n}, {weight}, optimize=True)'
            return [
                f"seen{n} = windows({_padded(spec, h)}, {sizes})",
                f"z{n} = {product} + {bias}[:, None, None]",
            ]
        case ConvTransposeSpec():
            (top, left), (_, rows, columns) = conv_padding(spec), layer.output_shape
            cut = f"[:, :, {top} : {top + rows}, {left} : {left + columns}]"
            return [
                f'parts = np.einsum("nchw,coij->nhwoij", {h}, {weight}, optimize=True)',
                f"z{n} = spread(parts, {_full(spec, layer)}){cut} + {bias}[:, None, None]",
            ]
        case PoolSpec() if spec.kind == "max_pool":
            return [
                f"rows{n} = squares({h}, {spec.size})",
                f"at{n} = rows{n}.argmax(axis=4)[..., None]",
                f"h{n} = np.take_along_axis(rows{n}, at{n}, axis=4)[..., 0]",
            ]
        case PoolSpec():
            return [f"h{n} = squares({h}, {spec.size}).mean(axis=4)"]
        case UpsampleSpec() if spec.mode == "nearest":
            factor = spec.factor
            return [f"h{n} = {h}.repeat({factor}, axis=2).repeat({factor}, axis=3)"]
        case UpsampleSpec():
            _, height, width = layer.input_shape
            return [
                f"down{n} = between({height}, {spec.factor})",
                f"across{n} = between({width}, {spec.factor})",
                f"h{n} = down{n} @ {h} @ across{n}.T",
            ]
    raise ValueError(spec.kind)


def lines_back(layer: LayerShape, index: int, weight: str, bias: str, *, first: bool) -> list[str]:
    """Return the lines that turn ``d``, the gradient of the output, into that of the input.

    For a convolution they start from the gradient with respect to ``z``, before the activation. The
    ``first`` layer needs no gradient of its input.
    """
    spec, n, h = layer.spec, index + 1, f"h{index}"
    gradients = weight.replace("p[", "g[", 1), bias.replace("p[", "g[", 1)
    _, height, width = layer.input_shape
    match spec:
        case ConvSpec():
            (top, left), (below, right) = conv_padding(spec), uneven_padding(spec)
            size = f"{height + 2 * top + below}, {width + 2 * left + right}"
            down, across = pair(spec.stride)
            cut = f"[:, :, {top} : {top + height}, {left} : {left + width}]"
            found = [
                f'{gradients[0]} += np.einsum("nchwij,nohw->ocij", seen{n}, d, optimize=True)',
                f"{gradients[1]} += d.sum(axis=(0, 2, 3))",
            ]
            back = [
                f'parts = np.einsum("nohw,ocij->nhwcij", d, {weight}, optimize=True)',
                f"d = spread(parts, {size}, {down}, {across}){cut}",
            ]
            return found if first else [*found, *back]
        case ConvTransposeSpec():
            (top, left), (_, rows, columns) = conv_padding(spec), layer.output_shape
            full = _full(spec, layer).split(", ")
            sizes = ", ".join(map(str, (*pair(spec.kernel), *pair(spec.stride))))
            return [
                f"whole = np.zeros((n, {spec.channels}, {full[0]}, {full[1]}))",
                f"whole[:, :, {top} : {top + rows}, {left} : {left + columns}] = d",
                f"{gradients[1]} += d.sum(axis=(0, 2, 3))",
                f"seen = windows(whole, {sizes})",
                f'{gradients[0]} += np.einsum("nchw,nohwij->coij", {h}, seen, optimize=True)',
                f'd = np.einsum("nohwij,coij->nchw", seen, {weight}, optimize=True)',
            ]
        case PoolSpec() if spec.kind == "max_pool":
            return [
                f"parts = np.zeros_like(rows{n})",
                f"np.put_along_axis(parts, at{n}, d[..., None], axis=4)",
                f"d = unsquares(parts, {spec.size}, {height}, {width})",
            ]
        case PoolSpec():
            area = spec.size**2
            return [
                f"parts = np.repeat(d[..., None], {area}, axis=4) / {area}",
                f"d = unsquares(parts, {spec.size}, {height}, {width})",
            ]
        case UpsampleSpec() if spec.mode == "nearest":
            return [f"d = squares(d, {spec.factor}).sum(axis=4)"]
        case UpsampleSpec():
            return [f"d = down{n}.T @ d @ across{n}"]
    raise ValueError(spec.kind)


def _padded(spec: ConvSpec, h: str) -> str:
    (top, left), (below, right) = conv_padding(spec), uneven_padding(spec)
    if not any((top, left, below, right)):
        return h
    return f"np.pad({h}, ((0, 0), (0, 0), ({top}, {top + below}), ({left}, {left + right})))"


def _full(spec: ConvTransposeSpec, layer: LayerShape) -> str:
    """Return height and width of a transposed convolution before cropping, and its strides."""
    _, height, width = layer.input_shape
    sides = [
        (size - 1) * stride + kernel + added
        for size, stride, kernel, added in zip(
            (height, width),
            pair(spec.stride),
            pair(spec.kernel),
            pair(spec.output_padding),
            strict=True,
        )
    ]
    return ", ".join(map(str, (*sides, *pair(spec.stride))))
