"""The drawing panel: the pixel editor, its tools, and pages for drawing, noise, code and set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QFrame,
    QGridLayout,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from aegui.core.i18n import mark, tr
from aegui.features.drawing.view.code_view import CodeView
from aegui.features.drawing.view.draw_page import DrawPage
from aegui.features.drawing.view.drawing_tools import TOOL_OF, TOOLS, spoken
from aegui.features.drawing.view.editor import PixelEditor
from aegui.features.drawing.view.noise_box import NoiseBox
from aegui.features.drawing.view.set_page import SetPage
from aegui.features.drawing.view.tool_row import ToolRow
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import PageStack, column, scrolled
from aegui.kit.marks import flat_text
from aegui.kit.theme import SPACING, current_theme, icon, icon_size
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.dragged_samples import samples_of
from aegui.widgets.glyph_grid import CELL_PX, GlyphGrid
from aegui.widgets.glyphs import GlyphCache, glyph_pixmap, label_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent

    from aegui.core.pixels.drawing_state import DrawingPaper, Ink

_SIZE_PX = (220, 280)
_POPUP_COLUMNS = 12
_POPUP_ROWS = 9
_POPUP_FRAME_PX = 16
_MIN_SIDE, _MAX_SIDE = 26, 39
"""Width of the pages beside the editor in characters: minimum and maximum."""
_BETTER = 1.1
"""The pages move below the editor if its pixels become larger by this factor."""
_UNBOUNDED_PX = 16_777_215
_LARGE = 16
_ZOOM_STEP = 1.5
_LOAD_KEY = "L"
_AGAIN_KEY = "N"
PAGES = {
    "draw": mark("Draw"),
    "noise": mark("Noise"),
    "code": mark("Hex and C"),
    "set": mark("Set"),
}
"""The pages beside the editor: key -> label."""


class HistoryList(QFrame):
    """A popup with the steps, the newest at the bottom."""

    step_chosen = Signal(int)
    """With step: the drawing is to be restored as it was after that many steps."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._owner = parent
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.items = QListWidget()
        self.items.setAccessibleName(tr("Steps of the drawing"))
        self.items.setFrameShape(QFrame.Shape.NoFrame)
        self.items.itemClicked.connect(self._on_items_item_clicked)
        self.items.itemActivated.connect(self._on_items_item_clicked)
        self.setLayout(column(self.items, margins=(4, 4, 4, 4)))

    def show_at(self, corner: QPoint, steps: Sequence[str], current: int) -> None:
        """Show the steps at ``corner`` of the screen; the first ``current`` of them are done."""
        self.items.clear()
        self.items.addItem(QListWidgetItem(tr("As it began")))
        for number, text in enumerate(steps, 1):
            item = QListWidgetItem(f"{number}. {text}")
            if number > current:
                item.setForeground(current_theme().text_dim)
                item.setToolTip(tr("Taken back"))
            self.items.addItem(item)
        self.items.setCurrentRow(current)
        self.resize(*_SIZE_PX)
        screen = self._owner.screen().availableGeometry()
        self.move(
            max(screen.left(), min(corner.x(), screen.right() - self.width())),
            max(screen.top(), min(corner.y(), screen.bottom() - self.height())),
        )
        self.show()
        self.items.setFocus(Qt.FocusReason.PopupFocusReason)
        self.items.scrollToItem(self.items.item(current))

    def _on_items_item_clicked(self, item: QListWidgetItem) -> None:
        # Some styles activate an item by the click that is reported already.
        if self.isVisible():
            self.hide()
            self.step_chosen.emit(self.items.row(item))


