"""Draw the pictures of the gallery: ``python -m installer.gallery_pictures [NAME ...]``.

One for each data set, of its samples, and one for each shipped recipe, of what its network learns:
a map if the code has two numbers, noise and its repair, new images of a GAN, samples for a
classifier, originals and reconstructions of all others. Shipped models are used as they are; other
networks are trained here, long trainings for less than a minute on a part of their set. Sets that
have not been downloaded are left out.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from aegui.core.cards import card_cells, card_levels, samples_sheet
from aegui.core.data.builtin import BUILTIN_SETS, download_key
from aegui.core.data.corruption import corrupted
from aegui.core.data.load import load_data, load_dataset
from aegui.core.latent.frame import axes_frame
from aegui.core.latent.sheets import grid_of_decodes
from aegui.core.network.kinds import kind_of
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import list_recipes
from aegui.core.run_file.saved import SUFFIX, SavedRun, load_run, saved_run_of
from aegui.core.training.loop.control import Control
from aegui.core.training.loop.train import train
from aegui.paths import models_dir

if TYPE_CHECKING:
    from numpy.typing import NDArray

TARGET = Path(__file__).resolve().parent.parent / "resources" / "gallery"
_SECONDS = 45.0
_SAMPLES = 6000
_FACES = ("Smileys & Emotion",)
_FEW_FACES = 48
_BATCH = 24
_LONGER = {"emoji-conv-vae": 480.0, "mnist-k-sparse": 150.0}
"""Training seconds of recipes whose picture would be blurred after the default time."""
_AS_THEY_ARE = frozenset({"emoji-vae-bad"})
"""Recipes that demonstrate a failure, trained without changes so that they fail."""
_SHOWN = 0.03
"""Share of the codes that a map leaves out at each side."""
_COLOURS = 64


def main(names: list[str]) -> int:
    """Draw the pictures; return the exit status."""
    recipes = dict(list_recipes())
    sets = {f"data-{key}": key for key in BUILTIN_SETS}
    unknown = [name for name in names if name not in {*recipes, *sets}]
    if unknown:
        sys.stderr.write(f"no recipe called {unknown[0]}\n")
        return 2
    TARGET.mkdir(exist_ok=True)
    for name in names or [*sets, *recipes]:
        if name in sets:
            if download_key(sets[name]) is None:
                _write(name, samples_sheet(load_dataset(sets[name]).images))
            continue
        run = _run(name, recipes[name])
        if run is None:
            sys.stderr.write(f"{name}: left as it is, its set has to be downloaded\n")
            continue
        _write(name, _sheet(run))
        sys.stderr.write(f"{name}\n")
    return 0


def _run(name: str, recipe: Recipe) -> SavedRun | None:
    """Return the shipped model, or a newly trained one; None if its set has not been downloaded."""
    shipped = models_dir() / f"{name}{SUFFIX}"
    if shipped.is_file():
        return load_run(shipped)
    if download_key(recipe.data.source) is not None:
        return None
    content: dict[str, Any] = recipe.model_dump()
    content["runs"] = 1
    content["training"]["goals"]["seconds"] = _LONGER.get(name, _SECONDS)
    if recipe.data.source in {"mnist", "fashion"}:
        content["data"]["count"] = _SAMPLES
    elif recipe.data.source == "emoji":
        content["data"].update(labels=_FACES, count=_FEW_FACES)
    if recipe.data.source in {"mnist", "fashion", "emoji"} and name not in _AS_THEY_ARE:
        # As many steps as the time limit permits.
        content["training"]["epochs"] *= 20
        content["training"]["batch_size"] = min(_BATCH, recipe.training.batch_size or _BATCH)
    asked = Recipe.model_validate(content)
    resolved = resolve(asked, load_data(asked.data)).resolved
    assert resolved is not None
    *_, training = train(resolved, Control(timeline_bytes=0))
    return saved_run_of(training.result(training.finished), resolved)


def _sheet(run: SavedRun) -> NDArray[np.float32]:
    """Return images ``[rows, columns, C, H, W]`` that show what was learnt."""
    codec, dataset, recipe = run.codec(run.best_run), run.dataset, run.recipe
    columns, rows = card_cells(dataset.image_shape)
    kind = kind_of(recipe)
    every = np.asarray(dataset.images[:_SAMPLES])
    if kind == "gan":
        draws = np.random.default_rng(4).standard_normal((rows * columns, codec.latent_size))
        return codec.decode(draws).reshape(rows, columns, *dataset.image_shape)
    if kind == "classifier":
        return samples_sheet(every)
    noise = recipe.data.corruption
    if codec.latent_size == 2 and noise.kind == "none":
        codes = codec.encode(every.reshape(len(every), -1))
        low, high = np.quantile(codes, (_SHOWN, 1.0 - _SHOWN), axis=0)
        frame = axes_frame((0, 1), np.zeros(2))
        xs, ys = (np.linspace(low[axis], high[axis], n) for axis, n in ((0, columns), (1, rows)))
        return grid_of_decodes(codec, frame, xs, ys)
    pairs = rows // 2
    shape = dataset.image_shape
    places = np.linspace(0, len(every) - 1, pairs * columns).astype(int)
    flat = every[places].reshape(len(places), -1)
    given = flat if noise.kind == "none" else corrupted(flat, noise, 3, shape)
    answers = codec.reconstruct(given)
    lines: list[NDArray[np.float32]] = []
    for pair in range(pairs):
        part = slice(pair * columns, (pair + 1) * columns)
        lines += [given[part], answers[part]]
        if rows % 2 and pair < pairs - 1:
            ground = float(np.median(every[0, :, 0]))
            lines.append(np.full_like(answers[part], ground))
    return np.stack(lines).reshape(-1, columns, *shape)


def _write(name: str, sheet: NDArray[np.float32]) -> None:
    levels = card_levels(sheet)
    picture = Image.fromarray(levels)
    if levels.ndim == 3:
        picture = picture.quantize(_COLOURS)
    picture.save(TARGET / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
