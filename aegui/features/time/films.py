"""Films of a part of the window over the epochs of a training."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from PySide6.QtCore import QObject, QPoint, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QImage, QPainter, QRegion
from PySide6.QtWidgets import QProgressDialog, QWidget

from aegui.core.data.progress import clock
from aegui.core.i18n import sentences, tr
from aegui.core.latent.film_spec import FilmSpec
from aegui.core.latent.films import film_size
from aegui.features.map.feature import MapFeature
from aegui.features.map.insight import InsightFeature
from aegui.features.map.model.field_service import FieldService
from aegui.features.map.model.insight_service import InsightService
from aegui.features.map.model.plane_service import PlaneService
from aegui.features.map.model.sample_values import SampleValuesService
from aegui.features.map.view.canvas import LatentCanvas
from aegui.features.time.model.film_writer import FilmWriter
from aegui.features.time.model.ghost_service import GhostService
from aegui.features.time.model.timeline import Player
from aegui.kit.theme import current_theme
from aegui.session.map.decode_service import DecodeService
from aegui.session.notice import Notice
from aegui.shell.dialogs.film import FilmDialog, keep_film, stored_film
from aegui.shell.feature import Feature
from aegui.shell.outcome import epoch_words, shown_origin
from aegui.shell.panel_area import PanelArea
from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.films import FilmSize
    from aegui.core.training.record.timeline import TimelineView
    from aegui.session.notice import Level
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow

MAX_FRAMES = 150
USUAL = FilmSpec(side=800, fps=15.0)
"""Default settings of films of trainings."""
_DIALOG_PX = 360
_ESTIMATED_FRAMES = 5
"""The remaining time is shown from this frame on: the first frames are slower."""
_LOOK_MS = 25
_MIN_S = 0.06
"""Minimum time for a panel to update."""
_MAX_S = 30.0
"""What takes longer to compute is filmed as it is, and reported."""
_MIN_WORDS_PX, _MAX_WORDS_PX, _WORDS_SHARE = 10, 24, 48
"""Font height of the epoch: this fraction of the longer side, within limits."""
_BAND_PX = 3
"""Margin above and below the epoch."""


class FilmMaker(QObject):
    """Shows one epoch after another, waits until the panel is up to date, and grabs its image."""

    noticed = Signal(object)
    """A ``Notice`` of the result."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._path = Path()
        self._film = USUAL
        self._kind = ""
        self._widget: QWidget = window
        self._epochs: list[float] = []
        self._next = 0
        self._size = QSize()
        """Size of the first frame, used for all."""
        self._late = 0
        """Frames that were grabbed before everything in them was of their epoch."""
        self._shown_s = 0.0
        self._begun_s = 0.0
        self._before: float | None = None
        self._followed = False
        self._dialog: QProgressDialog | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        services.of(FilmWriter).finished.connect(self._on_films_finished)

    @property
    def is_busy(self) -> bool:
        """Whether a film is being made."""
        return self._dialog is not None

    def start(self, path: Path, kind: str, widget: QWidget, film: FilmSpec = USUAL) -> None:
        """Film ``widget``, which must be visible, over the whole training into ``path``.

        The view of a map stays fixed meanwhile. Each frame waits until all that it shows is of its
        epoch.

        Args:
            path: The file.
            kind: Which part of the window it is: a key of ``_FILMED``.
            widget: The widget of that part.
            film: The settings.
        """
        timeline = self._services.shown.timeline
        if timeline is None or self.is_busy:
            return
        self._path, self._kind, self._widget, self._film = path, kind, widget, film
        self._followed = isinstance(widget, LatentCanvas) and widget.navigation.following
        if isinstance(widget, LatentCanvas):
            widget.navigation.hold()
        self._epochs = filmed_epochs(timeline)
        self._before = self._services.shown.past_epoch
        self._next = self._late = 0
        self._begun_s = time.monotonic()
        self._dialog = self._progress_dialog()
        services = self._services
        origin = shown_origin(services.workspace.name, services.shown, whole=True)
        services.of(FilmWriter).begin(path, film, origin)
        self._show_next()
        self._timer.start()

    def _progress_dialog(self) -> QProgressDialog:
        dialog = QProgressDialog(
            tr("Filming the training…"), tr("Ca&ncel"), 0, len(self._epochs), self._window
        )
        dialog.setWindowTitle(tr("Film of the training"))
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.setAutoClose(False)
        dialog.setAutoReset(False)
        dialog.setMinimumDuration(0)
        dialog.setMinimumWidth(_DIALOG_PX)
        dialog.canceled.connect(self._on_dialog_canceled)
        dialog.setValue(0)
        return dialog

    def _show_next(self) -> None:
        self._shown_s = time.monotonic()
        self._services.showing.show_epoch(self._epochs[self._next])
        if self._kind == "map":
            # A slow plane would otherwise wait for the pause after the one before it.
            self._services.of(PlaneService).settle()

    @property
    def _is_settled(self) -> bool:
        """Whether all that the filmed part shows is of the displayed epoch.

        Computed values carry whole epochs only, which do not tell the first frames of a large set
        apart: what counts is that nothing is being computed any more.
        """
        services = self._services
        if self._kind == "reconstructions":
            return services.latest("aegui-rows").is_idle
        sources = [services.of(DecodeService), services.of(InsightService)]
        if self._kind == "map":
            kinds = (PlaneService, FieldService, SampleValuesService, GhostService)
            sources += [services.showing, *(services.of(kind) for kind in kinds)]
        refreshers = (
            refresher
            for kind in (MapFeature, InsightFeature)
            for refresher in self._window.feature(kind).findChildren(Refresher)
        )
        return (
            all(source.is_idle for source in sources)
            and services.latest("aegui-nearest").is_idle
            and not any(refresher.is_due for refresher in refreshers)
        )

    @Slot()
    def _on_timer_timeout(self) -> None:
        dialog, films = self._dialog, self._services.of(FilmWriter)
        if dialog is None or not films.has_space:
            return
        if self._next == len(self._epochs):
            self._timer.stop()
            films.end()
            dialog.setLabelText(tr("Writing the film…"))
            # Writing the end takes a moment and can no longer be cancelled.
            dialog.setCancelButton(None)
            return
        waited_s = time.monotonic() - self._shown_s
        is_late = not self._is_settled
        if waited_s < _MIN_S or (is_late and waited_s < _MAX_S):
            return
        self._late += is_late
        epoch = self._epochs[self._next]
        image = grabbed(self._widget)
        if self._next == 0:
            self._size = image.size()
        films.put(film_picture(_sized(image, self._size), self._film.side, epoch))
        self._next += 1
        if self._next < len(self._epochs):
            self._show_next()
        if self._next >= _ESTIMATED_FRAMES:
            rate = self._next / (time.monotonic() - self._begun_s)
            left = clock((len(self._epochs) - self._next) / rate)
            dialog.setLabelText(tr("Filming the training… {time} left", time=left))
        # Last, because it handles events: *Cancel* may be among them.
        dialog.setValue(self._next)

    @Slot()
    def _on_dialog_canceled(self) -> None:
        self._services.of(FilmWriter).cancel()
        self._close()

    @Slot(str)
    def _on_films_finished(self, reason: str) -> None:
        if self._dialog is None:
            return
        self._close()
        notice = Notice("error", reason, about="film")
        if not reason:
            message = tr("The film is saved: {path}", path=self._path)
            level: Level = "info"
            if self._late:
                late = tr(
                    "In {n:,} of its {count:,} images something is of an earlier epoch: it took "
                    "too long to compute.",
                    n=self._late,
                    count=len(self._epochs),
                )
                level, message = "warning", sentences(message, late)
            notice = Notice(level, message, about="film", file=self._path)
        self.noticed.emit(notice)

    def _close(self) -> None:
        self._timer.stop()
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.hide()
            dialog.deleteLater()
        self._services.showing.show_epoch(self._before)
        if self._followed and isinstance(self._widget, LatentCanvas):
            self._widget.fit()


