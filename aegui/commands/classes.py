"""What ``aegui evaluate`` prints for a classifier: the scores of every class and the confusion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.commands.history import stages_json
from aegui.commands.progress import shown_share
from aegui.commands.provenance import about_machine, machine_words
from aegui.commands.words import say, say_json, shown, table_text
from aegui.core.data.corruption import corruption_words
from aegui.core.data.progress import by_share, in_batches, part, parts
from aegui.core.evaluation.classification import classify, truth_of
from aegui.core.evaluation.noise import noisy_batches
from aegui.core.evaluation.parts import HELD_OUT, LEARNT, OTHER
from aegui.core.i18n import localized, mark, tr
from aegui.core.network.layers import rows_in_a_piece

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.commands.opened import OpenedRun
    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.evaluation.classification import Classification, ClassScore
    from aegui.core.recipe import CorruptionSpec

ALL = "all"
PARTS = {
    ALL: mark("learnt and held out together"),
    LEARNT: mark("training samples"),
    HELD_OUT: mark("validation part"),
    OTHER: mark("all samples, none of them learnt"),
}
_MAX_COLUMNS = 20
"""Maximum number of classes for which the confusion is printed as a matrix."""
_MAX_PAIRS = 15


def evaluate_classes(
    options: argparse.Namespace, run: OpenedRun, specs: Sequence[CorruptionSpec]
) -> int:
    """Print how well a classifier does on samples that it was not trained on."""
    dataset = run.dataset
    key, indices = part_to_judge(run, options.data)
    learnt_indices = np.zeros(0, np.int64)
    if key == HELD_OUT and not options.json:
        learnt_indices = run.parts.get(LEARNT, learnt_indices)
    with shown_share() as (report, cancelled):
        of_clean, of_noise, of_learnt = parts(
            report, (len(indices), options.draws * len(specs), len(learnt_indices))
        )
        found = classified(run, indices, of_clean, cancelled)
        noisy = noisy_accuracies(run, indices, specs, options, of_noise, cancelled)
        learnt = None
        if len(learnt_indices):
            learnt = classified(run, learnt_indices, of_learnt, cancelled)
    if options.json:
        say_json(
            {
                **run.about(),
                "history": stages_json(run.saved),
                "data": dataset.name,
                "part": key,
                "noise_seed": options.seed,
                **about_machine(),
                **_document(found, list(zip(specs, noisy, strict=True))),
            }
        )
        return 0
    say(part_words(dataset, key, len(found)))
    say(_scores_table(found))
    say()
    _say_confusion(found)
    say()
    say(
        tr(
            "Accuracy {accuracy:.2%}: {wrong:,} of {n:,} wrong (error {error:.2%}).",
            accuracy=found.accuracy,
            wrong=found.wrong,
            n=len(found),
            error=1 - found.accuracy,
        )
    )
    for spec, accuracy in zip(specs, noisy, strict=True):
        noise = corruption_words(spec)
        say(tr("With noise ({noise}): accuracy {accuracy:.2%}.", noise=noise, accuracy=accuracy))
    if key == HELD_OUT:
        if learnt is not None:
            say(tr("Of the samples learnt: accuracy {accuracy:.2%}.", accuracy=learnt.accuracy))
        say(tr("The best weights were chosen by the validation part."))
    say(run.words)
    if specs:
        say(tr("Noise is drawn with seed {seed}.", seed=options.seed))
    say(machine_words())
    return 0


def classified(
    run: OpenedRun,
    indices: NDArray[np.int64],
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> Classification:
    """Return the predictions of a classifier for its samples ``indices``.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    classes = run.saved.dataset.classes
    return classify(run.codec, classes, run.dataset, indices, by_share(report), cancelled)


def part_to_judge(run: OpenedRun, data: str | None) -> tuple[str, NDArray[np.int64]]:
    """Return the part of the samples that a classifier is judged on, and its indices.

    This is the held-out part if there is one and the samples are the run's own, which no ``data``
    were requested instead of.
    """
    parts = run.parts
    if data is None and HELD_OUT in parts:
        return HELD_OUT, parts[HELD_OUT]
    key = next(iter(parts)) if len(parts) == 1 else ALL
    return key, np.arange(len(run.dataset))


