"""The command ``aegui``: the window, and the same core without one.

Nothing heavy is imported before it is known what is wanted; ``aegui --help`` needs no numpy.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import gettext
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from aegui import __version__
from aegui.commands.figure_options import add_figure
from aegui.commands.making_options import (
    add_concept,
    add_finds,
    add_map,
    add_path,
    add_traverse,
)
from aegui.commands.model_options import (
    add_history,
    add_judge,
    add_project,
    add_run_file,
    add_sample,
    add_summary,
)
from aegui.commands.noise_options import (
    add_complete,
    add_denoise,
    add_limit,
    add_noise_curves,
    add_noise_matrix,
)
from aegui.core.errors import AeguiError, Cancelled, elided
from aegui.core.i18n import LANGUAGES, language, mark, set_language, tr
from aegui.core.system_reason import system_reason
from aegui.core.training.pace import CHECKPOINT_SECONDS
from aegui.display import display_trouble
from aegui.paths import APP_NAME, resources_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from _typeshed import SupportsWrite

    # argparse has no public name for what add_subparsers() gives.
    _Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"

EXIT_REFUSED = 2
EXIT_INTERRUPTED = 130
EXIT_PIPE_CLOSED = 141

# Those of the recipe's schema, which is too slow to import for a line of help.
_DEVICES = ("auto", "cpu", "cuda")
_MOST_MEGABYTES = 65_536
_MOST_SECONDS = 1e9
_FITS = ("fit", "fill", "stretch")
# Options that are followed by points, or by labels: either may begin with a minus.
_POINTS = ("--at", "--from", "--to", "--via", "--apply", "--plus", "--minus", "--rect")
# Keys of the sets that can be downloaded, in aegui.core.data.published, which imports numpy.
_DOWNLOADS = ("mnist", "fashion")

ARGPARSE_TEXTS = (
    mark("usage: "),
    mark("positional arguments"),
    mark("options"),
    mark("show this help message and exit"),
    mark("the following arguments are required: %s"),
    mark("argument %(argument_name)s: %(message)s"),
    mark("invalid choice: %(value)r (choose from %(choices)s)"),
    mark("invalid %(type)s value: %(value)r"),
    mark("expected one argument"),
    mark("unrecognized arguments: %s"),
)
"""Sentences of argparse that a person can meet, for the translators."""


class _Refused(AeguiError):
    """The command line itself is wrong."""


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        """Refuse with ``message``."""
        raise _Refused(message)

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        # argparse says nothing of what could not be written.
        (file or sys.stderr).write(message)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says.

    Args:
        argv: The arguments without the program's name; None takes those of the process.

    Returns:
        The exit code: 0, 1 where a training blew up, 2 for a refusal, 130 after Ctrl-C.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    _open_streams()
    set_language(_language(arguments))
    _translate_argparse()
    try:
        status = _dispatch(arguments)
        # What is still on its way may yet be refused: better here than at exit.
        sys.stdout.flush()
        return status
    except AeguiError as error:
        _complain(str(error))
        return EXIT_INTERRUPTED if isinstance(error, Cancelled) else EXIT_REFUSED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _write_to_nowhere()  # whoever read the output has gone
        return EXIT_PIPE_CLOSED
    except OSError as error:
        reason = system_reason(error)
        if error.filename is not None:
            file = elided(str(error.filename))
            _complain(tr("{file}: {reason}", file=file, reason=reason))
            return EXIT_REFUSED
        _write_to_nowhere()
        _complain(tr("the output could not be written: {reason}.", reason=reason))
        return EXIT_REFUSED


def _complain(text: str) -> None:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"aegui: {' '.join(text.split())}\n")
        sys.stderr.flush()


def _write_to_nowhere() -> None:
    """Keep Python from complaining at exit about output that nobody takes."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
            continue
        with contextlib.suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _open_streams() -> None:
    """See to it that whatever has to be said can be written.

    A stream is missing where it was closed (``>&-``) or there is no terminal (a windowed program);
    and a file's name need not be text, nor the terminal know every letter.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = open(os.devnull, "w", encoding="utf-8", errors="replace")  # noqa: SIM115
            setattr(sys, name, nowhere)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _dispatch(arguments: list[str]) -> int:
    parser, commands = _parsers()
    window_only = _without_language(arguments)
    if not window_only or not window_only[0].startswith("-"):
        _check_language(arguments)
    if not window_only:
        return _open_window(None, _asked_language(arguments))
    first = window_only[0]
    if not first.startswith("-") and first not in commands:
        path = _existing(first, commands)
        if len(window_only) > 1:
            raise _Refused(tr("One file can be opened at a time."))
        return _open_window(path, _asked_language(arguments))
    try:
        options = parser.parse_args(_joined_points(arguments))
    except SystemExit as done:  # --help and --version
        return int(done.code or 0)
    command: Callable[[argparse.Namespace], int] = options.command
    return command(options)


def _check_language(arguments: list[str]) -> None:
    """Refuse a language that there is not, as argparse does where it sees one."""
    asked = _asked_language(arguments)
    if asked is not None and asked not in LANGUAGES:
        choices = ", ".join(LANGUAGES)
        raise _Refused(
            tr(
                "argument --language: there is no language {code}; choose one of {choices}.",
                code=repr(asked[:40]),
                choices=choices,
            )
        )


def _open_window(path: Path | None, spoken: str | None) -> int:
    trouble = display_trouble()
    if trouble is not None:
        raise _Refused(trouble)
    # Numpy's matrix library would take a thread per core, all of them spinning, for a picture of
    # a training network: 50 ms instead of 1. It reads this when it is first imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from aegui.app import run_window

    return run_window(path, spoken)


def _existing(name: str, commands: Sequence[str]) -> Path:
    path = Path(name)
    if path.is_file():
        return path
    near = difflib.get_close_matches(name, commands, n=1)
    if near:
        raise _Refused(
            tr("{name} is no command and no file; did you mean {near}?", name=name, near=near[0])
        )
    raise _Refused(
        tr(
            "{name} is no command and no file; the commands are {commands}.",
            name=name,
            commands=", ".join(commands),
        )
    )


def _asked_language(arguments: list[str]) -> str | None:
    """What stands behind ``--language``; empty where nothing does."""
    for index, argument in enumerate(arguments):
        if argument.startswith("--language="):
            return argument.partition("=")[2]
        if argument == "--language":
            return "".join(arguments[index + 1 : index + 2])
    return None


def _language(arguments: list[str]) -> str:
    """The language that is asked for, on the command line or by the system."""
    asked = _asked_language(arguments)
    if asked in LANGUAGES:
        return asked
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name].split(".")[0]
    return "en"


def _translate_argparse() -> None:
    """Let argparse find its own sentences, which it looks up with gettext, in our catalogues."""
    gettext.bindtextdomain(APP_NAME, resources_dir() / "translations")
    gettext.textdomain(APP_NAME)
    os.environ["LANGUAGE"] = language()


def _without_language(arguments: list[str]) -> list[str]:
    rest = list(arguments)
    while "--language" in rest:
        at = rest.index("--language")
        del rest[at : at + 2]
    return [argument for argument in rest if not argument.startswith("--language=")]


def _joined_points(arguments: list[str]) -> list[str]:
    """``--at -1,2`` as ``--at=-1,2``: argparse takes a leading minus for another option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in _POINTS:
            joined[-1] = f"{joined[-1]}={argument}"
        else:
            joined.append(argument)
    return joined


