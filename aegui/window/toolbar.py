"""The toolbar: data, recipe, training controls and progress, and which weights are shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import (
    QComboBox,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QWidget,
)

from aegui.core.i18n import percent_sign, tr, trn
from aegui.features.data.data_menu import DETAIL_ROLE, ROW_WIDTH_PX, WAYS, DataRows
from aegui.kit.choosing import menu_below, narrow
from aegui.kit.layouts import dim, held, row
from aegui.kit.marks import ElidedCombo, ElidedLabel, flat_button
from aegui.kit.theme import (
    SPACING,
    figures_font,
    for_text,
    grown_for_text,
    icon,
    icon_px,
    icon_size,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QObject
    from PySide6.QtGui import QAction, QIcon, QResizeEvent

    from aegui.session.data.data_sources import DataEntry
    from aegui.window.actions import Actions


class ShownChip(QWidget):
    """Two buttons with menus: the run of the population, and its weights. Passive."""

    run_chosen = Signal(str)
    """Emitted with a key of ``set_runs``."""
    weights_chosen = Signal(str)
    """Emitted with a key of ``set_weights``."""

    def __init__(self) -> None:
        super().__init__()
        self.run = _button(tr("Run that is shown"))
        self.weights = _button(tr("Weights that are shown"))
        for button in (self.run, self.weights):
            button.setFont(figures_font(self.font()))
        self.run.menu().triggered.connect(lambda action: self.run_chosen.emit(action.data()))
        self.weights.menu().triggered.connect(
            lambda action: self.weights_chosen.emit(action.data())
        )
        self.setLayout(row(self.run, self.weights))
        self._is_brief, self._fits = False, True
        self.set_shown("", "", "", "")

    def set_shown(self, run: str, weights: str, brief: str, sentence: str) -> None:
        """Show the names of the current run and weights; "" hides the button.

        ``run`` is "" if there is only one run, ``weights`` if there are none; ``brief`` is shown
        instead where there is little room. ``sentence`` says the same in full, for tooltips and
        screen readers.
        """
        self._texts = run, weights, brief, sentence
        self._show()

    def set_room(self, *, is_brief: bool, fits: bool) -> None:
        """Set whether to show the brief name of the weights, and whether to show anything."""
        if (is_brief, fits) != (self._is_brief, self._fits):
            self._is_brief, self._fits = is_brief, fits
            self._show()

    @property
    def has_weights(self) -> bool:
        """Whether there are weights to choose, shown or not."""
        return bool(self._texts[1])

    def _show(self) -> None:
        run, weights, brief, sentence = self._texts
        weights = brief if self._is_brief else weights
        for button, text, help_text in (
            (self.run, run, tr("Choose another run of this training")),
            (self.weights, weights, tr("Choose the best or the last weights")),
        ):
            button.setVisible(bool(text))
            if text == button.text() and sentence == button.accessibleDescription():
                continue
            button.setText(text)
            button.setToolTip(tr("{what}\n{help}.", what=sentence, help=help_text))
            button.setAccessibleDescription(sentence)
        self.setVisible(self._fits and self.has_weights)

    def set_runs(self, choices: Sequence[tuple[str, str]], chosen: str) -> None:
        """Set the menu of runs: keys and names."""
        _fill(self.run.menu(), [(key, text, "") for key, text in choices], chosen)

    def set_weights(self, choices: Sequence[tuple[str, str, str]], chosen: str) -> None:
        """Set the menu of weights: keys, names, and why they cannot be chosen."""
        _fill(self.weights.menu(), choices, chosen)


def _button(name: str) -> QToolButton:
    button = QToolButton()
    button.setProperty("chip", True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setAccessibleName(name)
    menu_below(button)
    return button


def _fill(menu: QMenu, choices: Sequence[tuple[str, str, str]], chosen: str) -> None:
    menu.clear()
    group = QActionGroup(menu)
    for key, text, why_not in choices:
        action = menu.addAction(text)
        action.setData(key)
        action.setCheckable(True)
        action.setChecked(key == chosen)
        action.setEnabled(not why_not)
        action.setToolTip(why_not)
        group.addAction(action)


_IMPORT = "*"
"""Prefix of the item data of entries that load other data."""
_GALLERY = f"{_IMPORT}gallery"
_MAX_SEEN = 28
_PROGRESS_STEPS = 1000
_MIN_STATUS_PX = 180
_ROOMY_PX = 1600
"""In a narrower toolbar the titles of the lists and the device are hidden."""
_LIST_PX = 120
_MAX_LIST_PX = 228
_MAX_RECIPE_PX = 320
"""Wider than other lists: names of recipes are longer than those of data sets."""
_DATA_SHARE, _RECIPE_SHARE = 0.25, 0.475
"""Shares of the width beyond ``_TIGHT_PX`` that the lists get in addition to ``_LIST_PX``."""
_TIGHT_PX = 1120
"""In a narrower toolbar the least important actions are in the menu of the rest."""
_NARROW_PX = 840
"""In a toolbar narrower than this, more of them are."""
_IN_REST = {"step": _TIGHT_PX, "slow": _TIGHT_PX, "continue": _NARROW_PX}
"""Width below which an action is in the menu of the rest, at the usual size of text."""
_MIN_TEXT_PX = 90
"""Room for the state of a training that the weights leave: at least one figure of it."""


class MainToolBar(QToolBar):
    """A passive toolbar: it displays what it is given, and emits what the user selects."""

    data_chosen = Signal(str)
    """Emitted with the source of a recipe: a name or a file."""
    data_requested = Signal(str)
    """Emitted with a key of ``WAYS`` when other data are to be loaded."""
    preset_chosen = Signal(str)
    gallery_requested = Signal()
    """Emitted when the gallery is to be opened."""

    def __init__(self, actions: Actions) -> None:
        super().__init__(tr("Toolbar"))
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setIconSize(icon_size())
        self._data_key = ""
        self._preset: str | None = None
        self._titles: list[QAction] = []
        self._ordered: list[tuple[QAction, int]] = []
        self.data = self._combo(tr("Data"), tr("The images to learn"), tr("Choose data…"))
        self.data.setItemDelegate(DataRows(self.data))
        self.data.view().setMinimumWidth(ROW_WIDTH_PX)
        self.presets = self._combo(
            tr("Recipe"), tr("Networks to start from: kept, recent, all"), tr("Own recipe")
        )
        self.addSeparator()
        self._add_actions(actions)
        self._end = self.addSeparator()
        self.chip = ShownChip()
        self._build_status()
        self.rest = flat_button("toolbar-more", tr("More of the toolbar"), pixels=icon_px())
        menu_below(self.rest).aboutToShow.connect(self._fill_rest)
        self._rest = self.addWidget(self.rest)
        self.data.activated.connect(self._on_data_activated)
        self.presets.activated.connect(self._on_presets_activated)

    def _combo(self, title: str, help_text: str, empty: str) -> QComboBox:
        label = dim(title)
        label.setContentsMargins(SPACING // 2, 0, SPACING // 2, 0)
        combo = ElidedCombo()
        combo.setAccessibleName(title)
        combo.setToolTip(help_text)
        combo.setPlaceholderText(empty)
        combo.setMinimumWidth(_LIST_PX)
        combo.setMaximumWidth(_MAX_LIST_PX)
        narrow(combo, 8)
        combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        label.setBuddy(combo)
        self._titles.append(self.addWidget(label))
        self.addWidget(combo)
        return combo

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow the lists first, before the status of a training is cut.

        The widths follow from that of the window, not from the texts: otherwise they would never
        settle.
        """
        super().resizeEvent(event)
        is_wide = self.width() >= _ROOMY_PX
        for title in self._titles:
            title.setVisible(is_wide)
        self._move_to_rest()
        beyond = max(0, self.width() - grown_for_text(_TIGHT_PX))
        lists = (
            (self.data, _DATA_SHARE, _MAX_LIST_PX),
            (self.presets, _RECIPE_SHARE, _MAX_RECIPE_PX),
        )
        for combo, share, most in lists:
            least = max(_LIST_PX, combo.minimumSizeHint().width())
            combo.setMaximumWidth(max(least, min(_LIST_PX + round(share * beyond), most)))

    @property
    def _is_tight(self) -> bool:
        return self.width() < grown_for_text(_TIGHT_PX)

    def _move_to_rest(self) -> None:
        """Move the actions that do not fit out of the toolbar, and others back."""
        self._rest.setVisible(self._is_tight)
        # The button at the end stays in sight, whatever is left for the state of a training.
        is_narrow = self.width() < grown_for_text(_NARROW_PX)
        self._holder.setMinimumWidth(0 if is_narrow else _MIN_STATUS_PX)
        following = self._end
        for action, width in reversed(self._ordered):
            if self.width() < grown_for_text(width):
                self.removeAction(action)
                continue
            if action not in self.actions():
                self.insertAction(following, action)
            following = action

    @Slot()
    def _fill_rest(self) -> None:
        """Fill the menu of the rest with what the toolbar has no room for."""
        menu = self.rest.menu()
        menu.clear()
        for label in (self.status, self.estimate, self.device):
            is_cut = label.isHidden() or label.width() < label.sizeHint().width()
            if label.text() and is_cut:
                menu.addAction(label.text().replace("&", "&&")).setEnabled(False)
        menu.addSeparator()
        menu.addActions([action for action, _ in self._ordered if action not in self.actions()])
        if self.chip.has_weights and self.chip.isHidden():
            menu.addSeparator()
            for button in (self.chip.run, self.chip.weights):
                if not button.isHidden():
                    button.menu().setTitle(button.accessibleName())
                    menu.addMenu(button.menu())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Decide again what fits when the room or the texts in it have changed."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._show_what_fits()
        return super().eventFilter(watched, event)

    def _show_what_fits(self) -> None:
        """Show estimate and device as far as the result of a training is not cut by them.

        In a tight toolbar the weights are named briefly, and are in the menu of the rest if nothing
        else could be read beside them.
        """
        self.chip.set_room(is_brief=self._is_tight, fits=self._chip_fits())
        room = self._holder.width() - self._needed_width()
        # Words of larger text would take the room of the weights that are shown.
        is_wide = self.width() >= grown_for_text(_ROOMY_PX)
        for label, may_be_shown in ((self.estimate, True), (self.device, is_wide)):
            taken = label.sizeHint().width() + self._line.spacing()
            fits = not self.status.text() or taken <= room
            is_shown = may_be_shown and fits and bool(label.text())
            label.setVisible(is_shown)
            room -= taken if is_shown else 0

    def _chip_fits(self) -> bool:
        """Return whether the weights leave room for the beginning of the state of a training."""
        others = self._needed_width(self.chip) - self.status.sizeHint().width()
        chip = self.chip.sizeHint().width() + self._line.spacing()
        text = min(for_text(_MIN_TEXT_PX), self.status.sizeHint().width())
        return not self._is_tight or chip + others + text <= self._holder.width()

    def _needed_width(self, without: QWidget | None = None) -> int:
        """Return the width at which nothing is cut of what is always shown."""
        widgets = self._holder.findChildren(
            QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly
        )
        left_out = (self.estimate, self.device, without)
        widths = [
            widget.sizeHint().width()
            for widget in widgets
            if widget not in left_out and not widget.isHidden()
        ]
        margins = self._line.contentsMargins()
        gaps = self._line.spacing() * max(0, len(widths) - 1)
        return sum(widths) + gaps + margins.left() + margins.right()

    def _add_actions(self, actions: Actions) -> None:
        for spec in actions.specs:
            if not spec.in_toolbar:
                continue
            action = actions[spec.key]
            self.addAction(action)
            self._ordered.append((action, _IN_REST.get(spec.key, 0)))
            button = self.widgetForAction(action)
            if spec.is_main and isinstance(button, QToolButton):
                button.setProperty("main", True)
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
                # In menus the same action has the colour of text. The button takes the icon of
                # its action again whenever that has changed.
                dress = partial(button.setIcon, icon(spec.icon, "on_accent"))
                action.changed.connect(dress)
                dress()

    def _build_status(self) -> None:
        self.progress = QProgressBar()
        self.progress.setRange(0, _PROGRESS_STEPS)
        self.progress.setFixedHeight(2 * SPACING + 2)
        self.progress.setMinimumWidth(96)
        self.progress.setFont(figures_font(self.font()))
        self.progress.setAccessibleName(tr("Progress of the training"))
        self.estimate = dim()
        self.estimate.setFont(figures_font(self.font()))
        self.estimate.setAccessibleName(tr("What a training will cost"))
        self.status = ElidedLabel()
        self.status.setFont(figures_font(self.font()))
        self.status.setAccessibleName(tr("State of the training"))
        self.solve = QPushButton(tr("Show"))
        self.solve.setToolTip(tr("Show the setting with the problem"))
        self.solve.setAccessibleName(tr("Show the setting with the problem"))
        self.solve.hide()
        self.device = dim()
        self.status.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        widgets = (self.status, self.solve, self.device, 1)
        self._line = row(
            self.chip,
            self.estimate,
            (self.progress, 1000),
            *widgets,
            spacing=SPACING,
            margins=(SPACING // 2, 0, SPACING // 2, 0),
        )
        self._holder = holder = held(self._line)
        # In a narrow window the texts are elided, instead of hiding the whole widget.
        holder.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        holder.setMinimumWidth(_MIN_STATUS_PX)
        holder.installEventFilter(self)
        self.addWidget(holder)

    def add_badge(self, badge: QWidget) -> None:
        """Insert ``badge`` beside the chip of the weights that are shown."""
        self._line.insertWidget(1, badge)

    def set_data(
        self, offered: Sequence[tuple[DataEntry, QIcon]], key: str, name: str, edited: str = ""
    ) -> None:
        """Fill the list of data sets, followed by the ways to load others.

        ``key`` is the current set; if it is not offered, it is added as ``name``. ``edited``
        replaces its name if its samples were edited.
        """
        self._data_key = key
        with QSignalBlocker(self.data):
            self.data.clear()
            for index, (entry, picture) in enumerate(offered):
                if index and entry.is_users and not offered[index - 1][0].is_users:
                    self.data.insertSeparator(self.data.count())
                self._add_data(picture, entry.label, entry.key, entry.detail, entry.help)
            if self.data.findData(key) < 0:
                self.data.insertSeparator(self.data.count())
                self._add_data(icon("builder-folder"), name, key, tr("in use"), key)
            self.data.insertSeparator(self.data.count())
            for import_key, words, icon_name in WAYS:
                self.data.addItem(icon(icon_name), tr(words), f"{_IMPORT}{import_key}")
            current = self.data.findData(key)
            self.data.setCurrentIndex(current)
            if edited:
                self.data.setItemText(current, edited)

    def _add_data(self, picture: QIcon, label: str, key: str, detail: str, help_text: str) -> None:
        self.data.addItem(picture, label, key)
        row = self.data.count() - 1
        self.data.setItemData(row, detail, DETAIL_ROLE)
        self.data.setItemData(row, help_text, Qt.ItemDataRole.ToolTipRole)

    def set_presets(self, presets: Sequence[tuple[str, str, str]]) -> None:
        """Fill the list with recipes (key, name, notes), followed by the gallery."""
        with QSignalBlocker(self.presets):
            self.presets.clear()
            for key, name, notes in presets:
                self.presets.addItem(name, key)
                row = self.presets.count() - 1
                self.presets.setItemData(row, notes, Qt.ItemDataRole.ToolTipRole)
            self.presets.insertSeparator(self.presets.count())
            self.presets.addItem(icon("list"), tr("Gallery…"), _GALLERY)
            self.presets.setMaxVisibleItems(_MAX_SEEN)
            self.presets.setCurrentIndex(-1)
        self._show_preset()

    def set_preset(self, key: str | None) -> None:
        """Select the recipe that the draft equals; None for none."""
        self._preset = key
        self._show_preset()

    def _show_preset(self) -> None:
        key = self._preset
        with QSignalBlocker(self.presets):
            self.presets.setCurrentIndex(-1 if key is None else self.presets.findData(key))

    def set_locked(self, locked: bool) -> None:
        """Set whether data and recipe are locked."""
        self.data.setEnabled(not locked)
        self.presets.setEnabled(not locked)

    def set_progress(self, position: float, epoch: int, epochs: int) -> None:
        """Show ``position``, in epochs, and the number ``epoch`` of ``epochs``; 0 hide the bar."""
        self.progress.setVisible(epochs > 0)
        if epochs <= 0:
            return
        self.progress.setValue(round(_PROGRESS_STEPS * position / epochs))
        text = tr("{epoch:,} of {epochs:,}", epoch=epoch, epochs=epochs)
        available = self.progress.width() - SPACING
        fits = self.progress.fontMetrics().horizontalAdvance(text) <= available
        self.progress.setFormat(text if fits else "%p" + percent_sign())
        self.progress.setToolTip(
            trn("{epoch:,} of {n:,} epoch", "{epoch:,} of {n:,} epochs", epochs, epoch=epoch)
        )

    def set_estimate(self, text: str, details: str = "") -> None:
        """Show the estimated cost of a training, with details in the tooltip; "" hides it."""
        self.estimate.setText(text)
        self.estimate.setToolTip(details)
        self._show_what_fits()

    def set_status(self, text: str, device: str, tooltip: str = "", what: str = "") -> None:
        """Show status and device of the training; ``what`` says which weights it is of."""
        self.status.setText(text)
        self._show_what_fits()
        # The tooltip repeats the text and the device, which may be cut or hidden.
        self.status.setToolTip("\n".join(filter(None, (text, what, device))))
        self.status.setAccessibleDescription(what)
        self.solve.hide()
        self.device.setText(device)
        self.device.setToolTip(tooltip)

    def set_problems(self, text: str, messages: str) -> None:
        """Show that there are problems to solve before training; ``messages`` lists them."""
        self.set_status(text, "")
        self.status.setToolTip(messages)
        self.solve.show()

    @Slot(int)
    def _on_data_activated(self, index: int) -> None:
        key = self.data.itemData(index)
        # The selection follows the document, which reports its change.
        self.data.setCurrentIndex(self.data.findData(self._data_key))
        if key is None:
            return
        if key.startswith(_IMPORT):
            self.data_requested.emit(key.removeprefix(_IMPORT))
        else:
            self.data_chosen.emit(key)

    @Slot(int)
    def _on_presets_activated(self, index: int) -> None:
        key = self.presets.itemData(index)
        # The selection follows the draft, which reports its change.
        self._show_preset()
        if key == _GALLERY:
            self.gallery_requested.emit()
        elif key is not None:
            self.preset_chosen.emit(key)
