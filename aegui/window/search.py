"""Entries of the search: actions, panels, settings, recipes, guide headings, samples."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from aegui.core.data.select import search
from aegui.core.folding import folded
from aegui.core.gallery import cards
from aegui.core.i18n import tr, trn
from aegui.core.recipe.settings import SECTIONS
from aegui.core.report.figure_ids import is_figure_id
from aegui.core.setup_line.reading import is_line
from aegui.kit.finder import Findable
from aegui.kit.keys import native_keys
from aegui.widgets.glyphs import label_name
from aegui.window.actions import MENUS
from aegui.window.help_viewer import guide_headings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray
    from PySide6.QtWidgets import QDockWidget

    from aegui.core.data.dataset import Dataset
    from aegui.window.actions import Actions

MAX_SEARCHED = 5000
"""Size of a set above which samples are not searched by name."""
_MIN_LETTERS = 2
_MAX_SAMPLES, _MAX_LISTED = 40, 8
SETTINGS_DOCK = "training"
"""Key of the panel with the settings of a recipe."""


def without_mnemonic(text: str) -> str:
    """Return a menu ``text`` without its mnemonic and its dots."""
    return text.replace("&", "").rstrip("…").rstrip(".")


def menu_path(menu: str) -> str:
    """Return the titles on the path to a menu, separated by ``›``."""
    parts = menu.split("/")
    paths = ("/".join(parts[: index + 1]) for index in range(len(parts)))
    return " › ".join(without_mnemonic(tr(MENUS[path].text)) for path in paths)


def action_entries(table: Actions) -> Iterator[Findable]:
    """Yield all visible actions."""
    for spec in table.specs:
        action = table[spec.key]
        if not action.isVisible():
            continue
        yield Findable(
            without_mnemonic(action.text()),
            action.statusTip(),
            menu_path(spec.menu),
            action.trigger,
            native_keys(action.shortcut()),
            action.isEnabled(),
        )


def panel_entries(docks: Mapping[str, QDockWidget]) -> Iterator[Findable]:
    """Yield all panels; choosing one shows it."""
    for dock in docks.values():
        if not dock.toggleViewAction().isVisible():
            continue
        text = tr("Show the panel {name}", name=dock.windowTitle())
        yield Findable(dock.windowTitle(), text, tr("Panel"), partial(show_dock, dock))


def line_entries(query: str, choose: Callable[[str], object]) -> list[Findable]:
    """Return an entry that opens the set-up ``query``, if it is a set-up line."""
    if not is_line(query):
        return []
    kind, title = tr("Set-up"), tr("Open this set-up")
    return [Findable(title, query.strip(), kind, partial(choose, query))]


def figure_entries(query: str, choose: Callable[[str], object]) -> list[Findable]:
    """Return an entry that reopens a figure of a report, if ``query`` is its id."""
    if not is_figure_id(query):
        return []
    title = tr("Open this figure again")
    return [Findable(title, query.strip(), tr("Hand-in"), partial(choose, query))]


def setting_entries(
    docks: Mapping[str, QDockWidget], arrange: Callable[[], object]
) -> Iterator[Findable]:
    """Yield all settings of data and training; ``arrange`` shows the panels for building."""

    def go(label: str) -> None:
        arrange()
        dock = docks[SETTINGS_DOCK]
        show_dock(dock)
        # Its fields are created when the dock is first visible.
        QTimer.singleShot(0, dock, lambda: _focus_named(dock, label))

    seen = set()
    for section in SECTIONS:
        for setting in section.settings:
            label, help_text = tr(setting.field.label), tr(setting.field.help)
            if (label, section.key) not in seen:
                seen.add((label, section.key))
                kind = tr("Setting: {section}", section=tr(section.title))
                yield Findable(label, help_text, kind, partial(go, label))


def recipe_entries(choose: Callable[[str], object]) -> Iterator[Findable]:
    """Yield the networks of the gallery; choosing one makes it the draft."""
    for card in cards():
        detail = f"{card.sees} ({card.key})" if card.sees else card.key
        yield Findable(card.name, detail, tr("Network"), partial(choose, card.key))


def lesson_entries(begin: Callable[[str], object]) -> Iterator[Findable]:
    """Yield the lessons that ship; choosing one continues it."""
    from aegui.core.lessons.lesson import lesson_cards  # imports all figures that lessons check

    for card in lesson_cards():
        yield Findable(card.title, card.about, tr("Lesson"), partial(begin, card.key))


def guide_entries(open_at: Callable[[str, str], object]) -> Iterator[Findable]:
    """Yield all headings of the guide."""
    for page, title, heading in guide_headings():
        detail = "" if heading == title else title
        yield Findable(heading, detail, tr("Guide"), partial(open_at, page, heading))


def sample_entries(
    dataset: Dataset, glyphs: bool, go: Callable[[NDArray[np.int64]], object], query: str
) -> list[Findable]:
    """Return the samples and classes that match all words of ``query``; ``go`` shows samples.

    Samples are found by names and keywords in any language of the program, characters by
    themselves; large sets only by their classes.
    """
    text = query.strip()
    if len(text) < (1 if glyphs else _MIN_LETTERS):
        return []
    several = 1 < len(dataset.classes) < len(dataset)
    entries = list(_class_entries(dataset, go, text)) if several else []
    if len(dataset) > MAX_SEARCHED:
        return entries
    if glyphs:
        # As letters of names they would match all.
        both = zip(dataset.labels, dataset.names, strict=True)
        chosen = np.flatnonzero([text in pair for pair in both])
    else:
        chosen = search(dataset, text)
    if len(chosen) > 1:
        title = trn("“{query}”: {n:,} sample", "“{query}”: {n:,} samples", len(chosen), query=text)
        detail = ", ".join(label_name(dataset.names[index]) for index in chosen[:_MAX_LISTED])
        entries.append(Findable(title, detail, tr("Samples"), partial(go, chosen)))
    for index in chosen[:_MAX_SAMPLES].tolist():
        label, name = dataset.labels[index], dataset.names[index]
        detail = label_name(label) if several else ""
        entries.append(
            Findable(label_name(name), detail, tr("Sample"), partial(go, np.array([index])))
        )
    return entries


def _class_entries(
    dataset: Dataset, go: Callable[[NDArray[np.int64]], object], text: str
) -> Iterator[Findable]:
    words = folded(text).split()
    for number, label in enumerate(dataset.classes):
        name = label_name(label)
        if all(word in folded(f"{name} {label}") for word in words):
            members = np.flatnonzero(dataset.class_indices == number)
            count = trn("{n:,} sample", "{n:,} samples", len(members))
            yield Findable(name, count, tr("Class"), partial(go, members))


def show_dock(dock: QDockWidget) -> None:
    """Raise ``dock``, and move the focus to it."""
    dock.show()
    dock.raise_()
    inside = dock.widget()
    if inside is not None:
        inside.setFocus(Qt.FocusReason.OtherFocusReason)


def _focus_named(within: QWidget, name: str) -> None:
    """Move the focus to the field with the accessible name ``name``, if it is visible."""
    for widget in within.findChildren(QWidget):
        if widget.accessibleName() == name and widget.isVisible() and widget.isEnabled():
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            return
