"""A splitter that remembers the sizes set by the user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QSplitter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent, QShowEvent
    from PySide6.QtWidgets import QWidget


@runtime_checkable
class SplitKeeper(Protocol):
    """An ancestor of a ``Splitter`` that stores shares by the splitter's name."""

    def stored_split(self, name: str) -> tuple[float, ...]:
        """Return the shares stored under ``name``; empty if none."""

    def keep_split(self, name: str, shares: Sequence[float]) -> None:
        """Store ``shares`` for the next window."""


class Splitter(QSplitter):
    """A ``QSplitter`` that restores the user's sizes in the next window and after a restart.

    Sizes are stored as shares of the total, which apply at any size; until the user moves a handle,
    the initial sizes and stretch factors apply as in any splitter.
    """

    def __init__(
        self,
        name: str,
        *parts: QWidget | tuple[QWidget, int],
        sizes: Sequence[int] = (),
        orientation: Qt.Orientation = Qt.Orientation.Horizontal,
    ) -> None:
        """Create a splitter of ``parts``, each with an optional stretch, of initial ``sizes``.

        Shares are stored under ``name``.
        """
        super().__init__(orientation)
        self.setObjectName(name)
        self.setChildrenCollapsible(False)
        for index, part in enumerate(parts):
            widget, stretch = part if isinstance(part, tuple) else (part, 0)
            self.addWidget(widget)
            self.setStretchFactor(index, stretch)
        self._shares: tuple[float, ...] = ()
        self._usual: list[int] = []
        self._has_asked = False
        self.splitterMoved.connect(self._on_moved)
        if sizes:
            self.share_out(sizes)

    @property
    def is_chosen(self) -> bool:
        """Return whether the user has moved a handle, in this or an earlier window."""
        self._ask()
        return bool(self._shares)

    def share_out(self, sizes: Sequence[int]) -> None:
        """Set the default ``sizes``, and apply them unless the user has chosen others."""
        self._usual = list(sizes)
        if not self.is_chosen:
            self.setSizes(self._usual)

    def forget(self) -> None:
        """Restore the default sizes."""
        self._shares = ()
        if self._usual:
            self.setSizes(self._usual)

    def showEvent(self, event: QShowEvent) -> None:
        """Restore the stored shares."""
        super().showEvent(event)
        self._ask()
        self._apply()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Reapply the shares at the new size."""
        super().resizeEvent(event)
        self._apply()

    def _keeper(self) -> SplitKeeper | None:
        holder: QWidget | None = self.parentWidget()
        while holder is not None and not isinstance(holder, SplitKeeper):
            holder = holder.parentWidget()
        return holder

    def _ask(self) -> None:
        keeper = None if self._has_asked else self._keeper()
        if keeper is not None:
            self._has_asked = True
            self._shares = keeper.stored_split(self.objectName())

    def _are_all_visible(self) -> bool:
        """Return whether all parts are visible; shares say nothing about a hidden part."""
        parts = (self.widget(index) for index in range(self.count()))
        return not any(part is None or part.isHidden() for part in parts)

    def _apply(self) -> None:
        if len(self._shares) == self.count() and self._are_all_visible():
            is_across = self.orientation() == Qt.Orientation.Horizontal
            length = self.width() if is_across else self.height()
            self.setSizes([round(share * length) for share in self._shares])

    @Slot(int, int)
    def _on_moved(self, _position: int, _index: int) -> None:
        sizes = self.sizes()
        total = sum(sizes)
        if total <= 0 or not self._are_all_visible():
            return
        self._has_asked = True
        self._shares = tuple(size / total for size in sizes)
        keeper = self._keeper()
        if keeper is not None:
            keeper.keep_split(self.objectName(), self._shares)
