"""Common mistakes with noise: detection in a recipe, explanation, and correction."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.choices import Choice, table
from aegui.core.data.corruption import corrupted_with, corruption_words
from aegui.core.evaluation.bayes import best_answer, posterior
from aegui.core.evaluation.likelihoods import is_known
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.seeds import FINDINGS_SEED

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import CorruptionSpec, Recipe

MISTAKES = table(
    Choice(
        "noisy_target",
        mark("The target is noisy"),
        mark("The network is rewarded for reproducing the noise, so it learns to copy."),
    ),
    Choice(
        "fixed_noise",
        mark("The noise is fixed"),
        mark("The noisy copies were drawn once: the network can memorise them."),
    ),
    Choice(
        "other_level",
        mark("Tested with other noise than trained with"),
        mark("A network corrects as much noise as it was trained with."),
    ),
    Choice(
        "noisy_data",
        mark("The samples themselves are noisy"),
        mark("The set contains corrupted copies of the same characters: they are targets too."),
    ),
)
"""Every mistake: its name, and its effect."""

SWITCHED = ("noisy_target", "fixed_noise", "other_level")
"""Mistakes that can be introduced into a recipe to demonstrate their effect."""
_FEW_COPIES = 1_000
_FEW_NOISY = 32_000
"""Fixed noise with this many copies, or noisy samples in all, is nearly as good as fresh noise."""
_STRONGER, _MUCH_STRONGER = 0.05, 1.5
"""Absolute and relative excess above which noise is too strong for what the network has seen."""
_DOUBT_COSTS = 1.1
"""Multiple of the Bayes limit above which the network is reported to doubt too much."""
_DRAWS, _MAX_COMPARED = 1024, 1 << 26
_MIN_VERSIONS = 5
"""Labels with fewer versions are not examined."""
_SPREAD = 0.85
"""Share of the pixels that noise would hit; drawn versions differ in about half as many."""
_TESTED_LEVEL = 0.15


@dataclass(frozen=True)
class Finding:
    """A mistake in a recipe."""

    key: str
    """Its key in ``MISTAKES``."""
    title: str
    """What is wrong."""
    text: str
    """Its effect in this recipe."""
    remedy: str
    """How to correct it."""
    mended: Recipe | None
    """The corrected recipe; None if it cannot be corrected automatically."""


def mistakes(
    recipe: Recipe, test: CorruptionSpec | None = None, dataset: Dataset | None = None
) -> tuple[Finding, ...]:
    """Find the mistakes in the noise of a recipe.

    Args:
        recipe: The recipe.
        test: The noise that its network is tested with; None for a test without noise.
        dataset: Its samples, to check these too; None skips those checks.
    """
    if recipe.gan is not None:
        return ()
    found: list[Finding | None] = []
    noise = recipe.data.corruption
    if recipe.classifier is None:
        if noise.is_noisy:
            found += [_noisy_target(recipe), _fixed_noise(recipe, dataset)]
        if dataset is not None:
            found.append(_noisy_data(recipe, dataset))
    if test is not None:
        found.append(other_noise(recipe, test, dataset))
    return tuple(one for one in found if one is not None)


def with_mistake(recipe: Recipe, key: str, test: CorruptionSpec | None = None) -> Recipe:
    """Return the recipe with one of the ``SWITCHED`` mistakes, to demonstrate its effect.

    A recipe without noise gets some first. For "other_level" it is trained with a third of the
    level that it is tested with.

    Raises:
        KeyError: There is no such mistake.
    """
    noise = recipe.data.corruption
    if not noise.is_noisy:
        kind = test.kind if test is not None and test.kind != "none" else "flip"
        level = test.level if test is not None and test.level > 0.0 else _TESTED_LEVEL
        noise = noise.model_copy(update={"kind": kind, "level": level})
    tested_level = test.level if test is not None and test.kind == noise.kind else noise.level
    changes: dict[str, dict[str, object]] = {
        "noisy_target": {"clean_target": False},
        "fixed_noise": {"fresh": False, "copies": min(noise.copies, 4)},
        "other_level": {"level": round(tested_level / 3, 4)},
    }
    return with_noise(recipe, noise.model_copy(update=changes[key]))


def with_noise(recipe: Recipe, noise: CorruptionSpec) -> Recipe:
    """Return the recipe with other noise in its data."""
    return recipe.model_copy(update={"data": recipe.data.model_copy(update={"corruption": noise})})


def _finding(key: str, text: str, remedy: str, mended: Recipe | None) -> Finding:
    return Finding(key, tr(MISTAKES[key].label), text, remedy, mended)


def _noisy_target(recipe: Recipe) -> Finding | None:
    noise = recipe.data.corruption
    if noise.clean_target:
        return None
    return _finding(
        "noisy_target",
        tr("The network is rewarded for reproducing the noise, so it learns to copy."),
        tr("Compare the answer with the clean sample: only the input should be corrupted."),
        with_noise(recipe, noise.model_copy(update={"clean_target": True})),
    )


def _fixed_noise(recipe: Recipe, dataset: Dataset | None) -> Finding | None:
    noise = recipe.data.corruption
    noisy = 0 if dataset is None else noise.copies * len(dataset)
    if noise.fresh or noise.copies >= _FEW_COPIES or noisy >= _FEW_NOISY:
        return None
    return _finding(
        "fixed_noise",
        _copies_text(noise.copies),
        tr("Draw the noise anew at every epoch: no two will be the same."),
        with_noise(recipe, noise.model_copy(update={"fresh": True})),
    )


def _copies_text(copies: int) -> str:
    """Return the explanation of fixed noise with ``copies`` noisy copies."""
    return tr(
        "Noisy copies of each sample that are drawn once ({copies:,}) can be memorised: the loss "
        "falls, and new noise is removed no better.",
        copies=copies,
    )


def other_noise(
    recipe: Recipe, test: CorruptionSpec, dataset: Dataset | None = None
) -> Finding | None:
    """Return a finding if a network is tested with other noise than trained with, to its cost.

    For weaker test noise that requires evidence that assuming the stronger one causes more errors:
    the best answer is often the same.

    Args:
        recipe: The recipe.
        test: The noise that its network is tested with.
        dataset: Its samples. On binary ones salt and pepper p equals a flip of p / 2.
    """
    noise = recipe.data.corruption
    if not test.is_noisy:
        return None
    binary = dataset is not None and dataset.is_binary
    (kind, trained), (tested_kind, tested) = (_same(one, binary) for one in (noise, test))
    if noise.is_noisy and kind == tested_kind:
        stronger = tested > trained * _MUCH_STRONGER and tested > trained + _STRONGER
        if not stronger and (tested >= trained or not _doubts_too_much(noise, test, dataset)):
            return None
    values = {"trained": corruption_words(noise), "tried": corruption_words(test)}
    if not noise.is_noisy:
        text = tr("It is tested with “{tried}”, but has never seen noise: it copies it.", **values)
    elif kind != tested_kind:
        text = tr(
            "It was trained with “{trained}” and is tested with “{tried}”: another kind of noise.",
            **values,
        )
    elif trained < tested:
        text = tr(
            "It was trained with “{trained}” and is tested with “{tried}”: it corrects too little.",
            **values,
        )
    else:
        text = tr(
            "It was trained with “{trained}” and is tested with “{tried}”: it corrects more than "
            "it should.",
            **values,
        )
    mended = noise.model_copy(update={"kind": test.kind, "level": test.level})
    return _finding(
        "other_level",
        text,
        tr("Train with the noise that it has to remove: “{tried}”.", **values),
        with_noise(recipe, mended),
    )


def _same(spec: CorruptionSpec, binary: bool) -> tuple[str, float]:
    """Return kind and level in a form in which equivalent noises are equal."""
    if binary and spec.kind == "salt_pepper":
        return "flip", spec.level / 2
    return spec.kind, spec.level


def _doubts_too_much(noise: CorruptionSpec, test: CorruptionSpec, dataset: Dataset | None) -> bool:
    """Return whether the optimal answer under ``noise`` is a poor one under ``test``."""
    if dataset is None or not dataset.is_binary:
        return False
    if not (is_known(noise.kind) and is_known(test.kind)):
        return False
    if dataset.pixels * len(dataset) * _DRAWS > _MAX_COMPARED:
        return False
    packed = np.packbits(dataset.flat() > 0.5).tobytes()
    return _cost_of_belief(packed, len(dataset), dataset.image_shape, noise, test) > _DOUBT_COSTS


@lru_cache(maxsize=64)
def _cost_of_belief(
    packed: bytes,
    count: int,
    shape: tuple[int, int, int],
    believed: CorruptionSpec,
    actual: CorruptionSpec,
) -> float:
    """Return the wrong pixels under an assumed noise, divided by those under the actual one.

    Args:
        packed: The packed bits of ``count`` glyphs.
        count: Number of glyphs.
        shape: Channels, height and width.
        believed: The assumed noise.
        actual: The actual noise.
    """
    bits = np.unpackbits(np.frombuffer(packed, np.uint8), count=count * math.prod(shape))
    glyphs = bits.reshape(count, -1).astype(np.float64)
    clean = np.tile(glyphs, (-(-_DRAWS // count), 1))
    noisy = corrupted_with(clean, actual, np.random.default_rng(FINDINGS_SEED), shape)
    share_on = posterior(noisy, glyphs, actual, image_shape=shape) @ glyphs
    answer = best_answer(noisy, glyphs, believed, image_shape=shape)
    wrong = float(np.where(answer > 0.5, 1.0 - share_on, share_on).sum())
    least = float(np.minimum(share_on, 1.0 - share_on).sum())
    # The offset damps the ratio where hardly any pixels are wrong.
    return (wrong + 1.0) / (least + 1.0)


def _noisy_data(recipe: Recipe, dataset: Dataset) -> Finding | None:
    """Return a finding if labels have several versions that differ by single pixels throughout.

    Drawn versions of a character differ in the same few pixels; noise hits every one. So the number
    of pixels hit is compared with the number expected if all were hit equally often.
    """
    if not dataset.is_binary or len(set(dataset.labels)) == len(dataset):
        return None
    rows = dataset.flat() > 0.5
    labels = np.array(dataset.labels)
    hit, expected, versions = 0.0, 0.0, 0
    for label in dict.fromkeys(dataset.labels):
        of_class = rows[labels == label]
        if len(of_class) < _MIN_VERSIONS:
            continue
        majority = of_class.sum(axis=0) * 2 > len(of_class)
        strays = of_class != majority
        hit += float(strays.any(axis=0).sum())
        expected += dataset.pixels * (1.0 - (1.0 - float(strays.mean())) ** len(of_class))
        versions += len(of_class)
    if versions < len(dataset) / 2 or hit < versions / 2 or hit < _SPREAD * expected:
        return None
    return _finding(
        "noisy_data",
        tr(
            "Samples of one label differ in single pixels, each in others: the set seems to "
            "contain corrupted copies. They are targets too, so the network learns the noise."
        ),
        tr("Keep one clean sample of each, and let the recipe add the noise."),
        None,
    )
