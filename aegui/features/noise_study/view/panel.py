"""The panel of the noise study: three pages, recipes to try, and the progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aegui.core.i18n import mark, tr
from aegui.features.noise_study.view.curves_page import CurvesPage
from aegui.features.noise_study.view.matrix_page import MatrixPage
from aegui.features.noise_study.view.mistakes_page import MistakesPage
from aegui.kit.choosing import menu_below
from aegui.kit.layouts import PageStack, Sized, column, dim, row, scrolled
from aegui.kit.marks import ElidedLabel, flat_text
from aegui.kit.theme import SPACING, figures_font
from aegui.widgets.progress_strip import WorkBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.session.jobs.derived import JobProgress

PAGES = (
    ("matrix", mark("Noise matrix")),
    ("curves", mark("Curves")),
    ("mistakes", mark("Mistakes")),
)
_BAR_PX = 180


class StudyPanel(Sized):
    """Passive panel; user actions are emitted by its pages."""

    preset_requested = Signal(str)
    """Emitted with the key of a recipe to open."""
    page_chosen = Signal(str)
    """Emitted with a key of ``PAGES`` when the user has chosen a page."""
    usual_size = QSize(860, 400)
    """Room for a matrix and its characters."""

    def __init__(self) -> None:
        super().__init__()
        self.matrix = MatrixPage()
        self.curves = CurvesPage()
        self.mistakes = MistakesPage()
        self._pages = PageStack()
        self._buttons: dict[str, QToolButton] = {}
        self._try = QToolButton()
        self._work = QWidget()
        self._header: QHBoxLayout
        self._lines: QVBoxLayout
        self._is_below = False
        """Whether the progress is in a line of its own below the header."""
        self._title = QLabel()
        self._text = dim(ElidedLabel(keeps_end=True))
        self._bar = WorkBar()
        self.cancel = QPushButton(tr("Cancel"))
        self._build()
        self.set_progress(None)
        self.set_page("matrix")

    def _build(self) -> None:
        header = self._header = row(margins=(SPACING, SPACING // 2, SPACING, 0))
        group = QButtonGroup(self)
        for key, text in PAGES:
            button = flat_text(tr(text), checkable=True)
            button.clicked.connect(lambda _checked, page=key: self._choose(page))
            group.addButton(button)
            self._buttons[key] = button
            header.addWidget(button)
        header.addWidget(self._build_work(), 1)
        header.addStretch()
        header.addWidget(self._build_try())
        for page in (self.matrix, self.curves, self.mistakes):
            self._pages.addWidget(page)
        self._lines = column(header, (scrolled(self._pages, sideways=True), 1), spacing=0)
        self.setLayout(self._lines)

    def _build_work(self) -> QWidget:
        self._text.setFont(figures_font(self.font()))
        self._bar.setMinimumWidth(_BAR_PX // 2)
        self._bar.setMaximumWidth(_BAR_PX)
        self.cancel.setToolTip(tr("Cancel; earlier results stay as they are"))
        self._work.setLayout(
            row(
                self._title,
                self._bar,
                (self._text, 1),
                self.cancel,
                spacing=SPACING,
                margins=(SPACING, 0, SPACING, 0),
            )
        )
        return self._work

    def _build_try(self) -> QToolButton:
        self._try.setText(tr("Try…"))
        self._try.setToolTip(tr("Recipes of the course about noise, to start from"))
        menu = menu_below(self._try)
        menu.triggered.connect(lambda action: self.preset_requested.emit(action.data()))
        return self._try

    # Display

    @property
    def page(self) -> str:
        """Return the key of the displayed page."""
        return PAGES[self._pages.currentIndex()][0]

    def set_page(self, key: str) -> None:
        """Show a page."""
        self._pages.setCurrentIndex([each for each, _ in PAGES].index(key))
        self._buttons[key].setChecked(True)

    def set_presets(self, presets: Sequence[tuple[str, str, str]]) -> None:
        """Set the recipes to choose from: keys, names and notes."""
        menu = self._try.menu()
        menu.clear()
        for key, name, notes in presets:
            action = menu.addAction(name.replace("&", "&&"))
            action.setData(key)
            action.setToolTip(notes)

    def set_progress(self, progress: JobProgress | None) -> None:
        """Show the progress of the running study; None hides it."""
        for widget in (self._text, self._bar, self.cancel):
            widget.setVisible(progress is not None)
        if progress is None:
            self._title.hide()
            self._set_below(False)
            return
        self._title.setText(progress.title)
        self._text.setText(progress.text)
        self._bar.set_progress(progress.done, progress.total)
        self._bar.setAccessibleName(f"{progress.title} {progress.text}".strip())
        self._set_below(not self._fits(self._text, width=self._header_px()))
        # The title gives way to the time left.
        width = self.width() if self._is_below else self._header_px()
        fits_title = self._fits(self._title, self._text, width=width)
        self._title.setVisible(fits_title)
        self._bar.setMaximumWidth(_BAR_PX if fits_title else _BAR_PX // 2)

    def _header_px(self) -> int:
        """Return the width that the header has for the progress."""
        others = (*self._buttons.values(), self._try)
        used = sum(each.sizeHint().width() + self._header.spacing() for each in others)
        return self.width() - used - 2 * SPACING

    def _fits(self, *labels: QLabel, width: int) -> bool:
        """Return whether ``labels`` fit into ``width`` beside bar and button.

        The bar is half as long without the title.
        """
        words = (label.fontMetrics().horizontalAdvance(label.text()) for label in labels)
        bar = _BAR_PX if self._title in labels else _BAR_PX // 2
        return sum(words) + bar + self.cancel.sizeHint().width() + 6 * SPACING <= width

    def _set_below(self, below: bool) -> None:
        """Set whether the progress is in a line of its own below the header."""
        if below == self._is_below:
            return
        self._is_below = below
        (self._header if below else self._lines).removeWidget(self._work)
        if below:
            self._lines.insertWidget(1, self._work)
        else:
            self._header.insertWidget(len(PAGES), self._work, 1)

    def set_busy(self, busy: bool) -> None:
        """Set whether a study is running, during which no other can be started."""
        for button in (self.matrix.run, self.curves.run, *self.mistakes.see.values()):
            button.setEnabled(not busy)

    def focus_page(self) -> None:
        """Move keyboard focus to the button of the current page."""
        self._buttons[self.page].setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self, key: str) -> None:
        self.set_page(key)
        self.page_chosen.emit(key)
