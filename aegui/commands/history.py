"""``aegui history``: the trainings that led to a saved run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aegui.commands.words import say, say_json

if TYPE_CHECKING:
    import argparse

    from aegui.core.run_file.saved import SavedRun
    from aegui.core.training.record.stages import Stage


def history_command(options: argparse.Namespace) -> int:
    """Print every training that led to a run, and what was changed during each."""
    from aegui.commands.opened import refuse_no_run
    from aegui.core.run_file.saved import load_run

    refuse_no_run(options.file)
    saved = load_run(options.file)
    if options.json:
        say_json({"file": options.file, "epochs": _epochs(saved), "stages": stages_json(saved)})
    else:
        _say(saved)
    return 0


def stages_json(saved: SavedRun) -> list[dict[str, Any]]:
    """Return the stages of a run as ``--json`` prints them, each with its whole recipe."""
    from aegui.core.run_file.stages import stage_json

    return [stage_json(stage) for stage in saved.stages]


def _epochs(saved: SavedRun) -> int:
    return max((run.epochs for run in saved.results), default=0)


def _say(saved: SavedRun) -> None:
    from aegui.core.training.record.stage_words import (
        change_words,
        settings_words,
        stage_words,
        unrecorded_words,
    )

    missing = unrecorded_words(saved)
    if missing:
        say(missing)
    before: Stage | None = None
    for number, stage in enumerate(saved.stages, start=1):
        say(f"{number}. {stage_words(stage)}")
        for line in (*settings_words(saved, before, stage), *map(change_words, stage.changes)):
            say(f"   {line}")
        before = stage
