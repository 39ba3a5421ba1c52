"""Texts about the progress and the results of a training."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, nan
from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.core.data.progress import clock
from aegui.core.evaluation.parts import HELD_OUT, LEARNT, wrong_by_part
from aegui.core.i18n import localized, mark, sentences, tr, trn
from aegui.core.light_dataclass import dataclass
from aegui.core.run_file.origin import origin_words
from aegui.core.training.record.best import has_best_weights
from aegui.core.training.terms import terms_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from aegui.core.data.dataset import Dataset
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.recipe import Recipe
    from aegui.core.run_file.saved import SavedRun
    from aegui.core.training.record.history import HistoryView
    from aegui.core.training.record.result import RunResult, TrainingResult
    from aegui.session.shown import Moment, Shown
    from aegui.session.training.training_runner import Pulled

_REASONS = {
    "epochs": mark("All epochs are done."),
    "goal": mark("The goal is reached."),
    "patience": mark("The loss has stopped falling."),
    "seconds": mark("The time is up."),
    "stopped": mark("Stopped."),
    "diverged": mark("The training diverged."),
    "converged": mark("Converged: no step makes the loss smaller."),
}

_WEIGHTS = {
    "live": mark("live, epoch {epoch:,}"),
    "best": mark("best, epoch {epoch:,} of {epochs:,}"),
    "last": mark("last, epoch {epoch:,} of {epochs:,}"),
    "past": mark("epoch {epoch:,} of {epochs:,}"),
}
"""Texts by the kind of weights that are shown."""
_BRIEF_WEIGHTS = {
    "live": mark("live"),
    "best": mark("best weights"),
    "last": mark("last weights"),
    "past": mark("epoch {epoch:,}"),
}
"""Shorter texts for the same."""
_ADVERSARY = "discriminator_loss"
_OF_ONE = {
    True: mark("{share:.0%} of the characters have at most 1 wrong pixel, the worst has {worst}."),
    False: mark("{share:.0%} of the images have at most 1 wrong pixel, the worst has {worst}."),
}
"""Texts by whether the images are characters."""
_OF_SEVERAL = {
    True: mark(
        "even in the worst of {runs:,} runs {share:.0%} of the characters have at most 1 wrong "
        "pixel; the worst character has {worst}."
    ),
    False: mark(
        "even in the worst of {runs:,} runs {share:.0%} of the images have at most 1 wrong "
        "pixel; the worst image has {worst}."
    ),
}


def epoch_words(epoch: float) -> str:
    """Return ``epoch`` as localised text."""
    return tr("epoch {epoch}", epoch=localized(epoch, ","))


def pace_words(state: str, pulled: Pulled) -> str:
    """Return the speed and the remaining time of a training as text."""
    if state == "paused":
        return tr("paused: {phase}", phase=pulled.phase) if pulled.phase else tr("paused")
    if state == "stopping":
        return tr("stopping…")
    doing = pulled.phase or speed_words(pulled.epochs_per_second)
    if pulled.seconds_left is None:
        return doing
    return tr("{doing} · {time} left", doing=doing, time=clock(pulled.seconds_left))


def speed_words(epochs_per_second: float) -> str:
    """Return ``1,204 epochs/s``, or ``8.3 s/epoch`` below one epoch a second.

    A speed of 0 is one that is not known yet: no epoch has ended.
    """
    if epochs_per_second <= 0.0:
        return tr("measuring the speed…")
    if epochs_per_second < 1.0:
        return tr("{seconds:.1f} s/epoch", seconds=1 / epochs_per_second)
    if epochs_per_second < 10:
        return tr("{rate:.1f} epochs/s", rate=epochs_per_second)
    return tr("{rate:,.0f} epochs/s", rate=epochs_per_second)


def device_words(device: str) -> str:
    """Return where a training computed: ``device`` is ``cpu``, ``cuda (NAME)``, or empty."""
    kind, _, name = device.partition(" ")
    if kind == "cpu":
        return tr("computed on the CPU")
    if kind == "cuda":
        return tr("computed on the graphics card {name}", name=name).strip()
    return device


@dataclass(frozen=True)
class Reached:
    """The figures of some weights; None for those that are unknown."""

    loss: float
    """Their loss."""
    wrong_mean: float | None = None
    """Mean wrong pixels per training sample."""
    wrong_max: int | None = None
    """Wrong pixels of the worst training sample."""
    held_out: float | None = None
    """Mean wrong pixels per held-out sample."""
    accuracy: float | None = None
    """Accuracy of a classifier, on held-out samples if there are any."""
    adversary: float | None = None
    """Loss of a GAN's discriminator; ``loss`` is that of its generator."""


