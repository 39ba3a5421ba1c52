"""The program itself as a command, for work in another process."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import aegui


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
