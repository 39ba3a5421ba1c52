"""Whether anything may move by itself: the desktop says it, and so may the person."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QStyle


class _State:
    reduced = False


def reduce_motion(reduced: bool) -> None:
    """Let nothing glide, fade or fly from now on; False leaves it to the desktop."""
    _State.reduced = reduced


def moves() -> bool:
    """Whether what changes may do so bit by bit."""
    if _State.reduced:
        return False
    style = QApplication.style()
    return style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0
