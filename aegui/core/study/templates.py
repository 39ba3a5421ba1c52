"""Templates of axes that set several fields at once: layer lists, training shares, noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.choices import Choice, table
from aegui.core.i18n import mark
from aegui.core.light_dataclass import dataclass
from aegui.core.study.plan import AxisRow, StudyAxis
from aegui.core.study.row_text import network_row
from aegui.core.study.words import NONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.study.row_text import Around


@dataclass(frozen=True)
class AxisTemplate(Choice):
    """A template for an axis of rows; ``rows`` makes its initial rows."""

    rows: Callable[[Around], tuple[AxisRow, ...]] = lambda _: ()


def _architectures(around: Around) -> tuple[AxisRow, ...]:
    return (network_row(around, around.recipe),)


def _shares(_around: Around) -> tuple[AxisRow, ...]:
    return tuple(
        AxisRow(label=f"{share}%", set={"data.split.validation": (100 - share) / 100})
        for share in (30, 50, 70)
    )


def _noises(_around: Around) -> tuple[AxisRow, ...]:
    kind, level = "data.corruption.kind", "data.corruption.level"
    none = AxisRow(label=NONE, set={kind: "none", level: 0.0})
    levels = (
        AxisRow(label=f"{share}%", set={kind: "salt_pepper", level: share / 100})
        for share in (10, 20, 50)
    )
    return (none, *levels)


TEMPLATES = table(
    AxisTemplate(
        "architecture",
        mark("Architecture"),
        mark("Whole lists of layers, a line each: 35-25-10-2."),
        rows=_architectures,
    ),
    AxisTemplate(
        "share",
        mark("Share to learn from"),
        mark("The rest of the samples is held out."),
        rows=_shares,
    ),
    AxisTemplate(
        "noise",
        mark("Noise level"),
        mark("Salt and pepper on the input, at several levels."),
        rows=_noises,
    ),
)


def axis_of_template(key: str, around: Around) -> StudyAxis:
    """Return a new axis made from the template ``key``."""
    template = TEMPLATES[key]
    # All labels are translated where they are shown: the plan may be read in another language.
    return StudyAxis(label=template.label, rows=template.rows(around))
