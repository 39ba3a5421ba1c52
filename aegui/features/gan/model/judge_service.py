"""Evaluates a generator with a classifier from a run file, in a worker thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot

from aegui.core.data.builtin import set_title
from aegui.core.errors import AeguiError
from aegui.core.evaluation.judging import judging_cost, real_images, verdicts
from aegui.core.evaluation.run_figures import figure_words
from aegui.core.evaluation.samples import foreign_words, refuse_judging
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.run_file.saved import load_run
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.progress_job import ProgressJob
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aegui.core.cost import Cost
    from aegui.core.data.dataset import Dataset
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.evaluation.judging import Verdict
    from aegui.core.latent.codec import Codec
    from aegui.core.recipe import Recipe
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown

COUNT = 1000
"""Number of images of each kind; generated ones are drawn once per seed of ``SEEDS``."""
SEEDS = (0, 1, 2)
"""Seeds of the generated images."""
_FIGURE = "accuracy"
MAX_OFFERED = 12
"""Most classifiers of the library to choose from."""


@dataclass(frozen=True)
class OfferedJudge:
    """A classifier of the library."""

    path: str
    """Its run file."""
    name: str
    """Its name."""
    words: str
    """Its name, its data and the share that it classifies correctly."""


@dataclass(frozen=True)
class Judges:
    """The classifiers of the library that can judge images of a shape."""

    image_shape: tuple[int, ...]
    """Channels, height and width."""
    offered: tuple[OfferedJudge, ...]
    """Up to ``MAX_OFFERED``, the newest first."""
    problem: str = ""
    """Why the library could not be read; empty if it was."""


@dataclass(frozen=True, eq=False)
class Trial:
    """The result of an evaluation."""

    verdicts: Mapping[str, Verdict]
    """By key of ``judging.KINDS``."""
    judge: str
    """Name of the judge, or of its file."""
    judge_seed: int
    """Seed of the judge's weights."""
    judge_epoch: float
    """Epoch of the judge's weights."""
    epoch: float
    """Epoch of the generator's weights."""
    real: str
    """Name of the set of the real images."""
    are_learnt: bool
    """Whether the generator was trained on the real images."""
    judge_classes: tuple[str, ...]
    """The classes that the judge knows."""
    dataset: Dataset
    """The set that the generator was trained on."""

    @property
    def warning(self) -> str:
        """Return why the figures say little; "" if nothing is known against them."""
        return foreign_words(self.judge_classes, self.dataset)


class JudgeService(Service):
    """Evaluates the latest generator with the latest judge only."""

    judged = Signal(object)
    """A ``Trial``, or None if the last one is no longer valid."""
    failed = Signal(object)
    """Why the evaluation failed."""
    offered = Signal(object)
    """The ``Judges`` asked for by ``find``."""

    def __init__(self) -> None:
        super().__init__()
        self.job = ProgressJob("aegui-judge", self)
        self._found = Derived("aegui-judges", self)
        self._found.answered.connect(self.offered)
        self.latest: Trial | None = None
        """The last result, or None if it is no longer valid."""

    def follow(self, services: Services) -> None:
        """From now on forget the result when another generator or other samples are shown."""
        # The panel that shows it may not exist when they come: the service listens itself. A
        # window rebuilt for another language must not connect it twice.
        once = Qt.ConnectionType.UniqueConnection
        services.showing.changed.connect(self._on_showing_changed, once)
        services.runner.started.connect(self._on_runner_started, once)

    def find(self, codec: Codec) -> None:
        """Look for classifiers of the library that can judge the images of ``codec``."""
        shape = codec.image_shape
        self._found.ask(lambda: _judges(shape))

    def judge(
        self,
        codec: Codec,
        recipe: Recipe,
        dataset: Dataset,
        path: str,
        may_compute: Callable[[Cost], bool],
        name: str = "",
    ) -> None:
        """Evaluate the images of ``codec`` with the classifier of the run file at ``path``.

        Args:
            codec: Generates images of drawn codes.
            recipe: The recipe it was trained with.
            dataset: The set it was trained on.
            path: The run file of the judge.
            may_compute: Called with the cost once the judge is loaded; False keeps the last result.
            name: What the judge is called; that of its file if empty.
        """

        def begin(judge: _Judge) -> None:
            if not may_compute(judging_cost(codec, judge.codec, len(dataset), COUNT, SEEDS)):
                return
            self.forget()
            self.job.start(
                tr("Judging new images"),
                lambda report, cancelled: _tried(codec, recipe, dataset, judge, report, cancelled),
                self._on_done,
                self._on_failed,
            )

        self.job.start(
            tr("Opening the judge"),
            lambda _report, _cancelled: _opened(codec, path, name or Path(path).name),
            begin,
            self._on_failed,
        )

    def forget(self) -> None:
        """Discard the last result and cancel the running evaluation."""
        self.job.cancel()
        if self.latest is not None:
            self.latest = None
            self.judged.emit(None)

    @Slot(object, object)
    def _on_showing_changed(self, shown: Shown, changed: Changes) -> None:
        if changed & {"dataset", "run"} or not (shown.has_prior and shown.fits):
            self.forget()

    @Slot(int)
    def _on_runner_started(self, _run_id: int) -> None:
        self.forget()

    def _on_done(self, trial: Trial) -> None:
        self.latest = trial
        self.judged.emit(trial)

    def _on_failed(self, error: AeguiError) -> None:
        self.forget()
        self.failed.emit(str(error))


@dataclass(frozen=True, eq=False)
class _Judge:
    name: str
    codec: Codec
    classes: tuple[str, ...]
    seed: int


def _judges(image_shape: tuple[int, ...]) -> Judges:
    # Imported late: SQLite is not needed until somebody asks.
    from aegui.core.library.library import Library
    from aegui.core.library.query import Condition, LibraryQuery

    # Only classifiers have it.
    query = LibraryQuery(kind="run", where=(Condition(_FIGURE, ">=", 0.0),))
    found: list[OfferedJudge] = []
    try:
        with Library() as library:
            for row in library.rows(query, (_FIGURE,)):
                entry, path = library.entry(row.id), library.path(row.id)
                if entry.image_shape != image_shape or not path.exists():
                    continue
                name = entry.name or entry.id
                words = f"{name} · {set_title(entry.data)} · {figure_words(_FIGURE, row.values[0])}"
                found.append(OfferedJudge(str(path), name, words))
                if len(found) == MAX_OFFERED:
                    break
    except AeguiError as error:
        # A file can be opened all the same.
        return Judges(image_shape, (), str(error))
    return Judges(image_shape, tuple(found))


def _opened(generator: Codec, path: str, name: str) -> _Judge:
    run = load_run(path)
    codec = run.codec(run.best_run)
    refuse_judging(generator, codec)
    return _Judge(name, codec, run.dataset.classes, run.recipe.seed + codec.run)


def _tried(
    codec: Codec,
    recipe: Recipe,
    dataset: Dataset,
    judge: _Judge,
    report: Report,
    cancelled: IsCancelled,
) -> Trial:
    real = real_images(recipe, dataset, None, report, cancelled)
    found = verdicts(*(codec, judge.codec, judge.classes, real, COUNT, SEEDS), report, cancelled)
    return Trial(
        found,
        judge.name,
        judge.seed,
        judge.codec.epoch,
        codec.epoch,
        real.name,
        real.are_learnt,
        judge.classes,
        dataset,
    )
