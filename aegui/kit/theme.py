"""Colours, spacing, fonts and icons: the single source of the program's look.

Widgets look up tokens (``current_theme().accent``) while painting and never store a colour, so that
a repaint is enough to follow a change of theme. Caches that contain colours are cleared in
``changeEvent`` at ``QEvent.Type.PaletteChange``.
"""

from __future__ import annotations

import contextlib
import functools
from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QIcon,
    QIconEngine,
    QImage,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer

from aegui.core.choices import table
from aegui.core.light_dataclass import dataclass
from aegui.paths import resources_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication

SPACING = 8
"""The unit of all distances, in logical pixels; halves and multiples are used too."""
RADIUS = 4
"""Corner radius of buttons, cards and fields, in logical pixels."""
_ICON_PX = 18
"""Side of an icon on a button."""
_BOX_PX, _CONTRAST_BOX_PX = 14, 11
"""Side of check boxes: as drawn by Fusion, and inside the border of the contrast theme's own."""
CONTROL_PX = 24
"""Least height of buttons, fields and check boxes, in logical pixels (WCAG 2.2, 2.5.8)."""
_SCROLL_BAR_PX = 12

_TABULAR = "tnum"


@dataclass(frozen=True, eq=False)
class Theme:
    """The colours of one appearance."""

    key: str
    """``light``, ``dark`` or ``contrast``."""
    window: QColor
    """Background behind the panels."""
    panel: QColor
    """Background of the content of a panel; text tokens are legible on it."""
    raised: QColor
    """Background of cards, buttons and fields on a panel."""
    border: QColor
    """Edges of raised elements."""
    text: QColor
    """Primary text."""
    text_dim: QColor
    """Secondary text: units, hints, axis figures."""
    accent: QColor
    """The single highlight colour: focus, selection, the main button."""
    on_accent: QColor
    """Text on ``accent``."""
    good: QColor
    """Success, always with a word or an icon beside it."""
    warn: QColor
    """Caution, likewise."""
    bad: QColor
    """Error, likewise."""
    grid: QColor
    """Lines without meaning: grids, separators."""
    pixel_on: QColor
    """A pixel of value 1."""
    pixel_off: QColor
    """A pixel of value 0."""
    series: tuple[QColor, ...]
    """Eight colours for curves, distinguishable with common colour blindness."""

    @functools.cached_property
    def is_dark(self) -> bool:
        """Return whether the text is lighter than the background."""
        return self.window.lightness() < self.text.lightness()


def _colours(*names: str) -> tuple[QColor, ...]:
    return tuple(QColor(name) for name in names)


LIGHT = Theme(
    key="light",
    window=QColor("#eceef1"),
    panel=QColor("#fafbfc"),
    raised=QColor("#ffffff"),
    border=QColor("#c5cad3"),
    text=QColor("#1b1f26"),
    text_dim=QColor("#5a6270"),
    accent=QColor("#2f5bd0"),
    on_accent=QColor("#ffffff"),
    good=QColor("#1a7440"),
    warn=QColor("#8f5300"),
    bad=QColor("#b92c2c"),
    grid=QColor("#dde1e7"),
    pixel_on=QColor("#1b1f26"),
    pixel_off=QColor("#f1f3f6"),
    series=_colours(
        "#2f5bd0", "#b8510b", "#0b7a6b", "#a02c7d", "#6d6a00", "#0e7bb0", "#8a4b2f", "#5a6270"
    ),
)

DARK = Theme(
    key="dark",
    window=QColor("#13151a"),
    panel=QColor("#1a1d23"),
    raised=QColor("#252932"),
    border=QColor("#3a404c"),
    text=QColor("#e8eaee"),
    text_dim=QColor("#a2a9b6"),
    accent=QColor("#86abff"),
    on_accent=QColor("#0e1524"),
    good=QColor("#6fce95"),
    warn=QColor("#f0b455"),
    bad=QColor("#ff8c85"),
    grid=QColor("#2c313b"),
    pixel_on=QColor("#f0f2f6"),
    pixel_off=QColor("#262b35"),
    series=_colours(
        "#86abff", "#f3a05c", "#57c9b5", "#e58cc9", "#d3cf5e", "#5fc3f0", "#d39b7d", "#a2a9b6"
    ),
)

