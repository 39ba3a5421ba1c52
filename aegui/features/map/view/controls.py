"""The controls on the map (zoom, fit, display options, follow, axes), and entries of its menus."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFrame, QLabel, QMenu, QToolButton, QWidget

from aegui.core.i18n import mark, tr, trn
from aegui.core.latent.fields import FIELDS
from aegui.features.map.view.navigation import ZOOM_STEP
from aegui.features.map.view.types import COLOURS, POINTS, MapStyle
from aegui.kit.choosing import menu_below, tick_entries
from aegui.kit.layouts import dim, row
from aegui.kit.marks import flat_button, flat_text
from aegui.kit.theme import icon, icon_px, icon_size
from aegui.widgets.rulers import axis_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aegui.core.choices import Choice


def add_item(menu: QMenu, text: str, then: Callable[[], object], keys: str = "") -> QAction:
    """Add an entry ``text`` to ``menu`` that calls ``then``; ``keys`` is shown as its shortcut."""
    # Sample names may contain ``&``: entries have no mnemonics.
    action = menu.addAction(text.replace("&", "&&"))
    action.triggered.connect(lambda: then())
    show_keys(action, keys)
    return action


def show_keys(action: QAction, keys: str) -> None:
    """Show ``keys`` beside an entry; the focused map handles the keys itself."""
    if keys:
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setShortcutVisibleInContextMenu(True)


class SelectionBar(QFrame):
    """Bar shown while samples are selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._label = QLabel(self)
        flat = partial(flat_button, pixels=icon_px())
        self.zoom = flat(
            "map-zoom-selection", tr("Zoom to the selection (Z)"), name=tr("Zoom to the selection")
        )
        tip = tr("List the selected samples, with actions")
        self.list = flat("list", tip, name=tr("List them"))
        self.clear = flat("close", tr("Clear the selection (Esc)"), name=tr("Clear the selection"))
        parts = (self._label, self.list, self.zoom, self.clear)
        self.setLayout(row(*parts, spacing=2, margins=(8, 2, 2, 2)))
        self.hide()

    def set_count(self, count: int) -> None:
        """Show ``count`` as the number of selected samples; 0 hides the bar."""
        self._label.setText(trn("{n:,} selected", "{n:,} selected", count))
        self.setVisible(count > 0)


_NO_ARROW = "QToolButton::menu-indicator { image: none; }"


