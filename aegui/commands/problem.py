"""``aegui report-problem``: collect the details of a problem for a report in one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aegui.commands.words import note, say
from aegui.core.atomic import check_writable
from aegui.core.i18n import tr
from aegui.core.problem_report import PARTS, SUFFIXES, as_text, collected, write_report

if TYPE_CHECKING:
    import argparse


def report_problem_command(options: argparse.Namespace) -> int:
    """Collect the parts requested, and write them to a file or the standard output."""
    if options.out is not None:
        check_writable(options.out, SUFFIXES)
    recipe = None
    if options.recipe is not None:
        from aegui.commands.recipe_sources import recipe_alone

        recipe = recipe_alone(options.recipe)
    texts = collected([part for part in PARTS if part not in (options.without or ())], recipe)
    if options.out is None:
        say(as_text(texts))
        return 0
    write_report(Path(options.out), texts)
    names = ", ".join(texts)
    note(tr("Written to {file}: {names}. Nothing was sent.", file=options.out, names=names))
    return 0
