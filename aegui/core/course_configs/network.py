"""The activations of a foreign configuration, put onto its layers; see the package."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aegui.core.course_configs.layers import GivenLayer
from aegui.core.course_configs.tables import CATALOGUES
from aegui.core.course_configs.values import choice, to_number
from aegui.core.i18n import tr
from aegui.core.recipe.errors import quoted

if TYPE_CHECKING:
    from aegui.core.course_configs.keys import Item
    from aegui.core.course_configs.notes import Notes
    from aegui.core.course_configs.shape import GivenChain

_HIDDEN = "tanh"
"""The activation of hidden layers where none is given."""


_ACT = "activation activation_fn activation_function act activation.name function"
_LISTED = "activation* act acts act_fn* funciones_activacion funciones"


def _within(section: str, names: str) -> str:
    """``names`` as keys of a section."""
    return " ".join(f"{section}.{name}" for name in names.split())


class GivenActivations:
    """The activations, slopes and dropout that are given apart from the layers."""

    def __init__(self, notes: Notes, *, gaussian: bool) -> None:
        self._notes = notes
        self._encoder_list = self._list(
            f"{_within('encod*', _LISTED)} encoder_activation* activation*.encoder"
        )
        self._decoder_list = self._list(
            f"{_within('decod*', _LISTED)} decoder_activation* activation*.decoder"
        )
        self._hidden_list = self._list("hidden*activation* activation*.hidden*")
        self._whole_list = self._list(f"activations {_LISTED}")
        self._output = self._one(
            "output*activation* final_activation last_activation activation_output o_activation "
            "output_activator output_act* out_act* last_act* out_activation output*.activation* "
            "activacion_salida activation*.output output_function final_act* activator_output "
            "activation_out funcion_salida output*.function decoder_output_activation "
            "activation_last",
        )
        self._code = self._one(
            "latent_activation* bottleneck_activation* code_activation* latent_act* "
            "activation*.latent activation*.bottleneck activation*.code code_act* "
            "latent*.activation* bottleneck*.activation* code.activation* bottleneck_act* "
            "activation_latent activation_bottleneck activacion_latente",
        )
        self._encoder = self._one(
            f"encoder_activation* activation*.encoder {_within('encod*', _ACT)}"
        )
        self._decoder = self._one(
            f"decoder_activation* activation*.decoder {_within('decod*', _ACT)}"
        )
        self._hidden = self._one(
            f"hidden*activation* {_ACT} "
            "activation*.hidden activation.type nonlinearity activation*.name "
            "activation*.function activation*.fn non_linearity activation_type activacion "
            "funcion_activacion transfer_function hidden_act* hidden_function activator "
            "activators act_fn act_func* funcion_de_activacion funcion squash* transfer "
            "hidden_activator"
        )
        self._slope = None if gaussian else self._beta()
        self._dropout = self._number("dropout dropout_rate dropout_p dropout_prob*")

    def applied(self, chain: GivenChain) -> GivenChain:
        """``chain`` with everything filled in; where its decoder is None it mirrors."""
        for item, put in (
            (self._encoder_list, _on_encoder),
            (self._decoder_list, _on_decoder),
            (self._hidden_list, _on_hidden),
            (self._whole_list, _on_all),
        ):
            given = None if item is None else self._activations_of(item)
            changed = put(given, chain) if given is not None else None
            if changed is not None and item is not None:
                chain = changed
                self._notes.understand(item, tr("activations"))
            elif item is not None:
                self._notes.leave(item, tr("not one for each layer"))
        layers = (*chain.encoder, *(chain.decoder or ()))
        side = self._encoder or self._hidden
        if not side and any(layer.activation is None for layer in layers):
            label = tr(CATALOGUES["activation"][_HIDDEN].label)
            self._notes.assumed.append(tr("Hidden layers use {label}.", label=label))
        encoder = tuple(self._filled(layer, side) for layer in chain.encoder)
        decoder = chain.decoder
        if decoder is None and self._decoder not in (None, side):
            decoder = replace(chain, encoder=encoder).back
        if decoder is not None:
            decoder = tuple(self._filled(layer, self._decoder or self._hidden) for layer in decoder)
        code, output = self._linear(chain.code), self._bounded(chain.last)
        return replace(chain, encoder=encoder, code=code, decoder=decoder, output=output)

    def _filled(self, layer: GivenLayer, activation: str | None) -> GivenLayer:
        name = layer.activation or activation or _HIDDEN
        slope = layer.slope if layer.slope is not None else self._slope_of(name)
        dropout = self._dropout if layer.dropout is None else layer.dropout
        return GivenLayer(layer.units, name, slope, dropout)

    def _slope_of(self, activation: str) -> float | None:
        return self._slope if activation in {"tanh", "sigmoid"} else None

    def _linear(self, code: GivenLayer) -> GivenLayer:
        name = code.activation or self._code
        if name is None:
            name = "identity"
            self._notes.assumed.append(
                tr("The code has no activation, so that the map can spread freely.")
            )
        return GivenLayer(code.units, name, code.slope or self._slope_of(name), code.dropout)

    def _bounded(self, output: GivenLayer) -> GivenLayer:
        name = output.activation or self._output
        loss = self._notes.settings.get("training.loss", "bce")
        if name is None or (name != "sigmoid" and loss == "bce"):
            name = "sigmoid"
            self._notes.assumed.append(
                tr("The output layer is a sigmoid: pixels lie between 0 and 1.")
            )
        same = name == self._hidden or name == self._output
        return GivenLayer(1, name, output.slope or (self._slope_of(name) if same else None))

    def _list(self, patterns: str) -> Item | None:
        def is_list(value: object) -> bool:
            return (
                isinstance(value, list | tuple)
                and len(value) > 0
                and all(isinstance(v, str) or v is None for v in value)
            )

        return self._notes.keys.take(patterns, fits=is_list)

    def _activations_of(self, item: Item) -> list[str | None] | None:
        """The activations in a list, None for those that are not known."""
        given: list[str | None] = []
        for index, value in enumerate(item.value if isinstance(item.value, list | tuple) else ()):
            given.append(choice("activation", value))
            if given[-1] is None and value is not None:
                self._notes.unknown.append(
                    tr("{key}.{i} {v} is not known here", key=item.key, i=index, v=quoted(value))
                )
        return given

    def _one(self, patterns: str) -> str | None:
        item = self._notes.keys.take_one(patterns, fits=lambda v: isinstance(v, str), none=True)
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
        given = {self._hidden, self._encoder, self._decoder, self._output}
        if not given & {"tanh", "sigmoid"}:
            return None
        return self._number("beta activation*beta slope tanh_beta sigmoid_beta")

    def _number(self, patterns: str) -> float | None:
        item = self._notes.keys.take_one(patterns)
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


def layer_document(layer: GivenLayer) -> dict[str, Any]:
    """``layer`` as it stands in a recipe's JSON."""
    document: dict[str, Any] = {"units": layer.units, "activation": layer.activation}
    if layer.slope is not None:
        document["slope"] = layer.slope
    if layer.dropout is not None:
        document["dropout"] = layer.dropout
    return document


