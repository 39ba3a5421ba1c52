"""Dialog for the settings of a film, with an estimate of its file size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from aegui.core.data.store import megabytes
from aegui.core.i18n import tr, trn
from aegui.core.latent.films import STRIP_PX, FilmSize, has_mp4
from aegui.kit.layouts import buttons_of, column, dim
from aegui.kit.marks import ProblemLabel, wrapped_label
from aegui.kit.theme import SPACING
from aegui.session.jobs.derived import Derived
from aegui.shell.dialogs.files import choose_film_file
from aegui.widgets.form.form import Form

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.data.progress import IsCancelled
    from aegui.core.latent.film_spec import FilmSpec
    from aegui.session.settings import Settings

    Estimate = Callable[[FilmSpec, IsCancelled], FilmSize]

_WIDTH_PX = 400


def stored_film(settings: Settings, prefix: str, usual: FilmSpec) -> FilmSpec:
    """Return the last settings for films below ``prefix``; ``usual`` if there are no valid ones."""
    return replace(settings.form(f"{prefix}.film.", usual), form=usual.form)


def keep_film(settings: Settings, prefix: str, film: FilmSpec) -> None:
    """Remember the settings for films below ``prefix``; a strip's size is not kept for films."""
    settings.keep_form(f"{prefix}.film.", film, without=["side"] if film.form == "png" else [])


class FilmDialog(QDialog):
    """Asks for format, size, speed, pause and colours of a film, before its file is chosen."""

    def __init__(self, film: FilmSpec, estimate: Estimate, parent: QWidget) -> None:
        """``estimate`` is called in a worker thread, with the current settings."""
        super().__init__(parent)
        self._estimate = estimate
        self._side = film.side
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(tr("Save the film"))
        self.setMinimumWidth(_WIDTH_PX)
        self.form = Form(_sized(film, film.side))
        self.size_words = dim(wrapped_label())
        self.problem = ProblemLabel()
        self.save = QPushButton(tr("&Save…"))
        self._sizes = Derived("aegui-film-size", self)
        self._sizes.answered.connect(self._on_sizes_answered)
        self._sizes.failed.connect(self._on_sizes_failed)
        self.save.setProperty("main", True)
        self.save.setDefault(True)
        buttons = buttons_of(self, self.save, leave=tr("Close"))
        parts = (self.form, self.size_words, self.problem, 1, buttons)
        self.setLayout(column(*parts, spacing=SPACING, margins=(2 * SPACING,) * 4))
        self.form.edited.connect(self._on_form_edited)
        self._show(self.film)

    @property
    def film(self) -> FilmSpec:
        """The settings chosen."""
        return cast("FilmSpec", self.form.value)

    def choose_file(self, stem: str) -> str:
        """Ask where to save, "" if cancelled; the suffix of the file selects the format.

        The images of a strip then have the size that was asked for the film, not a strip's usual.
        """
        film = self.film
        path, key = choose_film_file(self, stem, film.form)
        if key != film.form:
            if film.form != "png":
                self._side = film.side
            film = replace(film, form=key)
            self.form.set_value(film)
            self._show(film)
        return path

    @Slot(object)
    def _on_form_edited(self, film: FilmSpec) -> None:
        if film.form != self._shown.form:
            if self._shown.form != "png":
                self._side = self._shown.side
            film = _sized(film, self._side)
            self.form.set_value(film)
        self._show(film)

    def _show(self, film: FilmSpec) -> None:
        self._shown = film
        moves = film.form != "png"
        for name in ("fps", "pause"):
            self.form.set_row_visible(name, moves)
        self.form.set_row_visible("palette", film.form == "gif")
        lacks = film.form == "mp4" and not has_mp4()
        self.problem.set_text(
            tr("MP4 needs the package av (pip install av); a GIF plays everywhere.")
            if lacks
            else ""
        )
        self.save.setEnabled(not lacks)
        if lacks:
            self._sizes.forget()
            self.size_words.setText("")
            return
        self._show_size()

    def update_size(self) -> None:
        """Estimate the size again, after what is filmed has changed."""
        if self.save.isEnabled():
            self._show_size()

    def _show_size(self) -> None:
        film = self._shown
        self.size_words.setText(tr("Estimating the file size…"))
        self._sizes.compute(lambda _report, cancelled: self._estimate(film, cancelled))

    @Slot(object)
    def _on_sizes_answered(self, found: FilmSize) -> None:
        parts = [
            trn("{n:,} image", "{n:,} images", found.frames),
            tr("{width:,} × {height:,} px", width=found.width, height=found.height),
            *([tr("{n:.1f} s", n=found.seconds)] if found.seconds else ()),
            tr("about {amount}", amount=megabytes(found.size)),
        ]
        self.size_words.setText(" · ".join(parts))

    @Slot(object)
    def _on_sizes_failed(self, reason: str) -> None:
        self.size_words.setText("")
        self.problem.set_text(reason)

    def done(self, result: int) -> None:
        """Stop the estimate when the dialog closes, without waiting for the image it is at."""
        self._sizes.leave()
        super().done(result)


def _sized(film: FilmSpec, side: int) -> FilmSpec:
    """Return ``film`` with the default size of a strip, or with ``side``."""
    return replace(film, side=STRIP_PX if film.form == "png" else side)
