"""How good the images of a generator are: by a classifier, beside real images and beside chance.

What a classifier is sure of says something only beside what it makes of real images, and of images
in which nothing is to be found; and a generator that has learnt a few images by heart, or always
makes the same, would please any classifier. So three kinds of images are looked at alike: new ones,
real ones that the generator has not learnt from where there are any, and chance, whose every pixel
is that of another real image. Each is told by what the classifier makes of it, by how much images
of a class differ, and by how far they are from the nearest image that was learnt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aegui.core.cost import Cost, multiplications_per_second
from aegui.core.data.builtin import BUILTIN_SETS
from aegui.core.data.load import load_data
from aegui.core.data.progress import in_batches, reporting_share
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.evaluation.parts import HELD_OUT, LEARNT, parts_in, parts_of
from aegui.core.evaluation.samples import (
    Judgement,
    judged_images,
    refuse_judging,
    sample_images,
)
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import DataSpec
from aegui.core.sampled import sampled
from aegui.core.seeds import JUDGE_SEED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import Recipe

    Rows = NDArray[np.float32]

GENERATED, REAL, CHANCE = "generated", "real", "chance"
KINDS = {
    GENERATED: mark("generated"),
    REAL: mark("real"),
    CHANCE: mark("chance"),
}
"""Kind of images -> what they are called."""
MAX_LEARNT = 10_000
"""Images that were learnt among which the nearest is looked for; of more so many, drawn."""
MAX_COMPARED = 1_000
"""Images whose nearest one is looked for; of more so many, drawn, or as many of each seed."""
_CHUNK = 250
_COMPARED_SECONDS = 6e-9
"""Of each pair of images beside its product: the distance, and finding the smallest (measured)."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """What is said of one kind of images."""

    judgement: Judgement
    """What the classifier makes of them."""
    spread: float
    """Mean squared distance of the images that are taken for a class from their mean, the mean over
    the classes by their images: how much images of a class differ. Of several seeds the mean of
    each by itself, so that there are as many images as of the others."""
    nearest: float
    """Mean distance (square root of the summed squares) to the nearest image learnt; of an image
    that was learnt itself to the nearest other one."""
    seeds: tuple[int, ...] = ()
    """Seeds of the codes; empty for images that are not generated."""
    shares: tuple[float, ...] = ()
    """Share of images that the classifier is sure of, for each seed."""


@dataclass(frozen=True, eq=False)
class RealImages:
    """What new images are compared with."""

    name: str
    """Where the real ones are from."""
    rows: Rows
    """Real images, float32 ``[n, pixels]``."""
    learnt: Rows
    """The images that the generator has learnt from, float32 ``[m, pixels]``."""
    are_learnt: bool
    """Whether the real ones are some of those, for want of others."""


def verdicts(
    generator: Codec,
    classifier: Codec,
    classes: Sequence[str],
    real: RealImages,
    count: int,
    seeds: Sequence[int],
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> Mapping[str, Verdict]:
    """Look at new, real and chance images, by key of ``KINDS``.

    Args:
        generator: Decodes codes drawn from N(0, I).
        classifier: Has a head with one output for each of ``classes``.
        classes: Labels of its outputs.
        real: The images to compare with.
        count: Images of each kind; of the real ones as many as there are at most.
        seeds: Of the codes: ``count`` images for each. Figures of the generated ones are of all.
        report: Called with the progress.
        cancelled: Asked now and then whether to stop.

    Raises:
        AeguiError: ``classifier`` is none, or takes images of another size.
        Cancelled: ``cancelled`` asked for it.
    """
    refuse_judging(generator, classifier)
    report_share = reporting_share(report, cancelled)
    steps = len(seeds) + 3
    assert seeds, "at least one seed"
    each, spreads, some = [], [], []
    for index, seed in enumerate(seeds):
        report_share(index / steps)
        images = sample_images(generator, count, seed).reshape(count, -1)
        each.append(judged_images(classifier, classes, images))
        spreads.append(spread_of(images, each[-1].predicted))
        some.append(images[: -(-MAX_COMPARED // len(seeds))])
    report_share(len(seeds) / steps)
    learnt = _drawn(real.learnt, MAX_LEARNT)
    found = {
        GENERATED: Verdict(
            _together(each),
            float(np.mean(spreads)),
            nearest_of(np.concatenate(some), learnt, cancelled=cancelled),
            tuple(seeds),
            tuple(one.share_confident for one in each),
        )
    }
    # Of learnt ones the nearest is each itself, which must be there to be left out.
    rows = _drawn(learnt if real.are_learnt else real.rows, count)
    for index, (key, images) in enumerate({REAL: rows, CHANCE: shuffled(rows)}.items(), 1):
        report_share((len(seeds) + index) / steps)
        is_learnt = key == REAL and real.are_learnt
        judgement = judged_images(classifier, classes, images)
        found[key] = Verdict(
            judgement,
            spread_of(images, judgement.predicted),
            nearest_of(
                _drawn(images, MAX_COMPARED), learnt, exclude_self=is_learnt, cancelled=cancelled
            ),
        )
    report_share(1.0)
    return found


def judging_cost(
    generator: Codec, classifier: Codec, learnt: int, count: int, seeds: Sequence[int]
) -> Cost:
    """What ``real_images`` and ``verdicts`` take, of a set of ``learnt`` images.

    Raises:
        AeguiError: ``classifier`` is none, or takes images of another size.
    """
    refuse_judging(generator, classifier)
    generated = len(seeds) * count
    looked_at = (len(seeds) + len(KINDS) - 1) * count
    passes = generator.passes(decoded=generated).seconds
    passes += classifier.passes(encoded=looked_at, classified=looked_at).seconds
    batch = generator.passes(decoded=count).then(classifier.passes(encoded=count, classified=count))
    near = min(learnt, MAX_LEARNT)
    compared = len(KINDS) * min(count, MAX_COMPARED) * near
    products = compared * generator.pixels / multiplications_per_second()
    # The images that were learnt and the real ones, those that are compared, as double precision
    # for their lengths, and those of each kind.
    rows = 2 * learnt + 3 * near + 2 * len(KINDS) * count
    memory = batch.bytes + 4 * rows * generator.pixels + 8 * 3 * _CHUNK * near
    return Cost(passes + products + _COMPARED_SECONDS * compared, {"work": memory})


def real_images(
    recipe: Recipe,
    dataset: Dataset,
    chosen: Dataset | None = None,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> RealImages:
    """What the images of a generator are compared with.

    Args:
        recipe: The generator's.
        dataset: Its samples.
        chosen: The real images; None: those that were held out, else the test part of its set, else
            those that it has learnt.
        report: Called with the progress.
        cancelled: Asked now and then whether to stop.

    Raises:
        AeguiError: The images are of another size.
        Cancelled: ``cancelled`` asked for it.
    """
    parts = parts_of(len(dataset), recipe.data.split)
    flat = dataset.flat()
    learnt = flat if len(parts) == 1 else flat[parts[LEARNT]]
    if chosen is None and HELD_OUT in parts:
        return RealImages(dataset.name, flat[parts[HELD_OUT]], learnt, are_learnt=False)
    if chosen is None:
        chosen = _test_part(recipe, report, cancelled)
    if chosen is None or LEARNT in parts_in(chosen, dataset, recipe.data.split):
        return RealImages(dataset.name, learnt, learnt, are_learnt=True)
    if chosen.image_shape != dataset.image_shape:
        raise AeguiError(
            tr(
                "{name} has images of {got}, but the generator makes images of {made}: choose "
                "real ones of the same size.",
                name=chosen.name,
                got="x".join(map(str, chosen.image_shape)),
                made="x".join(map(str, dataset.image_shape)),
            )
        )
    return RealImages(chosen.name, chosen.flat(), learnt, are_learnt=False)


def _test_part(
    recipe: Recipe, report: Report | None, cancelled: IsCancelled | None
) -> Dataset | None:
    """The test part of the set of ``recipe``, if there is one and it is on this machine."""
    key = f"{recipe.data.source}-test"
    if key not in BUILTIN_SETS:
        return None
    try:
        return load_data(DataSpec(source=key, images=recipe.data.images), report, cancelled)
    except Cancelled:
        raise
    except AeguiError:
        return None


def shuffled(rows: Rows) -> Rows:
    """Images ``[n, pixels]`` whose every pixel is that of another of ``rows``: chance."""
    return np.random.default_rng(JUDGE_SEED).permuted(rows, axis=0)


def spread_of(rows: Rows, predicted: NDArray[np.int64]) -> float:
    """Mean squared distance of ``rows`` ``[n, pixels]`` from the mean of those of their class."""
    total = 0.0
    for class_index in np.unique(predicted):
        members = rows[predicted == class_index].astype(np.float64)
        total += float(np.square(members - members.mean(axis=0)).sum())
    return total / len(rows)


def nearest_of(
    rows: Rows, learnt: Rows, *, exclude_self: bool = False, cancelled: IsCancelled | None = None
) -> float:
    """Mean distance of ``rows`` to the nearest of ``learnt``.

    If ``exclude_self``, to the second nearest: the nearest is each itself.
    """
    norms = np.square(learnt, dtype=np.float64).sum(axis=1)
    total = 0.0
    for batch in in_batches(len(rows), _CHUNK, cancelled):
        part = rows[batch]
        squares = (
            norms
            - 2.0 * (part @ learnt.T)
            + np.square(part, dtype=np.float64).sum(axis=1, keepdims=True)
        )
        place = min(int(exclude_self), len(learnt) - 1)
        total += float(np.sqrt(np.maximum(np.partition(squares, place)[:, place], 0.0)).sum())
    return total / len(rows)


def _together(each: Sequence[Judgement]) -> Judgement:
    return Judgement(
        each[0].classes,
        np.concatenate([one.predicted for one in each]),
        np.concatenate([one.confidence for one in each]),
    )


def _drawn(rows: Rows, most: int) -> Rows:
    """At most so many of ``rows``, drawn at random but always the same."""
    if len(rows) <= most:
        return np.asarray(rows)
    return np.asarray(rows[sampled(len(rows), most, JUDGE_SEED)])
