"""``python -m aegui``: the same as the command ``aegui``."""

from __future__ import annotations

import sys

from aegui.cli import main

if __name__ == "__main__":
    sys.exit(main())
