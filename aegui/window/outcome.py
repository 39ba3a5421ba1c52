"""What a training has come to, in a line of words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.progress import clock
from aegui.core.i18n import mark, tr, trn

if TYPE_CHECKING:
    from aegui.core.run_file import SavedRun
    from aegui.core.training.result import RunResult, TrainingResult
    from aegui.session.training_runner import Pulled

_REASONS = {
    "epochs": mark("All epochs are done."),
    "goal": mark("The goal is reached."),
    "patience": mark("The loss has stopped falling."),
    "seconds": mark("The time is up."),
    "stopped": mark("Stopped."),
    "diverged": mark("The training has lost its way."),
    "converged": mark("Converged: no step makes the loss smaller."),
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


def outcome_words(result: TrainingResult, *, binary: bool) -> str:
    """Why a training ended and what it has reached; ``binary``: it was to draw characters."""
    epochs = max((run.epochs for run in result.runs), default=0)
    head = tr(
        "{reason} After {epochs:,} epochs in {time}: ",
        reason=tr(_REASONS[result.reason]),
        epochs=epochs,
        time=tr("{seconds:.1f} s", seconds=result.seconds)
        if result.seconds < 60
        else clock(result.seconds),
    )
    return head + _reached(result, binary=binary)


def _reached(result: TrainingResult, *, binary: bool) -> str:
    runs = result.runs
    accuracies = [accuracy for run in runs if (accuracy := accuracy_of(run)) is not None]
    if accuracies:
        return tr("accuracy {share:.1%}.", share=min(accuracies))
    if not binary or not all(run.wrong_pixels for run in runs):
        loss = max((run.best_loss for run in runs), default=0.0)
        return tr("the loss is {loss:.4g}.", loss=loss)
    share = min((run.share_at_most_1 for run in runs), default=0.0)
    worst = max((run.wrong_max for run in runs), default=0)
    if len(runs) > 1:
        return tr(
            "even in the worst of {runs:,} runs {share:.0%} of the characters have at most 1 wrong "
            "pixel; the worst character has {worst}.",
            runs=len(runs),
            share=share,
            worst=worst,
        )
    return tr(
        "{share:.0%} of the characters have at most 1 wrong pixel, the worst has {worst}.",
        share=share,
        worst=worst,
    )
