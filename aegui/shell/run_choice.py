"""The runs of a population as menu entries; a dialog offers those that do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import tr
from aegui.shell.dialogs.choose_run import ask_run
from aegui.shell.outcome import reached_at, reached_words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.session.services import Services
    from aegui.session.shown import Shown

RUN = "run:"
"""Prefix of the keys of runs."""
ANY_RUN = f"{RUN}?"
"""Key of the choice that opens a dialog of all runs."""
MAX_IN_MENU = 12


def run_choices(shown: Shown, *, others: bool = False) -> list[tuple[str, str]]:
    """Return keys and names of runs for a menu; ``others`` leaves out the one that is shown."""
    seeds, moment = shown.seeds, shown.moment
    if len(seeds) < 2 or moment is None:
        return []
    choices = [
        (f"{RUN}{run}", tr("Seed {seed}", seed=seed))
        for run, seed in enumerate(seeds[:MAX_IN_MENU])
        if not (others and run == moment.run)
    ]
    if len(seeds) > MAX_IN_MENU:
        choices.append((ANY_RUN, tr("One of all {n:,} seeds…", n=len(seeds))))
    return choices


def run_of(key: str, services: Services, parent: QWidget) -> int | None:
    """Return the run of a menu key, asking the user for ``ANY_RUN``; None if cancelled."""
    if key != ANY_RUN:
        return int(key.removeprefix(RUN))
    shown = services.shown.moment
    return ask_run(parent, _runs(services), 0 if shown is None else shown.run)


def _runs(services: Services) -> list[tuple[int, str]]:
    """Return every run with its results as text, sorted best first if they are known."""
    shown = services.shown
    saved = shown.saved
    runs = list(enumerate(shown.seeds))
    if shown.is_live or saved is None or not saved.results:
        return [(run, tr("Seed {seed}", seed=seed)) for run, seed in runs]
    order = saved.runs_by_rank
    return [
        (
            run,
            tr(
                "Seed {seed} · {figures}",
                seed=shown.seeds[run],
                figures=reached_words(reached_at(saved, shown.moment_of(run)), saved.dataset),
            ),
        )
        for run in order
    ]
