"""Options of ``aegui figure``; what it does is imported when it is called."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from aegui.commands.model_options import add_run
from aegui.core.i18n import LANGUAGES, tr

if TYPE_CHECKING:
    from aegui.commands.model_options import Commands, Parser

KINDS = ("latent", "curves", "reconstructions", "errors", "noise", "grid", "traversal")
LEVELS = "0,0.05,0.1,0.15,0.2,0.25,0.3,0.35,0.4,0.45,0.5"
THEMES = ("light", "dark")
_MOST_CM = 1_000.0


def add_figure(commands: Commands, general: Parser) -> None:
    """``aegui figure``."""
    parser = commands.add_parser(
        "figure",
        parents=[general],
        help=tr("a figure for a report, as PNG, SVG, PDF, or its numbers as CSV"),
        description=tr(
            "Draw a figure of a saved run for a report: latent (codes with their letters), curves "
            "(of the training), reconstructions (original, noisy, answer), errors (wrong pixels of "
            "each character), noise (wrong pixels against its level), grid (decoded images in rows "
            "and columns) or traversal (each number of the code by itself)."
        ),
    )
    parser.add_argument("file", metavar=tr("F.aegui"), help=tr("a saved run"))
    parser.add_argument("kind", choices=KINDS, metavar=tr("FIGURE"), help=", ".join(KINDS))
    parser.add_argument(
        "-o",
        "--out",
        action="append",
        required=True,
        metavar=tr("figure.pdf"),
        help=tr("where to, as .png, .svg or .pdf; .csv writes the numbers; may be repeated"),
    )
    add_run(parser)
    _add_paper(parser)
    _add_choices(parser)
    parser.set_defaults(command=_figure)


def _add_paper(parser: Parser) -> None:
    parser.add_argument(
        "--size",
        type=size_cm,
        default=(16.0, 10.0),
        metavar=tr("WxHcm"),
        help=tr("width and height in centimetres (default: 16x10cm)"),
    )
    parser.add_argument("--theme", choices=THEMES, default=THEMES[0], help=tr("light or dark"))
    parser.add_argument(
        "--dpi", type=int, default=300, metavar="N", help=tr("dots per inch of a PNG")
    )
    parser.add_argument(
        "--lang", choices=list(LANGUAGES), help=tr("language of the figure, where it is another")
    )
    parser.add_argument("--title", metavar=tr("TEXT"), help=tr("another title; empty: none"))
    parser.add_argument(
        "--no-origin",
        action="store_true",
        help=tr("do not write below it what it was made from"),
    )


def _add_choices(parser: Parser) -> None:
    parser.add_argument("--axes", metavar="I,J", help=tr("numbers of the code, such as 1,2"))
    parser.add_argument(
        "--pictures", action="store_true", help=tr("codes with images of some of the samples")
    )
    parser.add_argument(
        "--samples", type=int, metavar="N", help=tr("at most so many samples (default: it fits)")
    )
    parser.add_argument(
        "--charts", metavar=tr("KEYS"), help=tr("which curves, such as loss,wrong,share")
    )
    parser.add_argument("--log", action="store_true", help=tr("losses on a logarithmic axis"))
    parser.add_argument(
        "--noise",
        metavar=tr("KIND:LEVEL"),
        help=tr("of reconstructions and errors, such as salt_pepper:0.2; of noise only the kind"),
    )
    parser.add_argument(
        "--levels", default=LEVELS, metavar="P,P", help=tr("levels of noise (default: %(default)s)")
    )
    parser.add_argument(
        "--draws",
        type=int,
        default=4_000,
        metavar="N",
        help=tr("noisy characters for each network and noise (default: %(default)s)"),
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help=tr("seed of the noise"))
    parser.add_argument("--columns", type=int, metavar="N", help=tr("images in a row of the grid"))
    parser.add_argument(
        "--quantiles",
        metavar="LOW:HIGH[:N]",
        help=tr(
            "the grid at quantiles of the prior, such as 0.05:0.95:15 (default with a prior: all)"
        ),
    )
    parser.add_argument(
        "--rect", metavar="X0,Y0,X1,Y1", help=tr("the grid in equal steps between these ends")
    )
    parser.add_argument(
        "--at", metavar="A", help=tr("a sample or a code for the other numbers (default: middle)")
    )
    parser.add_argument("--dims", metavar="I,J,K", help=tr("only these numbers, from 1"))
    parser.add_argument(
        "--steps", type=int, default=9, metavar="N", help=tr("images of a row of a traversal")
    )
    parser.add_argument(
        "--span",
        type=float,
        metavar="S",
        help=tr("how far to either side (default: 3 for a prior, else as far as the codes reach)"),
    )


def size_cm(text: str) -> tuple[float, float]:
    """Width and height of ``16x10cm``, ``16x10`` or ``160x100mm``, in centimetres."""
    plain = text.strip().lower()
    factor = 0.1 if plain.endswith("mm") else 1.0
    parts = plain.removesuffix("cm").removesuffix("mm").split("x")
    try:
        width, height = (factor * float(part) for part in parts)
    except ValueError:
        width = height = 0.0
    if not (0.0 < width <= _MOST_CM and 0.0 < height <= _MOST_CM):
        raise argparse.ArgumentTypeError(
            tr("{text} is no size: width and height in centimetres, such as 16x10cm", text=text)
        )
    return width, height


def _figure(options: argparse.Namespace) -> int:
    from aegui.commands.figure import figure_command

    return figure_command(options)
