"""Columns and rows without margins, labels, and stacked pages, used by nearly all panels."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias, TypeVar, overload

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
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    _Base: TypeAlias = QWidget
else:
    # A mixin: the widget comes after it in the bases.
    _Base = object

_Label = TypeVar("_Label", bound=QLabel)
_FRAME = QSize(16, 48)
"""Space for the frame and title bar of a window."""

Part = QWidget | QLayout | int | tuple[QWidget | QLayout, int]
"""Part of a column or row: a widget or layout, optionally with its stretch, or a bare stretch."""


class Sizes(_Base):
    """Mixin for a widget whose size hints may be constants."""

    usual_size: QSize | None = None
    least_size: QSize | None = None

    def sizeHint(self) -> QSize:
        """Return ``usual_size``, if it is given."""
        return super().sizeHint() if self.usual_size is None else self.usual_size

    def minimumSizeHint(self) -> QSize:
        """Return ``least_size``, if it is given."""
        return super().minimumSizeHint() if self.least_size is None else self.least_size


class Sized(Sizes, QWidget):
    """A plain widget whose size hints may be constants."""


def column(
    *parts: Part, spacing: int = SPACING // 2, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QVBoxLayout:
    """Stack ``parts`` from top to bottom; ``margins`` are left, top, right, bottom, in pixels."""
    layout = QVBoxLayout()
    _fill(layout, parts, spacing, margins)
    return layout


def row(
    *parts: Part, spacing: int = SPACING // 2, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QHBoxLayout:
    """Place ``parts`` from left to right; ``margins`` are left, top, right, bottom, in pixels."""
    layout = QHBoxLayout()
    _fill(layout, parts, spacing, margins)
    return layout


def held(layout: QLayout) -> QWidget:
    """Wrap ``layout`` in a widget, to be shown and hidden as one."""
    widget = QWidget()
    widget.setLayout(layout)
    return widget


def order_keys(*widgets: QWidget) -> None:
    """Set the tab order of ``widgets`` and their focusable descendants.

    Without this the tab order is the order of creation. The first widget keeps its position: to
    insert ``it`` before ``other``, call ``order_keys(other, it, other)``.
    """
    stops = [stop for widget in widgets for stop in _stops_of(widget)]
    for before, after in pairwise(stops):
        QWidget.setTabOrder(_last_within(before), after)


def _stops_of(widget: QWidget) -> list[QWidget]:
    """Return ``widget`` if it is a tab stop, otherwise the tab stops among its descendants."""
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus or widget.focusProxy() is not None:
        return [widget]
    return [stop for part in _parts_of(widget) for stop in _stops_of(part)]


def _last_within(stop: QWidget) -> QWidget:
    """Return the widget at which Tab leaves ``stop``; for a focus proxy its last tab stop.

    WORKAROUND: after such a widget, Qt accepts only another whole compound widget; given one of its
    parts, Tab cycles within that compound for ever.
    """
    if stop.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return stop
    parts = [inner for part in _parts_of(stop) for inner in _stops_of(part)]
    return _last_within(parts[-1]) if parts else stop


def _parts_of(widget: QWidget) -> list[QWidget]:
    return [part for part in widget.children() if isinstance(part, QWidget)]


class Filling(QWidget):
    """A widget that fills the space it is given, even if text in it may wrap.

    Otherwise a scroll area makes it as high as all of its children prefer at that width.
    """

    def __init__(self, layout: QLayout) -> None:
        super().__init__()
        self.setLayout(layout)

    def hasHeightForWidth(self) -> bool:
        """Return False: wrapped text takes its height from the other children."""
        return False


def scrolled(
    widget: QWidget, *, sideways: bool = False, framed: bool = False, takes_focus: bool = False
) -> QScrollArea:
    """Return a scroll area with ``widget``; it scrolls horizontally only if ``sideways``."""
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


def open_at(dialog: QWidget, width: int, height: int) -> None:
    """Resize ``dialog`` to ``width`` x ``height`` logical pixels, bounded by the screen."""
    owner = dialog.parentWidget()
    screen = (dialog if owner is None else owner).screen()
    dialog.resize(QSize(width, height).boundedTo(screen.availableSize() - _FRAME))


def buttons_of(
    dialog: QDialog, *acts: QAbstractButton, take: QPushButton | None = None, leave: str
) -> QDialogButtonBox:
    """Create buttons of ``dialog``: ``acts`` keep it open, ``take`` accepts, ``leave`` rejects."""
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
    """Return ``label`` in the colour of secondary text, such as units and hints."""
    label = QLabel(label) if isinstance(label, str) else label
    label.setProperty("dim", True)
    return label


def label_for(words: str, editor: QWidget) -> QLabel:
    """Create the label of ``editor``; the letter after ``&`` is its Alt shortcut."""
    label = QLabel(words)
    # The buddy is the widget that takes input, not its container.
    label.setBuddy(editor.focusProxy() or editor)
    # Without kerning: the underlined letter is painted separately, so that a kerned pair such as
    # "Ta" would need more width than the label requests.
    font = label.font()
    font.setKerning(False)
    label.setFont(font)
    return label


@overload
def heading(label: str = "") -> QLabel: ...
@overload
def heading(label: _Label) -> _Label: ...
def heading(label: QLabel | str = "") -> QLabel:
    """Return ``label`` in the font of a heading."""
    label = QLabel(label) if isinstance(label, str) else label
    label.setProperty("heading", True)
    return label


def hint(text: str = "") -> QLabel:
    """Create a dim, centred label that wraps."""
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


class PageStack(QStackedWidget):
    """Requests the size of the current page, not of the largest one."""

    def minimumSizeHint(self) -> QSize:
        """Return that of the current page."""
        page = self.currentWidget()
        return QSize() if page is None else page.minimumSizeHint()

    def sizeHint(self) -> QSize:
        """Return that of the current page."""
        page = self.currentWidget()
        return QSize() if page is None else page.sizeHint()
