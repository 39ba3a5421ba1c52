"""What a workspace opens with, its edits, and its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import same_data
from aegui.core.data.writers import write_dataset
from aegui.core.recipe import DataSpec, Recipe, SplitSpec
from aegui.core.recipe.edits import with_value
from aegui.core.training.loop.train import train
from aegui.session.documents import edit_command
from aegui.session.documents.workspace import Workspace
from tests.session.documents.workspaces import (
    Heard,
    data,
    is_trained,
    labels,
    learnt,
    renamed,
    result_of,
    saved,
    saved_as,
    small,
)
from tests.session.parts import glyphs

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.session.settings import Settings


# Opening of the program


def test_it_begins_with_a_draft_that_can_be_trained(workspace: Workspace) -> None:
    assert workspace.recipe == Recipe()
    assert workspace.resolution.resolved is not None
    assert workspace.dataset.labels == load_builtin("lowercase").labels
    assert workspace.run is None
    assert workspace.codec() is None
    assert not workspace.file.is_modified
    assert workspace.name == "Autoencoder on Lower case, 2 numbers"
    assert workspace.save() is False


def test_it_begins_with_the_shipped_model_where_there_is_one(
    workspace: Workspace,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace.new(small())
    workspace.adopt_result(learnt(workspace))
    model = tmp_path / "letters-2d.aegui"
    assert saved_as(workspace, model)
    monkeypatch.setattr("aegui.session.documents.document.shipped_model", lambda: model)
    second = Workspace(settings, autosave_folder=tmp_path / "autosave")
    assert second.run is not None
    assert is_trained(second)
    assert second.path is None
    assert second.name == "letters-2d"
    assert not second.file.is_modified
    second.close()


def test_a_damaged_shipped_model_is_no_crash(
    qtbot: QtBot, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "letters-2d.aegui"
    model.write_bytes(b"PK\x03\x04 and nothing more")
    monkeypatch.setattr("aegui.session.documents.document.shipped_model", lambda: model)
    workspace = Workspace(settings, autosave_folder=tmp_path / "autosave")
    assert workspace.run is None
    workspace.close()


# Edits


def test_an_edit_is_resolved_announced_and_undone(workspace: Workspace, heard: Heard) -> None:
    edited = workspace.recipe.model_copy(update={"runs": 3})
    workspace.edit_recipe(edited, "Runs")
    assert workspace.resolution.resolved is not None
    assert workspace.resolution.resolved.recipe == edited
    assert heard.names() == ["recipe_changed", "title_changed"]
    assert workspace.file.is_modified
    assert workspace.undo_stack.undoText() == "Runs"
    workspace.undo_stack.undo()
    assert workspace.recipe == Recipe()
    assert not workspace.file.is_modified
    workspace.undo_stack.redo()
    assert workspace.recipe == edited


def test_an_edit_that_changes_nothing_is_none(workspace: Workspace, heard: Heard) -> None:
    workspace.edit_recipe(workspace.recipe.model_copy(), "Nothing")
    assert workspace.undo_stack.count() == 0
    assert heard.all == []


def test_edits_of_one_field_in_quick_succession_are_one(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = workspace.recipe
    for runs in range(2, 30):
        workspace.edit_recipe(workspace.recipe.model_copy(update={"runs": runs}), "Runs")
    workspace.edit_recipe(workspace.recipe.model_copy(update={"seed": 5}), "Seed")
    assert workspace.undo_stack.count() == 2
    monkeypatch.setattr(edit_command, "MERGE_SECONDS", -1.0)
    workspace.edit_recipe(workspace.recipe.model_copy(update={"seed": 6}), "Seed")
    assert workspace.undo_stack.count() == 3
    for _ in range(3):
        workspace.undo_stack.undo()
    assert workspace.recipe == start


def test_edits_that_lead_back_leave_no_step(workspace: Workspace) -> None:
    start = workspace.recipe
    workspace.edit_recipe(start.model_copy(update={"runs": 2}), "Runs")
    workspace.edit_recipe(start, "Runs")
    assert workspace.undo_stack.count() == 0
    assert not workspace.file.is_modified


def test_edits_after_saving_do_not_join_those_before(workspace: Workspace, tmp_path: Path) -> None:
    workspace.edit_recipe(renamed(workspace.recipe, "one"), "Name")
    saved_as(workspace, tmp_path / "a.aegui")
    workspace.edit_recipe(renamed(workspace.recipe, "two"), "Name")
    workspace.undo_stack.undo()
    assert workspace.recipe.name == "one"
    assert not workspace.file.is_modified


def test_problems_of_a_draft_are_no_refusal(workspace: Workspace) -> None:
    network = workspace.recipe.network.model_copy(update={"output_activation": "tanh"})
    workspace.edit_recipe(workspace.recipe.model_copy(update={"network": network}), "Output")
    assert workspace.resolution.resolved is None
    assert workspace.resolution.problems[0].where == "network.output"
    assert workspace.continuation() is None


def test_characters_and_source_are_read_at_once(workspace: Workspace, heard: Heard) -> None:
    workspace.edit_recipe(data(workspace.recipe, chars="cab"), "Characters")
    assert labels(workspace) == "cab"
    assert workspace.resolution.resolved is not None
    assert workspace.resolution.resolved.dataset is workspace.dataset
    assert heard.names().count("dataset_changed") == 1
    assert len(workspace.pool) == 32
    workspace.edit_recipe(data(workspace.recipe, source="letters"), "Data")
    assert labels(workspace) == "cab"
    workspace.edit_recipe(data(workspace.recipe, source="uppercase"), "Data can be changed")
    assert workspace.recipe.data.chars is None
    assert workspace.dataset.labels == load_builtin("uppercase").labels
    for _ in range(3):
        workspace.undo_stack.undo()
    assert workspace.dataset.labels == load_builtin("lowercase").labels


@pytest.mark.parametrize("wrong", [{"source": "lowercaes"}, {"chars": "aA"}])
def test_data_that_cannot_be_read_change_nothing(
    workspace: Workspace, heard: Heard, wrong: dict[str, str]
) -> None:
    before = workspace.recipe
    workspace.edit_recipe(data(before, **wrong), "Data")
    assert workspace.recipe == before
    # The widget that sent the edit is told what counts.
    assert heard.names() == ["noticed", "recipe_changed"]
    assert workspace.undo_stack.count() == 0


def test_a_training_lets_only_those_edits_pass_that_it_can_follow(
    workspace: Workspace, heard: Heard
) -> None:
    is_training = True
    workspace.set_training(lambda: is_training)
    before, dataset = workspace.recipe, workspace.dataset
    assert not workspace.edit_recipe(before.model_copy(update={"runs": 3}), "Runs")
    assert not workspace.edit_recipe(data(before, chars="ab"), "Characters")
    assert not workspace.edits.edit_dataset(dataset.subset([0, 1]), "Two")
    workspace.edits.add_sample(dataset.images[0], "x", twice=True)
    assert workspace.recipe == before
    assert workspace.dataset is dataset
    assert workspace.undo_stack.count() == 0
    # The widget that sent the edit is told what counts.
    assert heard.names() == ["noticed", "recipe_changed"] * 4
    assert all(notice.about == "busy" for notice in heard.notices())
    rate = with_value(before, "training.optimizer.learning_rate", 0.5)
    assert workspace.edit_recipe(rate, "Rate")
    assert workspace.recipe == rate
    is_training = False
    assert workspace.edit_recipe(rate.model_copy(update={"runs": 3}), "Runs")
    assert workspace.edits.edit_dataset(dataset.subset([0, 1]), "Two")
    assert len(workspace.dataset) == 2


def test_data_that_have_been_read_when_a_training_runs_are_not_taken(
    workspace: Workspace, heard: Heard, tmp_path: Path
) -> None:
    path = tmp_path / "more.json"
    write_dataset(path, load_builtin("uppercase").subset([0, 1]))
    answers = iter((False, True))
    workspace.set_training(lambda: next(answers, True))
    before, done = workspace.draft, list[bool]()
    recipe = data(workspace.recipe, source="uppercase")
    # The training begins between the question and the end of reading.
    workspace.edit_recipe(recipe, "Data", lambda: done.append(True))
    assert workspace.draft is before
    workspace.edits.add_file(path)
    assert workspace.draft is before
    workspace.edits.read_anew("All")
    assert workspace.draft is before
    assert not done
    assert {notice.about for notice in heard.notices()} == {"busy"}


def test_added_samples_belong_to_the_document(workspace: Workspace, tmp_path: Path) -> None:
    workspace.edit_recipe(data(workspace.recipe, chars="ab"), "Characters")
    workspace.edits.add_sample(np.eye(7, 5), "ñ")
    assert labels(workspace) == "abñ"
    assert workspace.recipe.data.chars == "abñ"
    assert len(workspace.pool) == 33
    workspace.edit_recipe(data(workspace.recipe, chars="ñz"), "Characters 2")
    assert labels(workspace) == "ñz"
    assert saved_as(workspace, tmp_path / "a.aegui")
    added = workspace.dataset
    workspace.undo_stack.undo()
    workspace.undo_stack.undo()
    assert labels(workspace) == "ab"
    assert workspace.open(tmp_path / "a.aegui")
    assert same_data(workspace.dataset, added)
    assert len(workspace.pool) == 33
    workspace.edit_recipe(data(workspace.recipe, chars="dñ"), "Characters 3")
    assert labels(workspace) == "dñ"


def test_a_sample_that_was_added_is_announced(workspace: Workspace, heard: Heard) -> None:
    workspace.edits.add_sample(np.eye(7, 5), "ñ")
    assert "“ñ”" in heard.texts()[-1]
    assert "33 samples" in heard.texts()[-1]


def test_pins_belong_to_the_document(workspace: Workspace, tmp_path: Path) -> None:
    workspace.new(small())
    workspace.annotations.pin(np.array([0.5, -1.25], np.float32))
    workspace.annotations.pin(np.array([1.0, 2.0], np.float32), "mine")
    assert workspace.file.is_modified
    assert saved_as(workspace, tmp_path / "a.aegui")
    workspace.annotations.pin(np.array([3.0, 4.0], np.float32))
    assert workspace.file.is_modified
    workspace.annotations.unpin(0)
    workspace.annotations.pin(np.array([5.0, 6.0], np.float32))
    assert [place.name for place in workspace.annotations.pins] == ["mine", "Pin 2", "Pin 1"]
    assert saved(workspace)
    workspace.new(small())
    assert list(workspace.annotations.pins) == []
    assert workspace.open(tmp_path / "a.aegui")
    assert [place.name for place in workspace.annotations.pins] == ["mine", "Pin 2", "Pin 1"]
    assert workspace.annotations.pins[2].z == (5.0, 6.0)


def test_nobody_is_asked_about_a_file_that_cannot_be_read(
    workspace: Workspace, tmp_path: Path
) -> None:
    asked: list[str] = []

    def stay() -> bool:
        asked.append("asked")
        return False

    (tmp_path / "bad.aegui").write_bytes(b"not a zip")
    assert not workspace.open(tmp_path / "bad.aegui", stay)
    glyphs_file = tmp_path / "own.txt"
    glyphs_file.write_text("A\n#.\n.#\n")
    assert workspace.open(glyphs_file, stay)
    assert asked == []
    assert saved_as(workspace, tmp_path / "a.aegui")
    before = workspace.recipe
    assert not workspace.open(tmp_path / "a.aegui", stay)
    assert asked == ["asked"]
    assert workspace.recipe is before


def test_characters_of_a_file_are_joined(
    workspace: Workspace, heard: Heard, tmp_path: Path
) -> None:
    workspace.edit_recipe(data(workspace.recipe, chars="ab"), "Characters")
    size = "\n".join(["#####"] + ["#...#"] * 6)
    (tmp_path / "own.txt").write_text(f"É\n{size}\n\nÑ\n{size[:-1]}.\n", encoding="utf-8")
    assert workspace.edits.add_file(tmp_path / "own.txt")
    assert labels(workspace) == "abÉÑ"
    assert len(workspace.pool) == 34
    assert "own.txt" in heard.texts()[-1]
    workspace.undo_stack.undo()
    assert labels(workspace) == "ab"
    (tmp_path / "small.txt").write_text("A\n#.\n.#\n")
    assert not workspace.edits.add_file(tmp_path / "small.txt")
    assert "differ in size" in heard.texts()[-1]
    assert labels(workspace) == "ab"


def test_a_drawing_of_another_size_is_not_added(workspace: Workspace, heard: Heard) -> None:
    workspace.edits.add_sample(np.eye(8), "x")
    assert heard.names() == ["noticed"]
    assert len(workspace.dataset) == 32


def test_another_dataset_is_an_edit(workspace: Workspace) -> None:
    own = glyphs(4)
    workspace.edits.edit_dataset(own, "Own glyphs")
    assert workspace.dataset is own
    assert workspace.pool is own
    workspace.edit_recipe(data(workspace.recipe, chars="ca"), "Characters")
    assert workspace.dataset.labels == ("c", "a")
    workspace.undo_stack.undo()
    workspace.undo_stack.undo()
    assert len(workspace.dataset) == 32


# Runs


def test_a_result_becomes_the_run_of_the_document(workspace: Workspace, heard: Heard) -> None:
    workspace.new(small())
    result = learnt(workspace)
    heard.clear()
    workspace.adopt_result(result)
    assert heard.names() == ["title_changed", "run_changed"]
    run = workspace.run
    assert run is not None
    assert run.snapshot is result.snapshot
    assert is_trained(workspace)
    assert workspace.file.is_modified
    codec = workspace.codec()
    assert codec is not None
    assert codec.pixels == 35


def test_edits_leave_the_run_that_is_shown(workspace: Workspace) -> None:
    workspace.new(small())
    workspace.adopt_result(learnt(workspace))
    run = workspace.run
    assert run is not None
    workspace.edit_recipe(data(workspace.recipe, source="uppercase", chars="AB"), "Data")
    assert workspace.run is run
    assert run.dataset.labels == ("a", "b", "c")
    assert not is_trained(workspace)


def test_a_result_belongs_to_what_was_trained_not_to_later_edits(workspace: Workspace) -> None:
    workspace.new(small())
    resolved = workspace.resolution.resolved
    result = result_of(resolved)
    workspace.edit_recipe(workspace.recipe.model_copy(update={"seed": 9}), "Seed")
    workspace.adopt_result(result, resolved)
    assert workspace.run is not None
    assert workspace.run.recipe.seed == 0
    assert not is_trained(workspace)


def test_going_on_is_exact_and_wants_a_draft_that_fits(workspace: Workspace) -> None:
    workspace.new(small())
    assert workspace.continuation() is None
    workspace.adopt_result(learnt(workspace, epochs=40))
    again = workspace.continuation()
    assert again is not None
    assert again.resolved.recipe.training.epochs == 80
    *_, last = train(again.resolved, None, again.checkpoint, again.history)
    training = workspace.recipe.training.model_copy(update={"epochs": 80})
    workspace.edit_recipe(workspace.recipe.model_copy(update={"training": training}), "Epochs")
    longer = workspace.continuation()
    assert longer is not None
    assert longer.resolved.recipe.training.epochs == 80
    whole = result_of(workspace.resolution.resolved)
    for mine, its in zip(last.result().last.layers, whole.last.layers, strict=True):
        assert np.array_equal(mine.weight, its.weight)
    held_out = workspace.recipe.data.model_copy(update={"split": SplitSpec(validation=0.4)})
    for update in ({"seed": 4}, {"runs": 2}, {"data": DataSpec(chars="abd")}, {"data": held_out}):
        workspace.edit_recipe(workspace.recipe.model_copy(update=update), str(update))
        assert workspace.continuation() is None
        workspace.undo_stack.undo()
    assert workspace.continuation() is not None
    # Nothing is held out: the seed of that has no effect.
    data = workspace.recipe.data.model_copy(update={"split": SplitSpec(seed=9)})
    workspace.edit_recipe(workspace.recipe.model_copy(update={"data": data}), "Seed of the split")
    assert workspace.continuation() is not None