class DrawPanel(QWidget):
    """Edits pixels in ``editor``, and requests everything else; ``page`` is the first page."""

    edit_requested = Signal(str)
    """Emitted with the key of a tool in ``TOOLS`` that edits the whole drawing."""
    load_requested = Signal(int)
    """Emitted with the place in the set of a sample to load."""
    page_shown = Signal(str)
    """Emitted with the key of ``PAGES`` of the page that is shown from now on."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.editor = PixelEditor()
        self.first_stop = self.editor
        """The widget that F6 focuses."""
        self.noise = NoiseBox()
        self.page = DrawPage()
        self.brush = self.page.brush
        self.code = CodeView()
        self.set = SetPage()
        self.tools = ToolRow()
        self.history = HistoryList(self)
        self._keys = {tool.shortcut: tool.key for tool in TOOLS}
        self._load = self.page.load
        self._popup = QFrame(self, Qt.WindowType.Popup)
        self.characters = GlyphGrid(checkable=False)
        """The grid of characters in the popup."""
        self._area = scrolled(self.characters, takes_focus=True)
        self._labels: Sequence[str] = ()
        self._image_style = GLYPHS
        self._paper: DrawingPaper | None = None
        self._glyphs = GlyphCache()
        self._loaded: int | None = None
        self._pages = PageStack()
        self._tabs = QButtonGroup(self)
        self._tab_row = QWidget()
        self._body = QGridLayout()
        self._is_below: bool | None = None
        """Whether the pages are below the editor; None before the first layout."""
        self._build_popup()
        self._show_loaded(None)
        self._lay_out()
        self._connect()
        self.set_undo_enabled(False, False)
        self.set_samples((), ())

    # -- parts -----------------------------------------------------------------------------------

    def _build_popup(self) -> None:
        self._popup.setFrameShape(QFrame.Shape.StyledPanel)
        self._area.setFocusProxy(self.characters)
        self._popup.setLayout(column(self._area, margins=(4, 4, 4, 4)))

    def _fill_tab_row(self) -> None:
        row = FlowLayout(0)
        for number, (key, label) in enumerate(PAGES.items()):
            button = flat_text(tr(label), checkable=True)
            button.setObjectName(key)
            button.setProperty("snug", True)
            self._tabs.addButton(button, number)
            row.addWidget(button)
        self._tabs.button(0).setChecked(True)
        self._tabs.idClicked.connect(self._pages.setCurrentIndex)
        self._tab_row.setLayout(row)

    def _lay_out(self) -> None:
        for page in (self.page, self.noise, self.code, self.set):
            self._pages.addWidget(page)
        self._pages.currentChanged.connect(self._on_pages_current_changed)
        self._fill_tab_row()
        # Pixels are whole squares: for large images, a few spared layout pixels make them larger.
        self._body.setSpacing(SPACING // 2)
        self._put_below(False)
        self.setLayout(
            column(self.tools, (self._body, 1), margins=(SPACING, SPACING // 2, SPACING, SPACING))
        )

    def _connect(self) -> None:
        editor, tools, brush = self.editor, self.tools, self.brush
        editor.region_cleared.connect(lambda: self.edit_requested.emit("clear"))
        editor.picked.connect(brush.take)
        editor.copy_requested.connect(lambda: self.edit_requested.emit("copy"))
        editor.paste_requested.connect(lambda: self.edit_requested.emit("paste"))
        brush.sizes.idClicked.connect(editor.set_brush)
        brush.ink_chosen.connect(editor.set_ink)
        tools.used.connect(self._on_tools_used)
        tools.brush_chosen.connect(editor.set_tool)
        tools.switched.connect(self._on_tools_switched)
        self._load.clicked.connect(self.open_characters)
        self.characters.picked.connect(self._on_grid_picked)
        self.characters.current_moved.connect(self._area.ensureVisible)

    def _put_below(self, below: bool) -> None:
        """Put the pages below the editor, or beside it; then their tabs are above both."""
        if below == self._is_below:
            return
        self._is_below = below
        body = self._body
        for part in (self._tab_row, self.editor, self._pages):
            body.removeWidget(part)
        if below:
            body.addWidget(self.editor, 0, 0, 1, 2)
            body.addWidget(self._tab_row, 1, 0, 1, 2)
            body.addWidget(self._pages, 2, 0, 1, 2)
        else:
            body.addWidget(self._tab_row, 0, 0, 1, 2)
            body.addWidget(self.editor, 1, 0)
            body.addWidget(self._pages, 1, 1)
        for row in range(3):
            body.setRowStretch(row, int(row == (0 if below else 1)))
        body.setColumnStretch(0, 1)

    @Slot()
    def _share_space(self) -> None:
        """Divide the room so that the pixels are as large as possible.

        The position of the pages depends on the first one only: switching tabs moves nothing.
        """
        edge, gap = SPACING, self._body.spacing()
        body_width = self.width() - 2 * edge
        tools = self.tools.heightForWidth(body_width)
        body_height = (
            self.height()
            - tools
            - self._tab_row.heightForWidth(body_width)
            - edge // 2
            - edge
            - 2 * gap
        )
        character = self.fontMetrics().averageCharWidth()
        least = character * _MIN_SIDE
        first = max(least, self.page.minimumSizeHint().width())
        rows, columns = map(int, self.editor.pixels.shape[-2:])

        def scale(width: int, height: int) -> float:
            return max(0.0, min(width / columns, height / rows))

        left = body_width - gap - first
        fits_beside = left >= self.editor.minimumSizeHint().width()
        beside = scale(left, body_height) if fits_beside else 0.0
        below = scale(body_width, body_height - gap - self.page.sizeHint().height())
        self._put_below(not fits_beside or below > _BETTER * beside)
        page = self._pages.currentWidget()
        if self._is_below or page is None:
            self._pages.setMinimumWidth(0)
            self._pages.setMaximumWidth(_UNBOUNDED_PX)
            return
        # Beside the editor the page takes the width that the editor cannot use.
        spare = body_width - gap - round(body_height * columns / rows)
        least = max(least, page.minimumSizeHint().width())
        self._pages.setFixedWidth(max(least, min(spare, character * _MAX_SIDE)))

    def _on_pages_current_changed(self) -> None:
        self._share_space()
        self.page_shown.emit(self.shown_page)

    def show_page(self, key: str) -> None:
        """Show the page ``key`` of ``PAGES``."""
        number = tuple(PAGES).index(key)
        self._tabs.button(number).setChecked(True)
        self._pages.setCurrentIndex(number)

    def minimumSizeHint(self) -> QSize:
        """Return the minimum size with the pages below the editor, whatever the current layout."""
        parts = (self.tools, self.editor, self._tab_row, self.page)
        widest = max(part.minimumSizeHint().width() for part in parts)
        return QSize(widest + 2 * SPACING, super().minimumSizeHint().height())

    @property
    def shown_page(self) -> str:
        """The shown key of ``PAGES``."""
        return tuple(PAGES)[self._pages.currentIndex()]

    # -- what is shown ---------------------------------------------------------------------------

    def set_drawing(self, pixels: NDArray[np.float32], paper: DrawingPaper) -> None:
        """Show ``pixels`` ``[H, W]`` or ``[C, H, W]``, of any size, on any paper.

        The paper determines ink, brush, and how the drawing is rendered. Strokes, which change
        neither size nor paper, are given to the editor alone.
        """
        is_other = pixels.shape[-2:] != self.editor.pixels.shape[-2:]
        self.editor.set_pixels(pixels)
        if is_other:
            self._share_space()
        large = max(pixels.shape[-2:]) > _LARGE
        self.brush.set_kind(paper.kind, sized=large or paper.kind != "binary")
        if paper == self._paper:
            return
        self._paper = paper
        # A ghost would obscure an image with shades or colours, so there it is off by default.
        self.page.set_ghost("target" if paper.kind == "binary" else "none")
        self.editor.set_image_style(ImageStyle(glyphs=paper.kind == "binary", ground=paper.ground))
        self.editor.set_brush(1)
        ink: Ink = self.editor.ink
        if paper.kind == "colour" and not isinstance(ink, tuple):
            ink = (ink, ink, ink)
        self.brush.set_state(1, ink)
        self.editor.set_ink(self.brush.ink, self.brush.back)

    def set_samples(
        self, labels: Sequence[str], images: ArrayLike, image_style: ImageStyle = GLYPHS
    ) -> None:
        """Offer the set for loading.

        Args:
            labels: N labels.
            images: ``[N, H, W]`` or ``[N, C, H, W]``, not copied.
            image_style: How they are rendered.
        """
        self._labels = labels
        images = images if self._labels else np.zeros((0, 1, 1))
        self._glyphs.set_images(images, image_style)
        self.characters.set_samples(labels, images, image_style)
        self._image_style = image_style
        self._load.setToolTip(
            tr("Draw a character of the set; it becomes the target ({key})", key=_LOAD_KEY)
            if image_style.glyphs
            else tr("Load an image of the set; it becomes the target ({key})", key=_LOAD_KEY)
        )
        self._load.setEnabled(bool(self._labels))
        self._show_loaded(None)

    def set_loaded(self, index: int | None) -> None:
        """Show which sample was loaded; None for a free drawing."""
        known = index is not None and 0 <= index < len(self._labels)
        loaded = index if known else None
        # Called for every move of a stroke, and creating an icon is slow.
        if loaded != self._loaded:
            self._show_loaded(loaded)

    def _show_loaded(self, loaded: int | None) -> None:
        self._loaded = loaded
        glyphs = self._image_style.glyphs
        if self._loaded is None:
            text = tr("Load a character…") if glyphs else tr("Load an image…")
            self.page.set_loaded(text, icon("edit-load"))
            return
        label = label_name(self._labels[self._loaded])
        text = tr("Character {label}", label=label) if glyphs else tr("Image {label}", label=label)
        self.page.set_loaded(text, self._glyph_icon(self._loaded))
        self.characters.set_current(self._loaded)

    def _glyph_icon(self, index: int) -> QIcon:
        glyph = self._glyphs.image(index, current_theme().text, QColor(0, 0, 0, 0))
        bounds = icon_size()
        return QIcon(glyph_pixmap(glyph, bounds, device_ratio=self.devicePixelRatioF()))

    def set_undo_enabled(self, can_undo: bool, can_redo: bool) -> None:
        """Enable or disable undo, redo and history."""
        self.tools.set_enabled("undo", can_undo)
        self.tools.set_enabled("redo", can_redo)
        self.tools.set_enabled("history", can_undo or can_redo)

    def show_history(self, steps: Sequence[str], current: int) -> None:
        """Show the steps in a list below the button; the first ``current`` of them are done."""
        button = self.tools.buttons["history"]
        self.history.show_at(button.mapToGlobal(QPoint(0, button.height())), steps, current)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept samples of the set."""
        if samples_of(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Load the dropped sample, the first if there are several."""
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.load_requested.emit(samples_of(event.mimeData())[0])

    # -- edits -----------------------------------------------------------------------------------

    def _on_tools_used(self, key: str) -> None:
        verb, _, direction = key.partition("-")
        if verb == "zoom":
            self._zoom(direction)
        elif verb == "select":
            self.editor.select_all()
        else:
            self.edit_requested.emit(key)

    def _zoom(self, direction: str) -> None:
        if direction == "fit":
            self.editor.show_all()
        else:
            self.editor.zoom_by(_ZOOM_STEP if direction == "in" else 1.0 / _ZOOM_STEP)

    def _on_tools_switched(self, key: str, on: bool) -> None:
        if key == "grid":
            self.editor.set_grid(on)
        elif key.startswith("mirror"):
            self.editor.set_mirrors(*map(self.tools.is_on, ("mirror-across", "mirror-down")))
        self.editor.say(spoken(TOOL_OF[key], on))

    def open_characters(self) -> None:
        """Open a popup with the characters of the set."""
        columns = min(_POPUP_COLUMNS, max(4, len(self._labels)))
        rows = -(-len(self._labels) // columns)
        scrolled = rows > _POPUP_ROWS
        policy = Qt.ScrollBarPolicy
        self._area.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOn if scrolled else policy.ScrollBarAlwaysOff
        )
        bar = self._area.verticalScrollBar().sizeHint().width() if scrolled else 0
        self._popup.resize(
            columns * CELL_PX + _POPUP_FRAME_PX + bar,
            min(rows, _POPUP_ROWS) * CELL_PX + _POPUP_FRAME_PX,
        )
        corner = self._load.mapToGlobal(QPoint(0, self._load.height() + 2))
        screen = self.screen().availableGeometry()
        corner.setX(max(screen.left(), min(corner.x(), screen.right() - self._popup.width())))
        corner.setY(max(screen.top(), min(corner.y(), screen.bottom() - self._popup.height())))
        self._popup.move(corner)
        self._popup.show()
        self.characters.setFocus(Qt.FocusReason.PopupFocusReason)

    def _on_grid_picked(self, index: int) -> None:
        self._popup.hide()
        self.editor.setFocus(Qt.FocusReason.PopupFocusReason)
        self.load_requested.emit(index)

    # -- keys and size ---------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.LayoutRequest:
            # A page may need more room than before, as with the colour brush or a misfit message.
            self._share_space()
        # While the panel has the focus, its keys override window shortcuts such as Ctrl+Z.
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and self._has_key(event):
            event.accept()
            return True
        return super().event(event)

    def _has_key(self, event: QKeyEvent) -> bool:
        focused = QApplication.focusWidget()
        if focused is not None and self.set.isAncestorOf(focused):
            # On the page of the set, undo belongs to the window.
            return False
        pressed = _pressed(event)
        return pressed in self._keys or pressed in {_LOAD_KEY, _AGAIN_KEY}

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        pressed = _pressed(event)
        if not self._has_key(event):
            super().keyPressEvent(event)
        elif pressed in self._keys:
            self.tools.use(self._keys[pressed])
        elif pressed == _LOAD_KEY:
            self._load.click()
        else:
            self.noise.again()

    def changeEvent(self, event: QEvent) -> None:  # noqa: D102
        if event.type() == QEvent.Type.PaletteChange:
            self._show_loaded(self._loaded)
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        self._share_space()
        super().resizeEvent(event)


def _pressed(event: QKeyEvent) -> str:
    """Return the pressed keys in the notation of the tool table."""
    sequence = QKeySequence(event.keyCombination())
    return sequence.toString(QKeySequence.SequenceFormat.PortableText)