_Given = list[str | None]


def _on_encoder(given: _Given, chain: GivenChain) -> GivenChain | None:
    """One activation for each layer of the encoder; with the code, and perhaps the input."""
    depth = len(chain.encoder)
    if len(given) == depth + 2:
        given = given[1:]
    if len(given) not in (depth, depth + 1):
        return None
    *encoder, code = _put([*chain.encoder, chain.code], given)
    return replace(chain, encoder=tuple(encoder), code=code)


def _on_decoder(given: _Given, chain: GivenChain) -> GivenChain | None:
    """One activation for each layer of the decoder; with the output, and perhaps the code."""
    depth = len(chain.back)
    if len(given) == depth + 2:
        given = given[1:]
    if len(given) not in (depth, depth + 1):
        return None
    *decoder, output = _put([*chain.back, chain.last], given)
    return replace(chain, decoder=tuple(decoder), output=output)


def _on_hidden(given: _Given, chain: GivenChain) -> GivenChain | None:
    """One activation for each hidden layer, of the encoder or of both sides."""
    depth = len(chain.encoder)
    if len(given) == depth:
        return replace(chain, encoder=tuple(_put(list(chain.encoder), given)))
    if len(given) == depth + len(chain.back):
        changed = _put([*chain.encoder, *chain.back], given)
        return replace(chain, encoder=tuple(changed[:depth]), decoder=tuple(changed[depth:]))
    return _on_all(given, chain)


def _on_all(given: _Given, chain: GivenChain) -> GivenChain | None:
    """One activation for each layer of weights; the output, or the decoder, may be left out."""
    layers = [*chain.encoder, chain.code, *chain.back, chain.last]
    depth = len(chain.encoder)
    if len(given) == len(layers) + 1:
        given = given[1:]
    if len(given) == depth:
        given = [*given, None, *(reversed(given))]
    elif len(given) == depth + 1 and len(given) < len(layers) - 1:
        given = [*given, *reversed(given[:-1])]
    if not len(layers) - 1 <= len(given) <= len(layers):
        return None
    changed = _put(layers, given)
    return replace(
        chain,
        encoder=tuple(changed[:depth]),
        code=changed[depth],
        decoder=tuple(changed[depth + 1 : -1]),
        output=changed[-1],
    )


def _put(layers: list[GivenLayer], given: _Given) -> list[GivenLayer]:
    padded = [*given, *[None] * (len(layers) - len(given))]
    return [
        replace(layer, activation=layer.activation or name)
        for layer, name in zip(layers, padded, strict=True)
    ]
