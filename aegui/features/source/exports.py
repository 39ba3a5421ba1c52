"""Exports of the displayed network and of glyphs for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.data.fonts import font_bits, write_font
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.network_files import (
    ONNX,
    WEIGHTS,
    drawn_font,
    part_files,
    write_network,
    write_parts,
)
from aegui.session.file_writer import FileWriter
from aegui.session.notice import Notice
from aegui.shell.dialogs.files import choose_save_file
from aegui.shell.feature import Feature
from aegui.shell.outcome import shown_origin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aegui.core.latent.codec import Codec


class ExportsFeature(Feature):
    """Asks for paths, and queues the files to be written."""

    def write_onnx(self) -> None:
        """Export network, encoder and decoder as one ONNX file each."""
        codec, origin, classes = self._network(), self._origin, self._classes
        if codec is None:
            return
        path = self._path(tr("Save as ONNX"), ONNX, tr("Networks ({patterns})", patterns="*.onnx"))
        if path is not None:
            files = part_files(path, codec).values()
            self._write([*files], lambda: write_parts(path, codec, origin, classes))

    def write_weights(self) -> None:
        """Export all weights as safetensors."""
        codec, origin, classes = self._network(), self._origin, self._classes
        if codec is None:
            return
        patterns = tr("Weights ({patterns})", patterns="*.safetensors")
        path = self._path(tr("Save the weights"), WEIGHTS, patterns)
        if path is not None:
            self._write([path], lambda: write_network(path, codec, origin, classes=classes))

    def write_font(self, of: str) -> None:
        """Export the glyphs of the dataset, or the network's ``answers`` to them, as a font."""
        shown, name = self._services.shown, self._name
        dataset, codec = shown.dataset, shown.fitting
        if of == "answers" and self._network() is None:
            return
        try:
            font_bits(dataset)
            if of == "answers" and codec is None:
                raise AeguiError(tr("The network takes images of another size."))
        except AeguiError as error:
            # Before the name of a file is asked for.
            self._tell(str(error))
            return
        patterns = ";;".join(
            [
                tr("C header of columns ({patterns})", patterns="*.h"),
                tr("BDF fonts ({patterns})", patterns="*.bdf"),
            ]
        )
        path = self._path(tr("Save as a font"), ".h", patterns)
        if path is None:
            return

        def work() -> None:
            drawing = codec if of == "answers" else None
            write_font(path, dataset if drawing is None else drawn_font(drawing, dataset, name))

        self._write([path], work)

    @property
    def _name(self) -> str:
        return self._services.workspace.name

    @property
    def _origin(self) -> str:
        return shown_origin(self._name, self._services.shown)

    @property
    def _classes(self) -> tuple[str, ...]:
        """Names of the classes, in the order of a classifier's outputs."""
        shown = self._services.shown
        return (shown.trained_on or shown.dataset).classes

    def _network(self) -> Codec | None:
        """Return the network with the displayed weights; None, with an error notice, before any."""
        codec = self._services.shown.codec_of_moment
        if codec is None:
            self._tell(tr("Nothing has been trained yet."))
        return codec

    def _path(self, title: str, suffix: str, patterns: str) -> Path | None:
        name = f"{self._services.workspace.stem}{suffix}"
        path = choose_save_file(self._window, title, name, patterns, "figures")
        return Path(path) if path else None

    def _write(self, files: Sequence[Path], work: Callable[[], None]) -> None:
        message = tr("Written: {names}", names=", ".join(file.name for file in files))
        notice = Notice("info", message, about="figure", file=files[0])
        self._services.of(FileWriter).write(files[0], work, notice)

    def _tell(self, reason: str) -> None:
        self.noticed.emit(Notice("error", reason, about="figure"))