def reached_at(run: SavedRun, moment: Moment) -> Reached:
    """Return the figures of the weights of ``run`` that are shown."""
    result = run.results[moment.run]
    row = None if run.history is None else run.history.nearest_row(moment.epoch)
    if moment.epoch == result.best_epoch or run.history is None or row is None:
        return reached_by(result, run.recipe, run.dataset)
    terms = terms_at(run.history, moment.epoch, moment.run)
    mean, worst = (
        float(column[row, moment.run]) for column in (run.history.wrong_mean, run.history.wrong_max)
    )
    counted = isfinite(mean) and isfinite(worst)
    return Reached(
        terms.get("loss", nan),
        mean if counted else None,
        int(worst) if counted else None,
        terms.get("validation_wrong") if counted else None,
        accuracy_of(terms),
        terms.get(_ADVERSARY),
    )


def reached_by(result: RunResult, recipe: Recipe, dataset: Dataset) -> Reached:
    """Return the figures of the best weights of a run of ``recipe`` on ``dataset``."""
    wrong, held_out = np.asarray(result.wrong_pixels, np.int64), None
    by_part = wrong_by_part(result.wrong_pixels, len(dataset), recipe.data.split)
    if by_part:
        wrong, held_out = by_part[LEARNT], float(by_part[HELD_OUT].mean())
    return Reached(
        result.best_loss,
        float(wrong.mean()) if len(wrong) else None,
        int(wrong.max()) if len(wrong) else None,
        held_out,
        accuracy_of(result.figures),
        result.figures.get(_ADVERSARY),
    )


def rest_words(run: SavedRun, moment: Moment) -> str:
    """Return the figures of the weights that are shown, as short text for the toolbar."""
    return reached_words(reached_at(run, moment), run.dataset)


def reached_words(reached: Reached, dataset: Dataset) -> str:
    """Return the most informative of the figures as text."""
    if reached.accuracy is not None:
        return tr("accuracy {share:.1%}", share=reached.accuracy)
    if reached.wrong_mean is not None and reached.held_out is not None and dataset.is_binary:
        return tr(
            "wrong pixels: learnt {learnt}, held out {held_out}",
            learnt=mean_words(reached.wrong_mean),
            held_out=mean_words(reached.held_out),
        )
    if reached.wrong_mean is not None and dataset.is_binary:
        return tr(
            "wrong pixels: mean {mean}, worst {worst:,}",
            mean=mean_words(reached.wrong_mean),
            worst=reached.wrong_max,
        )
    if reached.adversary is not None:
        return tr(
            "losses: generator {one:.4g}, discriminator {other:.4g}",
            one=reached.loss,
            other=reached.adversary,
        )
    return tr("loss {loss:.4g}", loss=reached.loss)


def weights_words(moment: Moment) -> str:
    """Return which weights are shown: ``best, epoch 11,040 of 12,000``."""
    return tr(_WEIGHTS[moment.weights], epoch=moment.epoch, epochs=moment.epochs)


def brief_weights_words(moment: Moment) -> str:
    """Return the same without the epoch, except for that of a past one: ``best weights``."""
    return tr(_BRIEF_WEIGHTS[moment.weights], epoch=moment.epoch)


def in_whole_epochs(moment: Moment) -> Moment:
    """Return ``moment`` with completed epochs, for short texts about the end of a training.

    A training that was stopped ends within an epoch. Within the first one the share is kept: no
    epoch would mean an untrained network. Past epochs are those that were recorded, unchanged.
    """
    if moment.weights == "past":
        return moment
    epoch, epochs = (
        int(number) if number >= 1 else round(number, 2) for number in (moment.epoch, moment.epochs)
    )
    return replace(moment, epoch=epoch, epochs=epochs)


def shown_origin(name: str, shown: Shown, *, whole: bool = False, **other: Any) -> str:
    """Return the origin of what is made of ``shown``, as one line; "" before any training.

    Args:
        name: Name of the document.
        shown: What the window shows.
        whole: Whether it is made of the whole training instead of one epoch.
        **other: Arguments of ``origin_words`` that replace or complete those known from it.
    """
    moment = shown.moment
    if moment is None:
        return ""
    weights = weights_words(moment)
    if whole and shown.history is not None:
        weights = trn("{n:,} epoch", "{n:,} epochs", int(shown.history.epoch[-1]))
    known: dict[str, Any] = {
        "name": name,
        "seed": moment.seed,
        "weights": weights,
        "data": shown.dataset.name,
        "samples": len(shown.dataset),
    }
    return origin_words(**(known | other))


def moment_words(moment: Moment) -> str:
    """Return seed and weights that are shown, as a sentence."""
    seed = tr("Seed {seed}", seed=moment.seed)
    if moment.runs > 1:
        seed = tr(
            "Seed {seed}, run {run:,} of {runs:,}",
            seed=moment.seed,
            run=moment.run + 1,
            runs=moment.runs,
        )
    return tr("{seed}: {weights}.", seed=seed, weights=weights_words(moment))


