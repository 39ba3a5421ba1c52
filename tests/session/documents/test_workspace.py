from __future__ import annotations

import json
import threading
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset, same_data
from aegui.core.data.writers import write_dataset
from aegui.core.i18n import set_language
from aegui.core.latent.concepts import Concept
from aegui.core.recipe import DataSpec, Recipe
from aegui.core.recipe.edits import with_value
from aegui.core.recipe.file import save_recipe
from aegui.core.run_file.saved import SavedRun, load_run, save_run
from aegui.core.training.loop.train import train
from aegui.paths import models_dir
from aegui.session.documents import edit_command
from aegui.session.documents.autosave import remove
from aegui.session.documents.workspace import Workspace
from aegui.session.notice import Notice
from aegui.session.settings import Settings
from tests.processes import python
from tests.session.parts import glyphs, recipe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.training.record.result import TrainingResult

SIGNALS = (
    "recipe_changed",
    "dataset_changed",
    "run_changed",
    "document_changed",
    "title_changed",
    "recent_changed",
    "recipe_imported",
    "noticed",
)


class Heard:
    """What a workspace has emitted, by signal, in order."""

    def __init__(self, workspace: Workspace) -> None:
        self.all: list[tuple[str, tuple[object, ...]]] = []
        for name in SIGNALS:
            owner = workspace if hasattr(workspace, name) else workspace.file
            getattr(owner, name).connect(lambda *args, name=name: self.all.append((name, args)))

    def names(self) -> list[str]:
        return [name for name, _ in self.all]

    def notices(self) -> list[Notice]:
        return [args[0] for name, args in self.all if isinstance(args[0], Notice)]

    def texts(self) -> list[str]:
        return [args[0].text for name, args in self.all if name == "noticed"]  # type: ignore[attr-defined]

    def clear(self) -> None:
        self.all.clear()


@pytest.fixture
def no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "aegui.session.documents.document.shipped_model", lambda: tmp_path / "no" / "model.aegui"
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(tmp_path / "config" / "settings.json")


@pytest.fixture
def workspace(
    qtbot: QtBot, no_model: None, settings: Settings, tmp_path: Path
) -> Iterator[Workspace]:
    workspace = Workspace(settings, autosave_folder=tmp_path / "autosave")
    yield workspace
    workspace.close()


@pytest.fixture
def heard(workspace: Workspace) -> Heard:
    return Heard(workspace)


def saved_as(workspace: Workspace, path: Path) -> bool:
    """Save and wait for it; whether that has begun."""
    begun = workspace.save_as(path)
    workspace.file.saving.finish()
    return begun


def saved(workspace: Workspace) -> bool:
    begun = workspace.save()
    workspace.file.saving.finish()
    return begun


def is_trained(workspace: Workspace) -> bool:
    """Whether the run is one of the draft as it is now."""
    run = workspace.run
    return (
        run is not None
        and run.recipe == workspace.recipe
        and same_data(run.dataset, workspace.dataset)
    )


def small() -> Recipe:
    return recipe(epochs=5).model_copy(update={"data": DataSpec(source="lowercase", chars="abc")})


def learnt(workspace: Workspace, epochs: int = 5) -> TrainingResult:
    draft = workspace.recipe
    training = draft.training.model_copy(update={"epochs": epochs, "device": "cpu"})
    workspace.edit_recipe(draft.model_copy(update={"training": training}), "Epochs")
    return result_of(workspace.resolution.resolved)


def result_of(resolved: ResolvedRecipe | None) -> TrainingResult:
    assert resolved is not None
    *_, last = train(resolved)
    return last.result()


def renamed(of: Recipe, name: str) -> Recipe:
    return of.model_copy(update={"name": name})


def labels(workspace: Workspace) -> str:
    return "".join(workspace.dataset.labels)


def data(of: Recipe, **update: object) -> Recipe:
    return of.model_copy(update={"data": of.data.model_copy(update=update)})


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
    for update in ({"seed": 4}, {"runs": 2}, {"data": DataSpec(chars="abd")}):
        workspace.edit_recipe(workspace.recipe.model_copy(update=update), str(update))
        assert workspace.continuation() is None
        workspace.undo_stack.undo()
    assert workspace.continuation() is not None