def part_words(dataset: Dataset, key: str, n: int) -> str:
    """Return in words which samples a classifier is judged on."""
    return tr("{name}, {part}: {n:,} samples", name=dataset.name, part=tr(PARTS[key]), n=n)


def noisy_accuracies(
    run: OpenedRun,
    indices: NDArray[np.int64],
    specs: Sequence[CorruptionSpec],
    options: argparse.Namespace,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> list[float]:
    """Return the accuracy with each noise on the samples ``indices``.

    At least ``options.draws`` noisy samples are drawn, equally many of each.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    truth = truth_of(run.dataset, run.saved.dataset.classes, indices)
    samples = run.dataset.subset(indices)
    rounds = -(-options.draws // len(samples))
    encoder = run.codec.layers[: run.codec.code_end]
    accuracies = []
    for spec, of_noise in zip(specs, parts(report, [1.0] * len(specs)), strict=True):
        right = 0
        for batch in noisy_batches(samples, spec, rounds, np.random.default_rng(options.seed)):
            whole = len(batch.noisy)
            of_batch = part(of_noise, batch.done, batch.done + whole / (rounds * len(samples)))
            pieces = in_batches(whole, rows_in_a_piece(encoder, whole), cancelled, of_batch)
            predicted = np.concatenate(
                [run.codec.classify(batch.noisy[piece]).argmax(axis=1) for piece in pieces]
            )
            right += int(np.count_nonzero(predicted == truth[batch.indices]))
        accuracies.append(right / (rounds * len(samples)))
    return accuracies


def _document(
    found: Classification, noisy: Sequence[tuple[CorruptionSpec, float]]
) -> dict[str, Any]:
    return {
        "samples": len(found),
        "accuracy": found.accuracy,
        "wrong": found.wrong,
        "classes": [_score_json(score) for score in found.scores],
        "macro": _score_json(found.macro),
        "weighted": _score_json(found.weighted),
        "confusion": found.confusion.tolist(),
        "noise": [
            {"kind": spec.kind, "level": spec.level, "accuracy": accuracy}
            for spec, accuracy in noisy
        ],
    }


def _score_json(score: ClassScore) -> dict[str, Any]:
    return {
        "label": score.label,
        "precision": score.precision,
        "recall": score.recall,
        "f1": score.f1,
        "support": score.support,
    }


def _scores_table(found: Classification) -> str:
    header = [tr("class"), tr("precision"), tr("recall"), "F1", tr("samples")]
    return table_text(
        header, [_row(score) for score in (*found.scores, found.macro, found.weighted)]
    )


def _row(score: ClassScore) -> list[str]:
    figures = (score.precision, score.recall, score.f1)
    label = shown(score.label, tr("(empty)"))
    return [label, *(localized(figure, ".4f") for figure in figures), localized(score.support, ",")]


def _say_confusion(found: Classification) -> None:
    """Print the whole confusion matrix, or for many classes the most confused pairs."""
    labels = [shown(label, tr("(empty)")) for label in found.classes]
    if len(labels) <= _MAX_COLUMNS:
        say(tr("Confusion: the true class at the left, what it was taken for on top."))
        rows = [
            [label, *(str(count) if count else "." for count in row)]
            for label, row in zip(labels, found.confusion.tolist(), strict=True)
        ]
        say(table_text(["", *labels], rows))
        return
    say(tr("What is confused most often:"))
    mistakes = found.confusion - np.diag(np.diag(found.confusion))
    order = np.argsort(-mistakes, axis=None, kind="stable")[:_MAX_PAIRS]
    pairs = [divmod(int(index), len(labels)) for index in order]
    rows = [
        [labels[true], labels[predicted], str(mistakes[true, predicted])]
        for true, predicted in pairs
        if mistakes[true, predicted]
    ]
    say(table_text([tr("class"), tr("taken for"), tr("samples")], rows))
