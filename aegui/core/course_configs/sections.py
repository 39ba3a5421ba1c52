"""Sections of a foreign configuration: switched off, or of another network than the one taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.course_configs.layers import is_layer_list
from aegui.core.course_configs.values import flag_of
from aegui.core.errors import RecipeError
from aegui.core.i18n import tr
from aegui.core.recipe.errors import quoted

if TYPE_CHECKING:
    from aegui.core.course_configs.keys import Item, Keys
    from aegui.core.course_configs.notes import Notes

_SWITCHES = frozenset({"enable", "enabled", "active", "use", "on", "activo", "habilitado", "usar"})
_SIDES = ("encod", "decod", "codific", "decodific")
_LAYERS = ("layer", "hidden", "arch", "capas", "topology", "neuron", "sizes", "units", "ocult")
_PARTS = ("latent", "bottleneck", "output", "input", "code", "optim", "data", "train", "noise")
"""Parts of one network, not networks."""
_ADVERSARIES = frozenset({"discriminator", "generator", "critic"})

Path = tuple[str, ...]


def set_aside(notes: Notes) -> None:
    """Mark what must not be taken: switched-off sections, and all networks but the first.

    Raises:
        RecipeError: It describes a GAN.
    """
    _switch_off(notes.keys)
    _refuse_gan(notes.keys)
    _keep_one_network(notes)


def tell_switches(notes: Notes) -> None:
    """Say of every switch that nobody spoke of what it did."""
    keys = notes.keys
    for item in keys.items:
        wished = flag_of(item.value) if _is_switch(item) else None
        if item.path in keys.told or wished is None:
            continue
        if wished and _used(keys, item.path[:-1]):
            notes.understand(item, tr("switched on"))
        elif not wished and item.path in keys.switches:
            notes.understand(item, tr("switched off"))


def _is_switch(item: Item) -> bool:
    return _switched(item) is not None


def _switched(item: Item) -> tuple[Path, str] | None:
    """The section that a switch speaks of: where it lies, and its name; "" is all of it."""
    name, parent = item.names[-1], item.names[:-1]
    if name in _SWITCHES and parent:
        return parent, ""
    for head in ("use_", "enable_"):
        if name.startswith(head):
            return parent, name.removeprefix(head)
    for tail in ("_enabled", "_active"):
        if name.endswith(tail):
            return parent, name.removesuffix(tail)
    return None


def _switch_off(keys: Keys) -> None:
    for switch in keys.items:
        found = _switched(switch)
        if found is None or flag_of(switch.value) is not False:
            continue
        place, name = found
        for item in keys.items:
            if item is not switch and _belongs(item.names, place, name):
                keys.off[item.path] = tr("switched off")
                keys.switches.add(switch.path)


def _belongs(names: Path, place: Path, name: str) -> bool:
    if names[: len(place)] != place or len(names) <= len(place):
        return False
    own = names[len(place)]
    return not name or own == name or own.startswith(f"{name}_")


def _used(keys: Keys, branch: Path) -> bool:
    return any(path[: len(branch)] == branch for path in keys.told)


def _refuse_gan(keys: Keys) -> None:
    for item in keys.items:
        if item.path not in keys.off and _ADVERSARIES & set(item.names) and _has_layers(item):
            raise RecipeError(
                tr(
                    '"{key}" is a part of a GAN, and this is read as an autoencoder: begin with a '
                    "GAN that ships with the program, and give it these layers.",
                    key=item.key,
                )
            )


def _has_layers(item: Item) -> bool:
    return (
        isinstance(item.value, list | tuple | str)
        and is_layer_list(item.value)
        and any(word in item.names[-1] for word in (*_LAYERS, *_SIDES, *_ADVERSARIES))
    )


def _keep_one_network(notes: Notes) -> None:
    """Of several sections with layers of their own the first is taken."""
    keys = notes.keys
    homes: dict[Path, None] = {}
    for item in keys.items:
        if item.path not in keys.off and _has_layers(item) and not _is_detail(item):
            homes[_home(item)] = None
    first, *others = homes or [()]
    sections = {_section(first, other) for other in others} - {()}
    if not sections:
        return
    kept = ".".join(first) or quoted(keys.items[0].key)
    for section in sections:
        for item in keys.items:
            if item.path[: len(section)] == section:
                keys.off[item.path] = tr("another network")
    notes.assumed.append(
        tr(
            "It describes {n} networks; the first was taken: {name}.",
            n=len(sections) + 1,
            name=kept,
        )
    )


def _is_detail(item: Item) -> bool:
    return any(name.startswith(_PARTS) or "activ" in name for name in item.names)


def _home(item: Item) -> Path:
    """The section that the network of ``item`` stands in."""
    end = len(item.path) - 1
    while end > 0 and item.names[end - 1].startswith((*_SIDES, "hidden", "layers")):
        end -= 1
    return item.path[:end]


def _section(first: Path, other: Path) -> Path:
    """The section of ``other`` that has nothing of ``first`` in it, or () where there is none."""
    common = 0
    while common < min(len(first), len(other)) and first[common] == other[common]:
        common += 1
    return other[: common + 1] if common < len(other) else ()
