"""Parse the elements of layer lists in their many notations; ``shape.py`` makes a network of them.

Known notations: numbers, text, objects, pairs of sizes, and the layers of a Keras model's JSON.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import field, replace
from math import prod
from typing import Any

from aegui.core.course_configs.values import (
    choice,
    is_nothing,
    snake,
    to_integer,
    to_number,
    unaccented,
)
from aegui.core.errors import RecipeError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe.errors import quoted

GLYPH_PIXELS = 35
MAX_LAYERS = 200
_MAX_NESTED = 5
_LONGEST_SIZES = 2000
"""Maximum number of characters of a text that lists layer sizes."""
_UNITS = (
    *("units", "neurons", "size", "nodes", "n", "out", "n_units", "n_neurons", "num_units"),
    *("num_neurons", "out_features", "output_size", "output_dim", "output", "dim", "neuronas"),
)
_ACTIVATION = ("activation", "activation_fn", "activation_function", "act", "fn", "function")
_KIND = ("type", "class_name", "kind", "layer_type", "layer", "name")
_SHAPES = ("batch_input_shape", "batch_shape", "input_shape", "shape", "input_dim", "in_features")
_CONVOLUTION = {
    "channels": ("filters", "out_channels", "channels", "n_filters", "num_filters", "filtros"),
    "kernel": ("kernel_size", "kernel", "filter_size"),
    "stride": ("strides", "stride"),
    "padding": ("padding",),
}
_PADDINGS = {"same": None, "valid": 0}
_POOLS = {"max": "max_pool", "avg": "avg_pool", "average": "avg_pool"}
_WIDENING = ("transpose", "upsampl", "deconv")
_PASSED_OVER = ("norm", "flatten", "reshape", "view", "gaussian", "input")
"""Kinds of layers without units, which an autoencoder of dense layers omits."""


@dataclass(frozen=True)
class GivenLayer:
    """One layer as described by a list; None for what the list does not state."""

    units: int
    activation: str | None = None
    slope: float | None = None
    dropout: float | None = None


@dataclass(frozen=True)
class LayerList:
    """The layers of one list."""

    layers: tuple[GivenLayer, ...]
    """Layers with units, in the order of the list."""
    key: str
    """Name of the list, for error messages."""
    hidden: bool = False
    """Whether the name says that the list holds hidden layers only."""
    inputs: int | None = None
    """Values per sample, if an element states them."""
    ignored: tuple[str, ...] = ()
    """Lines about ignored fields of the elements."""
    images: tuple[dict[str, Any], ...] = ()
    """Convolution and pooling layers before them, in the JSON form of a recipe."""


@dataclass
class _Element:
    """The fields of one element by their normalised names, and which of them were used."""

    location: str
    fields: dict[str, object]
    used: set[str] = field(default_factory=lambda: {"type", "class_name", "kind"})

    @classmethod
    def of(cls, location: str, element: dict[object, object]) -> _Element:
        fields = {snake(str(name)): value for name, value in element.items()}
        config = fields.get("config")
        if isinstance(config, dict):
            inner = {snake(str(name)): value for name, value in config.items()}
            fields = {**inner, **{k: v for k, v in fields.items() if k != "config"}}
        return cls(location, fields)

    def get(self, *names: str) -> object:
        """Return the first value given under one of ``names``, or None."""
        found: object = None
        for name in names:
            value = self.fields.get(name)
            if value is not None and (found is None or is_nothing(value)):
                self.used.add(name)
                found = found if is_nothing(value) else value
        return found

    def number(self, *names: str) -> float | None:
        """Return the number given under one of ``names``, or None."""
        value = self.get(*names)
        return None if value is None else to_number(value, f"{self.location}.{names[0]}")

    @property
    def kind(self) -> str:
        """Kind of the layer as a normalised word; empty if not given."""
        value = next((self.fields[n] for n in _KIND if isinstance(self.fields.get(n), str)), "")
        return re.sub(r"[^a-z0-9]", "", unaccented(str(value).rsplit(".", 1)[-1]))

    @property
    def inputs(self) -> int | None:
        """Product of the layer's stated input shape, or None."""
        shape = self.get(*_SHAPES)
        sides = shape if isinstance(shape, list | tuple) else [shape]
        known = [side for side in sides if isinstance(side, int) and not isinstance(side, bool)]
        return prod(known) if known and all(0 < side < 10**6 for side in known) else None


def is_layer_list(value: object) -> bool:
    """Return whether ``value`` can be a list of layers: objects, numbers or an equivalent text."""
    if isinstance(value, str):
        return _sizes_in(value) is not None
    if not isinstance(value, list | tuple) or len(value) == 0 or is_elided(value):
        return False
    first = value[0]
    if isinstance(first, str):
        return re.fullmatch(r"\s*[0-9]+(\.0*)?\s*", first) is not None
    return isinstance(first, int | float | dict | list | tuple) and not isinstance(first, bool)


def is_elided(value: object) -> bool:
    """Return whether ``value`` is a list that was abbreviated with an ellipsis."""
    return isinstance(value, list | tuple) and any(e is ... or e in ("...", "…") for e in value)


def is_sweep(value: object) -> bool:
    """Return whether ``value`` is a sweep: several alternative lists of layers."""
    return (
        isinstance(value, list | tuple)
        and len(value) > 0
        and all(isinstance(e, list | tuple) and is_layer_list(e) for e in value)
        and _chained(list(value)) is None
    )