CONTRAST = Theme(
    key="contrast",
    window=QColor("#000000"),
    panel=QColor("#000000"),
    raised=QColor("#000000"),
    border=QColor("#ffffff"),
    text=QColor("#ffffff"),
    text_dim=QColor("#e4e4e4"),
    accent=QColor("#5cd0ff"),
    on_accent=QColor("#000000"),
    good=QColor("#6dffa0"),
    warn=QColor("#ffd84d"),
    bad=QColor("#ffa39c"),
    grid=QColor("#3a3a3a"),
    pixel_on=QColor("#ffffff"),
    pixel_off=QColor("#000000"),
    series=_colours(
        "#5cd0ff", "#ffb066", "#6dffa0", "#ff9adf", "#fff06a", "#b7a6ff", "#ffc9a3", "#e4e4e4"
    ),
)
"""Only black, white and saturated colours; text contrast is at least 7:1 (WCAG 2.2, 1.4.6)."""

THEMES = table(LIGHT, DARK, CONTRAST)


class _ThemeState:
    """The current theme and text size: one per process, as the QApplication."""

    theme = LIGHT
    text_size = 1.0


def current_theme() -> Theme:
    """Return the current theme; LIGHT before ``apply_theme`` is called."""
    return _ThemeState.theme


def set_text_size(app: QApplication, base: QFont, size: float) -> None:
    """Set the font size to ``size`` times that of ``base``; windows are recreated afterwards."""
    font = QFont(base)
    if base.pointSizeF() > 0:
        font.setPointSizeF(size * base.pointSizeF())
    else:
        font.setPixelSize(round(size * base.pixelSize()))
    _ThemeState.text_size = size
    app.setFont(font)


def for_text(pixels: int) -> int:
    """Scale ``pixels`` by the text size, e.g. for the height of rows of text."""
    return round(pixels * _ThemeState.text_size)


def grown_for_text(pixels: int) -> int:
    """Scale ``pixels`` by the text size, but never down, e.g. for the width of panels."""
    return max(pixels, for_text(pixels))


def icon_px(usual: int = _ICON_PX) -> int:
    """Return the side of icons; they grow half as much as the text, to keep rows short."""
    return round(usual * (1.0 + max(0.0, _ThemeState.text_size - 1.0) / 2.0))


def icon_size() -> QSize:
    """Return the size of icons, for buttons and tables."""
    return QSize(icon_px(), icon_px())


@contextlib.contextmanager
def painted_in(theme: Theme) -> Iterator[None]:
    """Paint in ``theme`` within the context, as for paper; the window keeps its own."""
    before, _ThemeState.theme = _ThemeState.theme, theme
    try:
        yield
    finally:
        _ThemeState.theme = before


def theme_named(key: str, app: QApplication) -> Theme:
    """Return the theme of a setting; ``system`` is the preference of the desktop."""
    if key in THEMES:
        return THEMES[key]
    # Keep a reference: the child object would be deleted with a temporary wrapper.
    hints = app.styleHints()
    preference = hints.accessibility().contrastPreference()
    if preference is Qt.ContrastPreference.HighContrast:
        return CONTRAST
    return DARK if hints.colorScheme() is Qt.ColorScheme.Dark else LIGHT


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Apply ``theme`` to the whole program; may be called again at any time."""
    _ThemeState.theme = theme
    sheet, before = _style_sheet(theme), app.styleSheet()
    if not before:
        app.setStyle("Fusion")
    elif before != sheet:
        # A sheet that replaces another polishes each widget again for each of its ancestors:
        # removing the old one first takes a third of the time.
        app.setStyleSheet("")
    app.setPalette(theme_palette(theme))
    if before != sheet:
        # Setting the sheet repolishes every widget, and thereby clears their caches.
        app.setStyleSheet(sheet)


def theme_palette(theme: Theme) -> QPalette:
    """Return the Qt palette made of the tokens of ``theme``."""
    role = QPalette.ColorRole
    colours = {
        # Widgets other than panels, such as the toolbar, get their background from the style sheet.
        role.Window: theme.panel,
        role.WindowText: theme.text,
        role.Base: theme.raised,
        role.AlternateBase: theme.panel,
        role.Text: theme.text,
        role.PlaceholderText: theme.text_dim,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.bad,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Light: theme.raised,
        role.Midlight: theme.grid,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Shadow: theme.border.darker(),
    }
    palette = QPalette()
    for name, colour in colours.items():
        palette.setColor(name, colour)
    faded = blend(theme.text_dim, theme.panel, 0.55)
    texts = (role.WindowText, role.Text, role.PlaceholderText, role.ButtonText)
    for name in (*texts, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, faded)
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, theme.border)
    # With the background of an enabled field, an empty disabled one would look editable.
    palette.setColor(QPalette.ColorGroup.Disabled, role.Base, theme.panel)
    return palette


def blend(over: QColor, under: QColor, share: float) -> QColor:
    """Mix ``share`` (0..1) of ``over`` with the rest of ``under``."""
    mixed = (
        share * a + (1.0 - share) * b
        for a, b in zip(over.getRgb()[:3], under.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return QColor(*(round(value) for value in mixed))


def contrast(a: QColor, b: QColor) -> float:
    """Return the contrast ratio 1..21 of two opaque colours (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return (
        0.2126 * linear(colour.redF())
        + 0.7152 * linear(colour.greenF())
        + 0.0722 * linear(colour.blueF())
    )


def figures_font(base: QFont, *, scale: float = 1.0, bold: bool = False) -> QFont:
    """Return ``base`` with tabular figures, so that changing numbers do not shift."""
    font = QFont(base)
    tag = QFont.Tag.fromString(_TABULAR)
    if tag is not None:
        font.setFeature(tag, 1)
    if scale != 1.0:
        font.setPointSizeF(font.pointSizeF() * scale)
    font.setBold(bold)
    return font


def icon(name: str, token: str = "text") -> QIcon:
    """Return the icon ``resources/icons/<name>.svg`` in colour ``token`` of the current theme.

    The icon follows changes of the theme. Disabled icons are faded; those of a checked button use
    the accent colour.
    """
    return QIcon(_TintedEngine(name, token))


def icon_pixmap(name: str, size_px: int, token: str = "text", ratio: float = 1.0) -> QPixmap:
    """Return the icon as a pixmap of ``size_px`` logical pixels in the current theme."""
    return _tinted(name, size_px, getattr(current_theme(), token), ratio)


@cache
def _svg(name: str) -> bytes:
    return (resources_dir() / "icons" / f"{name}.svg").read_bytes()


def _tinted(name: str, size_px: int, colour: QColor, ratio: float) -> QPixmap:
    side = max(1, round(size_px * ratio))
    pixmap = QPixmap.fromImage(_drawn(name, side, colour.rgba()))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


@cache
def _drawn(name: str, side: int, rgba: int) -> QImage:
    # Images, not pixmaps: the cache outlives the application.
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(_svg(name))).render(painter, QRectF(0, 0, side, side))
    # The SVGs are monochrome: keep their alpha and replace the colour.
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(0, 0, side, side, QColor.fromRgba(rgba))
    painter.end()
    return image


