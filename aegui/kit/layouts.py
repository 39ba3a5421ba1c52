"""Columns and rows without margins, and labels, as nearly all panels are made of them."""

from __future__ import annotations

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
