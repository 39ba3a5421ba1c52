"""The side of the library: details of the selected entry, or a comparison of two, in words."""

from __future__ import annotations

import warnings
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QStackedWidget

from aegui.core.atomic import file_name_part
from aegui.core.cost import memory_words
from aegui.core.data.builtin import set_title
from aegui.core.errors import AeguiError
from aegui.core.evaluation.run_figures import run_figure
from aegui.core.evaluation.spread import deviation
from aegui.core.i18n import localized, mark, tr, trn
from aegui.core.library.entry import spreads_of
from aegui.core.library.words import cell_words, spread_words
from aegui.core.network.change_words import setting_value
from aegui.core.network.plan import network_plan
from aegui.core.network.words import architecture
from aegui.core.recipe.file import recipe_from
from aegui.core.text_tables import csv_text
from aegui.kit.charts.axes import Axis, Scale, fitted
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.line_view import LineView
from aegui.kit.charts.lines import LinePlot, Series, dash_style
from aegui.kit.layouts import column, held, hint, row, scrolled
from aegui.kit.marks import wrapped_label
from aegui.kit.theme import SPACING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from aegui.core.evaluation.run_figures import RunFigure
    from aegui.core.library.entry import LibraryEntry
    from aegui.features.library.model.queries import EntryDetails, QueryResult, RunCurve
    from aegui.kit.charts.ink import Ink

_COUNTED = (
    "wrong",
    "worst",
    "at_most_1",
    "exact",
    "validation_accuracy",
    "accuracy",
    "loss",
    "validation_loss",
    "best_epoch",
    "seconds",
)
_ENVIRONMENT = ("aegui", "torch", "device", "processor")
_FIGURES = {"wrong_mean": "wrong"}
"""Column of the curves -> key of the figure that names and formats it, where they differ."""
_MIN_BESIDE_PX = 460
_DECADES = 30.0
"""Ratio of the highest to the lowest loss above which the axis is logarithmic."""


def found_words(sheet: QueryResult) -> str:
    """Return the number of entries or groups as text."""
    if sheet.view.group:
        return trn("{n:,} group", "{n:,} groups", len(sheet.groups))
    return trn("{n:,} entry", "{n:,} entries", sheet.total)


def use_words(sheet: QueryResult) -> str:
    """Return the disk use of the library and its limit as text."""
    limit = memory_words(sheet.use.limit)
    size = memory_words(sheet.use.size) if sheet.use.size else tr("0 MB")
    return tr("{size} of {limit}", size=size, limit=limit)


def use_help(sheet: QueryResult) -> str:
    """Return a sentence about the disk use, including the trash."""
    lines = [tr("Disk use of the library, and the limit above which it warns.")]
    if sheet.use.trash:
        lines.append(tr("{size} of it are in the trash.", size=memory_words(sheet.use.trash)))
    return " ".join(lines)


def entry_html(details: EntryDetails) -> str:
    """Return all details of one entry as HTML."""
    entry = details.entries[0]
    lines = [f"<b>{escape(entry.name or entry.id)}</b>{' ★' if entry.starred else ''}"]
    lines.append(_dim(_kind_words(entry, details.sizes[0])))
    if entry.tags:
        lines.append(escape(" ".join(f"#{tag}" for tag in entry.tags)))
    if entry.note:
        lines += [escape(line) for line in entry.note.splitlines()]
    lines += _figure_lines(entry)
    lines += _recipe_lines(entry)
    lines += _study_lines(entry)
    if details.parents[0]:
        lines.append(_dim(tr("From: {name}", name=details.parents[0])))
    lines.append(_dim(_environment_words(entry)))
    return _paragraphs(line for line in lines if line)


def difference_html(details: EntryDetails) -> str:
    """Return the differences of two entries, and whether one is better, as HTML."""
    names = details.names
    lines = [f"<b>{escape(names[0])}</b> ↔ <b>{escape(names[1])}</b>"]
    if details.found is None:
        return _paragraphs([*lines, escape(details.reason)])
    found = details.found
    if found.lines:
        lines += [escape(line) for line in found.lines]
    else:
        lines.append(escape(tr("Both have the same recipe.")))
    lines += [escape(line) for line in found.verdict]
    return _paragraphs(lines)


def _kind_words(entry: LibraryEntry, size: int) -> str:
    kind = tr("Study") if entry.kind == "study" else ""
    seeds = trn("{n:,} seed", "{n:,} seeds", len(entry.seeds)) if entry.seeds else ""
    created, data = cell_words("created", entry.created), set_title(entry.data)
    parts = [kind, created, data, seeds, memory_words(size)]
    return " · ".join(part for part in parts if part)


