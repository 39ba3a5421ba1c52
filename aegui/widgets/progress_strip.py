"""A small card over the map that shows the progress of a job and lets the user cancel it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Slot
from PySide6.QtWidgets import QFrame, QProgressBar, QPushButton

from aegui.core.i18n import tr
from aegui.kit.layouts import column, dim, heading, row
from aegui.kit.marks import ElidedLabel
from aegui.kit.overlay_area import overlay_area_of
from aegui.kit.theme import SPACING, current_theme, figures_font

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from aegui.kit.theme import Theme
    from aegui.session.jobs.derived import JobProgress
    from aegui.session.jobs.job_queue import JobQueue
    from aegui.session.jobs.progress_job import ProgressJob

_STEPS = 1000
_WIDTH_PX = 400
_BAR_PX = 6


class WorkBar(QProgressBar):
    """A thin progress bar without text."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextVisible(False)
        self.setFixedHeight(_BAR_PX)
        self.setRange(0, _STEPS)

    def set_progress(self, done: int, total: int) -> None:
        """Show ``done`` of ``total``; a ``total`` of 0 means unknown."""
        # The styled bar has no busy animation: its first step shows that the job has begun.
        self.setValue(round(_STEPS * done / total) if total > 0 else 1)


class ProgressStrip(QFrame):
    """Shown inside ``host`` at the upper edge of ``room``, below the buttons there.

    Placed below other visible strips.
    """

    def __init__(self, host: QWidget, area: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self._area = area
        self.setObjectName("progress-strip")
        self.setAutoFillBackground(True)
        self.title = heading()
        self.text = dim(ElidedLabel())
        self.text.setFont(figures_font(self.font()))
        self.bar = WorkBar()
        self.button = QPushButton(tr("Cancel"))
        self.button.setToolTip(tr("Cancel; nothing is changed"))
        self._dressed: Theme | None = None
        self._build()
        self._watch = overlay_area_of(area)
        self._watch.changed.connect(self._follow_area)
        self._watch.clear_changed.connect(self._follow_area)
        self.hide()

    def _build(self) -> None:
        words = column(self.title, self.bar, self.text)
        self.setLayout(
            row(
                (words, 1),
                self.button,
                spacing=SPACING + 4,
                margins=(SPACING + 4, SPACING, SPACING, SPACING),
            )
        )

    def follow(self, work: ProgressJob | JobQueue) -> None:
        """Show the progress of ``work`` while it is busy; a strip follows one source only."""
        work.progressed.connect(self.show_progress)
        work.busy_changed.connect(self._on_work_busy_changed)

    @Slot(bool)
    def _on_work_busy_changed(self, busy: bool) -> None:
        if not busy:
            self.hide()

    def show_progress(self, progress: JobProgress) -> None:
        """Show ``progress``."""
        self.title.setText(progress.title)
        self.text.setText(progress.text)
        self.bar.set_progress(progress.done, progress.total)
        self.setAccessibleName(f"{progress.title} {progress.text}".strip())
        if self.isHidden():
            self._dress()
            self.show()
            self._place()

    def _dress(self) -> None:
        theme = current_theme()
        if theme is self._dressed:
            # Setting a style sheet changes the palette, which would trigger this method again.
            return
        self._dressed = theme
        self.setStyleSheet(
            f"#progress-strip {{ background: {theme.raised.name()}; border-radius: 4px;"
            f" border: 1px solid {theme.border.name()}; }}"
        )

    def _place(self) -> None:
        width = min(_WIDTH_PX, self._area.width() - 2 * SPACING)
        left = (self._area.width() - width) // 2
        preferred = QRect(left, 2 * SPACING, width, self.sizeHint().height())
        place = self._watch.unobstructed_rect(preferred, upwards=False)
        place.translate(self._area.mapTo(self._host, QPoint()))
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        strips = self._host.findChildren(ProgressStrip, options=direct)
        others = [one.geometry() for one in strips if one.isVisible() and one is not self]
        for other in sorted(others, key=QRect.top):
            if other.intersects(place):
                place.moveTop(other.bottom() + SPACING)
        self.setGeometry(place)
        self.raise_()

    def _follow_area(self) -> None:
        if self.isVisible():
            self._place()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.isVisible():
            QTimer.singleShot(0, self, self._dress)
