"""The settings of every kind of layer as a table: name, label, range, and where on the card.

A new kind of layer, or a new setting of one, needs a new row here and nothing else in the builder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from aegui.core.i18n import mark, tr, with_marks
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.catalog import LATENTS, LAYERS, OUTPUT_LAYERS, TOPS, UPSAMPLINGS
from aegui.core.network.layers import conv_padding, uneven_padding
from aegui.core.recipe import (
    MAX_CHANNELS,
    MAX_IMAGE,
    MAX_KERNEL,
    MAX_UNITS,
    ConvSpec,
    ConvTransposeSpec,
    DropoutSpec,
    LatentSpec,
    LayerSpec,
    NormSpec,
    PoolSpec,
    ReshapeSpec,
    UpsampleSpec,
    pair,
    square_as_one,
)
from aegui.widgets.form.fields import short_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aegui.core.choices import Choice
    from aegui.core.network.layers import Spec
    from aegui.core.recipe import Sides

    _Shown = Callable[[Spec], bool]

EditorKind = Literal["count", "number", "choice", "optional", "sides"]


@dataclass(frozen=True)
class LayerField:
    """One setting of a layer.

    Attributes:
        name: Field of the layer's part of the recipe.
        label: What it is called, marked.
        help: What it does, in a sentence, marked.
        editor: Which editor it gets; ``optional`` is a whole number, or ``nothing`` for None, and
            ``sides`` one number or rows and columns, or ``nothing``, if it has that.
        limits: Lowest and highest value of a number.
        step: Step of a number; None steps 1-2-5.
        choices: The table of a choice.
        nothing: What an optional number shows for None, marked.
        is_main: Whether it is always on the card, or folded away.
        has_label: Whether its label stands beside it on the main line.
        sign: What stands there instead, where a sign says enough.
        shown: Whether it counts for a layer.
    """

    name: str
    label: str
    help: str
    editor: EditorKind
    limits: tuple[float, float] = (0.0, 1.0)
    step: float | None = None
    choices: Mapping[str, Choice] | None = None
    nothing: str = ""
    is_main: bool = False
    has_label: bool = False
    sign: str = ""
    shown: _Shown = lambda _spec: True


def _kinds(*keys: str) -> dict[str, Choice]:
    return {key: LAYERS[key] for key in keys}


_LARGEST = 1e9
_ACTIVATION = LayerField(
    "activation",
    mark("Activation"),
    mark("The nonlinearity after the weights, without which only linear maps can be learnt."),
    "choice",
    choices=ACTIVATIONS,
    is_main=True,
)
_UNITS = LayerField(
    "units",
    mark("Units"),
    mark("Units of this layer: how many numbers it gives"),
    "count",
    (1, MAX_UNITS),
    is_main=True,
)
_SLOPE = LayerField(
    "slope",
    mark("Slope"),
    mark("How steep the activation is: it is applied to slope times the sum (above 0)"),
    "number",
    (1e-12, 1e9),
)
_DROPOUT = LayerField(
    "dropout",
    mark("Dropout"),
    mark("Share of the units silenced at random in each training step (0 to below 1)"),
    "number",
    (0.0, 0.999_999),
    0.05,
)
_CHANNELS = LayerField(
    "channels",
    mark("Channels"),
    mark("How many filters, each of which gives an image of its own"),
    "count",
    (1, MAX_CHANNELS),
    is_main=True,
)
_KERNEL = LayerField(
    "kernel",
    mark("Kernel"),
    mark("Size of the filters in pixels: one number, or rows×columns such as 1×2"),
    "sides",
    (1, MAX_KERNEL),
)
_STRIDE = LayerField(
    "stride",
    mark("Stride"),
    mark("Pixels from one place of the filter to the next: 2 halves the image"),
    "sides",
    (1, MAX_KERNEL),
)
_AUTO_PADDING = LayerField(
    "padding",
    mark("Padding"),
    mark(
        "Zeros around the image; automatic keeps its size at stride 1, with one more at the right "
        "and the bottom for an even kernel"
    ),
    "sides",
    (0, MAX_KERNEL),
    nothing=mark("auto"),
)
_GROWING_STRIDE = LayerField(
    "stride", mark("Stride"), mark("How many times larger the image becomes"), "sides", (1, 64)
)
_PADDING = LayerField(
    "padding",
    mark("Padding"),
    mark("Pixels cut off around the image that is drawn; automatic undoes an automatic padding"),
    "sides",
    (0, MAX_KERNEL),
    nothing=mark("auto"),
)
_OUTPUT_PADDING = LayerField(
    "output_padding",
    mark("Added"),
    mark("Rows and columns added at the end, where sizes do not come out even"),
    "sides",
    (0, MAX_KERNEL),
)


def _is_gaussian(spec: Spec) -> bool:
    return isinstance(spec, LatentSpec) and spec.kind == "gaussian"


def _is_plain(spec: Spec) -> bool:
    return not _is_gaussian(spec)


_CODE = (
    _UNITS,
    _ACTIVATION,
    LayerField(
        "kind",
        mark("Kind"),
        mark("Gaussian makes a variational autoencoder"),
        "choice",
        choices=LATENTS,
    ),
    LayerField(
        "beta",
        mark("Beta"),
        mark("Weight of the divergence from the prior: more makes a smoother, blurrier map"),
        "number",
        (0.0, _LARGEST),
        shown=_is_gaussian,
    ),
    LayerField(
        "kl_warmup_epochs",
        mark("KL warm-up"),
        mark("Epochs in which beta rises from 0 to its full size"),
        "count",
        (0, 2**31 - 1),
        shown=_is_gaussian,
    ),
    LayerField(
        "free_bits",
        mark("Free bits"),
        mark("Nats that each dimension may tell without paying for them"),
        "number",
        (0.0, _LARGEST),
        0.05,
        shown=_is_gaussian,
    ),
    LayerField(
        "top_k",
        mark("Top k"),
        mark("Only so many numbers of the code are kept, the others become 0: k-sparse"),
        "optional",
        (1, MAX_UNITS),
        nothing=mark("all"),
        shown=_is_plain,
    ),
    LayerField(
        "top_by",
        mark("Kept by"),
        mark("Whether the largest values of the code are kept, or those farthest from 0"),
        "choice",
        choices=TOPS,
        shown=_is_plain,
    ),
    _SLOPE,
    _DROPOUT,
)

_OUTPUT_LAYER = LayerField(
    "kind",
    mark("Layer"),
    mark("What makes the image: automatic, or a convolution of your own"),
    "choice",
    choices=OUTPUT_LAYERS,
)


def _side(name: str, label: str, explanation: str) -> LayerField:
    limits = (1, MAX_IMAGE)
    return LayerField(
        name, label, explanation, "count", limits, is_main=True, has_label=True, sign="×"
    )


FIELDS: dict[str, tuple[LayerField, ...]] = {
    "dense": (_UNITS, _ACTIVATION, _SLOPE, _DROPOUT),
    "code": _CODE,
    "output": (_ACTIVATION, _SLOPE),
    "output conv": (_ACTIVATION, _OUTPUT_LAYER, _KERNEL, _STRIDE, _AUTO_PADDING),
    "output conv_transpose": (
        _ACTIVATION,
        _OUTPUT_LAYER,
        _KERNEL,
        _GROWING_STRIDE,
        _PADDING,
        _OUTPUT_PADDING,
    ),
    "conv": (_CHANNELS, _ACTIVATION, _KERNEL, _STRIDE, _AUTO_PADDING),
    "conv_transpose": (
        _CHANNELS,
        _ACTIVATION,
        _KERNEL,
        _GROWING_STRIDE,
        _PADDING,
        _OUTPUT_PADDING,
    ),
    **{
        kind: (
            LayerField(
                "kind",
                mark("Pooling"),
                mark("What is kept of each square"),
                "choice",
                choices=_kinds("max_pool", "avg_pool"),
                is_main=True,
            ),
            LayerField(
                "size",
                mark("Size"),
                mark("Side of the squares: 2 halves the image"),
                "count",
                (2, MAX_KERNEL),
                is_main=True,
                has_label=True,
            ),
        )
        for kind in ("max_pool", "avg_pool")
    },
    "upsample": (
        LayerField(
            "mode",
            mark("Between pixels"),
            mark("What stands between the pixels that there were"),
            "choice",
            choices=UPSAMPLINGS,
            is_main=True,
        ),
        LayerField(
            "factor",
            mark("Times"),
            mark("How many times larger the image becomes"),
            "count",
            (2, MAX_KERNEL),
            is_main=True,
            has_label=True,
        ),
    ),
    "batch_norm": (_ACTIVATION,),
    "layer_norm": (_ACTIVATION,),
    "dropout": (
        LayerField(
            "rate",
            mark("Share silenced"),
            mark("Share of the numbers silenced at random in each training step (0 to below 1)"),
            "number",
            (0.0, 0.999_999),
            0.05,
            is_main=True,
            has_label=True,
        ),
    ),
    "flatten": (),
    "reshape": (
        LayerField(
            "channels",
            mark("Channels"),
            mark("Channels: times rows and columns as many numbers as arrive"),
            "count",
            (1, MAX_UNITS),
            is_main=True,
        ),
        _side("height", mark("Rows"), mark("Rows of the image")),
        _side("width", mark("Columns"), mark("Columns of the image")),
    ),
    "noise": (_UNITS,),
    "mirrored": (),
    "none": (),
}
"""What can be set on a card, by ``Place.kind``."""


def folded_words(spec: Spec) -> str:
    """The usual settings that are folded away, shortest: ``3x3 /2`` of a convolution."""
    if not isinstance(spec, ConvSpec | ConvTransposeSpec):
        return ""
    kernel = "\u00d7".join(map(str, pair(spec.kernel)))
    sign = "\u00d7" if isinstance(spec, ConvTransposeSpec) else "/"
    return kernel if spec.stride == 1 else f"{kernel} {sign}{sides_words(spec.stride)}"


def sides_words(sides: Sides) -> str:
    """``3``, or ``1\u00d72`` where rows and columns differ."""
    return str(sides) if isinstance(sides, int) else "\u00d7".join(map(str, sides))


def spec_words(spec: Spec) -> str:
    """A layer in one line: ``16 channels, kernel 3, stride 2, ReLU``."""
    words: list[str] = []
    if isinstance(spec, ConvSpec | ConvTransposeSpec):
        uneven, padding = any(uneven_padding(spec)), square_as_one(conv_padding(spec))
        words.append(
            tr(
                "{channels} channels, kernel {kernel}, stride {stride}, padding {padding}",
                channels=spec.channels,
                kernel=sides_words(spec.kernel),
                stride=sides_words(spec.stride),
                padding=tr("same") if uneven else sides_words(padding),
            )
        )
    elif isinstance(spec, PoolSpec):
        words.append(tr("squares of {n}", n=spec.size))
    elif isinstance(spec, UpsampleSpec):
        words.append(tr("{n} times, {mode}", n=spec.factor, mode=tr(UPSAMPLINGS[spec.mode].label)))
    elif isinstance(spec, DropoutSpec):
        words.append(with_marks(short_number(spec.rate)))
    elif isinstance(spec, ReshapeSpec):
        words.append(f"{spec.channels} × {spec.height} × {spec.width}")
    if isinstance(spec, LayerSpec | LatentSpec | ConvSpec | ConvTransposeSpec) or (
        isinstance(spec, NormSpec) and spec.activation != "identity"
    ):
        words.append(tr(ACTIVATIONS[spec.activation].label))
    return ", ".join(words)


def is_unusual(spec: Spec) -> bool:
    """Whether something that is folded away is not as usual, and so must not hide."""
    if isinstance(spec, LatentSpec) and (spec.kind != "plain" or spec.top_k is not None):
        return True
    return isinstance(spec, LayerSpec | LatentSpec) and (spec.slope != 1.0 or spec.dropout > 0.0)