# Files


def test_saving_and_opening_keeps_run_and_draft(
    workspace: Workspace, heard: Heard, tmp_path: Path
) -> None:
    workspace.new(small())
    workspace.adopt_result(learnt(workspace))
    run = workspace.run
    workspace.edit_recipe(data(workspace.recipe, source="uppercase", chars="AB"), "Data")
    draft, dataset = workspace.recipe, workspace.dataset
    assert saved_as(workspace, tmp_path / "mine")
    file = tmp_path / "mine.aegui"
    assert workspace.path == file
    assert not workspace.file.is_modified
    assert workspace.file.recent[0] == file
    workspace.new(Recipe())
    heard.clear()
    assert workspace.open(file)
    assert heard.names() == [
        "dataset_changed",
        "recipe_changed",
        "run_changed",
        "document_changed",
        "title_changed",
        "recent_changed",
    ]
    assert workspace.recipe == draft
    assert same_data(workspace.dataset, dataset)
    assert len(workspace.pool) == 32
    assert run is not None
    assert run.snapshot is not None
    opened = workspace.run
    assert opened is not None
    assert opened.snapshot is not None
    assert opened.recipe == run.recipe
    assert opened.results == run.results
    assert np.array_equal(opened.snapshot.layers[0].weight, run.snapshot.layers[0].weight)
    assert workspace.continuation() is None
    assert not workspace.undo_stack.canUndo()


