"""The tables of choices: key, label and explanation of everything that a recipe can name.

Files store the key. Labels and help are English sources, translated where they are shown. This
module imports no torch, so that the window can be drawn before torch is there; the functions
behind the keys live in ``activations.py``, ``initializers.py``, ``losses.py`` and
``optimizers.py`` of the training and network folders.
"""

from __future__ import annotations

from dataclasses import dataclass

from aegui.core.i18n import mark


@dataclass(frozen=True)
class Choice:
    """One row of a table: what files store, what a person reads, and why one would take it."""

    key: str
    label: str
    help: str
    parameters: tuple[str, ...] = ()


def _table(*choices: Choice) -> dict[str, Choice]:
    return {choice.key: choice for choice in choices}


LAYERS = _table(
    Choice("dense", mark("Dense"), mark("Every unit sees every number; an image becomes one row.")),
    Choice(
        "conv",
        mark("Convolution"),
        mark("Small filters slide over the image: the same pattern is found anywhere."),
    ),
    Choice(
        "conv_transpose",
        mark("Transposed conv"),
        mark("A convolution backwards: draws with small stamps and makes the image larger."),
    ),
    Choice("max_pool", mark("Max pooling"), mark("The largest value of each square: smaller.")),
    Choice("avg_pool", mark("Average pooling"), mark("The mean of each square: smaller.")),
    Choice("upsample", mark("Upsampling"), mark("Each pixel several times: larger.")),
    Choice(
        "batch_norm",
        mark("Batch norm"),
        mark("Each channel with mean 0 and variance 1 over the batch; deep networks train faster."),
    ),
    Choice(
        "layer_norm",
        mark("Layer norm"),
        mark("Each sample with mean 0 and variance 1, whatever the batch."),
    ),
    Choice(
        "dropout",
        mark("Dropout"),
        mark("Silences numbers at random while training: less by heart."),
    ),
    Choice("flatten", mark("Flatten"), mark("An image as one row of numbers.")),
    Choice("reshape", mark("Reshape"), mark("A row of numbers as an image.")),
)

LAYER_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (mark("Learn"), ("dense", "conv", "conv_transpose")),
    (mark("Change the size"), ("max_pool", "avg_pool", "upsample")),
    (mark("Steady the training"), ("batch_norm", "layer_norm", "dropout")),
    (mark("Change the shape"), ("flatten", "reshape")),
)
"""The kinds of layers as they are offered: heading, and keys of ``LAYERS``."""

LATENTS = _table(
    Choice("plain", mark("Plain"), mark("The code is what the encoder gives, a point.")),
    Choice(
        "gaussian",
        mark("Gaussian"),
        mark("The code is drawn around a mean: a variational autoencoder, a map without holes."),
        ("beta", "kl_warmup_epochs", "free_bits"),
    ),
)

