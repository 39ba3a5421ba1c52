"""Widget to choose the characters of the set that take part, by clicking or typing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from aegui.core.i18n import tr
from aegui.kit.layouts import column, row, scrolled
from aegui.kit.marks import ProblemLabel
from aegui.widgets.glyph_grid import GlyphGrid
from aegui.widgets.glyphs import label_sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike


class CharacterChooser(QWidget):
    """A grid of checkable glyphs and a text field for the same choice, kept in step.

    Typed characters keep their order; a clicked character is inserted in the order of the set.
    """

    chosen_changed = Signal(str)
    """The chosen labels, joined; never empty, since a network cannot be trained on no character."""

    def __init__(self) -> None:
        super().__init__()
        self._labels: tuple[str, ...] = ()
        self.chosen: tuple[str, ...] = ()
        """The chosen labels in their order; empty while nothing is chosen."""
        self._count = QLabel()
        self.grid = GlyphGrid(checkable=True)
        self.field = QLineEdit()
        self._problem = ProblemLabel()
        self._build()
        self.setFocusProxy(self.grid)
        self.grid.checked_changed.connect(self._on_grid_checked_changed)
        self.field.textEdited.connect(self._on_field_text_edited)

    def _build(self) -> None:
        all_button = QPushButton(tr("All"))
        all_button.setToolTip(tr("Select every character of the set"))
        all_button.clicked.connect(self._on_all_clicked)
        none_button = QPushButton(tr("None"))
        none_button.setToolTip(tr("Select no character, then pick the ones that you want"))
        none_button.clicked.connect(self._on_none_clicked)
        header = row((self._count, 1), all_button, none_button)
        area = scrolled(self.grid, sideways=True, takes_focus=True)
        self.grid.current_moved.connect(area.ensureVisible)
        self.field.setPlaceholderText(tr("Type characters, for example abc"))
        self.field.setToolTip(
            tr("The selected characters; the space is shown as {blank}.", blank=label_sign(" "))
        )
        self.field.setAccessibleName(tr("Chosen characters"))
        self.setLayout(column(header, (area, 1), self.field, self._problem))

    def set_samples(self, labels: Sequence[str], images: ArrayLike) -> None:
        """Offer N characters: ``labels`` and ``images`` ``[N, H, W]``; all are chosen."""
        self._labels = tuple(labels)
        self.grid.set_samples(labels, images)
        self.set_chosen(labels)
        # A choice is stored as one string, which is ambiguous for labels of several characters.
        self.setEnabled(all(len(label) == 1 for label in self._labels))
        if not self.isEnabled():
            self._problem.set_text(
                tr("Characters can be selected only if all labels are single characters.")
            )

    def set_chosen(self, labels: Iterable[str]) -> None:
        """Choose ``labels`` without emitting a signal; those not in the set are ignored."""
        known = set(self._labels)
        self._take(tuple(dict.fromkeys(label for label in labels if label in known)))
        self.field.setText("".join(map(label_sign, self.chosen)))

    # -- edits -----------------------------------------------------------------------------------

    def _on_grid_checked_changed(self) -> None:
        checked = self._checked_labels()
        chosen = [label for label in self.chosen if label in checked]
        for label in (each for each in self._labels if each in checked and each not in chosen):
            chosen.insert(self._place(label, chosen), label)
        self._choose(tuple(chosen))

    def _checked_labels(self) -> set[str]:
        """Return the checked labels; samples of one label are checked and unchecked together."""
        indices = set(self.grid.checked)
        ticked = {self._labels[index] for index in indices}
        unticked = {label for index, label in enumerate(self._labels) if index not in indices}
        return ticked - (unticked & set(self.chosen))

    def _place(self, label: str, chosen: list[str]) -> int:
        """Return the index at which ``label`` belongs in ``chosen``, by the order of the set."""
        order = self._labels.index
        later = (i for i, other in enumerate(chosen) if order(other) > order(label))
        return next(later, len(chosen))

    def _on_all_clicked(self) -> None:
        self._choose(self._labels)

    def _on_none_clicked(self) -> None:
        self._choose(())

    def _choose(self, labels: tuple[str, ...]) -> None:
        self.set_chosen(labels)
        self._announce()

    def _on_field_text_edited(self, text: str) -> None:
        by_sign = {label_sign(label): label for label in self._labels}
        typed = dict.fromkeys(by_sign.get(sign, sign) for sign in text)
        known = set(self._labels)
        unknown = "".join(sign for sign in typed if sign not in known)
        self._take(tuple(sign for sign in typed if sign in known), unknown)
        self._announce()

    def _announce(self) -> None:
        if self.chosen:
            self.chosen_changed.emit("".join(self.chosen))

    def _take(self, labels: tuple[str, ...], unknown: str = "") -> None:
        self.chosen = labels
        chosen = set(labels)
        self.grid.set_checked(i for i, label in enumerate(self._labels) if label in chosen)
        self._count.setText(
            tr(
                "{chosen:,} of {count:,} characters",
                chosen=len(self.grid.checked),
                count=len(self._labels),
            )
        )
        self._problem.set_text(self._problem_with(unknown))

    def _problem_with(self, unknown: str) -> str:
        if unknown:
            return tr("Not in this set: {characters}", characters=" ".join(unknown))
        if not self.chosen and self._labels:
            return tr("Choose at least one character.")
        return ""
