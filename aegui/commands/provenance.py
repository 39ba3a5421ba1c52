"""What a figure depends on, said beside it in the same words by every command."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from aegui.core.evaluation.parts import PARTS
from aegui.core.i18n import localized, mark, tr
from aegui.core.machine import processor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sized

    from aegui.core.data.dataset import Dataset


WEIGHTS = {"best": mark("best weights"), "last": mark("last weights")}
"""Key of the weights that are shown -> what they are called."""


def several_words(weights: str, seeds: str) -> str:
    """Which weights of several runs figures are of."""
    if weights == "last":
        return tr("The last weights of each run; seeds {seeds}.", seeds=seeds)
    return tr("The best weights of each run; seeds {seeds}.", seeds=seeds)


def about_data(dataset: Dataset, parts: Mapping[str, Sized]) -> dict[str, Any]:
    """Which samples figures are of: the set, and how many were learnt, held out or are others'."""
    return {
        "data": dataset.name,
        "samples": len(dataset),
        "part": next(iter(parts)) if len(parts) == 1 else "all",
    }


def data_words(dataset: Dataset, parts: Mapping[str, Sized]) -> str:
    """The same in words, such as "lowercase: 22 learnt, 10 held out"."""
    counts = ", ".join(
        f"{localized(len(indices), ',')} {tr(PARTS[key])}" for key, indices in parts.items()
    )
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
