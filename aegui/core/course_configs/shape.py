"""From a list of layers to a whole network: encoder, code, decoder, output.

Seen in the wild: the whole chain (35-25-10-2-10-25-35), the hidden layers only, the encoder only,
encoder and decoder apart; of variational models the encoder's last layer twice as wide as the
code, for mean and log variance. Where a list may mean two networks, the guess is reported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from aegui.core.course_configs.layers import GLYPH_PIXELS, GivenLayer
from aegui.core.errors import RecipeError
from aegui.core.i18n import tr

_SMALL_CODE = 4
"""A list of hidden layers that ends in so few units ends in the code."""
_DEFAULT_CODE = 2

_IMAGE_SIZES = {
    side * side * channels for side in (20, 24, 28, 32, 48, 64, 96, 128) for channels in (1, 3)
}


@dataclass(frozen=True)
class GivenChain:
    """A whole network; ``decoder`` None mirrors the encoder, ``output`` None is not told.

    ``inputs`` is what the list itself says of the input's size, ``guesses`` what had to be
    assumed, ``doubled`` whether the code stands there with mean and log variance, ``told``
    whether the configuration gives any layers.
    """

    encoder: tuple[GivenLayer, ...]
    code: GivenLayer
    decoder: tuple[GivenLayer, ...] | None = None
    output: GivenLayer | None = None
    inputs: int | None = None
    guesses: tuple[str, ...] = ()
    doubled: bool = False
    told: bool = True

    @property
    def back(self) -> tuple[GivenLayer, ...]:
        """The layers of the decoder, its output not among them; mirrored ones await activations."""
        if self.decoder is not None:
            return self.decoder
        return tuple(replace(layer, activation=None) for layer in reversed(self.encoder))

    @property
    def last(self) -> GivenLayer:
        """The output layer."""
        return self.output or GivenLayer(1)


@dataclass(frozen=True)
class Hints:
    """What is known besides the list.

    Attributes:
        code: Units of the code.
        inputs: Numbers per sample.
        from_first: No list of layers repeats the input as its first element.
        variational: The code is a variational one.
    """

    code: int | None = None
    inputs: int | None = None
    from_first: bool = False
    variational: bool = False


def invented(code: int | None) -> GivenChain:
    """A network where no layers are given: 25-10, or layers that narrow down to a wide code."""
    units = _DEFAULT_CODE if code is None else code
    before = (25, 10) if units < 10 else (4 * units, 2 * units)
    return GivenChain(tuple(GivenLayer(n) for n in before), GivenLayer(units))


def whole_chain(
    layers: tuple[GivenLayer, ...], key: str, hints: Hints, *, hidden: bool
) -> GivenChain:
    """The network that one list describes.

    Args:
        layers: The list.
        key: Its name, for refusals.
        hints: What else is known.
        hidden: The key says that the list holds hidden layers only.

    Raises:
        RecipeError: It describes none.
    """
    found = output = None
    if not (hidden or hints.from_first) and _begins_with_input(layers, hints.inputs):
        found, layers = layers[0].units, layers[1:]
    pixels = found or hints.inputs or GLYPH_PIXELS
    if not hidden and len(layers) > 1 and layers[-1].units == pixels:
        output, layers = layers[-1], layers[:-1]
    if not layers and hints.code is None:
        raise RecipeError(tr('"{key}" leaves no layer for the code.', key=key))
    whole = output is not None and (found is not None or hints.from_first)
    chain = (
        _with_code(layers, hints.code, key, hints.variational, output, hidden)
        if hints.code is not None
        else _without_code(layers, key, hidden, output, whole=whole)
    )
    return replace(chain, inputs=found)


def _with_code(
    layers: tuple[GivenLayer, ...],
    code: int,
    key: str,
    variational: bool,
    output: GivenLayer | None,
    hidden: bool,
) -> GivenChain:
    """The chain of ``layers`` where the code's units are given apart."""
    sizes = [layer.units for layer in layers]
    middle = len(sizes) // 2
    both_sides = output is not None or _is_symmetric(sizes)
    if both_sides:
        odd = len(sizes) % 2 == 1
        if variational and odd and sizes[middle] == 2 * code:
            layer = replace(layers[middle], units=code)
            return GivenChain(layers[:middle], layer, layers[middle + 1 :], output, doubled=True)
        if code in sizes:
            place = _place_of(sizes, code)
            return GivenChain(layers[:place], layers[place], layers[place + 1 :], output)
        if not odd:
            return GivenChain(layers[:middle], GivenLayer(code), layers[middle:], output)
        raise RecipeError(
            tr(
                'The code has {code} units, but "{key}" has none of so many in its middle.',
                code=code,
                key=key,
            )
        )
    if sizes and sizes[-1] == code and (code <= _SMALL_CODE or not hidden):
        return GivenChain(layers[:-1], layers[-1], guesses=(_last_is_code(key),))
    if not hidden and code in sizes and code == min(sizes):
        place = _place_of(sizes, code)
        return GivenChain(layers[:place], layers[place], layers[place + 1 :])
    guess = tr('The whole of "{key}" comes before the code of {n}.', key=key, n=code)
    return GivenChain(
        layers, GivenLayer(code), guesses=(guess,) if code in sizes or not hidden else ()
    )