def _figure_lines(entry: LibraryEntry) -> list[str]:
    spreads = spreads_of(entry)
    lines = []
    for key in _COUNTED:
        if key in spreads:
            label = escape(tr(run_figure(key).label))
            lines.append(f"{label}: {escape(spread_words(key, spreads[key]))}")
    return lines


def _recipe_lines(entry: LibraryEntry) -> list[str]:
    if not entry.recipe:
        return []
    try:
        recipe = recipe_from(entry.recipe, where=entry.id)
    except AeguiError as error:
        return [escape(str(error))]
    network = architecture(network_plan(recipe, entry.image_shape or (1, 1, 1)))
    training = recipe.training
    rate = localized(training.optimizer.learning_rate, "g")
    epochs = trn("{n:,} epoch", "{n:,} epochs", training.epochs)
    training_words = tr(
        "{loss}, {optimizer} {rate}, {epochs}, seed {seed}",
        loss=setting_value("training.loss", training.loss),
        optimizer=setting_value("training.optimizer.name", training.optimizer.name),
        rate=rate,
        epochs=epochs,
        seed=recipe.seed,
    )
    return [escape(network), escape(training_words)]


def _study_lines(entry: LibraryEntry) -> list[str]:
    document = entry.document or {}
    verdict = document.get("verdict")
    return [escape(str(line)) for line in verdict] if isinstance(verdict, list) else []


def _environment_words(entry: LibraryEntry) -> str:
    known = [
        f"{key} {entry.environment[key]}"
        for key in _ENVIRONMENT
        if entry.environment.get(key) not in (None, "")
    ]
    return ", ".join(known)


def _dim(text: str) -> str:
    return f"<small>{escape(text)}</small>" if text else ""


def _paragraphs(lines: Iterable[str]) -> str:
    return "".join(f"<p style='margin: 0 0 3px 0'>{line}</p>" for line in lines)


class RunCurves(LineView):
    """Passive chart, except for the epoch under the mouse or chosen by keys."""

    def __init__(self) -> None:
        super().__init__(tr("Curves of the runs that are compared"), self.figure)
        self._key = "loss"

    def set_curves(self, curves: Sequence[RunCurve], key: str) -> None:
        """Show ``curves``; hide the chart if there are none."""
        self._key = key
        self.set_plot(curves_plot(curves, key) if curves else None)
        self.setVisible(bool(curves))

    @property
    def plot(self) -> LinePlot | None:
        """Return the displayed plot, or None."""
        return self._plot

    def figure(self) -> Figure | None:
        """Return the curves as a figure to export; None without any."""
        if self._plot is None:
            return None
        title = tr("{figure} over the epochs", figure=_title(self._key))
        names = [series.name for series in self._plot.series]
        columns = [series.y for series in self._plot.series]
        rows = [
            [f"{epoch:g}", *("" if np.isnan(y[at]) else f"{y[at]:.9g}" for y in columns)]
            for at, epoch in enumerate(self._plot.at)
        ]
        return Figure(
            "curves",
            title,
            (self._plot,),
            ", ".join(names),
            csv_text(["epoch", *names], rows),
            of=file_name_part("-".join(names)),
        )

    def _areas(self, plot: LinePlot, ink: Ink) -> tuple[QRectF, QRectF]:
        """Place the legend above the lines if the widget is narrow."""
        if self.width() >= _MIN_BESIDE_PX:
            return super()._areas(plot, ink)
        area = QRectF(self.rect()).adjusted(SPACING / 2, SPACING / 2, -SPACING, -SPACING / 2)
        legend_height = (len(plot.series) + 1) * (ink.line(ink.text) + 3.0)
        above = QRectF(area.left(), area.top(), area.width(), legend_height)
        return area.adjusted(0.0, legend_height + SPACING / 2, 0.0, 0.0), above

    def head(self, at: int | None) -> str:
        """Return the epoch that the values are of, as a heading."""
        if at is None or self._plot is None:
            return tr("point at an epoch to read it")
        return tr("at epoch {n}", n=localized(float(self._plot.at[at]), "g"))

    def words(self, at: int) -> str:
        """Return the values of both curves at one epoch as text."""
        if self._plot is None:
            return ""
        values = ", ".join(f"{one.name} {one.texts[at]}" for one in reversed(self._plot.series))
        return tr("Epoch {n}: {values}", n=localized(float(self._plot.at[at]), "g"), values=values)


def _figure(key: str) -> RunFigure:
    return run_figure(_FIGURES.get(key, key))


