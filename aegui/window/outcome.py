"""What a training has come to, in a line of words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.progress import clock
from aegui.core.i18n import mark, tr, trn

if TYPE_CHECKING:
    from aegui.core.data.dataset import Dataset
    from aegui.core.run_file import SavedRun
    from aegui.core.training.result import RunResult, TrainingResult
    from aegui.session.training.training_runner import Pulled

_REASONS = {
    "epochs": mark("All epochs are done."),
    "goal": mark("The goal is reached."),
    "patience": mark("The loss has stopped falling."),
    "seconds": mark("The time is up."),
    "stopped": mark("Stopped."),
    "diverged": mark("The training has lost its way."),
    "converged": mark("Converged: no step makes the loss smaller."),
}

_OF_ONE = {
    True: mark("{share:.0%} of the characters have at most 1 wrong pixel, the worst has {worst}."),
    False: mark("{share:.0%} of the images have at most 1 wrong pixel, the worst has {worst}."),
}
"""By whether the images are characters."""
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


def pace_words(state: str, pulled: Pulled) -> str:
    """How fast a training goes, and how long it will still take."""
    if state == "paused":
        return tr("paused: {phase}", phase=pulled.phase) if pulled.phase else tr("paused")
    if state == "stopping":
        return tr("stopping…")
    doing = pulled.phase or speed_words(pulled.epochs_per_second)
    if pulled.seconds_left is None:
        return doing
    return tr("{doing} · {time} left", doing=doing, time=clock(pulled.seconds_left))


def speed_words(epochs_per_second: float) -> str:
    """``1,204 epochs/s``, or, where an epoch takes long, ``8.3 s/epoch``."""
    if 0.0 < epochs_per_second < 1.0:
        return tr("{seconds:.1f} s/epoch", seconds=1 / epochs_per_second)
    if epochs_per_second < 10:
        return tr("{rate:.1f} epochs/s", rate=epochs_per_second)
    return tr("{rate:,.0f} epochs/s", rate=epochs_per_second)


def rest_words(run: SavedRun, best: RunResult, epochs: int) -> str:
    """What the run that is open has come to, in a few words for the tool bar."""
    done = trn("{n:,} epoch", "{n:,} epochs", epochs)
    accuracy = accuracy_of(best)
    if accuracy is not None:
        return tr("{epochs} · accuracy {share:.1%}", epochs=done, share=accuracy)
    if best.wrong_pixels and run.dataset.is_binary:
        return tr(
            "{epochs} · wrong pixels: mean {mean}, worst {worst:,}",
            epochs=done,
            mean=mean_words(best.wrong_mean),
            worst=best.wrong_max,
        )
    return tr("{epochs} · loss {loss:.4g}", epochs=done, loss=best.best_loss)


def mean_words(mean: float) -> str:
    """The ``mean`` of wrong pixels, with as many digits as it deserves."""
    return f"{mean:.3g}" if mean < 100 else f"{mean:,.0f}"


def accuracy_of(run: RunResult) -> float | None:
    """The accuracy of a classifier, on what it had not learnt from if there was any."""
    for key in ("validation_accuracy", "accuracy"):
        if key in run.figures:
            return run.figures[key]
    return None


def outcome_words(result: TrainingResult, dataset: Dataset) -> str:
    """Why a training on ``dataset`` ended, and what it has reached."""
    epochs = max((run.epochs for run in result.runs), default=0)
    head = tr(
        "{reason} After {epochs:,} epochs in {time}: ",
        reason=tr(_REASONS[result.reason]),
        epochs=epochs,
        time=tr("{seconds:.1f} s", seconds=result.seconds)
        if result.seconds < 60
        else clock(result.seconds),
    )
    same = _sameness(dataset)
    return f"{head}{_reached(result, dataset)} {same}" if same else head + _reached(result, dataset)


def _sameness(dataset: Dataset) -> str:
    """Words for images among which there is nothing to tell apart; empty for others."""
    if not dataset.is_uniform:
        return ""
    if not dataset.images[0].any():
        return tr("All images are black: there was nothing to learn in them.")
    return tr("All images are the same: there was nothing to tell apart.")


def _reached(result: TrainingResult, dataset: Dataset) -> str:
    runs = result.runs
    accuracies = [accuracy for run in runs if (accuracy := accuracy_of(run)) is not None]
    if accuracies:
        return tr("accuracy {share:.1%}.", share=min(accuracies))
    if not dataset.is_binary or not all(run.wrong_pixels for run in runs):
        loss = max((run.best_loss for run in runs), default=0.0)
        return tr("the loss is {loss:.4g}.", loss=loss)
    share = min((run.share_at_most_1 for run in runs), default=0.0)
    worst = max((run.wrong_max for run in runs), default=0)
    words = _OF_SEVERAL if len(runs) > 1 else _OF_ONE
    is_drawn = not dataset.is_uniform
    are_characters = is_drawn and all(len(label) == 1 for label in dataset.classes)
    return tr(words[are_characters], runs=len(runs), share=share, worst=worst)