def _parsers() -> tuple[_Parser, list[str]]:
    general = _Parser(add_help=False)
    general.add_argument(
        "--language",
        choices=list(LANGUAGES),
        default=argparse.SUPPRESS,
        help=tr("language of all messages"),
    )
    parser = _Parser(
        prog="aegui",
        parents=[general],
        description=tr("A desktop laboratory for autoencoders."),
        epilog=tr("Without a command the window opens, with FILE if one is named: aegui [FILE]"),
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"aegui {__version__}",
        help=tr("show program's version number and exit"),
    )
    commands = parser.add_subparsers(metavar=tr("COMMAND"), required=True)
    for add in (_add_train, _add_evaluate, _add_encode, _add_decode, _add_data, _add_convert):
        add(commands, general)
    for add_to in (
        *(add_history, add_project, add_sample, add_judge, add_map),
        *(add_path, add_finds, add_concept, add_traverse),
        *(add_limit, add_denoise, add_complete, add_noise_matrix, add_noise_curves),
        *(add_figure, add_summary),
    ):
        add_to(commands, general)
    _add_download(commands, general)
    _add_self_test(commands, general)
    return parser, list(commands.choices)


def _add_train(commands: _Commands, general: _Parser) -> None:
    parser = commands.add_parser(
        "train", parents=[general], help=tr("train a recipe"), description=tr("Train a recipe.")
    )
    parser.add_argument(
        "recipe",
        nargs="?",
        metavar=tr("RECIPE"),
        help=tr("a recipe or course configuration (JSON or YAML), or the name of a shipped recipe"),
    )
    parser.add_argument("--data", metavar=tr("FILE|NAME"), help=tr("train on this data instead"))
    parser.add_argument("--chars", metavar=tr("STR"), help=tr("only these characters of the data"))
    parser.add_argument(
        "--check",
        metavar=tr("FILE|NAME"),
        help=tr("check on this set, which is kept from training, such as mnist-test"),
    )
    parser.add_argument("--epochs", type=int, metavar="N", help=tr("epochs to train"))
    parser.add_argument("--runs", type=int, metavar="K", help=tr("runs trained together"))
    parser.add_argument("--seed", type=int, metavar="S", help=tr("seed of the first run"))
    parser.add_argument("--device", choices=_DEVICES, help=tr("where to compute"))
    parser.add_argument("--out", metavar=tr("F.aegui"), help=tr("save the run to this file"))
    parser.add_argument(
        "--resume",
        metavar=tr("F.aegui"),
        help=tr("go on with the run in this file, and save it there unless --out names another"),
    )
    parser.add_argument(
        "--checkpoint-every",
        type=_seconds,
        default=CHECKPOINT_SECONDS,
        metavar=tr("SECONDS"),
        help=tr(
            "save what was learnt so far every so many seconds, seldom where that takes long; 0: "
            "only at the end (default: {seconds:.0f})",
            seconds=CHECKPOINT_SECONDS,
        ),
    )
    parser.add_argument(
        "--compact",
        action="store_true",
        help=tr("save a small file: half precision, and nothing that only training on needs"),
    )
    parser.add_argument(
        "--timeline",
        type=_megabytes,
        metavar=tr("MB"),
        help=tr("memory for past epochs, half of which is saved at most; 0 keeps none"),
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help=tr("say what the training will take, and do not train"),
    )
    parser.add_argument(
        "--yes",
        action="store_true",
        help=tr("train what takes more than an hour, or half of the free memory"),
    )
    parser.add_argument("--json", action="store_true", help=tr("print one JSON object at the end"))
    parser.set_defaults(command=_train)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0.0 <= seconds <= _MOST_SECONDS:
        raise argparse.ArgumentTypeError(tr("expected seconds from 0 on, not {text}", text=text))
    return seconds


