"""Names and notes of the recipes that ship with the program, for the translators.

The texts themselves live in ``resources/recipes/``, where the extractor of messages does not look;
a test keeps the two alike.
"""

from __future__ import annotations

from aegui.core.i18n import mark

RECIPE_TEXTS = (
    mark("All 96 characters through 2 numbers"),
    mark(
        "A wide tanh network maps every character into a square, each with room of its own:"
        " the map to wander over."
    ),
    mark("The course task: 32 characters, 35-25-10-2-10-25-35"),
    mark(
        "The classic assignment: the lower-case set through 2 numbers with at most 1 wrong "
        "pixel a character."
    ),
    mark("Denoising through 2 numbers"),
    mark(
        "The same noise, but only 2 numbers as the code: each noisy drawing must find its "
        "place on the map."
    ),
    mark("Denoising: 15 % of the pixels inverted"),
    mark(
        "Repairs lower-case characters almost as well as is possible at all: 16 numbers as "
        "the code, fresh noise at every epoch."
    ),
    mark("Linear network: what PCA would find"),
    mark(
        "Without bends in between, an autoencoder spans the same plane as the first two "
        "principal components."
    ),
    mark("A first try that struggles: ReLU and uniform start"),
    mark(
        "The same network with ReLU everywhere. Units die and characters collapse onto each"
        " other; compare it with tanh."
    ),
    mark("Denoising: salt and pepper, 20 %"),
    mark(
        "The course noise: a fifth of the pixels replaced by a coin toss, drawn anew at "
        "every epoch."
    ),
    mark("The course task with ten seeds"),
    mark(
        "Ten runs trained together: the charts show their mean, their spread, and each run faintly."
    ),
)
