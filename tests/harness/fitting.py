"""What does not fit into a window, measured on the widgets that are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QLabel,
    QMainWindow,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QTabBar,
    QToolButton,
    QWidget,
)

from aegui.kit.marks import ElidedLabel
from aegui.shell.panel_area import PanelArea

if TYPE_CHECKING:
    from collections.abc import Iterator

_SLACK_PX = 1


def misfits(window: QMainWindow) -> list[str]:
    """Words that are cut, and parts that lie outside of what holds them, each in a line.

    What is scrolled up and down may lie below its view; nothing is scrolled from side to side.
    Lists and lines of text that are made to be shortened (``ElidedLabel``) may be.
    """
    found: list[str] = []
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and widget.window() is window:
            found.extend(_of(widget, window))
    return found


def _of(widget: QWidget, window: QMainWindow) -> Iterator[str]:
    where = _where(widget)
    if isinstance(widget, PanelArea) and widget.horizontalScrollBar().maximum() > 0:
        yield f"{where}: {widget.horizontalScrollBar().maximum()} px too wide for its dock"
    if isinstance(widget, QLabel) and widget.text() and not isinstance(widget, ElidedLabel):
        yield from _of_label(widget, where)
    elif isinstance(widget, QAbstractButton) and widget.text():
        yield from _of_button(widget, where)
    elif isinstance(widget, QTabBar):
        for place in range(widget.count()):
            needed = widget.fontMetrics().horizontalAdvance(widget.tabText(place))
            if widget.tabRect(place).width() < needed:
                yield f"{where}: the tab {widget.tabText(place)!r} is cut"
    is_told = isinstance(widget, QLabel | QAbstractButton)
    if is_told and widget.width() > 0:
        seen = seen_rect(widget, window)
        if _holds(widget) and seen.width() + _SLACK_PX < widget.width() and not seen.isEmpty():
            yield f"{where}: {widget.width() - seen.width()} px of its width are out of sight"


def _of_label(label: QLabel, where: str) -> Iterator[str]:
    room = label.contentsRect()
    if label.wordWrap():
        needed = label.heightForWidth(label.width())
        if needed > label.height() + _SLACK_PX:
            yield f"{where}: needs {needed} px of height, has {label.height()}"
    elif label.pixmap().isNull() and "<" not in label.text():
        needed = label.fontMetrics().size(0, label.text()).width()
        if needed > room.width() + _SLACK_PX:
            yield f"{where}: needs {needed} px of width, has {room.width()}"


def _of_button(button: QAbstractButton, where: str) -> Iterator[str]:
    icons_only = Qt.ToolButtonStyle.ToolButtonIconOnly
    is_tool = isinstance(button, QToolButton) and button.toolButtonStyle() == icons_only
    if is_tool and not button.icon().isNull():
        # Its words are its name; they are not painted.
        return
    if isinstance(button, QPushButton | QToolButton | QCheckBox | QRadioButton):
        text = button.text().replace("&", "").partition("\t")[0]
        needed = button.fontMetrics().horizontalAdvance(text)
        if not button.icon().isNull():
            needed += button.iconSize().width()
        if needed > button.width() + _SLACK_PX:
            yield f"{where}: needs {needed} px of width, has {button.width()}"


def _holds(widget: QWidget) -> bool:
    """Whether nothing around it is scrolled from side to side on purpose."""
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea) and not isinstance(around, PanelArea):
            return around.horizontalScrollBar().maximum() == 0
        around = around.parentWidget()
    return True


def seen_rect(widget: QWidget, window: QWidget) -> QRect:
    """The part of ``widget`` that lies within all that holds it, in the window's pixels."""
    rect = QRect(widget.mapTo(window, QPoint()), widget.size())
    around = widget.parentWidget()
    while around is not None:
        origin = around.mapTo(window, QPoint()) if around is not window else QPoint()
        rect = rect.intersected(QRect(origin, around.size()))
        if around is window:
            break
        around = around.parentWidget()
    return rect


def _where(widget: QWidget) -> str:
    """What a reader of a failure can find it by."""
    words = widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""
    named: QWidget | None = widget
    path = []
    while named is not None and not isinstance(named, QMainWindow):
        name = type(named).__name__
        if not name.startswith("Q"):
            path.append(name)
        named = named.parentWidget()
    told = f" {words!r}" if words else ""
    return f"{'/'.join(reversed(path)) or type(widget).__name__} {type(widget).__name__}{told}"
