"""A room of the window: what shows one concern, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.window.main_window import MainWindow


@dataclass(frozen=True)
class DockSpec:
    """A dock of a feature.

    Attributes:
        key: What it is called in arrangements and settings, and the panel in ``Panels``.
        title: What a person reads, marked.
        rank: Its place in the menu.
    """

    key: str
    title: str
    rank: int


class Feature(QObject):
    """Joins panels with the session; the window knows it by these members alone.

    A feature knows no other one: what it wants of whoever does it is asked of
    ``services.requests``.
    """

    docks: ClassVar[tuple[DockSpec, ...]] = ()
    """The docks that it fills."""
    noticed = Signal(object)
    """A ``Notice`` for the person."""
    conditions_changed = Signal()
    """Other ``conditions``."""

    def __init__(self, services: Services, window: MainWindow) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._panels = window.panels
        self._docks = window.docks
        self.conditions: frozenset[str] = frozenset()
        """What holds at present, of the ``CONDITIONS`` of actions."""

    @property
    def handlers(self) -> Mapping[str, Callable[..., object]]:
        """What actions of the table may ask for."""
        return {}

    def show(self, shown: Shown, changed: Changes) -> None:
        """Follow what is shown."""

    def set_conditions(self, **holds: bool) -> None:
        """Say what holds at present."""
        conditions = frozenset([name for name, does_hold in holds.items() if does_hold])
        if conditions != self.conditions:
            self.conditions = conditions
            self.conditions_changed.emit()

    def keep_layout(self) -> None:
        """Remember in the settings how the panels were left."""

    def may_leave(self) -> bool:
        """Ask about work that would be lost with the document; False: stay."""
        return True

    def take_files(self, files: Sequence[Path]) -> bool:
        """Take in what was dropped on the window; False: it is for others."""
        del files
        return False

    def drop_words(self, files: Sequence[Path]) -> str:
        """What dropping ``files`` would do; empty: it is for others to say."""
        del files
        return ""
