"""Train the models that ship, each from the recipe of its name: ``python -m installer.models``."""

from __future__ import annotations

import os
import sys

from aegui.cli import main as aegui
from aegui.paths import models_dir, resources_dir


def main() -> int:
    """Train them all; the status of the first that fails."""
    # Only the CPU gives the same bits every time. Hidden here, and not by --device, which would
    # become part of the recipe that the model carries.
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    for model in sorted(models_dir().glob("*.aegui")):
        recipe = resources_dir() / "recipes" / f"{model.stem}.json"
        status = aegui(["train", str(recipe), "--out", str(model)])
        if status != 0:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
