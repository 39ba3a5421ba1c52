"""What a figure depends on, said beside it in the same words by every command."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from aegui.core.evaluation.parts import PARTS
from aegui.core.i18n import tr
from aegui.core.machine import processor
from aegui.core.training.best import has_best_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sized

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.run_file.saved import SavedRun


def about_weights(file: str, saved: SavedRun, codec: Codec) -> dict[str, Any]:
    """Which weights figures are of: file, run, seed, whether best or last, and their epoch."""
    return {
        "file": file,
        "run": codec.run,
        "seed": saved.recipe.seed + codec.run,
        "weights": "best" if has_best_weights(saved.recipe) else "last",
        "epoch": codec.epoch,
    }


def weights_words(saved: SavedRun, codec: Codec) -> str:
    """The same in words, without the file."""
    values = {"seed": saved.recipe.seed + codec.run, "epoch": codec.epoch}
    if has_best_weights(saved.recipe):
        return tr("These are the best weights of seed {seed}, those of epoch {epoch:,}.", **values)
    return tr("These are the last weights of seed {seed}, those of epoch {epoch:,}.", **values)


def about_data(dataset: Dataset, parts: Mapping[str, Sized]) -> dict[str, Any]:
    """Which samples figures are of: the set, and how many were learnt, held out or are others'."""
    return {
        "data": dataset.name,
        "samples": len(dataset),
        "part": next(iter(parts)) if len(parts) == 1 else "all",
    }


def data_words(dataset: Dataset, parts: Mapping[str, Sized]) -> str:
    """The same in words, such as "lowercase: 22 learnt, 10 held out"."""
    counts = ", ".join(f"{len(indices):,} {tr(PARTS[key])}" for key, indices in parts.items())
    return tr("Samples: {name}, {counts}.", name=dataset.name, counts=counts)


def about_machine(device: str = "cpu") -> dict[str, Any]:
    """What it was computed on; ``threads`` are torch's, None where it was not needed."""
    torch = sys.modules.get("torch")
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": None if torch is None else torch.get_num_threads(),
        "device": device,
    }


def machine_words(device: str = "cpu") -> str:
    """The same in words."""
    return tr("Computed on {processor}, {device}.", processor=processor(), device=device)
