"""The command ``aegui``: opens the window, or runs a command without one.

Nothing heavy is imported before the command is known; ``aegui --help`` needs no numpy.
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
from aegui.commands.option import check_not_empty
from aegui.commands.table import COMMANDS, FAMILIES
from aegui.core.errors import AeguiError, Cancelled, elided
from aegui.core.i18n import LANGUAGES, language, mark, set_language, tr
from aegui.core.system_reason import system_reason
from aegui.core.text_tables import printable
from aegui.display import missing_display_reason
from aegui.paths import APP_NAME, resources_dir

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import SupportsWrite

EXIT_REFUSED = 2
EXIT_INTERRUPTED = 130
EXIT_PIPE_CLOSED = 141

# Options followed by points or texts, which may begin with a minus.
_POINTS = (
    *("--at", "--from", "--to", "--via", "--apply", "--plus", "--minus", "--rect", "--erase"),
    *("--levels", "--quantiles", "--chars", "--labels", "--title"),
)
ARGPARSE_TEXTS = (
    mark("usage: "),
    mark("positional arguments"),
    mark("options"),
    mark("show this help message and exit"),
    mark("the following arguments are required: %s"),
    mark("argument %(argument_name)s: %(message)s"),
    mark("invalid choice: %(value)r (choose from %(choices)s)"),
    mark("expected one argument"),
    mark("unrecognized arguments: %s"),
)
"""Texts of argparse that users can see, listed for the translators."""


class _RefusedLine(AeguiError):
    """The command line itself is invalid."""


class _Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        """Raise ``message`` as a refusal."""
        raise _RefusedLine(message)

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        # argparse ignores output errors.
        (file or sys.stderr).write(message)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: The arguments without the program's name; None takes those of the process.

    Returns:
        The exit code: 0, 1 if a training diverged, 2 for a refusal, 130 after Ctrl-C.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    _open_streams()
    set_language(_language(arguments))
    _translate_argparse()
    try:
        status = _dispatch(arguments)
        # Writing buffered output may still fail: handle that here, not at exit.
        sys.stdout.flush()
        return status
    except AeguiError as error:
        _complain(str(error))
        return EXIT_INTERRUPTED if isinstance(error, Cancelled) else EXIT_REFUSED
    except KeyboardInterrupt:
        _complain(tr("Stopped."))
        return EXIT_INTERRUPTED
    except MemoryError:
        _complain(tr("There is not enough memory for this: ask for fewer or smaller samples."))
        return EXIT_REFUSED
    except BrokenPipeError:
        _write_to_nowhere()  # the reader of the output has gone
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
        sys.stderr.write(f"aegui: {printable(' '.join(text.split()))}\n")
        sys.stderr.flush()


def _write_to_nowhere() -> None:
    """Redirect broken streams, so that Python does not report them at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
            continue
        with contextlib.suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _open_streams() -> None:
    """Make sure that all output can be written.

    A stream is missing if it was closed (``>&-``) or there is no terminal (a windowed program);
    file names need not be valid text, and a terminal may not support every character.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = open(os.devnull, "w", encoding="utf-8", errors="replace")  # noqa: SIM115
            setattr(sys, name, nowhere)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _dispatch(arguments: list[str]) -> int:
    window_only = _without_language(arguments)
    if not window_only or not window_only[0].startswith("-"):
        _check_language(arguments)
    if not window_only:
        return _open_window(None, _requested_language(arguments))
    first = window_only[0]
    if not first.startswith("-") and first not in _first_words():
        path = _existing(first)
        if len(window_only) > 1:
            raise _RefusedLine(tr("One file can be opened at a time."))
        return _open_window(path, _requested_language(arguments))
    try:
        options = _parser().parse_args(_joined_points(arguments))
    except SystemExit as done:  # --help and --version
        return int(done.code or 0)
    if "language" in options:
        set_language(options.language)  # it may have been abbreviated
    if options.command in FAMILIES:
        words = (name.split()[1] for name in COMMANDS if name.startswith(f"{options.command} "))
        raise _RefusedLine(
            tr(
                "After {first} one of its commands must follow: {commands}.",
                first=options.command,
                commands=", ".join(words),
            )
        )
    return COMMANDS[options.command].run(options)


def _check_language(arguments: list[str]) -> None:
    """Refuse an unknown language, with the message that argparse would give."""
    requested = _requested_language(arguments)
    if requested is not None and requested not in LANGUAGES:
        choices = ", ".join(LANGUAGES)
        raise _RefusedLine(
            tr(
                "argument --language: there is no language {code}; choose one of {choices}.",
                code=repr(requested[:40]),
                choices=choices,
            )
        )


def _open_window(path: Path | None, spoken: str | None) -> int:
    trouble = missing_display_reason()
    if trouble is not None:
        raise _RefusedLine(trouble)
    from aegui.qt_import import import_qt, without_collection

    with without_collection():
        import_qt()
        from aegui.app import run_window

    return run_window(path, spoken)


def _existing(name: str) -> Path:
    path = Path(name)
    if path.is_file():
        return path
    check_not_empty("FILE", name)
    if path.is_dir():
        raise _RefusedLine(tr("{file}: this is a folder, not a file.", file=name))
    if path.suffix or path.name != name:
        raise _RefusedLine(tr("There is no file or folder {path}.", path=name))
    near = difflib.get_close_matches(name, _first_words(), n=1)
    if near:
        raise _RefusedLine(
            tr(
                "{name} is neither a command nor a file. Did you mean {near}?",
                name=name,
                near=near[0],
            )
        )
    raise _RefusedLine(
        tr(
            "{name} is neither a command nor a file; the commands are {commands}.",
            name=name,
            commands=", ".join(_first_words()),
        )
    )


def _requested_language(arguments: list[str]) -> str | None:
    """Return the value of ``--language``: None without the option, "" without a value."""
    for index, argument in enumerate(arguments):
        if argument.startswith("--language="):
            return argument.partition("=")[2]
        if argument == "--language":
            return "".join(arguments[index + 1 : index + 2])
    return None


def _language(arguments: list[str]) -> str:
    """Return the language of the command line, or else of the environment."""
    requested = _requested_language(arguments)
    if requested in LANGUAGES:
        return requested
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name].split(".")[0]
    return "en"


def _translate_argparse() -> None:
    """Let argparse find its own texts, looked up with gettext, in the program's catalogues."""
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
    """Return ``--at -1,2`` as ``--at=-1,2``: argparse takes a leading minus for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in _POINTS and not argument.startswith("--"):
            joined[-1] = f"{joined[-1]}={argument}"
        else:
            joined.append(argument)
    return joined


def _parser() -> _Parser:
    """Return the parser of the command line, which stores the command's name in ``command``."""
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
    commands = parser.add_subparsers(metavar=tr("COMMAND"), required=True, dest="command")
    families = {"": commands}
    for name, command in COMMANDS.items():
        about, help_line = tr(command.description), tr(command.help)
        family, _, word = name.rpartition(" ")
        if family not in families:
            line, text = FAMILIES[family]
            one = commands.add_parser(
                family, parents=[general], help=tr(line), description=tr(text)
            )
            # Without a word the refusal lists them, which argparse's own would not.
            one.set_defaults(command=family)
            families[family] = one.add_subparsers(metavar=tr("COMMAND"), dest="word")
        one = families[family].add_parser(
            word, parents=[general], help=help_line, description=about
        )
        one.set_defaults(command=name)
        for option in command.options:
            option.add_to(one)
    return parser


def _first_words() -> list[str]:
    """Return the first words of all commands, each once."""
    return list(dict.fromkeys(name.partition(" ")[0] for name in COMMANDS))
