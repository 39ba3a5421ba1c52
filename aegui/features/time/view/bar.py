"""The time bar: playback, choice of an epoch, ghost, fork and film."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QWidget

from aegui.core.i18n import localized, tr
from aegui.features.time import FILMS
from aegui.features.time.view.slider import TimeSlider
from aegui.kit.choosing import menu_below
from aegui.kit.keys import native_keys
from aegui.kit.layouts import dim, row
from aegui.kit.marks import flat_button
from aegui.kit.theme import SPACING, figures_font, icon, icon_px
from aegui.shell.outcome import epoch_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Playback speeds, multiples of the default one."""
MEMORIES_MB = (16, 64, 256, 1024)
"""Memory limits for the kept weights of one training, in megabytes."""
_LONGEST_EPOCH = 9_999_999


class TimeBar(QWidget):
    """Time bar. Passive: it displays what it is given and emits requests."""

    epoch_requested = Signal(object)
    """Index of a moment of ``set_epochs``; None for the newest state."""
    speed_chosen = Signal(float)
    memory_chosen = Signal(int)
    """Megabytes."""
    ghost_requested = Signal(str)
    """A key of ``set_ghosts``."""
    ghost_fit_chosen = Signal(bool)
    """Whether to align the ghost with the displayed codes."""
    film_requested = Signal(str)
    """A key of ``FILMS``."""

    def __init__(self) -> None:
        super().__init__()
        flat = partial(flat_button, pixels=icon_px())
        self.play = flat("train", tr("Play the training as a film"))
        self.play.setCheckable(True)
        self.slider = TimeSlider()
        self.words = QLabel()
        self.words.setFont(figures_font(self.font()))
        self.words.setAccessibleName(tr("Epoch that is shown"))
        keys = native_keys("Alt+End")
        self.newest = flat("time-newest", tr("Back to the newest state ({keys})", keys=keys))
        self.speed = flat("", tr("Speed of the film, and memory for the epochs"))
        self.ghost = flat("time-ghost", tr("Show another run as a ghost under the points"))
        self.fork = flat("time-fork", "")
        self.film = flat("time-film", tr("Save a film of the training"))
        self._why_no_fork: str | None = None
        self._empty = dim()
        self._speeds: dict[float, QAction] = {}
        self._memories: dict[int, QAction] = {}
        self._empty.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        longest = epoch_words(_LONGEST_EPOCH)
        self.words.setFixedWidth(self.words.fontMetrics().horizontalAdvance(longest))
        self.speed.setMinimumWidth(5 * SPACING)
        buttons = (self.newest, self.speed, self.ghost, self.fork, self.film)
        self.setLayout(row(self.play, (self.slider, 1), (self._empty, 1), self.words, *buttons))
        self._build_menus()
        self.slider.chosen.connect(self.epoch_requested)
        self.newest.clicked.connect(lambda: self.epoch_requested.emit(None))
        self.set_fork("")
        self.set_epochs((), "")
        self.set_speed(1.0)

    def _build_menus(self) -> None:
        menu = menu_below(self.speed)
        group = QActionGroup(menu)
        for speed in SPEEDS:
            action = _choice(menu, group, _speed_words(speed))
            action.triggered.connect(lambda _on, speed=speed: self._on_speed_chosen(speed))
            self._speeds[speed] = action
        menu.addSeparator()
        self.loop = menu.addAction(tr("Again and &again"))
        self.loop.setCheckable(True)
        memory = menu.addMenu(tr("&Memory for the epochs of the next training"))
        group = QActionGroup(memory)
        for megabytes in MEMORIES_MB:
            action = _choice(memory, group, tr("{n:,} MB", n=megabytes))
            action.triggered.connect(lambda _on, mb=megabytes: self.memory_chosen.emit(mb))
            self._memories[megabytes] = action
        self.ghosts = menu_below(self.ghost)
        films = menu_below(self.film)
        for key, text in FILMS.items():
            films.addAction(tr(text)).triggered.connect(
                lambda _on, key=key: self.film_requested.emit(key)
            )

    def sizeHint(self) -> QSize:
        """Return the size of one line."""
        return QSize(800, self.slider.sizeHint().height())

    # Display

    def set_epochs(self, epochs: ArrayLike, empty_text: str) -> None:
        """Set the epochs that can be shown, ascending; ``empty_text`` says why there are none."""
        self.slider.set_epochs(epochs)
        has_any = self.slider.maximum() > 0
        if not has_any:
            # A hidden slider would pass the keyboard focus to the next button.
            self.slider.clearFocus()
        self.slider.setVisible(has_any)
        self._empty.setVisible(not has_any)
        self._empty.setText(empty_text)
        for button in (self.play, self.ghost, self.film):
            button.setEnabled(has_any)

    def set_epoch(self, index: int | None, epoch: float | None, what: str = "") -> None:
        """Show which epoch is displayed.

        Args:
            index: Its index among the moments; None for the newest state.
            epoch: The epoch; None if nothing is displayed.
            what: Description of the displayed weights, a sentence.
        """
        self.slider.set_index(index)
        self.newest.setEnabled(index is not None)
        self.words.setText("" if epoch is None else epoch_words(epoch))
        self.words.setToolTip(what)
        self.words.setAccessibleDescription(what)
        font = self.words.font()
        font.setBold(index is not None)
        self.words.setFont(font)

    def set_playing(self, playing: bool) -> None:
        """Show whether playback is running."""
        self.play.setChecked(playing)
        self.play.setIcon(icon("pause" if playing else "train"))
        keys = native_keys("Ctrl+P")
        self.play.setToolTip(
            tr("Stop the film ({keys})", keys=keys)
            if playing
            else tr("Play the training as a film ({keys})", keys=keys)
        )

    def set_speed(self, speed: float) -> None:
        """Show the playback speed; one of ``SPEEDS``."""
        self._speeds[speed].setChecked(True)
        self.speed.setText(_speed_words(speed))

    def set_memory(self, megabytes: int) -> None:
        """Show the memory limit in megabytes; one of ``MEMORIES_MB``."""
        self._memories[megabytes].setChecked(True)

    def set_ghosts(
        self, ghosts: Sequence[tuple[str, str]], chosen: str, *, fitted: bool = False
    ) -> None:
        """Fill the ghost menu with keys and texts, with ``chosen`` checked.

        ``fitted``: whether the ghost is aligned with the displayed codes.
        """
        menu = self.ghosts
        menu.clear()
        group = QActionGroup(menu)
        for key, text in ghosts:
            action = _choice(menu, group, text)
            action.setChecked(key == chosen)
            action.triggered.connect(lambda _on, key=key: self.ghost_requested.emit(key))
        menu.addSeparator()
        fit = menu.addAction(tr("&Turn and scale it to fit"))
        fit.setCheckable(True)
        fit.setChecked(fitted)
        fit.setToolTip(
            tr(
                "Two networks may learn the same map, one of them rotated: this aligns them by the"
                " codes of the same samples."
            )
        )
        fit.triggered.connect(self.ghost_fit_chosen)

    def set_ghost(self, words: str, turned: str = "") -> None:
        """Show the name of the ghost and how it was aligned (``turned``); "" for no ghost."""
        self.ghost.setIcon(icon("time-ghost", "accent" if words else "text"))
        help_text = tr("Show another run as a ghost under the points")
        text = tr("Pale under the points: {name}", name=words) if words else help_text
        if turned:
            text = tr("{what}\nAligned with the shown codes: {turned}.", what=text, turned=turned)
        self.ghost.setToolTip(text)
        self.ghost.setAccessibleDescription(text)

    def set_fork(self, why_not: str) -> None:
        """Enable the fork button, or disable it with ``why_not`` as its tooltip."""
        if why_not == self._why_no_fork:
            return
        self._why_no_fork = why_not
        self.fork.setEnabled(not why_not)
        text = tr("Go on from this epoch with one setting changed…")
        self.fork.setToolTip(why_not or text)
        self.fork.setAccessibleName(text)

    def _on_speed_chosen(self, speed: float) -> None:
        self.set_speed(speed)
        self.speed_chosen.emit(speed)


def _choice(menu: QMenu, group: QActionGroup, text: str) -> QAction:
    action = menu.addAction(text)
    action.setCheckable(True)
    group.addAction(action)
    return action


def _speed_words(speed: float) -> str:
    fractions = {0.25: "¼", 0.5: "½"}
    return f"{fractions.get(speed, localized(speed, 'g'))}×"
