"""``python -m aegui``: the same as the command ``aegui``."""

from __future__ import annotations

from aegui.cli import main
from aegui.leaving import leave


def run() -> None:
    """Do what the command line says, and end the process."""
    leave(main())


if __name__ == "__main__":
    run()
