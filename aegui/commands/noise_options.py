"""Options of the commands about noise: ``limit``, ``denoise``, ``noise-matrix``, ``noise-curves``.

What they do is imported when they are called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.commands.model_options import add_run_file
from aegui.core.i18n import tr

if TYPE_CHECKING:
    import argparse

    from aegui.commands.model_options import Commands, Parser

# Those of aegui.core.study.noise_matrix, which imports numpy.
FIGURES = ("wrong", "at_most_1", "exact")
RECIPE = "letters-noise-matrix"
"""What a matrix is made of where nothing else is said."""
_LEVELS = "0,0.05,0.1,0.2,0.3,0.5"


def add_limit(commands: Commands, general: Parser) -> None:
    """``aegui limit``."""
    parser = commands.add_parser(
        "limit",
        parents=[general],
        help=tr("how well noisy characters can be repaired at all"),
        description=tr(
            "The fewest wrong pixels that any answer to noisy characters can have on average "
            "(Bayes): exact where all the noise can do can be gone through, else drawn, with its "
            "standard error."
        ),
    )
    _add_data(parser, repeated=True)
    parser.add_argument("--chars", metavar=tr("STR"), help=tr("only these characters of the data"))
    _add_noise(parser, required=True)
    parser.add_argument(
        "--draws",
        type=int,
        default=16_000,
        metavar="N",
        help=tr("noisy characters to draw, as many of each (default: %(default)s)"),
    )
    _add_seed(parser)
    parser.add_argument(
        "--pairs",
        type=int,
        default=0,
        metavar="N",
        help=tr("tell the N pairs of characters that are hardest to tell apart, too"),
    )
    parser.add_argument(
        "--prior",
        default="uniform",
        metavar=tr("FILE"),
        help=tr(
            "how often each character occurs: a .csv or .json of characters with their weights, or "
            "a text whose characters are counted (default: %(default)s)"
        ),
    )
    _add_yes(parser)
    parser.add_argument("--markdown", action="store_true", help=tr("print a table in Markdown"))
    _add_json(parser)
    parser.set_defaults(command=_limit)


def add_denoise(commands: Commands, general: Parser) -> None:
    """``aegui denoise``."""
    parser = commands.add_parser(
        "denoise",
        parents=[general],
        help=tr("repair images with a saved run"),
        description=tr("Let a network repair images, once or again and again."),
    )
    _add_repair(parser)
    parser.add_argument(
        "--noise",
        default="none",
        metavar=tr("KIND:LEVEL"),
        help=tr("spoil the images first, such as flip:0.15"),
    )
    _add_seed(parser)
    parser.set_defaults(command=_denoise)


def add_complete(commands: Commands, general: Parser) -> None:
    """``aegui complete``."""
    parser = commands.add_parser(
        "complete",
        parents=[general],
        help=tr("let a saved run draw what is missing of images"),
        description=tr(
            "Erase a rectangle of images and let a network draw it; all other pixels stay as they "
            "are. Best with a network that was trained with the noise block."
        ),
    )
    _add_repair(parser)
    parser.add_argument(
        "--erase",
        required=True,
        metavar="X,Y,W,H",
        help=tr("the rectangle: first column and row, from 0, width and height"),
    )
    parser.add_argument(
        "--figure",
        metavar=tr("figure.pdf"),
        help=tr("original, erased and completed below one another, as .png, .svg or .pdf"),
    )
    parser.set_defaults(command=_complete)


def add_noise_matrix(commands: Commands, general: Parser) -> None:
    """``aegui noise-matrix``."""
    parser = commands.add_parser(
        "noise-matrix",
        parents=[general],
        help=tr("networks trained with each of several noises, tried with each"),
        description=tr(
            "Train networks with several noises, all together, and try each with each: wrong "
            "pixels per character beside the Bayes limit."
        ),
    )
    parser.add_argument(
        "recipe",
        nargs="?",
        default=RECIPE,
        metavar=tr("RECIPE"),
        help=tr("a recipe, a shipped one's name, or a saved run (default: %(default)s)"),
    )
    _add_data(parser, repeated=False)
    _add_kind(parser, _LEVELS)
    for option, words in (
        ("--train", tr("a noise to train with instead; may be repeated")),
        ("--test", tr("a noise to try with instead; may be repeated")),
    ):
        parser.add_argument(
            option, action="append", default=[], metavar=tr("KIND:LEVEL"), help=words
        )
    parser.add_argument(
        "--seeds",
        type=int,
        default=5,
        metavar="K",
        help=tr("networks of each noise (default: %(default)s)"),
    )
    parser.add_argument("--epochs", type=int, metavar="N", help=tr("epochs to train"))
    parser.add_argument(
        "--copies", type=int, metavar="N", help=tr("noisy copies of each sample in an epoch")
    )
    parser.add_argument(
        "--samples",
        type=int,
        default=2_000,
        metavar="N",
        help=tr("of a larger set so many, drawn at random (default: %(default)s)"),
    )
    _add_draws(parser)
    _add_seed(parser)
    _add_yes(parser)
    parser.add_argument(
        "--figure",
        choices=FIGURES,
        default=FIGURES[0],
        help=tr("what to tell: wrong pixels, or shares of the answers"),
    )
    _add_outs(parser, tr("matrix.csv"))
    parser.add_argument(
        "--characters",
        metavar=tr("F.csv"),
        help=tr("write the wrong pixels of every character there"),
    )
    _add_json(parser)
    parser.set_defaults(command=_matrix)


def add_noise_curves(commands: Commands, general: Parser) -> None:
    """``aegui noise-curves``."""
    parser = commands.add_parser(
        "noise-curves",
        parents=[general],
        help=tr("wrong pixels of saved runs against the level of a noise"),
        description=tr(
            "Try saved runs at every level of a noise, beside the Bayes limit, copying the input "
            "and principal components. Of a file with several runs the mean and deviation count."
        ),
    )
    parser.add_argument("files", nargs="+", metavar=tr("F.aegui"), help=tr("saved runs"))
    _add_data(parser, repeated=False)
    _add_kind(parser, "0,0.05,0.1,0.15,0.2,0.25,0.3,0.35,0.4,0.45,0.5")
    _add_draws(parser)
    _add_seed(parser)
    parser.add_argument(
        "--pca",
        default="2",
        metavar="K,K",
        help=tr("numbers of principal components (default: %(default)s)"),
    )
    parser.add_argument("--no-copy", action="store_true", help=tr("no line for copying the input"))
    _add_outs(parser, tr("curves.csv"))
    _add_json(parser)
    parser.set_defaults(command=_curves)


def _add_repair(parser: Parser) -> None:
    """What is repaired, where it goes, and how often the answer goes in again."""
    add_run_file(parser)
    parser.add_argument(
        "--in",
        dest="inputs",
        action="append",
        required=True,
        metavar=tr("FILE|NAME"),
        help=tr("an image, a sheet or a set; may be repeated"),
    )
    parser.add_argument(
        "-o",
        "--out",
        required=True,
        metavar=tr("y.png"),
        help=tr(".png in grey levels, or .txt, .json, .h"),
    )
    parser.add_argument(
        "--times",
        type=int,
        default=1,
        metavar="N",
        help=tr("how often the answer goes in again (default: %(default)s)"),
    )
    parser.add_argument(
        "--threshold", action="store_true", help=tr("answers of black and white pixels")
    )
    parser.add_argument(
        "--scale", type=int, metavar="N", help=tr("size of a pixel in the file (default: it fits)")
    )


def _add_data(parser: Parser, *, repeated: bool) -> None:
    if repeated:
        parser.add_argument(
            "--data",
            action="append",
            required=True,
            metavar=tr("FILE|NAME"),
            help=tr("the characters; may be repeated"),
        )
        return
    parser.add_argument("--data", metavar=tr("FILE|NAME"), help=tr("data other than the run's own"))


def _add_noise(parser: Parser, *, required: bool) -> None:
    parser.add_argument(
        "--noise",
        action="append",
        required=required,
        metavar=tr("KIND:LEVEL"),
        help=tr("such as salt_pepper:0.2, flip:0.1, gaussian:0.3, masking:0.5; may be repeated"),
    )


def _add_kind(parser: Parser, levels: str) -> None:
    parser.add_argument(
        "--kind", default="flip", metavar=tr("KIND"), help=tr("the noise (default: %(default)s)")
    )
    parser.add_argument(
        "--levels", default=levels, metavar="P,P", help=tr("its levels (default: %(default)s)")
    )


def _add_draws(parser: Parser) -> None:
    parser.add_argument(
        "--draws",
        type=int,
        default=4_000,
        metavar="N",
        help=tr("noisy characters for each network and noise (default: %(default)s)"),
    )


def _add_seed(parser: Parser) -> None:
    parser.add_argument("--seed", type=int, default=0, metavar="S", help=tr("seed of the noise"))


def _add_outs(parser: Parser, metavar: str) -> None:
    parser.add_argument(
        "-o",
        "--out",
        action="append",
        default=[],
        metavar=metavar,
        help=tr("write it there, as .csv, .png, .svg or .pdf; may be repeated"),
    )


def _add_yes(parser: Parser) -> None:
    parser.add_argument(
        "--yes",
        action="store_true",
        help=tr("do what takes more than an hour, or half of the free memory"),
    )


def _add_json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help=tr("print one JSON object"))


def _limit(options: argparse.Namespace) -> int:
    from aegui.commands.noise import limit_command

    return limit_command(options)


def _denoise(options: argparse.Namespace) -> int:
    from aegui.commands.noise import denoise_command

    return denoise_command(options)


def _complete(options: argparse.Namespace) -> int:
    from aegui.commands.complete import complete_command

    return complete_command(options)


def _matrix(options: argparse.Namespace) -> int:
    from aegui.commands.noise_studies import matrix_command

    return matrix_command(options)


def _curves(options: argparse.Namespace) -> int:
    from aegui.commands.noise_studies import curves_command

    return curves_command(options)
