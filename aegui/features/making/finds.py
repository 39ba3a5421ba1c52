"""Connects the finds page to the search, the map, the editor and files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Slot

from aegui.core.data.dataset import Dataset, copies_in
from aegui.core.data.writers import write_dataset
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.i18n import sentences, tr, trn
from aegui.features.making.model.making import Making
from aegui.features.making.view.panel import MakingPanel
from aegui.session.file_writer import FileWriter
from aegui.session.notice import Notice
from aegui.shell.cost_guard import may_compute
from aegui.shell.dialogs.files import choose_set_file

if TYPE_CHECKING:
    from aegui.features.making.model.finds_service import FindsResult
    from aegui.session.jobs.derived import JobProgress
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow
    from aegui.shell.reach import Reach


class FindWork(QObject):
    """Runs searches and lets their results be shown, pinned, drawn, added to the set and saved."""

    def __init__(self, services: Services, window: FeatureWindow, reach: Reach) -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self._page = window.panel(MakingPanel).finds
        self._canvas = window.canvas
        self._reach = reach
        self._finds = services.of(Making).finds
        self._connect()
        self.show_offered()
        self._on_finds_found(self._finds.latest)
        self._page.set_busy(self._finds.job.is_busy)

    def _connect(self) -> None:
        page, finds = self._page, self._finds
        finds.found.connect(self._on_finds_found)
        finds.failed.connect(page.set_status)
        finds.job.busy_changed.connect(self._on_job_busy_changed)
        finds.job.progressed.connect(self._on_job_progressed)
        page.find_requested.connect(self._on_page_find_requested)
        page.cancel.clicked.connect(finds.job.forget)
        page.show_requested.connect(self._on_page_show_requested)
        page.pin_requested.connect(self._on_page_pin_requested)
        page.draw_requested.connect(self._on_page_draw_requested)
        page.join_requested.connect(self._on_page_join_requested)
        page.save_requested.connect(self._on_page_save_requested)

    def show_offered(self) -> None:
        """Offer the sources available for the current network."""
        offered = self._finds.offered()
        if offered:
            self._page.set_offered(offered)

    @Slot(object)
    def _on_finds_found(self, result: FindsResult | None) -> None:
        self._page.set_result(result, self._services.shown.image_style)

    @Slot(bool)
    def _on_job_busy_changed(self, busy: bool) -> None:
        self._page.set_busy(busy)
        if not busy:
            self._page.show_count()

    @Slot(object)
    def _on_job_progressed(self, progress: JobProgress) -> None:
        self._page.set_status(progress.text or f"{progress.title}…")

    @Slot(str, int)
    def _on_page_find_requested(self, source: str, count: int) -> None:
        if not may_compute(self._services, self._finds.cost(source, count), self._window):
            return
        region = self._canvas.selecting.region
        polygon, frame = region if region is not None else (None, None)
        self._finds.find(source, count, polygon, frame)

    # Actions on the finds

    @Slot(int)
    def _on_page_show_requested(self, number: int) -> None:
        result = self._finds.latest
        if result is not None:
            self._reach.go_to(result.codes[number])

    @Slot(object)
    def _on_page_pin_requested(self, numbers: tuple[int, ...]) -> None:
        result = self._finds.latest
        if result is not None:
            self._services.workspace.annotations.pin_all(result.codes[number] for number in numbers)

    @Slot(int)
    def _on_page_draw_requested(self, number: int) -> None:
        result = self._finds.latest
        if result is not None:
            self._reach.draw(result.images[number])

    def _chosen_set(self, numbers: tuple[int, ...]) -> Dataset | None:
        """Return these images as a data set; glyphs are thresholded."""
        result = self._finds.latest
        if result is None or not numbers:
            return None
        images = result.images[list(numbers)]
        if self._services.shown.image_style.glyphs:
            images = (images > THRESHOLD).astype(np.float32)
        name = self._services.workspace.name
        return Dataset.from_images(
            tr("{name} - new", name=name),
            images,
            [tr("new {n}", n=number + 1) for number in numbers],
            source=tr("drawn by the network of {name}", name=name),
        )

    @Slot(object)
    def _on_page_join_requested(self, numbers: tuple[int, ...]) -> None:
        found, workspace = self._chosen_set(numbers), self._services.workspace
        if found is None:
            return
        if found.image_shape != workspace.dataset.image_shape:
            workspace.say("error", tr("The images of the set have another size."), passing=True)
            return
        copies = frozenset(copies_in(workspace.dataset, found))
        others = tuple(number for index, number in enumerate(numbers) if index not in copies)
        found = self._chosen_set(others)
        if found is None:
            words = tr("The set has these images already: nothing was added.")
            workspace.say("info", words, passing=True)
            return
        joined = workspace.dataset.joined(found, workspace.dataset.name)
        if not workspace.edits.edit_dataset(joined, tr("Add new images")):
            return
        words = trn(
            "{n} new image is in the set now. Train to learn it.",
            "{n} new images are in the set now. Train to learn them.",
            len(found),
        )
        if copies:
            left = trn(
                "{n:,} was there already, and is left out.",
                "{n:,} were there already, and are left out.",
                len(copies),
            )
            workspace.say("info", sentences(words, left), passing=True)
        else:
            workspace.say("info", words, passing=True, about="new samples")

    @Slot(object)
    def _on_page_save_requested(self, numbers: tuple[int, ...]) -> None:
        found = self._chosen_set(numbers)
        if found is None:
            return
        path = choose_set_file(self._window, f"{found.name}.json")
        if path:
            message = tr("The images are saved: {path}", path=path)
            self._services.of(FileWriter).write(
                path,
                lambda: write_dataset(path, found),
                Notice("info", message, about="new images", file=Path(path)),
            )
