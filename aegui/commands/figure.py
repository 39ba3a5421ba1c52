"""``aegui figure``: figures of a saved run for a report, as PNG, SVG and PDF, and as CSV.

The window's own painting code draws them, without a display.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.commands.figure_files import (
    check_figure_path,
    make_figure,
    painting,
    write_figures,
)
from aegui.commands.opened import OpenedRun
from aegui.commands.options import FIGURE
from aegui.commands.words import note_unused, say, say_json
from aegui.core.i18n import speaking, tr
from aegui.kit.charts.paper import Paper

if TYPE_CHECKING:
    import argparse

_WITHOUT_CSV = ("reconstructions",)
_OWN_OPTIONS = {
    "latent": {"--axes", "--pictures", "--samples"},
    "curves": {"--charts", "--log"},
    "reconstructions": {"--noise", "--samples", "--seed"},
    "errors": {"--noise", "--samples", "--draws", "--seed"},
    "noise": {"--noise", "--levels", "--draws", "--seed"},
    "confusion": set(),
    "grid": {"--axes", "--at", "--columns", "--rows", "--quantiles", "--rect"},
    "traversal": {"--at", "--dims", "--steps", "--span"},
}
"""The options that only some figures have, by figure."""


def figure_command(options: argparse.Namespace) -> int:
    """Draw one figure, and write it to every file given with ``--out``."""
    for path in options.out:
        check_figure_path(path, csv=options.kind not in _WITHOUT_CSV)
    with painting():
        paper = _paper(options)
        model = OpenedRun.of(options)
        with speaking(options.lang):
            figure = make_figure("run", options.kind, model, options)
            assert figure is not None, "a figure of a run that cannot be made is refused"
            if options.title is not None:
                figure = replace(figure, title=options.title)
            write_figures(options.out, figure, paper)
        _note_unused(options)
        if options.json:
            say_json({**model.about(), "out": options.out, "figure": options.kind})
            return 0
        say(tr("Written to {file}.", file=", ".join(options.out)))
        # Imported here because modules that make figures need Qt.
        from aegui.commands.figure_kinds import weights_words

        say(weights_words(options.kind, model, options))
    return 0


def _note_unused(options: argparse.Namespace) -> None:
    """Say which of the options given have no effect on the figure."""
    others = set().union(*_OWN_OPTIONS.values()) - _OWN_OPTIONS[options.kind]
    note_unused(others, FIGURE, options)


def _paper(options: argparse.Namespace) -> Paper:
    width, height = options.size
    paper = Paper(
        width, height, options.theme, options.dpi, options.title != "", not options.no_origin
    ).checked()
    if any(Path(path).suffix.lower() == ".png" for path in options.out):
        paper.pixels()
    return paper
