"""A network as a table of layers, output shapes and parameters; as text, CSV and Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.store import megabytes
from aegui.core.i18n import localized, mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.shapes import shape_words
from aegui.core.recipe.layers import LAYERS
from aegui.core.text_tables import columns_text, csv_text, markdown_text

if TYPE_CHECKING:
    from aegui.core.network.layers import LayerShape
    from aegui.core.network.resolve import Shapes

COLUMNS = (
    mark("Layer"),
    mark("Part"),
    mark("Settings"),
    mark("Output shape"),
    mark("Parameters"),
)
PARTS = {
    "encoder": mark("encoder"),
    "latent": mark("code"),
    "decoder": mark("decoder"),
    "output": mark("output"),
    "head": mark("classifier"),
    "discriminator": mark("discriminator"),
}
FORMS = ("text", "csv", "markdown")


@dataclass(frozen=True)
class SummaryRow:
    """One layer."""

    layer: str
    """Its kind, translated."""
    part: str
    """Key of ``PARTS``; empty for the input."""
    settings: str
    """Activation, kernel and the like, translated."""
    shape: str
    """Output shape for one sample, such as ``32x7x7``."""
    parameters: int
    """Trainable numbers."""
    buffers: int = 0
    """Numbers that are stored but not trained."""

    def cells(self) -> tuple[str, ...]:
        """Return the content of each of ``COLUMNS``."""
        part = tr(PARTS[self.part]) if self.part else ""
        return self.layer, part, self.settings, self.shape, localized(self.parameters, ",")


@dataclass(frozen=True)
class Summary:
    """All layers in their order, the input first."""

    rows: tuple[SummaryRow, ...]
    """One for each layer."""
    problems: tuple[str, ...] = ()
    """Translated problems; the table then ends before the first."""

    @property
    def parameters(self) -> int:
        """Trainable numbers of one network."""
        return sum(row.parameters for row in self.rows)

    @property
    def buffers(self) -> int:
        """Numbers of one network that are not trained."""
        return sum(row.buffers for row in self.rows)

    def totals(self) -> tuple[str, ...]:
        """Return the lines below the table."""
        lines = [tr("Parameters: {n:,}", n=self.parameters + self.buffers)]
        lines.append(tr("Trainable: {n:,}", n=self.parameters))
        lines.append(tr("Not trained: {n:,}", n=self.buffers))
        size = megabytes(4 * (self.parameters + self.buffers))
        lines.append(tr("Weights of one network: {size}", size=size))
        return tuple(lines)

    def text(self, form: str = "text") -> str:
        """Return the table in one of ``FORMS``, with its totals."""
        header = [tr(name) for name in COLUMNS]
        rows = [row.cells() for row in self.rows]
        if form == "csv":
            numbers = zip(rows, self.rows, strict=True)
            return csv_text(header, ((*cells[:-1], row.parameters) for cells, row in numbers))
        if form == "markdown":
            table = markdown_text(header, rows, len(header) - 1)
            return "\n".join([table, "", *(f"- {line}" for line in self.totals()), ""])
        lines = columns_text(header, rows, len(header) - 1).split("\n")
        rule = "─" * max(map(len, lines))
        return "\n".join([lines[0], rule, *lines[1:], rule, *self.totals(), ""])


def summary_of(shapes: Shapes) -> Summary:
    """Return the table of a network, as far as its layers fit."""
    layers = shapes.all_layers
    rows = [] if not layers else [_input(layers[0])]
    rows += [_row(layer) for layer in layers]
    return Summary(tuple(rows), tuple(problem.message for problem in shapes.problems))


def _input(first: LayerShape) -> SummaryRow:
    return SummaryRow(tr("Input"), "", "", shape_words(first.input_shape), 0)


def _row(layer: LayerShape) -> SummaryRow:
    buffers = sum(tensor.size for tensor in layer.tensors if tensor.role == "buffer")
    return SummaryRow(
        _kind(layer),
        layer.part,
        ", ".join(_settings(layer)),
        shape_words(layer.output_shape),
        layer.parameters,
        buffers,
    )


def _kind(layer: LayerShape) -> str:
    if layer.part == "latent":
        return tr("Gaussian code") if layer.spec.kind == "gaussian" else tr("Code")
    choice = LAYERS.get(layer.spec.kind)
    return tr(choice.label) if choice is not None else layer.spec.kind


def _settings(layer: LayerShape) -> list[str]:
    """Return the settings of a layer, most important first."""
    spec = layer.spec.model_dump()
    parts = []
    if "kernel" in spec:
        parts.append(tr("kernel {size}", size=_side(spec["kernel"])))
    elif "size" in spec:
        parts.append(tr("window {size}", size=_side(spec["size"])))
    if "factor" in spec:
        parts.append(tr("{n} times as large", n=spec["factor"]))
    if "stride" in spec and spec["stride"] is not None:
        parts.append(tr("stride {size}", size=_side(spec["stride"])))
    if "activation" in spec:
        parts.append(tr(ACTIVATIONS[spec["activation"]].label))
    if spec.get("dropout"):
        parts.append(tr("dropout {share:g}", share=spec["dropout"]))
    if layer.spec.kind == "dropout":
        parts.append(localized(spec["rate"], "g") if "rate" in spec else "")
    if layer.tied_to is not None:
        parts.append(tr("tied weights"))
    return [text for text in parts if text]


def _side(size: object) -> str:
    return "x".join(map(str, size)) if isinstance(size, list | tuple) else str(size)