def spoken_words(position: float, history: HistoryView) -> str:
    """Return the progress of a training for a screen reader: epoch, and figures of its best run."""
    said = tr("Epoch {epoch:,.0f}: loss {loss:.4g}", epoch=position, loss=_least(history.loss[-1]))
    wrong = _least(history.wrong_mean[-1])
    if isfinite(wrong):
        said = tr("{said}, wrong pixels {wrong:.2f}", said=said, wrong=wrong)
    return said


def _least(values: NDArray[np.float32]) -> float:
    """Return the smallest finite value; NaN if there is none."""
    known = values[np.isfinite(values)]
    return float(known.min()) if len(known) else nan


def measuring_words(epochs: int) -> str:
    """Return the text shown while the final figures of a run are being measured."""
    done = trn("{n:,} epoch", "{n:,} epochs", epochs)
    return tr("{epochs} · measuring all samples…", epochs=done)


def mean_words(mean: float) -> str:
    """Return the ``mean`` of wrong pixels as text, with two decimals below 100, as in tables."""
    return localized(mean, ".2f" if 0 < mean < 100 else ",.0f")


def accuracy_of(figures: Mapping[str, float]) -> float | None:
    """Return the accuracy of a classifier, on held-out samples if there are any."""
    for key in ("validation_accuracy", "accuracy"):
        if key in figures:
            return figures[key]
    return None


def shown_words(run: SavedRun, moment: Moment, *, chosen: bool) -> str:
    """Return which weights are shown after a training; "" if there is no alternative.

    ``chosen``: whether the user has selected the run.
    """
    best, result = run.best_run, run.results[moment.run]
    moment = in_whole_epochs(moment)
    if moment.runs == 1:
        is_expected = moment.weights == "best" and moment.epoch == result.epochs
        if is_expected or not has_best_weights(run.recipe):
            return ""
        return tr("Shown: {weights}.", weights=weights_words(moment))
    names = {"seed": moment.seed, "weights": weights_words(moment)}
    if moment.run == best and has_best_weights(run.recipe):
        return tr("Shown: seed {seed}, the best run; {weights}.", **names)
    if not chosen or not has_best_weights(run.recipe):
        return tr("Shown: seed {seed}; {weights}.", **names)
    best_seed = run.results[best].seed
    return tr(
        "Shown: seed {seed}, as chosen; {weights}. The best run is seed {best}.",
        **names,
        best=best_seed,
    )


def outcome_words(result: TrainingResult, resolved: ResolvedRecipe, reached: Reached) -> str:
    """Return why a training of ``resolved`` ended, and its results.

    Figures of a single run are those of ``reached``, the weights that are shown; figures of the
    worst of several runs are labelled as such.
    """
    epochs = max((run.epochs for run in result.runs), default=0)
    head = tr(
        "{reason} After {epochs} in {time}: ",
        reason=tr(_REASONS[result.reason]),
        epochs=trn("{n:,} epoch", "{n:,} epochs", epochs),
        time=tr("{seconds:.1f} s", seconds=result.seconds)
        if result.seconds < 60
        else clock(result.seconds),
    )
    found = _come_to(result, resolved.dataset, reached)
    return sentences(head, found, _sameness(resolved.dataset))


def _sameness(dataset: Dataset) -> str:
    """Return a warning if all images of the set are equal, else ""."""
    if not dataset.is_uniform:
        return ""
    if not dataset.images[0].any():
        return tr("All images are black: there was nothing to learn in them.")
    return tr("All images are the same: there was nothing to learn.")


def _come_to(result: TrainingResult, dataset: Dataset, reached: Reached) -> str:
    runs = result.runs
    if reached.accuracy is not None:
        return tr("accuracy {share:.1%}.", share=reached.accuracy)
    if reached.adversary is not None:
        return tr(
            "the loss of the generator is {one:.4g}, that of the discriminator {other:.4g}.",
            one=reached.loss,
            other=reached.adversary,
        )
    mean, held_out = reached.wrong_mean, reached.held_out
    if mean is None or not dataset.is_binary or not all(run.wrong_pixels for run in runs):
        return tr("the loss is {loss:.4g}.", loss=reached.loss)
    if held_out is not None:
        return tr(
            "wrong pixels of the images learnt {learnt}, of those held out {held_out}.",
            learnt=mean_words(mean),
            held_out=mean_words(held_out),
        )
    share = min((run.share_at_most_1 for run in runs), default=0.0)
    worst = max((run.wrong_max for run in runs), default=0)
    words = _OF_SEVERAL if len(runs) > 1 else _OF_ONE
    return tr(words[dataset.is_of_characters], runs=len(runs), share=share, worst=worst)
