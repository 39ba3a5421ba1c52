"""Layers as a chain such as ``25-10`` or ``c16s2-c32s2-64:relu``; each kind has a short code.

A dense layer is its number of units. ``c16k5s2p1`` is a convolution: 16 filters of 5 x 5 pixels,
stride 2 and padding 1; ``t`` is a transposed one, ``max2`` and ``avg2`` are pooling, ``up2``
upsampling, ``bn`` and ``ln`` norms, ``drop0.2`` dropout, ``flat`` and ``16x7x7`` flatten and
reshape. Colons introduce the layer's own activation and further fields: ``25:relu:dropout=0.1``.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from aegui.core.i18n import tr
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.catalog import LATENTS, UPSAMPLINGS
from aegui.core.recipe.layers import LAYER_KINDS, LatentSpec
from aegui.core.setup_line.words import (
    Token,
    number_text,
    refusal,
    unknown,
    value_of,
    value_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aegui.core.recipe.parts import RecipePart

Layer = dict[str, Any]
"""A layer as in the JSON of a recipe."""
ANY = "*"
"""Placeholder for the input where its size is unknown."""
AUTO = "a"
_ACTIVE = frozenset({"dense", "conv", "conv_transpose"})
"""Kinds of layers to which the activation after a chain applies."""
_NUMBER = r"\d{1,9}"
_SIZES = rf"{_NUMBER}(?:x{_NUMBER})?"
_BAR = re.compile(r"(?<![\d.][eE])-")
_INPUT = re.compile(r"(\d+|\*)-\S")


class _Sign(NamedTuple):
    """Notation of a kind of layer: its letters, the number after them, and optional parameters."""

    letters: str
    number: str = ""
    more: tuple[tuple[str, str], ...] = ()


_SIGNS: Mapping[str, _Sign] = {
    "dense": _Sign("", "units"),
    "conv": _Sign("c", "channels", (("k", "kernel"), ("s", "stride"), ("p", "padding"))),
    "conv_transpose": _Sign(
        "t",
        "channels",
        (("k", "kernel"), ("s", "stride"), ("p", "padding"), ("o", "output_padding")),
    ),
    "max_pool": _Sign("max", "size"),
    "avg_pool": _Sign("avg", "size"),
    "upsample": _Sign("up", "factor"),
    "batch_norm": _Sign("bn"),
    "layer_norm": _Sign("ln"),
    "dropout": _Sign("drop", "rate"),
    "flatten": _Sign("flat"),
}
"""Notation by kind; a kind without one is written as its key with all fields after colons."""
_RESHAPE = re.compile(rf"({_NUMBER})x({_NUMBER})x({_NUMBER})")
_PATTERNS = {
    kind: re.compile(
        sign.letters
        + (rf"({_NUMBER}(?:\.\d{{1,400}})?)" if sign.number else "")
        + "".join(rf"(?:{letter}({_SIZES}|{AUTO}))?" for letter, _ in sign.more)
    )
    for kind, sign in _SIGNS.items()
}


def is_chain(text: str) -> bool:
    """Return whether ``text`` begins with a chain of layers, starting at the input."""
    return _INPUT.match(text) is not None


def pieces(token: Token) -> list[Token]:
    """Split a chain into one token per layer."""
    found, at = [], 0
    for bar in _BAR.finditer(token.text):
        found.append(token.part(at, bar.start()))
        at = bar.end()
    found.append(token.part(at))
    return found


# ---------------------------------------------------------------------------------- reading


def read_layers(token: Token, activation: str | None = None) -> list[Layer]:
    """Parse the layers of a chain without input and code; ``()`` is an empty chain.

    Raises:
        LineError: The token is no such chain.
    """
    if token.text == "()":
        return []
    return [read_layer(piece, activation) for piece in pieces(token)]


def read_layer(token: Token, activation: str | None = None) -> Layer:
    """Parse one layer; ``activation`` is the chain's, for a layer without its own.

    Raises:
        LineError: The token is no layer.
    """
    head, *marks = _parts(token)
    layer = _head(head)
    kind = layer["kind"]
    if activation is not None and kind in _ACTIVE:
        layer["activation"] = activation
    _apply(layer, LAYER_KINDS[kind], marks)
    return layer


def read_latent(token: Token) -> Layer:
    """Parse the code layer.

    Raises:
        LineError: The token is no code layer.
    """
    head, *marks = _parts(token)
    if not head.text.isdigit():
        raise refusal(head, tr("the code is a number of units, such as 2."))
    latent: Layer = {"units": value_of(head)}
    _apply(latent, LatentSpec, marks)
    return latent


def _parts(token: Token) -> list[Token]:
    found, at = [], 0
    for piece in token.text.split(":"):
        found.append(token.part(at, at + len(piece)))
        at += len(piece) + 1
    return found


def _head(token: Token) -> Layer:
    shape = _RESHAPE.fullmatch(token.text)
    if shape:
        sizes = dict(zip(("channels", "height", "width"), map(int, shape.groups()), strict=True))
        return {"kind": "reshape", **sizes}
    for kind, pattern in _PATTERNS.items():
        match = pattern.fullmatch(token.text)
        if match:
            return {"kind": kind, **_sized(_SIGNS[kind], [*match.groups()])}
    if token.text in LAYER_KINDS:
        return {"kind": token.text}
    raise refusal(
        token,
        tr(
            "this is not a layer. Units such as 25, c16s2 (convolution), t16 "
            "(transposed), max2, avg2, up2, bn, ln, drop0.2, flat or 16x7x7."
        ),
    )


def _sized(sign: _Sign, values: list[str | None]) -> Layer:
    found: Layer = {}
    if sign.number:
        number = values.pop(0) or ""
        found[sign.number] = float(number) if "." in number else int(number)
    for (_, field), value in zip(sign.more, values, strict=True):
        if value == AUTO:
            found[field] = None
        elif value is not None:
            sides = [int(side) for side in value.split("x")]
            found[field] = sides[0] if len(sides) == 1 else sides
    return found


def _apply(layer: Layer, model: type[RecipePart], marks: Sequence[Token]) -> None:
    """Set the fields of ``layer`` from the marks after its colons."""
    known = [name for name in model.model_fields if name != "kind" or model is LatentSpec]
    for mark in marks:
        name, is_named, _ = mark.text.partition("=")
        if is_named:
            if name not in known:
                raise unknown(mark.part(0, len(name)), known)
            layer[name] = _sides(mark.part(len(name) + 1))
        elif mark.text in ACTIVATIONS and "activation" in known:
            layer["activation"] = mark.text
        elif mark.text in LATENTS and model is LatentSpec:
            layer["kind"] = mark.text
        elif mark.text in UPSAMPLINGS and "mode" in known:
            layer["mode"] = mark.text
        else:
            words = [*ACTIVATIONS, *(f"{name}=" for name in known if name != "activation")]
            raise unknown(mark, words)


def _sides(token: Token) -> Any:
    """Parse a value; ``3x5`` is a pair of rows and columns."""
    if re.fullmatch(rf"{_NUMBER}x{_NUMBER}", token.text):
        return [int(side) for side in token.text.split("x")]
    return value_of(token)


# ---------------------------------------------------------------------------------- writing


def common_activation(layers: Sequence[Layer]) -> str | None:
    """Return the most frequent activation, to be written once after the chain, or None."""
    counts = Counter(layer["activation"] for layer in layers if layer["kind"] in _ACTIVE)
    return counts.most_common(1)[0][0] if counts else None


def layers_text(layers: Sequence[Layer], activation: str | None = None) -> str:
    """Return layers as ``read_layers`` reads them; ``activation`` is written after the chain."""
    return "-".join(layer_text(layer, activation) for layer in layers) or "()"


def layer_text(layer: Layer, activation: str | None = None) -> str:
    """Return one layer in the notation of a chain."""
    kind = layer["kind"]
    model = LAYER_KINDS[kind]
    shown = {"kind"}
    if kind == "reshape":
        text = f"{layer['channels']}x{layer['height']}x{layer['width']}"
        shown |= {"channels", "height", "width"}
    elif kind in _SIGNS:
        sign = _SIGNS[kind]
        text = sign.letters
        if sign.number:
            text += number_text(layer[sign.number], without_exponent=True)
            shown.add(sign.number)
        for letter, field in sign.more:
            if layer[field] != model.model_fields[field].default:
                text += letter + _sides_text(layer[field])
            shown.add(field)
    else:
        text = kind
    default = model.model_fields["activation"].default if "activation" in layer else None
    implied = activation if activation is not None and kind in _ACTIVE else default
    return text + _marks(layer, model, shown, implied)


def latent_text(latent: Layer) -> str:
    """Return the code layer in the notation of a chain."""
    implied = LatentSpec.model_fields["activation"].default
    kind = "" if latent["kind"] == "plain" else f":{latent['kind']}"
    marks = _marks(latent, LatentSpec, {"kind", "units"}, implied)
    return f"{latent['units']}{kind}{marks}"


def _marks(layer: Layer, model: type[RecipePart], shown: set[str], implied: str | None) -> str:
    text = ""
    if "activation" in layer and layer["activation"] != implied:
        text += f":{layer['activation']}"
    for name, value in layer.items():
        if name in shown or name == "activation":
            continue
        field = model.model_fields[name]
        if field.is_required() or value != field.default:
            text += f":{name}={_mark_text(value)}"
    return text


def _mark_text(value: Any) -> str:
    if isinstance(value, list):
        return _sides_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value, without_exponent=True)
    return value_text(value)


def _sides_text(value: Any) -> str:
    if value is None:
        return AUTO
    return "x".join(map(str, value)) if isinstance(value, list) else str(value)
