"""Overview of a study: its table above its pictures, with linked highlighting."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QSpinBox, QWidget

from aegui.core.evaluation.run_figures import run_figure
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.study.material import StudyMaterial, middle_run
from aegui.core.study.results import compared_by
from aegui.core.study.seed_cloud import ORDERS
from aegui.core.study.words import axis_words
from aegui.features.studies.view.pages import NOTHING, StudyPage
from aegui.features.studies.view.settings_table import SettingsTable
from aegui.kit.charts.item_view import ItemCanvas, ItemView
from aegui.kit.choosing import menu_below, tick_entries
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import column, dim, held, hint, row, scrolled
from aegui.kit.marks import ElidedLabel, flat_text
from aegui.kit.splitter import Splitter
from aegui.kit.theme import SPACING, grown_for_text
from aegui.kit.tiles import columns_for, tile
from aegui.widgets.figures.studies import (
    curves_choice,
    heat_axes,
    study_figure,
    study_picture,
)
from aegui.widgets.figures.study_kinds import (
    BANDS,
    COLUMNS,
    PICTURES,
    SHOWN,
    PictureChoice,
    StudyPicture,
)
from aegui.widgets.form.fields import ChoiceField

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aegui.core.study.results import StudyResult
    from aegui.features.studies.model.study_runs import StudySheet
    from aegui.kit.charts.figure import Figure
    from aegui.kit.charts.item_view import PaintedItems

TABLE = "table"
_FIRST = (TABLE, "bars", "curves")
"""The table and the pictures that are shown by default."""
_MIN_TILE = QSize(240, 180)
"""Least size of a picture; its titles, legend and axes grow with the text, so that its height does
too."""
_MIN_TABLE_PX = 96
"""Least height of a table with more rows than fit, which grows with the text."""
_SHAPE = 1.5
_TABLE_SHARE = 0.45
"""Maximum share of the height for the table; a short table takes less."""
_NOT_YET = mark("This appears as the runs of the study finish.")
_NOT_OF_THESE = mark("Nothing to show: this needs more runs, or more than one setting.")


@dataclass(frozen=True, eq=False)
class _MadePicture:
    """A picture as the worker thread has made it."""

    round: int
    """Number of the request."""
    key: str
    """Kind of the picture."""
    picture: StudyPicture | None
    """None if there are no data for it."""
    painted: PaintedItems | None
    """The picture painted for the canvas of its tile; None if the tile was hidden."""


class OverviewPage(StudyPage):
    """Passive page; histories and networks are requested by ``material_requested``.

    Pictures are made and painted one after another by ``making``; previous pictures stay visible
    until they are replaced.
    """

    setting_opened = Signal()
    """Emitted when the selected setting was double-clicked in the table, or got Enter."""

    def __init__(self) -> None:
        super().__init__()
        self._choice = PictureChoice()
        self._handed_in = ""
        self._material: StudyMaterial | None = None
        self._sheet: StudySheet | None = None
        self._chosen = NOTHING
        self._stale: set[str] = set()
        self._round = 0
        self.kinds = flat_text(tr("Pictures"))
        self.figure = QComboBox()
        self.column = ChoiceField(COLUMNS.values())
        self.band = ChoiceField(BANDS.values())
        self.across = QComboBox()
        self.up = QComboBox()
        self.sample = QSpinBox()
        self.shown = ChoiceField(SHOWN.values())
        self.order = ChoiceField(ORDERS.values())
        self.is_log = QCheckBox(tr("Log"))
        self.tiles: dict[str, _Tile] = {key: _Tile(key, self) for key in PICTURES}
        self.table = SettingsTable()
        self._grid = QGridLayout()
        self._options: dict[str, QWidget] = {}
        self._build()
        self._connect()
        self.show_kinds(_FIRST)

    def _build(self) -> None:
        menu = menu_below(self.kinds)
        tick_entries(menu, ((TABLE, tr("Table")),))
        menu.addSeparator()
        entries = tick_entries(menu, ((key, tr(kind.label)) for key, kind in PICTURES.items()))
        for key, action in entries.items():
            action.setToolTip(tr(PICTURES[key].help))
        for box in (
            self.figure,
            self.column,
            self.band,
            self.across,
            self.up,
            self.shown,
            self.order,
        ):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.is_log.setToolTip(tr("Figures and losses on a logarithmic axis"))
        self.sample.setAccessibleName(tr("Sample"))
        head = FlowLayout(SPACING // 2)
        head.addWidget(self.kinds)
        for key, words, parts in (
            ("figure", mark("Figure"), (self.figure,)),
            ("curves", mark("Curves"), (self.column, self.band)),
            ("heat", mark("Axes"), (self.across, self.up)),
            ("sample", mark("Sample"), (self.sample, self.shown)),
            ("seeds", mark("Seeds"), (self.order,)),
        ):
            label = dim(tr(words))
            self._options[key] = held(row(label, *parts))
            for each in parts:
                each.setAccessibleName(tr(words))
            head.addWidget(self._options[key])
        self._options["log"] = self.is_log
        head.addWidget(self.is_log)
        self._grid.setSpacing(SPACING)
        body = held(self._grid)
        self._scroll = scrolled(body, sideways=True)
        self._scroll.viewport().installEventFilter(self)
        # In a low panel the whole of it scrolls, rather than pictures in a slot.
        edges = self._grid.contentsMargins()
        least = grown_for_text(_MIN_TILE.height()) + edges.top() + edges.bottom()
        self._scroll.setMinimumHeight(least)
        self._splitter = Splitter(
            "study", self.table, (self._scroll, 1), orientation=Qt.Orientation.Vertical
        )
        self._splitter.installEventFilter(self)
        edge = SPACING // 2
        self.setLayout(column(held(head), (self._splitter, 1), margins=(0, edge, 0, 0)))
        for tile_ in self.tiles.values():
            tile_.setParent(body)
            tile_.hide()

    def _connect(self) -> None:
        menu = self.kinds.menu()
        assert menu is not None, "it was given one"
        for action in menu.actions():
            action.triggered.connect(lambda _checked=False: self._on_kinds_triggered())
        for combo, name in (
            (self.figure, "figure"),
            (self.column, "column"),
            (self.band, "band"),
            (self.across, "across"),
            (self.up, "up"),
            (self.shown, "shown"),
            (self.order, "order"),
        ):
            combo.activated.connect(
                lambda _index, combo=combo, name=name: self._choose(**{name: combo.currentData()})
            )
        self.sample.valueChanged.connect(lambda value: self._choose(sample=value - 1))
        self.is_log.toggled.connect(lambda on: self._choose(is_log=on))
        for tile_ in self.tiles.values():
            tile_.view.hovered.connect(partial(self._on_view_hovered, tile_))
            tile_.view.chosen.connect(partial(self._on_view_chosen, tile_))
            tile_.view.activated.connect(partial(self._on_view_activated, tile_))
        self.table.row_hovered.connect(
            lambda index: self._mark(frozenset() if index == NOTHING else frozenset({index}))
        )
        self.table.itemSelectionChanged.connect(self._on_table_item_selection_changed)
        self.table.row_opened.connect(self._on_table_row_opened)
        self.table.horizontalScrollBar().rangeChanged.connect(lambda *_: self._share_out())

    # Display

    def show_kinds(self, keys: Iterable[str]) -> None:
        """Show exactly these pictures, keys of ``PICTURES`` or ``TABLE``."""
        shown_keys = set(keys)
        menu = self.kinds.menu()
        assert menu is not None, "it was given one"
        for action in menu.actions():
            action.setChecked(action.data() in shown_keys)
        self._on_kinds_triggered()

    def show_figure(self, kind: str) -> None:
        """Show only the picture that the hand-in figure ``kind`` ends with, such as ``x-curves``.

        If ``kind`` is none of ``PICTURES``, the default pictures are shown.
        """
        known = [key for key in PICTURES if f"-{kind}".endswith(f"-{key}")]
        self._handed_in = max(known, key=len, default="")
        self.show_kinds((self._handed_in,) if known else _FIRST)
        # Its study may be displayed already, or may be opened only afterwards.
        self._take_handed_in(self._handed_in)

    def _take_handed_in(self, key: str) -> None:
        """Set the options of the picture ``key`` as they are in a hand-in."""
        result = self._result()
        if not key or result is None:
            return
        choice = curves_choice(result) if key == "curves" else PictureChoice()
        self.column.setCurrentIndex(self.column.findData(choice.column))
        with QSignalBlocker(self.is_log):
            self.is_log.setChecked(choice.is_log)
        self._choose(column=choice.column, is_log=choice.is_log)

    @property
    def shown_kinds(self) -> tuple[str, ...]:
        """Return the keys of the displayed pictures, in their order."""
        menu = self.kinds.menu()
        actions = [] if menu is None else menu.actions()
        return tuple(action.data() for action in actions if action.isChecked())

    def set_sheet(self, sheet: StudySheet) -> None:
        """Show a study."""
        before = self._result()
        has_other_path = self._sheet is not None and self._sheet.path != sheet.path
        if has_other_path and (sheet.result is None or sheet.result is not before):
            # Another study, not the same one in another file.
            self._material = None
            for box in (self.figure, self.across, self.up):
                box.clear()
            self._show_figure_option()
        is_new = self._sheet is None or sheet.result is not before
        self._sheet = sheet
        with QSignalBlocker(self.table):
            # Filling the table clears its selection, which is not a choice of the user.
            self.table.set_sheet(sheet)
            self.table.choose_row(self._chosen)
        self._share_out()
        has_runs = sheet.result is not None and any(cell.runs for cell in sheet.result.cells)
        for tile_ in self.tiles.values():
            tile_.say_empty(has_runs=has_runs)
        if is_new:
            is_continuation = _is_continuation(before, sheet.result)
            if not is_continuation:
                # Indices of the previous settings would be applied to the new ones.
                for tile_ in self.tiles.values():
                    tile_.set_picture(None)
            self._offer()
            if sheet.result is not None:
                self._take_handed_in(self._handed_in)
                self._handed_in = ""
            # The other pictures stay until their data have been read again.
            needs = ("figures",) if self._material is not None else None
            self._draw(needs, gentle=is_continuation)
            self._ask()

    def set_material(self, material: StudyMaterial) -> None:
        """Set histories, networks and level lines of the current study."""
        sheet = self._sheet
        if sheet is None or sheet.result is None or sheet.result.plan != material.result.plan:
            return
        self._material = material
        if material.networks:
            self.sample.setRange(1, len(material.networks[0].answered))
        self._draw(gentle=True)

    def set_chosen(self, index: int) -> None:
        """Mark the selected setting."""
        self._chosen = index
        self.table.choose_row(index)
        self._mark(frozenset())

    def _ask(self) -> None:
        has_pictures = any(key in PICTURES for key in self.shown_kinds)
        if self._result() is not None and has_pictures:
            self.material_requested.emit()

    def _offer(self) -> None:
        """Offer the figures and axes of this study."""
        result = None if self._sheet is None else self._sheet.result
        if result is None:
            return
        known = [key for key in result.figures if key != "parameters"]
        _fill(self.figure, [(key, tr(run_figure(key).label)) for key in known])
        self._show_figure_option()
        axes = [(name, axis_words(name)) for name in heat_axes(result)]
        _fill(self.across, axes, last=True)
        _fill(self.up, axes)
        _set_apart(self.up, self.across)
        self._choice = replace(self._choice, **self._of_study())  # type: ignore[arg-type]

    def _of_study(self) -> dict[str, str]:
        """Return the chosen figure and axes, which only this study may have."""
        boxes = {"figure": self.figure, "across": self.across, "up": self.up}
        return {name: box.currentData() or "" for name, box in boxes.items()}

    def _show_figure_option(self) -> None:
        """Show the choice of a figure where a picture has one, and there are any to choose."""
        by_figure = any(PICTURES[key].by_figure for key in self.shown_kinds if key in PICTURES)
        self._options["figure"].setVisible(by_figure and self.figure.count() > 0)

    def _choose(self, **values: object) -> None:
        if "across" in values:
            _set_apart(self.up, self.across)
        elif "up" in values:
            _set_apart(self.across, self.up)
        self._choice = replace(self._choice, **(values | self._of_study()))  # type: ignore[arg-type]
        self._draw()

    def _on_kinds_triggered(self) -> None:
        shown = self.shown_kinds
        kinds = [PICTURES[key] for key in shown if key in PICTURES]
        self._show_figure_option()
        self._options["log"].setVisible(any(kind.can_be_log for kind in kinds))
        for key in ("curves", "heat", "sample", "seeds"):
            self._options[key].setVisible(key in shown)
        self.table.setVisible(TABLE in shown)
        self._scroll.setVisible(bool(kinds))
        self._share_out()
        self._arrange()
        self._draw()
        self._ask()

    def _arrange(self) -> None:
        shown = [self.tiles[key] for key in self.shown_kinds if key in self.tiles]
        available = self._scroll.viewport().size()
        most = max(1, available.width() // _MIN_TILE.width())
        columns = min(most, columns_for(len(shown), available, _SHAPE)) if shown else 1
        tile(self._grid, self.tiles.values(), shown, columns)

    def _share_out(self) -> None:
        """Give the table the height of its rows, and the pictures the rest."""
        height, preferred = self._splitter.height(), self.table.preferred_height()
        least = min(preferred, grown_for_text(_MIN_TABLE_PX))
        self.table.setMinimumHeight(max(least, self.table.minimumSizeHint().height()))
        table_height = min(preferred, round(_TABLE_SHARE * height))
        self._splitter.share_out([table_height, height - table_height])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Lay out table and pictures again after a resize."""
        if event.type() == QEvent.Type.Resize:
            if watched is self._splitter:
                self._share_out()
            elif watched is self._scroll.viewport():
                self._arrange()
        return super().eventFilter(watched, event)

    def _known(self) -> StudyMaterial | None:
        """Return the current figures together with the data that were read last."""
        result = None if self._sheet is None else self._sheet.result
        if result is None:
            return None
        if self._material is None:
            return StudyMaterial(result)
        fits = len(self._material.result.cells) <= len(result.cells)
        return replace(self._material, result=result) if fits else StudyMaterial(result)

    def _draw(self, needs: tuple[str, ...] | None = None, *, gentle: bool = False) -> None:
        """Make pictures again: all of them, or those that depend on ``needs``.

        ``gentle``: with pauses, for updates that the user did not request.
        """
        shown = [key for key in self.shown_kinds if key in self.tiles]
        self._stale |= {key for key in shown if needs is None or PICTURES[key].needs in needs}
        self._round += 1
        number, known, choice = self._round, self._known(), self._choice
        canvases = {key: self.tiles[key].canvas for key in shown if key in self._stale}

        def states() -> Iterator[_MadePicture]:
            for key, canvas in canvases.items():
                picture = None if known is None else study_picture(key, known, choice)
                painted = None
                if picture is not None and canvas is not None:
                    painted = canvas.paint(picture.plot)
                yield _MadePicture(number, key, picture, painted)

        self.making(states, self._take_picture, gentle)
        self._mark(frozenset())

    def _take_picture(self, picture: object) -> None:
        assert isinstance(picture, _MadePicture), "that is what is made here"
        if picture.round == self._round:
            # Otherwise a newer request is pending, which replaces this picture.
            self._stale.discard(picture.key)
        tile_ = self.tiles[picture.key]
        tile_.set_picture(picture.picture, picture.painted)
        tile_.mark(frozenset(), self._chosen_places())

    def figure_of(self, key: str) -> Figure | None:
        """Return a picture as a figure to export; None if there is none."""
        known, sheet = self._known(), self._sheet
        figure = None if known is None else study_figure(key, known, self._choice)
        return None if figure is None or sheet is None else replace(figure, of=sheet.path.stem)

    # Highlight and selection

    def _on_view_hovered(self, tile_: _Tile, item: int | None) -> None:
        self._mark(frozenset(tile_.indices(item)))
        tile_.point_at(item)

    def _mark(self, hovered: frozenset[int]) -> None:
        chosen = self._chosen_places()
        for key in self.shown_kinds:
            if key in self.tiles:
                self.tiles[key].mark(hovered, chosen)
        self.table.set_hovered(hovered)

    def _chosen_places(self) -> frozenset[int]:
        return frozenset() if self._chosen == NOTHING else frozenset({self._chosen})

    def _on_view_chosen(self, tile_: _Tile, item: int) -> None:
        indices = tile_.indices(item)
        if indices:
            self._chosen = indices[0]
            self.table.choose_row(indices[0])
            self._mark(frozenset(indices))
            if tile_.run_of(item) is not None:
                tile_.choose(item)
            self.setting_chosen.emit(indices[0])

    def _on_view_activated(self, tile_: _Tile, item: int) -> None:
        run, indices = tile_.run_of(item), tile_.indices(item)
        if run is not None:
            self.network_requested.emit(*run)
        elif indices and self._result() is not None:
            self.network_requested.emit(indices[0], self._seed_of(indices[0]))

    def _result(self) -> StudyResult | None:
        return None if self._sheet is None else self._sheet.result

    def _seed_of(self, index: int) -> int:
        """Return the seed whose network the pictures show: the median run, else the first seed."""
        networks = () if self._material is None else self._material.networks
        known = {one.index: one.seed for one in networks}
        result = self._result()
        assert result is not None, "there is a picture"
        middle = middle_run(result.cells[index], compared_by(result.plan))
        first = result.plan.seeds.first if middle is None else middle.seed
        return known.get(index, first)

    def _on_table_row_opened(self, index: int) -> None:
        # The current row of the keys need not be selected.
        self.table.choose_row(index)
        self.setting_opened.emit()

    def _on_table_item_selection_changed(self) -> None:
        index = self.table.chosen_row()
        if index != self._chosen:
            self._chosen = index
            self._mark(frozenset())
            self.setting_chosen.emit(index)