class LayersButton(QToolButton):
    """A menu with an entry and a key for each layer."""

    layer_toggled = Signal(str)
    """Show or hide the layer of that key."""
    lens_toggled = Signal()
    """Show or hide the lens."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setIcon(icon("map-layers"))
        self.setIconSize(icon_size())
        self.setProperty("flat", True)
        self.setToolTip(tr("Layers of the map (1 to 7) and lens (N)"))
        self.setAccessibleName(tr("Layers"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setStyleSheet(_NO_ARROW)
        self._lens = QAction(tr("Lens: images around the cursor"), self)
        self._fill_menu(menu_below(self))

    def _fill_menu(self, menu: QMenu) -> None:
        self._layers = tick_entries(menu, ((key, tr(it.label)) for key, it in FIELDS.items()))
        for number, (key, action) in enumerate(self._layers.items(), start=1):
            show_keys(action, str(number))
            action.triggered.connect(lambda _on, key=key: self.layer_toggled.emit(key))
        menu.addSeparator()
        self._lens.setCheckable(True)
        self._lens.setToolTip(tr("Five by five images decoded around the cursor"))
        show_keys(self._lens, "N")
        self._lens.triggered.connect(lambda _on: self.lens_toggled.emit())
        menu.addAction(self._lens)
        self.set_layers((), {})

    def set_layers(self, chosen: Collection[str], reasons: Mapping[str, str]) -> None:
        """Check the chosen layers and disable the unavailable ones.

        Args:
            chosen: Keys of the layers that are shown.
            reasons: Why a layer is unavailable for the current network: key -> words.
        """
        for key, action in self._layers.items():
            action.setChecked(key in chosen)
            action.setEnabled(key not in reasons)
            action.setToolTip(reasons.get(key) or tr(FIELDS[key].help))

    def set_lens(self, shown: bool) -> None:
        """Check the entry of the lens if it is shown."""
        self._lens.setChecked(shown)

    def action(self, key: str) -> QAction:
        """Return the menu entry of the layer ``key``."""
        return self._layers[key]


SWITCHES = {
    "labels": mark("Labels of the dots"),
    "plane": mark("Decoded background"),
    "grid": mark("Grid lines"),
    "vivid": mark("Decoded background at full contrast"),
    "preview": mark("Decoded image at the cursor"),
    "legend": mark("Colours of the classes"),
    "prior": mark("Prior: mean, one and two standard deviations"),
    "ellipses": mark("Spread of each sample's posterior"),
    "minimap": mark("Overview while zoomed in"),
    "scale": mark("Scale bar"),
    "sharp": mark("Show the sample over a decoded copy of it (panel Cursor)"),
}
"""Display switches: field of ``MapStyle`` -> label."""


class ViewBar(QFrame):
    """Zoom, fit, lasso and display options."""

    zoom_requested = Signal(float)
    """Scale by that factor."""
    style_edited = Signal(object)
    """The edited ``MapStyle``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._style = MapStyle()
        flat = partial(flat_button, parent=self, pixels=icon_px())
        self.zoom_out = flat("map-zoom-out", tr("Zoom out (-)"), name=tr("Zoom out"))
        self.zoom_in = flat("map-zoom-in", tr("Zoom in (+)"), name=tr("Zoom in"))
        self.fit = flat("zoom-fit", tr("Show all codes (F or 0)"), name=tr("Fit"))
        tip = tr("Select samples by drawing around them (L, or drag with Shift; Ctrl adds)")
        self.lasso = flat("lasso", tip, name=tr("Lasso"))
        self.lasso.setCheckable(True)
        self.layers = LayersButton(self)
        self.show_menu = flat("map-show", tr("What the map shows"), name=tr("Show"))
        buttons = (self.zoom_out, self.zoom_in, self.fit, self.lasso, self.layers, self.show_menu)
        self.setLayout(row(*buttons, spacing=0, margins=(2, 2, 2, 2)))
        self.zoom_out.clicked.connect(lambda: self.zoom_requested.emit(1 / ZOOM_STEP))
        self.zoom_in.clicked.connect(lambda: self.zoom_requested.emit(ZOOM_STEP))
        self.show_menu.setMenu(self._build_menu())
        self.show_menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.show_menu.setStyleSheet(_NO_ARROW)
        self.set_style(self._style)

    def _build_menu(self) -> QMenu:
        menu = QMenu(tr("Show"), self)
        menu.addSection(tr("Samples"))
        self._points = _switches(menu, _labels(POINTS))
        group = QActionGroup(menu)
        for action in self._points.values():
            group.addAction(action)
        group.triggered.connect(self._on_points_triggered)
        menu.addSection(tr("Colours"))
        self._colours = _switches(menu, _labels(COLOURS))
        colours = QActionGroup(menu)
        for action in self._colours.values():
            colours.addAction(action)
        colours.triggered.connect(self._on_colours_triggered)
        menu.addSeparator()
        self._switches = _switches(menu, SWITCHES)
        for action in self._switches.values():
            action.triggered.connect(self._on_switch_triggered)
        return menu

    def set_style(self, style: MapStyle) -> None:
        """Check the menu entries that correspond to ``style``."""
        self._style = style
        self._points[style.points].setChecked(True)
        self._colours[style.colour].setChecked(True)
        for field, action in self._switches.items():
            action.setChecked(getattr(style, field))

    def _on_points_triggered(self, action: QAction) -> None:
        self.style_edited.emit(replace(self._style, points=action.data()))

    def _on_colours_triggered(self, action: QAction) -> None:
        self.style_edited.emit(replace(self._style, colour=action.data()))

    def _on_switch_triggered(self) -> None:
        shown: dict[str, Any] = {
            field: action.isChecked() for field, action in self._switches.items()
        }
        self.style_edited.emit(replace(self._style, **shown))


def _labels(table: Mapping[str, Choice]) -> dict[str, str]:
    return {key: choice.label for key, choice in table.items()}


def _switches(menu: QMenu, table: Mapping[str, str]) -> dict[str, QAction]:
    return tick_entries(menu, ((key, tr(label)) for key, label in table.items()))


