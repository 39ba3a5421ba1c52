"""The training panel: data and training settings that apply to the draft, in sections."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import tr
from aegui.core.network.remedies import remedy_of, remedy_words
from aegui.core.network.words import data_words, large_batch_words
from aegui.core.recipe.edits import consequences, numbers_edited, value_at, with_values
from aegui.core.recipe.settings import SECTIONS
from aegui.core.study.axis_fields import NOT_VARIED
from aegui.core.training.length import BATCH, LARGE
from aegui.features.builder.view.edited_strip import EditedStrip
from aegui.features.builder.view.formula import FormulaView
from aegui.kit.layouts import column, dim, held, scrolled
from aegui.kit.marks import ProblemLabel, wrapped_label
from aegui.kit.theme import SPACING
from aegui.widgets.finding_lines import FindingLines
from aegui.widgets.form.field_menu import FieldMenu, vary_words
from aegui.widgets.form.rows import SettingRow
from aegui.widgets.form.section import FoldingPanel, FoldingSection

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QScrollArea

    from aegui.core.data.dataset import Dataset
    from aegui.core.network.resolve import Problem, Resolution
    from aegui.core.recipe import Recipe
    from aegui.core.recipe.settings import Section, Setting

_RATE = "training.optimizer.learning_rate"
_BATCH = "training.batch_size"
_CHARS = "data.chars"
_HIGHEST_SIGMA = 1e6
_SECTIONS = {section.key: section for section in SECTIONS}
_SECTION_OF = {setting.path: section.key for section in SECTIONS for setting in section.settings}


class TrainingPanel(FoldingPanel):
    """All settings of a recipe but its network; passive but for its signals.

    During a training the learning rate and the noise stay editable: the running training adopts
    them from the draft.
    """

    recipe_edited = Signal(object, object)
    """The recipe asked for, and the text of the undo step."""
    open_data_requested = Signal()
    """A file of images or glyphs is to be chosen."""
    vary_requested = Signal(str)
    """The setting at that path is to be varied in a study."""

    def __init__(self) -> None:
        super().__init__()
        self._recipe: Recipe | None = None
        self._is_locked = False
        self._is_viewing = False
        self._withholds: Callable[[str], bool] = lambda _path: False
        self._problems: dict[str, tuple[Problem, ...]] = {}
        self._remedies: dict[Problem, str] = {}
        self._dataset: Dataset | None = None
        self._samples = 0
        self._has_characters = True
        self.rows: dict[str, SettingRow] = {}
        self._hint = dim(
            wrapped_label(tr("During a training only learning rate and noise can be changed."))
        )
        self._hint.hide()
        self.problem = ProblemLabel()
        self.problem.remedy_requested.connect(partial(self._apply_remedy, ""))
        self.findings = FindingLines()
        self.formula = FormulaView()
        self._data_words = dim()
        notes, scroll = (self._hint, self.problem, self.findings), self._build_scroll()
        self.edited = EditedStrip(scroll)
        self.setLayout(
            column(
                column(*notes, margins=(0, 0, SPACING, 0)),
                (scroll, 1),
                column(self.edited, margins=(0, 0, SPACING, 0)),
                margins=(SPACING, SPACING // 2, 0, 0),
            )
        )

    def _build_scroll(self) -> QScrollArea:
        sections = map(self._build_section, SECTIONS)
        rows = column(*sections, 1, spacing=2, margins=(0, 0, SPACING, SPACING))
        return scrolled(held(rows), framed=True)

    def _build_section(self, section: Section) -> FoldingSection:
        folding = FoldingSection(tr(section.title))
        folding.rows_needed.connect(partial(self._fill_section, section, folding))
        folding.header.setChecked(section.is_open)
        self.sections[section.key] = folding
        return folding

    def _fill_section(self, section: Section, folding: FoldingSection) -> None:
        """Create the rows on first unfolding: most sections stay folded, and start-up is faster."""
        if section.key == "objective":
            folding.add_row(self.formula)
        for setting in section.settings:
            row = SettingRow(setting)
            row.edited.connect(partial(self._on_row_edited, setting))
            row.open_requested.connect(self.open_data_requested)
            row.problem.remedy_requested.connect(partial(self._apply_remedy, setting.path))
            self._offer_to_vary(row)
            self._lock_row(row)
            self.rows[setting.path] = row
            folding.add_row(row)
        if section.key == "data":
            folding.add_row(self._data_words)
        if self._recipe is not None:
            self._show()

    def _offer_to_vary(self, row: SettingRow) -> None:
        setting = row.setting
        if setting.path in NOT_VARIED:
            return
        words = vary_words(tr(setting.field.label))
        FieldMenu(row, lambda: {setting.path: words}).vary_requested.connect(self.vary_requested)

    # ------------------------------------------------------------------- state

    def set_state(self, recipe: Recipe, resolution: Resolution) -> None:
        """Show the draft and the result of resolving it against the data."""
        before, self._recipe = self._recipe, recipe
        problems = _by_path(resolution.problems)
        is_same = problems == self._problems and resolution.dataset is self._dataset
        self._problems = problems
        self._remedies = remedy_words(recipe, resolution) if problems else {}
        if resolution.dataset is not None and resolution.dataset is not self._dataset:
            self._dataset = resolution.dataset
            self._data_words.setText(data_words(resolution.dataset))
            self._samples = len(resolution.dataset)
            self._has_characters = all(len(label) == 1 for label in resolution.dataset.classes)
        edited = numbers_edited(before, recipe) if before is not None and is_same else None
        if not edited:
            # Also reached if nothing differs: after a rejected edit, the fields must be reset.
            self._show()
        else:
            self._show_numbers(edited, recipe)

    def set_enabled_while_training(self, enabled: bool) -> None:
        """Set whether all settings may be edited; False leaves those a running training adopts."""
        if self._is_locked is not enabled:
            return
        self._is_locked = not enabled
        self._hint.setVisible(self._is_locked)
        self.findings.set_open(enabled)
        for row in self.rows.values():
            self._lock_row(row)

    def set_viewing(self, viewing: bool) -> None:
        """Set whether the recipe shown is read-only."""
        if viewing == self._is_viewing:
            return
        self._is_viewing = viewing
        for row in self.rows.values():
            self._lock_row(row)

    def _lock_row(self, row: SettingRow) -> None:
        row.problem.set_open(not (self._is_locked or self._is_viewing))
        withheld = self._withholds(row.setting.path)
        row.set_locked(self._is_locked, entirely=self._is_viewing or withheld)

    def set_withheld(self, withholds: Callable[[str], bool]) -> None:
        """Lock the settings at whose paths ``withholds`` returns True, whatever else holds."""
        self._withholds = withholds
        for row in self.rows.values():
            self._lock_row(row)

    def _show(self) -> None:
        recipe = self._recipe
        assert recipe is not None
        self.formula.set_recipe(recipe)
        for key, section in self.sections.items():
            self._show_section(_SECTIONS[key], section, recipe)
        self._tell("", self.problem)

    def _show_numbers(self, edited: frozenset[str], recipe: Recipe) -> None:
        """Update the sections of the edited numbers, and the formula if it depends on them."""
        if edited - {_RATE}:
            self.formula.set_recipe(recipe)
        for path in edited:
            key = _SECTION_OF.get(path)
            if key is not None:
                self._show_section(_SECTIONS[key], self.sections[key], recipe, edited)

    def _show_section(
        self,
        section: Section,
        folding: FoldingSection,
        recipe: Recipe,
        edited: frozenset[str] | None = None,
    ) -> None:
        """Show all rows of ``section``, or only those of the numbers that were ``edited``.

        An edited number does not change which other rows apply: see ``numbers_edited``.
        """
        wrong = any(setting.path in self._problems for setting in section.settings)
        if edited is None:
            is_shown = section.shown(recipe) or wrong
            folding.setVisible(is_shown)
            if not is_shown:
                return
        folding.header.set_summary(section.summary(recipe), wrong)
        for setting in section.settings:
            row = self.rows.get(setting.path)
            if row is None:
                continue
            if edited is None:
                self._show_row(row, recipe)
                self._show_whether(row, recipe)
            elif setting.path in edited:
                self._show_row(row, recipe)

    def _show_row(self, row: SettingRow, recipe: Recipe) -> None:
        path = row.setting.path
        if row.setting.field.editor == "level":
            kind = value_at(recipe, path.removesuffix("level") + "kind")
            row.set_highest(_HIGHEST_SIGMA if not CORRUPTIONS[kind].is_share else 1.0)
        if path == _BATCH:
            row.set_beginning(BATCH if self._samples > LARGE else row.setting.field.begins or 1)
            row.caution.set_text(large_batch_words(recipe, self._samples))
        row.set_value(value_at(recipe, path))
        self._tell(path, row.problem)

    def _show_whether(self, row: SettingRow, recipe: Recipe) -> None:
        path, shown = row.setting.path, row.setting.shown(recipe)
        if path == _CHARS:
            # Classes with longer names are selected in the data panel instead.
            shown = self._has_characters or recipe.data.chars is not None
        row.setVisible(shown or path in self._problems)

    # ------------------------------------------------------------------- problems

    def _tell(self, path: str, label: ProblemLabel) -> None:
        """Show in ``label`` the problems of the row of ``path``, and the first offered remedy."""
        of_field = self._problems.get(path, ())
        if not of_field and label.isHidden():
            return
        offers = (self._remedies[one] for one in of_field if one in self._remedies)
        label.set_text("\n".join(one.message for one in of_field), next(offers, ""))

    def _apply_remedy(self, path: str) -> None:
        """Apply the remedy offered at the row of ``path``."""
        of_field = self._problems.get(path, ())
        problem = next((one for one in of_field if one in self._remedies), None)
        if self._recipe is None or problem is None:
            return
        found = remedy_of(self._recipe, self._dataset, problem)
        if found is not None:
            self.recipe_edited.emit(found.recipe, found.text)

    # ------------------------------------------------------------------- edits

    def _on_row_edited(self, setting: Setting, value: object) -> None:
        if self._recipe is None:
            return
        changed = with_values(self._recipe, consequences(self._recipe, setting.path, value))
        if changed == self._recipe:
            self._show()
        else:
            self.recipe_edited.emit(changed, tr(setting.field.label))


def _by_path(problems: tuple[Problem, ...]) -> dict[str, tuple[Problem, ...]]:
    """Return the problems by the path of their row; "" holds those without a row.

    Problems of the network are reported on the builder's cards.
    """
    found: dict[str, tuple[Problem, ...]] = {}
    for problem in problems:
        if problem.where.split(".")[0] == "network":
            continue
        where = next((path for path in _SECTION_OF if _belongs(problem.where, path)), "")
        found[where] = (*found.get(where, ()), problem)
    return found


def _belongs(where: str, path: str) -> bool:
    """Return whether the row of ``path`` equals, contains or lies within the path ``where``."""
    return where == path or where.startswith(path + ".") or path.startswith(where + ".")