def _megabytes(text: str) -> int:
    if not text.isdecimal() or int(text) > _MOST_MEGABYTES:
        raise argparse.ArgumentTypeError(
            tr("{text} is no whole number from 0 to {most:,}", text=text, most=_MOST_MEGABYTES)
        )
    return int(text)


def _add_evaluate(commands: _Commands, general: _Parser) -> None:
    parser = commands.add_parser(
        "evaluate",
        parents=[general],
        help=tr("wrong pixels of a saved run, with and without noise"),
        description=tr("Wrong pixels of a saved run, beside the Bayes limit where it is known."),
    )
    add_run_file(parser)
    parser.add_argument(
        "others",
        nargs="*",
        metavar=tr("MORE.aegui"),
        help=tr("further runs: figures are told as mean and spread over all of them"),
    )
    parser.add_argument(
        "--all-runs",
        action="store_true",
        help=tr("every run of a population: mean and spread over its seeds"),
    )
    parser.add_argument("--data", metavar=tr("FILE|NAME"), help=tr("data other than the run's own"))
    parser.add_argument(
        "--noise",
        action="append",
        default=[],
        metavar=tr("KIND:LEVEL"),
        help=tr("such as salt_pepper:0.2, flip:0.1, gaussian:0.3, masking:0.5; may be repeated"),
    )
    parser.add_argument(
        "--draws",
        type=int,
        default=16_000,
        metavar="N",
        help=tr("noisy characters to draw, as many of each (default: %(default)s)"),
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help=tr("seed of the noise"))
    parser.add_argument("--json", action="store_true", help=tr("print one JSON object"))
    parser.set_defaults(command=_evaluate)


def _add_encode(commands: _Commands, general: _Parser) -> None:
    parser = commands.add_parser(
        "encode",
        parents=[general],
        help=tr("the codes of data, as CSV"),
        description=tr("Write the code of every sample as CSV: label, name, z1, z2 ..."),
    )
    add_run_file(parser)
    parser.add_argument("--data", metavar=tr("FILE|NAME"), help=tr("data other than the run's own"))
    parser.add_argument(
        "-o", "--out", metavar=tr("codes.csv"), help=tr("where to (default: the terminal)")
    )
    parser.set_defaults(command=_encode)


