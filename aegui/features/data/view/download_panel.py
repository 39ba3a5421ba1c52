"""The offer to download a set: description, size and licence."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QMenu, QPushButton, QWidget

from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.kit.layouts import column, dim, heading, row
from aegui.kit.marks import ProblemLabel, wrapped_label
from aegui.kit.theme import SPACING, figures_font
from aegui.widgets.progress_strip import WorkBar

if TYPE_CHECKING:
    from aegui.session.jobs.derived import JobProgress


@dataclass(frozen=True)
class DownloadOffer:
    """The texts that describe a downloadable set."""

    name: str
    description: str
    source: str
    size: str
    licence: str
    folder: str


class DownloadPanel(QWidget):
    """Shows the offer and the progress; passive but for its signals."""

    files_requested = Signal(str)
    """Copy the set from a ``folder``, or from ``files``."""

    def __init__(self, offer: DownloadOffer) -> None:
        super().__init__()
        self._rows = QFormLayout()
        question = tr("{name} is not on this computer yet. Download it now?", name=offer.name)
        self._head = heading(wrapped_label(question))
        self._about = wrapped_label(offer.description)
        self.bar = WorkBar()
        self.text = dim()
        self.text.setFont(figures_font(self.font()))
        self.problem = ProblemLabel()
        self.download = QPushButton(tr("&Download"))
        self.download.setProperty("main", True)
        self.download.setDefault(True)
        self.cancel = QPushButton(tr("&Cancel"))
        self.have = QPushButton(tr("I &have the files"))
        self.have.setToolTip(
            tr("Copy them from a folder or a USB stick; each is verified by its SHA-256 checksum")
        )
        menu = QMenu(self.have)
        for key, words in (("folder", tr("In a folder…")), ("files", tr("Choose the files…"))):
            menu.addAction(words).triggered.connect(partial(self._ask_files, key))
        self.have.setMenu(menu)
        self._began: QPushButton | None = None
        self._is_copying = self._has_part = False
        self._add_row(tr("Source"), offer.source)
        self._add_row(tr("Size"), offer.size)
        self._add_row(tr("Licence"), offer.licence)
        self._add_row(tr("Kept in"), offer.folder)
        self._lay_out()
        self.set_idle()
        self.setFocusProxy(self.download)

    def _add_row(self, title: str, text: str) -> None:
        value = wrapped_label(text)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._rows.addRow(dim(title), value)

    def _lay_out(self) -> None:
        self._rows.setHorizontalSpacing(2 * SPACING)
        buttons = row(self.have, 1, self.download, self.cancel)
        widgets = (self._head, self._about, self._rows, self.bar, self.text, self.problem)
        self.setLayout(
            column(*widgets, 1, buttons, spacing=SPACING + 4, margins=(2 * SPACING,) * 4)
        )

    def _ask_files(self, key: str, _checked: bool = False) -> None:
        self.files_requested.emit(key)

    def set_idle(self, problem: str = "") -> None:
        """Show that no download is running; ``problem`` says why the last one failed."""
        self.problem.set_text(problem)
        self.bar.setVisible(bool(problem) and self.bar.value() > 0)
        self.text.setText("")
        self.text.hide()
        if problem and not self._is_copying and self.bar.value() > 0:
            self._has_part = True
        self.download.setText(tr("Download the &rest") if self._has_part else tr("&Download"))
        self.download.setEnabled(True)
        self.have.setEnabled(True)
        began, self._began = self._began, None
        if problem and began is not None and self.cancel.hasFocus():
            # Otherwise Enter, pressed to retry, would activate Cancel.
            began.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_busy(self, words: str = "") -> None:
        """Show that a download has begun, or the copying of files that ``words`` describe."""
        self._is_copying = bool(words)
        self._began = next((one for one in (self.download, self.have) if one.hasFocus()), None)
        self.problem.set_text("")
        self.bar.show()
        self.text.setText(words or tr("Connecting…"))
        self.text.show()
        self.download.setEnabled(False)
        self.have.setEnabled(False)

    def set_progress(self, progress: JobProgress) -> None:
        """Show the progress."""
        self.bar.set_progress(progress.done, progress.total)
        if progress.text:
            self.text.setText(progress.text)
