"""The activations of a foreign configuration, put onto its layers; see ``course_configs``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aegui.core.course_layers import Chain, Layer
from aegui.core.course_tables import CATALOGUES
from aegui.core.course_values import choice, to_number
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from aegui.core.course_keys import Item
    from aegui.core.course_reader import Reader

_HIDDEN = "tanh"
"""What hidden layers bend with where nothing is told."""


class Bends:
    """The activations, slopes and dropout that are given apart from the layers."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        keys = reader.keys
        self._list = keys.take(
            *("activations", "activation*", "funciones_activacion"),
            fits=lambda v: isinstance(v, list | tuple) and len(v) > 0,
        )
        act = ("activation", "activation_fn", "activation_function", "act", "activation.name")
        self._output = self._one(
            *("output*activation*", "final_activation", "last_activation", "activation_output"),
            "o_activation",
            *("out_activation", "output*.activation*", "activacion_salida", "activation*.output"),
        )
        self._code = self._one(
            *("latent_activation*", "bottleneck_activation*", "code_activation*"),
            *("activation*.latent", "activation*.bottleneck", "activation*.code"),
            *("latent*.activation*", "bottleneck*.activation*", "code.activation*"),
        )
        self._encoder = self._one(
            "encoder_activation*", "activation*.encoder", *(f"encoder*.{name}" for name in act)
        )
        self._decoder = self._one(
            "decoder_activation*", "activation*.decoder", *(f"decoder*.{name}" for name in act)
        )
        self._hidden = self._one(
            *("hidden*activation*", *act, "activation*.hidden", "activation.type", "nonlinearity"),
            *("activation*.name", "activation*.function", "activation*.fn", "non_linearity"),
            *("activation_type", "activacion", "funcion_activacion", "transfer_function"),
        )
        self._slope = self._beta()
        self._dropout = self._number("dropout", "dropout_rate", "dropout_p", "dropout_prob*")

    def applied(
        self, chain: Chain
    ) -> tuple[tuple[Layer, ...], Layer, tuple[Layer, ...] | None, Layer]:
        """Encoder, code, decoder (None: mirrors) and output with everything filled in."""
        encoder, code, decoder, output = chain.encoder, chain.code, chain.decoder, chain.output
        output = output or Layer(1)
        if self._list is not None:
            encoder, code, decoder, output = self._from_list(
                self._list, encoder, code, decoder, output
            )
        if any(layer.activation is None for layer in (*encoder, *(decoder or ()))) and not (
            self._hidden or self._encoder
        ):
            label = tr(CATALOGUES["activation"][_HIDDEN].label)
            self._reader.assumed.append(tr("Hidden layers bend with {label}.", label=label))
        encoder = tuple(self._filled(layer, self._encoder or self._hidden) for layer in encoder)
        if decoder is None and self._decoder not in (None, self._encoder or self._hidden):
            decoder = tuple(replace(layer, activation=None) for layer in reversed(encoder))
        if decoder is not None:
            side = self._decoder or self._hidden
            decoder = tuple(self._filled(layer, side) for layer in decoder)
        return encoder, self._linear(code), decoder, self._bounded(output)

    def _filled(self, layer: Layer, activation: str | None) -> Layer:
        bend = layer.activation or activation or _HIDDEN
        slope = layer.slope if layer.slope is not None else self._slope_of(bend)
        dropout = self._dropout if layer.dropout is None else layer.dropout
        return Layer(layer.units, bend, slope, dropout)

    def _slope_of(self, activation: str) -> float | None:
        return self._slope if activation in {"tanh", "sigmoid"} else None

    def _linear(self, code: Layer) -> Layer:
        bend = code.activation or self._code
        if bend is None:
            bend = "identity"
            self._reader.assumed.append(
                tr("The code has no activation, so that the map can spread freely.")
            )
        return Layer(code.units, bend, code.slope or self._slope_of(bend), code.dropout)

    def _bounded(self, output: Layer) -> Layer:
        bend = output.activation or self._output
        loss = self._reader.settings.get("training.loss", "bce")
        if bend is None or (bend != "sigmoid" and loss == "bce"):
            bend = "sigmoid"
            self._reader.assumed.append(
                tr("The output layer is a sigmoid: pixels lie between 0 and 1.")
            )
        same = bend == self._hidden or bend == self._output
        return Layer(1, bend, output.slope or (self._slope_of(bend) if same else None))

    def _from_list(
        self,
        item: Item,
        encoder: tuple[Layer, ...],
        code: Layer,
        decoder: tuple[Layer, ...] | None,
        output: Layer,
    ) -> tuple[tuple[Layer, ...], Layer, tuple[Layer, ...] | None, Layer]:
        values = item.value
        bends = [choice("activation", v) for v in values] if isinstance(values, list) else []
        both = tuple(reversed(encoder)) if decoder is None else decoder
        layers = [*encoder, code, *both, output]
        if len(bends) == len(layers) + 1:
            bends = bends[1:]
        if len(bends) == len(encoder):
            bends = [*bends, None, *reversed(bends)]
        if not len(layers) - 1 <= len(bends) <= len(layers):
            self._reader.unknown.append(tr("{setting} (not one for each layer)", setting=item.text))
            return encoder, code, decoder, output
        self._reader.understood.append(f"{item.text}: {tr('activations')}")
        bends += [None] * (len(layers) - len(bends))
        bent = [
            replace(layer, activation=layer.activation or bend)
            for layer, bend in zip(layers, bends, strict=True)
        ]
        depth = len(encoder)
        return tuple(bent[:depth]), bent[depth], tuple(bent[depth + 1 : -1]), bent[-1]

    def _one(self, *patterns: str) -> str | None:
        item = self._reader.keys.take(*patterns, fits=lambda v: isinstance(v, str))
        if item is None:
            return None
        key = choice("activation", item.value)
        if key is None:
            self._reader.unknown.append(tr("{setting} (not known here)", setting=item.text))
            return None
        label = tr(CATALOGUES["activation"][key].label)
        self._reader.understood.append(f"{item.text}: {tr('activation')} {label}")
        return key

    def _beta(self) -> float | None:
        bends = {self._hidden, self._encoder, self._decoder, self._output}
        if not bends & {"tanh", "sigmoid"}:
            return None
        return self._number("beta", "activation*beta", "slope", "tanh_beta", "sigmoid_beta")

    def _number(self, *patterns: str) -> float | None:
        item = self._reader.keys.take(*patterns, fits=lambda v: not isinstance(v, list | dict))
        if item is None or item.value is False:
            return None
        number = to_number(item.value, item.key)
        self._reader.understood.append(f"{item.text}: {item.names[-1]}")
        for part in ("encoder", "decoder", "latent", "output_slope"):
            self._reader.names[f"network.{part}"] = item.key
        return number


def layer_document(layer: Layer) -> dict[str, Any]:
    """``layer`` as it stands in a recipe's JSON."""
    document: dict[str, Any] = {"units": layer.units, "activation": layer.activation}
    if layer.slope is not None:
        document["slope"] = layer.slope
    if layer.dropout is not None:
        document["dropout"] = layer.dropout
    return document
