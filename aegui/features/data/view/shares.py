"""How many samples are learnt from, how many are only checked on, and who draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QSizePolicy,
    QWidget,
)

from aegui.core.i18n import tr, trn
from aegui.core.recipe import SplitSpec
from aegui.kit.layouts import column, row
from aegui.kit.marks import wrapped_label
from aegui.kit.theme import SPACING, current_theme
from aegui.widgets.form.editors import SeedField
from aegui.widgets.form.fields import CountField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

_MOST_PERCENT = 95
_BAR_PX = 8


class _Bar(QWidget):
    """Both shares as one bar: what is learnt from, then what is checked on."""

    def __init__(self) -> None:
        super().__init__()
        self._share = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_share(self, share: float) -> None:
        self._share = share
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(80, _BAR_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current_theme(), QPainter(self)
        cut = self.width() * (1.0 - self._share)
        gap = 1.0 if self._share else 0.0
        painter.fillRect(QRectF(0, 0, cut - gap, self.height()), theme.accent)
        painter.fillRect(QRectF(cut + gap, 0, self.width() - cut, self.height()), theme.series[1])


class SharesBox(QWidget):
    """The number of samples that take part, and the share kept for checking.

    Signals:
        split_edited(SplitSpec): Another share or seed is requested.
        count_edited(object): At most so many samples are to take part; None: all of them.
        check_requested(str): Another set is to be checked on: a key of ``set_checks``.
    """

    split_edited = Signal(object)
    count_edited = Signal(object)
    check_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._split = SplitSpec()
        self.limit = QCheckBox(tr("At most"))
        self.limit.setToolTip(tr("Let only so many samples take part, drawn at random"))
        self.count = CountField(1, 10_000_000)
        self.count.setAccessibleName(tr("Most samples that take part"))
        self.check = QComboBox()
        self.check.setAccessibleName(tr("Check on"))
        self.check.setToolTip(tr("What is kept from training: a share of the set, or another set"))
        self.check.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.check.activated.connect(self._on_check_activated)
        self._chosen_check = 0
        self.share = CountField(0, _MOST_PERCENT)
        self.share.setSuffix(" %")
        self.share.setAccessibleName(tr("Keep for checking"))
        self.share.setToolTip(
            tr("This share is kept from training, to see how well unseen samples are done")
        )
        self.seed = SeedField()
        self.seed.setToolTip(tr("The same seed draws the same samples"))
        self._bar = _Bar()
        self._words = wrapped_label()
        self._build()
        self.limit.clicked.connect(self._on_limit_clicked)
        self.count.edited.connect(lambda count: self.count_edited.emit(count))
        self.share.edited.connect(self._on_share_edited)
        self.seed.edited.connect(self._on_seed_edited)

    def _build(self) -> None:
        amount = row(self.limit, (self.count, 1))
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(6)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Check on"), self.check)
        form.addRow(tr("Keep for checking"), self.share)
        form.addRow(tr("Seed of the draw"), self.seed)
        self.setLayout(column(amount, form, self._bar, self._words, spacing=SPACING))

    def set_state(self, split: SplitSpec, count: int | None, available: int) -> None:
        """Show the choice where there are ``available`` samples to draw from."""
        self._split = split
        with QSignalBlocker(self.limit):
            self.limit.setChecked(count is not None)
        self.count.setEnabled(count is not None)
        self.count.set_value(available if count is None else count)
        share = split.last / max(1, available) if split.last else split.validation
        self.share.set_value(round(100 * share))
        self.seed.set_value(split.seed)

    def set_checks(self, choices: Sequence[tuple[str, str]], chosen: str) -> None:
        """Offer sets to check on: keys and names; ``chosen`` is the key of the one in use."""
        keys = [key for key, _ in choices]
        with QSignalBlocker(self.check):
            self.check.clear()
            for key, name in choices:
                self.check.addItem(name, key)
            self._chosen_check = keys.index(chosen)
            self.check.setCurrentIndex(self._chosen_check)
        # Of another set all samples are kept.
        self.share.setEnabled(not chosen)
        self.seed.setEnabled(not chosen)

    def set_numbers(self, training: int, validation: int) -> None:
        """Show how many samples each part has."""
        self._bar.set_share(validation / max(1, training + validation))
        if validation:
            text = tr(
                "{training:,} to learn from, {validation:,} to check on",
                training=training,
                validation=validation,
            )
        else:
            text = trn(
                "The one sample is learnt from",
                "All {n:,} are learnt from, none is kept for checking",
                training,
            )
        self._words.setText(text)

    def words(self) -> str:
        """What is said of the numbers."""
        return self._words.text()

    def summary(self) -> str:
        """The choice in a few words."""
        if self._split.last:
            return tr("the last {n:,} kept", n=self._split.last)
        if not self._split.validation:
            return tr("nothing kept")
        return tr("{share:.0%} kept", share=self._split.validation)

    def _on_check_activated(self, index: int) -> None:
        # The recipe decides what is shown; it may take a while, and be refused.
        self.check.setCurrentIndex(self._chosen_check)
        if index != self._chosen_check:
            self.check_requested.emit(self.check.itemData(index))

    def _on_limit_clicked(self, limited: bool) -> None:
        self.count.setEnabled(limited)
        self.count_edited.emit(self.count.value() if limited else None)

    def _on_share_edited(self, percent: int) -> None:
        self._edit(validation=percent / 100, last=0)

    def _on_seed_edited(self, seed: object) -> None:
        self._edit(seed=seed)

    def _edit(self, **update: object) -> None:
        split = self._split.model_copy(update=update)
        if split != self._split:
            self._split = split
            self.split_edited.emit(split)
