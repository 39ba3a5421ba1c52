"""The levels and groups of the gallery, and the place of each shipped network in it."""

from __future__ import annotations

from typing import NamedTuple

from aegui.core.i18n import mark

LEVELS = {"first": mark("First steps"), "course": mark("Course"), "further": mark("Further")}
"""Audience of a network, by key, the easiest first."""
GROUPS = {
    "maps": mark("Maps of two numbers"),
    "noise": mark("Repairing noise"),
    "new": mark("New images"),
    "codes": mark("Kinds of codes"),
    "linear": mark("Beside PCA"),
    "optimisers": mark("Optimisers"),
    "classes": mark("Classifiers"),
    "failures": mark("What goes wrong"),
    "challenges": mark("Challenges"),
    "own": mark("Your own"),
}
"""Topics of networks, by key, in display order."""


class Shelf(NamedTuple):
    """The place of a shipped network in the gallery."""

    level: str
    """Key of ``LEVELS``."""
    group: str
    """Key of ``GROUPS``."""
    sees: str
    """One sentence on what it shows, marked for translation."""


SHELVES: dict[str, Shelf] = {
    "letters-2d": Shelf(
        "first", "maps", mark("Move over the map and watch each letter turn into its neighbour.")
    ),
    "emoji-faces": Shelf(
        "first", "maps", mark("Between two faces are faces that nobody has drawn.")
    ),
    "mnist-vae-2": Shelf(
        "first", "maps", mark("A map of handwriting: one digit turns smoothly into another.")
    ),
    "letters-denoise": Shelf(
        "first", "noise", mark("Draw noise over a letter, and the network gives the clean one.")
    ),
    "fashion-gan": Shelf(
        "first", "new", mark("New shoes, bags and shirts, made of random numbers.")
    ),
    "fashion-vae-2": Shelf(
        "first", "maps", mark("From boots to shirts, with every step between them.")
    ),
    "letters-course": Shelf(
        "first", "maps", mark("Press Train: 32 letters find their places on a plane, step by step.")
    ),
    "digits-gan": Shelf(
        "first",
        "new",
        mark("Digits rise out of noise, while two networks compete."),
    ),
    "emoji-faces-16": Shelf(
        "further", "new", mark("Sharper faces: 16 numbers, seen through a plane of the map.")
    ),
    "letters-seeds": Shelf(
        "course", "maps", mark("Ten runs at once: how far chance alone moves the curves.")
    ),
    "mnist-dense-2": Shelf("course", "maps", mark("How well two numbers separate ten digits.")),
    "mnist-conv-2": Shelf(
        "course",
        "maps",
        mark("Two numbers again, by a network that knows which pixels are adjacent."),
    ),
    "fashion-dense-2": Shelf(
        "course",
        "maps",
        mark("Clothes through two numbers: shoes here, shirts there."),
    ),
    "fashion-conv-2": Shelf(
        "course", "maps", mark("Clothes through two numbers, with convolutions before them.")
    ),
    "grey-vae-2": Shelf(
        "course", "maps", mark("A grid of grey emojis that change evenly from place to place.")
    ),
    "emoji-vae-2": Shelf(
        "course", "maps", mark("1,861 emojis through two numbers: colours, hardly shapes.")
    ),
    "letters-noise-20": Shelf(
        "course", "noise", mark("Light noise: most letters find their way back.")
    ),
    "letters-noise-50": Shelf(
        "course", "noise", mark("Half of the pixels are random: the network begins to guess.")
    ),
    "letters-noise-90": Shelf(
        "course", "noise", mark("Nearly nothing is left to see; the limit says what is possible.")
    ),
    "letters-noise-deep": Shelf(
        "course", "noise", mark("Whether a deeper network repairs more than the plain one.")
    ),
    "letters-noise-deeper": Shelf(
        "course", "noise", mark("Twelve layers against noise: does depth still pay?")
    ),
    "letters-noise-matrix": Shelf(
        "course", "noise", mark("One network for thirty trainings: each noise tested with each.")
    ),
    "letters-denoise-2d": Shelf(
        "further", "noise", mark("Each noisy letter is pulled back to its place on the map.")
    ),
    "letters-salt-pepper": Shelf(
        "further", "noise", mark("Salt and pepper, drawn anew every epoch, and removed.")
    ),
    "mnist-denoise": Shelf(
        "further", "noise", mark("Handwritten digits recovered from salt and pepper.")
    ),
    "mnist-denoise-gaussian": Shelf(
        "further", "noise", mark("Handwritten digits recovered from Gaussian noise.")
    ),
    "emoji-conv-vae": Shelf(
        "further", "new", mark("All emojis in 32 sliders: add glasses, remove a smile.")
    ),
    "mnist-vae-20": Shelf(
        "further", "new", mark("Sharp new digits, and what each of 20 numbers does to them.")
    ),
    "emoji-vae-4": Shelf("course", "codes", mark("Four numbers an emoji: first shapes appear.")),
    "emoji-vae-16": Shelf(
        "course", "codes", mark("Sixteen numbers an emoji: most can be recognised.")
    ),
    "emoji-vae-64": Shelf(
        "course", "codes", mark("Sixty-four numbers an emoji: the sharpest of the four.")
    ),
    "mnist-conv-64": Shelf(
        "course", "codes", mark("Convolutions against the linear layer, at 64 numbers each.")
    ),
    "letters-sparse": Shelf(
        "further", "codes", mark("Each letter is put together from a handful of strokes.")
    ),
    "letters-k-sparse": Shelf(
        "further", "codes", mark("Five numbers of 64 are enough for a letter, each time others.")
    ),
    "letters-contractive": Shelf(
        "further", "codes", mark("A code that hardly changes when pixels do.")
    ),
    "mnist-sparse": Shelf(
        "further", "codes", mark("Digits made of pieces of strokes, a few at a time.")
    ),
    "mnist-k-sparse": Shelf(
        "further", "codes", mark("The 25 strokes of 500 that a digit needs most.")
    ),
    "mnist-contractive": Shelf(
        "further", "codes", mark("120 numbers that hardly change with small changes of a stroke.")
    ),
    "letters-linear": Shelf(
        "course", "linear", mark("Without nonlinear layers the map is the plane that PCA finds.")
    ),
    "mnist-linear": Shelf(
        "further", "linear", mark("Thirty linear numbers approach PCA, and never beat it.")
    ),
    "mnist-linear-64": Shelf(
        "course", "linear", mark("The line to beat: 64 linear numbers, sixteen epochs.")
    ),
    "mnist-deep": Shelf(
        "further", "linear", mark("The deep network of 2006 beats PCA at 30 numbers.")
    ),
    "letters-cg": Shelf(
        "course", "optimisers", mark("Conjugate gradients descend in few, long steps.")
    ),
    "letters-bfgs": Shelf(
        "course", "optimisers", mark("BFGS estimates the curvature, and needs the fewest steps.")
    ),
    "letters-powell": Shelf(
        "course", "optimisers", mark("A search without gradients: it shows what they are worth.")
    ),
    "mnist-stacked": Shelf(
        "further", "classes", mark("Layers learn to denoise, one by one, then classify ten digits.")
    ),
    "fashion-stacked-conv": Shelf(
        "course", "classes", mark("Which clothes a stack of convolutions confuses.")
    ),
    "letters-relu": Shelf(
        "course", "failures", mark("Units die and letters fall onto each other; compare with tanh.")
    ),
    "emoji-vae-bad": Shelf(
        "course",
        "failures",
        mark("Every reconstruction is the same picture; the program says why."),
    ),
    "letters-noise-pairs": Shelf(
        "course", "failures", mark("Noise that is drawn once is memorised.")
    ),
}
"""Key of a shipped recipe -> its place, in the order of the gallery."""
