"""The answer panel: the networks' answers to the drawing, their quality and the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QWidget

from aegui.core.i18n import mark, tr
from aegui.features.answer.view.answers_page import AnswersPage
from aegui.features.answer.view.limit_page import LimitPage
from aegui.features.answer.view.outlier_page import OutlierPage
from aegui.features.answer.view.pairs_page import PairsPage
from aegui.features.answer.view.why_page import WhyPage
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import column, held, hint
from aegui.kit.marks import flat_text
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.other_menu import OtherMenu

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from aegui.features.answer.model.answer_sheet import AnswerSheet

PAGES = {
    "answers": (mark("Answers"), mark("Each network's answer to the drawing")),
    "limit": (
        mark("Limit"),
        mark("The best possible answer, and the characters that the drawing may have been"),
    ),
    "why": (mark("Why"), mark("Why a pixel of the answer has its value")),
    "pairs": (mark("Mix-ups"), mark("Which characters the network confuses")),
    "outliers": (mark("Outliers"), mark("Whether the drawing resembles the training samples")),
}
"""Page key -> label and help of its tab."""


class AnswerPanel(QWidget):
    """Five pages about the answers to the drawing. Passive."""

    sample_activated = Signal(int)
    """With index: a character was clicked, on any page."""
    page_shown = Signal(str)
    """With key: another of ``PAGES`` is visible."""

    def __init__(self) -> None:
        super().__init__()
        self._sheet: AnswerSheet | None = None
        self.answers = AnswersPage()
        self.limit = LimitPage()
        self.why = WhyPage()
        self.pairs = PairsPage()
        self.outliers = OutlierPage()
        self.menu = OtherMenu()
        self._reason = hint()
        self._problem = ""
        self._tabs = QButtonGroup(self)
        self._pages = QStackedWidget()
        self._lay_out()
        for activated in (
            self.answers.nearest.sample_activated,
            self.limit.bars.activated,
            self.why.votes.activated,
            self.why.neighbours.activated,
            self.pairs.sample_activated,
        ):
            activated.connect(self.sample_activated)
        self._tabs.idClicked.connect(self._on_tabs_clicked)
        self.set_sheet(None, tr("Train a network or open one to see its answer."))

    def _lay_out(self) -> None:
        row = FlowLayout(0, last_at_right=True)
        for number, (key, (label, help_text)) in enumerate(PAGES.items()):
            button = flat_text(tr(label), tr(help_text), checkable=True)
            button.setObjectName(key)
            button.setProperty("snug", True)
            self._tabs.addButton(button, number)
            row.addWidget(button)
        self.menu.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        row.addWidget(self.menu)
        self._tabs.button(0).setChecked(True)
        first = held(column((self._reason, 1), (self.answers, 100)))
        for page in (first, self.limit, self.why, self.pairs, self.outliers):
            self._pages.addWidget(page)
        self.setLayout(
            column(row, (self._pages, 1), margins=(SPACING, SPACING // 2, SPACING, SPACING))
        )

    # -- pages -----------------------------------------------------------------------------------

    def show_page(self, key: str) -> None:
        """Show the page ``key`` of ``PAGES``."""
        number = tuple(PAGES).index(key)
        self._tabs.button(number).setChecked(True)
        self._on_tabs_clicked(number)

    @property
    def shown_page(self) -> str:
        """Key of the visible page."""
        return tuple(PAGES)[self._pages.currentIndex()]

    def _on_tabs_clicked(self, number: int) -> None:
        self._pages.setCurrentIndex(number)
        self._show_limit()
        self.page_shown.emit(self.shown_page)

    # -- what is shown ---------------------------------------------------------------------------

    def set_samples(self, images: ArrayLike, image_style: ImageStyle = GLYPHS) -> None:
        """Set the samples ``[N, H, W]`` or ``[N, C, H, W]`` to find nearest ones in, not copied."""
        self.answers.set_samples(images, image_style)
        self.limit.bars.set_samples(images, image_style)
        self.why.set_samples(images, image_style)

    def set_reason(self, reason: str) -> None:
        """Show why no network has answered, or no good one; empty if one has."""
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))

    def set_sheet(self, sheet: AnswerSheet | None, reason: str = "", problem: str = "") -> None:
        """Show ``sheet``.

        Args:
            sheet: The answers.
            reason: Why no network has answered, or why ``sheet`` is None.
            problem: Why the answer of the displayed network resembles no sample.
        """
        self.set_reason(reason or problem)
        self._problem = "" if reason else problem
        self.answers.setVisible(sheet is not None and bool(sheet.answers))
        if sheet is not None and sheet.answers:
            self.answers.set_sheet(sheet)
        self._sheet = sheet
        self._show_limit()
        describe(self, self.text)

    def _show_limit(self) -> None:
        """Update the limit page only while it is visible, not at every stroke."""
        if self._sheet is not None and self.shown_page == "limit":
            self.limit.set_sheet(self._sheet)

    @property
    def text(self) -> str:
        """Quality of the current answer and what is wrong with it, or why no network can answer."""
        if not self._problem:
            return self._reason.text() or self.answers.text
        return ". ".join(filter(None, (self.answers.text, self._problem)))
