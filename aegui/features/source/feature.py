"""Connects the source code panel with the draft and the highlighted layer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QMainWindow

from aegui.core.i18n import sentences, tr
from aegui.core.source_code.forms import DIALECTS, SUFFIXES
from aegui.features.source.model.source_service import SourceService, SourceSubject
from aegui.features.source.view.panel import SourcePanel
from aegui.session.file_writer import FileWriter
from aegui.session.highlighted_layer import HighlightedLayer
from aegui.session.notice import Notice
from aegui.shell.dialogs.files import choose_form_file
from aegui.shell.feature import Feature

if TYPE_CHECKING:
    from aegui.core.source_code.check import CodeVerdict
    from aegui.core.source_code.forms import DialectKey
    from aegui.features.source.model.source_service import PrintedCode
    from aegui.session.highlighted_layer import LayerIndex
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown
    from aegui.shell.feature_window import FeatureWindow


class SourceFeature(Feature):
    """The code of the draft, printed and checked while its dock is visible."""

    def __init__(self, services: Services, window: FeatureWindow) -> None:
        super().__init__(services, window)
        self._panel = window.panel(SourcePanel)
        self._source = services.of(SourceService)
        self._lit = services.of(HighlightedLayer)
        self._connect()
        self._panel.set_dialect(self._source.dialect)
        self._show_draft()
        if self._source.printed is not None:
            self._on_source_printed_changed(self._source.printed)
        self.while_visible("source", self._source.set_active)
        self._is_enlarged = False
        self.while_visible("source", self._enlarge_once)

    def _connect(self) -> None:
        source, panel, services = self._source, self._panel, self._services
        services.workspace.recipe_changed.connect(self._show_draft)
        services.workspace.document_changed.connect(self._show_draft)
        services.runner.state_changed.connect(self._show_busy)
        source.printed_changed.connect(self._on_source_printed_changed)
        source.checking.connect(panel.set_checking)
        source.checked.connect(panel.set_verdict)
        panel.dialect_chosen.connect(source.set_dialect)
        panel.check_requested.connect(source.check)
        panel.stop_requested.connect(source.stop_check)
        panel.save.clicked.connect(self.save)
        panel.copied.connect(self._on_panel_copied)
        panel.layer_chosen.connect(self._on_panel_layer_chosen)
        self._lit.changed.connect(self._show_lit)

    def show(self, shown: Shown, changed: Changes) -> None:
        """Update the code when another run is displayed."""
        if "run" in changed:
            self._show_draft()

    @Slot(bool)
    def _enlarge_once(self, is_seen: bool) -> None:
        """Enlarge the dock when first shown: by default it has room for a few lines only."""
        dock = self._window.docks["source"]
        if not is_seen or self._is_enlarged or dock.isFloating():
            return
        self._is_enlarged = True
        window, preferred = dock.parent(), self._panel.sizeHint().height()
        if isinstance(window, QMainWindow) and dock.height() < min(preferred, window.height() // 3):
            height = min(preferred, window.height() // 2)
            window.resizeDocks([dock], [height], Qt.Orientation.Vertical)

    @Slot()
    def _show_draft(self, _changed: object = None) -> None:
        workspace = self._services.workspace
        resolved = workspace.resolution.resolved
        self._show_busy()
        if resolved is None:
            self._source.set_subject(None)
            self._panel.set_message(
                tr("The network cannot be trained: the panel Network says why.")
            )
            return
        run = min(self._services.shown.run, resolved.recipe.runs - 1)
        if self._panel.listing is None:
            self._panel.set_message(tr("The code is being written…"))
        self._source.set_subject(SourceSubject(resolved, workspace.name, workspace.stem, run))

    @Slot()
    def _show_busy(self, _state: object = None) -> None:
        self._source.is_busy = self._services.runner.is_busy

    @Slot(object)
    def _on_source_printed_changed(self, printed: PrintedCode) -> None:
        if printed.listing is None:
            self._panel.set_message(printed.reason)
            return
        self._panel.set_listing(printed.listing)
        self._show_verdict(self._source.verdict)
        self._show_lit(self._lit.index)

    def _show_verdict(self, verdict: CodeVerdict | None) -> None:
        if self._source.is_checking:
            self._panel.set_checking()
        else:
            self._panel.set_verdict(verdict)

    @Slot(object)
    def _show_lit(self, layer_index: LayerIndex | None) -> None:
        printed = self._source.printed
        if printed is None or layer_index not in printed.indices:
            self._panel.set_lit(None)
        else:
            self._panel.set_lit(printed.indices.index(layer_index))

    @Slot(object)
    def _on_panel_layer_chosen(self, layer: int | None) -> None:
        printed = self._source.printed
        if printed is not None:
            self._lit.light(None if layer is None else printed.indices[layer])

    @Slot()
    def _on_panel_copied(self) -> None:
        self.noticed.emit(Notice("info", tr("The code is on the clipboard."), passing=True))

    @Slot()
    def save(self) -> None:
        """Ask for path and dialect, and write the code with its data file."""
        forms = {key: (tr(it.label), SUFFIXES[key]) for key, it in DIALECTS.items()}
        path, dialect = choose_form_file(
            self._window,
            tr("Save the code"),
            self._services.workspace.stem,
            forms,
            self._source.dialect,
            "figures",
        )
        if path:
            self._write(Path(path), cast("DialectKey", dialect))

    def _write(self, file: Path, dialect: DialectKey) -> None:
        subject = self._source.subject
        if subject is None:
            return

        def work() -> None:
            from aegui.core.source_code.make import make_code

            make_code(subject.coded(), dialect, file.stem).write(file)

        words = tr(
            "The code is written, and beside it a file with the images and initial weights: {path}",
            path=file,
        )
        draft, shown = self._services.workspace.recipe, self._services.shown
        is_other = (draft.network, draft.training) != (shown.recipe.network, shown.recipe.training)
        if shown.codec is not None and is_other:
            changed = tr(
                "It is the network in the builder, which differs from the trained one; ONNX and "
                "weights are of the trained one."
            )
            words = sentences(words, changed)
        notice = Notice("info", words, about="figure", file=file)
        self._services.of(FileWriter).write(file, work, notice)
