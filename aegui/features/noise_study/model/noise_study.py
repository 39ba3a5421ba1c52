"""Background runner of noise studies; it keeps the last result of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from aegui.core.errors import AeguiError
from aegui.core.i18n import language, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.run_file.saved import load_run
from aegui.core.study.comparison import compare_mistake
from aegui.core.study.findings import mistakes
from aegui.core.study.noise_curves import ModelUnderTest, noise_curves
from aegui.core.study.noise_matrix import matrix_cost, matrix_folder, noise_matrix
from aegui.core.study.workers import default_jobs
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.progress_job import ProgressJob
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aegui.core.cost import Cost
    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import CorruptionSpec, Recipe
    from aegui.core.study.comparison import MistakeSpec
    from aegui.core.study.findings import Finding
    from aegui.core.study.noise_curves import Curves, NoiseCurveSpec
    from aegui.core.study.noise_matrix import MatrixSpec, NoiseMatrix, Strip

MAX_CODECS = 20
"""Maximum number of runs of one population that a curve averages."""


@dataclass(frozen=True)
class Cell:
    """A cell of a noise matrix, and which network and noise sample of it to show."""

    row: int
    """Index of the training noise."""
    column: int
    """Index of the test noise."""
    seed: int = 0
    """Index of the network."""
    noise_seed: int = 0
    """Seed of the noise."""


@dataclass(frozen=True, eq=False)
class CellStrip:
    """The characters of a cell, noisy and as repaired by one of its networks."""

    cell: Cell
    strip: Strip


@dataclass(frozen=True, eq=False)
class CurveModel:
    """Networks that a curve averages: the runs of one recipe."""

    key: str
    """Key of the choice."""
    name: str
    """Displayed name."""
    codecs: tuple[Codec, ...]
    """The networks."""


@dataclass(frozen=True)
class _Sought:
    """What mistakes are searched in: a draft, its samples, and the noise it has to repair.

    They are found in words of a language.
    """

    recipe: Recipe
    dataset: Dataset
    test: CorruptionSpec | None
    language: str


class NoiseStudy(Service):
    """Runs one study at a time; a newer one replaces the running one."""

    matrix_changed = Signal()
    """Emitted when ``matrix`` has changed."""
    curves_changed = Signal()
    """Emitted when ``curves`` has changed."""
    comparison_changed = Signal()
    """Emitted when ``comparison`` has changed."""
    files_changed = Signal()
    """Emitted when ``files`` has changed."""
    findings_found = Signal(object)
    """Emitted with a tuple of ``Finding``."""
    failed = Signal(object)
    """Emitted with the translated reason when a study failed."""

    def __init__(self) -> None:
        super().__init__()
        self.job = ProgressJob("aegui-study", self)
        self.strips = Derived("aegui-study-strip", self)
        """Answers with a ``CellStrip``."""
        self.costs = Derived("aegui-study-cost", self)
        """Answers with a ``Cost``, or None if the recipe cannot be trained."""
        self._findings = Derived("aegui-study-findings", self)
        self._findings.answered.connect(self._on_findings_answered)
        self._asked: _Sought | None = None
        self._found: tuple[Finding, ...] | None = None
        self._opened = Derived("aegui-study-run", self)
        self._opened.answered.connect(self._on_opened_answered)
        self._opened.failed.connect(self.failed)
        self.matrix: NoiseMatrix | None = None
        """The noise matrix that was computed last."""
        self.cell: Cell | None = None
        """The cell of the matrix that the window before this one has shown."""
        self.curves: Curves | None = None
        """The curves that were computed last."""
        self.comparison: tuple[str, Curves] | None = None
        """The key of the mistake that was examined last, and its curves."""
        self.files: tuple[CurveModel, ...] = ()
        """Networks from run files that curves can be drawn of."""
        self.test: CorruptionSpec | None = None
        """The noise that networks have to repair; None for that of their training."""

    # Studies

    def run_matrix(self, recipe: Recipe, dataset: Dataset, spec: MatrixSpec) -> None:
        """Train and test the networks of a matrix; ``matrix_changed`` or ``failed`` follows."""
        self.job.start(
            tr("Noise matrix"),
            lambda report, cancelled: noise_matrix(
                recipe,
                dataset,
                spec,
                report,
                cancelled,
                folder=matrix_folder(),
                jobs=default_jobs(),
            ),
            self._take_matrix,
            self._refuse,
        )

    def run_curves(
        self, models: Sequence[CurveModel], dataset: Dataset, spec: NoiseCurveSpec
    ) -> None:
        """Test networks at every level; ``curves_changed`` or ``failed`` follows."""
        chosen = [ModelUnderTest(each.name, each.codecs) for each in models]
        self.job.start(
            tr("Curves of wrong pixels"),
            lambda report, cancelled: noise_curves(chosen, dataset, spec, report, cancelled),
            self._take_curves,
            self._refuse,
        )

    def run_comparison(self, recipe: Recipe, dataset: Dataset, spec: MistakeSpec) -> None:
        """Train with and without a mistake; ``comparison_changed`` or ``failed`` follows."""
        self.job.start(
            tr("What comes of a mistake"),
            lambda report, cancelled: (
                spec.key,
                compare_mistake(recipe, dataset, spec, report, cancelled),
            ),
            self._take_comparison,
            self._refuse,
        )

    # Latest-wins queries

    def ask_cost(self, recipe: Recipe, dataset: Dataset, spec: MatrixSpec) -> None:
        """Estimate the cost of a matrix; ``costs`` answers the newest query."""
        self.costs.ask(lambda: _cost(recipe, dataset, spec), (recipe, spec))

    def repair_cell(self, cell: Cell) -> None:
        """Repair the characters of a cell; ``strips`` answers the newest query."""
        matrix = self.matrix
        if matrix is not None:
            self.strips.ask(lambda: _strip(matrix, cell), matrix)

    def find_mistakes(self, recipe: Recipe, dataset: Dataset) -> None:
        """Look for mistakes in a recipe and its samples; ``findings_found`` follows.

        Several views ask for the same, which is searched once.
        """
        asked = _Sought(recipe, dataset, self.test, language())
        if asked != self._asked:
            self._asked, self._found = asked, None
            self._findings.ask(lambda: mistakes(asked.recipe, asked.test, asked.dataset), asked)
        elif self._found is not None:
            self.findings_found.emit(self._found)

    @property
    def is_noisy(self) -> bool:
        """Whether the recipe whose mistakes were last asked for trains with noise."""
        asked = self._asked
        return (
            asked is not None and asked.recipe.gan is None and asked.recipe.data.corruption.is_noisy
        )

    def add_file(self, path: Path) -> None:
        """Load networks from a run file for curves; ``files_changed`` or ``failed`` follows."""
        self._opened.ask(lambda: _opened(path), path)

    def remove_file(self, key: str) -> None:
        """Remove the networks of a file."""
        self.files = tuple(each for each in self.files if each.key != key)
        self.files_changed.emit()

    # Results

    def _take_matrix(self, matrix: NoiseMatrix) -> None:
        self.matrix, self.cell = matrix, None
        self.strips.forget()
        self.matrix_changed.emit()

    def _take_curves(self, curves: Curves) -> None:
        self.curves = curves
        self.curves_changed.emit()

    def _take_comparison(self, comparison: tuple[str, Curves]) -> None:
        self.comparison = comparison
        self.comparison_changed.emit()

    def _refuse(self, error: AeguiError) -> None:
        self.failed.emit(str(error))

    @Slot(object)
    def _on_findings_answered(self, found: tuple[Finding, ...]) -> None:
        self._found = found
        self.findings_found.emit(found)

    @Slot(object)
    def _on_opened_answered(self, found: CurveModel) -> None:
        others = tuple(each for each in self.files if each.key != found.key)
        self.files = (*others, found)
        self.files_changed.emit()


def _cost(recipe: Recipe, dataset: Dataset, spec: MatrixSpec) -> Cost | None:
    try:
        return matrix_cost(recipe, dataset, spec, default_jobs())
    except AeguiError:
        # Errors are reported when the matrix is run.
        return None


def _strip(matrix: NoiseMatrix, cell: Cell) -> CellStrip:
    return CellStrip(cell, matrix.strip(cell.row, cell.column, cell.seed, cell.noise_seed))


def _opened(path: Path) -> CurveModel:
    run = load_run(path)
    runs = min(len(run.results), MAX_CODECS)
    codecs = tuple(run.codec(each) for each in range(runs)) or (run.codec(0),)
    if not run.recipe.is_autoencoder:
        raise AeguiError(
            tr(
                "{file} is not an autoencoder: a GAN or a classifier repairs nothing.",
                file=path.name,
            )
        )
    return CurveModel(f"file:{path}", path.stem, codecs)