def _title(key: str) -> str:
    return tr(_figure(key).label)


def curves_plot(curves: Sequence[RunCurve], key: str) -> LinePlot:
    """Return a plot of means and deviations at the epochs of all curves, interpolated linearly."""
    at = np.unique(np.concatenate([one.epoch for one in curves]))
    series = [_series(one, at, index, key) for index, one in enumerate(curves)]
    values = np.concatenate([one.extent for one in series])
    positive = values[np.isfinite(values) & (values > 0.0)]
    is_log = key == "loss" and positive.size > 0 and positive.max() / positive.min() > _DECADES
    scale = fitted(values, is_log=bool(is_log), from_zero=not is_log)
    low, high = float(at[0]), float(at[-1])
    epochs = Axis(tr("Epochs"), Scale(low, high if high > low else low + 1.0))
    return LinePlot(
        at, epochs, Axis(_title(key), scale, percent=_figure(key).is_share), tuple(reversed(series))
    )


def _series(curve: RunCurve, at: NDArray[np.float64], index: int, key: str) -> Series:
    with warnings.catch_warnings():
        # Rows without a value for any seed stay NaN, which is drawn as a gap.
        warnings.simplefilter("ignore", RuntimeWarning)
        mean, std = np.nanmean(curve.values, axis=1), deviation(curve.values, 1)
    middle, spread = (
        np.interp(at, curve.epoch, column, left=np.nan, right=np.nan) for column in (mean, std)
    )
    banded = curve.values.shape[1] > 1
    texts = tuple(_figure(key).words(float(value)) for value in middle)
    return Series(
        curve.name,
        middle,
        np.maximum(middle - spread, 0.0) if banded else None,
        middle + spread if banded else None,
        colour=index,
        style=dash_style(index),
        width=1.4,
        texts=texts,
    )


_PICTURE_PX = 168
_USUAL = mark("Select an entry to see its details, or two to compare them.")


class EntrySide(QStackedWidget):
    """Passive stack of a hint, the details of an entry, and a comparison."""

    def __init__(self) -> None:
        super().__init__()
        self.hint = hint(tr(_USUAL))
        self.picture = QLabel()
        self.words = wrapped_label()
        self.difference = wrapped_label()
        self.curves = RunCurves()
        self.ids: tuple[str, ...] = ()
        """Ids of the displayed entries."""
        self._build()

    def sizeHint(self) -> QSize:
        """Return a size with room for a picture and text below."""
        return QSize(320, 300)

    def _build(self) -> None:
        edge = SPACING // 2
        for label in (self.words, self.difference):
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            label.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.words.setAccessibleName(tr("Details of the entry"))
        self.difference.setAccessibleName(tr("What lies between the two"))
        self.picture.setAccessibleName(tr("Samples as its network draws them"))
        margins = (edge, edge, SPACING, edge)
        one = column(row(self.picture, 1), self.words, 1, margins=margins)
        self.curves.hide()
        both = column(self.difference, (self.curves, 1), 0, margins=margins)
        self.addWidget(held(column(1, self.hint, 1, margins=margins)))
        self.addWidget(scrolled(held(one), takes_focus=True))
        self.addWidget(scrolled(held(both), takes_focus=True))

    def clear(self) -> None:
        """Show the hint, as nothing is selected."""
        self.hint.setText(tr(_USUAL))
        self.ids = ()
        self.curves.set_curves((), "loss")
        self.setCurrentIndex(0)

    def ask_for_other(self, name: str) -> None:
        """Ask the user to select another entry to compare with ``name``."""
        self.clear()
        self.hint.setText(tr("Now click the entry to compare “{name}” with.", name=name))

    def show_details(self, details: EntryDetails) -> None:
        """Show the details of one entry, or the comparison of two."""
        self.ids = tuple(entry.id for entry in details.entries)
        if len(details.entries) == 1:
            self._show_picture(details.pictures[0])
            self.words.setText(entry_html(details))
            self.setCurrentIndex(1)
        else:
            self.difference.setText(difference_html(details))
            self.curves.set_curves(details.curves, details.curve_key)
            self.setCurrentIndex(2)

    def _show_picture(self, data: bytes | None) -> None:
        picture = QPixmap()
        if data is not None:
            picture.loadFromData(data)
        self.picture.setVisible(not picture.isNull())
        if not picture.isNull():
            width = min(_PICTURE_PX * 2, max(_PICTURE_PX, self.width() - 4 * SPACING))
            mode = Qt.TransformationMode.SmoothTransformation
            small = picture.width() > width
            self.picture.setPixmap(picture.scaledToWidth(width, mode) if small else picture)
