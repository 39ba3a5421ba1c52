"""Run benchmarks: ``python -m tests.bench [PART ...] [--json FILE]``. Never part of the tests.

Speed is reported as ratios within one run, with the two sides alternating, as machines are noisy.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

from tests.bench.figures import Figure, table, write_json

PARTS = {
    "engine": "steps per second against the loop everybody writes",
    "machine": "the native engine against torch, a VAE of letters, and where it pays",
    "models": "the models of the course against everybody's loop, growth with N",
    "window": "training beside the live window, event-loop gaps, mouse to glyph",
    "epochs": "going through the epochs of a training, and what keeping them costs",
    "map_frames": "the latent map: frames while panning and zooming, hover, growth with samples",
    "startup": "process start to first window and first decode",
    "quality": "wrong pixels of the shipped recipes over ten seeds",
    "stroke": "from a stroke to the painted answers of three networks and the best one",
    "walks": "Python calls and files that an edit of a number, a move and a stroke pass through",
    "studies": "settings and seeds together against the plain loop, growth with runs",
    "shipped_studies": "the studies of letters that ship, one after the other to their end",
    "library": "the library with 10,000 entries, by itself and in the window",
    "study_window": "a study of 180 runs with the window open: event-loop gaps",
    "page": "web pages: their sizes, and from the pointer to the painted image in a browser",
    "gpu": "on a CUDA GPU, against the same on the processor and the loop everybody writes",
    "noise": "denoisers against the Bayes limit, its posterior, and the noise matrix",
}


def main() -> int:
    """Run the selected parts and print the table; return 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    arguments = parser.parse_args()
    unknown = [part for part in arguments.parts if part not in PARTS]
    if unknown:
        parser.error(f"no part called {unknown[0]}; there are {', '.join(PARTS)}")
    figures: list[Figure] = []
    for part in arguments.parts or PARTS:
        started = time.perf_counter()
        module = importlib.import_module(f"tests.bench.{part}")
        figures += module.measure()
        print(f"{part}: {PARTS[part]} ({time.perf_counter() - started:.0f} s)", file=sys.stderr)  # noqa: T201
    print(table(figures))  # noqa: T201
    if arguments.json:
        write_json(arguments.json, figures)
    return 0 if all(figure.met is not False for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
