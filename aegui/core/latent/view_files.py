"""Maps of samples as files: a table, a JSON document, a picture."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from aegui.core.i18n import tr
from aegui.core.latent.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.views import Figures, Material, View

CLASS_COLOURS = (
    "#3f90da", "#e08a00", "#bd1f01", "#7d8c8c", "#832db6",
    "#a96b59", "#e76300", "#8f8440", "#4b4f63", "#3fa7a3",
)  # fmt: skip
"""Ten colours told apart with common colour blindness too, after Petroff (2021); then again."""
_SIDE = 560
_MARGIN = 28
_LINE = 20
_OVER = 2
_RADIUS = 2.6


def views_csv(dataset: Dataset, of: Material, views: Sequence[View]) -> str:
    """A row per sample: its place in the set, label, name, and x and y on each map."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    axes = [f"{view.key}_{axis}" for view in views for axis in "xy"]
    writer.writerow(["index", "label", "name", *axes])
    places = np.hstack([view.places for view in views])
    for index, row in zip(of.indices.tolist(), places.tolist(), strict=True):
        cells = [f"{value:.7g}" for value in row]
        writer.writerow([index, dataset.labels[index], dataset.names[index], *cells])
    return buffer.getvalue()


def views_document(
    dataset: Dataset,
    of: Material,
    views: Sequence[View],
    found: Mapping[str, Figures],
    references: Mapping[str, Figures],
    *,
    with_places: bool = True,
) -> dict[str, Any]:
    """Everything as one JSON object; figures that are not defined are null."""
    size = None if of.codec is None else of.codec.latent_size
    maps = []
    for view in views:
        entry: dict[str, Any] = {"key": view.key, **asdict(found[view.key])}
        pca = view.projection.pca
        entry["epoch"] = view.epoch
        entry["explained"] = None if pca is None else pca.explained.tolist()
        entry["notes"] = list(view.projection.notes)
        if with_places:
            entry["places"] = view.places.tolist()
        maps.append(entry)
    return {
        "data": dataset.name,
        "samples": len(of.indices),
        "of": len(dataset),
        "latent_size": size,
        "views": maps,
        "references": {key: asdict(value) for key, value in references.items()},
        **({"indices": of.indices.tolist()} if with_places else {}),
    }


def views_png(dataset: Dataset, of: Material, views: Sequence[View]) -> bytes:
    """The maps side by side on white, samples in the colours of their classes, with a legend."""
    legend = _legend(dataset, of)
    height = _SIDE + 2 * _MARGIN + _LINE * (1 + -(-len(legend) // max(1, 6 * len(views))))
    sheet = Image.new("RGB", (len(views) * (_SIDE + _MARGIN) + _MARGIN, height), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(14)
    for column, view in enumerate(views):
        left = _MARGIN + column * (_SIDE + _MARGIN)
        draw.text((left, 8), tr(VIEWS[view.key].label), fill="#1b1f26", font=font)
        sheet.paste(_scatter(view.places, of.classes), (left, _MARGIN))
        draw.rectangle((left, _MARGIN, left + _SIDE, _MARGIN + _SIDE), outline="#c5cad3")
    _draw_legend(draw, legend, sheet.width, font)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue()


def fitted(places: NDArray[np.float32], side: float, margin: float) -> NDArray[np.float64]:
    """``places`` as pixels of a square: y upwards, both axes to one scale, all of it seen."""
    low, high = places.min(axis=0).astype(np.float64), places.max(axis=0).astype(np.float64)
    scale = (side - 2 * margin) / max(float((high - low).max()), 1e-12)
    pixels = (places - (low + high) / 2) * (scale * np.array([1.0, -1.0]))
    return np.asarray(pixels + side / 2)


def _scatter(places: NDArray[np.float32], classes: NDArray[np.int64]) -> Image.Image:
    # Twice as large, then halved: soft edges.
    side = _SIDE * _OVER
    image = Image.new("RGB", (side, side), "#fafbfc")
    draw = ImageDraw.Draw(image)
    radius = _RADIUS * _OVER
    pixels = fitted(places, side, 10.0 * _OVER)
    for (x, y), number in zip(pixels.tolist(), classes.tolist(), strict=True):
        colour = CLASS_COLOURS[number % len(CLASS_COLOURS)]
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    return image.resize((_SIDE, _SIDE), Image.Resampling.BOX)


def _legend(dataset: Dataset, of: Material) -> list[tuple[str, str]]:
    """Colour and label of each class, where there are no more classes than colours."""
    seen = np.unique(of.classes).tolist()
    if not 1 < len(seen) <= len(CLASS_COLOURS):
        return []
    return [
        (CLASS_COLOURS[number % len(CLASS_COLOURS)], dataset.classes[number]) for number in seen
    ]


def _draw_legend(
    draw: ImageDraw.ImageDraw,
    legend: list[tuple[str, str]],
    width: int,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    x, y = float(_MARGIN), float(_MARGIN + _SIDE + 8)
    for colour, label in legend:
        advance = 20 + draw.textlength(label, font=font) + 18
        if x + advance > width:
            x, y = float(_MARGIN), y + _LINE
        draw.ellipse((x, y + 3, x + 11, y + 14), fill=colour)
        draw.text((x + 17, y), label, fill="#1b1f26", font=font)
        x += advance
