"""Files of figures: what makes each, Qt without a display, and the form that a suffix says.

What makes a figure needs Qt: it is a row of ``MAKERS``, imported when a figure is asked for, so
that commands work without Qt until then.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aegui.core.atomic import check_writable, write_atomically
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.kit.charts.paper import Paper

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from aegui.kit.charts.figure import Figure
MAKERS = {
    "maps": "aegui.widgets.figures.makers:maps_figure",
    "noise curves": "aegui.widgets.figures.makers:noise_curves_figure",
    "noise matrix": "aegui.widgets.figures.makers:noise_matrix_figure",
    "race": "aegui.widgets.figures.races:race_figure",
    "reconstructions": "aegui.widgets.figures.makers:reconstructions_figure",
    "run": "aegui.commands.figure_kinds:run_figure",
    "study": "aegui.widgets.figures.studies:study_figure",
    "trails": "aegui.widgets.figures.races:trails_figure",
}
"""What makes each figure of a command: module and function, which gives a ``Figure`` or None."""
_WRITER = "aegui.kit.charts.figure:figure_bytes"
CSV = ".csv"
PICTURES = (".png", ".svg", ".pdf")


def start_painting() -> object:
    """Have letters: Qt needs an application for them, though no window and no display.

    Returns:
        What must be kept as long as there is something to paint.

    Raises:
        AeguiError: There is no Qt here.
    """
    application = _of_qt("PySide6.QtGui:QGuiApplication")
    # Elsewhere there always is a display, and Qt's own way to find letters is the best.
    platform = ["-platform", "offscreen"] if sys.platform == "linux" else []
    found: object = application.instance() or application([sys.argv[0], *platform])
    return found


def made_figure(key: str, *results: object, **how: object) -> Figure | None:
    """The figure that the row ``key`` of ``MAKERS`` makes of ``results``; None: there is nothing.

    Raises:
        AeguiError: There is no Qt here.
    """
    maker: Callable[..., Figure | None] = _of_qt(MAKERS[key])
    return maker(*results, **how)


def _of_qt(place: str) -> Any:
    """What is at ``place``, module and name, and needs Qt.

    Raises:
        AeguiError: There is no Qt here.
    """
    try:
        import_module("PySide6.QtGui")
    except ImportError as error:
        text = tr("Figures are drawn by Qt, which cannot be loaded: {reason}", reason=error)
        raise AeguiError(text) from error
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def write_figures(paths: Sequence[str], figure: Figure | None, paper: Paper | None = None) -> None:
    """Write ``figure``, if there is one, to all ``paths``, on ``paper`` or on the usual one.

    Raises:
        AeguiError: There is no Qt here, or a file cannot be written.
    """
    if figure is None:
        return
    application, figure_bytes = start_painting(), _of_qt(_WRITER)
    for path in paths:
        suffix = Path(path).suffix.lower()
        if suffix == CSV:
            content = figure.csv.encode("utf-8")
        else:
            content = figure_bytes(figure, paper, suffix.removeprefix("."))
        write_atomically(path, content)
    del application


def paper_of(options: argparse.Namespace) -> Paper:
    """What ``--size``, ``--theme`` and ``--dpi`` say.

    Raises:
        AeguiError: It is too small or too large.
    """
    width, height = options.size
    return Paper(width, height, options.theme, options.dpi).checked()


def check_figure_path(path: str, *, csv: bool) -> None:
    """Refuse before any work what no figure can be written to.

    Raises:
        AeguiError: So it is.
    """
    check_suffix(path, (*PICTURES, CSV) if csv else PICTURES)
    check_writable(path)


def check_suffix(path: str, known: Sequence[str]) -> None:
    """Refuse a file that ends in none of ``known``.

    Raises:
        AeguiError: So it does.
    """
    if Path(path).suffix.lower() not in known:
        raise AeguiError(
            tr(
                "{file}: the suffix must be one of {known}.",
                file=Path(path).name,
                known=", ".join(known),
            )
        )
