"""Writes the network that is shown, and glyphs, as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aegui.core.data.fonts import write_font
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.network_files import ONNX, WEIGHTS, drawn_font, write_network, write_parts
from aegui.features.source.model.export_service import ExportService
from aegui.session.notice import Notice
from aegui.shell.dialogs.files import choose_save_file
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.core.latent.codec import Codec
    from aegui.session.services import Services
    from aegui.shell.feature_window import FeatureWindow


class ExportsFeature(Feature):
    """Asks where to, and tells what was written."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        exports = services.of(ExportService)
        exports.written.connect(self._on_exports_written)
        exports.failed.connect(self._tell)

    def write_onnx(self) -> None:
        """The network, its encoder and its decoder, a file each."""
        codec, name = self._network(), self._name
        if codec is None:
            return
        path = self._path(tr("Save as ONNX"), ONNX, tr("Networks ({patterns})", patterns="*.onnx"))
        if path is not None:
            self._exports.write(lambda: write_parts(path, codec, name))

    def write_weights(self) -> None:
        """All weights."""
        codec, name = self._network(), self._name
        if codec is None:
            return
        patterns = tr("Weights ({patterns})", patterns="*.safetensors")
        path = self._path(tr("Save the weights"), WEIGHTS, patterns)
        if path is not None:
            self._exports.write(lambda: [_written(path, codec, name)])

    def write_font(self, of: str) -> None:
        """The glyphs of the set, or the network's ``answers`` to them."""
        shown, name = self._services.shown, self._name
        dataset, codec = shown.dataset, shown.fitting
        if of == "answers" and self._network() is None:
            return
        patterns = ";;".join(
            [
                tr("C header of columns ({patterns})", patterns="*.h"),
                tr("BDF fonts ({patterns})", patterns="*.bdf"),
            ]
        )
        path = self._path(tr("Save as a font"), ".h", patterns, (".h", ".bdf"))
        if path is None:
            return

        def work() -> list[Path]:
            glyphs = dataset
            if of == "answers":
                if codec is None:
                    raise AeguiError(tr("The network takes images of another size."))
                glyphs = drawn_font(codec, dataset, name)
            write_font(path, glyphs)
            return [path]

        self._exports.write(work)

    @property
    def _exports(self) -> ExportService:
        return self._services.of(ExportService)

    @property
    def _name(self) -> str:
        return self._services.workspace.name

    def _network(self) -> Codec | None:
        """The network with the weights that are shown; None, which is said, before any."""
        codec = self._services.shown.codec_of_moment
        if codec is None:
            self._tell(tr("Nothing has been trained yet."))
        return codec

    def _path(
        self, title: str, suffix: str, patterns: str, known: tuple[str, ...] = ()
    ) -> Path | None:
        name = f"{self._services.workspace.stem}{suffix}"
        text = choose_save_file(self._window, title, name, patterns, "figures")
        if not text:
            return None
        file = Path(text)
        fits = file.suffix.lower() in (known or (suffix,))
        return file if fits else file.with_name(file.name + suffix)

    def _on_exports_written(self, files: list[Path]) -> None:
        names = ", ".join(file.name for file in files)
        told = tr("Written: {names}", names=names)
        self.noticed.emit(Notice("info", told, about="figure", file=files[0]))

    def _tell(self, reason: str) -> None:
        self.noticed.emit(Notice("error", reason, about="figure"))


def _written(path: Path, codec: Codec, name: str) -> Path:
    write_network(path, codec, name)
    return path
