"""The form of a study alone: axes by mouse, values as text, problems shown in their row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from aegui.core.cost import Cost
from aegui.core.i18n import set_language
from aegui.core.study.plan import StudyPlan, load_plan
from aegui.core.study.settings import base_recipe
from aegui.core.study.units import resolved_of
from aegui.features.studies.model.study_runs import StudySheet
from aegui.features.studies.view.form_panel import StudyForm
from tests.features.studies.plans import write_plan

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from aegui.core.study.plan import StudyAxis


class Edited(StudyForm):
    """A form that is shown its own edits, as by the study."""

    def __init__(self) -> None:
        super().__init__()
        self.plan_edited.connect(self._take)

    @property
    def plan(self) -> StudyPlan:
        assert self._sheet is not None
        return self._sheet.plan

    @property
    def axis(self) -> StudyAxis:
        """Return the last axis."""
        return self.plan.axes[-1]

    def _take(self, plan: StudyPlan) -> None:
        assert self._sheet is not None
        self.set_sheet(replace(self._sheet, plan=plan))


@pytest.fixture
def form(qtbot: QtBot, tmp_path: Path) -> Edited:
    made = Edited()
    qtbot.addWidget(made)
    made.resize(380, 900)
    made.show()
    plan = load_plan(write_plan(tmp_path))
    base = base_recipe(plan, tmp_path)
    shape = resolved_of(base).dataset.image_shape
    made.set_sheet(
        StudySheet(
            tmp_path / "tiny.aegui-study", plan, cost=Cost(90.0), base=base, image_shape=shape
        )
    )
    return made


def typed(qtbot: QtBot, form: Edited, place: int, text: str) -> None:
    """Type ``text`` as the list of an axis, and press Enter."""
    field = form.axes[place].values
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_of_no_study_only_what_makes_or_finds_one_can_be_used_and_why_is_told(form: Edited) -> None:
    ways = [form.plans, form.new, form.open, form.take_base]
    fields = [form.name, form.open_base, form.add, form.terms]
    assert all(widget.isEnabled() for widget in [*ways, *fields])
    sheet = form._sheet
    form.set_sheet(None)
    assert all(widget.isEnabled() for widget in ways)
    assert not any(widget.isEnabled() for widget in fields)
    assert not form.start.isEnabled()
    assert "take the builder's recipe" in form.start.toolTip()
    assert form.locked.isVisibleTo(form)
    assert "take the builder's recipe" in form.locked.text()
    form.set_sheet(sheet)
    assert "take the builder's recipe" not in form.start.toolTip()
    assert not form.locked.isVisibleTo(form)
    assert all(widget.isEnabled() for widget in fields)
    form.set_busy(True)
    assert not any(widget.isEnabled() for widget in [*ways, *fields])
    assert form.locked.isVisibleTo(form)
    assert "while it runs" in form.locked.text()


def test_a_plan_is_shown_with_its_count_and_its_cost(form: Edited) -> None:
    assert form.axes[0].name.toolTip()
    assert form.axes[0].values.text() == "0.02; 0.002"
    assert form.count.text() == "2 settings of 3 seeds: 6 runs"
    assert "2 min" in form.cost.text()
    assert form.start.isEnabled()
    assert form.terms.value.goal == "worst"


def test_an_axis_without_a_label_is_called_as_its_field(form: Edited) -> None:
    assert form._sheet is not None
    axis = form.axis.model_copy(update={"label": "", "path": "training.optimizer.learning_rate"})
    plan = form.plan.model_copy(update={"axes": (axis,)})
    form.set_sheet(replace(form._sheet, plan=plan))
    assert form.axes[0].name.text() == "Learning rate"
    set_language("es")
    form.set_sheet(replace(form._sheet, plan=plan.model_copy(update={"axes": ()})))
    form.set_sheet(replace(form._sheet, plan=plan))
    assert form.axes[0].name.text() == "Tasa de aprendizaje"
    assert form.axes[0].values.text() == "0,02; 0,002"


def test_values_are_typed_and_counted(qtbot: QtBot, form: Edited) -> None:
    typed(qtbot, form, 0, "0,1; 0,01; 1e-3")
    assert form.axis.values == (0.1, 0.01, 0.001)
    assert form.count.text() == "3 settings of 3 seeds: 9 runs"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0.1; fast", '"fast" is'),
        ("0.1; f..t", '"f..t" is'),
        ("0.1; -1", "above 0"),
        ("0.1; 0.1", "twice"),
        (" ", "at least one"),
    ],
)
def test_what_is_wrong_is_said_at_its_row(
    qtbot: QtBot, form: Edited, text: str, words: str
) -> None:
    before = form.plan
    typed(qtbot, form, 0, text)
    assert words in form.axes[0].problem.text()
    assert form.plan == before
    assert not form.start.isEnabled()
    # Typing the old values is valid again, although the plan does not change.
    typed(qtbot, form, 0, "0.02; 0.002")
    assert not form.axes[0].problem.text()
    assert form.start.isEnabled()
    typed(qtbot, form, 0, "0.5")
    assert not form.axes[0].problem.text()
    assert form.start.isEnabled()


def test_a_list_becomes_a_log_range_and_a_list_again(form: Edited) -> None:
    row = form.axes[0]
    row.kind.setCurrentIndex(2)
    row.kind.activated.emit(2)
    span = form.axis.range
    assert span is not None
    assert (span.first, span.last, span.steps, span.log) == (0.002, 0.02, 5, True)
    row.steps.setValue(3)
    assert form.axis.range is not None
    assert len(form.axis.choices) == 3
    row.kind.setCurrentIndex(0)
    row.kind.activated.emit(0)
    assert form.axis.values == (0.002, 0.00632456, 0.02)
    assert row.values.isVisible()


def test_names_are_chosen_by_ticking(form: Edited) -> None:
    assert form.vary("network.encoder.0.activation")
    row = form.axes[1]
    boxes = {box.text(): box for box in row.ticks.values()}
    chosen = {name for name, box in boxes.items() if box.isChecked()}
    assert len(chosen) == 3
    for name in chosen - {"Tanh"}:
        boxes[name].click()
    boxes["Sigmoid"].click()
    assert set(form.axis.values or ()) == {"tanh", "sigmoid"}
    boxes["Tanh"].click()
    # The last one cannot be removed.
    boxes["Sigmoid"].click()
    assert form.axis.values == ("sigmoid",)
    assert boxes["Sigmoid"].isChecked()


def test_architectures_are_lines_of_sizes(qtbot: QtBot, form: Edited) -> None:
    assert form.vary("network.encoder.*.activation")
    menu = form.add.menu()
    menu.aboutToShow.emit()
    next(one for one in menu.actions() if one.text() == "Architecture").trigger()
    # Axes of whole lists come before axes that vary their elements.
    assert [axis.name for axis in form.plan.axes][1] == "Architecture"
    row = form.axes[1]
    assert row.lines.toPlainText() == "35-6-2"
    QTest.keyClick(row.lines, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(row.lines, "\rdeep: 35-17-8-2-8-17-35\rown: 20-3-9")
    qtbot.waitUntil(lambda: len(form.plan.axes[1].choices) == 3)
    rows = form.plan.axes[1].rows
    assert rows is not None
    assert rows[1].label == "deep"
    assert [layer["units"] for layer in rows[1].set["network.encoder"]] == [17, 8]
    assert "network.decoder" not in rows[1].set
    assert rows[2].set["network.latent.units"] == 3
    assert [layer["units"] for layer in rows[2].set["network.decoder"]] == [9]
    QTest.keyClicks(row.lines, "\rnonsense")
    qtbot.waitUntil(lambda: "Line 4" in row.problem.text())
    assert len(form.plan.axes[1].choices) == 3


def test_another_plan_does_not_keep_the_choices_of_the_one_before(form: Edited) -> None:
    """Its recipe is known shortly after the plan itself."""
    sheet = form._sheet
    assert sheet is not None
    for label, losses in (("first", ("mse", "bce")), ("second", ("bce", "l1"))):
        rows = [{"label": one, "set": {"training.loss": one}} for one in losses]
        axis = {"label": label, "rows": rows}
        plan = StudyPlan.model_validate({**form.plan.model_dump(), "axes": [axis]})
        form.set_sheet(replace(sheet, plan=plan, base=None, image_shape=None))
        assert form.axes[0].lines.toPlainText() == ""
        form.set_sheet(replace(sheet, plan=plan))
        lines = form.axes[0].lines.toPlainText().splitlines()
        assert [line.partition(":")[0] for line in lines] == list(losses)
        assert form.axes[0].lines.isEnabled()


def test_the_network_of_the_builder_joins_the_rows(form: Edited) -> None:
    menu = form.add.menu()
    menu.aboutToShow.emit()
    next(one for one in menu.actions() if one.text() == "Architecture").trigger()
    assert form._sheet is not None
    assert form._sheet.base is not None
    network = form._sheet.base.network
    layer = network.encoder[0].model_copy(update={"units": 9})
    wider = network.model_copy(update={"encoder": (layer,)})
    form.set_builder(form._sheet.base.model_copy(update={"network": wider}))
    QTest.mouseClick(form.axes[1].add_network, Qt.MouseButton.LeftButton)
    assert form.axes[1].lines.toPlainText() == "35-6-2\n35-9-2"


def test_axes_are_ordered_and_removed(form: Edited) -> None:
    assert form.vary("network.latent.units")
    QTest.mouseClick(form.axes[1].up, Qt.MouseButton.LeftButton)
    assert [axis.path for axis in form.plan.axes][1] == "training.optimizer.learning_rate"
    QTest.mouseClick(form.axes[0].remove, Qt.MouseButton.LeftButton)
    assert [axis.name for axis in form.plan.axes] == ["rate"]
    assert not form.vary("no.such.field")
    assert form.vary("training.optimizer.learning_rate")
    assert "overrides" in form.axes[1].problem.text()


def test_terms_change_the_plan(form: Edited) -> None:
    fields = form.terms.fields
    fields["seeds"].setValue(7)  # type: ignore[union-attr]
    assert form.plan.seeds.count == 7
    assert form.plan.seeds.first == 3
    goal = fields["goal"]
    goal.edited.emit("exact")
    assert form.plan.goal is not None
    assert form.plan.goal.at_least == 1.0
    goal.edited.emit("")
    assert form.plan.goal is None
    assert not form.terms.fields["level"].isVisible()


def test_a_search_without_optuna_says_how_to_get_it(form: Edited) -> None:
    form.set_search_available(False)
    form.terms.fields["mode"].edited.emit("guided")
    assert "aegui[search]" in form.search.text()
    form.set_search_available(True)
    assert form.search.text() == ""


def test_a_failure_stands_at_the_axis_that_it_is_about(form: Edited) -> None:
    form.set_failure("rate, 0.02: too fast")
    assert form.axes[0].problem.text() == "0.02: too fast"
    form.set_failure("The disk is full.")
    assert form.problem.text() == "The disk is full."


def test_while_runs_are_under_way_nothing_is_edited(form: Edited) -> None:
    form.set_busy(True)
    assert not form.plans.isEnabled()
    assert not form.start.isEnabled()
    assert not form.axes[0].values.isEnabled()
    form.set_busy(False)
    assert form.start.isEnabled()


def test_a_plan_of_ones_own_joins_the_list(form: Edited) -> None:
    form.set_plans([(Path("other.json"), form.plan)])
    assert form.plans.count() == 2
    assert form.plans.currentText() == "tiny"
