"""Start the program from the source tree: ``python main.py`` does what ``aegui`` does."""

from __future__ import annotations

import sys

from aegui.cli import main

if __name__ == "__main__":
    sys.exit(main())
