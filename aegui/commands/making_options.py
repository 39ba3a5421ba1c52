"""Options of what makes things: ``path``, ``finds``, ``concept``, ``traverse``, ``map``.

What they do is imported when they are called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.commands.model_options import add_count, add_run_file
from aegui.core.i18n import tr

if TYPE_CHECKING:
    import argparse

    from aegui.commands.model_options import Commands, Parser

# Those of aegui.core.latent, which imports numpy.
PATH_KINDS = ("straight", "spherical", "geodesic")
FIND_SOURCES = ("best", "posterior", "prior")
LAYERS = (
    "images", "uncertainty", "novelty", "stretch", "regions", "wrong", "density", "holes",
)  # fmt: skip


def add_path(commands: Commands, general: Parser) -> None:
    """``aegui path``."""
    parser = commands.add_parser(
        "path",
        parents=[general],
        help=tr("a film of the path from one image to another"),
        description=tr(
            "Go from one place of the latent space to another and write what the network draws on "
            "it. A place is a sample, by its label or name, or a code such as 0.3,-1.2."
        ),
    )
    add_run_file(parser)
    parser.add_argument(
        "--from", dest="start", required=True, metavar="A", help=tr("where it begins")
    )
    parser.add_argument("--to", dest="end", required=True, metavar="B", help=tr("where it ends"))
    parser.add_argument(
        "--via",
        action="append",
        default=[],
        metavar="C",
        help=tr("a place on the path; may be repeated"),
    )
    parser.add_argument(
        "--kind",
        choices=PATH_KINDS,
        default="straight",
        help=tr("a straight line, an arc, or the path along which the image changes least"),
    )
    add_count(parser, 24)
    parser.add_argument(
        "--fps",
        type=float,
        default=12.0,
        metavar="F",
        help=tr("images per second (default: %(default)s)"),
    )
    _add_out(parser, tr("film.gif"), tr("a film .gif or .mp4, or a strip .png"))
    _add_scale(parser)
    parser.set_defaults(command=_path)


def add_finds(commands: Commands, general: Parser) -> None:
    """``aegui finds``."""
    parser = commands.add_parser(
        "finds",
        parents=[general],
        help=tr("the best new images that a network can draw"),
        description=tr(
            "Look for images that are new, sharp and unlike one another, and tell how new each is."
        ),
    )
    add_run_file(parser)
    add_count(parser, 10)
    parser.add_argument(
        "--source",
        choices=FIND_SOURCES,
        default="best",
        help=tr("the best of many, or drawn where codes of samples lie, or from the prior"),
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help=tr("seed of the search"))
    _add_out(
        parser,
        tr("sheet.png"),
        tr("a .png sheet, a set of another form, or a folder that gets one PNG for each"),
    )
    _add_scale(parser)
    parser.set_defaults(command=_finds)


def add_concept(commands: Commands, general: Parser) -> None:
    """``aegui concept``."""
    parser = commands.add_parser(
        "concept",
        parents=[general],
        help=tr("what sets some samples apart, applied to others"),
        description=tr(
            "Take the step from the mean code of some samples to that of others, and write what it "
            "does to a sample: from the step back to the step ahead, a row for each."
        ),
    )
    add_run_file(parser)
    parser.add_argument(
        "--plus",
        required=True,
        metavar=tr("LABELS"),
        help=tr("samples that have it: labels or names with commas between them"),
    )
    parser.add_argument(
        "--minus", metavar=tr("LABELS"), help=tr("samples that do not (default: all others)")
    )
    parser.add_argument(
        "--apply",
        action="append",
        default=[],
        metavar="A",
        help=tr("a sample or a code it is applied to; may be repeated (default: the middle)"),
    )
    _add_steps(parser)
    _add_out(parser, tr("sheet.png"), tr("a .png sheet"))
    _add_scale(parser)
    parser.set_defaults(command=_concept)


def add_traverse(commands: Commands, general: Parser) -> None:
    """``aegui traverse``."""
    parser = commands.add_parser(
        "traverse",
        parents=[general],
        help=tr("what each number of the code does by itself"),
        description=tr("Write a sheet with a row for each number of the code, from low to high."),
    )
    add_run_file(parser)
    parser.add_argument(
        "--at", metavar="A", help=tr("a sample or a code for the other numbers (default: middle)")
    )
    parser.add_argument("--dims", metavar="I,J,K", help=tr("only these numbers, from 1"))
    _add_steps(parser)
    parser.add_argument(
        "--span",
        type=float,
        metavar="S",
        help=tr("how far to either side (default: 3 for a prior, else as far as the codes reach)"),
    )
    _add_out(parser, tr("sheet.png"), tr("a .png sheet"))
    _add_scale(parser)
    parser.set_defaults(command=_traverse)


def add_map(commands: Commands, general: Parser) -> None:
    """``aegui map``."""
    parser = commands.add_parser(
        "map",
        parents=[general],
        help=tr("the latent map, or a layer of it, as a picture"),
        description=tr(
            "Write the map as a sheet of decoded images, or one of its layers: how undecided or "
            "new the images are, how fast they change, where codes lie."
        ),
    )
    add_run_file(parser)
    parser.add_argument(
        "--layer",
        default="images",
        metavar=tr("KEY"),
        help=tr("one of {known} (default: images)", known=", ".join(LAYERS)),
    )
    parser.add_argument(
        "--rect", metavar="X0,Y0,X1,Y1", help=tr("what to show (default: where codes lie)")
    )
    parser.add_argument("--axes", metavar="I,J", help=tr("numbers of the code, such as 1,2"))
    parser.add_argument("--columns", type=int, metavar="N", help=tr("images, or cells, in a row"))
    _add_out(parser, tr("map.png"), tr("a .png picture, or the numbers of a layer as .csv"))
    _add_scale(parser)
    parser.set_defaults(command=_map)


def _add_steps(parser: Parser) -> None:
    parser.add_argument(
        "--steps",
        type=int,
        default=9,
        metavar="N",
        help=tr("images of a row (default: %(default)s)"),
    )


def _add_out(parser: Parser, metavar: str, words: str) -> None:
    parser.add_argument("-o", "--out", required=True, metavar=metavar, help=words)


def _add_scale(parser: Parser) -> None:
    parser.add_argument(
        "--scale", type=int, metavar="N", help=tr("size of a pixel in the file (default: it fits)")
    )


def _path(options: argparse.Namespace) -> int:
    from aegui.commands.making import path_command

    return path_command(options)


def _finds(options: argparse.Namespace) -> int:
    from aegui.commands.making import finds_command

    return finds_command(options)


def _concept(options: argparse.Namespace) -> int:
    from aegui.commands.making import concept_command

    return concept_command(options)


def _traverse(options: argparse.Namespace) -> int:
    from aegui.commands.making import traverse_command

    return traverse_command(options)


def _map(options: argparse.Namespace) -> int:
    from aegui.commands.map import map_command

    return map_command(options)
