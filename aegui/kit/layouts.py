"""Columns and rows without margins, and labels, as nearly all panels are made of them."""

from __future__ import annotations

from itertools import pairwise
from typing import TypeVar, overload

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from aegui.kit.theme import SPACING

_Label = TypeVar("_Label", bound=QLabel)
_FRAME = QSize(16, 48)
"""Room for the frame and title of a window."""

Part = QWidget | QLayout | int | tuple[QWidget | QLayout, int]
"""Of a column or row: a widget, a layout, either with its stretch, or so much of a stretch."""


def column(
    *parts: Part, spacing: int = SPACING // 2, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QVBoxLayout:
    """``parts`` from top to bottom; ``margins`` are left, top, right, bottom, in pixels."""
    layout = QVBoxLayout()
    _fill(layout, parts, spacing, margins)
    return layout


def row(
    *parts: Part, spacing: int = SPACING // 2, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QHBoxLayout:
    """``parts`` from left to right; ``margins`` are left, top, right, bottom, in pixels."""
    layout = QHBoxLayout()
    _fill(layout, parts, spacing, margins)
    return layout


def held(layout: QLayout) -> QWidget:
    """A widget with ``layout``, to be shown and hidden as one."""
    widget = QWidget()
    widget.setLayout(layout)
    return widget


def order_keys(*widgets: QWidget) -> None:
    """Let Tab go from the first of ``widgets`` through the others, and what lies within each.

    Without it what was made last comes last, wherever it stands. The first keeps its place: what
    is to come before another is given as ``order_keys(other, it, other)``.
    """
    stops = [stop for widget in widgets for stop in _stops_of(widget)]
    for before, after in pairwise(stops):
        QWidget.setTabOrder(_last_within(before), after)


def _stops_of(widget: QWidget) -> list[QWidget]:
    """``widget`` if the keys are given to it, or else what it is made of, as it was made."""
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus or widget.focusProxy() is not None:
        return [widget]
    return [stop for part in _parts_of(widget) for stop in _stops_of(part)]


def _last_within(stop: QWidget) -> QWidget:
    """Where Tab leaves ``stop``: of what hands the keys on, such as a range, its last part.

    WORKAROUND: after such a part Qt takes only the whole of another; given one of its parts, Tab
    goes round within that for ever.
    """
    if stop.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return stop
    parts = [inner for part in _parts_of(stop) for inner in _stops_of(part)]
    return _last_within(parts[-1]) if parts else stop


def _parts_of(widget: QWidget) -> list[QWidget]:
    return [part for part in widget.children() if isinstance(part, QWidget)]


class Filling(QWidget):
    """A widget that fills the room it is given, though lines in it may break.

    Without it what scrolls it makes it as high as all of its parts want to be at that width.
    """

    def __init__(self, layout: QLayout) -> None:
        super().__init__()
        self.setLayout(layout)

    def hasHeightForWidth(self) -> bool:
        """What breaks takes its room from the others."""
        return False


def scrolled(
    widget: QWidget, *, sideways: bool = False, framed: bool = False, takes_focus: bool = False
) -> QScrollArea:
    """``widget`` in an area where it is moved up and down, and ``sideways`` if it may be."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    if not sideways:
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    if not framed:
        area.setFrameShape(QFrame.Shape.NoFrame)
    if not takes_focus:
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(widget)
    return area


def open_at(dialog: QWidget, wide: int, high: int) -> None:
    """Give ``dialog`` that size in logical pixels, or what the screen has of it."""
    owner = dialog.parentWidget()
    screen = (dialog if owner is None else owner).screen()
    dialog.resize(QSize(wide, high).boundedTo(screen.availableSize() - _FRAME))


def buttons_of(
    dialog: QDialog, *acts: QAbstractButton, take: QPushButton | None = None, leave: str
) -> QDialogButtonBox:
    """The last line of ``dialog``: ``acts`` do not end it, ``take`` accepts, ``leave`` rejects."""
    buttons, role = QDialogButtonBox(), QDialogButtonBox.ButtonRole
    for act in acts:
        buttons.addButton(act, role.ActionRole)
    if take is not None:
        buttons.addButton(take, role.AcceptRole)
    buttons.addButton(leave, role.RejectRole)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons


@overload
def dim(label: str = "") -> QLabel: ...
@overload
def dim(label: _Label) -> _Label: ...
def dim(label: QLabel | str = "") -> QLabel:
    """``label`` in the colour of what is read second, such as units and hints."""
    label = QLabel(label) if isinstance(label, str) else label
    label.setProperty("dim", True)
    return label


def label_for(words: str, editor: QWidget) -> QLabel:
    """What stands beside ``editor``; the letter after ``&`` goes there with Alt."""
    label = QLabel(words)
    # Where one types, not what holds that.
    label.setBuddy(editor.focusProxy() or editor)
    # The underlined letter is painted apart: letters that are drawn together there, such as
    # "Ta", would need more room than the label asks for.
    font = label.font()
    font.setKerning(False)
    label.setFont(font)
    return label


@overload
def heading(label: str = "") -> QLabel: ...
@overload
def heading(label: _Label) -> _Label: ...
def heading(label: QLabel | str = "") -> QLabel:
    """``label`` in the letters of a title."""
    label = QLabel(label) if isinstance(label, str) else label
    label.setProperty("heading", True)
    return label


def hint(text: str = "") -> QLabel:
    """A dim sentence in the middle of its room, in as many lines as it needs."""
    label = dim(text)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label


def _fill(
    layout: QBoxLayout, parts: tuple[Part, ...], spacing: int, margins: tuple[int, int, int, int]
) -> None:
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    for part in parts:
        item, stretch = part if isinstance(part, tuple) else (part, 0)
        if isinstance(item, int):
            layout.addStretch(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item, stretch)
        else:
            layout.addWidget(item, stretch)
