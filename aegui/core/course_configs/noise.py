"""The noise of a foreign configuration; see the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.course_configs.tables import CATALOGUES, NOISE_BY_KIND
from aegui.core.course_configs.values import choice, flag_of, to_number
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from aegui.core.course_configs.keys import Item
    from aegui.core.course_configs.notes import Notes

_KINDS = (
    "noise_type noise_kind noise.type noise.kind noise.name type_of_noise noise corruption "
    "corruption.type corruption.kind denois*.type denois*.kind tipo_ruido tipo_de_ruido "
    "ruido.tipo ruido"
)
_LEVELS = (
    "noise_level* noise_factor noise_prob* noise_p noise_std noise_sigma noise_amount "
    "noise_intensity noise_rate noise_ratio noise_variance noise.*level noise.*factor noise.p "
    "noise.prob* noise.std noise.sigma noise.amount noise.intensity noise.rate corruption.level "
    "corruption_level corruption_rate corruption.rate corruption.p corruption.prob* denois*.p "
    "denois*.level nivel_ruido nivel_de_ruido ruido.nivel probabilidad_ruido noise corruption "
    "ruido"
)
_SWITCHES = "noise use_noise denoising denoise add_noise ruido with_noise"
_DEFAULT_LEVEL = 0.1


def read_noise(notes: Notes) -> None:
    """Take the noise that is given, unless it is switched off."""
    keys = notes.keys
    kind_item = keys.take_one(_KINDS, fits=lambda v: choice("corruption", v) is not None)
    named, salt = _level_by_kind(notes)
    pepper = keys.take_one("pepper_p pepper_prob pepper")
    level = salt or keys.take_one(_LEVELS, fits=_is_level)
    switch = keys.take_one(_SWITCHES, fits=lambda v: flag_of(v) is not None)
    if switch is not None and flag_of(switch.value) is False:
        notes.understand(switch, tr("no noise"))
        for item in (kind_item, level, pepper):
            if item is not None:
                notes.leave(item, tr("switched off"))
        return
    if level is None and kind_item is None:
        if switch is not None:
            notes.leave(switch, tr("neither kind nor level of the noise is given"))
        return
    if switch is not None:
        notes.understand(switch, tr("noise"))
    kind = named or _kind(notes, kind_item, level)
    _set_noise(notes, kind, level, pepper, kind_item)


def _is_level(value: object) -> bool:
    return not isinstance(value, bool | dict | list) and (
        not isinstance(value, str) or choice("corruption", value) is None
    )


def _level_by_kind(notes: Notes) -> tuple[str | None, Item | None]:
    """A level whose key names the kind of noise as well."""
    for kind, patterns in NOISE_BY_KIND:
        item = notes.keys.take_one(patterns, fits=_is_level)
        if item is not None:
            return kind, item
    return None, None


def _kind(notes: Notes, kind_item: Item | None, level: Item | None) -> str:
    kind = None if kind_item is None else choice("corruption", kind_item.value)
    if kind is not None:
        return kind
    name = "" if level is None else level.names[-1]
    words = ("factor", "std", "sigma", "variance")
    kind = "gaussian" if any(word in name for word in words) else "salt_pepper"
    label = tr(CATALOGUES["corruption"][kind].label)
    notes.assumed.append(tr("The kind of noise is not given: {kind} is taken.", kind=label))
    return kind


def _set_noise(
    notes: Notes, kind: str, item: Item | None, pepper: Item | None, kind_item: Item | None
) -> None:
    path = "data.corruption"
    label = tr(CATALOGUES["corruption"][kind].label)
    if kind_item is not None and choice("corruption", kind_item.value) == kind:
        notes.set(f"{path}.kind", kind, kind_item, label)
    if item is None:
        if kind != "none":
            notes.settings[f"{path}.level"] = _DEFAULT_LEVEL
            notes.assumed.append(
                tr("The level of the noise is not given: {p} is taken.", p=_DEFAULT_LEVEL)
            )
        return
    level = to_number(item.value, item.key)
    if pepper is not None:
        level += to_number(pepper.value, pepper.key)
        notes.understand(pepper, label)
    if level == 0:
        kind = "none"
    notes.settings[f"{path}.kind"] = kind
    # A level that cannot be is told at its own key, not at that of the whole noise.
    notes.names[path] = item.key
    notes.set(f"{path}.level", level, item, f"{label}, {tr('level of the noise')}")
