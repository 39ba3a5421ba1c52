"""The page of pairs of characters that noise makes similar or the network confuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import (
    QPushButton,
    QTableWidgetItem,
    QWidget,
)

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import localized, mark, tr, trn
from aegui.kit.layouts import column, row
from aegui.kit.marks import show_either, wrapped_label
from aegui.kit.speech import describe
from aegui.kit.theme import current_theme, icon, icon_px
from aegui.widgets.glyphs import GlyphCache, draw_glyph, label_name
from aegui.widgets.named_table import NamedTable

if TYPE_CHECKING:
    from aegui.features.answer.model.answer_studies import MixUp, MixUps
    from aegui.session.jobs.derived import JobProgress

COLUMNS: tuple[tuple[str, str], ...] = (
    (mark("Pair"), ""),
    (mark("Differ"), mark("Number of pixels in which the two differ.")),
    (
        mark("Alike"),
        mark("Error rate of the best decision between the two; 50% is guessing."),
    ),
    (mark("Limit"), mark("How often the most probable character is the wrong one of the two.")),
    (mark("Network"), mark("How often the network confuses the two.")),
)
_GAP_PX = 4


class PairsPage(QWidget):
    """A table of pairs, computed on request."""

    sample_activated = Signal(int)
    """With index: open the first character of a pair for drawing."""

    def __init__(self) -> None:
        super().__init__()
        self.compare = QPushButton(tr("Compare all pairs"))
        self.compare.setToolTip(
            tr("Draw each character with this noise many times, and see how they are recognised")
        )
        self.cancel = QPushButton(tr("Cancel"))
        self.words = wrapped_label()
        title = tr("Pairs of characters that are confused")
        self.table = NamedTable(COLUMNS, title, picks_rows=True)
        self.table.setIconSize(QSize(2 * icon_px() + _GAP_PX, icon_px()))
        self._pairs: tuple[MixUp, ...] = ()
        self._glyphs = GlyphCache()
        head, top = row(), Qt.AlignmentFlag.AlignTop
        head.addWidget(self.words, 1, top)
        head.addWidget(self.cancel, 0, top)
        head.addWidget(self.compare, 0, top)
        self.setLayout(column(head, (self.table, 100), 1))
        self.table.cellActivated.connect(self._on_table_cell_activated)
        self.set_busy(False)

    # -- what is shown ---------------------------------------------------------------------------

    def set_busy(self, busy: bool) -> None:
        """Show whether pairs are being compared."""
        show_either(self.cancel, self.compare, first=busy)

    def set_progress(self, progress: JobProgress) -> None:
        """Show the progress of the comparison."""
        self._tell(progress.text or progress.title)

    def set_message(self, text: str, *, possible: bool) -> None:
        """Show ``text`` instead of the table; ``possible`` says whether comparing is enabled."""
        self._pairs = ()
        self.table.setRowCount(0)
        self.table.setVisible(False)
        self.compare.setEnabled(possible)
        self._tell(text)

    def set_mix_ups(self, found: MixUps, *, stale: bool) -> None:
        """Show ``found``; ``stale`` if it belongs to another network or noise."""
        if found.pairs != self._pairs:
            self._pairs = found.pairs
            self._glyphs.set_images(found.dataset.images)
            self._fill(found)
        self.table.setVisible(bool(found.pairs))
        self.compare.setEnabled(True)
        self._tell(_words(found, stale=stale))

    def _tell(self, text: str) -> None:
        self.words.setText(text)
        describe(self, text)

    def _fill(self, found: MixUps) -> None:
        self.table.setRowCount(len(found.pairs))
        labels = found.dataset.labels
        for index, pair in enumerate(found.pairs):
            name = tr(
                "{first} and {second}",
                first=label_name(labels[pair.first]),
                second=label_name(labels[pair.second]),
            )
            shares = (pair.alike, pair.best, pair.model)
            figures = (tr("{n:,} px", n=pair.distance), *map(_percent, shares))
            texts = (f"{label_name(labels[pair.first])}  {label_name(labels[pair.second])}",)
            first, *_ = self.table.write_row(index, (*texts, *figures), name)
            first.setIcon(self._icon(pair))
            self._mark(index, pair, name)

    def _mark(self, row: int, pair: MixUp, name: str) -> None:
        """Mark a pair that the network confuses more often than is unavoidable."""
        item = QTableWidgetItem()
        if pair.is_mixed:
            item.setIcon(icon("builder-warning", "bad"))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, tr("mixed up"))
        item.setToolTip(
            tr(
                "{pair}: the network confuses them clearly more often than is unavoidable",
                pair=name,
            )
            if pair.is_mixed
            else name
        )
        self.table.setItem(row, len(COLUMNS), item)

    def _icon(self, pair: MixUp) -> QIcon:
        both = QIcon(self._drawn(pair, current_theme().text))
        chosen = self.palette().color(QPalette.ColorRole.HighlightedText)
        both.addPixmap(self._drawn(pair, chosen), QIcon.Mode.Selected)
        return both

    def _drawn(self, pair: MixUp, ink: QColor) -> QPixmap:
        ratio = self.devicePixelRatioF()
        side, gap = round(icon_px() * ratio), round(_GAP_PX * ratio)
        pixmap = QPixmap(2 * side + gap, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        for position, index in enumerate((pair.first, pair.second)):
            image = self._glyphs.image(index, ink, QColor(0, 0, 0, 0))
            draw_glyph(painter, QRect(position * (side + gap), 0, side, side), image)
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def _on_table_cell_activated(self, row: int, _column: int) -> None:
        self.sample_activated.emit(self._pairs[row].first)


def _percent(share: float) -> str:
    return localized(share, ".1%")


def _words(found: MixUps, *, stale: bool) -> str:
    mixed = sum(pair.is_mixed for pair in found.pairs)
    words = trn(
        "{name} mixes up {n} pair more often than it has to",
        "{name} mixes up {n} pairs more often than it has to",
        mixed,
        name=found.name,
    )
    noise = tr(
        "{noise} {level}, {draws} draws of each",
        noise=tr(CORRUPTIONS[found.spec.kind].label),
        level=localized(found.spec.level, ".3g"),
        draws=found.draws,
    )
    text = tr("{told} ({noise}).", told=words, noise=noise)
    if stale:
        text += " " + tr("The network or the noise has changed: compare again.")
    return text
