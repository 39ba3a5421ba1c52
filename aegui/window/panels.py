"""The panels of one window."""

from __future__ import annotations

from dataclasses import dataclass, field

from aegui.features.answer.view.panel import AnswerPanel
from aegui.features.builder.view.builder_panel import BuilderPanel
from aegui.features.builder.view.training_panel import TrainingPanel
from aegui.features.charts.view.panel import ChartsPanel
from aegui.features.classifier.view.panel import ClassifierPanel
from aegui.features.code.view.panel import CodePanel
from aegui.features.data.view.data_panel import DataPanel
from aegui.features.drawing.view.draw_panel import DrawPanel
from aegui.features.drawing.view.reconstructions_panel import ReconstructionsPanel
from aegui.features.gan.view.panel import GanPanel
from aegui.features.linked.view.others_panel import OthersPanel
from aegui.features.linked.view.selection_panel import SelectionPanel
from aegui.features.making.view.panel import MakingPanel
from aegui.features.map.view.canvas import LatentCanvas
from aegui.features.map.view.cursor_panel import CursorPanel
from aegui.features.projections.view.panel import ProjectionsPanel
from aegui.features.study.view.panel import StudyPanel
from aegui.features.time.view.bar import TimeBar


@dataclass(eq=False)
class Panels:
    """One of each, made in the language and theme in force."""

    canvas: LatentCanvas = field(default_factory=LatentCanvas)
    cursor: CursorPanel = field(default_factory=CursorPanel)
    data: DataPanel = field(default_factory=DataPanel)
    builder: BuilderPanel = field(default_factory=BuilderPanel)
    training: TrainingPanel = field(default_factory=TrainingPanel)
    draw: DrawPanel = field(default_factory=DrawPanel)
    answer: AnswerPanel = field(default_factory=AnswerPanel)
    charts: ChartsPanel = field(default_factory=ChartsPanel)
    reconstructions: ReconstructionsPanel = field(default_factory=ReconstructionsPanel)
    classifier: ClassifierPanel = field(default_factory=ClassifierPanel)
    code: CodePanel = field(default_factory=CodePanel)
    gan: GanPanel = field(default_factory=GanPanel)
    projections: ProjectionsPanel = field(default_factory=ProjectionsPanel)
    study: StudyPanel = field(default_factory=StudyPanel)
    making: MakingPanel = field(default_factory=MakingPanel)
    selection: SelectionPanel = field(default_factory=SelectionPanel)
    others: OthersPanel = field(default_factory=OthersPanel)
    time: TimeBar = field(default_factory=TimeBar)
