"""``python -m aegui``: the same as the command ``aegui``."""

from __future__ import annotations

from aegui.cli import main
from aegui.leaving import leave


def run() -> None:
    """Run the command line, and end the process with its exit code."""
    leave(main())


if __name__ == "__main__":
    run()
