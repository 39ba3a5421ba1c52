"""The panels of one window."""

from __future__ import annotations

from dataclasses import dataclass, field

from aegui.widgets.answer.panel import AnswerPanel
from aegui.widgets.builder.builder_panel import BuilderPanel
from aegui.widgets.builder.training_panel import TrainingPanel
from aegui.widgets.charts.panel import ChartsPanel
from aegui.widgets.classifier.panel import ClassifierPanel
from aegui.widgets.code.panel import CodePanel
from aegui.widgets.data.data_panel import DataPanel
from aegui.widgets.gan.panel import GanPanel
from aegui.widgets.linked.others_panel import OthersPanel
from aegui.widgets.linked.selection_panel import SelectionPanel
from aegui.widgets.making.panel import MakingPanel
from aegui.widgets.map.canvas import LatentCanvas
from aegui.widgets.map.cursor_panel import CursorPanel
from aegui.widgets.pixels.draw_panel import DrawPanel
from aegui.widgets.pixels.reconstructions_panel import ReconstructionsPanel
from aegui.widgets.projections.panel import ProjectionsPanel
from aegui.widgets.study.panel import StudyPanel
from aegui.widgets.time.bar import TimeBar


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