def _add_decode(commands: _Commands, general: _Parser) -> None:
    parser = commands.add_parser(
        "decode",
        parents=[general],
        help=tr("the image at a point of the latent space"),
        description=tr("Decode points of the latent space into an image."),
    )
    add_run_file(parser)
    parser.add_argument(
        "--at",
        action="append",
        required=True,
        metavar="X,Y",
        help=tr("the point, such as 0.3,-1.2; may be repeated"),
    )
    parser.add_argument(
        "-o",
        "--out",
        metavar=tr("glyph.png"),
        help=tr(
            ".png in grey levels, or .txt, .json, .h thresholded (default: text on the terminal)"
        ),
    )
    parser.add_argument(
        "--scale", type=int, default=16, metavar="N", help=tr("size of a pixel in the PNG")
    )
    parser.set_defaults(command=_decode)


def _add_data(commands: _Commands, general: _Parser) -> None:
    parser = commands.add_parser(
        "data",
        parents=[general],
        help=tr("the card of a set: classes, source, duplicates, close pairs"),
        description=tr(
            "Tell what is read from a file, a folder of images or a built-in set: size, classes, "
            "source and licence, duplicates and the closest pairs."
        ),
    )
    parser.add_argument(
        "file", metavar=tr("SOURCE"), help=tr("a file, a folder of images, or a built-in name")
    )
    parser.add_argument(
        "--size", metavar=tr("WxH"), help=tr("size that images get (default: 64x64)")
    )
    parser.add_argument("--grey", action="store_true", help=tr("images in grey levels"))
    parser.add_argument(
        "--fit", choices=_FITS, help=tr("keep all of an image, cover the frame, or stretch")
    )
    parser.add_argument(
        "--background", metavar="#RRGGBB", help=tr("colour behind transparent images")
    )
    parser.add_argument("--labels", metavar=tr("A,B"), help=tr("only these classes"))
    parser.add_argument("--count", type=int, metavar="N", help=tr("so many, drawn at random"))
    parser.add_argument("--json", action="store_true", help=tr("print one JSON object"))
    parser.set_defaults(command=_data)


def _add_download(commands: _Commands, general: _Parser) -> None:
    parser = commands.add_parser(
        "download",
        parents=[general],
        help=tr("get MNIST or Fashion-MNIST"),
        description=tr(
            "Download a set once, with its sums checked; what was cut goes on where it was."
        ),
    )
    parser.add_argument("set", choices=_DOWNLOADS, metavar=tr("SET"), help=", ".join(_DOWNLOADS))
    parser.set_defaults(command=_download)


def _add_convert(commands: _Commands, general: _Parser) -> None:
    parser = commands.add_parser(
        "convert",
        parents=[general],
        help=tr("between glyph formats, or any configuration to a recipe"),
        description=tr(
            "Convert glyphs between .h, .json, .txt and .png; a course configuration or the "
            "recipe in an .aegui file to a recipe .json."
        ),
    )
    parser.add_argument("source", metavar=tr("IN"), help=tr("the file to read"))
    parser.add_argument("target", metavar=tr("OUT"), help=tr("the file to write"))
    parser.set_defaults(command=_convert)


def _add_self_test(commands: _Commands, general: _Parser) -> None:
    parser = commands.add_parser(
        "self-test",
        parents=[general],
        help=tr("train, save, reload and open the window for a moment"),
        description=tr("Try everything once: train, decode, save, reload, open the window, quit."),
    )
    parser.add_argument("--no-window", action="store_true", help=tr("leave the window out"))
    parser.set_defaults(command=_self_test)


def _train(options: argparse.Namespace) -> int:
    from aegui.commands.train import train_command

    return train_command(options)


def _evaluate(options: argparse.Namespace) -> int:
    from aegui.commands.evaluate import evaluate_command

    return evaluate_command(options)


def _encode(options: argparse.Namespace) -> int:
    from aegui.commands.codes import encode_command

    return encode_command(options)


def _decode(options: argparse.Namespace) -> int:
    from aegui.commands.codes import decode_command

    return decode_command(options)


def _download(options: argparse.Namespace) -> int:
    from aegui.commands.data import download_command

    return download_command(options)


def _data(options: argparse.Namespace) -> int:
    from aegui.commands.data import data_command

    return data_command(options)


def _convert(options: argparse.Namespace) -> int:
    from aegui.commands.files import convert_command

    return convert_command(options)


def _self_test(options: argparse.Namespace) -> int:
    from aegui.commands.self_test import self_test_command

    return self_test_command(options)
