"""Child processes that leave Ctrl-C to us, and the program itself as a command for them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aegui
from aegui.core.i18n import language, set_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess


def program_command(*arguments: str) -> list[str]:
    """Return the command that starts the program: frozen, installed or from its sources."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-m", "aegui", *arguments]


def program_shell_command() -> str:
    """Return ``program_command`` for a POSIX shell in any folder and environment."""
    command = shlex.join(program_command())
    if getattr(sys, "frozen", False):
        return command
    return f"env PYTHONPATH={shlex.quote(program_environment()['PYTHONPATH'])} {command}"


def program_environment() -> dict[str, str]:
    """Return an environment in which ``program_command`` finds this copy of the program."""
    home = str(Path(aegui.__file__).resolve().parent.parent)
    known = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [home, known]))}


SPAWN = multiprocessing.get_context("spawn")
"""Makes the processes, and what is shared with them: nothing of a window is copied."""


def start_child(
    work: Callable[..., None], *arguments: Any, name: str
) -> tuple[SpawnProcess, Connection]:
    """Start ``work(pipe, *arguments)`` in another process; return it and our end of the pipe.

    The process uses the language of this one, ignores Ctrl-C, and ends without a message when the
    pipe is closed.
    """
    pipe, theirs = SPAWN.Pipe()
    process = SPAWN.Process(
        target=_child, args=(work, theirs, language(), arguments), name=name, daemon=True
    )
    with _inherited_block():
        process.start()
    theirs.close()
    return process, pipe


@contextlib.contextmanager
def _inherited_block() -> Iterator[None]:
    """Block SIGINT in this thread; processes started within begin with it blocked.

    A terminal sends Ctrl-C to the children as well, and one that is still importing its modules
    would print a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing import resource_tracker

    # Starting the tracker of ``multiprocessing`` ends the block.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _child(
    work: Callable[..., None], pipe: Connection, in_language: str, arguments: tuple[Any, ...]
) -> None:
    # Where signals cannot be blocked, and for those that have arrived since.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_language(in_language)
    with contextlib.suppress(EOFError, OSError):
        work(pipe, *arguments)
