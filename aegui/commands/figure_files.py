"""Files of figures: Qt without a display, and the form that a suffix says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.atomic import check_writable, write_atomically
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from aegui.kit.charts.figure import Figure, Paper

CSV = ".csv"
PICTURES = (".png", ".svg", ".pdf")


def start_painting() -> object:
    """Have letters: Qt needs an application for them, though no window and no display.

    Returns:
        What must be kept as long as there is something to paint.

    Raises:
        AeguiError: There is no Qt here.
    """
    try:
        from PySide6.QtGui import QGuiApplication
    except ImportError as error:
        text = tr("Figures are drawn by Qt, which cannot be loaded: {reason}", reason=error)
        raise AeguiError(text) from error
    # Elsewhere there always is a display, and Qt's own way to find letters is the best.
    platform = ["-platform", "offscreen"] if sys.platform == "linux" else []
    return QGuiApplication.instance() or QGuiApplication([sys.argv[0], *platform])


def write_figures(paths: Sequence[str], figure: Figure, paper: Paper | None = None) -> None:
    """Write ``figure`` to every one of ``paths``, on ``paper`` or on the usual one.

    Raises:
        AeguiError: There is no Qt here, or a file cannot be written.
    """
    from aegui.kit.charts.figure import Paper, figure_bytes

    application = start_painting()
    for path in paths:
        suffix = Path(path).suffix.lower()
        if suffix == CSV:
            content = figure.csv.encode("utf-8")
        else:
            content = figure_bytes(figure, paper or Paper(), suffix.removeprefix("."))
        write_atomically(path, content)
    del application


def paper_of(options: argparse.Namespace) -> Paper:
    """What ``--size``, ``--theme`` and ``--dpi`` say.

    Raises:
        AeguiError: It is too small or too large.
    """
    from aegui.kit.charts.figure import Paper

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
