"""A non-modal dialog with the training history of the current run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import tr
from aegui.core.training.record.stage_words import (
    change_words,
    settings_words,
    stage_words,
    unrecorded_words,
)
from aegui.shell.dialogs.questions import listing, show_text

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog, QWidget

    from aegui.core.run_file.saved import SavedRun


def show_history(parent: QWidget, run: SavedRun | None) -> QDialog:
    """Open a dialog with the trainings that led to ``run``; return it."""
    return show_text(parent, "history", tr("History of this training"), history_text(run))


def history_text(run: SavedRun | None) -> str:
    """Return every training that has led to ``run``, as Markdown."""
    if run is None:
        return tr("Nothing has been trained yet.")
    earlier = (None, *run.stages)
    blocks = [
        (
            f"{number}. {stage_words(stage)}",
            (*settings_words(run, before, stage), *map(change_words, stage.changes)),
        )
        for number, (before, stage) in enumerate(zip(earlier, run.stages, strict=False), start=1)
    ]
    return "\n\n".join(filter(None, (unrecorded_words(run), listing(blocks))))