class _Tile(QWidget):
    """One picture below its title."""

    def __init__(self, key: str, page: OverviewPage) -> None:
        super().__init__()
        kind = PICTURES[key]
        self._picture: StudyPicture | None = None
        self._run: tuple[int, int] | None = None
        self._run_items: frozenset[int] = frozenset()
        self.view = ItemView(tr(kind.label), lambda: page.figure_of(key))
        self._empty = hint()
        self.say_empty(has_runs=False)
        name = QLabel(tr(kind.label))
        name.setProperty("title", True)
        name.setToolTip(tr(kind.help))
        self._caption = dim(ElidedLabel())
        menu = self.view.figures.button(tr("Save or copy {picture}", picture=tr(kind.label)))
        head = row(name, (self._caption, 1), menu)
        self.setLayout(column(head, (self.view, 1), (self._empty, 1), spacing=0))
        self.setMinimumSize(_MIN_TILE.width(), grown_for_text(_MIN_TILE.height()))
        self.set_picture(None)

    @property
    def canvas(self) -> ItemCanvas | None:
        """Return the canvas to paint the picture for; None while the tile is hidden."""
        # The placeholder has the same size as the picture.
        shown = self._empty if self.view.isHidden() else self.view
        canvas = ItemCanvas.of(self.view, shown.size())
        return canvas if shown.isVisible() and canvas.is_large_enough else None

    def set_picture(
        self, picture: StudyPicture | None, painted: PaintedItems | None = None
    ) -> None:
        """Show a picture, which may be ``painted`` already; None shows the placeholder."""
        self._picture = picture
        self._find_run()
        self.view.setVisible(picture is not None)
        self._empty.setVisible(picture is None)
        self._caption.setText("" if picture is None else picture.caption)
        self._caption.setToolTip("" if picture is None else picture.caption)
        words = () if picture is None else picture.words
        plot = None if picture is None else picture.plot
        self.view.set_plot(plot, lambda item: words[item] if item < len(words) else "", painted)

    @property
    def message(self) -> str:
        """Return the text of the placeholder; "" while the picture is shown."""
        return "" if self._empty.isHidden() else self._empty.text()

    def say_empty(self, *, has_runs: bool) -> None:
        """Set the text of the placeholder."""
        self._empty.setText(tr(_NOT_OF_THESE if has_runs else _NOT_YET))

    def indices(self, item: int | None) -> tuple[int, ...]:
        """Return the indices of the settings of an item, the best first; of a run, its setting."""
        run = self.run_of(item)
        if run is not None:
            return (run[0],)
        items = () if self._picture is None else self._picture.items
        return items[item] if item is not None and item < len(items) else ()

    def run_of(self, item: int | None) -> tuple[int, int] | None:
        """Return setting index and seed of an item that is a single run, else None."""
        return None if self._picture is None or item is None else self._picture.runs.get(item)

    def choose(self, item: int) -> None:
        """Mark the single run of ``item`` beside its setting."""
        self._run = self.run_of(item)
        self._find_run()
        self.view.set_marked(frozenset(), self._run_items)

    def point_at(self, item: int | None) -> None:
        """Highlight the single run of ``item``."""
        if item is not None and self.run_of(item) is not None:
            self.view.set_marked(frozenset({item}), self._run_items)

    def _find_run(self) -> None:
        """Find the item of the chosen run, which moves when seeds are reordered."""
        runs = {} if self._picture is None or self._run is None else self._picture.runs
        self._run_items = frozenset(item for item, run in runs.items() if run == self._run)

    def mark(self, hovered: frozenset[int], chosen: frozenset[int]) -> None:
        """Highlight the hovered settings, and mark the chosen ones."""
        items = () if self._picture is None else self._picture.items

        def of(indices: frozenset[int]) -> frozenset[int]:
            return frozenset(
                at for at, of_item in enumerate(items) if not indices.isdisjoint(of_item)
            )

        self.view.set_marked(of(hovered), of(chosen) | self._run_items)


def _is_continuation(before: StudyResult | None, after: StudyResult | None) -> bool:
    """Return whether the settings of ``before`` have the same indices in ``after``."""
    if before is None or after is None:
        return False
    keys = [cell.setting.key for cell in before.cells]
    return keys == [cell.setting.key for cell in after.cells[: len(keys)]]


def _fill(combo: QComboBox, rows: list[tuple[str, str]], *, last: bool = False) -> None:
    """Set ``rows`` of key and text, preserving the selection if it is still available."""
    before = combo.currentData()
    known = [(combo.itemData(at), combo.itemText(at)) for at in range(combo.count())]
    if known == rows:
        return
    combo.clear()
    for key, text in rows:
        combo.addItem(text, key)
    index = combo.findData(before)
    combo.setCurrentIndex(index if index >= 0 else combo.count() - 1 if last else 0)


def _set_apart(combo: QComboBox, other: QComboBox) -> None:
    """Select another row than ``other``, which has the same rows, if there are several."""
    if combo.currentIndex() == other.currentIndex() and combo.count() > 1:
        combo.setCurrentIndex(0 if combo.currentIndex() else 1)
