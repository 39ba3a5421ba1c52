"""A spin box for a number with decimals, whichever mark is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QDoubleSpinBox

from aegui.core.i18n import LOCALES, language

if TYPE_CHECKING:
    from PySide6.QtGui import QValidator


class DecimalBox(QDoubleSpinBox):
    """Shows the decimal mark of the program's language, and takes point and comma alike.

    Qt takes the other mark for one of thousands, and 0.5 for 5.
    """

    def __init__(self, low: float, high: float, decimals: int, step: float = 1.0) -> None:
        super().__init__()
        locale = QLocale(LOCALES[language()])
        locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
        self.setLocale(locale)
        self.setRange(low, high)
        self.setDecimals(decimals)
        self.setSingleStep(step)

    def _own(self, text: str) -> str:
        mark = self.locale().decimalPoint()
        return text.replace("," if mark == "." else ".", mark)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """The other mark becomes the own one while it is typed."""
        return super().validate(self._own(text), position)

    def valueFromText(self, text: str) -> float:
        """Likewise for a text that is pasted."""
        return super().valueFromText(self._own(text))
