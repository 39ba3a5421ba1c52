"""The form of a study: recipe, axes, number of seeds, goal, and where to run."""

from __future__ import annotations

from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QSizePolicy, QToolButton

from aegui.core.cost import memory_words, time_words
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr, trn
from aegui.core.network.plan import network_plan
from aegui.core.network.words import architecture, breakable
from aegui.core.recipe.settings import SECTIONS
from aegui.core.study.axis_fields import first_axis, value_of, varied_at, varied_fields
from aegui.core.study.options import NOTHING, PlanOptions, options_of, with_options
from aegui.core.study.plan_edits import overwritten, with_axes
from aegui.core.study.results import size_words
from aegui.core.study.row_text import Around
from aegui.core.study.templates import TEMPLATES, axis_of_template
from aegui.core.study.words import axis_words
from aegui.core.study.workers import default_jobs, fitting_jobs, with_start
from aegui.features.studies.view.axis_row import AxisRowView
from aegui.features.studies.view.target_section import TargetSection
from aegui.kit.choosing import menu_below, narrow
from aegui.kit.flow import FlowLayout
from aegui.kit.layouts import Sized, column, dim, heading, held, row, scrolled
from aegui.kit.marks import ProblemLabel, flat_button, wrapped_label
from aegui.kit.theme import SPACING
from aegui.widgets.form.editors import TextField
from aegui.widgets.form.form import Form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aegui.core.cost import Cost
    from aegui.core.recipe import Recipe
    from aegui.core.study.plan import StudyAxis, StudyPlan
    from aegui.features.studies.model.compute_target import ComputeTarget
    from aegui.features.studies.model.study_runs import StudySheet

_PATH = int(Qt.ItemDataRole.UserRole)
_MIN_PX = 286


def list_words(plan: StudyPlan) -> str:
    """Return two lines for a list: the name of the plan, and its axes."""
    varied = ", ".join(axis_words(axis.name) for axis in plan.axes) or tr("seeds only")
    runs = plan.most_settings * plan.seeds.count
    return f"{tr(plan.name)}\n{varied} · {trn('{n:,} run', '{n:,} runs', runs)}"


def about_html(plan: StudyPlan) -> str:
    """Return the notes of a plan and its published conclusion as HTML."""
    lines = [tr(plan.notes)] if plan.notes else []
    if plan.conclusion:
        lines.append(tr("Published: {text}", text=tr(plan.conclusion)))
    return "".join(f"<p style='margin: 4px 0 0 0'>{escape(line)}</p>" for line in lines)


def base_words(sheet: StudySheet) -> str:
    """Return a description of the base recipe."""
    if sheet.base is None or sheet.image_shape is None:
        return tr("The recipe is being read…")
    recipe = sheet.base
    sizes = architecture(network_plan(recipe, sheet.image_shape))
    parts = [tr("The builder's: {sizes}", sizes=sizes) if sheet.follows else sizes]
    if not sheet.follows and isinstance(sheet.plan.recipe, str):
        parts = [f"{sheet.plan.recipe}: {sizes}"]
    parts += [
        section.summary(recipe)
        for section in SECTIONS
        if section.key in {"data", "optimizer", "length"} and section.shown(recipe)
    ]
    return breakable(", ".join(parts))


def cost_line(cost: Cost | None, *, on_cluster: bool = False) -> str:
    """Return the cost of the missing runs as text."""
    if cost is None:
        return tr("Measuring the cost…")
    if cost.seconds <= 0.0:
        return tr("All its runs are done.")
    memory, jobs = memory_words(cost.bytes), default_jobs()
    time = time_words(with_start(cost.seconds, fitting_jobs(cost.seconds, jobs)))
    if on_cluster:
        return tr("On the cluster; this computer would take about {time}.", time=time)
    return tr("The rest takes about {time} and {memory} of memory.", time=time, memory=memory)


