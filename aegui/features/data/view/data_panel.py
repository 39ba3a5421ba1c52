"""The data panel: the current set, the selection of samples, split and augmentation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QWidget,
)

from aegui.core.data.builtin import BUILTIN_SETS
from aegui.core.data.emoji import EMOJI, EMOJI_KINDS
from aegui.core.fields import fields_of
from aegui.core.folding import folded
from aegui.core.i18n import localized, tr, trn
from aegui.core.recipe import AugmentSpec, ImageSpec
from aegui.core.recipe.settings import SAMPLES, setting_at
from aegui.features.data.view.card_box import CardBox
from aegui.features.data.view.class_list import ClassList
from aegui.features.data.view.shares import SharesBox
from aegui.kit.layouts import column, dim, heading, held, row, scrolled
from aegui.kit.marks import ElidedLabel, ProblemLabel, search_field, wrapped_label
from aegui.kit.splitter import Splitter
from aegui.kit.theme import SPACING
from aegui.session.data.data_view import by_kind
from aegui.session.jobs.clock import one_shot
from aegui.widgets.form.editors import GreyField, make_editor
from aegui.widgets.form.field_menu import FieldMenu, vary_words
from aegui.widgets.form.fields import CountField
from aegui.widgets.form.form import Form
from aegui.widgets.form.section import FoldingPanel, FoldingSection
from aegui.widgets.gallery import Gallery
from aegui.widgets.glyphs import label_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aegui.core.data.card import DataCard
    from aegui.core.data.dataset import Dataset
    from aegui.core.recipe import DataSpec, SplitSpec
    from aegui.core.recipe.settings import Setting
    from aegui.session.data.data_view import DataView

_REST_MS = 250
_SHARES = (400, 500)
"""Initial heights of the samples and of the sections below, in proportion."""
_SECTIONS = ("classes", "shares", "augment", "card")


class DataPanel(FoldingPanel):
    """Passive but for its signals; the owner fills ``menu`` with the available sets."""

    data_edited = Signal(object, object)
    """The data asked for, and the text of the undo step."""
    search_changed = Signal(str)
    """Samples whose name matches are to be shown; "" shows all."""
    only_requested = Signal(object)
    """Select only the samples with these indices into the pool."""
    vary_requested = Signal(str)
    """The field at that path of the recipe is to be varied in a study."""

    def __init__(self) -> None:
        super().__init__()
        self._view: DataView | None = None
        self._found: NDArray[np.int64] | None = None
        self.title = heading(ElidedLabel())
        self.facts = dim(ElidedLabel())
        self.menu = QMenu(self)
        self.choose = QPushButton(tr("Choose…"))
        of_images = fields_of(ImageSpec)
        side, grey = (make_editor(of_images[name]) for name in ("width", "channels"))
        assert isinstance(side, CountField)
        assert isinstance(grey, GreyField)
        self.side, self.grey = side, grey
        self.problem = ProblemLabel()
        self.warning = ProblemLabel(state="warn")
        self.search = search_field(tr("Search by name"), tr("Search samples by name"))
        self.left_out = QToolButton()
        self.found = dim(wrapped_label())
        self.only_found = QPushButton(tr("Only these"))
        self.gallery = Gallery()
        self.kinds = QCheckBox(tr("By kind: faces, hearts, cats…"))
        self.classes = ClassList()
        self.characters = QPushButton(tr("Choose characters…"))
        self.shares = SharesBox()
        self.augment = Form(AugmentSpec())
        self.card = CardBox()
        self._typing = one_shot(self, self._on_typing_timeout, _REST_MS)
        self._build_head()
        self._build_search()
        self._build_sections()
        self._lay_out()
        self._connect()

    # -- parts -----------------------------------------------------------------------------------

    def _build_head(self) -> None:
        self.choose.setToolTip(tr("Use another set: a built-in one, or your own"))
        self.choose.setMenu(self.menu)
        self.menu.setToolTipsVisible(True)
        self.side.setAccessibleName(tr("Width and height of the images"))
        self.side.setToolTip(tr("Pixels across and down: twice as many are four times the work"))
        self._sizes = held(row(dim(tr("Size")), self.side, self.grey, 1))
        self._sizes.hide()

    def _build_search(self) -> None:
        self.left_out.setText(tr("Left out too"))
        self.left_out.setToolTip(tr("Also show the excluded samples, faded"))
        self.left_out.setCheckable(True)
        self.only_found.setToolTip(tr("Use only the samples found"))

    def _build_sections(self) -> None:
        for key, title in zip(
            _SECTIONS,
            (
                tr("Classes"),
                tr("Training and validation"),
                tr("Augmentation"),
                tr("About this set"),
            ),
            strict=True,
        ):
            self.sections[key] = FoldingSection(title)
        self.kinds.setToolTip(
            tr("The 99 sub-groups of the emojis are the classes, in place of the nine groups")
        )
        self.sections["classes"].add_row(self.kinds)
        self.sections["classes"].add_row(self.classes)
        self.sections["classes"].add_row(self.characters)
        self.sections["shares"].add_row(self.shares)
        self._build_augmentation(self.sections["augment"])
        self.sections["card"].add_row(self.card)
        self.set_open_sections(("classes", "shares"))

    def _build_augmentation(self, section: FoldingSection) -> None:
        hint = dim(wrapped_label(tr("Each time a sample is used, it is varied at random.")))
        section.add_row(hint)
        section.add_row(self.augment)

    def _lay_out(self) -> None:
        words = column(self.title, self.facts, spacing=2)
        head = row((words, 1), self.choose, margins=(0, 0, SPACING, 0))
        parts = ((self._samples(), 4), (self._scroll(), 5))
        split = Splitter("data", *parts, sizes=_SHARES, orientation=Qt.Orientation.Vertical)
        self.setLayout(
            column(
                head,
                self._sizes,
                self.problem,
                self.warning,
                (split, 1),
                spacing=SPACING,
                margins=(SPACING, SPACING, 0, 0),
            )
        )

    def _samples(self) -> QWidget:
        line = row((self.search, 1), self.left_out, margins=(0, 0, SPACING, 0))
        results = row((self.found, 1), self.only_found, margins=(0, 0, SPACING, 0))
        self.only_found.hide()
        return held(column(line, results, (self.gallery, 1)))

    def _scroll(self) -> QScrollArea:
        sections = self.sections.values()
        return scrolled(held(column(*sections, 1, spacing=2, margins=(0, 0, SPACING, SPACING))))

    def _connect(self) -> None:
        self.search.textChanged.connect(self._typing.start)
        self.left_out.toggled.connect(self._show_samples)
        self.only_found.clicked.connect(self._on_only_found_clicked)
        self.classes.chosen_changed.connect(self._on_classes_chosen_changed)
        self.kinds.clicked.connect(self._on_kinds_clicked)
        self.shares.split_edited.connect(self._on_shares_split_edited)
        self.shares.count_edited.connect(self._on_shares_count_edited)
        self.side.edited.connect(lambda pixels: self._edit_images(width=pixels, height=pixels))
        self.grey.edited.connect(lambda channels: self._edit_images(channels=channels))
        self.augment.edited.connect(lambda augment: self._edit(tr("Augmentation"), augment=augment))
        for setting, fields in self._varied():
            words = vary_words(tr(setting.field.label))
            for field in fields:
                menu = FieldMenu(field, partial(dict, {setting.path: words}))
                menu.vary_requested.connect(self.vary_requested)

    def _varied(self) -> tuple[tuple[Setting, tuple[QWidget, ...]], ...]:
        """Return the settings that a study can vary, with the widgets that get the menu."""
        shares, augment = self.shares.form, self.augment.fields
        source, chars = (setting_at(f"data.{name}") for name in ("source", "chars"))
        of_samples = (
            (shares.boxes["count"], shares.fields["count"]),
            (shares.fields["split.validation"],),
            (shares.fields["split.seed"],),
            (augment["flip"],),
            (augment["shift"],),
        )
        return (
            (source, (self.choose, self.title)),
            (chars, (self.characters,)),
            *zip(SAMPLES, of_samples, strict=True),
        )

    # -- what is shown ---------------------------------------------------------------------------

    def set_state(self, title: str, view: DataView, problem: str = "", remedy: str = "") -> None:
        """Show the draft's data; ``problem`` says why they cannot be trained on.

        ``remedy`` is the text of a button that solves it.
        """
        before, self._view = self._view, view
        self.title.setText(title)
        self.title.setToolTip(title)
        self.facts.setText(_facts(view))
        self.problem.set_text(problem, remedy)
        if before is None or before.pool is not view.pool:
            self.gallery.set_samples(view.pool.images, view.pool.labels, view.pool.names)
            self.left_out.setChecked(False)
            self._found = None
            if self.search.text():
                self.search_changed.emit(self.search.text())
        self._show_size(view)
        self._show_classes(view)
        self._show_use(view)
        if before is None or before.selected is not view.selected:
            self._show_samples()

    def set_found(self, indices: NDArray[np.int64] | None) -> None:
        """Show only the samples at ``indices`` of the pool; None ends the search."""
        self._found = indices
        self._show_samples()

    def set_card(self, dataset: Dataset, card: DataCard | None) -> None:
        """Show the card of ``dataset``; None while it is being computed."""
        self.card.set_card(dataset, card)
        # The first warning is always visible; all are listed in the card, which may be folded.
        self.warning.set_text(card.warnings[0] if card is not None and card.warnings else "")
        self.sections["card"].header.set_summary(
            "" if card is None else self.card.summary(), card is not None and bool(card.warnings)
        )

    def set_locked(self, locked: bool) -> None:
        """Set whether editing is disabled."""
        for part in (self.choose, self.only_found, self.classes, self.characters, self.shares):
            part.setEnabled(not locked)
        self.kinds.setEnabled(not locked)
        self._sizes.setEnabled(not locked)
        self.augment.setEnabled(not locked)

    def _show_size(self, view: DataView) -> None:
        """Show the fields for size and colour if the set is available in any size."""
        known, images = BUILTIN_SETS.get(view.spec.source), view.spec.images
        self._sizes.setVisible(known is not None and known.any_size)
        self.side.set_value(images.width)
        self.grey.set_value(images.channels)

    def _show_classes(self, view: DataView) -> None:
        self.sections["classes"].setVisible(view.has_classes or view.has_characters)
        self.kinds.setVisible(view.spec.source in (EMOJI, EMOJI_KINDS))
        self.kinds.setChecked(view.spec.source == EMOJI_KINDS)
        self.classes.setVisible(view.has_classes)
        self.characters.setVisible(view.has_characters)
        if not view.has_classes:
            count = trn("{n:,} character", "{n:,} characters", len(view.selected))
            self.sections["classes"].header.set_summary(count, False)
            return
        pool = view.pool
        counts = np.bincount(pool.class_indices, minlength=len(pool.classes))
        order: Sequence[int] = range(len(pool.classes))
        if any(label_name(label) != label for label in pool.classes):
            # Translated names are sorted alphabetically; otherwise the set's order is kept.
            order = sorted(order, key=lambda index: folded(label_name(pool.classes[index])))
        self.classes.set_classes(
            [pool.classes[index] for index in order], [int(counts[index]) for index in order]
        )
        self.classes.set_chosen(view.classes)
        chosen = len(self.classes.chosen)
        summary = trn("{n:,} class", "{n:,} classes", chosen)
        self.sections["classes"].header.set_summary(summary, False)

    def _show_use(self, view: DataView) -> None:
        spec = view.spec
        self.shares.set_state(spec.split, spec.count, view.available)
        self.shares.set_numbers(view.training, view.validation)
        self.sections["shares"].header.set_summary(self.shares.summary(), False)
        self.augment.set_value(spec.augment)
        used = [tr("mirrored")] if spec.augment.flip else []
        if spec.augment.shift:
            used.append(tr("moved by up to {n} px", n=spec.augment.shift))
        self.sections["augment"].header.set_summary(", ".join(used) or tr("Off"), False)

    def _show_samples(self) -> None:
        view = self._view
        if view is None:
            return
        is_used = None
        if not view.is_complete:
            is_used = np.zeros(len(view.pool), np.bool_)
            is_used[view.selected] = True
        self.left_out.setVisible(is_used is not None and self._found is None)
        self.gallery.set_used(is_used)
        everything = self.left_out.isChecked() or is_used is None
        shown = None if everything else view.selected
        self.gallery.set_shown(shown if self._found is None else self._found)
        self._show_found(view)

    def _show_found(self, view: DataView) -> None:
        found = self._found
        self.found.setVisible(found is not None)
        self.only_found.setVisible(found is not None and len(found) > 0)
        if found is not None:
            words = trn(
                "{n:,} of {all:,} found", "{n:,} of {all:,} found", len(found), all=len(view.pool)
            )
            self.found.setText(words if len(found) else tr("No sample has such a name."))

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(316, 640)

    # -- edits -----------------------------------------------------------------------------------

    def _edit(self, text: str, **update: object) -> None:
        if self._view is None:
            return
        spec: DataSpec = self._view.spec.model_copy(update=update)
        if spec != self._view.spec:
            self.data_edited.emit(spec, text)

    def _edit_images(self, **update: object) -> None:
        if self._view is not None:
            images = self._view.spec.images.model_copy(update=update)
            self._edit(tr("Size of the images"), images=images)

    def _on_classes_chosen_changed(self, chosen: tuple[str, ...]) -> None:
        if self._view is not None:
            every = len(chosen) == len(self._view.pool.classes)
            labels = None if every else chosen
            self._edit(tr("Choose classes"), labels=labels, names=None, chars=None)

    def _on_kinds_clicked(self, on: bool) -> None:
        if self._view is not None:
            self.data_edited.emit(by_kind(self._view, on), tr("Classes of the emojis"))

    def _on_shares_split_edited(self, split: SplitSpec) -> None:
        self._edit(tr("Share for validation"), split=split)

    def _on_shares_count_edited(self, count: int | None) -> None:
        self._edit(tr("Number of samples"), count=count)

    def _on_typing_timeout(self) -> None:
        self.search_changed.emit(self.search.text())

    def _on_only_found_clicked(self) -> None:
        if self._found is not None and len(self._found):
            self.only_requested.emit(self._found)


def _facts(view: DataView) -> str:
    channels, height, width = view.pool.image_shape
    size = f"{localized(width, ',')} × {localized(height, ',')}"
    if channels == 3:
        size = tr("{size} in colour", size=size)
    elif channels != 1:
        size = f"{size} × {channels}"
    if view.pool.whole is not None:
        count = tr("{n:,} of {all:,}", n=len(view.selected), all=view.pool.whole)
    elif view.is_complete:
        count = trn("{n:,} sample", "{n:,} samples", len(view.pool))
    else:
        count = tr("{n:,} of {all:,}", n=len(view.selected), all=len(view.pool))
    return tr("{count} · {size}", count=count, size=size)
