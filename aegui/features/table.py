"""The rooms of the program: what the window knows of each before anything of it is made."""

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
"""What is in the middle of the window."""
TIME = "aegui.features.time.view.bar:TimeBar"
"""What lies across its foot."""
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
"""In the order in which they are made and told what is shown."""


def action_specs() -> tuple[ActionSpec, ...]:
    """The actions of all features."""
    return tuple(spec for feature in FEATURES for spec in feature.actions)


def dock_specs() -> tuple[DockSpec, ...]:
    """The docks of all features, as they are listed in the menu."""
    specs = (spec for feature in FEATURES for spec in feature.docks)
    return tuple(sorted(specs, key=lambda spec: spec.rank))
