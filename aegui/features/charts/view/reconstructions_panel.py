"""The reconstructions panel: samples beside their reconstructions, and a summary of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QComboBox, QWidget

from aegui.core.evaluation.parts import HELD_OUT, LEARNT
from aegui.core.i18n import localized, mark, tr, trn
from aegui.features.charts.view.reconstructions_view import ReconstructionsView
from aegui.kit.choosing import offer
from aegui.kit.layouts import column, dim, held, hint, row
from aegui.kit.marks import ElidedLabel
from aegui.kit.theme import SPACING, current_theme
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.shell.outcome import mean_words
from aegui.widgets.answer_columns import columns_words
from aegui.widgets.nearest_strip import error_text

if TYPE_CHECKING:
    from aegui.session.pixels.answers import Reconstructions

ORDERS = {
    "worst": mark("Worst first"),
    "best": mark("Best first"),
    "random": mark("Random"),
}
"""Order of the samples shown: key of ``aegui.session.pixels.answers.Order`` -> label."""
_MEANS = {
    (True, LEARNT): mark("learnt: {mean} wrong pixels"),
    (True, HELD_OUT): mark("held out (◦): {mean}"),
    (False, LEARNT): mark("learnt: squared error {mean}"),
    (False, HELD_OUT): mark("held out (◦): {mean}"),
}
"""(Whether images are glyphs, part of the samples) -> how the mean error is reported."""


class ReconstructionsPanel(QWidget):
    """Samples beside the network's reconstructions of them, under a summary."""

    order_chosen = Signal(str)
    """With key: a key of ``ORDERS`` was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.view = ReconstructionsView()
        self.order = QComboBox()
        offer(self.order, ((key, tr(label)) for key, label in ORDERS.items()))
        self.order.setAccessibleName(tr("Which samples are shown"))
        self.order.setToolTip(tr("Which samples are shown"))
        self._summary = dim(ElidedLabel())
        margins = (SPACING, SPACING // 2, SPACING, 0)
        self._head = held(row((self._summary, 1), self.order, margins=margins))
        self.problem = hint()
        self.problem.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING // 2)
        self.problem.hide()
        self.setLayout(column(self._head, self.problem, (self.view, 1), spacing=0))
        self.order.activated.connect(self._on_order_activated)
        self.clear(tr("Press Train to see the reconstruction of every sample."))

    def clear(self, reason: str) -> None:
        """Show only ``reason``."""
        self.view.set_rows(None)
        self.view.set_message(reason)
        self._summary.setText("")
        self._head.hide()
        self.problem.hide()

    def set_rows(
        self, rows: Reconstructions, image_style: ImageStyle = GLYPHS, problem: str = ""
    ) -> None:
        """Show samples with their reconstructions, in the order of ``rows``.

        ``problem`` is why they resemble no sample.
        """
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.view.set_rows(rows, image_style)
        self._summary.setText(_summary(rows))
        self._summary.setToolTip(self._summary.text())
        self._head.setVisible(len(rows.labels) > 0)

    @property
    def summary(self) -> str:
        """The summary above the rows."""
        return self._summary.text()

    def filmed(self) -> QImage:
        """Return an image of the summary and all groups for films, without controls."""
        band = self._summary.sizeHint().height() + SPACING
        full_size, ratio = self.view.full_size, self.devicePixelRatioF()
        image = QImage((full_size + QSize(0, band)) * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(current_theme().panel)
        painter = QPainter(image)
        painter.setFont(self._summary.font())
        painter.setPen(current_theme().text_dim)
        line_rect = QRect(SPACING, 0, full_size.width() - 2 * SPACING, band)
        mode, metrics = Qt.TextElideMode.ElideRight, painter.fontMetrics()
        words = metrics.elidedText(self.summary, mode, line_rect.width())
        painter.drawText(line_rect, Qt.AlignmentFlag.AlignVCenter, words)
        painter.translate(0, band)
        self.view.paint_all(painter)
        painter.end()
        return image

    @property
    def chosen_order(self) -> str:
        """The chosen key of ``ORDERS``."""
        return str(self.order.currentData())

    def _on_order_activated(self) -> None:
        self.order_chosen.emit(self.chosen_order)


def _summary(rows: Reconstructions) -> str:
    parts = [
        tr(
            _MEANS[rows.perfect is not None, key],
            mean=mean_words(mean) if rows.perfect is not None else error_text(mean),
        )
        for key, mean in rows.means.items()
    ]
    if rows.perfect is not None:
        perfect, count = rows.perfect, rows.measured
        parts.append(tr("{perfect:,} of {count:,} perfect", perfect=perfect, count=count))
        worst = int(rows.worst)
        parts.append(trn("worst: {n} wrong pixel", "worst: {n} wrong pixels", worst))
    else:
        if not rows.means:
            parts.append(tr("mean squared error {error}", error=error_text(rows.mean)))
        parts.append(tr("worst: {error}", error=error_text(rows.worst)))
    if rows.measured < rows.total:
        parts.append(
            tr(
                "{count} of {total} samples measured",
                count=localized(rows.measured, ","),
                total=localized(rows.total, ","),
            )
        )
    has_noise = rows.corrupted is not None
    noisy = ("noisy",) if has_noise else ()
    parts.append(columns_words(("original", *noisy, "answer")))
    return " · ".join(parts)
