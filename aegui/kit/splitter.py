"""Parts side by side whose borders are moved by hand, and stay where they were put."""

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
    """What a ``Splitter`` lies in, however deep, that remembers shares by its name."""

    def kept_split(self, name: str) -> tuple[float, ...]:
        """The shares that were kept under ``name``; empty: none."""

    def keep_split(self, name: str, shares: Sequence[float]) -> None:
        """Remember ``shares`` for the next window."""


class Splitter(QSplitter):
    """A ``QSplitter`` that is found as a person left it: in the next window, and the next start.

    What was chosen are shares of the room, which hold in one of any size; until a person has
    chosen, sizes and stretches count as in any splitter.
    """

    def __init__(
        self,
        name: str,
        *parts: QWidget | tuple[QWidget, int],
        sizes: Sequence[int] = (),
        orientation: Qt.Orientation = Qt.Orientation.Horizontal,
    ) -> None:
        """A splitter of ``parts``, each with its stretch if it has one, that are given ``sizes``.

        ``name`` is what the shares are kept by.
        """
        super().__init__(orientation)
        self.setObjectName(name)
        self.setChildrenCollapsible(False)
        for place, part in enumerate(parts):
            widget, stretch = part if isinstance(part, tuple) else (part, 0)
            self.addWidget(widget)
            self.setStretchFactor(place, stretch)
        self._shares: tuple[float, ...] = ()
        self._usual: list[int] = []
        self._has_asked = False
        self.splitterMoved.connect(self._on_moved)
        if sizes:
            self.share_out(sizes)

    @property
    def is_chosen(self) -> bool:
        """Whether a person has moved a border, now or in a window before."""
        self._ask()
        return bool(self._shares)

    def share_out(self, sizes: Sequence[int]) -> None:
        """Give the parts ``sizes`` where no person has chosen others."""
        self._usual = list(sizes)
        if not self.is_chosen:
            self.setSizes(self._usual)

    def forget(self) -> None:
        """Give the parts what they had before a person moved a border."""
        self._shares = ()
        if self._usual:
            self.setSizes(self._usual)

    def showEvent(self, event: QShowEvent) -> None:
        """Take what was kept."""
        super().showEvent(event)
        self._ask()
        self._apply()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the shares hold in the new room."""
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
            self._shares = keeper.kept_split(self.objectName())

    def _is_whole(self) -> bool:
        """Whether all parts are shown: of one that is hidden nobody has said what it shall have."""
        parts = (self.widget(place) for place in range(self.count()))
        return not any(part is None or part.isHidden() for part in parts)

    def _apply(self) -> None:
        if len(self._shares) == self.count() and self._is_whole():
            is_across = self.orientation() == Qt.Orientation.Horizontal
            room = self.width() if is_across else self.height()
            self.setSizes([round(share * room) for share in self._shares])

    @Slot(int, int)
    def _on_moved(self, _position: int, _index: int) -> None:
        sizes = self.sizes()
        total = sum(sizes)
        if total <= 0 or not self._is_whole():
            return
        self._has_asked = True
        self._shares = tuple(size / total for size in sizes)
        keeper = self._keeper()
        if keeper is not None:
            keeper.keep_split(self.objectName(), self._shares)
