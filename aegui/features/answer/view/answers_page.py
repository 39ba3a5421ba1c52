"""The page with the answers of the networks and the best possible one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpacerItem,
    QWidget,
)

from aegui.core.i18n import mark, tr, trn
from aegui.features.answer.model.answer_sheet import BEST, SHOWN
from aegui.features.answer.view.answer_words import best_words, sheet_words
from aegui.features.answer.view.pictures import AnswerPictures, MarksLegend
from aegui.kit.charts.ink import wrapped
from aegui.kit.layouts import column, dim, heading, held, row, scrolled
from aegui.kit.marks import ElidedLabel, flat_button
from aegui.kit.painted import PaintedBase
from aegui.kit.speech import describe
from aegui.kit.theme import SPACING, current_theme, for_text
from aegui.session.data.image_style import GLYPHS, ImageStyle
from aegui.widgets.nearest_strip import NearestStrip, nearest_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike
    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from aegui.features.answer.model.answer_sheet import AnswerSheet, SheetAnswer

_BAR_PX = 3
_LINES = 2
_WORDS_SHARE = 40
"""Width of the text in a low row, in percent."""
_ANY_PX = (1 << 24) - 1
_MIN_WIDE_WIDTH_PX = 500
_ROOMY_PX = 730
_MIN_WIDE_SHAPE = 1.7
"""If the page is this many times wider than high, nearest samples are at the side."""
_EXPECTED = mark(
    "Expected: expected number of wrong pixels of this answer, given all characters and the noise"
)


class FewLines(PaintedBase):
    """Text on two lines, or more if there is room; what does not fit is elided.

    Not a QLabel: with word wrap it has height-for-width, and a scroll area that contains such parts
    together with images whose height depends on their width never settles its layout.
    """

    accessible_role = QAccessible.Role.StaticText

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        """The displayed text."""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_text(self, text: str) -> None:
        """Show ``text``."""
        self.text = text
        self.setAccessibleName(text)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(0, _LINES * self.fontMetrics().lineSpacing() + 1)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return self.sizeHint()

    def paint(self, painter: QPainter) -> None:  # noqa: D102
        painter.setPen(current_theme().text_dim)
        metrics = QFontMetricsF(self.font())
        # A line that is cut in height could be taken for a complete text.
        most = 1 + max(0, int((self.height() - metrics.height()) / metrics.lineSpacing()))
        lines = wrapped(metrics, self.text, self.width(), most=most)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft, "\n".join(lines))


class AnswerRow(QWidget):
    """One answer: name and quality, above or beside its images."""

    accessible_role = QAccessible.Role.Grouping

    activated = Signal(str)
    """With key: the answer of that key was clicked, or got the focus."""
    pixel_activated = Signal(str, int, int)
    """With key, row, column: explain that pixel."""
    removed = Signal(str)
    """With key: remove the network of that key."""

    def __init__(self) -> None:
        super().__init__()
        self.key = ""
        self.title = heading(ElidedLabel())
        self.words = FewLines()
        self.pictures = AnswerPictures()
        self.legend = MarksLegend()
        self._is_marked = False
        self.is_named = False
        """Whether the row shows the name of its answer."""
        self._has_wrong = False
        close = flat_button("close", tr("Remove this network"))
        close.clicked.connect(self._on_close_clicked)
        self.pictures.activated.connect(self._on_pictures_activated)
        self.pictures.pixel_activated.connect(self._on_pictures_pixel_activated)
        self._close = close
        header = row((self.title, 1), self.legend, close, spacing=2)
        text_column = column(header, (self.words, 1), spacing=2)
        self._body = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._body.setSpacing(2)
        self._body.addLayout(text_column)
        self._body.addWidget(self.pictures, 1)
        self._spare = QSpacerItem(0, 0)
        self._body.addItem(self._spare)
        self.set_marked(False, among=1)

    def set_row(
        self, row: SheetAnswer, *, among: int, index: int, steps: int, has_legend: bool
    ) -> None:
        """Show the answer ``row``, which is at ``index`` of ``among``, after ``steps`` passes."""
        self.key = row.key
        # On its own, the best possible answer could be taken for a network's: it keeps its name.
        alone = among == 1 and row.key == BEST
        words = best_words(row) if alone else sheet_words(row)
        self.is_named = among > 1 or alone
        self._has_wrong = has_legend
        self.title.setText(row.name if self.is_named else words)
        self.setAccessibleName(row.name)
        self.words.set_text(words)
        self.words.setVisible(self.is_named)
        message = tr("{name}: {words}", name=row.name, words=words) if self.is_named else words
        tip = message if row.expected is None else f"{message}\n{tr(_EXPECTED)}"
        for label in (self.title, self.words):
            label.setToolTip(tip)
        self._close.setVisible(row.key not in {SHOWN, BEST})
        first = tr("last pass") if steps > 1 and row.key != BEST else tr("drawing")
        self.pictures.set_captions(index == 0, first)
        self.pictures.set_answer(row.answer)
        self.pictures.setAccessibleName(
            tr("{name}: drawing, answer and errors", name=row.name)
            if self.is_named
            else tr("Drawing, answer and errors")
        )
        describe(self.pictures, message)

    @Slot()
    def _on_close_clicked(self) -> None:
        self.removed.emit(self.key)

    @Slot()
    def _on_pictures_activated(self) -> None:
        self.activated.emit(self.key)

    @Slot(int, int)
    def _on_pictures_pixel_activated(self, row: int, column: int) -> None:
        self.pixel_activated.emit(self.key, row, column)

    @property
    def words_px(self) -> int:
        """Height of the text above the images."""
        title = max(self.title.sizeHint().height(), self._close.sizeHint().height())
        return title + (self.words.sizeHint().height() + 4 if self.is_named else 2)

    @property
    def least_px(self) -> int:
        """Minimum width if rows are side by side."""
        return self.pictures.minimumSizeHint().width() + SPACING

    def set_low(self, low: bool, row_px: int | None) -> None:
        """Set whether there is little height: the text is then to the right of the images.

        Args:
            low: Whether there is little height.
            row_px: Height available for each of several stacked rows, without the captions of
                the first; None if rows are side by side.
        """
        ways = QBoxLayout.Direction
        low = low and self.is_named
        # Reserve the button's space, so that rows with and without it have equal heights.
        policy = self._close.sizePolicy()
        policy.setRetainSizeWhenHidden(self.is_named and not low)
        self._close.setSizePolicy(policy)
        self._body.setDirection(ways.RightToLeft if low else ways.TopToBottom)
        self._body.setSpacing(SPACING if low else 2)
        # Beside the images there is no room for the legend; tooltips replace it.
        self.legend.setVisible(self._has_wrong and not low)
        self._body.setStretch(0, _WORDS_SHARE if low else 0)
        self._body.setStretch(1, 100 - _WORDS_SHARE if low else 1)
        least = (
            self.pictures.minimumSizeHint().height() if low else self._body.minimumSize().height()
        )
        is_bound = self.is_named and row_px is not None
        height = max(least, (row_px or 0) + self.pictures.caption_px)
        self.setMinimumHeight(height if is_bound else 0)
        self.setMaximumHeight(height if is_bound else _ANY_PX)

    def set_spare_below(self, below: bool) -> None:
        """Set whether excess height is left below the images instead of above.

        Above, whatever is below the row follows the images directly.
        """
        policies = QSizePolicy.Policy
        self._spare.changeSize(
            0, 0, policies.Minimum, policies.Expanding if below else policies.Minimum
        )
        for part in (self.title, self.legend):
            across = part.sizePolicy().horizontalPolicy()
            part.setSizePolicy(across, policies.Fixed if below else policies.Preferred)
        self._body.invalidate()

    def set_marked(self, marked: bool, *, among: int) -> None:
        """Mark this answer as the current one, whose nearest samples are shown."""
        self._is_marked = marked and among > 1
        left = SPACING if among > 1 else 0
        self._body.setContentsMargins(left, 0, 0, 0)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        del event
        if self._is_marked:
            painter = QPainter(self)
            painter.fillRect(0, 2, _BAR_PX, self.height() - 4, current_theme().accent)


class AnswersPage(QWidget):
    """All answers; the nearest samples of the current one are shown."""

    pixel_activated = Signal(str, int, int)
    """With key, row, column: explain that pixel of the answer."""
    current_changed = Signal(str)
    """With key: another answer is the current one."""
    removed = Signal(str)
    """With key: remove the network of that key."""

    def __init__(self) -> None:
        super().__init__()
        self.nearest = NearestStrip()
        self._image_style = GLYPHS
        self._rows: list[AnswerRow] = []
        self._shown: tuple[SheetAnswer, ...] = ()
        self._layout_key: object = None
        """What the row heights depend on, besides the height of the page."""
        self._current = SHOWN
        self._steps = 1
        self.title = dim(ElidedLabel())
        self.title.setText(nearest_title(GLYPHS))
        self._passes = dim()
        self.again = QPushButton(tr("Denoise again"))
        self.again.setToolTip(tr("Feed each network its own answer again; the map shows the trail"))
        self.once = flat_button("edit-undo", tr("Only one pass again"))
        self.once.hide()
        self._passes.hide()
        self._stack: QBoxLayout
        self._area: QScrollArea
        self._layout = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._lay_out()
        self._add_row()

    def _lay_out(self) -> None:
        self._stack = column()
        self._area = scrolled(held(self._stack), sideways=True, takes_focus=True)
        self._controls = row(self._passes, self.once, self.again, 1)
        self._below = row((self.title, 1), self._controls)
        side = column(self._below, self.nearest, 1)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._area, 1)
        self._layout.addLayout(side)
        self._bottom = QSpacerItem(0, 0)
        self._layout.addItem(self._bottom)
        self._set_wide(False)

    def _set_wide(self, wide: bool) -> None:
        """Set whether the nearest samples are to the right of the images instead of below."""
        directions = QBoxLayout.Direction
        self._layout.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
        self._layout.setSpacing(2 * SPACING if wide else 4)
        policies = QSizePolicy.Policy
        self._bottom.changeSize(
            0, 0, policies.Minimum, policies.Minimum if wide else policies.Expanding
        )
        for each in self._rows:
            each.set_spare_below(wide)
        self._share_head()

    def _share_head(self) -> None:
        """Place the buttons beside the title of the nearest samples, or above it if too wide.

        To the right of the images both fit side by side only in a wide page.
        """
        directions, title = QBoxLayout.Direction, self.title
        is_wide = self._layout.direction() == directions.LeftToRight
        title_px = title.fontMetrics().horizontalAdvance(title.text()) + 2
        together_px = title_px + self._below.spacing() + self._controls.minimumSize().width()
        fits = self.width() >= (for_text(_ROOMY_PX) if is_wide else together_px)
        self._below.setDirection(directions.LeftToRight if fits else directions.BottomToTop)
        title.setMinimumWidth(title_px if is_wide and fits else 0)

    # -- what is shown ---------------------------------------------------------------------------

    def set_samples(self, images: ArrayLike, image_style: ImageStyle) -> None:
        """Set the samples that the nearest ones are found among, not copied."""
        self._image_style = image_style
        self.nearest.set_samples(images, image_style)
        self.title.setText(nearest_title(image_style))
        self._set_wide(self._layout.direction() == QBoxLayout.Direction.LeftToRight)
        self._layout_key = None
        for each in self._rows:
            each.pictures.set_image_style(image_style)

    def set_sheet(self, sheet: AnswerSheet) -> None:
        """Show ``sheet``."""
        self._shown = sheet.answers
        while len(self._rows) < len(sheet.answers):
            self._add_row()
        keys = [answer.key for answer in sheet.answers]
        wrong = any(answer.answer.wrong_count for answer in sheet.answers)
        for index, each in enumerate(self._rows):
            each.setVisible(index < len(keys))
            if index < len(keys):
                each.set_row(
                    sheet.answers[index],
                    among=len(keys),
                    index=index,
                    steps=sheet.steps,
                    has_legend=wrong and self._image_style.glyphs and index == 0,
                )
        self._show_passes(sheet)
        self._show_current()
        layout_key = (keys, wrong, sheet.answers[0].answer.drawing.shape if keys else None)
        if layout_key != self._layout_key:
            self._layout_key = layout_key
            self._share_space()

    def _share_space(self) -> None:
        """Stack the rows or place them side by side, whichever makes the images largest."""
        # Not the size of the viewport, which is that of the last time the page was visible.
        rows, available = self.rows, self._area.maximumViewportSize()
        count, directions = len(rows), QBoxLayout.Direction
        gap = self._stack.spacing()
        words = max(row.words_px for row in rows)
        # Captions of the first images make that row higher, not its images smaller.
        captions = sum(row.pictures.caption_px for row in rows)
        stacked = (available.height() - (count - 1) * gap - captions) // count
        beside = (available.width() - (count - 1) * gap) // count
        share = 100 - _WORDS_SHARE
        pictures = rows[0].pictures
        sizes = {
            "words above": pictures.scale_in(available.width(), stacked - words),
            "words beside": pictures.scale_in(share * available.width() // 100, stacked),
            "side by side": pictures.scale_in(beside, available.height() - words - captions),
        }
        if not rows[0].is_named:
            best = "words above"
        elif beside < max(row.least_px for row in rows):
            best = max(("words above", "words beside"), key=sizes.__getitem__)
        else:
            best = max(sizes, key=sizes.__getitem__)
        across = best == "side by side"
        self._stack.setDirection(directions.LeftToRight if across else directions.TopToBottom)
        for each in self._rows:
            each.set_low(best == "words beside", None if across else stacked)
        self._bound_area(available.width())

    def _bound_area(self, width: int) -> None:
        """Let the nearest samples follow a single answer, whose images the width limits."""
        first = self.rows[0]
        is_wide = self._layout.direction() == QBoxLayout.Direction.LeftToRight
        is_bound = not (first.is_named or is_wide) and width >= first.minimumSizeHint().width()
        most = first.words_px + first.pictures.height_in(width) if is_bound else _ANY_PX
        self._area.setMaximumHeight(most)
        self._layout.setStretch(0, 0 if is_bound else 1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        size = event.size()
        self._set_wide(
            size.width() >= _MIN_WIDE_WIDTH_PX
            and size.width() >= _MIN_WIDE_SHAPE * max(1, size.height())
        )
        self._layout.activate()
        self._share_space()

    def _add_row(self) -> None:
        row = AnswerRow()
        row.pictures.set_image_style(self._image_style)
        row.legend.setVisible(False)
        row.set_spare_below(self._layout.direction() == QBoxLayout.Direction.LeftToRight)
        row.activated.connect(self.set_current)
        row.pixel_activated.connect(self._on_row_pixel_activated)
        row.removed.connect(self.removed)
        self._rows.append(row)
        self._stack.addWidget(row, 100)

    def _show_passes(self, sheet: AnswerSheet) -> None:
        networks = [answer for answer in sheet.answers if answer.key != BEST]
        settled = all(
            answer.repairs is not None and answer.repairs.settled is not None for answer in networks
        )
        self.again.setEnabled(bool(networks) and not settled)
        if sheet.steps == self._steps:
            return
        self._steps = sheet.steps
        self.once.setVisible(sheet.steps > 1)
        self._passes.setText("" if sheet.steps == 1 else trn("{n} pass", "{n} passes", sheet.steps))
        # An empty label would still take the layout's spacing.
        self._passes.setVisible(sheet.steps > 1)
        self._share_head()

    @Slot(str, int, int)
    def _on_row_pixel_activated(self, key: str, row: int, column: int) -> None:
        self.set_current(key)
        self.pixel_activated.emit(key, row, column)

    @Slot(str)
    def set_current(self, key: str) -> None:
        """Make the answer ``key`` the current one."""
        if key != self._current and any(answer.key == key for answer in self._shown):
            self._current = key
            self._show_current()
            self.current_changed.emit(key)

    def _show_current(self) -> None:
        current = self.current
        for each in self._rows:
            is_current = current is not None and each.key == current.key
            each.set_marked(is_current, among=len(self._shown))
        if current is not None:
            self.nearest.set_nearest(current.answer.nearest, current.answer.nearest_indices)

    @property
    def current(self) -> SheetAnswer | None:
        """The current answer: the first one while the chosen network has none."""
        found = (answer for answer in self._shown if answer.key == self._current)
        return next(found, self._shown[0] if self._shown else None)

    @property
    def text(self) -> str:
        """Quality of the current answer in words; empty without one."""
        current = self.current
        return "" if current is None else self._rows[self._shown.index(current)].words.text

    @property
    def rows(self) -> Sequence[AnswerRow]:
        """The rows in use, at least one."""
        return self._rows[: max(1, len(self._shown))]
