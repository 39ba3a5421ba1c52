"""Connects the figure menus of all views to files, the clipboard and the saved paper settings."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError
from PySide6.QtCore import QMimeData, QTemporaryDir, QUrl, Slot
from PySide6.QtGui import QGuiApplication

from aegui.core.data.corruption import corruption_words
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.kit.charts.menu import COPY, COPY_TABLE, CSV, FigureExporter
from aegui.session.file_writer import FileWriter
from aegui.session.notice import Notice
from aegui.session.pixels.answers import one_image, title
from aegui.shell import dialogs
from aegui.shell.feature import Feature
from aegui.shell.outcome import shown_origin
from aegui.widgets.dragged_samples import SampleExporter
from aegui.widgets.glyphs import label_name, picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from aegui.features.figures.dialog import FigureDialog
    from aegui.kit.charts.figure import Figure
    from aegui.kit.charts.paper import Paper
    from aegui.session.file_writer import Writing
    from aegui.session.services import Services
    from aegui.session.settings import FileKind
    from aegui.shell.feature_window import FeatureWindow

_PAPER = "figure."
_SVG_MIME = "image/svg+xml"
_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 40


class FiguresFeature(Feature):
    """Saves or copies the figures requested in menus."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self.exporter = FigureExporter(window)
        self.exporter.requested.connect(self._on_exporter_requested)
        self.samples = SampleExporter(self._add_pictures, window)
        self._dragged: QTemporaryDir | None = None

    @property
    def paper(self) -> Paper:
        """The last chosen paper."""
        from aegui.kit.charts.paper import Paper  # as below: charts are rarely saved

        values = self._services.settings.values
        known = {
            name.removeprefix(_PAPER): it for name, it in values.items() if name.startswith(_PAPER)
        }
        try:
            return TypeAdapter(Paper).validate_python(known)
        except ValidationError:
            return Paper()

    def _add_pictures(self, data: QMimeData, indices: tuple[int, ...]) -> None:
        """Add samples to drag or copy data: PNG files of all, and the first as an image."""
        shown = self._services.shown
        # Replaces the files of the previous drag: its target has made its own copies.
        self._dragged = folder = QTemporaryDir()
        urls: list[QUrl] = []
        for number, index in enumerate(index for index in indices if index < len(shown.dataset)):
            image = one_image(shown.dataset.images[index].reshape(-1), shown.dataset)
            drawn = picture(image, shown.image_style)
            if number == 0:
                data.setImageData(drawn)
            name = _UNSAFE.sub("_", label_name(title(shown.dataset, index, shown.image_style)))
            path = folder.filePath(f"{name[:_LONGEST_NAME]}-{index + 1}.png")
            if drawn.save(path):
                urls.append(QUrl.fromLocalFile(path))
        if urls:
            data.setUrls(urls)

    @Slot(object, str)
    def _on_exporter_requested(self, figure: Figure, what: str) -> None:
        figure = replace(figure, origin=figure.origin or self._origin(figure))
        if what == COPY:
            self._copy(figure, self.paper)
        elif what == COPY_TABLE:
            QGuiApplication.clipboard().setText(figure.table or figure.csv)
            self._say(tr("The table is on the clipboard."))
        elif what == CSV:
            self._save(figure, self._window, "csv", lambda: figure.csv.encode())
        else:
            self._open(figure, what)

    def _open(self, figure: Figure, form: str) -> None:
        from aegui.features.figures.dialog import FigureDialog

        dialog = FigureDialog(figure, self.paper, form, self._window)
        dialog.save.clicked.connect(lambda: self._save_from(dialog))
        dialog.copy.clicked.connect(lambda: self._copy_from(dialog))
        dialog.open()

    def _save_from(self, dialog: FigureDialog) -> None:
        from aegui.kit.charts.figure import figure_bytes

        paper, form, figure = dialog.paper, dialog.chosen_form, dialog.figure
        self._keep(paper)
        writing = self._save(figure, dialog, form, lambda: figure_bytes(figure, paper, form))
        if writing is not None:
            writing.written.connect(dialog.accept)

    def _copy_from(self, dialog: FigureDialog) -> None:
        self._keep(dialog.paper)
        self._copy(dialog.figure, dialog.paper)

    def _copy(self, figure: Figure, paper: Paper) -> None:
        from aegui.kit.charts.figure import figure_bytes, figure_image

        data = QMimeData()
        try:
            data.setImageData(figure_image(figure, paper))
        except AeguiError as error:
            self.noticed.emit(Notice("error", str(error), about="figure"))
            return
        data.setData(_SVG_MIME, figure_bytes(figure, paper, "svg"))
        QGuiApplication.clipboard().setMimeData(data)
        self._say(tr("The picture is on the clipboard."))

    def _save(
        self, figure: Figure, parent: QWidget, form: str, content: Callable[[], bytes]
    ) -> Writing | None:
        of = figure.of or self._services.workspace.name
        suggestion = f"{of}-{figure.name}.{form}"
        patterns = f"{form.upper()} (*.{form})"
        kind: FileKind = "tables" if form == "csv" else "figures"
        path = dialogs.files.choose_save_file(
            parent, tr("Save the figure"), suggestion, patterns, kind
        )
        if not path:
            return None
        try:
            # Rendered here: painting is restricted to the GUI thread.
            data = content()
        except AeguiError as error:
            self.noticed.emit(Notice("error", str(error), about="figure"))
            return None
        text = tr("The figure is saved: {path}", path=path)
        notice = Notice("info", text, passing=True, about="figure", file=Path(path))
        return self._services.of(FileWriter).write_bytes(path, lambda: data, notice)

    def _origin(self, figure: Figure) -> str:
        """Return the origin shown with a figure: run, weights and data."""
        services = self._services
        shown, noise = services.shown, services.shown.noise
        noisy = figure.noisy and noise.kind != "none"
        return shown_origin(
            services.workspace.name,
            shown,
            whole=figure.covers_run,
            noise=corruption_words(noise) if noisy else "",
            noise_seed=shown.recipe.seed if noisy else None,
        )

    def _keep(self, paper: Paper) -> None:
        self._services.settings.keep_form(_PAPER, paper)

    def _say(self, text: str) -> None:
        self.noticed.emit(Notice("info", text, passing=True, about="figure"))
