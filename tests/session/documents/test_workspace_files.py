"""Files of a workspace: opening, saving, and data that a file names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset, same_data
from aegui.core.data.writers import write_dataset
from aegui.core.i18n import set_language
from aegui.core.latent.concepts import Concept
from aegui.core.recipe import DataSpec, Recipe
from aegui.core.recipe.file import save_recipe
from aegui.core.run_file.saved import SavedRun, load_run, save_run
from aegui.paths import models_dir
from aegui.session.settings import Settings
from tests.session.documents.workspaces import Heard, data, labels, learnt, renamed, saved_as, small
from tests.session.parts import recipe

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.session.documents.workspace import Workspace
    from aegui.session.notice import Notice


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


def test_a_file_of_nothing_but_copies_leaves_the_choice_as_it_was(
    workspace: Workspace, heard: Heard, tmp_path: Path, qtbot: QtBot
) -> None:
    workspace.edit_recipe(data(workspace.recipe, chars="abc"), "Characters")
    before = workspace.recipe.data
    write_dataset(tmp_path / "more.json", workspace.dataset.subset([0, 2]))
    assert workspace.edits.add_file(tmp_path / "more.json")
    qtbot.waitUntil(lambda: bool(heard.notices()))
    accept = heard.notices()[-1].accept
    assert accept is not None
    accept()
    assert labels(workspace) == "abc"
    assert workspace.recipe.data == before
    assert not workspace.draft.is_edited


def test_copies_are_not_left_out_of_a_set_that_was_edited_since(
    workspace: Workspace, heard: Heard, tmp_path: Path, qtbot: QtBot
) -> None:
    workspace.edit_recipe(data(workspace.recipe, chars="abc"), "Characters")
    write_dataset(tmp_path / "more.json", workspace.dataset.subset([0, 2]))
    assert workspace.edits.add_file(tmp_path / "more.json")
    qtbot.waitUntil(lambda: bool(heard.notices()))
    accept = heard.notices()[-1].accept
    assert accept is not None
    workspace.edits.add_sample(np.eye(7, 5), "ñ")
    accept()
    assert labels(workspace) == "abcacñ"
    assert "has been edited since" in heard.notices()[-1].text


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
