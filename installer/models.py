"""Train the shipped models, each from the recipe of the same name.

``python -m installer.models [NAME ...]``; without names all of them. Models whose data set has not
been downloaded are left as they are.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from aegui.cli import main as aegui
from aegui.core.data.builtin import download_key
from aegui.core.recipe.file import load_recipe
from aegui.core.run_file.saved import load_run, save_run
from aegui.paths import models_dir, resources_dir

MODELS = (
    "letters-2d",
    "letters-denoise",
    "mnist-vae-2",
    "fashion-vae-2",
    "emoji-faces",
    "emoji-faces-16",
    "fashion-gan",
)
MOMENTS = {"emoji-faces": 6, "emoji-faces-16": 6, "fashion-gan": 4, "fashion-vae-2": 3}
"""Number of past epochs in a compact file, to keep all models together below 20 MB."""
COMPLETE = frozenset({"letters-2d", "letters-denoise"})
"""Models that are small enough to ship with everything that resuming a training needs."""
_TIMELINE_MB = "4"
"""Memory for past epochs of complete models; the file takes half of it."""


def main(names: list[str]) -> int:
    """Train the models; return the status of the first that fails."""
    unknown = [name for name in names if name not in MODELS]
    if unknown:
        sys.stderr.write(f"no model called {unknown[0]}; there are {', '.join(MODELS)}\n")
        return 2
    # Only the CPU gives the same bits every time. The GPU is hidden here rather than by
    # ``--device``, which would become part of the recipe in the model file.
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    for name in names or MODELS:
        status = make(name)
        if status != 0:
            return status
    return 0


def make(name: str) -> int:
    """Train the model ``name``; return the exit status of its training."""
    path = resources_dir() / "recipes" / f"{name}.json"
    needed = download_key(load_recipe(path).data.source)
    if needed is not None:
        sys.stderr.write(f"{name}: left as it is; first: aegui download {needed}\n")
        return 0
    lighter = ["--timeline", _TIMELINE_MB] if name in COMPLETE else ["--compact"]
    # The program refuses to write into its own folders.
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / f"{name}.aegui"
        status = aegui(["train", str(path), "--yes", "--out", str(made), *lighter])
        if status == 0:
            _thin(made, MOMENTS.get(name))
            shutil.copyfile(made, models_dir() / made.name)
    return status


def _thin(path: Path, most: int | None) -> None:
    """Keep only ``most`` past epochs in the compact file at ``path``; None keeps all."""
    if most is None:
        return
    run = load_run(path)
    if run.timeline is not None:
        save_run(path, replace(run, timeline=run.timeline.thinned(most)), compact=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
