"""The activations of a foreign configuration, put onto its layers; see the package."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aegui.core.course_configs.layers import Layer
from aegui.core.course_configs.tables import CATALOGUES
from aegui.core.course_configs.values import choice, to_number
from aegui.core.i18n import tr
from aegui.core.recipe.errors import quoted

if TYPE_CHECKING:
    from aegui.core.course_configs.keys import Item
    from aegui.core.course_configs.notes import Notes
    from aegui.core.course_configs.shape import Chain

_HIDDEN = "tanh"
"""What hidden layers bend with where nothing is told."""


_ACT = ("activation", "activation_fn", "activation_function", "act", "activation.name", "function")
_LISTED = ("activation*", "act", "acts", "act_fn*", "funciones_activacion", "funciones")


class Bends:
    """The activations, slopes and dropout that are given apart from the layers."""

    def __init__(self, notes: Notes, *, gaussian: bool) -> None:
        self._notes = notes
        self._encoder_list = self._list(
            *(f"encod*.{name}" for name in _LISTED), "encoder_activation*", "activation*.encoder"
        )
        self._decoder_list = self._list(
            *(f"decod*.{name}" for name in _LISTED), "decoder_activation*", "activation*.decoder"
        )
        self._hidden_list = self._list("hidden*activation*", "activation*.hidden*")
        self._whole_list = self._list("activations", *_LISTED)
        self._output = self._one(
            *("output*activation*", "final_activation", "last_activation", "activation_output"),
            *("o_activation", "output_activator", "output_act*", "out_act*", "last_act*"),
            *("out_activation", "output*.activation*", "activacion_salida", "activation*.output"),
            *(
                "output_function",
                "final_act*",
                "activator_output",
                "activation_out",
                "funcion_salida",
            ),
            *("output*.function", "decoder_output_activation", "activation_last"),
        )
        self._code = self._one(
            *("latent_activation*", "bottleneck_activation*", "code_activation*", "latent_act*"),
            *("activation*.latent", "activation*.bottleneck", "activation*.code", "code_act*"),
            *("latent*.activation*", "bottleneck*.activation*", "code.activation*"),
            *(
                "bottleneck_act*",
                "activation_latent",
                "activation_bottleneck",
                "activacion_latente",
            ),
        )
        self._encoder = self._one(
            "encoder_activation*", "activation*.encoder", *(f"encod*.{name}" for name in _ACT)
        )
        self._decoder = self._one(
            "decoder_activation*", "activation*.decoder", *(f"decod*.{name}" for name in _ACT)
        )
        self._hidden = self._one(
            *("hidden*activation*", *_ACT, "activation*.hidden", "activation.type", "nonlinearity"),
            *("activation*.name", "activation*.function", "activation*.fn", "non_linearity"),
            *("activation_type", "activacion", "funcion_activacion", "transfer_function"),
            *("hidden_act*", "hidden_function", "activator", "activators", "act_fn", "act_func*"),
            *("funcion_de_activacion", "funcion", "squash*", "transfer", "hidden_activator"),
        )
        self._slope = None if gaussian else self._beta()
        self._dropout = self._number("dropout", "dropout_rate", "dropout_p", "dropout_prob*")

    def applied(
        self, chain: Chain
    ) -> tuple[tuple[Layer, ...], Layer, tuple[Layer, ...] | None, Layer]:
        """Encoder, code, decoder (None: mirrors) and output with everything filled in."""
        encoder, code, decoder, output = chain.encoder, chain.code, chain.decoder, chain.output
        output = output or Layer(1)
        for item, put in (
            (self._encoder_list, _on_encoder),
            (self._decoder_list, _on_decoder),
            (self._hidden_list, _on_hidden),
            (self._whole_list, _on_all),
        ):
            bends = None if item is None else self._bends(item)
            bent = put(bends, encoder, code, decoder, output) if bends is not None else None
            if bent is not None and item is not None:
                encoder, code, decoder, output = bent
                self._notes.understand(item, tr("activations"))
            elif item is not None:
                self._notes.leave(item, tr("not one for each layer"))
        if any(layer.activation is None for layer in (*encoder, *(decoder or ()))) and not (
            self._hidden or self._encoder
        ):
            label = tr(CATALOGUES["activation"][_HIDDEN].label)
            self._notes.assumed.append(tr("Hidden layers bend with {label}.", label=label))
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
            self._notes.assumed.append(
                tr("The code has no activation, so that the map can spread freely.")
            )
        return Layer(code.units, bend, code.slope or self._slope_of(bend), code.dropout)

    def _bounded(self, output: Layer) -> Layer:
        bend = output.activation or self._output
        loss = self._notes.settings.get("training.loss", "bce")
        if bend is None or (bend != "sigmoid" and loss == "bce"):
            bend = "sigmoid"
            self._notes.assumed.append(
                tr("The output layer is a sigmoid: pixels lie between 0 and 1.")
            )
        same = bend == self._hidden or bend == self._output
        return Layer(1, bend, output.slope or (self._slope_of(bend) if same else None))

    def _list(self, *patterns: str) -> Item | None:
        def is_list(value: object) -> bool:
            return (
                isinstance(value, list | tuple)
                and len(value) > 0
                and all(isinstance(v, str) or v is None for v in value)
            )

        return self._notes.keys.take(*patterns, fits=is_list)

    def _bends(self, item: Item) -> list[str | None] | None:
        """The activations in a list, None for those that are not known."""
        bends: list[str | None] = []
        for index, value in enumerate(item.value if isinstance(item.value, list | tuple) else ()):
            bends.append(choice("activation", value))
            if bends[-1] is None and value is not None:
                self._notes.unknown.append(
                    tr("{key}.{i} {v} is not known here", key=item.key, i=index, v=quoted(value))
                )
        return bends

    def _one(self, *patterns: str) -> str | None:
        item = self._notes.keys.take_one(*patterns, fits=lambda v: isinstance(v, str), none=True)
        if item is None:
            return None
        key = choice("activation", item.value)
        if key is None:
            self._notes.leave(item, tr("not known here"))
            return None
        label = tr(CATALOGUES["activation"][key].label)
        self._notes.understand(item, f"{tr('activation')} {label}")
        return key

    def _beta(self) -> float | None:
        bends = {self._hidden, self._encoder, self._decoder, self._output}
        if not bends & {"tanh", "sigmoid"}:
            return None
        return self._number("beta", "activation*beta", "slope", "tanh_beta", "sigmoid_beta")

    def _number(self, *patterns: str) -> float | None:
        item = self._notes.keys.take_one(*patterns)
        if item is None:
            return None
        if item.value is False:
            self._notes.understand(item, tr("switched off"))
            return None
        number = to_number(item.value, item.key)
        self._notes.understand(item, item.names[-1])
        for part in ("encoder", "decoder", "latent", "output_slope"):
            self._notes.names[f"network.{part}"] = item.key
        return number


def layer_document(layer: Layer) -> dict[str, Any]:
    """``layer`` as it stands in a recipe's JSON."""
    document: dict[str, Any] = {"units": layer.units, "activation": layer.activation}
    if layer.slope is not None:
        document["slope"] = layer.slope
    if layer.dropout is not None:
        document["dropout"] = layer.dropout
    return document


