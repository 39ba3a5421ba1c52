"""What a window works with; it outlives the window, which is rebuilt for another language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aegui.session.data.data_service import DataService
from aegui.session.data.sample_values import SampleValuesService
from aegui.session.data.selection import Selection
from aegui.session.documents.keeping import Keeping
from aegui.session.documents.sweeping import Sweeping
from aegui.session.documents.workspace import Workspace
from aegui.session.jobs.clock import Ticker
from aegui.session.jobs.latest_answer import LatestAnswer
from aegui.session.map.code_service import CodeService
from aegui.session.map.decode_service import DecodeService
from aegui.session.map.ends_service import EndsService
from aegui.session.map.field_service import FieldService
from aegui.session.map.film_writer import FilmWriter
from aegui.session.map.ghost_service import GhostService
from aegui.session.map.grid_service import GridService
from aegui.session.map.insight_service import InsightService
from aegui.session.map.judge_service import JudgeService
from aegui.session.map.making import Making
from aegui.session.map.others import Others
from aegui.session.map.plane_service import PlaneService
from aegui.session.map.samples_service import SamplesService
from aegui.session.pixels.answer_study_service import AnswerStudies
from aegui.session.pixels.drawing import Drawing
from aegui.session.pixels.noise_study import NoiseStudy
from aegui.session.projections.projection_service import ProjectionService
from aegui.session.requests import Requests
from aegui.session.showing import Showing
from aegui.session.training.classifier_service import ClassifierService
from aegui.session.training.cost_service import CostService
from aegui.session.training.reference_service import ReferenceService
from aegui.session.training.timeline import Player
from aegui.session.training.training_runner import TrainingRunner

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.session.settings import Settings
    from aegui.session.shown import Shown


_LAST_TRAINING_SECONDS = 3.0
"""How long the end of the program waits for a training to come to rest."""


@dataclass(eq=False)
class Services:
    """The session: one of each."""

    settings: Settings
    workspace: Workspace
    runner: TrainingRunner
    data: DataService
    decode: DecodeService
    plane: PlaneService
    projections: ProjectionService
    classifier: ClassifierService
    reference: ReferenceService
    samples: SamplesService
    code: CodeService
    drawing: Drawing
    ticker: Ticker
    showing: Showing
    keeping: Keeping
    sweeping: Sweeping
    requests: Requests = field(default_factory=Requests)
    costs: CostService = field(default_factory=CostService)
    player: Player = field(default_factory=Player)
    ghosts: GhostService = field(default_factory=GhostService)
    films: FilmWriter = field(default_factory=FilmWriter)
    grids: GridService = field(default_factory=GridService)
    judge: JudgeService = field(default_factory=JudgeService)
    answers: LatestAnswer = field(default_factory=lambda: LatestAnswer("aegui-answer"))
    reasons: LatestAnswer = field(default_factory=lambda: LatestAnswer("aegui-reasons"))
    marks: LatestAnswer = field(default_factory=lambda: LatestAnswer("aegui-mark"))
    nearest: LatestAnswer = field(default_factory=lambda: LatestAnswer("aegui-nearest"))
    kin: LatestAnswer = field(default_factory=lambda: LatestAnswer("aegui-kin"))
    sheets: LatestAnswer = field(default_factory=lambda: LatestAnswer("aegui-sheet"))
    rows: LatestAnswer = field(default_factory=lambda: LatestAnswer("aegui-rows"))
    insight: InsightService = field(default_factory=InsightService)
    fields: FieldService = field(default_factory=FieldService)
    making: Making = field(default_factory=Making)
    ends: EndsService = field(default_factory=EndsService)
    values: SampleValuesService = field(default_factory=SampleValuesService)
    selection: Selection = field(default_factory=Selection)
    others: Others = field(default_factory=Others)
    noise_study: NoiseStudy = field(default_factory=NoiseStudy)
    answer_studies: AnswerStudies = field(default_factory=AnswerStudies)

    @classmethod
    def create(cls, settings: Settings, autosave_folder: Path | None = None) -> Services:
        """A session on the document that the program opens with."""
        workspace = Workspace(settings, autosave_folder=autosave_folder)
        runner = TrainingRunner()
        _, height, width = workspace.dataset.image_shape
        return cls(
            settings=settings,
            workspace=workspace,
            runner=runner,
            data=DataService(),
            decode=DecodeService(),
            plane=PlaneService(),
            projections=ProjectionService(budget=lambda: settings.budget),
            classifier=ClassifierService(budget=lambda: settings.budget),
            reference=ReferenceService(),
            samples=SamplesService(),
            code=CodeService(),
            drawing=Drawing(height, width),
            ticker=Ticker(),
            showing=Showing(workspace, runner),
            keeping=Keeping(workspace, runner),
            sweeping=Sweeping(workspace),
        )

    @property
    def shown(self) -> Shown:
        """What the window shows at present."""
        return self.showing.shown

    def shutdown(self, *, keep: bool = False) -> None:
        """Stop every thread and timer: the one way in which the program ends.

        To ``keep`` unsaved work and a training under way is for when nobody could be asked.
        """
        self.ticker.stop()
        self.costs.shutdown()
        if keep:
            self.keeping.hand_over(_LAST_TRAINING_SECONDS)
        self.runner.shutdown()
        self.data.shutdown()
        self.decode.shutdown()
        self.plane.shutdown()
        self.projections.shutdown()
        self.classifier.shutdown()
        self.reference.shutdown()
        self.samples.shutdown()
        self.code.shutdown()
        self.player.pause()
        self.ghosts.shutdown()
        self.films.shutdown()
        self.grids.shutdown()
        self.judge.shutdown()
        self.showing.shutdown()
        self.insight.shutdown()
        self.fields.shutdown()
        self.making.shutdown()
        self.ends.shutdown()
        self.values.shutdown()
        self.selection.shutdown()
        self.others.shutdown()
        self.noise_study.shutdown()
        self.answer_studies.shutdown()
        for answers in (
            self.answers,
            self.reasons,
            self.marks,
            self.nearest,
            self.rows,
            self.kin,
            self.sheets,
        ):
            answers.shutdown()
        self.sweeping.shutdown()
        self.workspace.close(keep=keep)