class _TintedEngine(QIconEngine):
    """Draws an SVG in the colours of the current theme at the time of painting."""

    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name = name
        self._token = token

    def clone(self) -> QIconEngine:
        return _TintedEngine(self._name, self._token)

    def key(self) -> str:
        return "aegui-tinted"

    def isNull(self) -> bool:
        return False

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        theme = current_theme()
        colour: QColor = getattr(theme, self._token)
        if mode is QIcon.Mode.Disabled:
            # Faded text for any token: one meant for an accent background would be lost on another.
            return blend(theme.text, theme.panel, 0.35)
        if state is QIcon.State.On and self._token == "text":
            return theme.accent
        return colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        ratio = painter.device().devicePixelRatio()
        pixmap = _tinted(self._name, side, self._colour(mode, state), ratio)
        painter.drawPixmap(
            rect.x() + (rect.width() - side) // 2, rect.y() + (rect.height() - side) // 2, pixmap
        )

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return _tinted(self._name, min(size.width(), size.height()), self._colour(mode, state), 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        # ``size`` is in logical pixels.
        side = min(size.width(), size.height())
        return _tinted(self._name, side, self._colour(mode, state), scale)


def done_ground(theme: Theme) -> QColor:
    """Return the colour of the filled part of a progress bar, on which its text stays legible."""
    return blend(theme.accent, theme.grid, 0.2 if theme is CONTRAST else 0.45)


def handle_ground(theme: Theme) -> QColor:
    """Return the colour of a scroll bar handle, which contrasts with the groove."""
    return blend(theme.text_dim, theme.grid, 0.8)


_EDGES = """
QPushButton {{
    border: 1px solid {text}; border-radius: {radius}px; padding: 2px 12px; background: {raised};
}}
QPushButton:focus, QPushButton:hover {{ border: 2px solid {accent}; }}
QPushButton:disabled {{ border-color: {grid}; }}
QLineEdit {{
    border: 1px solid {text}; border-radius: {radius}px; padding: 2px 4px; background: {raised};
}}
QLineEdit:focus {{ border: 2px solid {accent}; }}
QLineEdit:disabled {{ border-color: {grid}; }}
QComboBox, QAbstractSpinBox, QToolButton {{
    border: 1px solid {text}; border-radius: {radius}px; padding: 0px 4px; background: {raised};
}}
QComboBox:focus, QAbstractSpinBox:focus {{ border: 2px solid {accent}; }}
QToolButton:focus {{ border-color: {accent}; }}
QComboBox:disabled, QAbstractSpinBox:disabled, QToolButton:disabled {{ border-color: {grid}; }}
QToolBar QToolButton:disabled, QToolButton[flat="true"]:disabled {{ border-color: transparent; }}
QComboBox QLineEdit, QAbstractSpinBox QLineEdit, QAbstractItemView QLineEdit {{
    border: none; padding: 0px;
}}
QComboBox::drop-down {{ border: none; width: 20px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
    subcontrol-origin: border; border: none; width: 16px; margin: 2px;
}}
QAbstractSpinBox::up-button {{ subcontrol-position: top right; }}
QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; }}
QAbstractSpinBox::up-arrow, QAbstractSpinBox::down-arrow, QComboBox::down-arrow {{
    width: 0px; height: 0px; border-left: 4px solid {raised}; border-right: 4px solid {raised};
}}
QAbstractSpinBox::up-arrow {{ border-bottom: 5px solid {text}; }}
QAbstractSpinBox::down-arrow, QComboBox::down-arrow {{ border-top: 5px solid {text}; }}
QAbstractSpinBox::up-arrow:off, QAbstractSpinBox::up-arrow:disabled {{
    border-bottom-color: {grid};
}}
QAbstractSpinBox::down-arrow:off, QAbstractSpinBox::down-arrow:disabled,
QComboBox::down-arrow:disabled {{ border-top-color: {grid}; }}
QCheckBox::indicator, QRadioButton::indicator, QAbstractItemView::indicator {{
    border: 2px solid {text}; background: {raised};
}}
QRadioButton::indicator {{ border-radius: {round}px; }}
QCheckBox::indicator:checked, QRadioButton::indicator:checked,
QAbstractItemView::indicator:checked {{ background: {accent}; border: 2px solid {text}; }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ border-color: {grid}; }}
"""
"""Borders for the contrast theme: Fusion's are a shade of the background, invisible on black.

A style sheet that gives a spin box its border has to draw the arrows too: corners of wide borders.
"""


_BOXES = """
QCheckBox::indicator:unchecked:enabled, QAbstractItemView::indicator:unchecked:enabled {{
    border: 1px solid {dim}; border-radius: 2px;
}}
QRadioButton::indicator:unchecked:enabled {{ border: 1px solid {dim}; border-radius: {round}px; }}
"""
"""Borders of unchecked boxes in the dark theme, where Fusion's are darker than the background."""
_BOX_SIZE = """
QCheckBox::indicator, QRadioButton::indicator, QAbstractItemView::indicator {{
    width: {box}px; height: {box}px;
}}
"""


def _style_sheet(theme: Theme) -> str:
    """Return rules for what the palette cannot express; few, as each adds cost to every polish."""
    text, dim, accent = theme.text.name(), theme.text_dim.name(), theme.accent.name()
    border, grid = theme.border.name(), theme.grid.name()
    raised, window = theme.raised.name(), theme.window.name()
    hover = blend(theme.accent, theme.raised, 0.14).name()
    chosen = blend(theme.accent, theme.raised, 0.26).name()
    side = _CONTRAST_BOX_PX if theme is CONTRAST else _BOX_PX
    box = grown_for_text(side)
    edges = _EDGES.format(
        text=text, accent=accent, grid=grid, raised=raised, radius=RADIUS, round=box // 2 + 2
    )
    boxes = _BOXES.format(dim=dim, round=box // 2)
    edges = {CONTRAST.key: edges, DARK.key: boxes}.get(theme.key, "")
    # The style draws indicators at a fixed size, independent of the font.
    has_own_size = theme is CONTRAST or box > side
    edges += _BOX_SIZE.format(box=box) if has_own_size else ""
    edges += f"QTabBar::scroller {{ width: {2 * box}px; }}" if box > side else ""
    return f"""{edges}
QMainWindow, QMenuBar {{ background: {window}; }}
QMenuBar::item {{ padding: 9px 8px; background: transparent; border-radius: {RADIUS}px; }}
QMenuBar::item:selected {{ background: {hover}; }}
QToolTip {{ color: {text}; background: {raised}; border: 1px solid {border}; padding: 4px; }}
QMainWindow::separator {{ background: {window}; width: 4px; height: 4px; }}
QMainWindow::separator:hover {{ background: {accent}; }}
QToolBar {{ background: {window}; border: none; spacing: 4px; padding: 4px 8px; }}
QAbstractSpinBox, QComboBox, QPushButton, QToolButton, QCheckBox, QRadioButton, QLineEdit {{
    min-height: {for_text(CONTROL_PX)}px;
}}
QToolBar QToolButton, QToolButton[flat="true"] {{
    background: transparent; border: 1px solid transparent; border-radius: {RADIUS}px; padding: 4px;
    min-height: {CONTROL_PX - 8}px;
}}
QToolButton[snug="true"] {{ padding: 4px 0px; }}
QToolButton[swatch="true"] {{ padding: 2px 4px; }}
QToolBar QToolButton:hover, QToolButton[flat="true"]:hover {{ background: {hover}; }}
QToolBar QToolButton:pressed, QToolBar QToolButton:checked,
QToolButton[flat="true"]:pressed, QToolButton[flat="true"]:checked {{ background: {chosen}; }}
QToolBar QToolButton:focus, QToolButton[flat="true"]:focus {{ border-color: {accent}; }}
QToolBar QToolButton[chip="true"] {{ border-color: {border}; padding-right: 14px; }}
QToolBar QToolButton[chip="true"]:focus {{ border-color: {accent}; }}
QToolButton[main="true"], QPushButton[main="true"] {{
    background: {accent}; color: {theme.on_accent.name()}; border: 1px solid {accent};
    border-radius: {RADIUS}px; padding: 4px 12px; font-weight: 600; min-height: {CONTROL_PX - 8}px;
}}
QToolBar QToolButton[main="true"]:hover, QPushButton[main="true"]:hover {{
    background: {blend(theme.accent, theme.text, 0.85).name()};
}}
QPushButton[main="true"] {{ min-height: {for_text(CONTROL_PX) - 2}px; }}
QToolButton[main="true"]:focus, QPushButton[main="true"]:focus {{ border-color: {text}; }}
QToolButton[main="true"]:disabled, QPushButton[main="true"]:disabled {{
    background: {raised}; color: {dim}; border-color: {grid};
}}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QInputDialog QLineEdit, QInputDialog QAbstractSpinBox {{ min-width: {for_text(320)}px; }}
QDockWidget {{ color: {dim}; font-weight: 600; }}
QDockWidget::title {{ background: {window}; padding: 4px 8px; text-align: left; }}
QTabBar::tab {{
    background: transparent; color: {dim}; padding: 5px 12px; border: none;
    border-bottom: 2px solid transparent;
}}
QTabBar::tab:selected {{ color: {text}; border-bottom-color: {accent}; }}
QTabBar::tab:hover {{ color: {text}; }}
QTabBar::tab:focus {{ background: {hover}; }}
QMainWindow > QTabBar {{ qproperty-elideMode: ElideNone; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {grid}; }}
QScrollArea {{ border: none; background: transparent; }}
QScrollArea > QWidget > QWidget {{ background: transparent; }}
QScrollArea[ground="true"] {{ background: {theme.panel.name()}; }}
QLabel[dim="true"] {{ color: {dim}; }}
QLabel[heading="true"] {{ font-weight: 600; }}
QLabel[state="good"] {{ color: {theme.good.name()}; }}
QLabel[state="warn"] {{ color: {theme.warn.name()}; }}
QLabel[state="bad"] {{ color: {theme.bad.name()}; }}
QAbstractSpinBox QLineEdit, QComboBox QLineEdit, QLineEdit QToolButton {{ min-height: 0px; }}
QScrollBar {{ background: {grid}; border: none; margin: 0px; }}
QScrollBar:vertical {{ width: {_SCROLL_BAR_PX}px; }}
QScrollBar:horizontal {{ height: {_SCROLL_BAR_PX}px; }}
QScrollBar::handle {{
    background: {handle_ground(theme).name()}; border-radius: {RADIUS}px; margin: 2px;
}}
QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {accent}; }}
QScrollBar::handle:vertical {{ min-height: {2 * CONTROL_PX}px; }}
QScrollBar::handle:horizontal {{ min-width: {2 * CONTROL_PX}px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0px; height: 0px; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
QFrame[card="true"] {{
    background: {raised}; border: 1px solid {border}; border-radius: {RADIUS}px;
}}
QFrame[strip="true"] {{
    background: {raised}; border: 1px solid {border}; border-left: 3px solid {theme.warn.name()};
    border-radius: {RADIUS}px;
}}
QProgressBar {{
    background: {grid}; border: none; border-radius: 3px; text-align: center; color: {text};
}}
QProgressBar::chunk {{ background: {done_ground(theme).name()}; border-radius: 3px; }}
QLabel[note="true"] {{
    background: {raised}; color: {text}; border: 1px solid {theme.warn.name()};
    border-radius: {RADIUS}px; padding: 4px 6px;
}}
"""
