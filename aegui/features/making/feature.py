"""Connects the Make panel to pins, samples, the map and the displayed network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Slot

from aegui.core.data.progress import Progress
from aegui.core.i18n import tr
from aegui.core.latent.film_spec import FilmSpec
from aegui.core.latent.films import LOOKED_AT, film_size, write_film
from aegui.features.making.concepts import ConceptWork
from aegui.features.making.finds import FindWork
from aegui.features.making.model.making import Making, MakingSubject
from aegui.features.making.view.panel import PAGES, MakingPanel
from aegui.features.map.model.insight_service import InsightService
from aegui.kit.theme import current_theme
from aegui.session.file_writer import FileWriter
from aegui.session.notice import Notice
from aegui.session.shown import REST, SUBJECT
from aegui.shell.dialogs.film import FilmDialog, keep_film, stored_film
from aegui.shell.feature import Feature
from aegui.shell.outcome import shown_origin
from aegui.shell.reach import Reach
from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.codec import Codec
    from aegui.core.latent.films import FilmSize
    from aegui.features.making.model.path_service import PathResult
    from aegui.session.map.codes_service import Codes
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow

_PREFIX = "making"
_KIND, _COUNT, _PAGE = "making.kind", "making.images", "making.page"
_FOLLOWING_MS = 200
"""Refresh interval during training."""


class MakingFeature(Feature):
    """Keeps paths and concepts up to date while the dock is visible."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._panel = window.panel(MakingPanel)
        self._page = self._panel.path
        self._canvas = self._window.canvas
        self._paths = services.of(Making).paths
        dock = window.docks["making"]
        self._is_seen = False
        self._subject = Refresher(self._show_network, _FOLLOWING_MS, dock, self)
        self._reach = Reach(services, window, self)
        self._concepts = ConceptWork(services, window, self._reach, self)
        self._finds = FindWork(services, window, self._reach)
        self._connect()
        self._panel.show_page(services.settings.choice(_PAGE, PAGES, "path"))
        self._restore()
        self._show_stops()
        self._show_network()
        self._on_paths_traced(self._paths.latest)
        self.while_visible("making", self._set_seen)

    def show_page(self, key: str) -> None:
        """Show the page ``key`` of the panel."""
        self._panel.show_page(key)

    def _connect(self) -> None:
        services, page, paths = self._services, self._page, self._paths
        self._panel.page_shown.connect(lambda key: services.settings.keep({_PAGE: key}))
        annotations = services.workspace.annotations
        paths.traced.connect(self._on_paths_traced)
        paths.pictures.answered.connect(self._on_paths_pictured)
        paths.busy_changed.connect(page.set_busy)
        paths.progressed.connect(page.set_searched)
        paths.kind_changed.connect(self._on_paths_kind_changed)
        paths.failed.connect(page.set_status)
        paths.stops_changed.connect(self._show_stops)
        page.kind_chosen.connect(self._paths.set_kind)
        page.count.valueChanged.connect(self._on_page_count_chosen)
        page.step_shown.connect(self._on_page_step_shown)
        page.export_requested.connect(self.export)
        pins = page.pins
        pins.add.clicked.connect(self._on_pins_pin_requested)
        pins.renamed.connect(self._on_pins_renamed)
        self._canvas.pin_moved.connect(self._on_canvas_pin_moved)
        pins.toggled.connect(paths.set_stop)
        pins.removed.connect(annotations.unpin)
        pins.ordered.connect(self._on_pins_ordered)
        pins.activated.connect(self._on_pins_activated)
        page.cancel.clicked.connect(paths.cancel)

    # Network

    def show(self, shown: Shown, changed: Changes) -> None:
        """Update for the fields in ``changed``."""
        self._concepts.show(shown, changed)
        if changed & {"dataset", "network", REST}:
            # Updated at once: the boxes still hold samples of the previous data set.
            self._show_network()
        elif changed & (SUBJECT | {"codes"}):
            self._subject.mark()

    def _show_network(self) -> None:
        shown, making = self._services.shown, self._services.of(Making)
        codec, known = shown.codec, self._services.of(InsightService).known
        if codec is None or not shown.fits or known is None:
            making.set_subject(None)
            reason = shown.why_nothing(
                tr("Press Train: this panel makes paths, concepts and new images of a network.")
            )
            self._panel.set_message(reason or tr("One moment…"))
            return
        making.set_subject(
            MakingSubject(
                codec,
                shown.dataset,
                known,
                _codes_by(codec, shown),
                shown.is_learning,
                shown.training,
            )
        )
        self._panel.set_message("")
        self._finds.show_offered()
        self._concepts.show_ability()

    @Slot(bool)
    def _set_seen(self, seen: bool) -> None:
        self._is_seen = seen
        self._paths.set_active(seen)
        self._services.of(Making).concepts.set_active(seen)
        self._show_path()

    # Pins

    @Slot()
    def _show_stops(self) -> None:
        paths = self._paths
        self._page.pins.set_pins(paths.pins, paths.stops, paths.fitting)
        self._concepts.show_pins()

    @Slot(object)
    def _on_paths_pictured(self, images: tuple[NDArray[np.float32] | None, ...]) -> None:
        self._page.pins.set_pictures(images, self._services.shown.image_style)

    @Slot()
    def _on_pins_pin_requested(self) -> None:
        if self._reach.cursor is not None:
            self._services.workspace.annotations.pin(self._reach.cursor)

    @Slot(int, str)
    def _on_pins_renamed(self, index: int, name: str) -> None:
        annotations = self._services.workspace.annotations
        if not name.strip():
            self._show_stops()
            return
        annotations.replace(index, self._paths.renamed(index, name.strip()))

    @Slot(int, object)
    def _on_canvas_pin_moved(self, index: int, z: NDArray[np.float32]) -> None:
        self._services.workspace.annotations.replace(index, self._paths.moved(index, z))

    @Slot(object)
    def _on_pins_ordered(self, order: tuple[int, ...]) -> None:
        annotations = self._services.workspace.annotations
        annotations.set_pins(tuple(annotations.pins[index] for index in order))

    @Slot(int)
    def _on_pins_activated(self, index: int) -> None:
        pin = self._services.workspace.annotations.pins[index]
        self._reach.go_to(np.array(pin.z, np.float32))

    # Path

    def _restore(self) -> None:
        values = self._services.settings.values
        kind, count = values.get(_KIND), values.get(_COUNT)
        if isinstance(kind, str):
            self._paths.set_kind(kind)
        if isinstance(count, int):
            self._paths.set_count(count)
        self._page.set_choices(self._paths.kind, self._paths.count)

    @Slot()
    def _on_paths_kind_changed(self) -> None:
        self._keep(_KIND, self._paths.kind)

    @Slot(int)
    def _on_page_count_chosen(self, count: int) -> None:
        self._paths.set_count(count)
        self._keep(_COUNT, self._paths.count)

    def _keep(self, key: str, value: str | int) -> None:
        self._page.set_choices(self._paths.kind, self._paths.count)
        self._services.settings.keep({key: value})

    @Slot(object)
    def _on_paths_traced(self, result: PathResult | None) -> None:
        self._page.set_path(result, self._services.shown.image_style)
        self._show_path()

    def _show_path(self) -> None:
        """Show the path on the map while the dock is visible."""
        result = self._paths.latest
        self._canvas.set_path(result.codes if self._is_seen and result is not None else None)

    @Slot(int)
    def _on_page_step_shown(self, step: int) -> None:
        result = self._paths.latest
        if result is not None and step < len(result.codes):
            self._reach.point_at(result.codes[step])

    # Films

    @Slot(str)
    def export(self, kind: str) -> None:
        """Ask for settings and a file and write the film; ``kind`` is the preselected format."""
        result = self._paths.latest
        if result is None:
            return
        usual = FilmSpec(fps=float(self._page.frames_per_second))
        film = replace(
            stored_film(self._services.settings, _PREFIX, usual), form=kind, fps=usual.fps
        )
        ink = self._services.shown.image_style.glyphs and not current_theme().is_dark

        def estimate(film: FilmSpec, cancelled: IsCancelled) -> FilmSize:
            return film_size(
                [*result.images[:LOOKED_AT]], len(result.images), film, ink=ink, cancelled=cancelled
            )

        dialog = FilmDialog(film, estimate, self._window)
        dialog.save.clicked.connect(lambda: self._save_film(dialog, result, ink))
        dialog.open()

    def _save_film(self, dialog: FilmDialog, result: PathResult, ink: bool) -> None:
        path = dialog.choose_file(tr("{name} - path", name=self._services.workspace.name))
        if not path:
            return
        film = dialog.film
        origin = shown_origin(self._services.workspace.name, self._services.shown)
        keep_film(self._services.settings, _PREFIX, film)
        dialog.accept()

        def work(report: Report, cancelled: IsCancelled) -> int:
            frames = _counted(
                result.images, Progress(len(result.images), _written, report, cancelled)
            )
            return write_film(
                path,
                frames,
                film.fps,
                side=film.side,
                pause=film.pause,
                palette=film.palette,
                ink=ink,
                about=origin,
                cancelled=cancelled,
            )

        message = tr("The film is saved: {path}", path=path)
        notice = Notice("info", message, about="film", file=Path(path))
        self._services.of(FileWriter).write_long(path, work, notice)


def _counted(images: NDArray[np.float32], progress: Progress) -> Iterator[NDArray[np.float32]]:
    """Yield ``images`` one by one and report their count."""
    for number, image in enumerate(images):
        progress.reached(number)
        yield image


def _written(done: int, total: int) -> str:
    return tr("{done:,} of {total:,} images written", done=done, total=total)


def _codes_by(codec: Codec, shown: Shown) -> Codes | None:
    """Return the codes of the samples by ``codec``; None if these follow.

    While a network trains, its weights are newer than the codes.
    """
    codes = shown.codes
    if codes is None or codes.size != codec.latent_size:
        return None
    return codes if codes.codec is codec or shown.is_learning else None