def test_an_untrained_document_is_saved_too(workspace: Workspace, tmp_path: Path) -> None:
    workspace.new(small())
    assert saved_as(workspace, tmp_path / "draft.aegui")
    assert load_run(tmp_path / "draft.aegui").snapshot is None
    assert workspace.open(tmp_path / "draft.aegui")
    assert workspace.run is None
    assert workspace.recipe == small()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.aegui", b"not a zip"),
        ("a.json", b'{"format": "aegui-recipe", "version": 1, "rnus": 3}'),
        ("a.json", b"{"),
        ("a.yaml", b"a: [1"),
        ("a.h", b"int main(void) { return 0; }"),
        ("a.png", b"\x89PNG"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(
    workspace: Workspace, heard: Heard, tmp_path: Path, name: str, content: bytes
) -> None:
    workspace.edit_recipe(renamed(workspace.recipe, "mine"), "Name")
    before = (workspace.recipe, workspace.dataset, workspace.run, workspace.name)
    heard.clear()
    (tmp_path / name).write_bytes(content)
    assert workspace.open(tmp_path / name) is False
    assert heard.names() == ["noticed"]
    assert name in heard.texts()[0]
    assert before == (workspace.recipe, workspace.dataset, workspace.run, workspace.name)
    assert workspace.undo_stack.canUndo()
    assert workspace.file.recent == ()


def test_a_recent_file_that_is_gone_is_forgotten(
    workspace: Workspace, heard: Heard, tmp_path: Path
) -> None:
    saved_as(workspace, tmp_path / "a.aegui")
    (tmp_path / "a.aegui").unlink()
    assert workspace.open(tmp_path / "a.aegui") is False
    assert workspace.file.recent == ()
    saved_as(workspace, tmp_path / "b.aegui")
    workspace.file.clear_recent()
    assert workspace.file.recent == ()
    assert Settings.load(tmp_path / "config" / "settings.json").recent_files == ()


def test_a_course_configuration_is_opened_with_what_was_made_of_it(
    workspace: Workspace, heard: Heard, tmp_path: Path
) -> None:
    config = {
        "layers": [35, 25, 10, 2, 10, 25, 35],
        "learning_rate": 0.01,
        "epochs": 10000,
        "activation_fn": "relu",
        "loss_function": "cross_entropy_loss",
        "optimizer": "adam",
        "n_runs": 1,
        "seed": 42,
        "init_method": "uniform",
    }
    (tmp_path / "course.json").write_text(json.dumps(config))
    assert workspace.open(tmp_path / "course.json")
    assert workspace.recipe.seed == 42
    assert [layer.outputs for layer in workspace.resolution.layers[:2]] == [25, 10]
    assert heard.names().count("recipe_imported") == 1
    assert workspace.path is None
    assert workspace.name == "course"


def test_a_recipe_is_opened(workspace: Workspace, heard: Heard, tmp_path: Path) -> None:
    workspace.edit_recipe(renamed(workspace.recipe, "mine"), "Name")
    save_recipe(tmp_path / "mine.json", workspace.recipe)
    heard.clear()
    assert workspace.open(tmp_path / "mine.json")
    assert "recipe_imported" not in heard.names()
    assert workspace.recipe.name == workspace.name == "mine"


def test_glyph_files_become_the_data_of_the_draft(workspace: Workspace, tmp_path: Path) -> None:
    art = "a\n#.\n.#\n\nb\n##\n..\n"
    (tmp_path / "own.txt").write_text(art)
    assert workspace.open(tmp_path / "own.txt")
    assert workspace.dataset.image_shape == (1, 2, 2)
    assert workspace.recipe.data.source == str(tmp_path / "own.txt")
    assert workspace.resolution.layers[0].inputs == 4
    workspace.undo_stack.undo()
    assert len(workspace.dataset) == 32


def test_json_may_hold_glyphs(workspace: Workspace, tmp_path: Path) -> None:
    rows = json.dumps({"a": [1, 2, 4, 8, 16, 8, 4], "b": [31, 0, 31, 0, 31, 0, 31]})
    (tmp_path / "own.json").write_text(rows)
    assert workspace.open(tmp_path / "own.json")
    assert workspace.dataset.labels == ("a", "b")


def test_data_beside_a_recipe_are_found(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("a\n#.\n.#\n\nb\n##\n..\n")
    text = '{"format": "aegui-recipe", "version": 1, "data": {"source": "own.txt"}}'
    (tmp_path / "r.json").write_text(text)
    assert workspace.open(tmp_path / "r.json")
    assert workspace.dataset.image_shape == (1, 2, 2)


def test_saving_where_nothing_can_be_saved_is_a_notice(
    workspace: Workspace, heard: Heard, tmp_path: Path
) -> None:
    workspace.edit_recipe(renamed(workspace.recipe, "mine"), "Name")
    heard.clear()
    assert saved_as(workspace, tmp_path / "no" / "folder.aegui") is False
    assert heard.names() == ["noticed"]
    assert workspace.file.is_modified
    assert workspace.path is None


def test_a_recipe_whose_data_are_missing_is_no_new_document(
    workspace: Workspace, heard: Heard
) -> None:
    assert workspace.new(Recipe(data=DataSpec(source="nowhere"))) is False
    assert heard.names() == ["noticed"]


def test_the_title_follows(workspace: Workspace, heard: Heard, tmp_path: Path) -> None:
    workspace.edit_recipe(renamed(workspace.recipe, "mine"), "Name")
    saved_as(workspace, tmp_path / "file.aegui")
    workspace.undo_stack.undo()
    workspace.undo_stack.redo()
    titles = [args for name, args in heard.all if name == "title_changed"]
    held = "Autoencoder on Lower case, 2 numbers"
    assert titles == [(held, True), ("file", False), ("file", True), ("file", False)]


# Unsaved work


def crash(workspace: Workspace) -> None:
    """What is left when the program dies: the copy, and no lock."""
    copies = workspace.file.autosave
    copies.flush()
    lock = copies._lock
    if lock is not None:
        lock.unlock()


def test_unsaved_work_is_found_after_a_crash(
    workspace: Workspace, settings: Settings, tmp_path: Path
) -> None:
    workspace.new(small())
    workspace.adopt_result(learnt(workspace))
    saved_as(workspace, tmp_path / "mine.aegui")
    workspace.edit_recipe(workspace.recipe.model_copy(update={"seed": 77}), "Seed")
    workspace.file.copy()
    assert workspace.file.recoveries() == ()
    crash(workspace)

    second = Workspace(settings, autosave_folder=tmp_path / "autosave")
    (found,) = second.file.recoveries()
    assert (found.name, found.origin) == ("mine", tmp_path / "mine.aegui")
    assert second.opening.recover(found)
    assert second.recipe.seed == 77
    assert second.run is not None
    assert second.path == tmp_path / "mine.aegui"
    assert second.file.is_modified
    # Still unsaved: another crash must not lose it.
    crash(second)
    third = Workspace(settings, autosave_folder=tmp_path / "autosave")
    assert len(third.file.recoveries()) == 1
    third.close()
    assert saved(second)
    assert not second.file.is_modified
    second.file.autosave.flush()
    assert not list((tmp_path / "autosave").glob("*.aegui"))
    second.close()


def test_unsaved_work_can_be_thrown_away(
    workspace: Workspace, settings: Settings, tmp_path: Path
) -> None:
    workspace.edit_recipe(renamed(workspace.recipe, "mine"), "Name")
    workspace.file.copy()
    crash(workspace)
    second = Workspace(settings, autosave_folder=tmp_path / "autosave")
    remove(second.file.recoveries()[0].file)
    assert second.file.recoveries() == ()
    second.close()


def test_a_damaged_copy_is_a_notice(workspace: Workspace, heard: Heard, tmp_path: Path) -> None:
    (tmp_path / "autosave").mkdir()
    (tmp_path / "autosave" / "x.aegui").write_bytes(b"half of")
    (found,) = workspace.file.recoveries()
    assert (found.name, found.origin) == ("", None)
    assert workspace.opening.recover(found) is False
    assert heard.names() == ["noticed"]


def test_copies_are_made_only_of_what_has_changed(workspace: Workspace, tmp_path: Path) -> None:
    copies = workspace.file.autosave
    copy = copies.file
    workspace.file.copy()
    copies.flush()
    assert not copy.exists()
    workspace.edit_recipe(renamed(workspace.recipe, "mine"), "Name")
    workspace.file.copy()
    copies.flush()
    first = copy.stat().st_mtime_ns
    workspace.file.copy()
    copies.flush()
    assert copy.stat().st_mtime_ns == first
    workspace.edit_recipe(renamed(workspace.recipe, "yours"), "Other name")
    workspace.file.copy()
    copies.flush()
    assert load_run(copy).recipe.name == "yours"
    saved_as(workspace, tmp_path / "a.aegui")
    copies.flush()
    assert not copy.exists()


def test_a_clean_end_leaves_nothing_behind(
    qtbot: QtBot, no_model: None, settings: Settings, tmp_path: Path
) -> None:
    workspace = Workspace(settings, autosave_folder=tmp_path / "autosave")
    workspace.edit_recipe(renamed(workspace.recipe, "mine"), "Name")
    workspace.file.copy()
    workspace.close()
    assert list((tmp_path / "autosave").iterdir()) == []


@pytest.mark.parametrize("ends", [True, False])
def test_a_copy_discarded_before_it_is_written_does_not_stay(
    ends: bool,
    qtbot: QtBot,
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begins, continues = threading.Event(), threading.Event()

    def hold() -> None:
        begins.set()
        assert continues.wait(10)

    # Called as the job's thread begins with a job.
    monkeypatch.setattr("aegui.session.jobs.latest_job._compute_alone", hold)
    copies = workspace.file.autosave
    workspace.edit_recipe(renamed(workspace.recipe, "mine"), "Name")
    workspace.file.copy()
    assert begins.wait(10)
    if ends:
        threading.Timer(0.2, continues.set).start()
        workspace.close()
    else:
        copies.discard()
        continues.set()
        copies.flush()
    assert list((tmp_path / "autosave").iterdir()) == []


def test_a_copy_that_cannot_be_written_is_said_once(
    qtbot: QtBot, workspace: Workspace, heard: Heard, tmp_path: Path
) -> None:
    (tmp_path / "autosave").write_text("a file where a folder should be")
    for name in ("one", "two"):
        workspace.edit_recipe(renamed(workspace.recipe, name), name)
        workspace.file.copy()
        qtbot.wait(20)
    assert heard.names().count("noticed") == 1


def test_nothing_of_torch_is_needed_to_open_and_edit(tmp_path: Path) -> None:
    save = tmp_path / "a.aegui"
    code = f"""
import sys
import threading
from pathlib import Path
from PySide6.QtCore import QCoreApplication
import aegui.session.training.training_runner, aegui.session.map.decode_service
import aegui.features.map.model.plane_service
import aegui.session.pixels.answers, aegui.session.jobs.clock, aegui.session.pixels.drawing
from aegui.session.settings import Settings
from aegui.session.documents.workspace import Workspace
app = QCoreApplication([])
workspace = Workspace(Settings.load(Path({str(tmp_path / "s.json")!r})))
workspace.edit_recipe(workspace.recipe.model_copy(update={{"runs": 2}}), "Runs")
assert workspace.save_as(Path({str(save)!r}))
workspace.file.saving.finish()
assert workspace.open(Path({str(save)!r}))
workspace.close()
sys.exit(3 if "torch" in sys.modules or "PySide6.QtWidgets" in sys.modules else 0)
"""
    python("-c", code)


def test_a_saved_file_with_a_broken_draft_is_refused(tmp_path: Path, workspace: Workspace) -> None:
    workspace.new(small())
    workspace.adopt_result(learnt(workspace))
    workspace.edit_recipe(workspace.recipe.model_copy(update={"seed": 3}), "Seed")
    saved_as(workspace, tmp_path / "a.aegui")
    with (
        zipfile.ZipFile(tmp_path / "a.aegui") as whole,
        zipfile.ZipFile(tmp_path / "b.aegui", "w") as part,
    ):
        for name in whole.namelist():
            if name != "draft.json":
                part.writestr(name, whole.read(name))
    heard = Heard(workspace)
    assert workspace.open(tmp_path / "b.aegui") is False
    assert "draft.json" in heard.texts()[0]


def test_run_files_keep_their_draft_exactly(tmp_path: Path, workspace: Workspace) -> None:
    workspace.new(small())
    workspace.adopt_result(learnt(workspace))
    workspace.edits.edit_dataset(glyphs(4), "Own")
    saved_as(workspace, tmp_path / "a.aegui")
    first = load_run(tmp_path / "a.aegui")
    assert first.draft is not None
    assert same_data(first.draft.dataset, glyphs(4))
    save_run(tmp_path / "b.aegui", first)
    assert (tmp_path / "a.aegui").read_bytes() == (tmp_path / "b.aegui").read_bytes()


# Data that a file names


@pytest.fixture
def named(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run whose data were read from ``set.npz``; only some samples are in it."""
    monkeypatch.setattr("aegui.core.run_file.data.MAX_WHOLE_SET_BYTES", 1000)
    monkeypatch.setattr("aegui.core.run_file.data.PREVIEW_BYTES", 1000)
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "set.npz", images=rng.random((40, 7, 5)), labels=np.arange(40) % 2)
    path = tmp_path / "stranger.aegui"
    of = recipe(epochs=1).model_copy(update={"data": DataSpec(source=str(tmp_path / "set.npz"))})
    workspace.new(of)
    save_run(path, SavedRun(of, workspace.dataset))
    workspace.new(Recipe())
    # The person who opens it has not chosen that file.
    workspace._agreed.clear()
    return path


def offers(workspace: Workspace) -> list[Notice]:
    made: list[Notice] = []
    workspace.noticed.connect(made.append)
    return made


def test_data_that_a_run_names_are_read_when_the_person_says_so(
    qtbot: QtBot, workspace: Workspace, named: Path, tmp_path: Path
) -> None:
    made = offers(workspace)
    assert workspace.open(named)
    qtbot.waitUntil(lambda: bool(made))
    assert len(workspace.dataset) < 40
    assert str(tmp_path / "set.npz") in made[0].text
    assert made[0].offer == "Read it"
    assert made[0].accept is not None
    made[0].accept()
    qtbot.waitUntil(lambda: len(workspace.dataset) == 40)
    assert len(made) == 1
    # Once is enough.
    workspace.new(Recipe())
    assert workspace.open(named)
    qtbot.waitUntil(lambda: len(workspace.dataset) == 40)
    assert len(made) == 1


def test_another_choice_of_a_named_set_is_asked_about(
    qtbot: QtBot, workspace: Workspace, named: Path
) -> None:
    made = offers(workspace)
    assert workspace.open(named)
    qtbot.waitUntil(lambda: bool(made))
    here = len(workspace.dataset)
    workspace.edit_recipe(data(workspace.recipe, labels=("1",)), "Classes")
    assert len(workspace.dataset) == here
    assert len(made) == 2
    assert workspace.undo_stack.count() == 0
    assert made[1].accept is not None
    made[1].accept()
    qtbot.waitUntil(lambda: set(workspace.dataset.labels) == {"1"})
    assert len(workspace.dataset) == 20
    assert workspace.undo_stack.count() == 1


def test_data_that_were_read_again_are_not_kept_twice(workspace: Workspace) -> None:
    workspace.new(small())
    workspace.adopt_result(learnt(workspace))
    run = workspace.run
    assert run is not None
    workspace.edit_recipe(data(workspace.recipe, chars="ab"), "Characters")
    workspace.edit_recipe(data(workspace.recipe, chars="abc"), "Characters again")
    assert workspace.dataset is run.dataset


def test_an_exact_copy_is_told_before_it_is_added(workspace: Workspace, heard: Heard) -> None:
    workspace.edit_recipe(data(workspace.recipe, chars="abc"), "Characters")
    image = workspace.dataset.images[1]
    workspace.edits.add_sample(image, "B")
    assert labels(workspace) == "abc"
    notice = heard.notices()[-1]
    assert "“b” of the set has exactly these pixels" in notice.text
    assert notice.accept is not None
    notice.accept()
    assert labels(workspace) == "abcB"


def test_copies_in_a_file_can_be_left_out(
    workspace: Workspace, heard: Heard, tmp_path: Path, qtbot: QtBot
) -> None:
    workspace.edit_recipe(data(workspace.recipe, chars="abc"), "Characters")
    new = Dataset.from_images("new", np.eye(7, 5)[None, None], ("ñ",))
    both = workspace.dataset.subset([0, 2]).joined(new, "both")
    write_dataset(tmp_path / "more.json", both)
    assert workspace.edits.add_file(tmp_path / "more.json")
    assert labels(workspace) == "abcacñ"
    qtbot.waitUntil(lambda: bool(heard.notices()))
    notice = heard.notices()[-1]
    assert "2 of them were there already" in notice.text
    assert notice.accept is not None
    notice.accept()
    assert labels(workspace) == "abcñ"


def test_edited_data_are_known_as_such(workspace: Workspace, tmp_path: Path) -> None:
    workspace.edit_recipe(data(workspace.recipe, chars="abc"), "Characters")
    assert not workspace.draft.is_edited
    workspace.edits.add_sample(np.eye(7, 5), "ñ")
    assert workspace.draft.is_edited
    workspace.edit_recipe(data(workspace.recipe, chars="abñ"), "Characters 2")
    assert workspace.draft.is_edited
    assert saved_as(workspace, tmp_path / "a.aegui")
    workspace.undo_stack.undo()
    workspace.undo_stack.undo()
    assert not workspace.draft.is_edited
    assert workspace.open(tmp_path / "a.aegui")
    assert workspace.draft.is_edited


def test_pins_are_steps_of_undo(workspace: Workspace, tmp_path: Path) -> None:
    workspace.new(small())
    kept, stack = workspace.annotations, workspace.undo_stack
    kept.pin(np.array([0.5, 1.0], np.float32))
    workspace.edit_recipe(small().model_copy(update={"seed": 9}), "Seed")
    kept.pin(np.array([1.0, 2.0], np.float32), "mine")
    kept.unpin(0)
    assert [place.name for place in kept.pins] == ["mine"]
    assert stack.undoText() == "Remove a pin"
    stack.undo()
    assert [place.name for place in kept.pins] == ["Pin 1", "mine"]
    stack.undo()
    assert [place.name for place in kept.pins] == ["Pin 1"]
    stack.undo()
    assert workspace.recipe.seed == small().seed
    assert len(kept.pins) == 1
    stack.undo()
    assert not kept.pins
    for _ in range(4):
        stack.redo()
    assert [place.name for place in kept.pins] == ["mine"]
    assert saved_as(workspace, tmp_path / "a.aegui")
    assert not workspace.file.is_modified
    stack.undo()
    assert workspace.file.is_modified


@pytest.mark.parametrize("has_file", [False, True])
def test_what_is_kept_in_the_document_is_unsaved_until_it_is_as_before(
    workspace: Workspace, tmp_path: Path, has_file: bool
) -> None:
    workspace.new(small())
    if has_file:
        assert saved_as(workspace, tmp_path / "a.aegui")
    kept, titles = workspace.annotations, []
    workspace.file.title_changed.connect(lambda _name, is_modified: titles.append(is_modified))
    kept.pin(np.array([0.5, 1.0], np.float32))
    assert workspace.file.is_modified, "a pin alone is in the file too"
    kept.set_concepts((Concept("thick", (1.0, 0.0), 0.0, 1.0, 2.0),))
    workspace.undo_stack.undo()
    workspace.undo_stack.undo()
    assert not workspace.file.is_modified
    workspace.undo_stack.redo()
    assert workspace.file.is_modified
    kept.unpin(0)
    assert not workspace.file.is_modified, "taken away by hand is as good as undone"
    assert titles == [True, False, True, False]


def test_pins_of_a_refused_save_are_still_unsaved(workspace: Workspace, tmp_path: Path) -> None:
    workspace.new(small())
    workspace.annotations.pin(np.array([0.5, 1.0], np.float32))
    assert not saved_as(workspace, tmp_path / "nowhere" / "a.aegui")
    assert workspace.file.is_modified


def test_files_of_a_document_have_short_plain_names(workspace: Workspace, tmp_path: Path) -> None:
    workspace.new(Recipe())
    assert workspace.stem == "lowercase-2"
    workspace.open(models_dir() / "letters-2d.aegui", lambda: True)
    workspace.loading.finish(60.0)
    assert workspace.name == "letters-2d"
    set_language("es")
    assert workspace.name == workspace.stem == "letters-2d", "the same in every language"
    workspace.new(Recipe())
    assert workspace.stem == "lowercase-2"
    gaussian = {"encoder": [{"units": 4}], "latent": {"kind": "gaussian", "units": 3}}
    workspace.new(Recipe.model_validate({"network": gaussian}))
    assert workspace.stem == "lowercase-vae-3"
    assert saved_as(workspace, tmp_path / "Números míos.aegui")
    assert workspace.stem == "Numeros-mios"


@pytest.mark.parametrize("typed", [None, 1234])
def test_the_epochs_of_a_small_set_come_back_with_it(
    workspace: Workspace, tmp_path: Path, typed: int | None
) -> None:
    rng = np.random.default_rng(0)
    large = tmp_path / "large.npz"
    np.savez(large, images=rng.integers(0, 2, (5000, 3, 3), np.uint8), labels=np.arange(5000) % 2)
    workspace.new(recipe(epochs=typed or 4000).model_copy(update={"data": DataSpec()}))
    own = workspace.recipe

    def take(source: str) -> None:
        workspace.edit_recipe(data(workspace.recipe, source=source), "Data")
        workspace.loading.finish(60.0)

    take(str(large))
    many = workspace.recipe.training
    assert many.batch_size is not None
    assert many.epochs == 20
    take("digits")
    assert workspace.recipe.training == own.training
    take(str(large))
    assert workspace.recipe.training == many
    take(own.data.source)
    assert workspace.recipe == own
    # A number that was typed for the large set is what the next one is adapted from.
    take(str(large))
    training = workspace.recipe.training.model_copy(update={"epochs": 3})
    workspace.edit_recipe(workspace.recipe.model_copy(update={"training": training}), "Epochs")
    take("uppercase")
    assert workspace.recipe.training.epochs not in (own.training.epochs, many.epochs)
