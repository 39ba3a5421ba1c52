"""Whether a foreign configuration is that of a variational model; see the package."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aegui.core.course_configs.layers import GLYPH_PIXELS, is_layer_list
from aegui.core.course_configs.sizes import CODE_KEYS
from aegui.core.course_configs.values import flag_of, is_nothing, plain, to_number, to_whole
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from aegui.core.course_configs.keys import Item
    from aegui.core.course_configs.notes import Notes
    from aegui.core.course_configs.shape import GivenChain

_WORDS = frozenset(
    {"vae", "variational", "variationalautoencoder", "betavae", "cvae", "variacional"}
)
"""How a variational model is called."""
_MODEL_KEYS = frozenset(
    {"model", "name", "type", "kind", "variant", "class", "class_name", "algorithm", "mode", "arch"}
    | {"architecture", "network", "modelo", "tipo", "experiment", "experiment_name", "autoencoder"}
)
_CODES = frozenset(CODE_KEYS.split())
_DIVERGENCES = frozenset({"kl", "kld"})
_WEIGHTS = (
    "kl_weight kl_beta beta_kl kl_coef* kl_lambda lambda_kl kl_factor kl_scale vae_beta beta_vae "
    "kl_loss_weight beta"
)
_MEAN_WEIGHTS = "kld_weight kld_coef*"
"""Weights beside a mean over the pixels; PyTorch-VAE writes them so."""
_WARMUPS = "kl_warmup* kl_ramp* kl_anneal* beta_warmup* warmup_kl beta_anneal*"


class Variational:
    """What says that the code is a variational one, and how its divergence is weighed."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._denied = _denied(notes)
        self._item = None if self._denied is not None else _told(notes)
        told = self._item is not None or self._denied is not None
        self._section = None if told else _section(notes)
        self._weights: dict[str, float | int] = {}

    @property
    def is_told(self) -> bool:
        """Whether the configuration says so."""
        return self._item is not None or self._section is not None

    def weigh(self, chain: GivenChain, inputs: int | None) -> None:
        """Take the weight of the divergence, before ``beta`` can be taken for a slope."""
        if not (self.is_told or chain.doubled):
            return
        keys = self._notes.keys
        weight = keys.take_one(_WEIGHTS, fits=_is_number)
        if weight is not None:
            self._weights["beta"] = to_number(weight.value, weight.key)
            self._name("beta", weight)
            self._notes.understand(weight, tr("weight of the divergence"))
        mean = keys.take_one(_MEAN_WEIGHTS, fits=_is_number)
        if mean is not None and weight is None:
            pixels = inputs or GLYPH_PIXELS
            self._weights["beta"] = to_number(mean.value, mean.key) * pixels
            self._name("beta", mean)
            text = tr(
                "weight of the divergence, {beta:.4g} beside a sum over {n} pixels",
                beta=self._weights["beta"],
                n=pixels,
            )
            self._notes.understand(mean, text)
            if "training.loss" not in self._notes.settings:
                self._notes.settings["training.loss"] = "mse"
                self._notes.assumed.append(
                    tr("Loss: the squared error, as with {key} elsewhere.", key=mean.key)
                )
        warmup = keys.take_one(_WARMUPS, fits=_is_number)
        if warmup is not None:
            self._weights["kl_warmup_epochs"] = to_whole(warmup.value, warmup.key)
            self._name("kl_warmup_epochs", warmup)
            self._notes.understand(warmup, tr("epochs over which the divergence gains weight"))

    def read(self, *, doubled: bool) -> None:
        """Make the code a Gaussian one where it is, and say why."""
        notes = self._notes
        if self._denied is not None:
            notes.understand(self._denied, tr("no variational code"))
        elif self._item is not None:
            _make_gaussian(notes, self._weights)
            told_before = self._item.path in notes.keys.told
            sure = self._item.names[-1] not in {"name", "experiment", "experiment_name"}
            sure = sure or len(self._item.path) > 1
            (notes.understand if sure else notes.suppose)(self._item, tr("variational code"))
            if told_before:
                notes.assumed.append(
                    tr("The code is variational, because of {setting}.", setting=self._item.text)
                )
        elif self._section is not None:
            _make_gaussian(notes, self._weights)
            notes.assumed.append(
                tr('The section "{name}" makes the code a variational one.', name=self._section)
            )
        elif doubled:
            _make_gaussian(notes, self._weights)
        elif notes.settings.get("data.source") == "emoji":
            _make_gaussian(notes, self._weights)
            notes.assumed.append(tr("The code is variational, as the course has it for emojis."))

    def _name(self, field: str, item: Item) -> None:
        self._notes.names[f"network.latent.{field}"] = item.key


def _told(notes: Notes) -> Item | None:
    """The value that says it, by its key or by its words."""
    for item in notes.keys.items:
        if item.path in notes.keys.off or is_nothing(item.value):
            continue
        name = item.names[-1]
        word = re.sub(r"[^a-z0-9]", "", plain(item.value)) if isinstance(item.value, str) else ""
        if word and (word in _WORDS or (name in _MODEL_KEYS and word.endswith("vae"))):
            return item
        if (
            not _says_divergence(item)
            and name not in _WORDS
            and name.removeprefix("use_") not in _WORDS
        ):
            continue
        if flag_of(item.value) is not False and not isinstance(item.value, dict):
            return item
    return None


def _denied(notes: Notes) -> Item | None:
    """The value that says that the code is none."""
    for item in notes.keys.items:
        word = item.names[-1].removeprefix("use_").removeprefix("is_")
        if item.path not in notes.keys.off and word in _WORDS and flag_of(item.value) is False:
            return item
    return None


def _says_divergence(item: Item) -> bool:
    """Whether the key speaks of a divergence, and not of that of a sparse code."""
    parts = item.names[-1].split("_")
    return bool(_DIVERGENCES & set(parts)) and not any("spars" in name for name in item.names)


def _section(notes: Notes) -> str | None:
    """A section that is called so and gives the code or the layers."""
    empty = None
    for item in notes.keys.items:
        place = next((i for i, name in enumerate(item.names[:-1]) if name in _WORDS), None)
        if place is None or item.path in notes.keys.off:
            continue
        name = item.names[-1]
        listed = is_layer_list(item.value) and not isinstance(item.value, str)
        if _is_network(name) and (listed or name in _CODES):
            return ".".join(item.path[: place + 1])
        empty = ".".join(item.path[: place + 1])
    if empty is not None:
        notes.assumed.append(
            tr('No variational code: the section "{name}" gives no layers.', name=empty)
        )
    return None


def _is_network(name: str) -> bool:
    words = ("layer", "hidden", "arch", "capas", "encod", "decod", "neuron", "dims", "units")
    return name in _CODES or any(word in name for word in words)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool)


def _make_gaussian(notes: Notes, weights: dict[str, float | int]) -> None:
    latent = dict(notes.latent, kind="gaussian", activation="identity", **weights)
    notes.settings["network.latent"] = latent
