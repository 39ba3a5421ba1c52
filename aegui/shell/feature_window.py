"""The interface of the window that features use."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QMainWindow, QWidget

from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from PySide6.QtWidgets import QDockWidget, QMenu

    from aegui.core.window_names import WindowNames
    from aegui.features.map.view.canvas import LatentCanvas
    from aegui.session.settings import Settings
    from aegui.window.toolbar import MainToolBar

AnyPanel = TypeVar("AnyPanel", bound=QWidget)
AnyFeature = TypeVar("AnyFeature", bound=Feature)


class FeatureWindow(QMainWindow):
    """The window as features see it."""

    canvas: LatentCanvas
    """The map in the centre, on which several features draw."""
    docks: Mapping[str, QDockWidget]
    """Docks by key."""
    toolbar: MainToolBar
    """The toolbar."""
    menus: Mapping[str, QMenu]
    """Menus by path, from ``MENUS`` of ``window/actions.py``."""
    settings: Settings
    """Persistent settings, such as the last folders of files."""

    @property
    def is_wandering(self) -> bool:
        """Whether the arrangement *Wander* is active, in which the map takes most of the window."""
        raise NotImplementedError

    @property
    def names(self) -> WindowNames:
        """The panels, actions and arrangements of the window that files may refer to."""
        raise NotImplementedError

    def landmark(self, key: str) -> QWidget | None:
        """Return the widget of ``key``: ``map``, ``time``, a dock, or an action of the toolbar."""
        raise NotImplementedError

    def take_layout(self) -> None:
        """Arrange the panels as stored in the settings."""
        raise NotImplementedError

    def withhold(
        self, panels: Collection[str], hidden: Collection[str], locked: Collection[str]
    ) -> None:
        """Hide these panels and actions, disable the locked ones, and restore all others."""
        raise NotImplementedError

    def name_action(self, key: str, words: str) -> None:
        """Set the text of a menu action; "" restores that of its row."""
        raise NotImplementedError

    def panel(self, kind: type[AnyPanel]) -> AnyPanel:
        """Return the panel of this class, creating it if necessary.

        Raises:
            LookupError: The window has no such panel.
        """
        raise NotImplementedError

    def feature(self, kind: type[AnyFeature]) -> AnyFeature:
        """Return the feature of this class, creating it if necessary.

        Raises:
            LookupError: There is no such feature.
        """
        raise NotImplementedError
