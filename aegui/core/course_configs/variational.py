"""Detect whether a foreign configuration describes a variational model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aegui.core.course_configs import tables
from aegui.core.course_configs.layers import GLYPH_PIXELS, is_layer_list
from aegui.core.course_configs.values import flag_of, is_nothing, unaccented
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from aegui.core.course_configs.notes import Item, Notes

_WORDS = frozenset(
    {"vae", "variational", "variationalautoencoder", "betavae", "cvae", "variacional"}
)
"""Names of variational models."""
_TITLES = frozenset({"name", "experiment", "experiment_name"})
_MODEL_KEYS = _TITLES | frozenset(
    {"model", "type", "kind", "variant", "class", "class_name", "algorithm", "mode", "arch"}
    | {"architecture", "network", "modelo", "tipo", "autoencoder"}
)
_CODES = frozenset(tables.CODE.split())
_NETWORK_WORDS = (
    *("layer", "hidden", "arch", "capas", "encod", "decod", "neuron", "dims", "units"),
)
_LATENT = "network.latent"


class Variational:
    """Evidence in a configuration for a variational code, and the weight of its KL divergence."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._denied = next((item for item in notes.live if _denies(item)), None)
        self._item = self._section = None
        if self._denied is None:
            self._item = next((item for item in notes.live if _says_so(item)), None)
            self._section = _section(notes) if self._item is None else None

    @property
    def is_stated(self) -> bool:
        """Whether the configuration describes a variational code."""
        return self._item is not None or self._section is not None

    def weigh(self, inputs: int | None) -> None:
        """Read the KL weight, before ``beta`` can be read as the slope of an activation."""
        notes = self._notes
        weight = notes.take_one(tables.KL_WEIGHTS, fits=_is_number)
        if weight is not None:
            notes.set(f"{_LATENT}.beta", weight.number, weight, tr("weight of the divergence"))
        mean = notes.take_one(tables.KL_MEAN_WEIGHTS, fits=_is_number)
        if mean is not None and weight is None:
            pixels = inputs or GLYPH_PIXELS
            beta = mean.number * pixels
            text = tr(
                "weight of the divergence, {beta:.4g} beside a sum over {n:,} pixels",
                beta=beta,
                n=pixels,
            )
            notes.set(f"{_LATENT}.beta", beta, mean, text)
            if "training.loss" not in notes.settings:
                notes.settings["training.loss"] = "mse"
                text = tr("Loss: the squared error, as with {key} elsewhere.", key=mean.key)
                notes.say("assumed", text)
        warmup = notes.take_one(tables.KL_WARMUPS, fits=_is_number)
        if warmup is not None:
            text = tr("epochs over which the divergence gains weight")
            notes.set(f"{_LATENT}.kl_warmup_epochs", warmup.integer, warmup, text)

    def read(self, *, doubled: bool) -> None:
        """Make the code Gaussian if the configuration says so, and report the reason."""
        notes, item = self._notes, self._item
        if self._denied is not None:
            notes.understand(self._denied, tr("no variational code"))
        elif item is not None:
            if item.path in notes.spoken_of:
                text = tr("The code is variational, because of {setting}.", setting=item.text)
                notes.say("assumed", text)
            is_title = item.names[-1] in _TITLES and len(item.path) == 1
            (notes.suppose if is_title else notes.understand)(item, tr("variational code"))
        elif self._section is not None:
            name = self._section
            text = tr('The section "{name}" makes the code a variational one.', name=name)
            notes.say("assumed", text)
        elif not doubled and notes.settings.get("data.source") == "emoji":
            doubled = True
            text = tr("The code is variational, as the course has it for emojis.")
            notes.say("assumed", text)
        if self.is_stated or (doubled and self._denied is None):
            notes.settings |= {f"{_LATENT}.kind": "gaussian", f"{_LATENT}.activation": "identity"}


def _says_so(item: Item) -> bool:
    """Return whether an item's key or value indicates a variational model."""
    if is_nothing(item.value):
        return False
    name = item.names[-1]
    word = re.sub(r"[^a-z0-9]", "", unaccented(item.value)) if isinstance(item.value, str) else ""
    if word and (word in _WORDS or (name in _MODEL_KEYS and word.endswith("vae"))):
        return True
    # A sparse code may have a KL divergence, too.
    parts = name.split("_")
    diverges = bool({"kl", "kld"} & set(parts)) and not item.has("spars")
    is_named = diverges or name.removeprefix("use_") in _WORDS
    return is_named and flag_of(item.value) is not False and not isinstance(item.value, dict)


def _denies(item: Item) -> bool:
    """Return whether an item denies a variational code."""
    word = item.names[-1].removeprefix("use_").removeprefix("is_")
    return word in _WORDS and flag_of(item.value) is False


def _section(notes: Notes) -> str | None:
    """Return a section named like a variational model that gives code or layers, or None."""
    empty = None
    for item in notes.live:
        place = next((i for i, name in enumerate(item.names[:-1]) if name in _WORDS), None)
        if place is None:
            continue
        name, section = item.names[-1], ".".join(item.path[: place + 1])
        listed = is_layer_list(item.value) and not isinstance(item.value, str)
        if name in _CODES or (listed and any(word in name for word in _NETWORK_WORDS)):
            return section
        empty = section
    if empty is not None:
        text = tr('No variational code: the section "{name}" gives no layers.', name=empty)
        notes.say("assumed", text)
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool)
