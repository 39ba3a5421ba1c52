"""Names of documents without a file, made from their content."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.atomic import file_name_part
from aegui.core.i18n import tr, trn
from aegui.core.network.kinds import KINDS, kind_of
from aegui.core.recipe.file import list_recipes, user_recipes
from aegui.session.data.data_view import source_words

if TYPE_CHECKING:
    from aegui.core.recipe import Recipe

_SHORT = {"variational": "VAE"}
"""Names of kinds of models that differ from those in ``KINDS``."""
_STEMS = {"autoencoder": "", "variational": "vae", "denoising": "denoiser"}
"""Parts of file names that differ from the keys of ``KINDS``."""


def content_name(recipe: Recipe) -> str:
    """Return kind of model, data and width of the code: ``VAE on Emojis, 2 numbers``."""
    kind = kind_of(recipe)
    return tr(
        "{kind} on {data}, {numbers}",
        kind=_SHORT.get(kind) or tr(KINDS[kind].label),
        data=source_words(recipe.data.source),
        numbers=trn("{n} number", "{n} numbers", recipe.network.latent.units),
    )


def is_other_content(recipe: Recipe, other: Recipe) -> bool:
    """Return whether the recipes differ in their data or in the kind of model."""
    sources = (Path(one.data.source).stem for one in (recipe, other))
    return len(set(sources)) > 1 or kind_of(recipe) != kind_of(other)


def run_name(recipe: Recipe, otherwise: str) -> str:
    """Return the name of a trained recipe, as long as the recipe still matches its name.

    A recipe keeps the name of the one it was made from while it is edited; with other samples,
    another kind of model or other layers the name would be wrong.

    Args:
        recipe: What was trained.
        otherwise: The name if the recipe has none.
    """
    shipped, users = (known for _, known in list_recipes()), (known for _, known in user_recipes())
    began = next((known for known in chain(shipped, users) if known.name == recipe.name), recipe)
    has_changed = content_stem(began) != content_stem(recipe) or began.network != recipe.network
    if recipe.name and has_changed:
        return content_name(recipe)
    return tr(recipe.name) or otherwise


def content_stem(recipe: Recipe) -> str:
    """Return a language-independent name as a part of file names: ``emoji-vae-2``."""
    kind, source = kind_of(recipe), file_name_part(Path(recipe.data.source).stem)
    parts = (source, _STEMS.get(kind, kind), str(recipe.network.latent.units))
    return "-".join(filter(None, parts))
