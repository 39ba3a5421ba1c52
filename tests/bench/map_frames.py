"""The latent map at 1200x800: frames while panning and zooming, hover, the plane after a jump.

Frames are timed from the input step to the painted widget. Growth is measured over the number
of samples.
"""

from __future__ import annotations

from tests.bench.figures import Figure, at_most
from tests.bench.window import run_driver

CASES = {
    "letters": ("96 letters and the plane", 16, 100),
    "digits": ("70,000 digits and the plane", 16, 300),
    "emojis": ("1,861 emojis and the plane, dense decoder", 16, 300),
    "faces": ("166 emojis and the plane, convolutional decoder", 25, 300),
}
"""Driver's case -> name, and goals in ms of the hover and of the first plane after a jump."""
GROWTH = (1_000, 10_000, 70_000, 500_000)


def measure() -> list[Figure]:
    """Measure items 1 and 3 of the map's list of speeds, decoding under the mouse, and growth."""
    figures: list[Figure] = []
    for case, (name, hover, jump) in CASES.items():
        told = run_driver("map_driver", case)
        for way in ("pan", "zoom"):
            figures.append(Figure(f"{name}: {way}, frame p50", told[f"{way}_p50"], "ms"))
            work = told[f"{way}_work_p95"]
            figures.append(Figure(f"{name}: {way}, work in a frame p95", work, "ms"))
            figures.append(at_most(f"{name}: {way}, p95", told[f"{way}_p95"], "ms", 16.7))
            figures.append(at_most(f"{name}: {way}, p99", told[f"{way}_p99"], "ms", 33))
        figures.append(at_most(f"{name}: hover, p99", told["hover_p99"], "ms", hover))
        figures.append(at_most(f"{name}: plane after a jump", told["jump_p50"], "ms", jump))
    for count in GROWTH:
        told = run_driver("map_driver", str(count))
        for way in ("pan", "zoom"):
            name = f"{count:,} samples: {way}, frame p50"
            figures.append(Figure(name, told[f"{way}_p50"], "ms"))
            figures.append(Figure(f"{count:,} samples: {way}, p95", told[f"{way}_p95"], "ms"))
            work = told[f"{way}_work_p95"]
            figures.append(Figure(f"{count:,} samples: {way}, work p95", work, "ms"))
    return figures
