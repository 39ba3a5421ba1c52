"""The path page: pins, kind of path, and the film of the path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QLabel,
    QMenu,
    QPushButton,
    QSpinBox,
    QWidget,
)

from aegui.core.i18n import tr
from aegui.core.latent.film_spec import FILM_FORMS
from aegui.core.latent.paths import PATHS
from aegui.features.making.model.path_service import DEFAULT_IMAGES, FEWEST_IMAGES, MAX_IMAGES
from aegui.features.making.view.film_strip import FilmStrip
from aegui.features.making.view.pin_list import PinList
from aegui.kit.choosing import narrow, offer, on_chosen
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import column, dim, held, row
from aegui.kit.marks import wrapped_label
from aegui.kit.theme import SPACING, icon, icon_size
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.page import Breaking, PictureBox

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QResizeEvent

    from aegui.features.making.model.path_service import PathResult

SPEEDS = (6, 12, 24)
"""Playback speeds in frames per second."""
DEFAULT_SPEED = 12
_SIDE_BY_SIDE_PX = 560
_ONE_ROW_PX = 740
_ABOVE_PX = 540
"""From this height on, the large image is above the strip, which takes the full width."""


class PathPage(QWidget):
    """Shows pins and a ``PathResult``, and plays the film. Otherwise passive."""

    kind_chosen = Signal(str)
    """A key of ``PATHS``."""
    step_shown = Signal(int)
    """The film shows that step."""
    export_requested = Signal(str)
    """Save the film in that format: a key of ``FILM_FORMS``."""

    def __init__(self) -> None:
        super().__init__()
        self._result: PathResult | None = None
        self._image_style = GLYPHS
        self._is_busy = False
        self.pins = PinList()
        self.kind = QComboBox()
        self.count = QSpinBox()
        self.play = QPushButton()
        self.speed = QComboBox()
        self.loop = QCheckBox(tr("Loop"))
        self.export = QPushButton(icon("export"), tr("Save…"))
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setToolTip(tr("Cancel the search and use the straight path"))
        self.cancel.hide()
        self.frame = PictureBox(tr("Present image of the film"), QSize(140, 150))
        self.strip = FilmStrip()
        self._pictures = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._column = column(spacing=SPACING)
        self._status = dim(wrapped_label())
        self._clock = QTimer(self)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._fill()
        self._build()
        on_chosen(self.kind, self.kind_chosen.emit)
        self.play.clicked.connect(self._on_play_clicked)
        self.speed.activated.connect(self._set_pace)
        self.strip.step_chosen.connect(self._on_strip_step_chosen)
        self._clock.timeout.connect(self._on_clock_timeout)
        self.set_path(None, GLYPHS)

    def _fill(self) -> None:
        self.kind.setAccessibleName(tr("Kind of path"))
        offer(self.kind, ((key, tr(spec.label), tr(spec.help)) for key, spec in PATHS.items()))
        narrow(self.kind, 8)
        self.count.setRange(FEWEST_IMAGES, MAX_IMAGES)
        self.count.setValue(DEFAULT_IMAGES)
        self.count.setKeyboardTracking(False)
        self.count.setAccessibleName(tr("Images of the film"))
        self.count.setToolTip(tr("Images of the film"))
        self.speed.setAccessibleName(tr("Images per second"))
        self.speed.setToolTip(tr("Frames per second of the film"))
        offer(self.speed, ((n, tr("{n}/s", n=n)) for n in SPEEDS), DEFAULT_SPEED)
        self.loop.setChecked(True)
        self.loop.setToolTip(tr("Begin again at the end"))
        self.export.setToolTip(tr("Save the film"))
        menu = QMenu(self.export)
        for key, form in FILM_FORMS.items():
            menu.addAction(f"{tr(form.label)}…").triggered.connect(
                lambda _on=False, key=key: self.export_requested.emit(key)
            )
        self.export.setMenu(menu)
        for button in (self.play, self.export):
            button.setIconSize(icon_size())

    def _build(self) -> None:
        how = row(QLabel(tr("Path")), (self.kind, 1), QLabel(tr("Images")), self.count, spacing=-1)
        film = FlowLayout(SPACING // 2, last_at_right=True)
        for part in (self.play, self.speed, self.loop, self.cancel, self.export):
            film.addWidget(part)
        controls = Breaking(_ONE_ROW_PX)
        controls.row.addWidget(held(how))
        controls.row.addWidget(held(film), 1)
        self._pictures.setSpacing(SPACING)
        self._pictures.addWidget(self.frame)
        self._pictures.addWidget(self.strip)
        parts = Breaking(_SIDE_BY_SIDE_PX, shares=((2, 5), (0, 1)))
        parts.row.addWidget(self.pins)
        self._column.addWidget(controls)
        self._column.addWidget(self._status)
        self._column.addLayout(self._pictures, 1)
        self._column.addStretch()
        parts.row.addWidget(held(self._column))
        self.setLayout(column(parts, margins=(SPACING,) * 4))

    # Display

    @property
    def frames_per_second(self) -> int:
        """The speed of playback."""
        return int(self.speed.currentData())

    @property
    def is_playing(self) -> bool:
        """Whether the film is playing."""
        return self._clock.isActive()

    def set_choices(self, kind: str, count: int) -> None:
        """Show the chosen kind and number of images."""
        self.kind.setCurrentIndex(self.kind.findData(kind))
        self.kind.setToolTip(tr(PATHS[kind].help))
        with QSignalBlocker(self.count):
            self.count.setValue(count)

    def set_path(self, result: PathResult | None, image_style: ImageStyle) -> None:
        """Show a path; None if fewer than two pins are ticked."""
        self._result, self._image_style = result, image_style
        self.strip.set_path(result, image_style)
        has_path = result is not None
        self._show_sizes()
        self.strip.setVisible(has_path)
        # Without pictures the controls would spread over the height.
        self._column.setStretch(self._column.count() - 1, 0 if has_path else 1)
        for control in (self.play, self.export, self.speed, self.loop):
            control.setEnabled(has_path)
        if result is None:
            self._stop()
            self.set_status(self._missing())
        else:
            self.set_busy(self._is_busy)
        self._show_play()
        self._show_frame()

    def _missing(self) -> str:
        needed = tr("A path needs two ticked pins.")
        if self.pins.all_fit:
            return needed
        note = tr("Grey pins are kept for a network with codes of their size.")
        return f"{needed} {note}"

    def set_busy(self, busy: bool) -> None:
        """Show whether a path is being computed."""
        self._is_busy = busy
        if not busy:
            self.cancel.hide()
        if busy:
            self.set_status(tr("Looking for the path…"))
        else:
            self.set_status(self._missing() if self._result is None else "")

    def set_searched(self, text: str) -> None:
        """Show the progress of the search and offer to cancel it."""
        if self._is_busy:
            self.cancel.show()
            words = tr("Looking for the path…")
            self.set_status(f"{words} {text}".rstrip())

    def set_status(self, text: str) -> None:
        """Show ``text`` above the film."""
        self._status.setText(text)
        self._status.setVisible(bool(text))

    def _show_frame(self) -> None:
        result, step = self._result, self.strip.step
        if result is None:
            self.frame.set_image(None, self._image_style)
            return
        text = tr("{n} of {count}", n=step + 1, count=len(result.codes))
        self.frame.set_image(result.images[step], self._image_style, text)

    # Playback

    def _on_play_clicked(self) -> None:
        if self.is_playing:
            self._stop()
        elif self._result is not None:
            if self.strip.step == len(self._result.codes) - 1:
                self._go_to(0)
            self._set_pace()
            self._clock.start()
        self._show_play()

    def _set_pace(self, _index: int = 0) -> None:
        self._clock.setInterval(round(1000 / self.frames_per_second))

    def _stop(self) -> None:
        self._clock.stop()
        self._show_play()

    def _show_play(self) -> None:
        playing = self.is_playing
        self.play.setIcon(icon("pause" if playing else "train"))
        self.play.setText(tr("Pause") if playing else tr("Play"))

    def _on_clock_timeout(self) -> None:
        result = self._result
        if result is None:
            return
        step = self.strip.step + 1
        if step < len(result.codes):
            self._go_to(step)
        elif self.loop.isChecked():
            self._go_to(0)
        else:
            self._stop()

    def _go_to(self, step: int) -> None:
        self.strip.set_step(step)
        self._show_frame()
        self.step_shown.emit(step)

    def _on_strip_step_chosen(self, step: int) -> None:
        self._stop()
        self._go_to(step)

    def _show_sizes(self) -> None:
        """Show the large image if the width allows; the cursor panel shows the same image."""
        self.frame.setVisible(self._result is not None and self.width() >= _SIDE_BY_SIDE_PX)
        is_above, directions = self.height() >= _ABOVE_PX, QBoxLayout.Direction
        self._pictures.setDirection(directions.TopToBottom if is_above else directions.LeftToRight)
        self._pictures.setStretch(0, 4 if is_above else 0)
        self._pictures.setStretch(1, 3 if is_above else 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out the large image above or beside the strip, if there is room."""
        super().resizeEvent(event)
        self._show_sizes()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop the film while the page is hidden."""
        super().hideEvent(event)
        self._stop()
