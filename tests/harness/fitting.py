"""Layout checks on visible widgets: clipped text and blurred icons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLabel,
    QMainWindow,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QTabBar,
    QToolButton,
    QWidget,
)

from aegui.kit.marks import ElidedCombo, ElidedLabel
from aegui.shell.panel_area import PanelArea

if TYPE_CHECKING:
    from collections.abc import Iterator

_SLACK_PX = 1
_OF_SQUARES = {"Gallery", "_Picture"}
"""Widgets that show small images, whose pixels are squares of whole numbers, and nothing else."""
_FEW_EDGES = 200
_MIN_WITHIN = 0.25
"""Edges within squares of four pixels for each between them: a third and more, but for 0.1."""


def misfits(window: QWidget) -> list[str]:
    """Return clipped texts, and widgets that extend beyond their parents, one per line.

    Vertical scrolling is allowed, horizontal scrolling is not. Widgets made to be elided
    (``ElidedLabel``, ``ElidedCombo``) are exempt.
    """
    found: list[str] = []
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and widget.window() is window:
            found.extend(_of(widget, window))
    return found


def _of(widget: QWidget, window: QWidget) -> Iterator[str]:
    where = _where(widget)
    if isinstance(widget, PanelArea) and widget.is_in_sight:
        # A panel behind another tab has no geometry.
        excess = widget.horizontalScrollBar().maximum()
        if excess > 0:
            yield f"{where}: {excess} px too wide for its dock"
    if isinstance(widget, QLabel) and widget.text() and not isinstance(widget, ElidedLabel):
        yield from _of_label(widget, where)
    elif isinstance(widget, QAbstractButton) and widget.text():
        yield from _of_button(widget, where)
    elif isinstance(widget, QComboBox):
        yield from _of_combo(widget, where)
    elif isinstance(widget, QAbstractSpinBox):
        line = widget.lineEdit()
        needed = line.fontMetrics().horizontalAdvance(line.text())
        if needed > line.width() + _SLACK_PX:
            yield f"{where}: {line.text()!r} needs {needed} px of width, has {line.width()}"
    elif isinstance(widget, QTabBar):
        for place in range(widget.count()):
            needed = widget.fontMetrics().horizontalAdvance(widget.tabText(place))
            if widget.tabRect(place).width() < needed:
                yield f"{where}: the tab {widget.tabText(place)!r} is cut"
    is_reported = isinstance(widget, QLabel | QAbstractButton)
    if is_reported and widget.width() > 0:
        seen = visible_rect(widget, window)
        if _holds(widget) and seen.width() + _SLACK_PX < widget.width() and not seen.isEmpty():
            yield f"{where}: {widget.width() - seen.width()} px of its width are out of sight"


def _of_label(label: QLabel, where: str) -> Iterator[str]:
    room = label.contentsRect()
    if label.wordWrap():
        needed = label.heightForWidth(label.width())
        if needed > label.height() + _SLACK_PX:
            yield f"{where}: needs {needed} px of height, has {label.height()}"
    elif label.pixmap().isNull() and "<" not in label.text():
        # The ampersand in the label of a field is not painted.
        text = label.text() if label.buddy() is None else label.text().replace("&", "")
        needed = label.fontMetrics().size(0, text).width()
        if needed > room.width() + _SLACK_PX:
            yield f"{where}: needs {needed} px of width, has {room.width()}"


def _of_button(button: QAbstractButton, where: str) -> Iterator[str]:
    icons_only = Qt.ToolButtonStyle.ToolButtonIconOnly
    is_tool = isinstance(button, QToolButton) and button.toolButtonStyle() == icons_only
    if is_tool and not button.icon().isNull():
        # The text of an icon-only button is its name and not painted.
        return
    if isinstance(button, QPushButton | QToolButton | QCheckBox | QRadioButton):
        text = button.text().replace("&", "").partition("\t")[0]
        needed = button.fontMetrics().horizontalAdvance(text)
        if not button.icon().isNull():
            needed += button.iconSize().width()
        if needed > button.width() + _SLACK_PX:
            yield f"{where}: needs {needed} px of width, has {button.width()}"


def _of_combo(combo: QComboBox, where: str) -> Iterator[str]:
    if combo.isEditable() or isinstance(combo, ElidedCombo):
        return
    option = QStyleOptionComboBox()
    combo.initStyleOption(option)
    parts = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
    room = combo.style().subControlRect(parts[0], option, parts[1], combo).width()
    needed = combo.fontMetrics().horizontalAdvance(option.currentText)
    needed += 0 if option.currentIcon.isNull() else option.iconSize.width()
    if needed > room + _SLACK_PX:
        yield f"{where}: {option.currentText!r} needs {needed} px of width, has {room}"


def _holds(widget: QWidget) -> bool:
    """Return whether no ancestor scrolls horizontally on purpose."""
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea) and not isinstance(around, PanelArea):
            # Without a scroll bar the clipped part cannot be reached.
            has_none = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
            is_scrolled = around.horizontalScrollBarPolicy() is not has_none
            return not is_scrolled or around.horizontalScrollBar().maximum() == 0
        around = around.parentWidget()
    return True


def visible_rect(widget: QWidget, window: QWidget) -> QRect:
    """Return the part of ``widget`` inside all of its ancestors, in window coordinates."""
    rect = QRect(widget.mapTo(window, QPoint()), widget.size())
    around = widget.parentWidget()
    while around is not None:
        origin = around.mapTo(window, QPoint()) if around is not window else QPoint()
        rect = rect.intersected(QRect(origin, around.size()))
        if around is window:
            break
        around = around.parentWidget()
    return rect


def coarse(window: QWidget) -> list[str]:
    """Return what is painted at less than the screen's resolution, one per line.

    The pixel sizes of icons and pixmaps are queried. At a device pixel ratio of 2, custom-painted
    widgets are inspected for pixels enlarged to 2 x 2 blocks.
    """
    ratio, found = window.devicePixelRatioF(), []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or visible_rect(widget, window).isEmpty():
            continue
        for what, logical, made in _pictures(widget, ratio):
            if made.width() + _SLACK_PX < logical.width() * ratio and made.height() > 0:
                found.append(f"{_where(widget)}: {what} of {made.width()} px for {logical.width()}")
        if ratio == 2.0 and _paints(widget) and is_enlarged(widget.grab().toImage()):
            found.append(f"{_where(widget)}: each pixel is painted as four")
    return found


def _pictures(widget: QWidget, ratio: float) -> Iterator[tuple[str, QSize, QSize]]:
    """Yield icons and pixmaps shown by ``widget``: kind, logical size and size in pixels."""
    shown: list[tuple[QIcon, QSize]] = []
    if isinstance(widget, QAbstractButton):
        shown.append((widget.icon(), widget.iconSize()))
    elif isinstance(widget, QComboBox):
        shown.append((widget.itemIcon(widget.currentIndex()), widget.iconSize()))
    elif isinstance(widget, QTabBar):
        shown += [(widget.tabIcon(place), widget.iconSize()) for place in range(widget.count())]
    for icon, size in shown:
        if not icon.isNull():
            # The largest available size may be smaller than the requested one.
            yield "an icon", icon.actualSize(size), icon.pixmap(size, ratio).size()
    if isinstance(widget, QLabel) and not widget.pixmap().isNull():
        picture = widget.pixmap()
        yield "a picture", picture.deviceIndependentSize().toSize(), picture.size()


def _paints(widget: QWidget) -> bool:
    kind = type(widget)
    own = next((it for it in kind.__mro__ if "paintEvent" in vars(it)), QWidget)
    return own.__module__.startswith("aegui.") and kind.__name__ not in _OF_SQUARES


def is_enlarged(image: QImage) -> bool:
    """Return whether most of ``image`` looks painted at half the resolution and enlarged.

    Then nearly all edges lie between 2 x 2 blocks, and hardly any within one.
    """
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
    across, down = pixels[:, 1:] != pixels[:, :-1], pixels[1:] != pixels[:-1]
    within = across[:, 0::2].sum() + down[0::2].sum()
    between = across[:, 1::2].sum() + down[1::2].sum()
    return bool(between > _FEW_EDGES and within < _MIN_WITHIN * between)


def _where(widget: QWidget) -> str:
    """Return a description by which a failing widget can be found."""
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
