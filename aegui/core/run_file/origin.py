"""The origin of a figure, as the line below it."""

from __future__ import annotations

from aegui.core.data.builtin import set_title
from aegui.core.i18n import tr


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
    return " · ".join(part for part in parts if part)
