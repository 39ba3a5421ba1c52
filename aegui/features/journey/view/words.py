"""Texts for the numbers, layers and steps of a journey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import localized, mark, tr
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.shapes import is_image
from aegui.session.highlighted_layer import layer_indices

if TYPE_CHECKING:
    from aegui.core.evaluation.journey import Journey, JourneyStep, Rule
    from aegui.core.network.shapes import Shape
    from aegui.session.highlighted_layer import LayerIndex

_PARTS = {
    "encoder": mark("Encoder {n}"),
    "code": mark("Code"),
    "decoder": mark("Decoder {n}"),
    "output": mark("Answer"),
}
COLOURS = (mark("red"), mark("green"), mark("blue"))
"""Names of the channels of an image in colour."""
_RULES: dict[Rule, str] = {
    "sum": mark("Each input times its weight, all added to the bias, then the activation."),
    "affine": mark(
        "A norm: one number times a factor, and a shift; both as they are for this input."
    ),
    "largest": mark("The largest of a square of pixels is passed on."),
    "mean": mark("The mean of a square of pixels."),
    "copy": mark("A copy; between pixels, interpolated."),
}


def indices_of(journey: Journey) -> list[LayerIndex | None]:
    """Return for each stage the layer that produced it; None for the input."""
    indices = layer_indices(journey.layers)
    return [None if stage.layer is None else indices[stage.layer] for stage in journey.stages]


def stage_words(journey: Journey, stage: int) -> str:
    """Return the name of a stage, such as ``Decoder 2``."""
    place = indices_of(journey)[stage]
    if place is None:
        return tr("Code") if journey.from_code else tr("Input")
    part, count = place
    return tr(_PARTS[part], n=count + 1)


def unit_words(journey: Journey, stage: int, unit: int, *, brief: bool = False) -> str:
    """Return the name of a unit: ``unit 7``, or ``row 3, column 2`` with channel or colour.

    With ``brief`` row and column of one of several channels are a pair: ``channel 5 (3, 2)``.
    """
    shape = shape_of(journey, stage)
    if not is_image(shape):
        return tr("unit {n}", n=unit + 1)
    channels, height, width = shape
    channel, rest = divmod(unit, height * width)
    row, column = divmod(rest, width)
    place = tr("row {row}, column {column}", row=row + 1, column=column + 1)
    if channels == 1:
        return place
    is_picture = stage in {0, len(journey.stages) - 1}
    has_colours = is_picture and channels == len(COLOURS)
    if brief:
        name = tr(COLOURS[channel]) if has_colours else tr("channel {n}", n=channel + 1)
        return tr("{name} ({row}, {column})", name=name, row=row + 1, column=column + 1)
    if has_colours:
        return tr("{place}, {colour}", place=place, colour=tr(COLOURS[channel]))
    return tr("channel {n}, {place}", n=channel + 1, place=place)


def shape_of(journey: Journey, stage: int) -> Shape:
    """Return the shape of a stage; the last one has the shape of the image."""
    if stage == len(journey.stages) - 1:
        return journey.image_shape
    return journey.stages[stage].shape


def number(value: float) -> str:
    """Return ``value`` formatted for display."""
    size = abs(value)
    spec = ".3e" if size and (size < 1e-3 or size >= 1e5) else ".4f" if size < 10 else ".2f"
    return localized(value, spec).replace("-", "−")  # a minus sign instead of a hyphen


def formula_lines(step: JourneyStep) -> list[str]:
    """Return the rule of a step, with symbols and with its numbers."""
    label = tr(ACTIVATIONS[step.activation].label)
    linear = step.activation == "identity"
    slope = "" if step.slope == 1.0 else f"{number(step.slope)} · "
    if step.rule == "sum":
        inner = f"{slope}(b + Σ wᵢ xᵢ)" if slope else "b + Σ wᵢ xᵢ"
        products = sum(term.product for term in step.terms)
        filled = f"{number(step.bias)} + ({number(products)})"
        filled = f"{slope}({filled})" if slope else filled
    elif step.rule == "affine":
        term = step.terms[0]
        inner, filled = (
            "α x + β",
            f"{number(term.weight)} · {number(term.value)} + ({number(step.bias)})",
        )
    else:
        inner = {"largest": "max xᵢ", "mean": "(1/n) Σ xᵢ", "copy": "Σ wᵢ xᵢ"}[step.rule]
        filled = number(step.total)
    if linear:
        lines = [f"a = {inner}", f"{number(step.value)} = {filled}"]
    else:
        lines = [
            f"a = {label}({inner})",
            f"{number(step.value)} = {label}({number(step.total)});   "
            f"{number(step.total)} = {filled}",
        ]
    if not step.is_kept:
        lines.append(tr("k-sparse: this number is not among the largest, so it is 0."))
    return lines


def rule_words(step: JourneyStep) -> str:
    """Return the rule of a step as a sentence."""
    return tr(_RULES[step.rule])
