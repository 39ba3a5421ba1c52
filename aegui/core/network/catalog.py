"""Tables of further choices of a recipe: key, label and explanation.

Files store the key. Labels and help are English sources, translated when displayed. Choices with
formulas have a table of their own: ``network/activations.py``, ``training/losses.py``,
``training/optimizers.py`` and ``data/noises.py``.
"""

from __future__ import annotations

from aegui.core.choices import Choice, table
from aegui.core.i18n import mark

LATENTS = table(
    Choice(
        "plain",
        mark("Plain"),
        mark("The code is the output of the encoder, a point."),
        ("top_k", "top_by"),
    ),
    Choice(
        "gaussian",
        mark("Gaussian"),
        mark("The code is drawn around a mean: a variational autoencoder, a map without holes."),
        ("beta", "kl_warmup_epochs", "free_bits"),
    ),
)

TOPS = table(
    Choice(
        "value",
        mark("largest"),
        mark("The largest values are kept, as by Makhzani and Frey (2013)."),
    ),
    Choice(
        "magnitude",
        mark("largest |z|"),
        mark("The values farthest from 0 are kept, negative ones among them."),
    ),
)
"""Which numbers of a k-sparse code are kept."""

UPSAMPLINGS = table(
    Choice("nearest", mark("Copied"), mark("Pixels are repeated: blocks.")),
    Choice("bilinear", mark("Smooth"), mark("Pixels are interpolated between their neighbours.")),
)

OUTPUT_LAYERS = table(
    Choice(
        "auto",
        mark("Automatic"),
        mark("The mirror of the first layer, or what fits after the decoder."),
    ),
    Choice("conv", mark("Convolution"), mark("A convolution makes the image.")),
    Choice("conv_transpose", mark("Transposed conv"), mark("It makes the image larger, too.")),
)

FITS = table(
    Choice("fit", mark("Whole picture"), mark("Nothing is cropped; the rest is background.")),
    Choice(
        "fill", mark("Fill the frame"), mark("No background; the rest of the image is cropped.")
    ),
    Choice("stretch", mark("Stretch"), mark("Nothing is cropped; proportions change.")),
)

INITIALIZERS = table(
    Choice(
        "torch_default",
        mark("PyTorch default"),
        mark("Uniform within 1 / sqrt(inputs), weights and biases."),
    ),
    Choice("uniform", mark("Uniform"), mark("Uniform between -range and +range."), ("range",)),
    Choice("normal", mark("Normal"), mark("Gaussian with the given standard deviation."), ("std",)),
    Choice(
        "xavier_uniform",
        mark("Xavier uniform"),
        mark("Keeps the signal's size in both directions (Glorot 2010); for tanh."),
        ("gain",),
    ),
    Choice(
        "xavier_normal",
        mark("Xavier normal"),
        mark("The Gaussian form of Xavier's rule."),
        ("gain",),
    ),
    Choice(
        "he_uniform",
        mark("He uniform"),
        mark("Keeps the signal's size through ReLUs (He 2015)."),
        ("gain",),
    ),
    Choice("he_normal", mark("He normal"), mark("The Gaussian form of He's rule."), ("gain",)),
    Choice(
        "orthogonal",
        mark("Orthogonal"),
        mark("Rotations: no direction is stretched or lost at the start."),
        ("gain",),
    ),
)

SCHEDULES = table(
    Choice("constant", mark("Constant"), mark("A constant learning rate.")),
    Choice(
        "exponential",
        mark("Exponential decay"),
        mark("The rate falls from its start to the final rate by the same factor every epoch."),
        ("final_factor",),
    ),
    Choice(
        "step",
        mark("Step decay"),
        mark("The rate is multiplied by a factor at regular intervals of epochs."),
        ("step_epochs", "factor"),
    ),
    Choice(
        "cosine",
        mark("Cosine with warm-up"),
        mark("Rises for some epochs, then falls along half a cosine to the final rate."),
        ("warmup_epochs", "final_factor"),
    ),
    Choice(
        "plateau",
        mark("On plateau"),
        mark("The rate is multiplied by a factor when the loss has stopped falling."),
        ("patience_epochs", "factor", "final_factor"),
    ),
)

DEVICES = table(
    Choice("auto", mark("Automatic"), mark("The graphics card where it helps.")),
    Choice("cpu", mark("Processor (CPU)"), mark("Always available; best for small networks.")),
    Choice("cuda", mark("Graphics card (CUDA)"), mark("For large networks and data.")),
)