def _without_code(
    layers: tuple[GivenLayer, ...],
    key: str,
    hidden: bool,
    output: GivenLayer | None,
    *,
    whole: bool,
) -> GivenChain:
    """The chain of ``layers`` where the code must be among them, or is not told at all.

    ``whole``: the list went from the input to the output.
    """
    sizes = [layer.units for layer in layers]
    narrow = min(sizes)
    symmetric = _is_symmetric(sizes)
    if hidden and len(sizes) > 1 and sizes == sizes[::-1] and len(sizes) % 2 == 0:
        half = len(sizes) // 2
        return _appended(layers[:half], layers[half:], key)
    if output is None and not symmetric and sizes[-1] == narrow:
        return encoder_only(layers, key, hidden=hidden)
    place = _place_of(sizes, narrow)
    decoder = layers[place + 1 :]
    certain = whole and sizes.count(narrow) == 1
    guess = tr(
        'The code is the narrowest layer of "{key}": {n} units.', key=key, n=layers[place].units
    )
    return GivenChain(
        layers[:place],
        layers[place],
        decoder if decoder or output is not None or symmetric else None,
        output,
        guesses=() if certain else (guess,),
    )


def encoder_only(layers: tuple[GivenLayer, ...], key: str, *, hidden: bool) -> GivenChain:
    """The chain of an encoder's layers: the last is the code, unless they are hidden ones."""
    if layers and (not hidden or layers[-1].units <= _SMALL_CODE):
        return GivenChain(layers[:-1], layers[-1], guesses=(_last_is_code(key),))
    return _appended(layers, None, key)


def _appended(
    layers: tuple[GivenLayer, ...], back: tuple[GivenLayer, ...] | None, key: str
) -> GivenChain:
    guess = tr(
        'The size of the code is not given: {n} numbers after the hidden layers of "{key}".',
        n=_DEFAULT_CODE,
        key=key,
    )
    return GivenChain(layers, GivenLayer(_DEFAULT_CODE), back, guesses=(guess,))


def _last_is_code(key: str) -> str:
    return tr('The last layer of "{key}" is the code.', key=key)


@dataclass(frozen=True)
class Side:
    """The encoder's or the decoder's list: its layers, its name, and whether all are hidden."""

    layers: tuple[GivenLayer, ...]
    key: str
    hidden: bool = False


def two_sided(encoder: Side, decoder: Side | None, hints: Hints) -> GivenChain:
    """The network of an encoder and, perhaps, a decoder that are listed apart.

    Either may repeat the input's size, and either may hold the code.

    Raises:
        RecipeError: They leave no layer for the code.
    """
    layers, found, guesses = encoder.layers, None, []
    listed = len(layers) > 1 and not (encoder.hidden or hints.from_first)
    if listed and _begins_with_input(layers, hints.inputs):
        found, layers = layers[0].units, layers[1:]
        if hints.inputs is not None and decoder is None and hints.code is not None:
            guesses.append(tr('The first of "{key}" is the input.', key=encoder.key))
    back = None if decoder is None else decoder.layers
    output = None
    pixels = found or hints.inputs or GLYPH_PIXELS
    if decoder is not None and back and back[-1].units == pixels and not decoder.hidden:
        output, back = back[-1], back[:-1]
    if back is None and hints.code is None:
        chain = encoder_only(layers, encoder.key, hidden=True)
        return replace(chain, inputs=found)
    before, code, doubled, ended = _code_between(layers, back, hints, whole=encoder.hidden)
    if back and back[0].units == code.units and (ended or len(back) > len(before)):
        back = back[1:]
    if doubled and not hints.variational:
        guesses.append(
            tr(
                'The code is a variational one: "{key}" ends in twice as many numbers as the '
                "decoder begins with.",
                key=encoder.key,
            )
        )
    return GivenChain(before, code, back, output, found, tuple(guesses), doubled)


def _code_between(
    layers: tuple[GivenLayer, ...],
    back: tuple[GivenLayer, ...] | None,
    hints: Hints,
    *,
    whole: bool,
) -> tuple[tuple[GivenLayer, ...], GivenLayer, bool, bool]:
    """The layers before the code, the code, whether it stood there twice, and whether at all.

    A wide last layer that is a hidden one (``whole``) is not the code, though it be as wide.
    """
    last = layers[-1].units if layers else 0
    first = back[0].units if back else 0
    code = hints.code
    twice = code if code is not None else first
    if twice and last == 2 * twice and (first == twice or hints.variational):
        return layers[:-1], replace(layers[-1], units=twice), True, True
    if code is None or (last == code and (code <= _SMALL_CODE or not whole)):
        if not layers:
            raise RecipeError(tr("The size of the code is not given: add latent_dim."))
        return layers[:-1], layers[-1], False, True
    return layers, GivenLayer(code), False, False


def _begins_with_input(layers: tuple[GivenLayer, ...], inputs: int | None) -> bool:
    sizes = [layer.units for layer in layers]
    if not sizes:
        return False
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
