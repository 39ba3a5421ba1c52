"""A room of the window: what shows one concern, what is asked of it, and where its class is."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import Literal

    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.action_spec import ActionSpec, KeyHint
    from aegui.shell.feature_window import FeatureWindow


@dataclass(frozen=True)
class Spot:
    """Where a dock lies in one arrangement of the window.

    Attributes:
        side: The column beside the map, or the row below it; ``beside``: half of the window, which
            lies beside the map where that leaves more of it, else below; ``column``: one of its own
            at the edge, beside whatever else there is. What lies there stays open, or closed, when
            the docks are arranged in another way.
        place: Which place of it, from the top; below the map from the left. Docks of one place are
            tabs of each other.
        tab: Which tab of its place; docks with the same one follow their ranks.
        in_front: Whether it lies before the other tabs; where none says so, the first does.
        closed: Whether it is hidden at first, until somebody asks for it.
    """

    side: Literal["left", "right", "bottom", "beside", "column"]
    place: int = 0
    tab: int = 0
    in_front: bool = False
    closed: bool = False


@dataclass(frozen=True)
class DockSpec:
    """A dock of a feature.

    Attributes:
        key: What it is called in arrangements and settings.
        title: What a person reads, marked.
        rank: Its place in the menu.
        panel: Where the class of its panel is, as ``package.module:Class``. It is imported and made
            when the dock is first seen, or when somebody asks for the panel.
        spots: Where it lies, by keys of ``PERSPECTIVES``; in other arrangements it is hidden, and
            opened from the menu.
        guide: File name of the page of the guide that tells of it; empty: the first one.
    """

    key: str
    title: str
    rank: int
    panel: str
    spots: Mapping[str, Spot] = field(default_factory=dict)
    guide: str = ""


@dataclass(frozen=True)
class FeatureSpec:
    """What the window knows of a feature before there is one.

    Attributes:
        place: Where its class is, as ``package.module:Class``.
        docks: Docks that it fills.
        seen_with: Keys of docks of others that it does something for.
        actions: What it does for menus, toolbar and keys.
        conditions: Names of what it tells by ``Feature.set_conditions``, for actions of any room to
            depend on.
        requests: Method for each signal of ``services.requests`` that it answers to.
        keys: What its panels do at keys of their own.
        at_start: Whether it is made with the window: where its conditions and what it listens to
            count before anybody has seen it. Others are made with the first panel in one of their
            docks, or when something is first asked of them.
    """

    place: str
    docks: tuple[DockSpec, ...] = ()
    seen_with: tuple[str, ...] = ()
    actions: tuple[ActionSpec, ...] = ()
    conditions: tuple[str, ...] = ()
    requests: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[KeyHint, ...] = ()
    at_start: bool = False

    @property
    def seen_in(self) -> tuple[str, ...]:
        """Keys of the docks that it does something for."""
        return (*(dock.key for dock in self.docks), *self.seen_with)


def place_of(kind: type) -> str:
    """Where ``kind`` is, as specs write it."""
    return f"{kind.__module__}:{kind.__qualname__}"


def class_at(place: str) -> type:
    """The class at a place, imported now if it has not been yet."""
    module, _, name = place.partition(":")
    found = getattr(import_module(module), name)
    if not isinstance(found, type):
        raise TypeError(place)
    return found


class Feature(QObject):
    """Joins panels with the session; the window knows it by these members alone.

    It may be made at any time: it begins with what is shown then. A feature knows no other one:
    what it wants of whoever does it is asked of ``services.requests``.
    """

    noticed = Signal(object)
    """A ``Notice`` for the person."""
    conditions_changed = Signal()
    """Other ``conditions``."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self.conditions: frozenset[str] = frozenset()
        """What holds at present, of the ``conditions`` of its row."""

    def show(self, shown: Shown, changed: Changes) -> None:
        """Follow what is shown."""

    def while_seen(self, key: str, *tell: Callable[[bool], object]) -> None:
        """Tell, now and from now on, whether the dock ``key`` is in sight.

        That is for what computes only while somebody looks, such as ``Derived.set_active``.
        """
        # The rows of rooms are known to models too, which need no widgets.
        from aegui.shell.panel_area import is_in_sight

        dock = self._window.docks[key]
        for one in tell:
            dock.visibilityChanged.connect(one)
            one(is_in_sight(dock))

    def show_dock(self, key: str, arrangement: str = "") -> None:
        """Put the dock ``key`` before the others, where it was hidden in that ``arrangement``."""
        dock = self._window.docks[key]
        if arrangement and dock.isHidden():
            self._services.requests.arrangement.emit(arrangement)
        dock.show()
        dock.raise_()

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
