"""Exclude sections of a foreign configuration: disabled ones and those of other networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.course_configs.layers import is_layer_list
from aegui.core.course_configs.values import flag_of
from aegui.core.errors import RecipeError
from aegui.core.i18n import tr
from aegui.core.recipe.errors import quoted

if TYPE_CHECKING:
    from aegui.core.course_configs.notes import Item, KeyPath, Notes

_SWITCHES = frozenset({"enable", "enabled", "active", "use", "on", "activo", "habilitado", "usar"})
_SIDES = ("encod", "decod", "codific", "decodific")
_LAYERS = ("layer", "hidden", "arch", "capas", "topology", "neuron", "sizes", "units", "ocult")
_PARTS = ("latent", "bottleneck", "output", "input", "code", "optim", "data", "train", "noise")
"""Words for the parts of one network, which are no networks of their own."""
_ADVERSARIES = frozenset({"discriminator", "generator", "critic"})


def set_aside(notes: Notes) -> None:
    """Exclude the values of disabled sections and of all networks except the first.

    Raises:
        RecipeError: The configuration describes a GAN.
    """
    for switch in notes.items:
        _switch_off(notes, switch)
    homes: dict[KeyPath, None] = {}
    for item in filter(_has_layers, notes.live):
        if _ADVERSARIES & set(item.names):
            raise RecipeError(
                tr(
                    '"{key}" is a part of a GAN, and this is read as an autoencoder: begin with a '
                    "GAN that ships with the program, and give it these layers.",
                    key=item.key,
                )
            )
        if not any(name.startswith(_PARTS) or "activ" in name for name in item.names):
            homes[_home(item)] = None
    _keep_first(notes, list(homes))


def tell_switches(notes: Notes) -> None:
    """Report the effect of every switch that has no line yet."""
    for item in notes.items:
        if item.path in notes.spoken_of or _switched(item) is None:
            continue
        branch = item.path[:-1]
        if flag_of(item.value) and any(path[: len(branch)] == branch for path in notes.spoken_of):
            notes.understand(item, tr("switched on"))
        elif item.path in notes.switches:
            notes.understand(item, tr("switched off"))


def _switched(item: Item) -> tuple[KeyPath, str] | None:
    """Return parent path and name of the section that a switch controls; "" is the whole parent."""
    name, parent = item.names[-1], item.names[:-1]
    if name in _SWITCHES and parent:
        return parent, ""
    for affix in ("use_", "enable_", "_enabled", "_active"):
        base = name.removeprefix(affix) if affix.endswith("_") else name.removesuffix(affix)
        if base != name:
            return parent, base
    return None


def _switch_off(notes: Notes, switch: Item) -> None:
    found = _switched(switch)
    if found is None or flag_of(switch.value) is not False:
        return
    place, name = found
    depth = len(place)
    for item in notes.items:
        if item is switch or item.names[:depth] != place or len(item.names) == depth:
            continue
        section = item.names[depth]
        if not name or section == name or section.startswith(f"{name}_"):
            notes.off[item.path] = tr("switched off")
            notes.switches.add(switch.path)


def _has_layers(item: Item) -> bool:
    return (
        isinstance(item.value, list | tuple | str)
        and is_layer_list(item.value)
        and any(word in item.names[-1] for word in (*_LAYERS, *_SIDES, *_ADVERSARIES))
    )


def _home(item: Item) -> KeyPath:
    """Return the path of the section that describes the network of ``item``."""
    end = len(item.path) - 1
    while end > 0 and item.names[end - 1].startswith((*_SIDES, "hidden", "layers")):
        end -= 1
    return item.path[:end]


def _keep_first(notes: Notes, homes: list[KeyPath]) -> None:
    """Exclude all but the first of several sections with layers of their own."""
    first, *others = homes or [()]
    sections = {_section(first, other) for other in others} - {()}
    if not sections:
        return
    for item in notes.items:
        if any(item.path[: len(section)] == section for section in sections):
            notes.off[item.path] = tr("another network")
    first_name = ".".join(first) or quoted(notes.items[0].key)
    text = tr(
        "It describes {n} networks; the first was taken: {name}.",
        n=len(sections) + 1,
        name=first_name,
    )
    notes.say("assumed", text)


def _section(first: KeyPath, other: KeyPath) -> KeyPath:
    """Return the largest section with ``other`` but without ``first``, or () if there is none."""
    common = 0
    while common < min(len(first), len(other)) and first[common] == other[common]:
        common += 1
    return other[: common + 1] if common < len(other) else ()
