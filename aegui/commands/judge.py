"""``aegui judge``: classify generated images, and compare with real ones and with chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from aegui.commands.cost import refuse_excess
from aegui.commands.opened import OpenedRun
from aegui.commands.progress import shown_work
from aegui.commands.provenance import about_machine, machine_words
from aegui.commands.words import say, say_json, shown, table_text
from aegui.core.data.builtin import set_title
from aegui.core.data.load import read_source
from aegui.core.evaluation.judging import (
    GENERATED,
    KINDS,
    REAL,
    judging_cost,
    real_images,
    verdicts,
)
from aegui.core.evaluation.samples import CONFIDENCE, foreign_words
from aegui.core.evaluation.spread import mean_and_std
from aegui.core.i18n import localized, tr

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from aegui.core.evaluation.judging import RealImages, Verdict


def judge_command(options: argparse.Namespace) -> int:
    """Print a classifier's verdict on generated images, on real ones and on chance."""
    generator, judging = OpenedRun.of(options), OpenedRun(options.classifier)
    generator.require_prior()
    saved = generator.saved
    chosen = None
    if options.real is not None:
        chosen = read_source(options.real, saved.recipe.data.images).dataset
    seeds = range(options.seed, options.seed + options.seeds)
    codecs = generator.codec, judging.codec
    cost = judging_cost(*codecs, len(saved.dataset), options.count, seeds)
    refuse_excess(cost, allowed=options.yes)
    with shown_work() as (report, cancelled):
        real = real_images(saved.recipe, saved.dataset, chosen, report, cancelled)
        found = verdicts(
            *codecs, judging.dataset.classes, real, options.count, seeds, report, cancelled
        )
    if options.json:
        say_json(_document(options, generator, judging, real, found))
    else:
        _say(generator, judging, real, found)
    return 0


def _document(
    options: argparse.Namespace,
    generator: OpenedRun,
    judging: OpenedRun,
    real: RealImages,
    found: Mapping[str, Verdict],
) -> dict[str, Any]:
    generated = found[GENERATED]
    return {
        **generator.about(),
        "judge": judging.about(),
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
    generator: OpenedRun, judging: OpenedRun, real: RealImages, found: Mapping[str, Verdict]
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
                "Over {n:,} seeds the share of sure images is {mean:.1%} ± {std:.1%}.",
                n=len(generated.seeds),
                mean=spread["mean"] or 0.0,
                std=spread["std"] or 0.0,
            )
        )
    warning = foreign_words(judging.dataset.classes, generator.dataset)
    if warning:
        say(warning)
    name = set_title(real.name)
    if real.are_learnt:
        text = tr("Real images: {name}, which the generator has learnt.", name=name)
    else:
        text = tr("Real images: {name}, none of them learnt.", name=name)
    say(text)
    say(
        tr(
            "Judge: {file}. {weights} Another judge would give other figures.",
            file=judging.file,
            weights=judging.words,
        )
    )
    say(
        tr(
            "Generator: {file}. {weights}",
            file=generator.file,
            weights=generator.words,
        )
    )
    say(machine_words())


def _classes_table(found: Mapping[str, Verdict]) -> str:
    judgement, real = found[GENERATED].judgement, found[REAL].judgement
    columns = (
        *(judgement.shares, judgement.confident_shares),
        *(real.shares, real.confident_shares),
    )
    rows = [
        [shown(name, name), *(localized(share, ".1%") for share in shares)]
        for name, *shares in zip(judgement.classes, *columns, strict=True)
    ]
    header = [tr("class"), tr("share of the images"), tr("sure of")]
    return table_text([*header, tr("of real ones"), tr("sure of")], rows)


def _kinds_table(found: Mapping[str, Verdict]) -> str:
    rows = []
    for key, verdict in found.items():
        judgement = verdict.judgement
        rarest = judgement.classes[int(np.argmin(judgement.shares))]
        rows.append(
            [
                tr(KINDS[key]),
                localized(len(judgement.predicted), ","),
                localized(judgement.share_confident, ".1%"),
                f"{localized(min(judgement.shares), '.1%')} ({shown(rarest, rarest)})",
                localized(verdict.spread, ".4g"),
                localized(verdict.nearest, ".4g"),
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
    return table_text(header, rows)
