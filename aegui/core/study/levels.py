"""Parsing of noise levels, and the noises that they make with one or more kinds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.errors import AeguiError
from aegui.core.i18n import localized, tr, with_marks
from aegui.core.recipe import CorruptionSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNBOUNDED = "gaussian"


def parse_levels(text: str, what: str) -> tuple[float, ...]:
    """Parse the numbers in ``text``; return them sorted, without duplicates.

    Separators are commas, or semicolons, in which case a comma may be a decimal mark.

    Args:
        text: The input, such as ``0, 0.05, 0.1``.
        what: What the levels are for, for the error message.

    Raises:
        AeguiError: ``text`` has no numbers, or an entry is no number of 0 or more.
    """
    has_semicolons = ";" in text
    parts = text.replace(",", ".").split(";") if has_semicolons else text.split(",")
    parts = [part.strip() for part in parts if part.strip()]
    if not parts:
        raise AeguiError(
            tr("{what}: write at least one level, such as 0, 0.05, 0.1, 0.2.", what=what)
        )
    return tuple(sorted({_level(part, what) for part in parts}))


def noises_of(
    kinds: Sequence[str], levels: Sequence[float], what: str
) -> tuple[CorruptionSpec, ...]:
    """Return every level of every kind, kind after kind; level 0 is the same for all of them.

    Raises:
        AeguiError: There is no kind, or a level is too large for a kind.
    """
    if not kinds:
        raise AeguiError(tr("{what}: choose at least one kind of noise.", what=what))
    found: dict[tuple[str, float], CorruptionSpec] = {}
    for kind in kinds:
        for level in levels:
            if level > 1.0 and kind != _UNBOUNDED:
                raise AeguiError(
                    tr(
                        "{what}: {level} is too large for “{kind}”, whose level is a share: at "
                        "most 1.",
                        what=what,
                        level=localized(level, "g"),
                        kind=tr(CORRUPTIONS[kind].label),
                    )
                )
            key = (kind if level > 0.0 else "", level)
            found.setdefault(key, CorruptionSpec.model_validate({"kind": kind, "level": level}))
    return tuple(found.values())


def _level(part: str, what: str) -> float:
    try:
        level = float(part)
    except ValueError:
        level = math.nan
    if not (math.isfinite(level) and level >= 0.0):
        raise AeguiError(
            tr(
                "{what}: “{part}” is not a level; write numbers of 0 or more, such as "
                "0, 0.05, 0.1.",
                what=what,
                part=with_marks(part),
            )
        )
    return level
