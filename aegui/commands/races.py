"""``aegui race``: race optimisers; ``aegui smallest``: search for the smallest network."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING

from aegui.commands.cost import cost_of, refuse_excess
from aegui.commands.figure_files import (
    check_figure_path,
    make_figure,
    painting,
    paper_of,
    write_figures,
)
from aegui.commands.option import check_different
from aegui.commands.progress import TerminalLine, stopping_at
from aegui.commands.provenance import about_machine, machine_words, seeds_words
from aegui.commands.recipe_sources import placed_recipe, recipe_and_data
from aegui.commands.words import note, say, say_json, table_text
from aegui.core.atomic import check_writable, write_atomically
from aegui.core.errors import AeguiError
from aegui.core.i18n import speaking, tr, trn
from aegui.core.races.optimizers import RaceSpec, check_spec, race
from aegui.core.races.smallest import (
    OWN,
    Attempts,
    Challenge,
    attempts_left,
    best_of_attempts,
    check_kind,
    for_challenge,
    shrink,
    try_network,
)
from aegui.core.races.surface import PlaneKey, frame_of, loss_surface, plane_of
from aegui.core.study.settings import key_of
from aegui.core.study.units import resolved_of
from aegui.leaving import ENDING_SIGNALS
from aegui.widgets.figures.race_kinds import RaceView

if TYPE_CHECKING:
    import argparse

    from aegui.core.data.dataset import Dataset
    from aegui.core.races.optimizers import RaceState
    from aegui.core.races.smallest import Attempt
    from aegui.core.recipe import Recipe


def race_command(options: argparse.Namespace) -> int:
    """Race the optimisers, print the standings, and write the figures requested."""
    for path in (*options.out, *options.trails):
        check_figure_path(path, csv=True)
    for path, trails in itertools.product(options.out, options.trails):
        check_different("--out", path, "--trails", trails)
    paper_of(options)
    recipe, dataset = recipe_and_data(options.recipe, options.data)
    spec = RaceSpec(
        tuple(part.strip() for part in options.optimizers.split(",") if part.strip()),
        options.epochs,
        options.seconds,
        _rates(options.rate),
        options.seed,
    )
    check_spec(spec)
    state = None
    with stopping_at(ENDING_SIGNALS) as stop, TerminalLine() as line:
        report = line.showing_share()
        for state in race(recipe, dataset, spec, lambda: stop.requested):
            report(state.share)
    assert state is not None, "a race tells at least how it ended"
    if options.json:
        say_json(_race_json(state, dataset))
    else:
        _say_standings(state, dataset)
    if options.out or options.trails:
        _draw(state, dataset, options)
    return stop.exit_code if stop.requested else 0


def _rates(texts: list[str]) -> dict[str, float]:
    found = {}
    for text in texts:
        key, _, number = text.partition("=")
        try:
            rate = float(number)
        except ValueError:
            rate = math.nan
        if not (math.isfinite(rate) and rate > 0.0):
            raise AeguiError(
                tr("--rate {text}: give an optimiser and its rate, such as adam=0.01.", text=text)
            )
        found[key.strip()] = rate
    return found


def _say_standings(state: RaceState, dataset: Dataset) -> None:
    from aegui.core.races.optimizers import standings_table

    say(table_text(*standings_table(state)))
    if any(lane.refused for lane in state.lanes):
        say()
    for lane in state.lanes:
        if lane.refused:
            say(f"{lane.name}: {lane.refused}")
    say()
    say(
        tr(
            "All begin with the weights of seed {seed}, on {data} ({n:,} samples); each may take "
            "{epochs} and {seconds:g} s.",
            seed=_seed(state),
            data=dataset.name,
            n=len(dataset),
            epochs=trn("{n:,} epoch", "{n:,} epochs", state.spec.epochs),
            seconds=state.spec.seconds,
        )
    )
    say(machine_words())


def _seed(state: RaceState) -> int:
    """Return the seed of the initial weights."""
    return state.recipe.seed if state.spec.seed is None else state.spec.seed


def _race_json(state: RaceState, dataset: Dataset) -> dict[str, object]:
    return {
        "recipe": state.recipe.name,
        "data": dataset.name,
        "samples": len(dataset),
        "seed": _seed(state),
        **about_machine(),
        "epochs": state.spec.epochs,
        "seconds": state.spec.seconds,
        "complete": state.is_over,
        "optimisers": [
            {
                "key": lane.key,
                "learning_rate": None if math.isnan(lane.rate) else lane.rate,
                "loss": lane.best_loss if math.isfinite(lane.best_loss) else None,
                "wrong": _last(lane.wrong),
                "epochs": _last(lane.epochs),
                "evaluations": _last(lane.evaluations),
                "seconds": lane.spent if len(lane.seconds) else None,
                "ended": lane.reason or None,
                "refused": lane.refused or None,
            }
            for lane in state.lanes
        ],
    }


def _last(values: object) -> float | None:
    import numpy as np

    array = np.asarray(values, np.float64)
    return float(array[-1]) if len(array) and np.isfinite(array[-1]) else None


def _draw(state: RaceState, dataset: Dataset, options: argparse.Namespace) -> None:
    with painting():
        paper, name = paper_of(options), state.recipe.name
        view = RaceView(options.by, "wrong" if options.wrong else "loss", not options.linear)
        with speaking(options.lang):
            figure = make_figure("race", state, view, name)
            write_figures(options.out, figure, paper)
        if figure is not None and options.out:
            note(tr("Written to {file}.", file=", ".join(options.out)))
        key: PlaneKey = options.plane
        plane = plane_of(state, key) if options.trails else None
        if plane is not None:
            *_, surface = loss_surface(state.recipe, dataset, plane, frame_of(state, plane))
            with speaking(options.lang):
                trails = make_figure("trails", state, plane, surface, name)
                write_figures(options.trails, trails, paper)
            note(tr("Written to {file}.", file=", ".join(options.trails)))


def smallest_command(options: argparse.Namespace) -> int:
    """Search for the smallest network, try a given one, or list the attempts."""
    if options.out is not None:
        check_writable(options.out, (".json",))
    recipe = _with_epochs(options)
    check_kind(recipe)
    reach = options.seeds if options.reach is None else options.reach
    challenge = Challenge(options.wrong, options.seeds, reach).checked()
    attempts = Attempts(recipe, challenge)
    note(tr("Goal: {goal}.", goal=challenge.words))
    tries_network = getattr(options, "try")
    if tries_network or not options.list:
        times = _times(recipe, challenge, attempts, tries_network=tries_network)
        _refuse_long(recipe, challenge, times, allowed=options.yes)
    # With ``--json`` nothing else may be printed.
    print_line = note if options.json else say
    with stopping_at(ENDING_SIGNALS) as stop, TerminalLine() as line:
        report = line.showing_share()
        if tries_network:
            found = try_network(
                recipe,
                challenge,
                attempts,
                by=OWN,
                report_share=report,
                stopped=lambda: stop.requested,
            )
            line.clear()
            if found is not None:
                print_line(_attempt_words(found))
        elif not options.list:
            for news in shrink(recipe, challenge, attempts, lambda: stop.requested, report):
                line.about = news.trying
                if news.attempt is not None:
                    line.clear()
                    print_line(_attempt_words(news.attempt))
    best = best_of_attempts(tuple(attempts))
    if options.json:
        say_json(
            {
                "goal": challenge.words,
                "best": _attempt_json(best),
                "attempts": len([*attempts]),
                "seeds": [recipe.seed + place for place in range(challenge.seeds)],
                **about_machine(),
                "complete": not stop.requested,
            }
        )
    else:
        _say_best(tuple(attempts), best, listed=options.list)
        if not options.list:
            say(seeds_words(recipe.seed, challenge.seeds))
            say(machine_words())
    if best is not None and options.out is not None:
        document = json.dumps(best.recipe, indent=2, ensure_ascii=False) + "\n"
        write_atomically(options.out, document.encode())
        note(tr("Written to {file}.", file=options.out))
    if stop.requested:
        note(tr("Stopped: a smaller one may exist. Attempts are kept; the same command resumes."))
        return stop.exit_code
    return 0


def _times(recipe: Recipe, challenge: Challenge, attempts: Attempts, *, tries_network: bool) -> int:
    """Return how many networks are still to be trained."""
    if not tries_network:
        return attempts_left(recipe, challenge, attempts)
    return int(attempts.get(key_of(for_challenge(recipe, challenge))) is None)


def _refuse_long(recipe: Recipe, challenge: Challenge, times: int, *, allowed: bool) -> None:
    """Refuse training ``times`` networks with all seeds if that exceeds the budget."""
    if times:
        each = cost_of(resolved_of(for_challenge(recipe, challenge)), 0)
        cost = replace(each, seconds=each.seconds * challenge.seeds * times)
        refuse_excess(cost, allowed=allowed)


def _with_epochs(options: argparse.Namespace) -> Recipe:
    recipe = placed_recipe(options.recipe)
    if options.epochs is None:
        return recipe
    training = recipe.training.model_copy(update={"epochs": options.epochs})
    return recipe.model_copy(update={"training": training})


def _attempt_words(attempt: Attempt) -> str:
    words = tr("reaches it") if attempt.holds else tr("does not")
    return trn(
        "{widths}: {parameters:,} parameters, {met} of {n} seed, {words}",
        "{widths}: {parameters:,} parameters, {met} of {n} seeds, {words}",
        attempt.seeds,
        widths=attempt.widths,
        parameters=attempt.parameters,
        met=attempt.met,
        words=words,
    )


def _say_best(attempts: tuple[Attempt, ...], best: Attempt | None, *, listed: bool) -> None:
    if listed:
        for attempt in sorted(attempts, key=lambda one: one.parameters):
            say(_attempt_words(attempt))
    if best is None:
        say(tr("None of the networks tried reaches the goal."))
        return
    users_best = best_of_attempts(attempts, OWN)
    say(tr("* smallest: {widths}, {n:,} parameters", widths=best.widths, n=best.parameters))
    if users_best is not None and users_best.key != best.key:
        say(
            tr(
                "your own: {widths}, {n:,} parameters",
                widths=users_best.widths,
                n=users_best.parameters,
            )
        )


def _attempt_json(attempt: Attempt | None) -> dict[str, object] | None:
    if attempt is None:
        return None
    return {
        "widths": attempt.widths,
        "parameters": attempt.parameters,
        "met": attempt.met,
        "seeds": attempt.seeds,
        "by": attempt.by,
    }
