"""Two hours of use of the real window: memory, threads, timers, objects, windows, file handles.

``python -m tests.bench.soak [--minutes 120] [--laps N]``. Each lap trains, hovers, scrubs through
epochs, draws, rearranges the panels, opens and closes models and dialogs, runs a study, and changes
theme and language; then the resources held at rest are recorded, to be compared at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.figures import Figure, at_most, table

WARM_UP = 1 / 4
"""The first share of the laps, in which caches fill and modules are imported, is left out."""
_MAX_GROWTH = 2.0
_SCREEN = Path(__file__).resolve().parent.parent / "harness" / "screen.json"
_COUNTED = ("objects", "timers", "windows", "python_threads", "threads", "handles")


def run_laps(seconds: float, most: int = 10_000, *, brief: bool = False) -> list[dict[str, float]]:
    """Return the resources held after each lap, whole or ``brief``, run in a separate home."""
    with tempfile.TemporaryDirectory() as home:
        names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
        environment = {**os.environ, **{name: str(Path(home) / name) for name in names}}
        screen = os.path.relpath(_SCREEN)
        environment["QT_QPA_PLATFORM"] = f"offscreen:configfile={screen}"
        environment["OMP_NUM_THREADS"] = "1"
        command = [sys.executable, "-m", "tests.bench.soak_driver", str(seconds), str(most)]
        command += ["brief"] if brief else []
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            laps = []
            for line in run.stdout:
                laps.append(json.loads(line))
                sys.stderr.write(line)
    if run.returncode or not laps:
        raise RuntimeError(f"the window ended with {run.returncode} after {len(laps)} laps")
    return laps


def figures(laps: list[dict[str, float]]) -> list[Figure]:
    """Compare the last quarter of the laps with the first one after the warm-up."""
    warm = laps[int(WARM_UP * len(laps)) :]
    part = max(1, len(warm) // 4)

    def middle(rows: list[dict[str, float]], key: str) -> float:
        return statistics.median(row[key] for row in rows)

    def growth(key: str) -> float:
        return 100 * (middle(warm[-part:], key) / middle(warm[:part], key) - 1)

    found = [
        Figure("how long it ran", laps[-1]["minutes"], "min"),
        Figure("laps", len(laps), ""),
        Figure("memory after the warm-up", middle(warm[:part], "rss_mb"), "MB"),
        at_most("growth of memory after the warm-up", growth("rss_mb"), "%", _MAX_GROWTH),
        Figure("growth of the window's processor time per lap", growth("cpu_s"), "%"),
        Figure("growth of the median gap of the event loop", growth("gap_p50_ms"), "%"),
    ]
    for key in _COUNTED:
        if key in warm[0]:
            more = middle(warm[-part:], key) - middle(warm[:part], key)
            found.append(at_most(f"more {key.replace('_', ' ')} at the end", more, "", 0))
    return found


def main() -> int:
    """Run and print; return 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--laps", type=int, default=10_000)
    arguments = parser.parse_args()
    found = figures(run_laps(60 * arguments.minutes, arguments.laps))
    print(table(found))  # noqa: T201
    return 0 if all(figure.met is not False for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
