"""Studies of noise: run in a thread one at a time, and kept until another is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.run_file.saved import load_run
from aegui.core.study.comparison import compare_mistake
from aegui.core.study.findings import mistakes
from aegui.core.study.noise_curves import TriedModel, noise_curves
from aegui.core.study.noise_matrix import matrix_cost, matrix_folder, noise_matrix
from aegui.core.study.workers import usual_jobs
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
    from aegui.core.study.noise_curves import Curves, NoiseCurveSpec
    from aegui.core.study.noise_matrix import MatrixSpec, NoiseMatrix, Strip

MOST_CODECS = 20
"""Runs of one population that make a line."""


@dataclass(frozen=True)
class Cell:
    """What is looked at of a matrix.

    Attributes:
        row: Its noise trained with.
        column: Its noise tried with.
        seed: Which of the networks, from 0.
        noise_seed: Of the noise.
    """

    row: int
    column: int
    seed: int = 0
    noise_seed: int = 0


@dataclass(frozen=True, eq=False)
class CellStrip:
    """The characters of a cell as one of its networks sees and repairs them."""

    cell: Cell
    strip: Strip


@dataclass(frozen=True, eq=False)
class CurveModel:
    """Networks that can make a line: the runs of one recipe.

    Attributes:
        key: What they are chosen by.
        name: What a person reads.
        codecs: The networks.
    """

    key: str
    name: str
    codecs: tuple[Codec, ...]


class NoiseStudy(Service):
    """One study at a time; a newer one takes the place of that under way."""

    matrix_changed = Signal()
    """Another ``matrix``."""
    curves_changed = Signal()
    """Other ``curves``."""
    comparison_changed = Signal()
    """Another ``comparison``."""
    files_changed = Signal()
    """Other ``files``."""
    strip_found = Signal(object)
    """A ``CellStrip``."""
    cost_found = Signal(object)
    """A ``Cost``; None of what cannot be trained."""
    findings_found = Signal(object)
    """A tuple of ``Finding``."""
    failed = Signal(str)
    """Why there is nothing, in words."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.job = ProgressJob("aegui-study", self)
        self._strips = Derived("aegui-study-strip", self)
        self._strips.answered.connect(self.strip_found)
        self._costs = Derived("aegui-study-cost", self)
        self._costs.answered.connect(self.cost_found)
        self._findings = Derived("aegui-study-findings", self)
        self._findings.answered.connect(self.findings_found)
        self._opened = Derived("aegui-study-run", self)
        self._opened.answered.connect(self._on_opened_answered)
        self._opened.failed.connect(self.failed)
        self.matrix: NoiseMatrix | None = None
        """The noise matrix that was run last."""
        self.curves: Curves | None = None
        """The curves that were drawn last."""
        self.comparison: tuple[str, Curves] | None = None
        """The mistake that was looked at last, and what came of it."""
        self.files: tuple[CurveModel, ...] = ()
        """Runs of files that curves can be drawn of."""
        self.test: CorruptionSpec | None = None
        """The noise that networks shall repair; None: that of their training."""

    # Studies

    def run_matrix(self, recipe: Recipe, dataset: Dataset, spec: MatrixSpec) -> None:
        """Train and try the networks of a matrix; ``matrix_changed`` or ``failed`` follows."""
        self.job.start(
            tr("Noise matrix"),
            lambda report, cancelled: noise_matrix(
                recipe,
                dataset,
                spec,
                report,
                cancelled,
                folder=matrix_folder(),
                jobs=usual_jobs(),
            ),
            self._take_matrix,
            self._refuse,
        )

    def run_curves(
        self, models: Sequence[CurveModel], dataset: Dataset, spec: NoiseCurveSpec
    ) -> None:
        """Try networks at every level; ``curves_changed`` or ``failed`` follows."""
        chosen = [TriedModel(each.name, each.codecs) for each in models]
        self.job.start(
            tr("Curves of wrong pixels"),
            lambda report, cancelled: noise_curves(chosen, dataset, spec, report, cancelled),
            self._take_curves,
            self._refuse,
        )

    def run_comparison(self, recipe: Recipe, dataset: Dataset, spec: MistakeSpec) -> None:
        """Train with a mistake and without; ``comparison_changed`` or ``failed`` follows."""
        self.job.start(
            tr("What comes of a mistake"),
            lambda report, cancelled: (
                spec.key,
                compare_mistake(recipe, dataset, spec, report, cancelled),
            ),
            self._take_comparison,
            self._refuse,
        )

    # What is asked beside

    def ask_cost(self, recipe: Recipe, dataset: Dataset, spec: MatrixSpec) -> None:
        """Reckon what a matrix takes; ``cost_found`` follows, of the newest asked."""
        self._costs.ask(lambda: _cost(recipe, dataset, spec), (recipe, spec))

    def look_into(self, cell: Cell) -> None:
        """Have the characters of a cell repaired; ``strip_found`` follows, of the newest asked."""
        matrix = self.matrix
        if matrix is not None:
            self._strips.ask(lambda: _strip(matrix, cell), matrix)

    def look_for_mistakes(self, recipe: Recipe, dataset: Dataset) -> None:
        """Look for mistakes in a recipe and its samples; ``findings_found`` follows."""
        test = self.test
        self._findings.ask(lambda: mistakes(recipe, test, dataset), recipe)

    def add_file(self, path: Path) -> None:
        """Take the networks of a file for curves; ``files_changed`` or ``failed`` follows."""
        self._opened.ask(lambda: _opened(path), path)

    def remove_file(self, key: str) -> None:
        """Forget the networks of a file."""
        self.files = tuple(each for each in self.files if each.key != key)
        self.files_changed.emit()

    # What comes back

    def _take_matrix(self, matrix: NoiseMatrix) -> None:
        self.matrix = matrix
        self._strips.forget()
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
    def _on_opened_answered(self, found: CurveModel) -> None:
        others = tuple(each for each in self.files if each.key != found.key)
        self.files = (*others, found)
        self.files_changed.emit()


def _cost(recipe: Recipe, dataset: Dataset, spec: MatrixSpec) -> Cost | None:
    try:
        return matrix_cost(recipe, dataset, spec, usual_jobs())
    except AeguiError:
        # It is said when it is wanted.
        return None


def _strip(matrix: NoiseMatrix, cell: Cell) -> CellStrip:
    return CellStrip(cell, matrix.strip(cell.row, cell.column, cell.seed, cell.noise_seed))


def _opened(path: Path) -> CurveModel:
    run = load_run(path)
    runs = min(len(run.results), MOST_CODECS)
    codecs = tuple(run.codec(each) for each in range(runs)) or (run.codec(0),)
    if not run.recipe.is_autoencoder:
        raise AeguiError(
            tr(
                "{file} is not an autoencoder: a GAN or a classifier repairs nothing.",
                file=path.name,
            )
        )
    return CurveModel(f"file:{path}", path.stem, codecs)
