"""Changes of a recipe as text: ``Learning rate: 0.01 → 0.003``."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Any

from aegui.core.data.builtin import set_title
from aegui.core.i18n import localized, mark, short_number, tr, with_marks
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.catalog import OUTPUT_LAYERS
from aegui.core.network.layer_fields import FIELDS, sides_words
from aegui.core.network.plan import network_plan
from aegui.core.network.words import architecture, data_words
from aegui.core.recipe.layers import LAYERS
from aegui.core.recipe.settings import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aegui.core.choices import Choice
    from aegui.core.data.dataset import Dataset
    from aegui.core.network.shapes import Shape
    from aegui.core.recipe import Recipe
    from aegui.core.recipe.changes import Change
    from aegui.core.recipe.settings import Section, Setting

_OUTPUT_LAYER = "network.output_layer"
_STACKS = {
    "network.encoder": mark("Encoder"),
    "network.decoder": mark("Decoder"),
    "classifier.hidden": mark("Classifier"),
    "gan.discriminator": mark("Discriminator"),
}
_OTHERS = {
    "network.tied": mark("Tied weights"),
    "network.latent": mark("Code"),
    "network.output_activation": mark("Activation of the output"),
    "network.output_slope": mark("Slope of the output"),
    _OUTPUT_LAYER: mark("Layer of the output"),
    "classifier": mark("Classifier"),
    "gan": mark("Adversary"),
    "data.split.validation": mark("Share held out for validation"),
    "data.split.seed": mark("Seed of the split"),
    "data.split.last": mark("Last samples held out for validation"),
    "data.augment.flip": mark("Mirrored at random"),
    "data.augment.shift": mark("Shifted at random"),
}
_CARDS = {"network.latent": "code", _OUTPUT_LAYER: "output conv_transpose"}
"""The card whose fields a part of the network has; that one has all fields of the output."""
_LONGEST = 40
_ROWS = {row.path: (section, row) for section in SECTIONS for row in section.settings}
_NAMES = Counter(row.field.label for _, row in _ROWS.values())


def change_lines(
    trained: Recipe,
    recipe: Recipe,
    changes: tuple[Change, ...],
    shapes: tuple[Shape, Shape],
) -> tuple[str, ...]:
    """Return one line for each of ``changes``; changed layer sizes share a line.

    ``shapes`` are the image shapes of ``trained`` and ``recipe``.
    """
    old, new = ("", "")
    if (trained.network, trained.gan) != (recipe.network, recipe.gan):
        before, after = map(network_plan, (trained, recipe), shapes)
        old, new = ("", "") if before == after else (architecture(before), architecture(after))
    sizes = old != new
    lines = [_line(tr("Network"), old, new)] if sizes else []
    lines += [_words(change) for change in changes if not (sizes and _is_of_sizes(change.path))]
    return tuple(dict.fromkeys(lines))


def data_line(learnt: Dataset, dataset: Dataset) -> str:
    """Return a line on the change from the learnt set to that of the draft."""
    old, new = (f"{_title(it)} ({data_words(it)})" for it in (learnt, dataset))
    if old == new:
        return tr("Data: other images or labels in “{name}”", name=_title(dataset))
    return _line(tr("Data"), old, new)


def _title(dataset: Dataset) -> str:
    """Return the display name of a set: shipped sets as in the lists of sets, others by file."""
    return set_title(dataset.name)


def setting_label(path: str) -> str:
    """Return the displayed label of the recipe field at ``path``; else the path."""
    row = _ROWS.get(path)
    return (_of_layer(path) if row is None else _of_row(*row))[0]


def setting_value(path: str, value: Any) -> str:
    """Return a displayed value of that field; keys of choices as their labels."""
    if path == _OUTPUT_LAYER:
        # Channels and activation of this layer are those of the output.
        value = "auto" if value is None else value["kind"]
    row = _ROWS.get(path)
    return _value(value, (_of_layer(path) if row is None else _of_row(*row))[1])


def setting_paths() -> tuple[str, ...]:
    """Return the paths of all fields in the settings panels, in their order."""
    return tuple(_ROWS)


def _line(label: str, old: str, new: str) -> str:
    return tr("{label}: {old} → {new}", label=label, old=old, new=new)


def _is_of_sizes(path: str) -> bool:
    """Return whether the line on layer sizes already covers this change."""
    return path.startswith("network.") and path.rpartition(".")[2] in {"units", "channels"}


def _words(change: Change) -> str:
    old, new = (setting_value(change.path, value) for value in (change.old, change.new))
    return _line(setting_label(change.path), old, new)


def _of_row(section: Section, setting: Setting) -> tuple[str, Mapping[str, Choice] | None]:
    """Return label and choices of a row; ambiguous labels get their section's title."""
    label = tr(setting.field.label)
    if _NAMES[setting.field.label] > 1:
        label = f"{tr(section.title)}, {label}"
    return label, setting.field.choices


def _of_layer(path: str) -> tuple[str, Mapping[str, Choice] | None]:
    """Return label and choices of a value on a card of the builder."""
    if path in _OTHERS or path in _STACKS:
        known = OUTPUT_LAYERS if path == _OUTPUT_LAYER else None
        return tr(_OTHERS.get(path) or _STACKS[path]), known
    home, _, name = path.rpartition(".")
    if home in _STACKS and name.isdigit():
        return _place(home, name), None
    stack, _, index = home.rpartition(".")
    if home in _CARDS:
        place, fields = tr(_OTHERS[home]), FIELDS[_CARDS[home]]
    elif stack in _STACKS and index.isdigit():
        place, fields = _place(stack, index), tuple(chain(*map(FIELDS.__getitem__, LAYERS)))
    else:
        return path, None
    field = next((one for one in fields if one.name == name), None)
    if field is None:
        return f"{place}, {name}", None
    return f"{place}, {tr(field.label)}", field.choices


def _place(stack: str, index: str) -> str:
    """Return the name of the layer at ``index`` of ``stack``."""
    return tr("{part}, layer {n}", part=tr(_STACKS[stack]), n=int(index) + 1)


def _value(value: Any, choices: Mapping[str, Choice] | None) -> str:
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if value is None:
        return "–"
    if isinstance(value, int):
        return localized(value, ",")
    if isinstance(value, float):
        return with_marks(short_number(value))
    if isinstance(value, str):
        known = choices[value].label if choices is not None and value in choices else value
        text = tr(known)
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    if isinstance(value, dict):
        return _layer(value) if "kind" in value else tr("yes")
    if value and not isinstance(value[0], dict):
        return sides_words(tuple(value))
    return ", ".join(map(_layer, value)) or tr("no layers")


def _layer(layer: Mapping[str, Any]) -> str:
    """Format a layer as ``25 Tanh``, or ``Convolution 16 ReLU``."""
    kind = layer["kind"]
    size = layer.get("units", layer.get("channels"))
    activation = layer.get("activation")
    parts = [
        "" if kind == "dense" else tr(LAYERS[kind].label),
        "" if size is None else localized(size, ","),
        "" if activation is None else tr(ACTIVATIONS[activation].label),
    ]
    return " ".join(filter(None, parts))
