"""``aegui judge``: how a classifier takes new images, beside real ones and beside chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.commands.evaluate import codec_for
from aegui.commands.progress import shown_work
from aegui.commands.provenance import about_machine, about_weights, machine_words, weights_words
from aegui.commands.samples import generator_at
from aegui.commands.words import note, say, say_json, shown, table
from aegui.core.data.load import load_data
from aegui.core.evaluation.judging import GENERATED, KINDS, REAL, real_images, verdicts
from aegui.core.evaluation.samples import CONFIDENCE
from aegui.core.evaluation.wrong_pixels import mean_and_std
from aegui.core.i18n import tr
from aegui.core.recipe import DataSpec
from aegui.core.run_file.saved import load_run

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from aegui.core.evaluation.judging import RealImages, Verdict
    from aegui.core.latent.codec import Codec
    from aegui.core.run_file.saved import SavedRun


def judge_command(options: argparse.Namespace) -> int:
    """Print what a classifier makes of new images, of real ones and of chance."""
    saved, judging = generator_at(options.file), load_run(options.classifier)
    for run in (saved, judging):
        if run.note:
            note(run.note)
    _, generator = codec_for(saved, options.run, saved.dataset)
    classifier = judging.codec(judging.best_run)
    images = saved.recipe.data.images
    chosen = None
    if options.real is not None:
        chosen = load_data(DataSpec(source=options.real, images=images))
    seeds = range(options.seed, options.seed + options.seeds)
    with shown_work() as (bar, cancelled):
        real = real_images(saved.recipe, saved.dataset, chosen, bar.update, cancelled)
        found = verdicts(
            *(generator, classifier, judging.dataset.classes),
            *(real, options.count, seeds),
            *(bar.update, cancelled),
        )
    if options.json:
        say_json(_document(options, saved, generator, judging, classifier, real, found))
    else:
        _say(options, saved, generator, judging, classifier, real, found)
    return 0


def _document(
    options: argparse.Namespace,
    saved: SavedRun,
    generator: Codec,
    judging: SavedRun,
    classifier: Codec,
    real: RealImages,
    found: Mapping[str, Verdict],
) -> dict[str, Any]:
    generated = found[GENERATED]
    return {
        **about_weights(options.file, saved, generator),
        "judge": about_weights(options.classifier, judging, classifier),
        "real_images": {"data": real.name, "are_learnt": real.are_learnt},
        "samples": options.count,
        "seeds": list(generated.seeds),
        **about_machine(),
        "confidence": CONFIDENCE,
        "share_confident": generated.judgement.share_confident,
        "share_of_seeds": {**mean_and_std(generated.shares), "each": list(generated.shares)},
        "classes": list(generated.judgement.classes),
        "shares": list(generated.judgement.shares),
        "confident_shares": list(generated.judgement.confident_shares),
        "kinds": {key: _verdict_json(verdict) for key, verdict in found.items()},
    }


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "samples": len(verdict.judgement.predicted),
        "share_confident": verdict.judgement.share_confident,
        "rarest": min(verdict.judgement.shares),
        "spread_in_classes": verdict.spread,
        "nearest_learnt": verdict.nearest,
    }


def _say(
    options: argparse.Namespace,
    saved: SavedRun,
    generator: Codec,
    judging: SavedRun,
    classifier: Codec,
    real: RealImages,
    found: Mapping[str, Verdict],
) -> None:
    say(_classes_table(found))
    say()
    say(_kinds_table(found))
    say()
    generated = found[GENERATED]
    if len(generated.seeds) > 1:
        spread = mean_and_std(generated.shares)
        say(
            tr(
                "Over {n} seeds the share of sure images is {mean:.1%} ± {std:.1%}.",
                n=len(generated.seeds),
                mean=spread["mean"] or 0.0,
                std=spread["std"] or 0.0,
            )
        )
    if real.are_learnt:
        text = tr("Real images: {name}, which the generator has learnt.", name=real.name)
    else:
        text = tr("Real images: {name}, none of them learnt.", name=real.name)
    say(text)
    say(
        tr(
            "Judge: {file}. {weights} Another judge would give other figures.",
            file=options.classifier,
            weights=weights_words(judging, classifier),
        )
    )
    say(
        tr(
            "Generator: {file}. {weights}",
            file=options.file,
            weights=weights_words(saved, generator),
        )
    )
    say(machine_words())


def _classes_table(found: Mapping[str, Verdict]) -> str:
    judgement, real = found[GENERATED].judgement, found[REAL].judgement
    rows = [
        [shown(name, name), f"{share:.1%}", f"{sure:.1%}", f"{of_real:.1%}", f"{real_sure:.1%}"]
        for name, share, sure, of_real, real_sure in zip(
            *(judgement.classes, judgement.shares, judgement.confident_shares),
            *(real.shares, real.confident_shares),
            strict=True,
        )
    ]
    header = [tr("class"), tr("share of the images"), tr("sure of")]
    return table([*header, tr("of real ones"), tr("sure of")], rows)


def _kinds_table(found: Mapping[str, Verdict]) -> str:
    rows = []
    for key, verdict in found.items():
        judgement = verdict.judgement
        rarest = judgement.classes[int(np.argmin(judgement.shares))]
        rows.append(
            [
                tr(KINDS[key]),
                f"{len(judgement.predicted):,}",
                f"{judgement.share_confident:.1%}",
                f"{min(judgement.shares):.1%} ({shown(rarest, rarest)})",
                f"{verdict.spread:.4g}",
                f"{verdict.nearest:.4g}",
            ]
        )
    header = [
        tr("images"),
        tr("how many"),
        tr("sure of (> {level:.0%})", level=CONFIDENCE),
        tr("rarest class"),
        tr("spread within classes"),
        tr("to the nearest learnt"),
    ]
    return table(header, rows)