TOPS = _table(
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

UPSAMPLINGS = _table(
    Choice("nearest", mark("Copied"), mark("Pixels are repeated: blocks.")),
    Choice("bilinear", mark("Smooth"), mark("Pixels are interpolated between their neighbours.")),
)

OUTPUT_LAYERS = _table(
    Choice(
        "auto",
        mark("Automatic"),
        mark("The mirror of the first layer, or what fits after the decoder."),
    ),
    Choice("conv", mark("Convolution"), mark("A convolution makes the image.")),
    Choice("conv_transpose", mark("Transposed conv"), mark("It makes the image larger, too.")),
)

FITS = _table(
    Choice("fit", mark("Whole picture"), mark("Nothing is cut off; the rest is background.")),
    Choice("fill", mark("Fill the frame"), mark("No background; what sticks out is cut off.")),
    Choice("stretch", mark("Stretch"), mark("Nothing is cut off; proportions are lost.")),
)

ACTIVATIONS = _table(
    Choice("identity", mark("Identity"), mark("No bend at all: the layer stays linear.")),
    Choice("relu", mark("ReLU"), mark("Cuts everything below zero: fast, but units can die.")),
    Choice(
        "leaky_relu",
        mark("Leaky ReLU"),
        mark("ReLU that lets 1 % of the negative side through, so that no unit dies."),
    ),
    Choice("elu", mark("ELU"), mark("Smooth below zero, linear above; trains well without care.")),
    Choice("gelu", mark("GELU"), mark("A smooth ReLU weighted by the normal distribution.")),
    Choice("silu", mark("SiLU"), mark("x times its sigmoid: smooth, a slight dip below zero.")),
    Choice("softplus", mark("Softplus"), mark("A rounded ReLU that is never exactly zero.")),
    Choice(
        "tanh", mark("Tanh"), mark("Squeezes into -1..1; smooth maps, good for small networks.")
    ),
    Choice(
        "sigmoid",
        mark("Sigmoid"),
        mark("Squeezes into 0..1: the output layer for pixels; slow when used inside."),
    ),
    Choice("sine", mark("Sine"), mark("Waves: fits fine detail, folds the latent plane.")),
    Choice(
        "cosh",
        mark("Cosh"),
        mark("Grows without limit on both sides; begins with a tenth of the usual weights."),
    ),
)

INITIALIZERS = _table(
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

LOSSES = _table(
    Choice(
        "bce",
        mark("Binary cross-entropy"),
        mark("For pixels that are on or off: how surprised the output is by the target."),
    ),
    Choice("mse", mark("Mean squared error"), mark("The classic: punishes large misses most.")),
    Choice("mae", mark("Mean absolute error"), mark("Punishes all misses alike; sharp outputs.")),
    Choice(
        "huber",
        mark("Huber"),
        mark("Squared for small misses, absolute for large ones."),
        ("huber_delta",),
    ),
)

OPTIMIZERS = _table(
    Choice("sgd", mark("SGD"), mark("Plain gradient descent: follow the slope downhill.")),
    Choice(
        "momentum",
        mark("SGD with momentum"),
        mark("Gradient descent that keeps rolling."),
        ("momentum",),
    ),
    Choice(
        "nesterov",
        mark("Nesterov momentum"),
        mark("Momentum that looks ahead before it corrects."),
        ("momentum",),
    ),
    Choice(
        "rmsprop", mark("RMSprop"), mark("Divides each slope by its recent size."), ("alpha", "eps")
    ),
    Choice(
        "adagrad",
        mark("Adagrad"),
        mark("Divides each slope by all its past; slows down for ever."),
        ("eps",),
    ),
    Choice(
        "adam",
        mark("Adam"),
        mark("Momentum and RMSprop together: the one to start with."),
        ("beta1", "beta2", "eps"),
    ),
    Choice(
        "adamw",
        mark("AdamW"),
        mark("Adam with weight decay done apart from the slope."),
        ("beta1", "beta2", "eps", "weight_decay"),
    ),
    Choice(
        "lbfgs",
        mark("L-BFGS-B"),
        mark("Second order from the last few slopes; full batch. An epoch is an iteration."),
    ),
    Choice(
        "bfgs",
        mark("BFGS"),
        mark(
            "Second order with the whole matrix of curvatures: small networks, full batch. The "
            "loop is our own, with scipy's line search."
        ),
    ),
    Choice(
        "cg",
        mark("Conjugate gradients"),
        mark("Directions that do not spoil one another, each searched to its end; full batch."),
    ),
    Choice(
        "powell",
        mark("Powell"),
        mark("No slopes at all: one direction after the other. Very slow beyond 100 weights."),
    ),
    Choice(
        "nelder_mead",
        mark("Nelder-Mead"),
        mark("No slopes at all: a simplex that crawls downhill. Only for tiny networks."),
    ),
)

SCHEDULES = _table(
    Choice("constant", mark("Constant"), mark("The same learning rate all the way.")),
    Choice(
        "exponential",
        mark("Exponential decay"),
        mark("The rate falls from its start to the final rate by an equal factor an epoch."),
        ("final_factor",),
    ),
    Choice(
        "step",
        mark("Steps"),
        mark("The rate is multiplied by a factor every so many epochs."),
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

CORRUPTIONS = _table(
    Choice("none", mark("None"), mark("The input is the clean image.")),
    Choice(
        "salt_pepper",
        mark("Salt and pepper"),
        mark("Each pixel is, with probability p, replaced by a fair coin."),
        ("level",),
    ),
    Choice("flip", mark("Flip"), mark("Each pixel is inverted with probability p."), ("level",)),
    Choice(
        "gaussian",
        mark("Gaussian"),
        mark("Adds normal noise of the given sigma, clipped to 0..1."),
        ("level",),
    ),
    Choice(
        "masking",
        mark("Masking"),
        mark("Each pixel is set to zero with probability p."),
        ("level",),
    ),
    Choice(
        "salt",
        mark("Salt only (to 1)"),
        mark(
            "Each pixel is set to 1 with probability p: ink in a drawing of letters, white in a "
            "photograph."
        ),
        ("level",),
    ),
    Choice(
        "pepper",
        mark("Pepper only (to 0)"),
        mark(
            "Each pixel is set to 0 with probability p, as masking does: paper in a drawing of "
            "letters, black in a photograph."
        ),
        ("level",),
    ),
    Choice(
        "block",
        mark("Block erase"),
        mark("One rectangle at a random place, with p of the area of the image, is set to zero."),
        ("level",),
    ),
)
