"""The steps of the tour: texts, targets, and how each is completed."""

from __future__ import annotations

from aegui.core.i18n import mark
from aegui.core.light_dataclass import dataclass


@dataclass(frozen=True)
class TourStep:
    """A step of the tour."""

    key: str
    """Identifies the action that completes the step."""
    title: str
    """A word or two, marked for translation."""
    text: str
    """What to do and what to observe, marked for translation."""
    place: str
    """What to outline: a key of ``FeatureWindow.landmark``."""
    arrangement: str
    """The arrangement of the docks for this step."""


STEPS = (
    TourStep(
        "wander",
        mark("Wander"),
        mark(
            "Move the mouse over the map. Every place is decoded at once: see one image turn into "
            "the next."
        ),
        "map",
        "wander",
    ),
    TourStep(
        "draw",
        mark("Draw"),
        mark(
            "Draw something with the pencil. The network answers at every stroke, and the map "
            "shows the code of your drawing."
        ),
        "draw",
        "draw",
    ),
    TourStep(
        "noise",
        mark("Noise"),
        mark(
            "Choose Noise beside the drawing and add some: the answer shows how much of it the "
            "network removes."
        ),
        "draw",
        "draw",
    ),
    TourStep(
        "build",
        mark("Build"),
        mark(
            "This is the network, from top to bottom. Change the units of a layer or add one with "
            "+. Everything can be undone."
        ),
        "builder",
        "build",
    ),
    TourStep(
        "train",
        mark("Train"),
        mark(
            "Press Train: the map unfolds while the loss falls. You can use the program meanwhile."
        ),
        "train",
        "build",
    ),
    TourStep(
        "time",
        mark("Time"),
        mark(
            "Drag the slider back: the map, the charts and everything else show the network at "
            "that epoch."
        ),
        "time",
        "build",
    ),
    TourStep(
        "compare",
        mark("Compare"),
        mark(
            "The same samples on other maps. Hold Shift and drag on the map: the selection is "
            "marked on all of them."
        ),
        "projections",
        "compare",
    ),
    TourStep(
        "make",
        mark("Make"),
        mark(
            "Pin two places of the map, for instance with Enter at its cursor. Make shows the path"
            " between them, and saves it as a film."
        ),
        "making",
        "wander",
    ),
)
