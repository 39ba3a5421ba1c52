"""Connects the pixel editor's tools to the drawing: regions, code, history, ghosts, paste."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np
from PySide6.QtCore import QMimeData, QObject, Qt, Slot
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

from aegui.core.i18n import tr
from aegui.core.pixels.code import code_of, read_any_code
from aegui.core.pixels.drawing_state import DrawingPaper, on_paper
from aegui.core.pixels.shapes import PixelBox
from aegui.core.recipe import MAX_IMAGE
from aegui.features.drawing.view.draw_panel import PAGES
from aegui.features.drawing.view.new_drawing import NewDrawing, NewDrawingDialog
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.session.notice import Notice
from aegui.session.pixels.answers import one_image
from aegui.shell.refresher import Refresher
from aegui.widgets.glyphs import picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtWidgets import QDockWidget

    from aegui.core.pixels.drawing_state import DrawingState
    from aegui.core.pixels.shapes import Cell
    from aegui.core.pixels.transforms import Pixels
    from aegui.features.drawing.noise_sheet_dialog import NoiseSheetDialog
    from aegui.features.drawing.view.draw_panel import DrawPanel
    from aegui.session.services import Services

PIXELS_MIME = "application/x-aegui-pixels"
"""Channels, height and width in decimal figures, a line feed, and float32 levels."""
_INK = "#@1Xx*█"
_PAPER = ".-0_ "
_THRESHOLD = 0.5
_MIN_ART = 2
_CODE_MS = 100
_LIVE_NUMBERS = 1024
"""Larger drawings take too long to convert to code on every move of a stroke."""
_PAGE = "draw.page"
_CODE_FORM = "draw.code"


def to_clipboard(pixels: NDArray[np.float32], image_style: ImageStyle = GLYPHS) -> QMimeData:
    """Return a drawing ``[H, W]`` or ``[3, H, W]`` in 0..1 as image, and glyphs as text art too.

    Text art is made of ``#`` and ``.``, and the image of a glyph is black ink on white.
    """
    data = QMimeData()
    shape = (1, *pixels.shape) if pixels.ndim == 2 else pixels.shape
    head = " ".join(map(str, shape)).encode()
    data.setData(PIXELS_MIME, head + b"\n" + pixels.astype("<f4").tobytes())
    if image_style.glyphs:
        rows = ("".join("#" if v > _THRESHOLD else "." for v in row) for row in pixels)
        data.setText("\n".join(rows))
        pixels = 1.0 - pixels
    data.setImageData(picture(pixels, ImageStyle(glyphs=False)))
    return data


def from_clipboard(
    data: QMimeData | None, height: int, width: int, kind: Pixels = "binary", ground: float = 0.0
) -> NDArray[np.float32] | None:
    """Return the image in ``data``, or None if there is none that can be drawn.

    Pixels copied from a drawing keep their values and size; text art keeps its rows and columns up
    to the given size; code in text must have that size; an image is copied pixel by pixel if it
    fits, else scaled to the size.

    Args:
        data: The content of the clipboard; None if the system provides none.
        height: Rows of the drawing or of its selection.
        width: Columns of the drawing or of its selection.
        kind: The kind of its pixels.
        ground: The level behind transparent pixels; for glyphs it is white.
    """
    if data is None:
        return None
    copied = _copied(bytes(data.data(PIXELS_MIME).data())) if data.hasFormat(PIXELS_MIME) else None
    if copied is not None:
        return copied
    if data.hasText():
        text = data.text()
        drawn = _from_art(text, height, width) if kind != "colour" else None
        drawn = read_any_code(text, height, width, kind) if drawn is None else drawn
        if drawn is not None:
            return drawn
    image = data.imageData() if data.hasImage() else None
    if not isinstance(image, QImage) or image.isNull():
        return None
    flat = _flat(image, 1.0 if kind == "binary" else ground)
    if flat.height() <= height and flat.width() <= width:
        height, width = flat.height(), flat.width()
    drawn = _from_image(flat, height, width, 3 if kind == "colour" else 1)
    return 1.0 - drawn if kind == "binary" else drawn


def _copied(content: bytes) -> NDArray[np.float32] | None:
    """Return copied pixels, or None; the data may come from any program and are validated."""
    head, _, body = content.partition(b"\n")
    words = head.split()
    if len(words) != 3 or not all(word.isdigit() and len(word) < 4 for word in words):
        return None
    channels, height, width = map(int, words)
    fits = channels in (1, 3) and 0 < height <= MAX_IMAGE and 0 < width <= MAX_IMAGE
    if not fits or len(body) != 4 * channels * height * width:
        return None
    levels = np.frombuffer(body, "<f4").astype(np.float32)
    levels = np.clip(np.nan_to_num(levels), 0.0, 1.0).reshape(channels, height, width)
    return levels[0] if channels == 1 else levels


def _from_art(text: str, height: int, width: int) -> NDArray[np.float32] | None:
    lines = [line.rstrip("\r") for line in text.strip("\n").splitlines()]
    longest = max((len(line) for line in lines), default=0)
    fits = _MIN_ART <= len(lines) <= height and _MIN_ART <= longest <= width
    if not fits or not set("".join(lines)) <= set(_INK + _PAPER):
        return None
    columns = width if len(lines) == height else longest
    rows = [[float(sign in _INK) for sign in line.ljust(columns)] for line in lines]
    return np.array(rows, dtype=np.float32)


def _flat(image: QImage, level: float) -> QImage:
    """Return ``image`` composed over an opaque ground of ``level``."""
    if not image.hasAlphaChannel():
        return image
    flat = QImage(image.size(), QImage.Format.Format_RGB32)
    flat.fill(QColor.fromRgbF(level, level, level))
    painter = QPainter(flat)
    painter.drawImage(flat.rect(), image)
    painter.end()
    return flat


def _from_image(image: QImage, height: int, width: int, channels: int) -> NDArray[np.float32]:
    scaled = image.scaled(
        width,
        height,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    ).convertToFormat(QImage.Format.Format_RGB32)
    shape = (height, scaled.bytesPerLine() // 4, 4)
    argb = np.frombuffer(scaled.constBits(), np.uint8).reshape(shape)[:, :width]
    # QImage stores 32-bit pixels in native byte order: blue, green, red on little-endian machines.
    rgb = argb[..., 2::-1].astype(np.float32) / 255.0
    if channels > 1:
        return np.ascontiguousarray(rgb.transpose(2, 0, 1))
    # HSL lightness, which suits ink on paper.
    return np.asarray((rgb.max(axis=2) + rgb.min(axis=2)) / 2.0, np.float32)


class PixelEdits(QObject):
    """Applies the tools' requests to the drawing, and updates the tools from the drawing."""

    def __init__(
        self, services: Services, draw: DrawPanel, dock: QDockWidget, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._draw = draw
        self._sheet: NoiseSheetDialog | None = None
        self._drawing = services.drawing
        self._page = draw.shown_page
        """The shown page, a key of ``PAGES``."""
        self._ghost = draw.page.shown_ghost
        """The chosen ghost, a key of ``GHOSTS``."""
        self._code = Refresher(self._show_code, _CODE_MS, dock, self)
        self._edits = self._by_tool()
        form = services.settings.values.get(_CODE_FORM)
        if isinstance(form, str):
            self._draw.code.set_form(form)
        self._connect()
        draw.show_page(services.settings.choice(_PAGE, PAGES, self._page))

    def _by_tool(self) -> dict[str, Callable[[], object]]:
        """Return the action of each tool that edits the drawing."""
        drawing = self._drawing
        return {
            "undo": drawing.undo,
            "redo": drawing.redo,
            "history": self._show_history,
            "cut": self._cut,
            "copy": self._copy,
            "paste": self._paste,
            "copy-code": self._copy_code,
            "clear": drawing.clear,
            "invert": drawing.invert,
            "flip-horizontal": partial(drawing.flip, "horizontal"),
            "flip-vertical": partial(drawing.flip, "vertical"),
            "rotate-left": partial(drawing.rotate, -1),
            "rotate-right": partial(drawing.rotate, 1),
            "shift-left": partial(self._shift, 0, -1),
            "shift-right": partial(self._shift, 0, 1),
            "shift-up": partial(self._shift, -1, 0),
            "shift-down": partial(self._shift, 1, 0),
            "new": self.ask_for_new,
        }

    def _connect(self) -> None:
        draw, drawing, editor = self._draw, self._drawing, self._draw.editor
        draw.edit_requested.connect(self._on_draw_edit_requested)
        editor.stroke_started.connect(drawing.begin_stroke)
        editor.pixel_painted.connect(drawing.paint)
        editor.cells_painted.connect(drawing.paint_cells)
        editor.shape_painted.connect(drawing.paint_shape)
        editor.noise_painted.connect(self._on_editor_noise_painted)
        editor.part_moved.connect(drawing.move_part)
        editor.stroke_finished.connect(drawing.end_stroke)
        editor.stroke_abandoned.connect(drawing.abandon_stroke)
        editor.region_changed.connect(drawing.set_region)
        drawing.region_changed.connect(editor.set_region)
        draw.history.step_chosen.connect(drawing.go_to)
        draw.noise.sheet.clicked.connect(self.show_sheet)
        draw.page.fit.clicked.connect(self._on_page_fit_clicked)
        draw.page.ghost_chosen.connect(self._on_page_ghost_chosen)
        draw.page_shown.connect(self._on_draw_page_shown)
        draw.code.pixels_edited.connect(drawing.write)
        draw.code.copy_requested.connect(self._on_code_copy_requested)
        draw.code.form_chosen.connect(self._on_code_form_chosen)
        drawing.undo_stack.indexChanged.connect(self.show)
        self._services.latest("aegui-ghost-sample").answered.connect(self._on_ghost_sample_answered)

    # Display

    @Slot()
    def show(self) -> None:
        """Update the tools that depend on the drawing."""
        self._show_page()
        self._show_ghost()

    @Slot(str)
    def _on_draw_page_shown(self, page: str) -> None:
        self._page = page
        self._services.settings.keep({_PAGE: page})
        self._show_page()

    def _show_page(self) -> None:
        """Update the page that is shown, if it depends on the drawing."""
        state, page = self._drawing.state, self._page
        if page == "set":
            self._draw.set.strip.line.set_drawing(state.pixels, state.label)
        elif page == "code":
            is_small = state.pixels.size <= _LIVE_NUMBERS
            if is_small or not self._drawing.is_stroke_begun:
                self._code.mark()

    def _show_code(self) -> None:
        state = self._drawing.state
        self._draw.code.set_drawing(state.pixels, state.paper.kind)

    @Slot(str)
    def _on_page_ghost_chosen(self, kind: str) -> None:
        self._ghost = kind
        self._show_ghost()

    def _show_ghost(self) -> None:
        """Show the chosen ghost image behind the drawing, if it has the same size."""
        kind, state = self._ghost, self._drawing.state
        ghost: NDArray[np.float32] | None = None
        if kind == "target":
            ghost = state.target
        elif kind == "previous" and self._drawing.previous is not None:
            ghost = self._drawing.previous.pixels
        elif kind == "nearest":
            self._ask_for_nearest(state)
            return
        self._draw.editor.set_ghost(ghost)

    def _ask_for_nearest(self, state: DrawingState) -> None:
        nearest = self._services.shown.nearest
        if nearest.dataset.image_shape != state.image_shape:
            self._draw.editor.set_ghost(None)
            return
        self._services.latest("aegui-ghost-sample").ask(
            lambda: nearest.find(state.pixels, 1)[0][0], nearest, quick=nearest.is_quick
        )

    @Slot(object)
    def _on_ghost_sample_answered(self, index: int) -> None:
        dataset = self._services.shown.dataset
        if self._ghost == "nearest" and index < len(dataset):
            self._draw.editor.set_ghost(one_image(dataset.images[index], dataset))

    # Strokes and steps

    @Slot(str)
    def _on_draw_edit_requested(self, key: str) -> None:
        self._edits[key]()

    def _shift(self, rows: int, columns: int) -> None:
        """Shift the drawing; pixels that leave it are lost, or wrap around if that tool is on."""
        wraps = self._draw.tools.is_on("wrap")
        (self._drawing.roll if wraps else self._drawing.shift)(rows, columns)

    @Slot(object)
    def _on_editor_noise_painted(self, cells: list[Cell]) -> None:
        noise = self._draw.noise
        self._drawing.paint_noise(cells, noise.spec, noise.seed)

    def _show_history(self) -> None:
        self._draw.show_history(self._drawing.history, self._drawing.undo_stack.index())

    @Slot()
    def show_sheet(self) -> NoiseSheetDialog:
        """Show the drawing at several noise levels, with the networks' answers."""
        if self._sheet is None:
            from aegui.features.drawing.noise_sheet_dialog import NoiseSheetDialog

            self._sheet = NoiseSheetDialog(self._services, self._draw.window())
            self._sheet.more.clicked.connect(self._on_sheet_more_clicked)
        self._sheet.show()
        self._sheet.raise_()
        return self._sheet

    @Slot()
    def _on_sheet_more_clicked(self) -> None:
        self._services.requests.other_network.emit("file")

    # Sizes

    def _natural(self) -> tuple[tuple[int, int], DrawingPaper]:
        """Return height and width of the set's images, and the paper to draw them on."""
        shown = self._services.shown
        channels, height, width = shown.dataset.image_shape
        return (height, width), shown.image_style.paper(channels)

    @Slot()
    def ask_for_new(self) -> NewDrawingDialog:
        """Open a dialog that asks for the size of a new drawing."""
        kind, natural = self._drawing.paper.kind, self._natural()[0]
        rows, columns = self._drawing.shape
        dialog = NewDrawingDialog(NewDrawing(columns, rows, kind), natural, self._draw)
        dialog.chosen.connect(self._on_dialog_chosen)
        dialog.open()
        return dialog

    @Slot(object)
    def _on_dialog_chosen(self, new: NewDrawing) -> None:
        kind = cast("Pixels", new.kind)
        if new.keeps:
            self._drawing.fit(new.rows, new.columns, kind)
            return
        paper = self._natural()[1]
        ground = paper.ground if paper.kind == kind else 1.0 if kind == "colour" else 0.0
        self._drawing.start_new(new.rows, new.columns, DrawingPaper(kind, ground))

    @Slot()
    def _on_page_fit_clicked(self) -> None:
        (height, width), paper = self._natural()
        self._drawing.fit(height, width, paper.kind)

    # Clipboard and code

    def _copy(self) -> None:
        paper = self._drawing.paper
        image_style = ImageStyle(glyphs=paper.kind == "binary", ground=paper.ground)
        QGuiApplication.clipboard().setMimeData(to_clipboard(self._drawing.part, image_style))

    def _cut(self) -> None:
        self._copy()
        self._drawing.cut()

    def _copy_code(self) -> None:
        drawing = self._drawing
        text = code_of(drawing.part, drawing.paper.kind, self._draw.code.shown_form)
        QGuiApplication.clipboard().setText(text)

    def _paste(self) -> None:
        drawing, region = self._drawing, self._draw.editor.region
        height, width = drawing.shape if region is None else (region.height, region.width)
        data = QGuiApplication.clipboard().mimeData()
        image = from_clipboard(data, height, width, drawing.paper.kind, drawing.ground)
        if image is None:
            text = tr(
                "There is nothing to paste: no image, no text art and no code of {width}x{height}"
                " pixels.",
                width=width,
                height=height,
            )
            self._services.workspace.noticed.emit(Notice("warning", text))
        elif region is None and image.shape[-2:] == drawing.shape:
            drawing.paste(image)
        else:
            self._paste_part(image, region)

    def _paste_part(self, image: NDArray[np.float32], region: PixelBox | None) -> None:
        """Paste ``image`` at the selected region and select it, so that it can be moved.

        Without a region it is pasted into the visible part of the drawing.
        """
        drawing = self._drawing
        part = on_paper(image, drawing.paper)
        row, column = self._draw.editor.first_seen if region is None else region[:2]
        if region is None:
            height, width = drawing.shape
            row = max(0, min(row, height - part.shape[-2]))
            column = max(0, min(column, width - part.shape[-1]))
        drawing.paste_part(part, row, column)
        box = PixelBox(row, column, row + part.shape[-2], column + part.shape[-1])
        self._draw.tools.use("select")
        self._draw.editor.set_region(box.within(*drawing.shape))

    @Slot(str)
    def _on_code_copy_requested(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    @Slot(str)
    def _on_code_form_chosen(self, form: str) -> None:
        self._services.settings.keep({_CODE_FORM: form})
