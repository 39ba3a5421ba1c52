"""What a document without a file is called: by what it holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.atomic import plain_name
from aegui.core.i18n import tr, trn
from aegui.core.network.kinds import KINDS, kind_of
from aegui.session.data.data_view import source_words

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe

_SHORT = {"variational": "VAE"}
"""Kinds of models that are known by another name than the list of kinds has."""
_STEMS = {"autoencoder": "", "variational": "vae", "denoising": "denoiser"}
"""What files are called by them, where that is not their key."""


def content_name(recipe: Recipe) -> str:
    """Kind of model, data and width of the code: ``VAE on Emojis, 2 numbers``."""
    kind = kind_of(recipe)
    return tr(
        "{kind} on {data}, {numbers}",
        kind=_SHORT.get(kind) or tr(KINDS[kind].label),
        data=source_words(recipe.data.source),
        numbers=trn("{n} number", "{n} numbers", recipe.network.latent.units),
    )


def content_stem(recipe: Recipe) -> str:
    """The same as part of a file's name, alike in every language: ``emoji-vae-2``."""
    kind, source = kind_of(recipe), plain_name(Path(recipe.data.source).stem)
    parts = (source, _STEMS.get(kind, kind), str(recipe.network.latent.units))
    return "-".join(filter(None, parts))
