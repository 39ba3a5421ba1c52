"""The window of the noise sheet, updated while it is visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QPushButton,
    QWidget,
)

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import tr
from aegui.features.drawing.model.noise_sheet import fits, is_quick_sheet, noise_sheet
from aegui.features.drawing.view.noise_sheet_view import NoiseSheetView
from aegui.kit.layouts import column, dim, heading, open_at, row, scrolled
from aegui.session.map.others import Others
from aegui.session.shown import SUBJECT
from aegui.shell.refresher import Refresher

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from aegui.core.latent.codec import Codec
    from aegui.session.services import Services
    from aegui.session.shown import Changes, Shown

_REFRESH_MS = 120
_MARGIN_PX = 12


class NoiseSheetDialog(QDialog):
    """The drawing at several levels of the chosen noise, with each network's answers."""

    def __init__(self, services: Services, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Noise sheet"))
        self._services = services
        self.view = NoiseSheetView()
        self._title = heading()
        self._note = dim()
        self.more = QPushButton(tr("Add a run in another file…"))
        self._lay_out()
        self._sheet = Refresher(self._ask, _REFRESH_MS, parent=self)
        self._connect()

    def _lay_out(self) -> None:
        self._note.setWordWrap(True)
        area = scrolled(self.view, sideways=True, framed=True, takes_focus=True)
        copy = QPushButton(tr("Copy as picture"))
        copy.clicked.connect(self._on_copy_clicked)
        close = QPushButton(tr("Close"))
        close.clicked.connect(self.close)
        parts = (self._title, (area, 1), self._note, row(self.more, copy, 1, close))
        self.setLayout(column(*parts, margins=(_MARGIN_PX,) * 4))
        open_at(self, 860, 420)

    def _connect(self) -> None:
        services = self._services
        services.drawing.changed.connect(self._on_anything_changed)
        services.showing.changed.connect(self._on_showing_changed)
        services.of(Others).changed.connect(self._on_anything_changed)
        services.drawing.noise_chosen.connect(self._on_anything_changed)
        services.latest("aegui-sheet").answered.connect(self.view.set_sheet)

    @Slot(object, object)
    def _on_showing_changed(self, _shown: Shown, changed: Changes) -> None:
        if changed & SUBJECT:
            self._on_anything_changed()

    @Slot()
    def _on_anything_changed(self, *_what: object) -> None:
        if self.isVisible():
            self._sheet.mark()

    def _models(self) -> list[tuple[str, Codec]]:
        shown = self._services.shown
        models = [] if shown.codec is None else [(tr("This network"), shown.codec)]
        return models + [(each.name, each.codec) for each in self._services.of(Others).others]

    def _ask(self) -> None:
        if not self.isVisible():
            return
        state, (spec, seed) = self._services.drawing.state, self._services.drawing.noise
        kind = spec.kind
        every = self._models()
        models = [each for each in every if fits(each[1], state.image_shape)]
        name = tr(CORRUPTIONS[kind].label)
        self._title.setText(tr("{noise}, seed {seed}", noise=name, seed=seed))
        self._note.setText(self._summary(len(every), len(models)))
        self._services.latest("aegui-sheet").ask(
            lambda: noise_sheet(state, kind, seed, models),
            self._services.shown.dataset,
            quick=is_quick_sheet(models),
            gentle=self._services.shown.is_learning,
        )

    def _summary(self, networks: int, fitting: int) -> str:
        if not networks:
            return tr("Train a network, or add a run in another file, to see its answers.")
        if fitting < networks:
            return tr(
                "Networks for images of another size are left out, and GANs: they have no encoder."
            )
        return tr("Below each answer: pixels that differ from the clean drawing.")

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setPixmap(self.view.grab())

    def showEvent(self, event: QShowEvent) -> None:
        """Update the sheet."""
        super().showEvent(event)
        self._sheet.mark()

    def hideEvent(self, event: QHideEvent) -> None:
        """Cancel the running computation."""
        self._services.latest("aegui-sheet").forget()
        super().hideEvent(event)
