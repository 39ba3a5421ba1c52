"""What a feature may ask of the window that it is in."""

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
    """The window as its features see it.

    Attributes:
        canvas: The map in the middle, on which several features draw.
        docks: Docks by their keys.
        toolbar: The row of buttons.
        menus: Menus by their paths, from ``MENUS`` of ``window/actions.py``.
        settings: What is remembered, such as the last folders of files.
    """

    canvas: LatentCanvas
    docks: Mapping[str, QDockWidget]
    toolbar: MainToolBar
    menus: Mapping[str, QMenu]
    settings: Settings

    @property
    def is_wandering(self) -> bool:
        """Whether the map has the window nearly to itself."""
        raise NotImplementedError

    @property
    def names(self) -> WindowNames:
        """What files may name of it."""
        raise NotImplementedError

    def landmark(self, key: str) -> QWidget | None:
        """What a person sees of ``key``: ``map``, ``time``, a dock, or an action of the toolbar."""
        raise NotImplementedError

    def take_layout(self) -> None:
        """Arrange the panels as the settings have them."""
        raise NotImplementedError

    def withhold(
        self, panels: Collection[str], hidden: Collection[str], locked: Collection[str]
    ) -> None:
        """Take these panels and actions away, lock those actions, and give back all others."""
        raise NotImplementedError

    def name_action(self, key: str, words: str) -> None:
        """Have an action of the menus say what it would do now; "": only what its row says."""
        raise NotImplementedError

    def panel(self, kind: type[AnyPanel]) -> AnyPanel:
        """The panel of that kind; it is made now if nobody has seen it yet.

        Raises:
            LookupError: There is no place for it.
        """
        raise NotImplementedError

    def feature(self, kind: type[AnyFeature]) -> AnyFeature:
        """The feature of that kind; it is made now if it has not been yet.

        Raises:
            LookupError: There is none.
        """
        raise NotImplementedError
