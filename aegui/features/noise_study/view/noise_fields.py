"""Fields for the noise of a study: a menu of kinds, and a list of levels."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QToolButton

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr, trn
from aegui.core.study.axis_fields import list_text, split_values
from aegui.core.study.levels import parse_levels
from aegui.kit.choosing import menu_below, tick_entries

if TYPE_CHECKING:
    from collections.abc import Iterable


NONE = "none"
_LEVELS_PX = 150
_KINDS_PX = 108


class KindsButton(QToolButton):
    """A menu of kinds of noise to tick; its text says which are ticked."""

    edited = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(_KINDS_PX)
        kinds = ((key, tr(kind.label)) for key, kind in CORRUPTIONS.items() if key != NONE)
        self._actions = tick_entries(menu_below(self), kinds)
        for key, action in self._actions.items():
            action.setToolTip(tr(CORRUPTIONS[key].help))
            action.triggered.connect(self._on_action_triggered)
        self.set_kinds(())

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the keys of the ticked kinds."""
        return tuple(key for key, action in self._actions.items() if action.isChecked())

    def set_kinds(self, kinds: Iterable[str]) -> None:
        """Tick exactly these kinds."""
        chosen = set(kinds)
        for key, action in self._actions.items():
            action.setChecked(key in chosen)
        self._show()

    def _on_action_triggered(self) -> None:
        self._show()
        self.edited.emit()

    def _show(self) -> None:
        names = [tr(CORRUPTIONS[key].label) for key in self.kinds]
        short = names[0] if len(names) == 1 else trn("{n} kind", "{n} kinds", len(names))
        self.setText(short)
        words = f"{self._name}: {', '.join(names) or tr('no kind')}"
        self.setToolTip(words)
        self.setAccessibleName(words)


class LevelsField(QLineEdit):
    """A field for a list of levels, in the number format of the language."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setMinimumWidth(_LEVELS_PX)
        self.setToolTip(tr("Values separated by semicolons, such as 0.1; 0.01; 0.001"))
        self.setAccessibleName(name)

    @property
    def levels(self) -> str:
        """Return the text in language-independent form: ``0, 0.05``."""
        return ", ".join(word.replace(",", ".") for word in split_values(self.text()))

    def set_levels(self, text: str) -> None:
        """Show ``text``, scrolled to its beginning."""
        with suppress(AeguiError):
            # Text that is no list of levels is shown unchanged.
            text = list_text(parse_levels(text, self.accessibleName()))
        self.setText(text)
        self.setCursorPosition(0)
