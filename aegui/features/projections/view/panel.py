"""The projections panel: the maps, their common selection, and their quality."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QToolButton, QWidget, QWidgetAction

from aegui.core.cost import cost_words
from aegui.core.i18n import tr, trn
from aegui.core.latent.projections import ProjectionOptions, unavailable
from aegui.core.latent.views import VIEWS
from aegui.features.projections.view.figures_table import COMING, NONE, ClassBars, FiguresTable
from aegui.features.projections.view.scatter import ScatterSamples, ScatterView
from aegui.features.projections.view.scatter_paint import SampleCard
from aegui.kit.charts.figure import Figure
from aegui.kit.charts.menu import FigureMenu
from aegui.kit.choosing import menu_below
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import Sized, column, dim, heading, held, hint, row, scrolled
from aegui.kit.marks import flat_button, flat_text
from aegui.kit.splitter import Splitter
from aegui.kit.theme import SPACING, icon
from aegui.kit.tiles import columns_for, tile
from aegui.session.data.image_style import image_style_of
from aegui.widgets.code_axes import CodeAxes
from aegui.widgets.colours import has_colours
from aegui.widgets.form.form import Form
from aegui.widgets.gallery import Gallery
from aegui.widgets.glyphs import GlyphCache, label_name
from aegui.widgets.other_menu import OtherMenu
from aegui.widgets.rulers import axis_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from PySide6.QtGui import QResizeEvent

    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.views import Figures, Material
    from aegui.features.projections.model.projection_work import MapState

DEFAULT_SHOWN = ("code", "pca", "tsne")
OTHER_KEYS = ("other-1", "other-2")
"""Keys of the maps of other networks."""
_GOOD_SHAPE = 1.15
"""Preferred width of a map divided by its height."""
_SIDE_PX = 190
_TABLE_SHARE = 0.28
_PLANE = 2


def note_words(state: MapState) -> str:
    """Return the note beside the title of a map."""
    if state.status == "working":
        return tr("{share:.0%}: {text}", share=state.share, text=state.text)
    if state.coordinates is None:
        return ""
    if state.epoch is not None:
        return tr("epoch {epoch:,}", epoch=state.epoch)
    if state.status in {"waiting", "offered"} and state.text == "":
        return tr("of other weights or settings")
    return state.text


def message_words(state: MapState) -> str:
    """Return the message shown while there is no map."""
    if state.status == "offered":
        if state.cost is not None:
            cost = cost_words(state.cost)
            return tr("This map takes a while ({cost}). Press Compute.", cost=cost)
        return tr("This map takes a while. Press Compute.")
    if state.status == "impossible":
        return state.text
    return tr("One moment…")


def view_toggle(key: str) -> QToolButton:
    """Return the button that shows or hides the map ``key`` of ``VIEWS``."""
    spec = VIEWS[key]
    button = flat_text(tr(spec.label), checkable=True)
    button.setAccessibleName(tr(spec.label))
    button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    offer_view(button, key, encodes=True)
    return button


def offer_view(button: QToolButton, key: str, *, encodes: bool) -> None:
    """Enable ``button`` if the map can be computed, else give the reason in its tooltip."""
    spec = VIEWS[key]
    reason = unavailable(spec.method)
    if spec.of_code and not encodes:
        reason = tr("A GAN has no encoder: images have no place on its map.")
    button.setEnabled(reason is None)
    button.setToolTip(tr(spec.help) if reason is None else reason)


class ProjectionsPanel(Sized):
    """Maps side by side that share the hovered sample and the selection. Passive."""

    shown_changed = Signal(object)
    """Keys of the maps chosen by the user, a tuple."""
    compute_requested = Signal()
    stop_requested = Signal()
    export_requested = Signal(str)
    """Format of the export: all places as ``csv``, or everything as ``json``."""
    sample_hovered = Signal(object)
    """Index in the set of the hovered sample, or None."""
    samples_selected = Signal(object)
    """Indices in the set of the samples selected by the user, int64 ``[k]`` ascending."""
    usual_size = QSize(820, 380)
    """That of three maps side by side with their table."""

    def __init__(self) -> None:
        super().__init__()
        self._dataset: Dataset | None = None
        self._material: Material | None = None
        self._states: dict[str, MapState] = {}
        self._references: Sequence[tuple[str, Figures]] = ()
        self.selection: NDArray[np.bool_] | None = None
        """Mask of the selected samples, bool ``[n]``; None if nothing is selected."""
        self._teller: ScatterView | None = None
        """The map under the pointer, which shows the card of the hovered sample."""
        self._pictures = GlyphCache(most_px=None)
        self._is_busy = False
        self._views = {
            spec.key: ScatterView(spec.key, tr(spec.label), tr(spec.help))
            for spec in VIEWS.values()
        }
        for key in OTHER_KEYS:
            self._views[key] = ScatterView(key, "", tr("The code of another network."))
            self._views[key].hide()
        for key in ("pca", "pca-code"):
            self._views[key].axis_names = tr("PC1"), tr("PC2")
        self._others: tuple[str, ...] = ()
        self._buttons = {key: view_toggle(key) for key in VIEWS}
        self._encodes = True
        self.axes = CodeAxes(tr("Code:"))
        self._count = dim()
        self.form = Form(ProjectionOptions())
        self.form.rows.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        self._options = self._options_button()
        self._lasso = flat_button("lasso", tr("Select samples with the lasso"))
        self._lasso.setCheckable(True)
        self.pictured = flat_button(
            "reconstructions", tr("Show samples as images where they do not overlap")
        )
        self.pictured.setCheckable(True)
        self._fit = flat_button("zoom-fit", tr("Show all of every map"))
        self.link = flat_button("builder-link", tr("Zoom together: all maps show the same samples"))
        self.link.setCheckable(True)
        self.other_menu = OtherMenu()
        self.figures = FigureMenu(self, self.figure, on_right_click=False)
        self._export = self.figures.button(
            tr("Save or copy the maps"),
            (tr("Save every place as CSV…"), lambda: self.export_requested.emit("csv")),
            (tr("Save everything as JSON…"), lambda: self.export_requested.emit("json")),
        )
        self._export.setEnabled(False)
        self._compute = flat_text("")
        self._compute.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._title = heading()
        self._title.setWordWrap(True)
        self._hint = dim(tr("Drag over a map to select samples."))
        self._hint.setWordWrap(True)
        self._bars = ClassBars()
        self._gallery = Gallery()
        self._table = FiguresTable()
        self._build()
        self._connect()
        self.set_shown(DEFAULT_SHOWN)
        self.set_axes((0, 1), 0)
        self._show_compute()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Limit the table's share of the height."""
        super().resizeEvent(event)
        self._table.set_height_limit(round(_TABLE_SHARE * self.height()))

    def figure(self) -> Figure | None:
        """Return the visible maps side by side as a figure; None without any."""
        plots = [self._views[key].plot() for key in (*self.shown, *self._others)]
        found = tuple(plot for plot in plots if plot is not None)
        return Figure("maps", tr("Maps"), found) if found else None

    # Building

    def _build(self) -> None:
        header = FlowLayout(SPACING // 2, last_at_right=True)
        header.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        for button in self._buttons.values():
            header.addWidget(button)
        for tools in self._build_tools():
            header.addWidget(tools)
        self._area = QWidget()
        self._grid = QGridLayout(self._area)
        self._grid.setContentsMargins(SPACING, 0, SPACING // 2, 0)
        self._grid.setSpacing(SPACING)
        self._none = hint(tr("No map is selected: select one above."))
        for view in (*self._views.values(), self._none):
            view.setParent(self._area)
        self._area.installEventFilter(self)
        parts = ((self._area, 1), self._build_side())
        splitter = Splitter("projections", *parts, sizes=(800, _SIDE_PX))
        splitter.setChildrenCollapsible(True)
        figures = row(self._table, margins=(SPACING, 0, SPACING, 0))
        self.setLayout(column(header, (splitter, 1), figures, margins=(0, 0, 0, SPACING // 2)))

    def _build_tools(self) -> tuple[QWidget, QWidget]:
        """Return two groups of tools, for contents and display, that may wrap separately."""
        controls = (self.axes, self._count, self._compute, self.other_menu)
        seen = (self._options, self.pictured, self._lasso, self.link, self._fit, self._export)
        return held(row(*controls)), held(row(*seen))

    def _build_side(self) -> QWidget:
        self._bars_scroll = scrolled(held(column(self._bars, 1)), framed=True, takes_focus=True)
        parts = (self._title, self._hint, (self._bars_scroll, 3), (self._gallery, 2))
        side = held(column(*parts, margins=(SPACING // 2, SPACING // 2, SPACING, 0)))
        side.setMinimumWidth(130)
        return side

    def _options_button(self) -> QToolButton:
        button = flat_button("settings", tr("How maps are made: samples, perplexity, steps, seed"))
        menu = menu_below(button)
        action = QWidgetAction(menu)
        action.setDefaultWidget(self.form)
        menu.addAction(action)
        return button

    def _connect(self) -> None:
        for button in self._buttons.values():
            button.clicked.connect(self._on_button_clicked)
        for view in self._views.values():
            view.hovered.connect(partial(self._on_view_hovered, view))
            view.selected.connect(self._on_view_selected)
            view.zoomed.connect(self._on_view_zoomed)
        self._lasso.toggled.connect(self._on_lasso_toggled)
        self.pictured.toggled.connect(self._on_pictured_toggled)
        self._fit.clicked.connect(self.fit)
        self._compute.clicked.connect(self._on_compute_clicked)
        self._bars.hovered.connect(self._on_bars_hovered)
        self._bars.clicked.connect(self._on_bars_clicked)
        self._gallery.activated.connect(self._on_gallery_activated)

    # Display

    def set_samples(self, dataset: Dataset, of: Material) -> None:
        """Set the samples ``of`` of ``dataset`` that the maps show."""
        self._dataset, self._material = dataset, of
        self.selection = None
        self._states.clear()
        self._references = ()
        self._pictures.set_images(dataset.images, image_style_of(dataset))
        labels = tuple(dataset.labels[index] for index in of.indices)
        samples = ScatterSamples(
            of.classes, labels, dataset.classes, dataset.images, of.indices, image_style_of(dataset)
        )
        for view in self._views.values():
            view.set_samples(samples, self._card)
        self._bars.set_classes(dataset.classes, of.classes)
        self._bars_scroll.setVisible(has_colours(of.classes))
        self._gallery.set_samples(dataset.images, dataset.labels, dataset.names)
        if len(of.indices) < len(dataset):
            text = tr("{n:,} of {total:,} samples", n=len(of.indices), total=len(dataset))
        else:
            text = trn("{n:,} sample", "{n:,} samples", len(dataset))
        self._count.setText(text)
        self._show_selection()
        self._show_table()

    def set_map(self, state: MapState) -> None:
        """Show the state of one map."""
        view = self._views[state.key]
        share = state.share if state.status == "working" else None
        view.set_status(note_words(state), message_words(state), share)
        view.set_coordinates(state.coordinates)
        before = self._known(state.key)
        self._states[state.key] = state
        if self._known(state.key) is not before:
            self._show_table()
        self._show_compute()

    def set_others(self, names: Sequence[str]) -> None:
        """Set the names of at most two other networks; ``set_other`` fills their maps."""
        self._others = OTHER_KEYS[: len(names)]
        for key, name in zip(self._others, names, strict=True):
            self._views[key].set_title(name)
            self._views[key].set_coordinates(None)
            self._views[key].set_status("")
        self.other_menu.setEnabled(len(names) < len(OTHER_KEYS))
        self._arrange()

    def set_other(
        self, number: int, coordinates: NDArray[np.float32] | None, note: str, message: str = ""
    ) -> None:
        """Set places ``[n, 2]`` for other network ``number``, or why there are none."""
        view = self._views[OTHER_KEYS[number]]
        view.set_status(note, message)
        view.set_coordinates(coordinates)

    def set_references(self, rows: Sequence[tuple[str, Figures]]) -> None:
        """Set names and figures of the references."""
        self._references = rows
        self._show_table()

    def set_busy(self, busy: bool) -> None:
        """Show whether a slow map is being computed."""
        self._is_busy = busy
        self._show_compute()

    @property
    def chosen(self) -> tuple[str, ...]:
        """Keys of the chosen maps, including those unavailable for the network."""
        return tuple(key for key, button in self._buttons.items() if button.isChecked())

    @property
    def shown(self) -> tuple[str, ...]:
        """Keys of the visible maps."""
        return tuple(key for key in self.chosen if self._encodes or not VIEWS[key].of_code)

    def set_encodes(self, encodes: bool) -> None:
        """Set whether the network has an encoder; without one there are no maps of its codes."""
        if encodes == self._encodes:
            return
        self._encodes = encodes
        for key, button in self._buttons.items():
            offer_view(button, key, encodes=encodes)
        self._arrange()
        self._show_table()
        self._show_compute()

    def set_shown(self, keys: Iterable[str]) -> None:
        """Choose the maps ``keys``."""
        shown_keys = set(keys)
        for key, button in self._buttons.items():
            button.setChecked(key in shown_keys)
        self._arrange()
        self._show_table()

    def select(self, selection: NDArray[np.bool_] | None) -> None:
        """Select the samples ``selection``, bool ``[n]``, in all maps."""
        has_some = selection is not None and bool(selection.any())
        self.selection = selection if has_some else None
        for view in self._views.values():
            view.set_selection(self.selection)
        self._show_selection()

    def set_highlight(self, index: int | None) -> None:
        """Highlight one sample, by its index among those mapped, in all maps."""
        self._teller = self._teller if index is not None else None
        for view in self._visible():
            # Only the hovered map shows a card, which would hide the place in the others.
            view.set_highlight(index, tells=view is self._teller)

    def point_at(self, position: int | None) -> None:
        """Highlight the sample at ``position`` in the set, if it is mapped."""
        of = self._material
        if of is None or position is None:
            self.set_highlight(None)
            return
        index = int(np.searchsorted(of.indices, position))
        is_mapped = index < len(of.indices) and of.indices[index] == position
        self.set_highlight(index if is_mapped else None)

    def select_samples(self, sample_indices: NDArray[np.int64]) -> None:
        """Select those samples at ``sample_indices`` in the set that are mapped."""
        if self._material is not None:
            self.select(np.isin(self._material.indices, sample_indices))

    def set_axes(self, axes: tuple[int, int], size: int) -> None:
        """Set the numbers ``axes``, out of ``size``, that the map of codes shows."""
        self.axes.set_state(axes, size)
        title = tr(VIEWS["code"].label)
        if size > _PLANE:
            names = (axis_name(axis) for axis in axes)
            title = "{}: {} × {}".format(title, *names)
        self._views["code"].set_title(title)
        self._views["code"].axis_names = axis_name(axes[0]), axis_name(axes[1])
        self._show_axes()

    def _show_axes(self) -> None:
        """Show the axes control if there is a choice and the map of codes is visible."""
        self.axes.setVisible(self.axes.count > _PLANE and "code" in self.shown)

    def fit(self) -> None:
        """Zoom every map to all samples."""
        for view in self._views.values():
            view.fit()

    def zoom_to_selection(self) -> None:
        """Zoom every map to the selection, or to all samples if nothing is selected."""
        if self.selection is None:
            self.fit()
        else:
            self._show_samples(self.selection)

    def _show_samples(self, chosen: NDArray[np.bool_], but: ScatterView | None = None) -> None:
        for view in self._views.values():
            if view is not but:
                view.show_samples(chosen)

    def view(self, key: str) -> ScatterView:
        """Return the map ``key`` of ``VIEWS`` or ``OTHER_KEYS``."""
        return self._views[key]

    # Selection and table

    def _card(self, index: int) -> SampleCard:
        dataset, of = self._dataset, self._material
        sample = 0 if of is None else int(of.indices[index])
        if dataset is None:
            return SampleCard(self._pictures.image(sample), "", "")
        label = label_name(dataset.labels[sample])
        return SampleCard(self._pictures.image(sample), label, label_name(dataset.names[sample]))

    def _show_selection(self) -> None:
        of, chosen = self._material, self.selection
        if of is None:
            return
        self._bars.set_selected(None if chosen is None else of.classes[chosen])
        self._gallery.setVisible(chosen is not None or not self._bars_scroll.isVisibleTo(self))
        self._hint.setVisible(chosen is None)
        if chosen is None:
            self._title.setText(tr("Nothing selected"))
            self._gallery.set_shown(of.indices)
        else:
            self._title.setText(trn("{n:,} selected", "{n:,} selected", int(chosen.sum())))
            self._gallery.set_shown(of.indices[chosen])

    def _show_table(self) -> None:
        rows = [(tr(VIEWS[key].label), self._known(key)) for key in self.shown]
        self._table.set_rows(rows, self._references)
        finished = any(state.status == "ready" for state in self._states.values())
        self._export.setEnabled(finished)

    def _known(self, key: str) -> Figures | str:
        """Return the figures of a map, or whether they are coming."""
        state = self._states.get(key)
        if state is None or state.figures is None:
            is_idle = state is not None and state.status in {"offered", "impossible"}
            return NONE if is_idle else COMING
        return state.figures

    def _show_compute(self) -> None:
        offered = any(
            self._states[key].status == "offered" for key in self.shown if key in self._states
        )
        self._compute.setVisible(self._is_busy or offered)
        self._compute.setText(tr("Stop") if self._is_busy else tr("Compute"))
        self._compute.setIcon(icon("stop" if self._is_busy else "train"))
        self._compute.setToolTip(
            tr("Stop making this map")
            if self._is_busy
            else tr("Compute the slow maps: t-SNE, UMAP")
        )

    # Layout

    def _visible(self) -> list[ScatterView]:
        return [self._views[key] for key in (*self.shown, *self._others)]

    def _arrange(self) -> None:
        shown = self._visible()
        self._show_axes()
        columns = columns_for(len(shown), self._area.size(), _GOOD_SHAPE)
        every = [*self._views.values(), self._none]
        tile(self._grid, every, shown or [self._none], columns, fill=True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Rearrange the maps when their container is resized."""
        if watched is self._area and event.type() == QEvent.Type.Resize:
            self._arrange()
        return super().eventFilter(watched, event)

    # User input

    def _on_button_clicked(self) -> None:
        self._arrange()
        self._show_table()
        self._show_compute()
        self.shown_changed.emit(self.chosen)

    def _on_view_hovered(self, view: ScatterView, index: int | None) -> None:
        self._teller = view
        self.set_highlight(index)
        of = self._material
        self.sample_hovered.emit(None if of is None or index is None else int(of.indices[index]))

    def _on_view_selected(self, selection: NDArray[np.bool_]) -> None:
        self.select(selection)
        self._tell_selection()

    def _on_view_zoomed(self, view: ScatterView) -> None:
        if self.link.isChecked():
            self._show_samples(view.in_sight(), but=view)

    def _tell_selection(self) -> None:
        of, chosen = self._material, self.selection
        if of is not None:
            coordinates = of.indices[:0] if chosen is None else of.indices[chosen]
            self.samples_selected.emit(coordinates)

    def _on_pictured_toggled(self, pictured: bool) -> None:
        for view in self._views.values():
            view.set_pictured(pictured)

    def _on_lasso_toggled(self, lasso: bool) -> None:
        for view in self._views.values():
            view.set_lasso(lasso)

    def _on_compute_clicked(self) -> None:
        if self._is_busy:
            self.stop_requested.emit()
        else:
            self.compute_requested.emit()

    def _on_bars_hovered(self, number: int | None) -> None:
        for view in self._visible():
            view.set_emphasis(number)

    def _on_bars_clicked(self, number: int) -> None:
        if self._material is not None:
            chosen = np.asarray(self._material.classes == number)
            again = self.selection is not None and np.array_equal(chosen, self.selection)
            self.select(None if again else chosen)
            self._tell_selection()

    def _on_gallery_activated(self, index: int) -> None:
        if self._material is not None:
            self.point_at(index)
            self.sample_hovered.emit(index)