class FollowButton(QFrame):
    """Button that lets the view follow the codes again, shown once the user has moved it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        tip = tr("Show all codes, and keep them in view while they move")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.button = flat_button("map-follow", tip, name=tr("Follow"), pixels=icon_px())
        self.button.setText(tr("Follow"))
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setLayout(row(self.button, margins=(2, 2, 2, 2)))
        self.hide()


class AxesBar(QFrame):
    """Choice of the plane shown on the map for codes of d > 2 numbers, and of the slider strip."""

    axes_edited = Signal(int, int)
    """The dimensions chosen for x and y."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        tip = tr("Show the plane through three other random codes")
        self.shuffle = flat_text(tr("Shuffle"), tip, self)
        self.x_choice, self.y_choice = QComboBox(self), QComboBox(self)
        switch = partial(flat_text, parent=self, checkable=True)
        self.spanned = switch(
            tr("PCA"), tr("Show the two directions of largest variance of the codes")
        )
        self.through_pins = switch(tr("Pins"))
        self.offered: NDArray[np.float32] | None = None
        """The three codes ``[3, d]`` that span the offered plane; None if there are none."""
        self.strip = switch(tr("Sliders"), tr("Change each number of the code by a slider"))
        self._axes = (0, 1)
        self._labels: list[QLabel] = []
        self._fitted_to = (0, 0, False)
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._switches = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._build()
        self.set_offered(None, ())

    def _build(self) -> None:
        self._rows.setContentsMargins(8, 4, 4, 4)
        self._rows.setSpacing(4)
        self._switches.setSpacing(4)
        layout = row()
        planes = row(self.spanned, self.shuffle, self.through_pins, 1)
        further = row(self.strip, 1)
        self._rows.addLayout(layout)
        self._rows.addLayout(self._switches)
        self._switches.addLayout(planes)
        self._switches.addLayout(further)
        for text, name, choice in (
            (tr("Across"), tr("Code number across"), self.x_choice),
            (tr("Up"), tr("Code number upwards"), self.y_choice),
        ):
            label = dim(text)
            choice.setAccessibleName(name)
            choice.setToolTip(name)
            choice.setMaxVisibleItems(16)
            choice.setPlaceholderText("–")
            choice.activated.connect(self._on_choice_activated)
            self._labels.append(label)
            layout.addWidget(label)
            layout.addWidget(choice)
        layout.addStretch(1)

    def set_width(self, width: int) -> None:
        """Lay out the controls in one row if ``width`` allows, else in two or three, unlabelled."""
        fitted_to = (width, self.x_choice.count(), self.spanned.isHidden())
        if fitted_to == self._fitted_to:
            return
        self._fitted_to = fitted_to
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        for rows, switches in ((across, across), (down, across), (down, down)):
            self._rows.setDirection(rows)
            self._switches.setDirection(switches)
            for label in self._labels:
                label.setVisible(rows == across)
            self._rows.activate()
            if self.sizeHint().width() <= width:
                break
        self.adjustSize()

    def set_random(self, random: bool) -> None:
        """Offer random planes instead of principal ones, for networks without codes of samples."""
        self.spanned.setHidden(random)
        self.shuffle.setVisible(random)

    def set_offered(self, codes: NDArray[np.float32] | None, names: Sequence[str]) -> None:
        """Offer the plane through three ``codes`` ``[3, d]`` named ``names``; None offers none.

        With None, three ``names`` are those of pins that lie on one line.
        """
        self.offered = codes
        self.through_pins.setEnabled(codes is not None or self.through_pins.isChecked())
        pins = ", ".join(names)
        if codes is not None:
            tip = tr("Show the plane through {pins}: the first three pins of the path", pins=pins)
        elif len(names) == 3:
            tip = tr("There is no plane through {pins}: they lie on one line", pins=pins)
        else:
            tip = tr("Pin three places to see the plane through them")
        self.through_pins.setToolTip(tip)

    def set_state(
        self,
        axes: tuple[int, int],
        size: int,
        *,
        spanned: bool,
        through_pins: bool = False,
        random: bool = False,
    ) -> None:
        """Show ``axes`` of ``size`` numbers as chosen, or the principal plane (``spanned``).

        With ``through_pins`` or ``random`` the directions are those of pins or of random codes. No
        number is chosen then, and choosing one leaves that plane.
        """
        for choice, axis in ((self.x_choice, axes[0]), (self.y_choice, axes[1])):
            if choice.count() != size:
                choice.clear()
                choice.addItems([axis_name(number) for number in range(size)])
            choice.setCurrentIndex(-1 if spanned or random else axis)
        self._axes = axes
        self.spanned.setChecked(spanned and not (through_pins or random))
        self.through_pins.setChecked(through_pins)
        self.through_pins.setEnabled(through_pins or self.offered is not None)

    def _on_choice_activated(self) -> None:
        before_x, before_y = self._axes
        x, y = self.x_choice.currentIndex(), self.y_choice.currentIndex()
        # If the previous plane had no axes, only one of the two has been chosen yet.
        x, y = (before_x if x < 0 else x), (before_y if y < 0 else y)
        if x == y:
            # Choosing the other axis's number swaps the two.
            x, y = (x, before_x) if x == before_y else (before_y, y)
        self.axes_edited.emit(x, y)
