"""Plans of studies that finish in an instant, and long ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

SMALL = {
    "network.encoder": [{"units": 6}],
    "training.epochs": 12,
    "data.chars": "abcdef",
    "training.goals.max_wrong_pixels": None,
}
ENDLESS = SMALL | {"training.epochs": 1_000_000}
RATE = {"label": "rate", "path": "training.optimizer.learning_rate", "values": [0.02, 0.002]}


def write_plan(folder: Path, name: str = "tiny", **keys: Any) -> Path:
    """Write the file of a plan of two settings and three seeds."""
    path = folder / f"{name}.aegui-study"
    plan = {
        "format": "aegui-study",
        "version": 1,
        "name": name,
        "set": SMALL,
        "axes": [RATE],
        "seeds": {"first": 3, "count": 3},
        "goal": {"figure": "worst", "at_most": 1},
        **keys,
    }
    path.write_text(json.dumps(plan))
    return path
