"""Whether animations are allowed: by the desktop and by a setting of the program."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QStyle


class _State:
    reduced = False


def reduce_motion(reduced: bool) -> None:
    """Disable all animations; False leaves the decision to the desktop."""
    _State.reduced = reduced


def moves() -> bool:
    """Return whether changes may be animated."""
    if _State.reduced:
        return False
    style = QApplication.style()
    return style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
