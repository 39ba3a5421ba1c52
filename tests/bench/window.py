"""The live window during training: rate kept, event-loop gaps, mouse to painted glyph.

Under Xvfb if available, so that painting takes the usual path; otherwise offscreen.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.figures import Figure, at_least, at_most

_SCREEN = "-screen 0 1920x1080x24"


def display_command() -> tuple[list[str], str]:
    """Return the prefix of a command that shows a window, and the Qt platform to run on."""
    if os.environ.get("DISPLAY") or sys.platform in {"win32", "darwin"}:
        return [], ""
    if shutil.which("xvfb-run"):
        return ["xvfb-run", "-a", "-s", _SCREEN], "xcb"
    return [], "offscreen"


def run_driver(module: str, *arguments: str) -> dict[str, float]:
    """Return the figures that ``python -m tests.bench.<module>`` prints last, as JSON."""
    prefix, platform = display_command()
    with tempfile.TemporaryDirectory() as home:
        folders = {name: str(Path(home) / name) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME")}
        environment = {**os.environ, **folders}
        # As when installed: without cached bytecode every start would compile again.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if platform:
            environment["QT_QPA_PLATFORM"] = platform
        command = [*prefix, sys.executable, "-m", f"tests.bench.{module}", *arguments]
        done = subprocess.run(
            command, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


MODELS = {
    "conv": "conv 28x28",
    "vae": "dense VAE 64x64 RGB",
    "population": "VAE of letters, population of 50",
}


def measure() -> list[Figure]:
    """Measure items 3 and 5 of the list of speeds; also gaps and rates of the larger models."""
    return [*_letters(), *(figure for case in MODELS for figure in _model(case))]


def _model(case: str) -> list[Figure]:
    told = run_driver("live_window", case)
    name = MODELS[case]
    return [
        Figure(f"{name}: rate kept with the window live", told["kept"], "x"),
        at_most(f"{name}: event-loop gap while training, p99", told["gap_p99_ms"], "ms", 17),
        Figure(f"{name}: mouse move to painted image, p50", told["move_p50_ms"], "ms"),
        Figure(f"{name}: mouse move to painted image, p99", told["move_p99_ms"], "ms"),
    ]


def _letters() -> list[Figure]:
    told = run_driver("live_window")
    return [
        Figure("headless rate", told["headless"], "epochs/s"),
        Figure("rate with the window live", told["live"], "epochs/s"),
        at_least("rate kept with the window live", told["kept"], "x", 0.9),
        at_most("event-loop gap while training, p99", told["gap_p99_ms"], "ms", 17),
        Figure("event-loop gap while training, worst", told["gap_max_ms"], "ms"),
        Figure("maps painted a second while training", told["paints"], "1/s"),
        at_most("mouse move to painted glyph while training, p50", told["move_p50_ms"], "ms", 4),
        at_most("mouse move to painted glyph while training, p99", told["move_p99_ms"], "ms", 16),
        Figure("... in the cursor's panel, p50", told["panel_p50_ms"], "ms"),
        Figure("... in the cursor's panel, p99", told["panel_p99_ms"], "ms"),
        at_most("mouse move to painted glyph at rest, p50", told["rest_move_p50_ms"], "ms", 4),
        at_most("mouse move to painted glyph at rest, p99", told["rest_move_p99_ms"], "ms", 16),
        Figure("... in the cursor's panel at rest, p50", told["rest_panel_p50_ms"], "ms"),
        Figure("... in the cursor's panel at rest, p99", told["rest_panel_p99_ms"], "ms"),
        Figure("step of an interpreted loop meanwhile, p10", told["rest_step_p10_ns"], "ns"),
        Figure("step of an interpreted loop meanwhile, p90", told["rest_step_p90_ns"], "ns"),
    ]