def filmed_epochs(timeline: TimelineView) -> list[float]:
    """Return the epochs of ``timeline`` that a film shows."""
    return [float(epoch) for epoch in timeline.thinned(MAX_FRAMES).epochs]


@runtime_checkable
class Filmed(Protocol):
    """A panel that renders itself for films."""

    def filmed(self) -> QImage:
        """Return the whole content of the panel without its controls."""


def grabbed(widget: QWidget) -> QImage:
    """Return an image of ``widget``; of the map without the controls on it.

    A ``Filmed`` panel renders itself.
    """
    if isinstance(widget, Filmed):
        image = widget.filmed()
        image.setDevicePixelRatio(1.0)
        return image
    ratio = widget.devicePixelRatioF()
    image = QImage(widget.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    # A panel paints no background of its own: that is its dock's.
    image.fill(current_theme().panel)
    flags = QWidget.RenderFlag.DrawWindowBackground
    if not isinstance(widget, LatentCanvas):
        flags |= QWidget.RenderFlag.DrawChildren
    widget.render(image, QPoint(), QRegion(), flags)
    image.setDevicePixelRatio(1.0)
    return image


def _sized(image: QImage, size: QSize) -> QImage:
    """Return ``image`` padded or cropped at the right and bottom to ``size``."""
    if image.size() == size:
        return image
    sized = QImage(size, QImage.Format.Format_RGB32)
    sized.fill(current_theme().panel)
    painter = QPainter(sized)
    painter.drawImage(0, 0, image)
    painter.end()
    return sized


def film_picture(image: QImage, side: int, epoch: float) -> NDArray[np.uint8]:
    """Return the frame ``[H, W, 3]`` with ``image`` and its ``epoch`` below.

    At most ``side`` pixels long, never enlarged, with even sides. The epoch is left out if there
    is no room for it.
    """
    theme, font = current_theme(), QFont(QGuiApplication.font())
    font.setPixelSize(max(_MIN_WORDS_PX, min(_MAX_WORDS_PX, side // _WORDS_SHARE)))
    words = epoch_words(epoch)
    metrics = QFontMetrics(font)
    band = 2 * (metrics.height() // 2 + _BAND_PX)
    ratio = min(1.0, side / max(image.width(), image.height() + band, 1))
    if metrics.horizontalAdvance(words) + 2 * band > image.width() * ratio:
        band = 0
    ratio = min(1.0, (side - band) / max(image.height(), 1), side / max(image.width(), 1))
    # Video encoders require even sides.
    width, height = (
        max(2, 2 * round(length * ratio / 2)) for length in (image.width(), image.height())
    )
    picture = QImage(width, height + band, QImage.Format.Format_RGB888)
    picture.fill(theme.panel)
    painter = QPainter(picture)
    scaled = image.scaled(
        width,
        height,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    painter.drawImage(0, 0, scaled)
    if band:
        painter.setFont(font)
        painter.setPen(theme.text)
        caption = QRect(band // 2, height, width - band, band)
        painter.drawText(
            caption, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words
        )
    painter.end()
    lines = np.frombuffer(picture.constBits(), np.uint8)
    lines = lines.reshape(picture.height(), picture.bytesPerLine())
    return lines[:, : 3 * width].reshape(picture.height(), width, 3).copy()


_FORM = "time"
_FILMED = {"map": "", "cursor": "cursor", "reconstructions": "reconstructions"}
"""Filmed part -> dock that must be visible."""
_SETTLED_MS = 400
"""Delay after which a newly shown panel has its final size."""


class FilmFeature(Feature):
    """Asks for the settings of a film, and makes it."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._maker = FilmMaker(services, window)
        self._maker.noticed.connect(self.noticed)

    @property
    def is_busy(self) -> bool:
        """Whether a film is being made."""
        return self._maker.is_busy

    @Slot(str)
    def film(self, kind: str) -> None:
        """Ask for settings and a file, and film the part ``kind`` of the window."""
        services = self._services
        if services.shown.timeline is None or self._maker.is_busy:
            return
        dock = self._window.docks.get(_FILMED[kind])
        area = None if dock is None else dock.widget()
        target = area.panel if isinstance(area, PanelArea) else self._window.canvas
        moves = not target.isVisible()
        if dock is not None:
            dock.show()
            dock.raise_()
        epochs = filmed_epochs(services.shown.timeline)
        now = [grabbed(target)]

        def estimate(film: FilmSpec, cancelled: IsCancelled) -> FilmSize:
            picture = film_picture(now[0], film.side, epochs[-1])
            return film_size([picture], len(epochs), film, scale=1, cancelled=cancelled)

        def update_size() -> None:
            now[0] = grabbed(target)
            dialog.update_size()

        dialog = FilmDialog(stored_film(services.settings, _FORM, USUAL), estimate, self._window)
        if moves:
            QTimer.singleShot(_SETTLED_MS, dialog, update_size)
        dialog.save.clicked.connect(lambda: self._save_film(dialog, kind, target))
        dialog.open()

    def _save_film(self, dialog: FilmDialog, kind: str, target: QWidget) -> None:
        services = self._services
        path = dialog.choose_file(f"{services.workspace.name}-{kind}")
        if not path:
            return
        film = dialog.film
        keep_film(services.settings, _FORM, film)
        dialog.accept()
        services.of(Player).pause()
        self._maker.start(Path(path), kind, target, film)
