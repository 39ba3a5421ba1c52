"""Parse values in their many notations: numbers as text, and alternative names of choices."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.errors import RecipeError
from aegui.core.i18n import mark, tr
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.recipe.errors import quoted
from aegui.core.training.losses import LOSSES
from aegui.core.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Iterable

_ACTIVATIONS = {
    "identity": "linear none lineal identidad",
    "relu": "rectifier rectified",
    "leaky_relu": "lrelu leaky",
    "silu": "swish",
    "tanh": "tangent tangenth hyperbolictangent tanhyperbolic tangente tangentehiperbolica tanhip"
    " hyperbolic hiperbolica tansig",
    "sigmoid": "logistic sigmoide logistica logsig expit sigmoidal logistico",
    "sine": "sin seno siren",
}
_LOSSES = {
    "bce": "binarycrossentropy crossentropy bcewithlogits binary entropy logloss xent ce"
    " entropiacruzada entropiacruzadabinaria bcekl bcekld",
    "mse": "meansquarederror squarederror sse quadratic l2 meansquared rmse ecm squared"
    " errorcuadraticomedio msekl msekld",
    "mae": "meanabsoluteerror absoluteerror l1 absolute",
    "huber": "smoothl1",
}
_OPTIMIZERS = {
    "sgd": "gd gradientdescent gradient stochasticgradientdescent backpropagation backprop vanilla"
    " descenso descensogradiente none batchgradientdescent descensoporgradiente"
    " gradientedescendente plain",
    "momentum": "sgdmomentum sgdwithmomentum gdmomentum",
    "nesterov": "nag nesterovmomentum",
    "lbfgs": "lbfgsb",
    "cg": "conjugategradient conjugategradients gradienteconjugado gradientesconjugados fmincg",
    "nelder_mead": "neldermead simplex",
}
_INITIALIZERS = {
    "torch_default": "default torch pytorch",
    "uniform": "random randomuniform rand aleatorio uniforme",
    "normal": "gaussian randomnormal randn gaussiana",
    "xavier_uniform": "xavier glorot glorotuniform",
    "xavier_normal": "glorotnormal",
    "he_uniform": "he kaiming kaiminguniform",
    "he_normal": "kaimingnormal",
    "orthogonal": "",
}
_SCHEDULES = {
    "constant": "none fixed no off",
    "exponential": "exp exponentialdecay exponentiallr",
    "step": "steplr stepdecay steps",
    "cosine": "cosineannealing cosineannealinglr cosinedecay cosinewarmup",
    "plateau": "reducelronplateau reduceonplateau onplateau",
}
_CORRUPTIONS = {
    "none": "no off clean",
    "salt_pepper": "saltandpepper sp snp impulse saltpepper salypimienta",
    "salt": "saltonly sal",
    "pepper": "pepperonly pimienta",
    "block": "erase erasing cutout occlusion bloque",
    "flip": "bitflip bernoulli binary invert bsc binaria",
    "gaussian": "normal gauss additive awgn gaussiano gaussiana",
    "masking": "mask dropout zero zeros masked",
}


def unaccented(word: str) -> str:
    """Return ``word`` in lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def snake(key: str) -> str:
    """Normalise a key: ``learningRate`` and ``Learning-Rate`` become ``learning_rate``."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key)
    return re.sub(r"[\W_]+", "_", unaccented(split)).strip("_")


def _index(others: dict[str, str], table: Iterable[str] = ()) -> dict[str, str]:
    """Map each word to its key of ``table``: the key itself and its alternative names."""
    index = {}
    for key, words in {**dict.fromkeys(table, ""), **others}.items():
        for word in (key, *words.split()):
            index[word.replace("_", "")] = key
    return index


_CHOICES = {
    "activation": _index(_ACTIVATIONS, ACTIVATIONS),
    "loss": _index(_LOSSES, LOSSES),
    "optimizer": _index(_OPTIMIZERS, OPTIMIZERS),
    "initializer": _index(_INITIALIZERS),
    "schedule": _index(_SCHEDULES),
    "corruption": _index(_CORRUPTIONS, CORRUPTIONS),
}
_TAILS = ("loss", "function", "fn", "noise", "init", "initializer", "initialization", "activation")


def choice(table: str, value: object) -> str | None:
    """Return the key of ``table`` that ``value`` names, or None."""
    if not isinstance(value, str):
        return None
    word = re.sub(r"[^a-z0-9]", "", unaccented(value.rsplit(".", 1)[-1]))
    index = _CHOICES[table]
    while word not in index:
        tail = next((t for t in _TAILS if word.endswith(t) and word != t), None)
        if tail is None:
            return None
        word = word.removesuffix(tail)
    return index[word]


def is_nothing(value: object) -> bool:
    """Return whether ``value`` means that nothing is given."""
    return value is None or (
        isinstance(value, str) and unaccented(value).strip() in {"", "none", "null", "ninguno"}
    )


def to_number(value: object, key: str) -> float:
    """Return ``value``, a number or its text, as a finite float.

    Raises:
        RecipeError: The value is no finite number; the message names ``key``.
    """
    number: float | None = None
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = value if abs(value) < 1e300 else math.inf
    elif isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            number = None
    if number is None or not math.isfinite(number):
        has_comma = isinstance(value, str) and "," in value
        text = (
            mark('"{key}" is {value}; it must be a number, with a point before its decimals.')
            if has_comma
            else mark('"{key}" is {value}; it must be a number.')
        )
        raise RecipeError(tr(text, key=key, value=quoted(value)))
    return number


def to_integer(value: object, key: str) -> int:
    """Return ``value``, an integer or its text, as an int; 1e4 and "10000.0" are accepted.

    Raises:
        RecipeError: The value is no integer; the message names ``key``.
    """
    number = to_number(value, key)
    if number != int(number):
        raise RecipeError(
            tr('"{key}" is {value}; it must be a whole number.', key=key, value=quoted(value))
        )
    return int(number)


def flag_of(value: object) -> bool | None:
    """Return ``value``, a boolean or a word for one, as a bool; None if it is neither."""
    word = spelt(value)
    if word in {"true", "yes", "on", "1", "1.0", "si", "verdadero", "y", "t"}:
        return True
    if word in {"false", "no", "off", "0", "0.0", "falso", "n", "f"}:
        return False
    return None


def spelt(value: object) -> str:
    """Return a text, number or boolean as a normalised word; empty for other or huge values."""
    if isinstance(value, str):
        return unaccented(value).strip()
    if isinstance(value, int) and abs(value) >= 10**20:
        return ""
    return str(value).lower() if isinstance(value, bool | int | float) else ""