Bent = tuple[tuple[Layer, ...], Layer, tuple[Layer, ...] | None, Layer]
_Sides = tuple[Layer, ...]


def _on_encoder(
    bends: list[str | None], encoder: _Sides, code: Layer, decoder: _Sides | None, output: Layer
) -> Bent | None:
    """One activation for each layer of the encoder; with the code, and perhaps the input."""
    if len(bends) == len(encoder) + 2:
        bends = bends[1:]
    if len(bends) not in (len(encoder), len(encoder) + 1):
        return None
    bent = _put([*encoder, code], bends)
    return tuple(bent[:-1]), bent[-1], decoder, output


def _on_decoder(
    bends: list[str | None], encoder: _Sides, code: Layer, decoder: _Sides | None, output: Layer
) -> Bent | None:
    """One activation for each layer of the decoder; with the output, and perhaps the code."""
    back = _back(encoder, decoder)
    if len(bends) == len(back) + 2:
        bends = bends[1:]
    if len(bends) not in (len(back), len(back) + 1):
        return None
    bent = _put([*back, output], bends)
    return encoder, code, tuple(bent[:-1]), bent[-1]


def _on_hidden(
    bends: list[str | None], encoder: _Sides, code: Layer, decoder: _Sides | None, output: Layer
) -> Bent | None:
    """One activation for each hidden layer, of the encoder or of both sides."""
    if len(bends) == len(encoder):
        return tuple(_put(list(encoder), bends)), code, decoder, output
    back = _back(encoder, decoder)
    if len(bends) == len(encoder) + len(back):
        bent = _put([*encoder, *back], bends)
        return tuple(bent[: len(encoder)]), code, tuple(bent[len(encoder) :]), output
    return _on_all(bends, encoder, code, decoder, output)


def _on_all(
    bends: list[str | None], encoder: _Sides, code: Layer, decoder: _Sides | None, output: Layer
) -> Bent | None:
    """One activation for each layer of weights; the output, or the decoder, may be left out."""
    layers = [*encoder, code, *_back(encoder, decoder), output]
    depth = len(encoder)
    if len(bends) == len(layers) + 1:
        bends = bends[1:]
    if len(bends) == depth:
        bends = [*bends, None, *(reversed(bends))]
    elif len(bends) == depth + 1 and len(bends) < len(layers) - 1:
        bends = [*bends, *reversed(bends[:-1])]
    if not len(layers) - 1 <= len(bends) <= len(layers):
        return None
    bent = _put(layers, bends)
    return tuple(bent[:depth]), bent[depth], tuple(bent[depth + 1 : -1]), bent[-1]


def _put(layers: list[Layer], bends: list[str | None]) -> list[Layer]:
    padded = [*bends, *[None] * (len(layers) - len(bends))]
    return [
        replace(layer, activation=layer.activation or bend)
        for layer, bend in zip(layers, padded, strict=True)
    ]


def _back(encoder: _Sides, decoder: _Sides | None) -> _Sides:
    if decoder is not None:
        return decoder
    return tuple(replace(layer, activation=None) for layer in reversed(encoder))
