"""What a figure depends on (weights, samples, machine), in the same words for every command."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from aegui.core.evaluation.parts import PARTS
from aegui.core.i18n import localized, tr, trn
from aegui.core.machine import processor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Sized

    from aegui.core.data.dataset import Dataset


def several_words(weights: str, seeds: Sequence[int]) -> str:
    """Return in words which weights of the runs with these ``seeds`` figures are of."""
    words = ", ".join(map(str, seeds))
    if weights == "last":
        return trn(
            "The last weights of the run with seed {seeds}.",
            "The last weights of each run; seeds {seeds}.",
            len(seeds),
            seeds=words,
        )
    return trn(
        "The best weights of the run with seed {seeds}.",
        "The best weights of each run; seeds {seeds}.",
        len(seeds),
        seeds=words,
    )


def seeds_words(first: int, count: int) -> str:
    """Return in words the consecutive seeds of several trainings."""
    return trn(
        "Trained with seed {first}.",
        "Trained with seeds {first} to {last}.",
        count,
        first=first,
        last=first + count - 1,
    )


def drawn_words(seed: int) -> str:
    """Return in words the seed of what was drawn at random."""
    return tr("Drawn at random with seed {seed}.", seed=seed)


def about_data(dataset: Dataset, parts: Mapping[str, Sized]) -> dict[str, Any]:
    """Return which samples figures are of: set, number and part ("all" for several parts)."""
    return {
        "data": dataset.name,
        "samples": len(dataset),
        "part": next(iter(parts)) if len(parts) == 1 else "all",
    }


def data_words(dataset: Dataset, parts: Mapping[str, Sized]) -> str:
    """Return the samples in words, such as "lowercase: 22 learnt, 10 held out"."""
    counts = ", ".join(
        f"{localized(len(indices), ',')} {tr(PARTS[key])}" for key, indices in parts.items()
    )
    return tr("Samples: {name}, {counts}.", name=dataset.name, counts=counts)


def about_machine(device: str = "cpu") -> dict[str, Any]:
    """Return what was computed on; ``threads`` are torch's, None if torch is not loaded."""
    torch = sys.modules.get("torch")
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "threads": None if torch is None else torch.get_num_threads(),
        "device": device,
    }


def machine_words(device: str = "cpu") -> str:
    """Return processor and device in words."""
    return tr("Computed on {processor}, {device}.", processor=processor(), device=device)
