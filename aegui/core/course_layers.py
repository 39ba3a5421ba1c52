"""Layer lists as people write them, brought to one form: encoder, code, decoder, output.

Seen in the wild: the whole chain (35-25-10-2-10-25-35), the hidden layers only, the encoder only,
encoder and decoder apart, and each as numbers, as text, as objects or as pairs of sizes.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

from aegui.core.course_values import choice, is_nothing, snake, to_number, to_whole
from aegui.core.errors import RecipeError
from aegui.core.i18n import tr
from aegui.core.recipe_errors import quoted

GLYPH_PIXELS = 35
MAX_LAYERS = 200
_SMALL_CODE = 4
"""A list of hidden layers that ends in so few units ends in the code."""

_IMAGE_SIZES = {
    side * side * channels for side in (20, 24, 28, 32, 48, 64, 96, 128) for channels in (1, 3)
}
_UNITS = (
    *("units", "neurons", "size", "nodes", "n", "out", "n_units", "n_neurons", "num_units"),
    *("num_neurons", "out_features", "output_size", "output_dim", "output", "dim", "neuronas"),
)
_ACTIVATION = ("activation", "activation_fn", "activation_function", "act", "fn", "function")


@dataclass(frozen=True)
class Layer:
    """One layer as far as the list tells; None where it does not."""

    units: int
    activation: str | None = None
    slope: float | None = None
    dropout: float | None = None


@dataclass(frozen=True)
class Chain:
    """A whole network; ``decoder`` None mirrors the encoder, ``output`` None is not told.

    ``inputs`` is what the list itself says of the input's size.
    """

    encoder: tuple[Layer, ...]
    code: Layer
    decoder: tuple[Layer, ...] | None = None
    output: Layer | None = None
    inputs: int | None = None


def is_layer_list(value: object) -> bool:
    """Whether ``value`` could be a list of layers: objects, numbers or such as text."""
    if isinstance(value, str):
        return _sizes_in(value) is not None
    if not isinstance(value, list | tuple) or len(value) == 0 or _elided(value):
        return False
    first = value[0]
    if isinstance(first, str):
        return re.fullmatch(r"\s*[0-9]+(\.0*)?\s*", first) is not None
    return isinstance(first, int | float | dict | list | tuple) and not isinstance(first, bool)


def is_elided(value: object) -> bool:
    """Whether ``value`` is a list that somebody shortened to three dots in a text."""
    return isinstance(value, list | tuple) and _elided(value)


def read_layers(value: object, key: str) -> tuple[Layer, ...]:
    """The layers in ``value``, in its order.

    Raises:
        RecipeError: An element is no layer; the message names its place.
    """
    elements = _sizes_in(value) if isinstance(value, str) else value
    if not isinstance(elements, list | tuple) or len(elements) > MAX_LAYERS:
        raise RecipeError(
            tr('"{key}" must be a list of at most {n} layers.', key=key, n=MAX_LAYERS)
        )
    layers: list[Layer] = []
    for index, element in enumerate(_unpaired(list(elements))):
        place = f"{key}.{index}"
        bend = _activation_alone(element)
        if bend is not None and layers:
            layers[-1] = replace(
                layers[-1],
                activation=bend.activation or layers[-1].activation,
                dropout=bend.dropout or layers[-1].dropout,
            )
        elif bend is None:
            layers.append(_layer(element, place))
    return tuple(layers)


def whole_chain(
    layers: tuple[Layer, ...], key: str, code: int | None, inputs: int | None, *, hidden: bool
) -> Chain:
    """The network that one list describes.

    Args:
        layers: The list.
        key: Its name, for refusals.
        code: Units of the code where they are given apart.
        inputs: Pixels of a sample where they are given apart.
        hidden: The key says that the list holds hidden layers only.

    Raises:
        RecipeError: It describes none.
    """
    sizes = [layer.units for layer in layers]
    found = None
    if not hidden and sizes and _begins_with_input(sizes, inputs):
        found, layers, sizes = sizes[0], layers[1:], sizes[1:]
    pixels = found or inputs or GLYPH_PIXELS
    output = None
    if not hidden and len(sizes) > 1 and sizes[-1] == pixels:
        output, layers, sizes = layers[-1], layers[:-1], sizes[:-1]
    if not sizes and code is None:
        raise RecipeError(tr('"{key}" leaves no layer for the code.', key=key))
    narrow = min(sizes, default=0)
    both_sides = output is not None or _is_symmetric(sizes)
    if code is None and not both_sides and sizes[-1] == narrow:
        return _encoder_only(layers, found, hidden)
    if code is not None and code not in sizes:
        return _around(layers, code, key, found, output)
    place = _place_of(sizes, narrow if code is None else code)
    encoder, decoder = layers[:place], layers[place + 1 :]
    return Chain(encoder, layers[place], decoder if both_sides or decoder else None, output, found)


def two_sided(
    encoder: tuple[Layer, ...],
    decoder: tuple[Layer, ...] | None,
    code: int | None,
    inputs: int | None,
) -> Chain:
    """The network of an encoder and, perhaps, a decoder that are listed apart.

    Either may repeat the input's size, and either may hold the code.

    Raises:
        RecipeError: They leave no layer for the code.
    """
    sizes = [layer.units for layer in encoder]
    found = None
    if len(sizes) > 1 and (sizes[0] == inputs or _begins_with_input(sizes, inputs)):
        found, encoder = sizes[0], encoder[1:]
    if decoder is None:
        if encoder and code is not None and encoder[-1].units == code:
            return Chain(encoder[:-1], encoder[-1], None, None, found)
        if code is not None:
            return Chain(encoder, Layer(code), None, None, found)
        return _encoder_only(encoder, found, hidden=True)
    pixels = found or inputs or GLYPH_PIXELS
    output = None
    if decoder and decoder[-1].units == pixels:
        output, decoder = decoder[-1], decoder[:-1]
    if code is None or (encoder and encoder[-1].units == code):
        if not encoder:
            raise RecipeError(tr("The size of the code is not given: add latent_dim."))
        encoder, middle = encoder[:-1], encoder[-1]
    else:
        middle = Layer(code)
    if decoder and decoder[0].units == middle.units and len(decoder) > len(encoder):
        decoder = decoder[1:]
    return Chain(encoder, middle, decoder, output, found)


def _sizes_in(text: str) -> list[int] | None:
    """The sizes in a text such as ``35-25-10-2`` or ``[35, 25, 10]``."""
    words = re.split(r"\s*(?:->|→|[-,;x×:>\s])\s*", text.strip(" []()"))
    if len(text) > 2000 or len(words) < 2 or not all(re.fullmatch(r"[0-9]{1,9}", w) for w in words):
        return None
    return [int(word) for word in words]


def _elided(value: list[object] | tuple[object, ...]) -> bool:
    return any(element is ... or element in ("...", "…") for element in value)


def _unpaired(elements: list[object]) -> list[object]:
    """``[[35, 25], [25, 10]]`` (inputs and outputs of each layer) as 35, 25, 10."""
    pairs = [e for e in elements if isinstance(e, list | tuple) and len(e) == 2]
    if not pairs or len(pairs) < len(elements):
        return elements
    if any(a[1] != b[0] for a, b in itertools.pairwise(pairs)):
        return elements
    return [pairs[0][0], *(pair[1] for pair in pairs)]


def _activation_alone(element: object) -> Layer | None:
    """What an element without units says of the layer before it, or None if it has units."""
    if isinstance(element, str):
        key = choice("activation", element)
        return None if key is None else Layer(0, key)
    if not isinstance(element, dict):
        return None
    fields = {snake(str(name)): value for name, value in element.items()}
    if any(name in fields for name in _UNITS):
        return None
    kind = fields.get("type", fields.get("name"))
    if isinstance(kind, str) and snake(kind) == "dropout":
        rate = fields.get("rate", fields.get("p", fields.get("dropout", 0.5)))
        return Layer(0, dropout=to_number(rate, "dropout"))
    key = choice("activation", kind)
    return None if key is None else Layer(0, key)


def _layer(element: object, place: str) -> Layer:
    if not isinstance(element, dict):
        return Layer(to_whole(element, place))
    fields = {snake(str(name)): value for name, value in element.items()}
    units = next((fields[name] for name in _UNITS if not is_nothing(fields.get(name))), None)
    if units is None:
        raise RecipeError(
            tr('"{key}" is {value}; a layer needs its units.', key=place, value=quoted(element))
        )
    named = next((fields[name] for name in _ACTIVATION if not is_nothing(fields.get(name))), None)
    activation = choice("activation", named)
    if named is not None and activation is None:
        raise RecipeError(
            tr('"{key}.activation" is {v}, which is not known.', key=place, v=quoted(named))
        )
    slope = fields.get("beta", fields.get("slope"))
    dropout = fields.get("dropout")
    return Layer(
        to_whole(units, f"{place}.units"),
        activation,
        None if is_nothing(slope) else to_number(slope, f"{place}.beta"),
        None if is_nothing(dropout) else to_number(dropout, f"{place}.dropout"),
    )


def _begins_with_input(sizes: list[int], inputs: int | None) -> bool:
    if inputs is not None:
        return sizes[0] == inputs
    return sizes[0] == GLYPH_PIXELS or (sizes[0] in _IMAGE_SIZES and sizes[0] == max(sizes))


def _is_symmetric(sizes: list[int]) -> bool:
    return len(sizes) > 2 and sizes == sizes[::-1]


def _place_of(sizes: list[int], units: int) -> int:
    """Index of the layer of ``units`` that is nearest to the middle."""
    middle = (len(sizes) - 1) / 2
    return min(
        (i for i, size in enumerate(sizes) if size == units), key=lambda i: (abs(i - middle), i)
    )


def _encoder_only(layers: tuple[Layer, ...], found: int | None, hidden: bool) -> Chain:
    if layers and (not hidden or found is not None or layers[-1].units <= _SMALL_CODE):
        return Chain(layers[:-1], layers[-1], None, None, found)
    return Chain(layers, Layer(2), None, None, found)


def _around(
    layers: tuple[Layer, ...], code: int, key: str, found: int | None, output: Layer | None
) -> Chain:
    """The chain of a list that does not hold the code, which is given apart."""
    symmetric = _is_symmetric([layer.units for layer in layers])
    if output is None and not symmetric:
        return Chain(layers, Layer(code), None, None, found)
    if len(layers) % 2 == 0:
        half = len(layers) // 2
        return Chain(layers[:half], Layer(code), layers[half:], output, found)
    raise RecipeError(
        tr(
            'The code has {code} units, but "{key}" has none of so many in its middle.',
            code=code,
            key=key,
        )
    )
