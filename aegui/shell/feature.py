"""A feature of the window: its base class, and the specs of its docks, actions and requests."""

from __future__ import annotations

from dataclasses import field
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from aegui.core.light_dataclass import dataclass

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
    """The position of a dock in one arrangement of the window."""

    side: Literal["left", "right", "bottom", "beside", "column"]
    """The column beside the map, or the row below it; ``beside``: half of the window, at the right
    of the map if that leaves more of it, else below it; ``column``: a separate column at the edge
    of the window, whose docks stay open, or closed, when the arrangement changes."""
    place: int = 0
    """Index within that side, from the top, or from the left below the map. Docks with the same
    index are tabs."""
    tab: int = 0
    """Index of its tab; ties are ordered by rank."""
    in_front: bool = False
    """Whether it is the current tab; the first one by default."""
    closed: bool = False
    """Whether it is hidden until requested."""


@dataclass(frozen=True)
class DockSpec:
    """A dock of a feature."""

    key: str
    """Identifier in arrangements and settings."""
    title: str
    """Title, marked for translation."""
    rank: int
    """Position in the menu."""
    panel: str
    """Class of its panel, as ``package.module:Class``. The panel is imported and created when the
    dock is first visible, or when it is requested."""
    spots: Mapping[str, Spot] = field(default_factory=dict)
    """Its positions by keys of ``PERSPECTIVES``; in other arrangements it is hidden, and can be
    opened from the menu."""
    guide: str = ""
    """File name of its page of the guide; empty: the first page."""


@dataclass(frozen=True)
class FeatureSpec:
    """What the window knows about a feature before it is created."""

    class_path: str
    """Its class, as ``package.module:Class``."""
    docks: tuple[DockSpec, ...] = ()
    """Docks that it owns."""
    seen_with: tuple[str, ...] = ()
    """Keys of other features' docks that it contributes to."""
    actions: tuple[ActionSpec, ...] = ()
    """Actions that it implements."""
    conditions: Mapping[str, str] = field(default_factory=dict)
    """The conditions that it sets with ``Feature.set_conditions``, on which actions of any feature
    may depend: for each name a marked sentence that says why these are disabled while it does not
    hold, or "" if none needs it."""
    requests: Mapping[str, str] = field(default_factory=dict)
    """Its method for each signal of ``services.requests`` that it handles."""
    keys: tuple[KeyHint, ...] = ()
    """Keys that its panels handle themselves."""
    at_start: bool = False
    """Whether it is created with the window, because its conditions or its connections matter
    before it is visible. Other features are created with the first panel in one of their docks, or
    on the first request."""

    @property
    def seen_in(self) -> tuple[str, ...]:
        """Keys of the docks that the feature owns or contributes to."""
        return (*(dock.key for dock in self.docks), *self.seen_with)


def class_path(kind: type) -> str:
    """Return the ``module:Class`` path of ``kind``, as used in specs."""
    return f"{kind.__module__}:{kind.__qualname__}"


def class_at(class_path: str) -> type:
    """Return the class at a ``module:Class`` path, importing its module if necessary."""
    module, _, name = class_path.partition(":")
    found = getattr(import_module(module), name)
    if not isinstance(found, type):
        raise TypeError(class_path)
    return found


class Feature(QObject):
    """Connects panels with the session; the window uses these members only.

    A feature may be created at any time, and starts from what is shown then. Features do not know
    each other; they ask for each other's work through ``services.requests``.
    """

    noticed = Signal(object)
    """Emitted with a ``Notice`` for the user."""
    conditions_changed = Signal()
    """Emitted when ``conditions`` have changed."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self.conditions: frozenset[str] = frozenset()
        """The conditions that currently hold, among those of the feature's row."""

    def show(self, shown: Shown, changed: Changes) -> None:
        """Update to ``shown``; ``changed`` names the fields that differ."""

    def while_visible(self, key: str, *callback: Callable[[bool], object]) -> None:
        """Call ``callback`` with whether the dock ``key`` is visible, now and at every change.

        For computations that run only while a view is visible, such as ``Derived.set_active``.
        """
        # Imported here: models read the feature tables too, and need no widgets.
        from aegui.shell.panel_area import is_in_sight

        dock = self._window.docks[key]
        for one in callback:
            dock.visibilityChanged.connect(one)
            one(is_in_sight(dock))

    def show_dock(self, key: str, arrangement: str = "") -> None:
        """Raise the dock ``key``; switch to ``arrangement``, if given, while the dock is hidden."""
        dock = self._window.docks[key]
        if arrangement and dock.isHidden():
            self._services.requests.arrangement.emit(arrangement)
        dock.show()
        dock.raise_()

    def set_conditions(self, **holds: bool) -> None:
        """Set which of the feature's conditions hold."""
        conditions = frozenset([name for name, does_hold in holds.items() if does_hold])
        if conditions != self.conditions:
            self.conditions = conditions
            self.conditions_changed.emit()

    @property
    def is_at_work(self) -> bool:
        """Whether work goes on whose end or failure the feature tells in messages."""
        return False

    def keep_layout(self) -> None:
        """Store the state of the panels in the settings."""

    def may_leave(self) -> bool:
        """Return whether the document may be closed, after asking about work that would be lost."""
        return True

    def take_files(self, files: Sequence[Path]) -> bool:
        """Open files dropped on the window; return whether this feature handled them."""
        del files
        return False

    def drop_words(self, files: Sequence[Path]) -> str:
        """Return what dropping ``files`` would do; empty if this feature does not handle them."""
        del files
        return ""
