"""Start the program from the source tree: ``python main.py`` does what ``aegui`` does."""

from __future__ import annotations

import sys

from aegui.cli import main
from aegui.leaving import leave

if __name__ == "__main__":
    if getattr(sys, "frozen", False):
        # A frozen program starts itself as a child process, and must detect that first.
        from multiprocessing import freeze_support

        freeze_support()
    leave(main())
