"""The program itself as a command: for work that is done by another process of it."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import aegui


def own_command(*arguments: str) -> list[str]:
    """What starts it with these arguments: frozen, installed or from its sources."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-m", "aegui", *arguments]


def own_shell_command() -> str:
    """``own_command`` for a POSIX shell that stands in another folder, and knows no environment."""
    command = shlex.join(own_command())
    if getattr(sys, "frozen", False):
        return command
    return f"env PYTHONPATH={shlex.quote(own_environment()['PYTHONPATH'])} {command}"


def own_environment() -> dict[str, str]:
    """The environment in which ``own_command`` finds the program that runs here."""
    home = str(Path(aegui.__file__).resolve().parent.parent)
    known = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [home, known]))}
