"""Writing figure files: the maker of each kind, Qt without a display, and formats by suffix.

Making a figure needs Qt: the makers, rows of ``MAKERS``, are imported when a figure is requested,
so that other commands work without Qt.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aegui.core.atomic import check_writable, write_atomically
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.kit.charts.paper import Paper

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

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
"""Maker of each figure, as ``module:function``; it returns a ``Figure`` or None."""
_WRITER = "aegui.kit.charts.figure:figure_bytes"
CSV = ".csv"
PICTURES = (".png", ".svg", ".pdf")


@contextmanager
def painting() -> Iterator[None]:
    """Keep the Qt application that text rendering needs, without a window or display.

    Raises:
        AeguiError: Qt cannot be loaded.
    """
    kind = _of_qt("PySide6.QtGui:QGuiApplication")
    # Other platforms always have a display, and their native font lookup is the best.
    platform = ["-platform", "offscreen"] if sys.platform == "linux" else []
    application = kind.instance() or kind([sys.argv[0], *platform])
    try:
        yield
    finally:
        # Qt ends with the last reference.
        del application


def make_figure(key: str, *results: object, **settings: object) -> Figure | None:
    """Return the figure that the row ``key`` of ``MAKERS`` makes of ``results``, or None if empty.

    Raises:
        AeguiError: Qt cannot be loaded.
    """
    maker: Callable[..., Figure | None] = _of_qt(MAKERS[key])
    return maker(*results, **settings)


def _of_qt(place: str) -> Any:
    """Import the object at ``place``, ``module:name``, which needs Qt.

    Raises:
        AeguiError: Qt cannot be loaded.
    """
    try:
        import_module("PySide6.QtGui")
    except ImportError as error:
        text = tr("Figures are drawn by Qt, which cannot be loaded: {reason}", reason=error)
        raise AeguiError(text) from error
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def write_figures(paths: Sequence[str], figure: Figure | None, paper: Paper | None = None) -> None:
    """Write ``figure``, unless it is None, to all ``paths``, on ``paper`` or on the default one.

    Raises:
        AeguiError: Qt cannot be loaded, or a file cannot be written.
    """
    if figure is None:
        return
    figure_bytes = _of_qt(_WRITER)
    with painting():
        for path in paths:
            suffix = Path(path).suffix.lower()
            if suffix == CSV:
                content = figure.csv.encode("utf-8")
            else:
                content = figure_bytes(figure, paper, suffix.removeprefix("."))
            write_atomically(path, content)


def paper_of(options: argparse.Namespace) -> Paper:
    """Return the paper that ``--size``, ``--theme`` and ``--dpi`` describe.

    Raises:
        AeguiError: It is too small or too large.
    """
    width, height = options.size
    return Paper(width, height, options.theme, options.dpi).checked()


def check_figure_path(path: str, *, csv: bool) -> None:
    """Check, before any work, that a figure can be written to ``path``.

    Raises:
        AeguiError: The suffix is unknown or the file is not writable.
    """
    check_writable(path, (*PICTURES, CSV) if csv else PICTURES)
