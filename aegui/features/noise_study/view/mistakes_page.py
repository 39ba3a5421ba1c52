"""The page of mistakes: those found in the recipe, and the effect of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPushButton,
    QWidget,
)

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import mark, tr
from aegui.core.recipe import CorruptionSpec
from aegui.core.study.findings import MISTAKES, SWITCHED
from aegui.features.noise_study.view.curves_page import CurvesView
from aegui.features.noise_study.view.noise_fields import NONE
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import column, dim, heading, held, row, scrolled
from aegui.kit.placeholder import Placeholder
from aegui.kit.splitter import Splitter
from aegui.kit.theme import SPACING, icon, icon_px
from aegui.widgets.form.editors import noise_kind_field
from aegui.widgets.form.fields import NumberField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.study.findings import Finding
    from aegui.core.study.noise_curves import Curves

_LEFT_PX = 400
_MIN_LEFT_PX = 264
_FIRST_LEVEL = 0.15
_STEP = 0.05
_MAX_LEVEL = 10.0
_MAKE = mark("Make it in the recipe")
_SEE = mark("See its result")


class MistakesPage(QWidget):
    """Passive page; user actions are emitted as signals."""

    test_edited = Signal(object)
    """Emitted with the ``CorruptionSpec`` to test with; None for that of the training."""
    mend_requested = Signal(object)
    """Emitted with the ``Finding`` to fix in the recipe."""
    make_requested = Signal(str)
    """Emitted with the key of the mistake to make in the recipe."""
    see_requested = Signal(str)
    """Emitted with the key of the mistake to train networks with and without."""

    def __init__(self) -> None:
        super().__init__()
        self._kind = noise_kind_field(tr("as trained"))
        self._level = NumberField(0.0, _MAX_LEVEL, _STEP)
        self._found = column(spacing=SPACING)
        self.findings: tuple[Finding, ...] = ()
        """The mistakes found in the recipe."""
        self.cards: list[QFrame] = []
        self.see: dict[str, QPushButton] = {}
        self.make: dict[str, QPushButton] = {}
        self.title = heading()
        self.view = CurvesView()
        self._export = self.view.figures.button(tr("Save or copy the comparison"))
        parts = (self._build_left(), (self._build_right(), 1))
        splitter = Splitter("noise_mistakes", *parts, sizes=(_LEFT_PX, 500))
        self.setLayout(
            column((splitter, 1), margins=(SPACING, SPACING // 2, SPACING, SPACING // 2))
        )
        self._kind.edited.connect(self._on_test_edited)
        self._level.edited.connect(self._on_test_edited)
        self.set_findings(())
        self.set_comparison(None)
        self._show_level()

    # Building

    def _build_left(self) -> QWidget:
        self._level.setValue(_FIRST_LEVEL)
        self._level.setAccessibleName(tr("Level of the noise to remove"))
        line = row(QLabel(tr("Shall repair")), self._kind, self._level, 1)
        text_column = column(
            _heading(tr("In this recipe")),
            line,
            self._found,
            _heading(tr("Make one on purpose")),
            *map(self._switch, SWITCHED),
            1,
            spacing=SPACING,
            margins=(0, 0, SPACING, 0),
        )
        scroll = scrolled(held(text_column), framed=True)
        scroll.setMinimumWidth(_MIN_LEFT_PX)
        return scroll

    def _switch(self, key: str) -> QFrame:
        choice = MISTAKES[key]
        see, make = QPushButton(tr(_SEE)), QPushButton(tr(_MAKE))
        see.setToolTip(
            tr("Train networks with and without the mistake, and compare their wrong pixels")
        )
        make.setToolTip(tr("Change the current recipe (can be undone)"))
        for button in (see, make):
            button.setAccessibleName(f"{button.text()}: {tr(choice.label)}")
        see.clicked.connect(lambda: self.see_requested.emit(key))
        make.clicked.connect(lambda: self.make_requested.emit(key))
        self.see[key], self.make[key] = see, make
        return _card(tr(choice.label), tr(choice.help), (see, make))

    def _build_right(self) -> QWidget:
        self.title.setWordWrap(True)
        words = tr(
            "“{button}” trains networks with and without a mistake, and plots the wrong pixels of "
            "both at every level of the noise.",
            button=tr(_SEE),
        )
        head = row((self.title, 1), self._export)
        content = held(column(head, (self.view, 1), margins=(SPACING // 2, 0, 0, 0)))
        self._body = Placeholder(content, words)
        return self._body

    # Choices

    @property
    def test(self) -> CorruptionSpec | None:
        """Return the noise that the network has to repair; None for that of its training."""
        if self._kind.value() == NONE:
            return None
        most = _MAX_LEVEL if not CORRUPTIONS[self._kind.value()].is_share else 1.0
        level = min(round(self._level.value(), 4), most)
        return CorruptionSpec.model_validate({"kind": self._kind.value(), "level": level})

    def set_test(self, test: CorruptionSpec | None) -> None:
        """Show the noise that the network has to repair."""
        self._kind.set_value(NONE if test is None else test.kind)
        if test is not None:
            self._level.set_value(test.level)
        self._show_level()

    def _show_level(self) -> None:
        self._level.setEnabled(self._kind.value() != NONE)
        self._level.setRange(
            0.0, _MAX_LEVEL if not CORRUPTIONS[self._kind.value()].is_share else 1.0
        )

    def _on_test_edited(self) -> None:
        self._show_level()
        self.test_edited.emit(self.test)

    # Display

    def set_findings(self, findings: Sequence[Finding], *, is_noisy: bool = True) -> None:
        """Show the mistakes found in the recipe, which trains with noise if ``is_noisy``."""
        self.findings = tuple(findings)
        while (item := self._found.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.cards = [self._finding(each) for each in findings]
        for card in self.cards:
            self._found.addWidget(card)
        if not findings:
            if is_noisy:
                none = QLabel(tr("No mistake with the noise was found."))
                none.setProperty("state", "good")
            else:
                none = dim(tr("This recipe trains without noise."))
            none.setWordWrap(True)
            self._found.addWidget(none)

    def _finding(self, finding: Finding) -> QFrame:
        buttons: tuple[QPushButton, ...] = ()
        if finding.mended is not None:
            mend = QPushButton(tr("Fix it"))
            mend.setAccessibleName(f"{mend.text()}: {finding.title}")
            mend.setToolTip(tr("Change the current recipe (can be undone)"))
            mend.clicked.connect(lambda: self.mend_requested.emit(finding))
            buttons = (mend,)
        return _card(finding.title, f"{finding.text} {finding.remedy}", buttons, warns=True)

    def set_comparison(self, comparison: tuple[str, Curves] | None) -> None:
        """Show the effect of a mistake; None shows a hint instead."""
        self._body.show_content_if(comparison is not None)
        self.view.set_curves(None if comparison is None else comparison[1])
        if comparison is not None:
            choice = MISTAKES[comparison[0]]
            self.title.setText(tr("Its effect: {mistake}", mistake=tr(choice.label)))


def _heading(text: str) -> QLabel:
    label = heading(text)
    label.setWordWrap(True)
    return label


def _card(title: str, text: str, buttons: Sequence[QPushButton], *, warns: bool = False) -> QFrame:
    """Return a card with a title, a text and buttons."""
    card = QFrame()
    card.setProperty("card", True)
    head = row((_heading(title), 1))
    if warns:
        sign = QLabel()
        sign.setPixmap(icon("notice-warning", "warn").pixmap(icon_px(), icon_px()))
        head.insertWidget(0, sign)
    words = dim(text)
    words.setWordWrap(True)
    text_column = column(head, words, margins=(SPACING, SPACING, SPACING, SPACING))
    if buttons:
        line = FlowLayout(SPACING // 2)
        for button in buttons:
            line.addWidget(button)
        text_column.addLayout(line)
    card.setLayout(text_column)
    return card
