"""Number of samples, and their split into training and validation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QAccessible, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from aegui.core.i18n import tr, trn
from aegui.core.recipe import DataSpec, SplitSpec
from aegui.kit.choosing import narrow, offer
from aegui.kit.layouts import column
from aegui.kit.marks import ElidedCombo, wrapped_label
from aegui.kit.painted import PaintedBase
from aegui.kit.theme import SPACING, current_theme
from aegui.widgets.form.form import Form

if TYPE_CHECKING:
    from collections.abc import Sequence


_COUNT, _SHARE, _SEED = "count", "split.validation", "split.seed"
_BAR_PX = 8


class _Bar(PaintedBase):
    """A bar of the training share followed by the validation share."""

    accessible_role = QAccessible.Role.Graphic
    usual_size = QSize(80, _BAR_PX)

    def __init__(self) -> None:
        super().__init__()
        self._share = 0.0
        self.setAccessibleName(tr("Training and validation share"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_share(self, share: float) -> None:
        self._share = share
        text = tr("{learnt:.0%} and {checked:.0%}", learnt=1.0 - share, checked=share)
        self.setAccessibleDescription(text)
        self.update()

    def paint(self, painter: QPainter) -> None:
        theme = current_theme()
        cut = self.width() * (1.0 - self._share)
        gap = 1.0 if self._share else 0.0
        painter.fillRect(QRectF(0, 0, cut - gap, self.height()), theme.accent)
        painter.fillRect(QRectF(cut + gap, 0, self.width() - cut, self.height()), theme.series[1])


class SharesBox(QWidget):
    """The number of samples to use, and the share held out for validation."""

    split_edited = Signal(object)
    """With SplitSpec: another share or seed is requested."""
    count_edited = Signal(object)
    """The maximum number of samples was changed; None for all."""
    check_requested = Signal(str)
    """Validation on another set is requested: a key of ``set_checks``."""

    def __init__(self) -> None:
        super().__init__()
        self._split = SplitSpec()
        self._shown = DataSpec()
        self._is_apart = False
        """Whether the validation samples are not a share of the set."""
        self.form = Form(self._shown, (_COUNT, _SHARE, _SEED))
        """Its fields, of a ``DataSpec``."""
        self.check = ElidedCombo()
        self.check.setAccessibleName(tr("Validate on"))
        self.check.setToolTip(
            tr("What is held out from training: a share of the set, or another set")
        )
        narrow(self.check)
        self.check.activated.connect(self._on_check_activated)
        self._chosen_check = 0
        self.form.add_row(tr("Validate on"), self.check, 1)
        self._bar = _Bar()
        self._words = wrapped_label()
        self.setLayout(column(self.form, self._bar, self._words, spacing=SPACING))
        self.form.edited.connect(self._on_form_edited)

    def set_state(self, split: SplitSpec, count: int | None, available: int) -> None:
        """Show the split and the maximum number of the ``available`` samples."""
        self._split = split
        learnt = available if count is None else count
        share = split.last / (learnt + split.last) if split.last else split.validation
        shown = split.model_copy(update={"validation": share})
        self._shown = DataSpec(count=count).model_copy(update={"split": shown})
        self.form.set_value(self._shown)
        self.form.set_beginning(_COUNT, available)
        self._enable()

    def set_checks(self, choices: Sequence[tuple[str, str]], chosen: str) -> None:
        """Offer validation sets as (key, name); ``chosen`` is the key of the current one."""
        offer(self.check, choices, chosen)
        self._chosen_check = self.check.currentIndex()
        self._is_apart = bool(chosen)
        self._enable()

    def _enable(self) -> None:
        """Disable what has no effect: another set is used as a whole, without share or seed."""
        self.form.fields[_SHARE].setEnabled(not self._is_apart)
        self.form.fields[_SEED].setEnabled(not self._is_apart or self._shown.count is not None)

    def set_numbers(self, training: int, validation: int) -> None:
        """Show how many samples each part has."""
        self._bar.set_share(validation / max(1, training + validation))
        if validation:
            text = tr(
                "{training:,} for training, {validation:,} for validation",
                training=training,
                validation=validation,
            )
        else:
            text = trn(
                "The one sample is for training",
                "All {n:,} are for training, none is held out",
                training,
            )
        self._words.setText(text)

    def words(self) -> str:
        """Return the text about the sample numbers."""
        return self._words.text()

    def summary(self) -> str:
        """Return a short description of the split."""
        if self._split.last:
            return tr("the last {n:,} kept", n=self._split.last)
        if not self._split.validation:
            return tr("nothing kept")
        return tr("{share:.0%} kept", share=self._split.validation)

    def _on_check_activated(self, index: int) -> None:
        # Only the recipe changes the selection: loading the set takes time and may be refused.
        self.check.setCurrentIndex(self._chosen_check)
        if index != self._chosen_check:
            self.check_requested.emit(self.check.itemData(index))

    def _on_form_edited(self, data: DataSpec) -> None:
        before, self._shown = self._shown, data
        if data.count != before.count:
            self.count_edited.emit(data.count)
        elif data.split.validation != before.split.validation:
            self._edit(validation=data.split.validation, last=0)
        else:
            self._edit(seed=data.split.seed)

    def _edit(self, **update: object) -> None:
        split = self._split.model_copy(update=update)
        if split != self._split:
            self._split = split
            self.split_edited.emit(split)
