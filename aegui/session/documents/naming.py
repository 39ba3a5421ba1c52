"""What a document without a file is called: by what it holds."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.atomic import plain_name
from aegui.core.i18n import tr, trn
from aegui.core.network.kinds import KINDS, kind_of
from aegui.core.recipe.file import list_recipes, own_recipes
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


def run_name(recipe: Recipe, otherwise: str) -> str:
    """What is learnt by ``recipe`` is called: as that, as long as it is still what it was named.

    A recipe that one began from keeps its name while it is edited: with other samples, another kind
    of model or other layers it would name something else.

    Args:
        recipe: What was trained.
        otherwise: The name where the recipe has none.
    """
    shipped, own = (one for _, one in list_recipes()), (one for _, one in own_recipes())
    began = next((one for one in chain(shipped, own) if one.name == recipe.name), recipe)
    has_changed = content_stem(began) != content_stem(recipe) or began.network != recipe.network
    if recipe.name and has_changed:
        return content_name(recipe)
    return tr(recipe.name) or otherwise


def content_stem(recipe: Recipe) -> str:
    """The same as part of a file's name, alike in every language: ``emoji-vae-2``."""
    kind, source = kind_of(recipe), plain_name(Path(recipe.data.source).stem)
    parts = (source, _STEMS.get(kind, kind), str(recipe.network.latent.units))
    return "-".join(filter(None, parts))
