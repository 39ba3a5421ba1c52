"""Connects the lessons panel to the window in which the lessons take place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer, Slot

from aegui.core.cost import time_words
from aegui.core.data.builtin import BUILTIN_SETS, download_key
from aegui.core.data.published import PUBLISHED
from aegui.core.data.store import megabytes
from aegui.core.errors import AeguiError
from aegui.core.gallery import figures
from aegui.core.i18n import said, tr, trn
from aegui.core.lessons.figures import LessonSubject
from aegui.core.lessons.lesson import (
    check_names,
    lesson_cards,
    lesson_key,
    load_lesson,
)
from aegui.features.lessons.model.book import LessonBook, stored_progress
from aegui.features.lessons.view.panel import LessonRow, LessonsPanel
from aegui.features.lessons.view.step_page import StepState
from aegui.session.data.selection import Selection
from aegui.session.jobs.clock import one_shot
from aegui.session.notice import Notice
from aegui.shell.dialogs.files import choose_lesson_file
from aegui.shell.feature import Feature
from aegui.shell.pointing import Pointer
from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.lessons.lesson import Doing, LessonStep
    from aegui.core.recipe import Recipe
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

OPEN = "lessons.open"
"""Settings key for the file of the open lesson; its value is "" if none is open."""
_POINTING_MS = 6000
_REST_MS = 150


class LessonsFeature(Feature):
    """Runs the steps of a lesson in the real window."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self.book = services.of(LessonBook)
        self._panel = window.panel(LessonsPanel)
        self.pointer = Pointer(window, self)
        self._pointing = one_shot(self, self.pointer.leave, _POINTING_MS)
        self._finishing: LessonStep | None = None
        self._times: dict[str, str] = {}
        self._measuring = Refresher(self._measure, _REST_MS, window.docks["lessons"], self)
        self._connect()
        self._take_up()
        self._show()

    def _connect(self) -> None:
        services, page = self._services, self._panel.page
        self.book.changed.connect(self._show)
        self._panel.list.chosen.connect(self.begin_file)
        self._panel.list.open.clicked.connect(self.open)
        page.do.clicked.connect(self.do)
        page.point.clicked.connect(self.point)
        page.moved.connect(self.go)
        page.prediction.predicted.connect(self.book.predict)
        page.back_to_list.clicked.connect(self.show_list)
        page.anew.clicked.connect(self._on_page_anew_requested)
        services.workspace.recipe_changed.connect(self._measuring.mark)
        services.runner.started.connect(self._show)
        services.runner.state_changed.connect(self._show)
        services.runner.finished.connect(self._on_runner_finished)
        services.runner.failed.connect(self._on_runner_failed)
        services.runner.measured.connect(self._measuring.mark)
        services.drawing.changed.connect(self._measuring.mark)
        services.of(Selection).changed.connect(self._measuring.mark)
        services.workspace.annotations.pins_changed.connect(self._measuring.mark)
        services.workspace.annotations.concepts_changed.connect(self._measuring.mark)

    def _take_up(self) -> None:
        """Reopen the lesson that was open when the program ended."""
        stored = self._services.settings.values.get(OPEN)
        path = next((card.path for card in lesson_cards() if str(card.path) == stored), None)
        if self.book.lesson is None and path is not None:
            self.book.begin(path, self._services.settings)

    # Choice of the lesson

    def show_list(self) -> None:
        """Close the lesson and show the list of all lessons in the panel."""
        self.book.leave()
        self._services.settings.keep({OPEN: ""})
        self.pointer.leave()
        self.show_dock("lessons")
        self._panel.list.list.setFocus()

    def open(self) -> None:
        """Ask for a lesson file and open it."""
        path = choose_lesson_file(self._window)
        if path:
            from pathlib import Path

            self.begin_file(Path(path))

    def begin(self, key: str) -> None:
        """Open the built-in lesson ``key`` at the step where it was left."""
        for card in lesson_cards():
            if card.key == key:
                self.begin_file(card.path)

    @Slot(object)
    def begin_file(self, path: Path) -> None:
        """Open the lesson file at the step where it was left."""
        try:
            check_names(load_lesson(path), self._window.names, path.name)
            self.book.begin(path, self._services.settings)
        except AeguiError as error:
            self.noticed.emit(Notice("error", str(error), passing=True))
            return
        self._services.settings.keep({OPEN: str(path)})
        self.show_dock("lessons")
        self._panel.page.take_keys()
        self._measuring.mark()

    @Slot(int)
    def go(self, by: int) -> None:
        """Move by ``by`` steps; after the last one show the list."""
        lesson = self.book.lesson
        self.pointer.leave()
        if lesson is not None and self.book.index + by >= len(lesson.steps):
            if self.book.step is not None and self.book.step.do is None:
                self.book.note_done()
            self.show_list()
            return
        if by > 0 and self.book.step is not None and self.book.step.do is None:
            # A step without an action is done once it was read.
            self.book.note_done()
        self.book.go(by)
        self._measuring.mark()

    @Slot()
    def _on_page_anew_requested(self) -> None:
        self.pointer.leave()
        self.book.begin_anew()

    # Actions of a step

    @Slot()
    def do(self) -> None:
        """Carry out the action of the current step."""
        step, services = self.book.step, self._services
        if step is None or step.do is None or services.runner.is_busy:
            return
        self._take_recipe(step)
        # Arranged afterwards: panels with a hint for untrained networks then find one.
        if step.do.arrange:
            services.requests.arrangement.emit(step.do.arrange)
        if step.look:
            self.point()

    def _take_recipe(self, step: LessonStep) -> None:
        services = self._services
        assert step.do is not None
        recipe = self.book.recipe if step.do.changes_recipe or step.do.train else None
        if recipe is None or _same(recipe, services.workspace.recipe):
            self._have_recipe(step)
            return
        # The recipe has its own seed: a seed the person has chosen before is kept.
        lesson = self.book.lesson
        assert lesson is not None
        words = tr("Lesson “{name}”, “{step}”", name=said(lesson.title), step=said(step.title))
        with services.workspace.unguarded():
            # Its data are read first, which may require a download.
            services.workspace.edit_recipe(
                recipe, words, lambda: self._on_recipe_read(recipe, step), is_whole=True
            )

    def _on_recipe_read(self, recipe: Recipe, step: LessonStep) -> None:
        if step is self.book.step and _same(recipe, self._services.workspace.recipe):
            # Deferred so that the panels are arranged first.
            QTimer.singleShot(0, self, lambda: self._have_recipe(step))

    def _have_recipe(self, step: LessonStep) -> None:
        assert step.do is not None
        if not step.do.train:
            self._finish(step)
            return
        self._services.requests.train.emit()
        # The user may have declined the training for its cost.
        self._finishing = step if self._services.runner.is_busy else None

    @Slot(int, object)
    def _on_runner_finished(self, _run: int, _result: object) -> None:
        step, self._finishing = self._finishing, None
        if step is not None and step is self.book.step:
            # Deferred until the document has adopted the result.
            QTimer.singleShot(0, self, lambda: self._finish(step))
        self._measuring.mark()

    @Slot(int, object)
    def _on_runner_failed(self, _run: int, _message: str) -> None:
        self._finishing = None

    def _finish(self, step: LessonStep) -> None:
        """Carry out the part of the action that needs the trained network."""
        do = step.do
        if do is None or step is not self.book.step:
            return
        if do.study:
            self._services.requests.plan.emit(do.study)
        if do.open:
            self.show_dock(do.open)
        self._show_samples(do)
        codec = self._services.shown.codec
        if do.at and codec is not None and len(do.at) == codec.latent_size:
            self._services.requests.place.emit(np.array(do.at, np.float32))
        if do.epoch is not None:
            self._services.requests.epoch.emit(do.epoch)
        if do.act:
            self._services.requests.action.emit(do.act)
        if step.look:
            self.point()
        self.book.note_done()
        self._measuring.mark()

    def _show_samples(self, do: Doing) -> None:
        labels = self._services.shown.dataset.labels
        if do.samples:
            chosen = np.flatnonzero([label in do.samples for label in labels])
            self._services.requests.samples.emit(chosen)
        if do.draw in labels:
            self._services.requests.sample.emit(labels.index(do.draw))

    @Slot()
    def point(self) -> None:
        """Point at the widget of the step for a few seconds."""
        step = self.book.step
        if step is not None and step.look:
            self.pointer.point_at(step.look)
            self.show_dock("lessons")
            self._pointing.start()

    # Measurement and display

    def show(self, shown: Shown, _changed: Changes) -> None:
        """Measure the figures of the step again."""
        del shown
        self._measuring.mark()

    def _measure(self) -> None:
        services, step = self._services, self.book.step
        shown, runner = services.shown, services.runner
        if step is None or runner.is_busy or runner.is_measuring:
            return
        saved, annotations = shown.saved, services.workspace.annotations
        # Pins and concepts for other code sizes are kept in the document but hidden.
        size = 0 if shown.codec is None else shown.codec.latent_size
        is_finished = saved is not None and shown.past is None and not shown.is_live
        network = (
            is_finished
            and saved is not None
            and shown.codec is not None
            and self.book.is_its_network(saved.recipe)
        )
        result = None
        if network and saved is not None and shown.weights == "best" and saved.results:
            result = saved.results[shown.run]
        self.book.measure(
            LessonSubject(
                recipe=shown.recipe if saved is None else saved.recipe,
                dataset=shown.dataset,
                result=result,
                runs=saved.results if network and saved is not None else (),
                codec=shown.codec if network else None,
                drawing=services.drawing.pixels,
                pins=sum(len(place.z) == size for place in annotations.pins),
                concepts=sum(len(concept.direction) == size for concept in annotations.concepts),
                selected=len(services.of(Selection).indices),
            ),
            network=network,
        )

    @Slot()
    def _show(self) -> None:
        lesson, step = self.book.lesson, self.book.step
        if lesson is None or step is None:
            self._panel.list.set_rows(self._rows())
            self._panel.show_list()
            return
        progress = self.book.progress
        self._panel.page.set_state(
            StepState(
                lesson,
                self.book.index,
                progress.predicted.get(step.key),
                dict(progress.figures),
                self.book.results,
                self.book.is_reached,
                self._time(step),
                tr("A training is under way.") if self._services.runner.is_busy else "",
                self._note(),
            )
        )
        self._panel.show_page()

    def _rows(self) -> list[LessonRow]:
        values = self._services.settings.values
        found = []
        for card in lesson_cards():
            reached = stored_progress(values, lesson_key(card.path)).reached
            found.append(LessonRow(card, len(reached.intersection(card.steps))))
        return found

    def _time(self, step: LessonStep) -> str:
        """Return how long the training of ``step`` takes on this machine, as text."""
        if step.do is None or not step.do.train:
            return ""
        name = f"{self.book.path}#{step.key}"
        if name not in self._times:
            recipe = self.book.recipe
            known = None if recipe is None else figures(recipe)
            self._times[name] = (
                ""
                if recipe is None or known is None
                else trn(
                    "Trains a network: about {time} here.",
                    "Trains {n} networks together: about {time} here.",
                    recipe.runs,
                    time=time_words(known.seconds),
                )
            )
        return self._times[name]

    def _note(self) -> str:
        """Return a note about data that must be downloaded for the step, or ""."""
        recipe = self.book.recipe
        source = "" if recipe is None else recipe.data.source
        missing = download_key(source) if source in BUILTIN_SETS else None
        if missing is None:
            return ""
        published = PUBLISHED[missing]
        return tr(
            "{title} is not on this computer yet ({size}): the button offers to download it.",
            title=published.title,
            size=megabytes(published.size),
        )


def _same(one: Recipe, other: Recipe) -> bool:
    """Return whether two recipes are equal apart from seed, name and notes."""
    unnamed = {"seed": 0, "name": "", "notes": ""}
    return one.model_copy(update=unnamed) == other.model_copy(update=unnamed)
