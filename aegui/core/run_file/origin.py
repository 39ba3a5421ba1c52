"""The origin of a figure, as the line below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.builtin import set_title
from aegui.core.i18n import mark, tr
from aegui.core.training.record.best import has_best_weights

if TYPE_CHECKING:
    from aegui.core.latent.codec import Codec
    from aegui.core.run_file.saved import SavedRun

WEIGHTS = {"best": mark("best weights"), "last": mark("last weights")}
"""Label of the weights, by key."""


def best_origin(name: str, run: SavedRun, codec: Codec) -> str:
    """Return the origin of what is made with the best weights ``codec`` of ``run``."""
    return origin_words(
        name=name,
        seed=run.recipe.seed + codec.run,
        epoch=codec.epoch,
        weights=tr(WEIGHTS["best" if has_best_weights(run.recipe) else "last"]),
        data=run.dataset.name,
        samples=len(run.dataset),
    )


def origin_words(
    *,
    name: str = "",
    seed: int | None = None,
    epoch: int | None = None,
    weights: str = "",
    data: str = "",
    samples: int | None = None,
    noise: str = "",
    noise_seed: int | None = None,
    draw_seed: int | None = None,
) -> str:
    """Return everything known that a figure depends on, in one line."""
    parts = [name]
    if seed is not None:
        parts.append(tr("seed {seed}", seed=seed))
    if epoch is not None:
        parts.append(tr("epoch {n:,}", n=epoch))
    parts.append(weights)
    if data and samples is not None:
        parts.append(tr("data: {name}, {n:,} samples", name=set_title(data), n=samples))
    elif data:
        parts.append(tr("data: {name}", name=set_title(data)))
    parts.append(noise)
    if noise_seed is not None:
        parts.append(tr("seed of the noise {seed}", seed=noise_seed))
    if draw_seed is not None:
        parts.append(tr("drawn with seed {seed}", seed=draw_seed))
    return " · ".join(part for part in parts if part)
