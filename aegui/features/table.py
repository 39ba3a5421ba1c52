"""The features of the window, in the order in which they are made and told what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.features.answer.answer_studies import AnswerStudiesFeature
from aegui.features.answer.feature import AnswerFeature
from aegui.features.builder.training import TrainingFeature
from aegui.features.charts.reference import ReferenceFeature
from aegui.features.charts.results import ResultsFeature
from aegui.features.classifier.feature import ClassifierFeature
from aegui.features.code.feature import CodeFeature
from aegui.features.data.feature import DataFeature
from aegui.features.document.feature import DocumentFeature
from aegui.features.drawing.feature import DrawingFeature
from aegui.features.drawing.set import SetFeature
from aegui.features.figures.feature import FiguresFeature
from aegui.features.gan.feature import GanFeature
from aegui.features.linked.others import OthersFeature
from aegui.features.linked.selection import SelectionFeature
from aegui.features.making.feature import MakingFeature
from aegui.features.map.feature import MapFeature
from aegui.features.map.grid import GridFeature
from aegui.features.map.insight import InsightFeature
from aegui.features.map.points import PointsFeature
from aegui.features.map.sliders import SlidersFeature
from aegui.features.projections.feature import ProjectionsFeature
from aegui.features.study.feature import NoiseStudyFeature
from aegui.features.time.feature import TimeFeature
from aegui.features.time.shown import ShownFeature

if TYPE_CHECKING:
    from aegui.shell.feature import DockSpec, Feature

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
