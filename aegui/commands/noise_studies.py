"""``aegui noise-matrix`` and ``aegui noise-curves``: evaluate networks under several noises."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aegui.commands.cost import refuse_excess
from aegui.commands.figure_files import CSV, check_figure_path, make_figure, write_figures
from aegui.commands.opened import OpenedRun, each_once
from aegui.commands.option import check_different, check_number
from aegui.commands.progress import shown_work
from aegui.commands.provenance import (
    about_machine,
    data_words,
    machine_words,
    several_words,
)
from aegui.commands.recipe_sources import recipe_and_data
from aegui.commands.words import note, say, say_json, table_text
from aegui.core.atomic import check_suffix, check_writable, write_atomically
from aegui.core.data.corruption import corruption_words, noise_of, parse_corruption
from aegui.core.data.noises import CORRUPTIONS
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import localized, tr, trn
from aegui.core.run_file.origin import WEIGHTS, origin_words
from aegui.core.study.findings import mistakes
from aegui.core.study.levels import noises_of, parse_levels
from aegui.core.study.noise_curves import ModelUnderTest, NoiseCurveSpec, noise_curves
from aegui.core.study.noise_matrix import (
    FIGURES,
    MatrixSpec,
    matrix_cost,
    matrix_folder,
    noise_matrix,
)
from aegui.core.study.tables import characters_csv
from aegui.core.study.workers import default_jobs
from aegui.core.text_tables import MISSING

if TYPE_CHECKING:
    import argparse

    from aegui.core.recipe import CorruptionSpec
    from aegui.core.study.noise_curves import Curves
    from aegui.core.study.noise_matrix import NoiseMatrix


def matrix_command(options: argparse.Namespace) -> int:
    """Train with several noises, test with several, and print the matrix of results."""
    for path in options.out:
        check_figure_path(path, csv=True)
    if options.characters:
        check_suffix(options.characters, (CSV,))
        for path in options.out:
            check_different("--out", path, "--characters", options.characters)
        check_writable(options.characters)
    recipe, dataset = recipe_and_data(options.recipe, options.data)
    spec = MatrixSpec(
        _noises(options.train, options),
        _noises(options.test, options),
        options.seeds,
        options.draws,
        options.seed,
        options.epochs,
        options.copies,
        options.samples,
    )
    for finding in mistakes(recipe):
        note(f"{finding.title}. {finding.remedy}")
    jobs = options.jobs or default_jobs()
    folder = matrix_folder() if options.folder is None else Path(options.folder)
    refuse_excess(matrix_cost(recipe, dataset, spec, jobs), allowed=options.yes)
    try:
        with shown_work() as (report, cancelled):
            matrix = noise_matrix(
                recipe, dataset, spec, report, cancelled, folder=folder, jobs=jobs
            )
    except Cancelled:
        text = tr("Stopped. Finished runs are kept; the same command resumes.")
        raise Cancelled(text) from None
    if options.out:
        write_figures(options.out, make_figure("noise matrix", matrix, options.figure))
    if options.characters:
        write_atomically(options.characters, characters_csv(matrix).encode("utf-8"))
    if options.json:
        say_json(_matrix_json(matrix))
    else:
        _say_matrix(matrix, options.figure)
    return 0


def curves_command(options: argparse.Namespace) -> int:
    """Test saved runs at every level of a noise, and print the curves."""
    for path in options.out:
        check_figure_path(path, csv=True)
    first, *others = each_once(options.files)
    runs = [OpenedRun(first, None, options.weights, options.data)]
    runs += [OpenedRun(file, None, options.weights) for file in others]
    dataset = runs[0].dataset
    names = [run.name for run in runs]
    if len(set(names)) < len(names):
        # Files of the same name in several folders.
        names = [run.file for run in runs]
    models = [
        ModelUnderTest(name, tuple(one.codec for one in run.all_runs))
        for name, run in zip(names, runs, strict=True)
    ]
    levels = tuple(one.level for one in noise_levels(options.kind, options.levels))
    spec = NoiseCurveSpec(
        options.kind,
        tuple(sorted(levels)),
        options.draws,
        options.seed,
        None if options.pca is None else _counts(options.pca, dataset.pixels),
        not options.no_copy,
    )
    with shown_work() as (report, cancelled):
        curves = noise_curves(models, dataset, spec, report, cancelled)
    if options.out:
        data = origin_words(
            weights=tr(WEIGHTS[options.weights]),
            data=dataset.name,
            samples=len(dataset),
            noise_seed=options.seed,
        )
        write_figures(options.out, make_figure("noise curves", curves, origin=data))
    if options.json:
        files = {run.file: run.weights for run in runs}
        about = {"weights": files, "noise_seed": options.seed, **about_machine()}
        say_json({**_curves_json(curves), **about})
    else:
        _say_curves(curves)
        say(several_words(options.weights, [one.seed for run in runs for one in run.all_runs]))
        for words in dict.fromkeys(data_words(dataset, run.parts_of(dataset)) for run in runs):
            say(words)
        say(tr("Noise is drawn with seed {seed}.", seed=options.seed))
        say(machine_words())
    return 0


def _noises(texts: list[str], options: argparse.Namespace) -> tuple[CorruptionSpec, ...]:
    """Return the noises ``texts``, or every level of ``--kind`` if there are none."""
    if texts:
        return tuple(parse_corruption(text) for text in texts)
    return noise_levels(options.kind, options.levels)


def noise_levels(kind: str, text: str, option: str = "--kind") -> tuple[CorruptionSpec, ...]:
    """Return one noise of ``kind``, given with ``option``, for each level listed in ``text``.

    Raises:
        AeguiError: There is no such noise, or it cannot have such a level.
    """
    key = kind.strip().lower().replace("-", "_")
    if key not in CORRUPTIONS or key == "none":
        raise AeguiError(
            tr(
                "{option} is {text}; it must be one of {kinds}.",
                option=option,
                text=kind,
                kinds=", ".join(one for one in CORRUPTIONS if one != "none"),
            )
        )
    return noises_of((key,), parse_levels(text, "--levels"), "--levels")


def _counts(text: str, most: int) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise AeguiError(tr("--pca is {text}; it must be numbers such as 2,5.", text=text))
    counts = tuple(map(int, parts))
    check_number("--pca", max(counts, default=None), 1, most)
    return counts


def _say_matrix(matrix: NoiseMatrix, key: str) -> None:
    figure = matrix.figure(key)
    form = ".3f" if key == "wrong" else ".1%"
    header = [tr(FIGURES[key].label), *map(corruption_words, matrix.spec.tests)]
    rows = [
        [corruption_words(training), *(localized(value, form) for value in values)]
        for training, values in zip(matrix.spec.training, figure.mean.tolist(), strict=True)
    ]
    if key == "wrong":
        limits = [MISSING if one is None else localized(one.mean, ".3f") for one in matrix.limits]
        rows.append([tr("Bayes limit"), *limits])
    say(table_text(header, rows))
    say(
        trn(
            "Rows: trained with; columns: tried with. Figures over {n} seed, trained and tried in "
            "{seconds:.0f} s.",
            "Rows: trained with; columns: tried with. Means over {n} seeds, trained and tried in "
            "{seconds:.0f} s.",
            matrix.spec.seeds,
            seconds=matrix.seconds,
        )
    )
    say(tr("Noise is drawn with seed {seed}.", seed=matrix.spec.seed))
    say(machine_words())
    if matrix.reused:
        say(
            trn(
                "{n} network was there from before.",
                "{n} networks were there from before.",
                matrix.reused,
            )
        )
    if matrix.note:
        say(tr("Made smaller to fit: {what}.", what=matrix.note))


def _matrix_json(matrix: NoiseMatrix) -> dict[str, Any]:
    figures = {
        key: {"mean": found.mean.tolist(), "std": found.deviation.tolist()}
        for key in FIGURES
        for found in (matrix.figure(key),)
    }
    return {
        "data": matrix.dataset.name,
        "trained_with": [_noise_json(spec) for spec in matrix.spec.training],
        "tried_with": [_noise_json(spec) for spec in matrix.spec.tests],
        "seeds": matrix.spec.seeds,
        "draws": matrix.spec.draws,
        "noise_seed": matrix.spec.seed,
        **about_machine(),
        "note": matrix.note,
        "seconds": matrix.seconds,
        "reused": matrix.reused,
        **figures,
        "bayes_limit": [None if one is None else one.mean for one in matrix.limits],
    }


def _noise_json(spec: CorruptionSpec) -> dict[str, Any]:
    return {"kind": spec.kind, "level": spec.level}


def _say_curves(curves: Curves) -> None:
    """Print a row for each level, with the deviation over the runs where there are several."""
    columns = [
        [
            f"{localized(mean, '.3f')} ± {localized(deviation, '.3f')}"
            if line.runs > 1
            else localized(mean, ".3f")
            for mean, deviation in zip(line.mean, line.deviation, strict=True)
        ]
        for line in curves.lines
    ]
    noises = [corruption_words(noise_of(curves.kind, level)) for level in curves.levels.tolist()]
    rows = [[noise, *row] for noise, *row in zip(noises, *columns, strict=True)]
    say(table_text([tr("wrong pixels"), *(line.name for line in curves.lines)], rows))
    if curves.note:
        say(tr("Made smaller to fit: {what}.", what=curves.note))


def _curves_json(curves: Curves) -> dict[str, Any]:
    return {
        "kind": curves.kind,
        "levels": curves.levels.tolist(),
        "note": curves.note,
        "lines": [
            {
                "name": line.name,
                "is": line.key,
                "mean": line.mean.tolist(),
                "std": line.deviation.tolist(),
                "runs": line.runs,
            }
            for line in curves.lines
        ],
    }
