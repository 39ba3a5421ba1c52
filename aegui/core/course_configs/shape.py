"""Turn a list of layers into a complete network: encoder, code, decoder and output.

Known notations: the whole chain (35-25-10-2-10-25-35), only the hidden layers, only the encoder,
encoder and decoder separately; in variational models the encoder's last layer may be twice as wide
as the code, for mean and log variance. If a list is ambiguous, the guess is reported.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aegui.core.course_configs.layers import GLYPH_PIXELS, GivenLayer, LayerList
from aegui.core.errors import RecipeError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass

_SMALL_CODE = 4
"""A list of hidden layers that ends in at most this many units ends in the code."""
_DEFAULT_CODE = 2

_IMAGE_SIZES = {
    side * side * channels for side in (20, 24, 28, 32, 48, 64, 96, 128) for channels in (1, 3)
}


@dataclass(frozen=True)
class GivenChain:
    """A network; ``decoder`` None mirrors the encoder, ``output`` None is not stated.

    ``inputs`` is the input size stated in the list, ``guesses`` are the assumptions made,
    ``doubled`` tells whether the list gives the code with mean and log variance, ``is_given``
    whether the configuration lists any layers, ``images`` are the convolutions before all others.
    """

    encoder: tuple[GivenLayer, ...]
    code: GivenLayer
    decoder: tuple[GivenLayer, ...] | None = None
    output: GivenLayer | None = None
    inputs: int | None = None
    guesses: tuple[str, ...] = ()
    doubled: bool = False
    is_given: bool = True
    images: tuple[dict[str, Any], ...] = ()

    @property
    def back(self) -> tuple[GivenLayer, ...]:
        """The decoder's layers without the output; mirrored layers have no activation yet."""
        if self.decoder is not None:
            return self.decoder
        return tuple(replace(layer, activation=None) for layer in reversed(self.encoder))

    @property
    def last(self) -> GivenLayer:
        """The output layer."""
        return self.output or GivenLayer(1)


@dataclass(frozen=True)
class Hints:
    """Facts from other keys: units of the code, values per sample, whether it is a VAE."""

    code: int | None = None
    inputs: int | None = None
    variational: bool = False


def invented(code: int | None) -> GivenChain:
    """Return a default network: 25-10, or layers that narrow down to the code if that is wide."""
    units = _DEFAULT_CODE if code is None else code
    before = (25, 10) if units < 10 else (4 * units, 2 * units)
    return GivenChain(tuple(GivenLayer(n) for n in before), GivenLayer(units), is_given=False)


def chain_of_list(listed: LayerList, hints: Hints) -> GivenChain:
    """Return the network that a single list describes.

    Raises:
        RecipeError: The list describes no network.
    """
    layers, inputs, output = listed.layers, listed.inputs, None
    if not listed.hidden and _begins_with_input(listed, hints):
        inputs, layers = layers[0].units, layers[1:]
    pixels = inputs or hints.inputs or GLYPH_PIXELS
    if not listed.hidden and len(layers) > 1 and layers[-1].units == pixels:
        output, layers = layers[-1], layers[:-1]
    if not layers and hints.code is None:
        if listed.images:
            text = tr(
                '"{key}" has only convolutions: the code needs a layer of units.', key=listed.key
            )
            raise RecipeError(text)
        raise RecipeError(tr('"{key}" leaves no layer for the code.', key=listed.key))
    stripped = replace(listed, layers=layers, inputs=inputs)
    if hints.code is None:
        chain = _without_code(stripped, output)
    else:
        chain = _with_code(stripped, output, hints.code, variational=hints.variational)
    return replace(chain, output=output, inputs=inputs, images=listed.images)


def _with_code(
    listed: LayerList, output: GivenLayer | None, code: int, *, variational: bool
) -> GivenChain:
    """Return the chain of a list, with the code's units given by another key."""
    layers, key = listed.layers, listed.key
    sizes = [layer.units for layer in layers]
    middle, odd = len(sizes) // 2, len(sizes) % 2 == 1
    if output is not None or _is_symmetric(sizes):
        if variational and odd and sizes[middle] == 2 * code:
            halved = replace(layers[middle], units=code)
            return replace(_around(layers, middle), code=halved, doubled=True)
        if code in sizes:
            return _around(layers, _place_of(sizes, code))
        if not odd:
            return GivenChain(layers[:middle], GivenLayer(code), layers[middle:])
        raise RecipeError(
            tr(
                'The code has {code} units, but "{key}" has no layer of that many in its middle.',
                code=code,
                key=key,
            )
        )
    if sizes and sizes[-1] == code and (code <= _SMALL_CODE or not listed.hidden):
        return _ending_in_code(listed)
    if not listed.hidden and code in sizes and code == min(sizes):
        return _around(layers, _place_of(sizes, code))
    guess = tr('The whole of "{key}" comes before the code of {n}.', key=key, n=code)
    is_open = code in sizes or not listed.hidden
    return GivenChain(layers, GivenLayer(code), guesses=(guess,) if is_open else ())