def read_layers(value: object, key: str, *, hidden: bool = False) -> LayerList:
    """Parse the layers in ``value``.

    Raises:
        RecipeError: An element is no layer; the message names its position.
    """
    written = _sizes_in(value) if isinstance(value, str) else value
    if not isinstance(written, list | tuple) or len(written) > MAX_LAYERS:
        raise RecipeError(
            tr('"{key}" must be a list of at most {n} layers.', key=key, n=MAX_LAYERS)
        )
    layers: list[GivenLayer] = []
    images: list[dict[str, Any]] = []
    inputs: int | None = None
    left: Counter[str] = Counter()
    passed: list[str] = []
    for index, one in enumerate(_expanded(_chained(list(written)) or list(written), 0)):
        location = f"{key}.{index}"
        if not isinstance(one, dict):
            activation = choice("activation", one) if layers else None
            _add(layers, GivenLayer(0 if activation else to_integer(one, location), activation))
            continue
        element = _Element.of(location, one)
        if inputs is None and not layers:
            inputs = element.inputs
        image_layer = _image_layer(element)
        if image_layer is not None and not layers:
            images.append(image_layer)
            left.update(set(element.fields) - element.used)
            continue
        widens = any(word in element.kind for word in _WIDENING)
        layer = None if images and widens else _layer(element, one)
        if layer is None:
            passed.append(f"{location} ({element.kind})")
        else:
            _add(layers, layer)
            left.update(set(element.fields) - element.used)
    lines = [f"{key}.*.{name}" if n > 1 else f"{key}.{name}" for name, n in left.items()]
    return LayerList(tuple(layers), key, hidden, inputs, (*passed, *lines), tuple(images))


def _add(layers: list[GivenLayer], layer: GivenLayer) -> None:
    """Append ``layer``; without units it sets activation and dropout of the previous layer."""
    if layer.units or not (layer.activation or layer.dropout):
        layers.append(layer)
    elif layers:
        last = layers[-1]
        layers[-1] = replace(
            last,
            activation=layer.activation or last.activation,
            dropout=layer.dropout or last.dropout,
        )


def _expanded(elements: list[object], depth: int) -> list[object]:
    """Return ``elements`` with nested models replaced by their layers."""
    flat: list[object] = []
    for element in elements:
        config = element.get("config", element) if isinstance(element, dict) else None
        inner = config.get("layers") if isinstance(config, dict) else None
        if isinstance(inner, list) and depth < _MAX_NESTED:
            flat += _expanded(inner, depth + 1)
        else:
            flat.append(element)
    return flat


def _sizes_in(text: str) -> list[int] | None:
    """Return the sizes in a text such as ``35-25-10-2`` or ``[35, 25, 10]``, or None."""
    if len(text) > _LONGEST_SIZES:
        return None
    words = re.split(r"\s*(?:->|→|[-,;x×:>\s])\s*", text.strip(" []()"))
    if len(words) < 2 or not all(re.fullmatch(r"[0-9]{1,9}", w) for w in words):
        return None
    return [int(word) for word in words]


def _chained(elements: list[object]) -> list[object] | None:
    """Return ``[[35, 25], [25, 10]]`` (inputs and outputs per layer) as 35, 25, 10, or None."""
    pairs = [e for e in elements if isinstance(e, list | tuple) and len(e) == 2]
    if not pairs or len(pairs) < len(elements):
        return None
    if any(a[1] != b[0] for a, b in itertools.pairwise(pairs)):
        return None
    return [pairs[0][0], *(pair[1] for pair in pairs)]


def _image_layer(element: _Element) -> dict[str, Any] | None:
    """Return ``element`` as the JSON of a convolution or pooling layer, or None."""
    kind = element.kind
    if "pool" in kind:
        pool = next((known for word, known in _POOLS.items() if word in kind), None)
        size = element.get("pool_size", "size", "kernel_size")
        side = size[0] if isinstance(size, list | tuple) and size else size
        return None if pool is None else {"kind": pool, "size": 2 if side is None else side}
    is_convolution = "conv" in kind and not any(word in kind for word in _WIDENING)
    if not is_convolution and (kind or not set(_CONVOLUTION["channels"]) & set(element.fields)):
        return None
    found = {name: element.get(*names) for name, names in _CONVOLUTION.items()}
    known = {name: value for name, value in found.items() if value is not None}
    if "channels" not in known:
        return None
    padding = found["padding"]
    # Neither Keras nor PyTorch pads by default.
    known["padding"] = _PADDINGS.get(padding, 0) if isinstance(padding, str) else padding or 0
    activation = choice("activation", element.get(*_ACTIVATION))
    return {"kind": "conv", **known, "activation": activation}


def _layer(element: _Element, written: object) -> GivenLayer | None:
    """Return the layer of ``element``: 0 units for a dropout or activation, None for no layer."""
    kind, location = element.kind, element.location
    if "conv" in kind:
        raise RecipeError(
            tr(
                '"{key}" is a convolution after dense layers; this is not supported.',
                key=location,
            )
        )
    units = None if kind.startswith("input") else element.get(*_UNITS)
    if units is not None:
        named = element.get(*_ACTIVATION)
        activation = choice("activation", named)
        if named is not None and activation is None:
            raise RecipeError(
                tr('"{key}.activation" is {v}, which is not known.', key=location, v=quoted(named))
            )
        slope, dropout = element.number("beta", "slope"), element.number("dropout")
        return GivenLayer(to_integer(units, f"{location}.units"), activation, slope, dropout)
    if kind == "dropout":
        rate = element.number("rate", "p", "dropout")
        return GivenLayer(0, dropout=0.5 if rate is None else rate)
    activation = choice("activation", element.get(*_ACTIVATION) if kind == "activation" else kind)
    if activation is not None:
        return GivenLayer(0, activation)
    if any(word in kind for word in _PASSED_OVER):
        return None
    raise RecipeError(
        tr(
            '"{key}" is {value}; a layer needs a number of units.',
            key=location,
            value=quoted(written),
        )
    )
