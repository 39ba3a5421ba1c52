"""Lines of a step program for convolutions between images of one channel and those of many.

The same matrix product over copies for each place in the kernel as in
``core/network/grey_convolution.py``; the copies go between views that are made once.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from aegui.core.network.grey_convolution import FEWEST_ROWS, Geometry
from aegui.core.network.layers import conv_padding, uneven_padding
from aegui.core.recipe import ConvSpec, ConvTransposeSpec, pair
from aegui.core.training.layer_lines import LayerLines

if TYPE_CHECKING:
    from aegui.core.network.layers import LayerShape
    from aegui.core.training.layer_lines import Scope


def serves(scope: Scope, layer: LayerShape) -> bool:
    """Whether a layer is such a convolution, and this is the faster way."""
    spec = layer.spec
    grey = (isinstance(spec, ConvSpec) and layer.input_shape[0] == 1) or (
        isinstance(spec, ConvTransposeSpec) and layer.output_shape[0] == 1
    )
    if isinstance(spec, ConvSpec | ConvTransposeSpec) and any(uneven_padding(spec)):
        return False
    return grey and scope.device.type == "cpu" and scope.rows >= FEWEST_ROWS


class _Grey(LayerLines):
    """What both directions share: the images, the taps, and the product's weights."""

    def _prepare(self, grey: tuple[int, ...], other: tuple[int, ...]) -> None:
        """For grey images and others of these shapes ``[C, H, W]``."""
        spec, scope = self._layer.spec, self._scope
        assert isinstance(spec, ConvSpec | ConvTransposeSpec)
        self._channels, *places = other
        self._geometry = Geometry(
            scope.rows,
            (grey[1], grey[2]),
            (places[0], places[1]),
            pair(spec.kernel),
            pair(spec.stride),
            conv_padding(spec),
        )
        self._bias, self._bias_gradient = scope.bind_learnt(self._index, "bias", "b")
        # Kernels [many, 1, kh, kw] lie in memory as [many, kh * kw].
        value, gradient = (
            tensor.permute(0, 1, 3, 4, 2).view(
                len(tensor), self._channels, prod(self._geometry.kernel)
            )
            for tensor in scope.learnt(self._index, "weight")
        )
        self._weight = scope.of_runs(self._name("w"), value)
        self._turned_weight = scope.of_runs(self._name("wt"), value.transpose(1, 2))
        self._weight_gradient = scope.of_runs(self._name("gw"), gradient)

    def _taps(self, stem: str) -> tuple[str, str]:
        """A buffer for what each tap sees, ``[kh * kw, B * places]``, and the same turned."""
        geometry = self._geometry
        taps = self._scope.rows_buffer(
            f"{self._name(stem)}_grid",
            *geometry.kernel,
            geometry.batch,
            *geometry.places,
        )
        flat = self._scope.source.tensor(taps).view(prod(geometry.kernel), -1)
        bind = self._scope.source.bind
        return bind(self._name(stem), flat), bind(f"{self._name(stem)}_turned", flat.t())

    def _overlaps(self, taps: str, image: str) -> list[tuple[str, str]]:
        """For each tap the names of its part of the buffer, and of that of the grey image."""
        source = self._scope.source
        grid, grey = source.tensor(f"{taps}_grid"), source.tensor(image)[:, 0]
        pairs = []
        for (i, j), to, place in self._geometry.overlaps():
            names = f"{taps}_{i}_{j}", f"{taps}_{i}_{j}_of"
            source.bind(names[0], grid[i, j, :, to[0], to[1]])
            source.bind(names[1], grey[:, place[0], place[1]])
            pairs.append(names)
        return pairs

    def _emit_seen(self, image: str, stem: str) -> tuple[str, str]:
        """What each tap sees of a grey image; the frame of zeros around it is there already."""
        if image not in self._scope.source:
            # Views are made of what stays in its place only.
            held = self._scope.buffer(f"{self._name(stem)}_held", (1, *self._geometry.size))
            self._scope.line(f"{held}.copy_({image})")
            image = held
        taps, turned = self._taps(stem)
        for to, place in self._overlaps(taps, image):
            self._scope.line(f"{to}.copy_({place})")
        return taps, turned

    def _emit_sums(self, taps: str, stem: str) -> str:
        """The grey image in which every pixel is the sum of all taps that fall on it."""
        image = self._scope.buffer(f"{self._name(stem)}_sums", (1, *self._geometry.size))
        pairs = self._overlaps(taps, image)
        self._scope.line(f"{image}.fill_(0.0)")
        for to, place in pairs:
            self._scope.line(f"{place}.add_({to})")
        return image

    def _many(self, stem: str) -> tuple[str, str]:
        """A buffer of many-channelled images as rows of channels, and as images."""
        geometry, name = self._geometry, self._name(stem)
        places = geometry.places
        rows = self._scope.rows_buffer(name, geometry.batch * places[0] * places[1], self._channels)
        images = self._scope.source.tensor(rows).view(geometry.batch, *places, self._channels)
        return rows, self._scope.source.bind(f"{name}_image", images.permute(0, 3, 1, 2))

    def _as_channels(self, image: str, stem: str) -> str:
        """Many-channelled images as rows of channels."""
        name = self._name(stem)
        self._scope.line(f"{name} = {image}.permute([0, 2, 3, 1]).reshape([-1, {self._channels}])")
        return name


class GreyConvolution(_Grey):
    """From images of one channel to those of many."""

    def _emit_forward(self, x: str) -> str:
        self._prepare(self._layer.input_shape, self._layer.output_shape)
        self._seen, turned = self._emit_seen(x, "taps")
        rows, image = self._many("z")
        self._scope.line(f"torch.addmm({self._bias}, {turned}, {self._turned_weight}, out={rows})")
        self._seen_turned = turned
        return self._activated(image)

    def _emit_backward(self, d: str, *, wanted: bool) -> str:
        self._deactivated(d)
        rows = self._as_channels(d, "dr")
        line = self._scope.line
        line(f"torch.mm({rows}.t(), {self._seen_turned}, out={self._weight_gradient})")
        line(f"torch.sum({rows}, [0], out={self._bias_gradient})")
        if not wanted:
            return ""
        taps, _ = self._taps("dtaps")
        line(f"torch.mm({self._turned_weight}, {rows}.t(), out={taps})")
        return self._emit_sums(taps, "dx")


class GreyTranspose(_Grey):
    """From images of many channels to those of one."""

    def _emit_forward(self, x: str) -> str:
        self._prepare(self._layer.output_shape, self._layer.input_shape)
        self._rows = self._as_channels(x, "r")
        taps, _ = self._taps("taps")
        self._scope.line(f"torch.mm({self._turned_weight}, {self._rows}.t(), out={taps})")
        image = self._emit_sums(taps, "z")
        self._scope.line(f"{image}.add_({self._bias})")
        return self._activated(image)

    def _emit_backward(self, d: str, *, wanted: bool) -> str:
        self._deactivated(d)
        _, turned = self._emit_seen(d, "dtaps")
        line = self._scope.line
        line(f"torch.mm({self._rows}.t(), {turned}, out={self._weight_gradient})")
        line(f"torch.sum({d}, [0, 2, 3], out={self._bias_gradient})")
        if not wanted:
            return ""
        rows, image = self._many("dx")
        line(f"torch.mm({turned}, {self._turned_weight}, out={rows})")
        return image
