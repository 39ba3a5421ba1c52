"""The features of the window, in the order in which they are made and told what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.window.wiring.answer import AnswerFeature
from aegui.window.wiring.answer_studies import AnswerStudiesFeature
from aegui.window.wiring.classifier import ClassifierFeature
from aegui.window.wiring.code import CodeFeature
from aegui.window.wiring.data import DataFeature
from aegui.window.wiring.document import DocumentFeature
from aegui.window.wiring.drawing import DrawingFeature
from aegui.window.wiring.figures import FiguresFeature
from aegui.window.wiring.gan import GanFeature
from aegui.window.wiring.grid import GridFeature
from aegui.window.wiring.insight import InsightFeature
from aegui.window.wiring.making import MakingFeature
from aegui.window.wiring.map import MapFeature
from aegui.window.wiring.others import OthersFeature
from aegui.window.wiring.points import PointsFeature
from aegui.window.wiring.projections import ProjectionsFeature
from aegui.window.wiring.reference import ReferenceFeature
from aegui.window.wiring.results import ResultsFeature
from aegui.window.wiring.selection import SelectionFeature
from aegui.window.wiring.set import SetFeature
from aegui.window.wiring.shown import ShownFeature
from aegui.window.wiring.sliders import SlidersFeature
from aegui.window.wiring.study import NoiseStudyFeature
from aegui.window.wiring.time import TimeFeature
from aegui.window.wiring.training import TrainingFeature

if TYPE_CHECKING:
    from aegui.window.docks import DockSpec
    from aegui.window.feature import Feature

FEATURES: tuple[type[Feature], ...] = (
    TrainingFeature,
    DataFeature,
    DocumentFeature,
    ResultsFeature,
    MapFeature,
    InsightFeature,
    PointsFeature,
    MakingFeature,
    SlidersFeature,
    DrawingFeature,
    SetFeature,
    ProjectionsFeature,
    SelectionFeature,
    OthersFeature,
    AnswerFeature,
    AnswerStudiesFeature,
    NoiseStudyFeature,
    ClassifierFeature,
    CodeFeature,
    GanFeature,
    ReferenceFeature,
    GridFeature,
    FiguresFeature,
    TimeFeature,
    ShownFeature,
)


def dock_specs() -> tuple[DockSpec, ...]:
    """The docks of all features, as they are listed in the menu."""
    specs = (spec for feature in FEATURES for spec in feature.docks)
    return tuple(sorted(specs, key=lambda spec: spec.rank))
