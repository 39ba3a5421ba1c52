"""Dialog that previews a sheet of decoded images and saves it as an image file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QPushButton

from aegui.core.i18n import tr
from aegui.core.latent.grids import GridSpec, draw_sheet
from aegui.core.latent.sheets import sheet_image, write_sheet
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.layouts import buttons_of, column, open_at
from aegui.kit.marks import ProblemLabel
from aegui.kit.theme import SPACING
from aegui.session.data.image_style import ImageStyle
from aegui.session.notice import Notice
from aegui.widgets.figures.makers import grid_figure, traversal_figure
from aegui.widgets.rulers import axis_name

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QWidget

    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.latent.codec import Codec
    from aegui.features.map.view.sheet_panel import SheetPanel
    from aegui.kit.charts.figure import Figure
    from aegui.session.file_writer import FileWriter
    from aegui.session.jobs.derived import Derived

    _Drawn = tuple[NDArray[np.float32], NDArray[np.uint8]]

_SIZE = 840, 560


class GridDialog(QDialog):
    """Previews the sheet described by its panel; ``save`` asks to save it."""

    request_changed = Signal(object)
    """The ``GridRequest`` or ``TraversalRequest`` after an edit by the user."""

    def __init__(
        self,
        codec: Codec,
        bases: dict[str, NDArray[np.float32]],
        panel: SheetPanel,
        drawing: Derived,
        parent: QWidget,
        *,
        glyphs: bool = False,
    ) -> None:
        """Create the dialog.

        Args:
            codec: Decodes the images.
            bases: Codes ``[d]`` for the fixed dimensions, by the keys of the panel.
            panel: Settings and preview of the sheet.
            drawing: Draws the preview in a worker thread.
            parent: Parent window.
            glyphs: Whether the images are glyphs, shown as pixels that are on or off.
        """
        super().__init__(parent)
        self._glyphs = glyphs
        self._codec = codec
        self._bases = bases
        self._drawing = drawing
        self._images: NDArray[np.float32] | None = None
        """The images of the sheet; None until they are drawn."""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(panel.title)
        open_at(self, *_SIZE)
        self.panel = panel
        self.panel.preview.set_text(tr("One moment…"))
        self.problem = ProblemLabel()
        self.save = QPushButton(tr("&Save picture…"))
        self.figures = FigureMenu(self.panel.preview, self.figure)
        self.save.setProperty("main", True)
        self.save.setDefault(True)
        export = self.figures.button(tr("Save as a figure, with the values on its axes"))
        buttons = buttons_of(self, self.save, export, leave=tr("&Close"))
        parts = ((self.panel, 1), self.problem, buttons)
        self.setLayout(column(*parts, spacing=SPACING, margins=(2 * SPACING,) * 4))
        self.panel.edited.connect(self._on_panel_edited)
        drawing.answered.connect(self._on_drawing_answered)
        drawing.failed.connect(self._on_drawing_failed)
        self.finished.connect(drawing.forget)
        self._draw()

    @property
    def base(self) -> NDArray[np.float32]:
        """The base code ``[d]`` that supplies the dimensions that do not vary."""
        return self._bases[self.panel.request.base]

    def figure(self) -> Figure | None:
        """Return the sheet as a figure with the latent values along its axes; None until drawn."""
        images = self._images
        if images is None:
            return None
        spec, size = self.panel.request.spec, self._codec.latent_size
        image_style = ImageStyle(glyphs=self._glyphs)
        if isinstance(spec, GridSpec):
            xs, ys = spec.axis_values()
            ys = ys[:1] if size == 1 else ys
            across, up = (axis_name(axis) for axis in spec.axes)
            names = across, up if size > 1 else ""
            return grid_figure(
                images, xs.tolist(), ys.tolist(), names, image_style, self.panel.title
            )
        lows, highs = spec.ends().T.tolist()
        values = [np.linspace(a, b, spec.steps).tolist() for a, b in zip(lows, highs, strict=True)]
        rows = [axis_name(number) for number in range(size)]
        return traversal_figure(images, rows, values, image_style, self.panel.title)

    def write(self, path: str, writer: FileWriter) -> None:
        """Save the image to ``path``; the dialog closes once the file is written."""
        codec, request, base = self._codec, self.panel.request, self.base

        def work(_report: Report, cancelled: IsCancelled) -> None:
            images = draw_sheet(codec, request.spec, base, cancelled)
            write_sheet(path, images, scale=request.scale, ink=request.ink)

        self.problem.set_text("")
        self.save.setEnabled(False)
        message = tr("The picture is saved: {path}", path=path)
        notice = Notice("info", message, about="figure", file=Path(path))
        writing = writer.write_long(path, work, notice)
        writing.written.connect(self.accept)
        writing.failed.connect(self._on_drawing_failed)
        self.finished.connect(writing.cancel)

    def _draw(self) -> None:
        codec, request, base = self._codec, self.panel.request, self.base

        def work(_report: Report, cancelled: IsCancelled) -> _Drawn:
            images = draw_sheet(codec, request.spec, base, cancelled)
            picture = sheet_image(images, scale=1, ink=request.ink)
            return images, np.asarray(picture.convert("RGB"))

        self._images = None
        self.problem.set_text("")
        self._drawing.compute(work, title=tr("Drawing the images"))

    @Slot(object)
    def _on_panel_edited(self, request: object) -> None:
        self._draw()
        self.request_changed.emit(request)

    @Slot(object)
    def _on_drawing_answered(self, drawn: _Drawn) -> None:
        self._images, pixels = drawn
        self.panel.preview.set_picture(pixels)

    @Slot(object)
    def _on_drawing_failed(self, reason: str) -> None:
        self.problem.set_text(reason)
        self.save.setEnabled(True)
