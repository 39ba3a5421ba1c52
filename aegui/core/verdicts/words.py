"""Verdicts in words: ``tanh beats ReLU: 0.0 against 1.9 wrong pixels, difference 1.9 ...``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from aegui.core.i18n import enumerated, localized, mark, percent_sign, tr, trn
from aegui.core.verdicts.comparison import LEVEL, MAX_SEEDS, fewest_seeds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.evaluation.run_figures import RunFigure
    from aegui.core.verdicts.comparison import Comparison, SeedFigures
    from aegui.core.verdicts.ranking import SeedRanking

_MAX_DECIMALS = 4
_SMALLEST_P = 0.001
_TWO_DIGITS = 0.01
_SECOND_DIGIT = 2.95
_NO_DECIMALS, _LARGE = 100.0, 1e7
_LISTED = 4
"""Upper bound for the settings named in a line about all of them."""


def verdict_words(comparison: Comparison, figure: RunFigure) -> str:
    """Return the verdict in one to three sentences: result, evidence, and seeds required."""
    first, second = comparison.first.name, comparison.second.name
    better, other = (first, second) if comparison.first_is_better else (second, first)
    outcome = comparison.outcome
    if outcome == "nothing":
        return _nothing_words(comparison)
    names = {"better": better, "other": other, "evidence": evidence_words(comparison, figure)}
    if outcome == "equal":
        text = _equal_words(comparison, figure)
    elif outcome == "noise":
        text = tr(
            "No difference between {better} and {other} beyond seed noise: {evidence}.", **names
        )
    elif outcome == "few":
        text = tr("Too few seeds for a verdict on {better} and {other}: {evidence}.", **names)
        text = f"{text} {_few_words(comparison)}"
    elif outcome == "failures":
        text = tr(
            "No verdict: where it did not fail, {better} is better than {other} "
            "({evidence}), but it failed more often.",
            **names,
        )
    elif figure.better:
        text = tr("{better} beats {other}: {evidence}.", **names)
    else:
        text = tr("{better} is lower than {other}: {evidence}.", **names)
    return " ".join(filter(None, (text, _more_words(comparison), *_left_out(comparison))))


def evidence_words(comparison: Comparison, figure: RunFigure) -> str:
    """Return the evidence: both means, their difference with its interval, seeds, and p-value."""
    means = comparison.means if comparison.first_is_better else comparison.means[::-1]
    interval = comparison.interval
    sign = 1.0 if comparison.difference >= 0.0 else -1.0
    ends = () if interval is None else sorted(sign * end for end in interval)
    texts = _numbers(
        [*means, abs(comparison.difference), *ends],
        (ends[1] - ends[0]) / 2 if ends else 0.0,
        figure,
    )
    parts = {"a": texts[0], "b": texts[1], "unit": tr(figure.unit)}
    if figure.is_share:
        means_text = tr("{a}{percent} against {b}{percent} {unit}", percent=percent_sign(), **parts)
        apart = tr("difference {d} points", d=texts[2])
    else:
        means_text = tr("{a} against {b} {unit}", **parts)
        apart = tr("difference {d}", d=texts[2])
    if ends:
        apart = tr("{d} [{low}, {high}]", d=apart, low=texts[3], high=texts[4])
    pieces = [means_text, apart, _seeds_words(comparison)]
    if min(comparison.seeds) > 1:
        pieces.append(p_words(comparison.p, LEVEL, comparison.comparisons))
    return ", ".join(pieces)


def p_words(p: float, level: float, comparisons: int = 1) -> str:
    """Format ``p = 0.002``, or ``p = 0.02 for 5 comparisons``; never rounded up to the level."""
    shown = float(f"{p:.2g}" if p >= _TWO_DIGITS else f"{p:.1g}")
    if p < _SMALLEST_P:
        text = tr("p < {p}", p=localized(_SMALLEST_P, "g"))
    elif p < level <= shown:
        text = tr("p < {p}", p=localized(level, "g"))
    else:
        text = tr("p = {p}", p=localized(shown, "g"))
    if comparisons == 1:
        return text
    return trn("{p} for {n} comparison", "{p} for {n} comparisons", comparisons, p=text)


def tally_words(comparison: Comparison) -> str:
    """Return in how many seeds the better one did better; empty if there is no more than one."""
    wins, ties, losses = comparison.tally
    pairs = wins + ties + losses
    # Of a single pair, the means say it all.
    if pairs < 2 or comparison.outcome == "equal":
        return ""
    better, other = comparison.first.name, comparison.second.name
    if wins < losses:
        wins, losses, better, other = losses, wins, other, better
    values = {"better": better, "other": other, "wins": wins, "ties": ties, "losses": losses}
    if comparison.paired:
        return trn(
            "From the same start {better} did better than {other} in {wins} of {n} seed, "
            "equally well in {ties} and worse in {losses}.",
            "From the same start {better} did better than {other} in {wins} of {n} seeds, "
            "equally well in {ties} and worse in {losses}.",
            pairs,
            **values,
        )
    return trn(
        "A seed of {better} did better than one of {other} in {wins} of {n} pair of them, "
        "equally well in {ties} and worse in {losses}.",
        "A seed of {better} did better than one of {other} in {wins} of {n} pairs of them, "
        "equally well in {ties} and worse in {losses}.",
        pairs,
        **values,
    )


def ranking_lines(ranking: SeedRanking, figure: RunFigure) -> tuple[str, ...]:
    """Return lines on several settings: first on all of them, then on each comparison."""
    names = [one.name for one in ranking.settings]
    reference = names[ranking.reference]
    lines = []
    few = [index for index in ranking.peers if ranking.comparisons[index].outcome == "few"]
    other_peers = [index for index in ranking.peers if index not in few]
    if ranking.beaten and not ranking.peers and not ranking.beating:
        lines.append(tr("{name} beats all others.", name=reference))
    else:
        for places, text in (
            (ranking.beating, mark("{name} is beaten by {others}.")),
            (ranking.beaten, mark("{name} beats {others}.")),
            (other_peers, mark("{name} does not differ significantly from {others}.")),
            (few, mark("There are too few seeds to tell {name} from {others}.")),
        ):
            if places:
                others = _listed([names[index] for index in places])
                lines.append(tr(text, name=reference, others=others))
    lines += [
        verdict_words(ranking.comparisons[index], figure)
        for index in ranking.order
        if index in ranking.comparisons
    ]
    return tuple(lines)


def _listed(names: list[str]) -> str:
    """List the first of ``names``, and the number of others: each has its own line below."""
    # Omitting a single name would save nothing.
    if len(names) <= _LISTED + 1:
        return enumerated(names)
    more = len(names) - _LISTED
    return tr("{names} and {n} more", names=", ".join(names[:_LISTED]), n=more)


def _nothing_words(comparison: Comparison) -> str:
    for one in (comparison.first, comparison.second):
        if not one.values:
            return tr("No verdict: {name} has no seeds yet.", name=one.name)
        if not one.known:
            return trn(
                "No verdict: {name} failed in its only seed.",
                "No verdict: {name} failed in all of its {n} seeds.",
                len(one.values),
                name=one.name,
            )
    return tr(
        "No verdict: {first} and {second} have no seed in common in which neither failed.",
        first=comparison.first.name,
        second=comparison.second.name,
    )


def _equal_words(comparison: Comparison, figure: RunFigure) -> str:
    value = _numbers([comparison.means[0]], 0.0, figure)[0]
    values = {
        "first": comparison.first.name,
        "second": comparison.second.name,
        "value": value + percent_sign() if figure.is_share else value,
        "unit": tr(figure.unit),
    }
    return trn(
        "{first} and {second} are the same in {n} seed: {value} {unit}.",
        "{first} and {second} are the same in all {n} seeds: {value} {unit}.",
        min(comparison.seeds),
        **values,
    )


def _few_words(comparison: Comparison) -> str:
    """Return why the seeds are too few, and the smallest number that could suffice."""
    fewest = fewest_seeds(LEVEL / comparison.comparisons, paired=comparison.paired)
    least = trn(
        "It takes at least {n} seed of each.", "It takes at least {n} seeds of each.", fewest
    )
    if min(comparison.seeds) < 2:
        return f"{tr('A single seed says nothing about seed noise.')} {least}"
    text = tr(
        "With so few seeds that differ, no p below {level} is possible: {smallest} at best.",
        level=localized(LEVEL, "g"),
        smallest=localized(float(f"{comparison.smallest:.2g}"), "g"),
    )
    return text if comparison.more_seeds is not None else f"{text} {least}"


def _more_words(comparison: Comparison) -> str:
    """Return how many more seeds would suffice; empty if the question does not arise."""
    if comparison.outcome not in {"noise", "few"} or min(comparison.seeds) < 2:
        return ""
    if comparison.more_seeds is not None:
        return trn(
            "About {n} more seed would settle it, if the difference is what it looks like.",
            "About {n} more seeds would settle it, if the difference is what it looks like.",
            comparison.more_seeds,
        )
    return tr("If there is a difference, it is too small for {n:,} seeds to show.", n=MAX_SEEDS)


def _left_out(comparison: Comparison) -> list[str]:
    """Return notes on failed runs, and on seeds that only one of the settings has."""
    lines = [
        trn(
            "{name} failed in {k} of {n} seed, which is left out.",
            "{name} failed in {k} of {n} seeds, which are left out.",
            len(one.values),
            name=one.name,
            k=one.failed,
        )
        for one in (comparison.first, comparison.second)
        if one.failed
    ]
    if comparison.paired and _seeds_of(comparison.first) != _seeds_of(comparison.second):
        lines.append(tr("Only seeds that both have are compared."))
    return lines


def _seeds_of(figures: SeedFigures) -> set[int]:
    return set(figures.values)


def _seeds_words(comparison: Comparison) -> str:
    n, m = comparison.seeds
    if comparison.paired:
        return trn("{n} seed", "{n} seeds", n)
    if n == m:
        return trn("{n} seed each", "{n} seeds each", n)
    if not comparison.first_is_better:
        n, m = m, n
    return tr("{n} and {m} seeds", n=n, m=m)


def _numbers(values: Sequence[float], width: float, figure: RunFigure) -> list[str]:
    """Format ``values`` with the decimals that are significant for the half ``width``."""
    scale = 100.0 if figure.is_share else 1.0
    scaled = [scale * value for value in values]
    largest = max(map(abs, scaled))
    if figure.is_integer and all(value.is_integer() for value in scaled):
        return [localized(value + 0.0, ",.0f") for value in scaled]
    width = scale * width or largest / 10.0 or 1.0
    power = math.floor(math.log10(width))
    # A width that begins with 1 or 2 gets a second digit, since rounding loses too much.
    decimals = -power + (width / 10.0**power < _SECOND_DIGIT)
    if decimals > _MAX_DECIMALS or largest >= _LARGE:
        digits = math.floor(math.log10(largest)) + decimals
        return [localized(value + 0.0, f".{min(max(digits, 1), 6)}e") for value in scaled]
    decimals = max(0 if largest >= _NO_DECIMALS else 1, decimals)
    return [localized(round(value, decimals) + 0.0, f",.{decimals}f") for value in scaled]