def _without_code(listed: LayerList, output: GivenLayer | None) -> GivenChain:
    """Return the chain of a list that contains the code, or does not state it at all."""
    sizes = [layer.units for layer in listed.layers]
    narrow, symmetric = min(sizes), _is_symmetric(sizes)
    half, rest = divmod(len(sizes), 2)
    if listed.hidden and rest == 0 and sizes == sizes[::-1]:
        return _with_default_code(listed, half)
    if output is None and not symmetric and sizes[-1] == narrow:
        return encoder_only(listed)
    chain = _around(listed.layers, _place_of(sizes, narrow))
    if not chain.decoder and output is None and not symmetric:
        chain = replace(chain, decoder=None)
    if output is not None and listed.inputs is not None and sizes.count(narrow) == 1:
        return chain
    guess = tr('The code is the narrowest layer of "{key}": {n} units.', key=listed.key, n=narrow)
    return replace(chain, guesses=(guess,))


def encoder_only(listed: LayerList) -> GivenChain:
    """Return the chain of an encoder's list: the last layer is the code unless it is hidden."""
    layers = listed.layers
    if layers and (not listed.hidden or layers[-1].units <= _SMALL_CODE):
        return _ending_in_code(listed)
    return _with_default_code(listed, None)


def _around(layers: tuple[GivenLayer, ...], index: int) -> GivenChain:
    return GivenChain(layers[:index], layers[index], layers[index + 1 :])


def _ending_in_code(listed: LayerList) -> GivenChain:
    guess = tr('The last layer of "{key}" is the code.', key=listed.key)
    return GivenChain(listed.layers[:-1], listed.layers[-1], guesses=(guess,))


def _with_default_code(listed: LayerList, end: int | None) -> GivenChain:
    """Return the chain with a default code after the layers before ``end``; the rest decode."""
    guess = tr(
        'The size of the code is not given: {n} numbers after the hidden layers of "{key}".',
        n=_DEFAULT_CODE,
        key=listed.key,
    )
    back = None if end is None else listed.layers[end:]
    return GivenChain(listed.layers[:end], GivenLayer(_DEFAULT_CODE), back, guesses=(guess,))


def two_sided(encoder: LayerList, decoder: LayerList | None, hints: Hints) -> GivenChain:
    """Return the network of an encoder and an optional decoder that are listed separately.

    Either list may repeat the input size, and either may contain the code.

    Raises:
        RecipeError: The lists leave no layer for the code.
    """
    layers, inputs, guesses = encoder.layers, encoder.inputs, []
    if len(layers) > 1 and not encoder.hidden and _begins_with_input(encoder, hints):
        inputs, layers = layers[0].units, layers[1:]
        if hints.inputs is not None and decoder is None and hints.code is not None:
            guesses.append(tr('The first of "{key}" is the input.', key=encoder.key))
    if decoder is None and hints.code is None:
        chain = encoder_only(replace(encoder, layers=layers, hidden=True))
        return replace(chain, inputs=inputs, images=encoder.images)
    back = None if decoder is None else decoder.layers
    output = None
    pixels = inputs or hints.inputs or GLYPH_PIXELS
    if decoder is not None and back and back[-1].units == pixels and not decoder.hidden:
        output, back = back[-1], back[:-1]
    chain, ended = _before_code(replace(encoder, layers=layers), back, hints)
    if back and back[0].units == chain.code.units and (ended or len(back) > len(chain.encoder)):
        back = back[1:]
    if chain.doubled and not hints.variational:
        guesses.append(
            tr(
                'The code is a variational one: "{key}" ends in twice as many numbers as the '
                "decoder begins with.",
                key=encoder.key,
            )
        )
    found = replace(chain, decoder=back, output=output, inputs=inputs, images=encoder.images)
    return replace(found, guesses=tuple(guesses))


def _before_code(
    encoder: LayerList, back: tuple[GivenLayer, ...] | None, hints: Hints
) -> tuple[GivenChain, bool]:
    """Return the chain up to the code, and whether the encoder's list ended in the code.

    A wide last hidden layer is not the code, even if its width equals that of the code.
    """
    layers, code = encoder.layers, hints.code
    last = layers[-1].units if layers else 0
    first = back[0].units if back else 0
    twice = first if code is None else code
    if twice and last == 2 * twice and (first == twice or hints.variational):
        return GivenChain(layers[:-1], replace(layers[-1], units=twice), doubled=True), True
    if code is not None and not (last == code and (code <= _SMALL_CODE or not encoder.hidden)):
        return GivenChain(layers, GivenLayer(code)), False
    if not layers:
        raise RecipeError(tr("The size of the code is not given: add latent_dim."))
    return GivenChain(layers[:-1], layers[-1]), True


def _begins_with_input(listed: LayerList, hints: Hints) -> bool:
    """Return whether a list begins with the input, unless an element states the input size."""
    sizes = [layer.units for layer in listed.layers]
    if not sizes or listed.inputs is not None:
        return False
    if hints.inputs is not None:
        return sizes[0] == hints.inputs
    return sizes[0] == GLYPH_PIXELS or (sizes[0] in _IMAGE_SIZES and sizes[0] == max(sizes))


def _is_symmetric(sizes: list[int]) -> bool:
    return len(sizes) > 2 and sizes == sizes[::-1]


def _place_of(sizes: list[int], units: int) -> int:
    """Return the index of the layer with ``units`` units that is nearest to the middle."""
    middle = (len(sizes) - 1) / 2
    return min(
        (i for i, size in enumerate(sizes) if size == units), key=lambda i: (abs(i - middle), i)
    )
