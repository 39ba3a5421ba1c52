"""The table of all features, which the window reads before any of them is created."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.features import (
    answer,
    builder,
    challenge,
    charts,
    classifier,
    code,
    data,
    document,
    drawing,
    figures,
    gallery,
    gan,
    journey,
    lessons,
    library,
    linked,
    making,
    map,
    noise_study,
    parity,
    projections,
    races,
    report,
    source,
    studies,
    teacher,
    time,
    tour,
)

if TYPE_CHECKING:
    from aegui.shell.action_spec import ActionSpec
    from aegui.shell.feature import DockSpec, FeatureSpec

MAP = "aegui.features.map.view.canvas:LatentCanvas"
"""The widget in the centre of the window."""
TIME = "aegui.features.time.view.bar:TimeBar"
"""The widget at the bottom of the window."""
FEATURES: tuple[FeatureSpec, ...] = (
    *builder.FEATURES,
    *data.FEATURES,
    *document.FEATURES,
    *challenge.FEATURES,
    *gallery.FEATURES,
    *charts.FEATURES,
    *map.FEATURES,
    *making.FEATURES,
    *report.FEATURES,
    *source.FEATURES,
    *drawing.FEATURES,
    *projections.FEATURES,
    *linked.FEATURES,
    *answer.FEATURES,
    *noise_study.FEATURES,
    *studies.FEATURES,
    *library.FEATURES,
    *races.FEATURES,
    *classifier.FEATURES,
    *code.FEATURES,
    *journey.FEATURES,
    *gan.FEATURES,
    *figures.FEATURES,
    *time.FEATURES,
    *parity.FEATURES,
    *tour.FEATURES,
    *lessons.FEATURES,
    *teacher.FEATURES,
)
"""All features, in the order in which they are created and notified of changes."""


def action_specs() -> tuple[ActionSpec, ...]:
    """Return the actions of all features."""
    return tuple(spec for feature in FEATURES for spec in feature.actions)


def why_disabled() -> dict[str, str]:
    """Return, for each condition, why actions that need it are disabled while it does not hold."""
    return {name: why for feature in FEATURES for name, why in feature.conditions.items()}


def dock_specs() -> tuple[DockSpec, ...]:
    """Return the docks of all features, in the order of the menu."""
    specs = (spec for feature in FEATURES for spec in feature.docks)
    return tuple(sorted(specs, key=lambda spec: spec.rank))
