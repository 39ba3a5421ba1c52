"""What a document without a file is called: by what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import tr, trn
from aegui.core.network.kinds import KINDS, kind_of
from aegui.session.data.data_view import source_words

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe

_SHORT = {"variational": "VAE"}
"""Kinds of models that are known by another name than the list of kinds has."""


def content_name(recipe: Recipe) -> str:
    """Kind of model, data and width of the code: ``VAE on Emojis, 2 numbers``."""
    kind = kind_of(recipe)
    return tr(
        "{kind} on {data}, {numbers}",
        kind=_SHORT.get(kind) or tr(KINDS[kind].label),
        data=source_words(recipe.data.source),
        numbers=trn("{n} number", "{n} numbers", recipe.network.latent.units),
    )
