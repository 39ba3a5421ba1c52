"""Options of the commands that look into models: ``project``, ``sample``, ``judge``.

What they do is imported when they are called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import tr

if TYPE_CHECKING:
    import argparse
    from typing import Any, TypeAlias

    # argparse has no public name for what add_subparsers() gives.
    Commands: TypeAlias = "argparse._SubParsersAction[Any]"
    Parser: TypeAlias = argparse.ArgumentParser


def add_run_file(parser: Parser) -> None:
    """A saved run, and which of its runs."""
    parser.add_argument("file", metavar=tr("F.aegui"), help=tr("a saved run"))
    add_run(parser)


def add_count(parser: Parser, usual: int) -> None:
    """How many images; ``usual`` is the default."""
    words = tr("images (default: %(default)s)")
    parser.add_argument("-n", "--count", type=int, default=usual, metavar="N", help=words)


def add_run(parser: Parser) -> None:
    """Which run of a file is meant."""
    parser.add_argument(
        "--run",
        type=int,
        metavar="I",
        help=tr("number of the run in the file, from 0 (default: the best)"),
    )


def add_project(commands: Commands, general: Parser) -> None:
    """``aegui project``."""
    parser = commands.add_parser(
        "project",
        parents=[general],
        help=tr("maps by PCA, t-SNE and the network, and how good each is"),
        description=tr(
            "Make maps of samples by PCA, t-SNE, UMAP and the network, and report trustworthiness, "
            "kNN accuracy and reconstruction error of each."
        ),
    )
    parser.add_argument(
        "file", metavar=tr("FILE"), help=tr("a saved run, or data: a file or a built-in name")
    )
    add_run(parser)
    parser.add_argument("--data", metavar=tr("FILE|NAME"), help=tr("data other than the run's own"))
    parser.add_argument(
        "--method",
        metavar=tr("KEYS"),
        help=tr("code, pca, tsne, umap, pca-code, tsne-code, umap-code; several with commas"),
    )
    parser.add_argument(
        "--yes",
        action="store_true",
        help=tr("do what takes more than an hour, or half of the free memory"),
    )
    parser.add_argument(
        "--samples",
        type=int,
        default=5_000,
        metavar="N",
        help=tr("of larger sets take so many at random (default: %(default)s)"),
    )
    parser.add_argument(
        "--perplexity",
        type=float,
        default=30.0,
        metavar="P",
        help=tr("neighbours that t-SNE holds on to (default: %(default)s)"),
    )
    parser.add_argument(
        "--iterations",
        type=int,
        default=500,
        metavar="N",
        help=tr("steps of t-SNE after the early ones (default: %(default)s)"),
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help=tr("seed of what is drawn at random")
    )
    parser.add_argument(
        "-o", "--out", metavar=tr("maps.csv"), help=tr("write the maps: .csv, .json or .png")
    )
    parser.add_argument("--json", action="store_true", help=tr("print one JSON object"))
    parser.set_defaults(command=_project)


def add_summary(commands: Commands, general: Parser) -> None:
    """``aegui summary``."""
    parser = commands.add_parser(
        "summary",
        parents=[general],
        help=tr("the layers of a network, their shapes and parameters"),
        description=tr(
            "Print a table of the layers of a recipe or a saved run: kind, settings, output shape, "
            "parameters, and the totals."
        ),
    )
    parser.add_argument(
        "recipe", metavar=tr("RECIPE"), help=tr("a recipe, a shipped one's name, or a saved run")
    )
    parser.add_argument("--data", metavar=tr("FILE|NAME"), help=tr("data other than the run's own"))
    parser.add_argument("--markdown", action="store_true", help=tr("print a table in Markdown"))
    parser.add_argument(
        "-o",
        "--out",
        metavar=tr("layers.csv"),
        help=tr("write it there: .csv, .md, or as plain text"),
    )
    parser.add_argument("--json", action="store_true", help=tr("print one JSON object"))
    parser.set_defaults(command=_summary)


def add_sample(commands: Commands, general: Parser) -> None:
    """``aegui sample``."""
    parser = commands.add_parser(
        "sample",
        parents=[general],
        help=tr("new images of a GAN or a variational autoencoder"),
        description=tr("Decode codes drawn from a normal distribution into new images."),
    )
    add_run_file(parser)
    add_count(parser, 64)
    parser.add_argument("--seed", type=int, default=0, metavar="S", help=tr("seed of the codes"))
    parser.add_argument(
        "--quantiles",
        metavar="I,J",
        help=tr(
            "not at random: a square of images at the normal quantiles of numbers I and J of the "
            "code, such as 1,2"
        ),
    )
    parser.add_argument(
        "-o",
        "--out",
        required=True,
        metavar=tr("grid.png"),
        help=tr("a .png sheet, a set of another form, or a folder that gets one PNG for each"),
    )
    parser.add_argument(
        "--scale", type=int, metavar="N", help=tr("size of a pixel in the sheet (default: it fits)")
    )
    parser.set_defaults(command=_sample)


def add_judge(commands: Commands, general: Parser) -> None:
    """``aegui judge``."""
    parser = commands.add_parser(
        "judge",
        parents=[general],
        help=tr("new images of a model, judged by a classifier"),
        description=tr(
            "Show new images of a GAN or a variational autoencoder to a classifier that was "
            "trained on real ones: of how many it is sure, and which classes it sees, beside "
            "what it makes of real images and of chance, how much images of a class differ, and "
            "how far they are from those that were learnt."
        ),
    )
    parser.add_argument("file", metavar=tr("GAN.aegui"), help=tr("the model that makes images"))
    parser.add_argument(
        "classifier", metavar=tr("CLASSIFIER.aegui"), help=tr("the classifier that judges them")
    )
    parser.add_argument(
        "-n",
        "--count",
        type=int,
        default=1000,
        metavar="N",
        help=tr("images (default: %(default)s)"),
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help=tr("seed of the codes"))
    parser.add_argument(
        "--seeds",
        type=int,
        default=1,
        metavar="K",
        help=tr("draw as many images with each of K seeds, and tell their spread"),
    )
    parser.add_argument("--run", type=int, metavar="N", help=tr("the run (default: the best one)"))
    parser.add_argument(
        "--real",
        metavar=tr("FILE|NAME"),
        help=tr("real images to compare with (default: held out, or the set's test part)"),
    )
    parser.add_argument("--json", action="store_true", help=tr("print one JSON object"))
    parser.set_defaults(command=_judge)


def _project(options: argparse.Namespace) -> int:
    from aegui.commands.project import project_command

    return project_command(options)


def _sample(options: argparse.Namespace) -> int:
    from aegui.commands.samples import sample_command

    return sample_command(options)


def _judge(options: argparse.Namespace) -> int:
    from aegui.commands.judge import judge_command

    return judge_command(options)


def add_history(commands: Commands, general: Parser) -> None:
    """``aegui history``."""
    parser = commands.add_parser(
        "history",
        parents=[general],
        help=tr("how a saved run came to be"),
        description=tr(
            "Print every training that has led to a run: its epochs, the settings that it began "
            "with, and what was changed while it ran."
        ),
    )
    parser.add_argument("file", metavar=tr("F.aegui"), help=tr("a saved run"))
    parser.add_argument("--json", action="store_true", help=tr("print one JSON object"))
    parser.set_defaults(command=_history)


def _history(options: argparse.Namespace) -> int:
    from aegui.commands.history import history_command

    return history_command(options)


def _summary(options: argparse.Namespace) -> int:
    from aegui.commands.summary import summary_command

    return summary_command(options)