class StudyForm(Sized):
    """Passive form; user actions are emitted as signals."""

    plan_chosen = Signal(object)
    """Emitted with the ``Path`` of the plan to open."""
    plan_edited = Signal(object)
    """Emitted with the edited ``StudyPlan``."""
    usual_size = QSize(360, 640)
    """That of a column."""
    least_size = QSize(_MIN_PX, 220)
    """Rows are readable at its width; the rest is scrolled."""

    def __init__(self) -> None:
        super().__init__()
        self.plans = QComboBox()
        self.new = flat_button("document-new", tr("A new study of the builder's recipe"))
        self.open = flat_button("document-open", tr("Open a plan…"))
        self.save = flat_button("document-save", tr("Save the plan…"))
        self.undo = flat_button("edit-undo", tr("Undo the last edit of the study"))
        self.redo = flat_button("edit-redo", tr("Make the edit again"))
        self.name = TextField()
        self.locked = dim(wrapped_label())
        """Why nothing can be edited, and what to do; hidden while it can be."""
        self.words = wrapped_label()
        self.base = wrapped_label()
        self.take_base = QPushButton(tr("Take the builder's recipe"))
        self.open_base = QPushButton(tr("Edit it in the builder"))
        self.add = QToolButton()
        self.no_axes = dim(wrapped_label())
        self.axes: list[AxisRowView] = []
        self.terms = Form(PlanOptions())
        self.search = ProblemLabel(None, "warn")
        self.target = TargetSection()
        self.count = wrapped_label()
        self.cost = dim(wrapped_label())
        self.problem = ProblemLabel()
        self.start = QPushButton(tr("Start the study"))
        self._axes_column = column(spacing=SPACING)
        self._sheet: StudySheet | None = None
        self._builder: Recipe | None = None
        self._has_search = True
        self._is_busy = False
        self._can_undo = self._can_redo = False
        self._build()
        self._connect()
        self.set_sheet(None)

    # ---------------------------------------------------------------- building

    def _build(self) -> None:
        self.plans.setAccessibleName(tr("Studies to choose from"))
        self.plans.setPlaceholderText(tr("Choose a study…"))
        narrow(self.plans, 8)
        self.name.setPlaceholderText(tr("Name of the study"))
        self.name.setAccessibleName(tr("Name of the study"))
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.take_base.setToolTip(tr("Study the recipe of the builder, and follow its edits"))
        self.open_base.setToolTip(tr("Make it the draft, and study your edits of it"))
        self.add.setText(tr("Add an axis"))
        self.add.setToolTip(tr("What to vary; or right-click any field of the builder"))
        menu_below(self.add)
        self.start.setDefault(True)
        self.start.setProperty("main", True)
        self.terms.rows.setRowWrapPolicy(self.terms.rows.RowWrapPolicy.WrapLongRows)
        bases = FlowLayout(SPACING // 2)
        for button in (self.take_base, self.open_base):
            bases.addWidget(button)
        body = held(
            column(
                self.locked,
                self.name,
                self.words,
                heading(tr("Recipe")),
                self.base,
                bases,
                heading(tr("Varied")),
                self._axes_column,
                self.no_axes,
                row(self.add, 1),
                heading(tr("Seeds, goal and end")),
                self.terms,
                self.search,
                heading(tr("Where to run")),
                self.target,
                1,
                margins=(0, 0, SPACING, SPACING),
            )
        )
        body.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        scroll = scrolled(body)
        edge = SPACING // 2
        head = row((self.plans, 1), self.new, self.open, self.save, self.undo, self.redo, spacing=2)
        foot = column(self.problem, self.count, self.cost, self.start, spacing=edge)
        self.setLayout(
            column(head, (scroll, 1), foot, spacing=edge, margins=(SPACING, edge, edge, SPACING))
        )

    def _connect(self) -> None:
        self.plans.activated.connect(self._on_plans_activated)
        self.name.edited.connect(self._on_name_edited)
        self.terms.edited.connect(self._on_terms_edited)
        self.add.menu().aboutToShow.connect(self._fill_menu)

    # ------------------------------------------------------------------- state

    def set_plans(self, plans: Sequence[tuple[Path, StudyPlan]]) -> None:
        """Set the studies to choose from, with their files."""
        with QSignalBlocker(self.plans):
            self.plans.clear()
            for path, plan in plans:
                self._offer(path, plan)
        self._mark_chosen()

    def _offer(self, path: Path, plan: StudyPlan) -> None:
        self.plans.addItem(tr(plan.name) if plan.name else path.stem, str(path))
        words = list_words(plan)
        said = tr("Published: {text}", text=tr(plan.conclusion)) if plan.conclusion else ""
        self.plans.setItemData(
            self.plans.count() - 1, f"{words}\n{said}".strip(), Qt.ItemDataRole.ToolTipRole
        )

    def set_builder(self, recipe: Recipe) -> None:
        """Set the recipe of the builder, whose network can be added to rows."""
        self._builder = recipe

    def set_search_available(self, available: bool) -> None:
        """Set whether Optuna is installed."""
        self._has_search = available
        self._show_search()

    def set_edits(self, can_undo: bool, can_redo: bool) -> None:
        """Set whether edits of the study can be undone and redone."""
        self._can_undo, self._can_redo = can_undo, can_redo
        self._show_actions()

    def set_sheet(self, sheet: StudySheet | None) -> None:
        """Show a study; None if none is chosen yet."""
        before, self._sheet = self._sheet, sheet
        if sheet is None or before is None or sheet.plan != before.plan:
            self.problem.set_text("")
        if sheet is not None:
            self._show_plan(sheet)
        else:
            self._show_terms(PlanOptions(), 0)
        self._mark_chosen()
        self._show_locks()
        self._show_actions()

    def _show_plan(self, sheet: StudySheet) -> None:
        plan = sheet.plan
        self.name.set_value(tr(plan.name) or None)
        about = about_html(plan)
        self.words.setText(about)
        self.words.setVisible(bool(about))
        self.base.setText(base_words(sheet))
        self.take_base.setVisible(not sheet.follows)
        self.open_base.setVisible(not sheet.follows)
        self._show_axes(sheet)
        terms = options_of(plan)
        self.terms.set_value(terms)
        self._show_terms(terms, len(plan.axes))
        self._show_search()
        self.count.setText(size_words(plan.most_settings, plan.seeds.count))
        self._show_cost()

    def _show_terms(self, terms: PlanOptions, axes: int) -> None:
        """Show only applicable fields: a bound needs a goal, a grid has no number of settings."""
        self.terms.set_row_visible("mode", axes > 0)
        self.terms.set_row_visible("trials", axes > 0 and terms.mode in {"random", "guided"})
        self.terms.set_row_visible("bound", terms.goal != NOTHING)
        self.terms.set_row_visible("level", terms.goal != NOTHING)

    def _show_search(self) -> None:
        sheet = self._sheet
        is_missing = sheet is not None and sheet.plan.mode == "guided" and not self._has_search
        text = tr('Optuna is not installed: pip install "aegui[search]", then restart the program.')
        self.search.set_text(text if is_missing else "")

    def _show_axes(self, sheet: StudySheet) -> None:
        axes = sheet.plan.axes
        paths = [(axis.path, axis.rows is None) for axis in axes]
        shown = [
            (view.axis.path, view.axis.rows is None) for view in self.axes if view.axis is not None
        ]
        if paths != shown:
            self._make_axes(len(axes))
        around = self._around(sheet)
        for index, (view, axis) in enumerate(zip(self.axes, axes, strict=True)):
            varied = None
            if around is not None and axis.path:
                varied = varied_at(around.recipe, axis.path, around.image_shape)
            view.set_axis(axis, varied, around, is_first=index == 0)
            view.set_locked(self._is_busy)
        for index, earlier in overwritten(axes).items():
            text = tr(
                "It overrides what “{axis}” varies: vary it before.",
                axis=axis_words(axes[earlier].name),
            )
            self.axes[index].problem.set_text(text)
        self.no_axes.setVisible(not axes)
        self.no_axes.setText(
            tr(
                "Nothing yet: the seeds of one setting. Right-click a field of the builder or of "
                "the training, and choose “Vary this”, or add an axis here."
            )
        )

    def _make_axes(self, count: int) -> None:
        for view in self.axes:
            self._axes_column.removeWidget(view)
            view.setParent(None)
            view.deleteLater()
        self.axes = []
        for index in range(count):
            view = AxisRowView()
            view.edited.connect(partial(self._on_axis_edited, index))
            view.remove.clicked.connect(partial(self._on_axis_remove_clicked, index))
            view.up.clicked.connect(partial(self._on_axis_up_clicked, index))
            view.add_network.clicked.connect(partial(self._on_axis_add_network_clicked, index))
            self._axes_column.addWidget(view)
            self.axes.append(view)

    def _around(self, sheet: StudySheet) -> Around | None:
        if sheet.base is None or sheet.image_shape is None:
            return None
        return Around(sheet.base, sheet.image_shape)

    def _mark_chosen(self) -> None:
        """Select the current study in the list; add it if it is not listed."""
        sheet = self._sheet
        with QSignalBlocker(self.plans):
            if sheet is None or sheet.is_new:
                self.plans.setPlaceholderText(
                    tr("New study") if sheet is not None else tr("Choose a study…")
                )
                self.plans.setCurrentIndex(-1)
                return
            if self.plans.findData(str(sheet.path)) < 0:
                self._offer(sheet.path, sheet.plan)
            self.plans.setCurrentIndex(self.plans.findData(str(sheet.path)))

    def set_failure(self, reason: str) -> None:
        """Show why the study cannot be run, beside the axis that the reason names."""
        self.cost.setText("")
        sheet = self._sheet
        axes = () if sheet is None else sheet.plan.axes
        for view, axis in zip(self.axes, axes, strict=False):
            for name in (f"{axis.name}, ", f"{axis.name}: ", f"“{axis.name}”"):
                if reason.startswith(name):
                    view.problem.set_text(reason.removeprefix(name))
                    return
        self.problem.set_text(reason)

    def set_busy(self, busy: bool) -> None:
        """Set whether runs are in progress, during which nothing can be edited."""
        self._is_busy = busy
        for view in self.axes:
            view.set_locked(busy)
        self._show_locks()
        self._show_cost()
        self._show_actions()

    def set_target(self, target: ComputeTarget) -> None:
        """Show where the runs are trained."""
        self.target.set_target(target)
        self._show_cost()
        self._show_actions()

    def _show_cost(self) -> None:
        if self._sheet is not None:
            line = cost_line(self._sheet.cost, on_cluster=self.target.target.is_cluster)
            self.cost.setText("" if self._is_busy else line)

    def _show_locks(self) -> None:
        """Enable what can be edited; without a study, only what opens or begins one."""
        free, has = not self._is_busy, self._sheet is not None
        for control in (self.plans, self.new, self.open, self.take_base, self.target):
            control.setEnabled(free)
        for field in (self.name, self.open_base, self.add, self.terms):
            field.setEnabled(free and has)
        self.locked.setVisible(not (free and has))
        self.locked.setText(
            tr("To fill in these fields, choose a study, or take the builder's recipe.")
            if free
            else tr("The study cannot be edited while it runs.")
        )

    def _show_actions(self) -> None:
        sheet, free = self._sheet, not self._is_busy
        cost = None if sheet is None else sheet.cost
        is_sound = all(view.is_sound for view in self.axes) and not self.target.target.problem
        self.start.setEnabled(free and is_sound and cost is not None and cost.seconds > 0.0)
        begun = sheet is not None and sheet.result is not None and sheet.result.reused
        has_some = (
            sheet is not None
            and sheet.result is not None
            and any(cell.runs for cell in sheet.result.cells)
        )
        self.start.setToolTip(
            tr("Choose a study, or take the builder's recipe, to start it")
            if sheet is None
            else tr("Train every setting with every seed; finished runs are kept")
        )
        self.start.setText(
            tr("Go on with the study") if has_some or begun else tr("Start the study")
        )
        self.save.setEnabled(free and sheet is not None)
        self.undo.setEnabled(free and self._can_undo)
        self.redo.setEnabled(free and self._can_redo)

    # ------------------------------------------------------------------- edits

    def vary(self, path: str) -> bool:
        """Add an axis of the field at ``path``; return False if it cannot be varied."""
        sheet = self._sheet
        around = None if sheet is None else self._around(sheet)
        if around is None or self._is_busy:
            return False
        varied = varied_at(around.recipe, path, around.image_shape)
        if varied is None:
            return False
        self._add_axis(first_axis(varied, value_of(around.recipe, path)))
        return True

    def _add_axis(self, axis: StudyAxis) -> None:
        if self._sheet is None:
            return
        axes = [*self._sheet.plan.axes, axis]
        # An axis of whole layer lists comes before axes of fields in these layers.
        index = overwritten(axes).get(len(axes) - 1)
        if index is not None:
            axes.insert(index, axes.pop())
        self._edit_axes(axes)

    def _edit_axes(self, axes: Sequence[StudyAxis]) -> None:
        assert self._sheet is not None
        try:
            plan = with_axes(self._sheet.plan, axes)
        except AeguiError as error:
            self.problem.set_text(str(error))
        else:
            self.plan_edited.emit(plan)
        # An error may have been corrected without changing the plan.
        self._show_actions()

    def _fill_menu(self) -> None:
        """Fill the menu with the fields of the recipe that can be varied."""
        menu, sheet = self.add.menu(), self._sheet
        menu.clear()
        menu.setToolTipsVisible(True)
        around = None if sheet is None else self._around(sheet)
        if around is None:
            return
        for key, template in TEMPLATES.items():
            action = menu.addAction(tr(template.label))
            action.setToolTip(tr(template.help))
            action.triggered.connect(partial(self._on_template_triggered, key))
        menu.addSeparator()
        for title, fields in varied_fields(around.recipe, around.image_shape):
            inner = menu.addMenu(title)
            inner.setToolTipsVisible(True)
            for one in fields:
                action = inner.addAction(one.label)
                action.setToolTip(tr(one.field.help))
                action.triggered.connect(partial(self._on_field_triggered, one.path))

    def _on_template_triggered(self, key: str, _checked: bool = False) -> None:
        around = None if self._sheet is None else self._around(self._sheet)
        if around is not None:
            self._add_axis(axis_of_template(key, around))

    def _on_field_triggered(self, path: str, _checked: bool = False) -> None:
        self.vary(path)

    def _on_axis_edited(self, index: int, axis: StudyAxis | None) -> None:
        if axis is None or self._sheet is None:
            self._show_actions()
            return
        axes = list(self._sheet.plan.axes)
        axes[index] = axis
        self._edit_axes(axes)

    def _on_axis_remove_clicked(self, index: int) -> None:
        if self._sheet is not None:
            axes = list(self._sheet.plan.axes)
            del axes[index]
            self._edit_axes(axes)

    def _on_axis_up_clicked(self, index: int) -> None:
        if self._sheet is not None and index:
            axes = list(self._sheet.plan.axes)
            axes[index - 1], axes[index] = axes[index], axes[index - 1]
            self._edit_axes(axes)

    def _on_axis_add_network_clicked(self, index: int) -> None:
        if self._builder is not None:
            self.axes[index].take_network(self._builder)

    def _on_name_edited(self, name: str | None) -> None:
        if self._sheet is not None and (name or "") != tr(self._sheet.plan.name):
            self.plan_edited.emit(self._sheet.plan.model_copy(update={"name": name or ""}))

    def _on_terms_edited(self, terms: PlanOptions) -> None:
        if self._sheet is not None:
            self.plan_edited.emit(with_options(self._sheet.plan, terms))

    def _on_plans_activated(self, index: int) -> None:
        self.plan_chosen.emit(Path(self.plans.itemData(index, _PATH)))
