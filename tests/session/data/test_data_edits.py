"""Data that take a while: read in the background, and nothing is lost on the way."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset, same_data
from aegui.core.data.load import load_dataset
from aegui.core.data.published import DATA_DIR_VARIABLE
from aegui.core.data.select import search
from aegui.core.data.writers import write_dataset
from aegui.core.errors import AeguiError
from aegui.core.recipe import CorruptionSpec, DataSpec, ImageSpec, SplitSpec
from aegui.core.recipe.edits import with_values
from aegui.core.recipe.file import save_recipe
from aegui.session.data.data_view import only, source_words, view_of, without
from aegui.session.documents.draft import (
    QUICK_FILE_BYTES,
    document_draft,
    is_quick_source,
    merged,
    same_samples,
    with_chars,
    with_data,
    with_source,
)
from aegui.session.documents.workspace import Workspace
from aegui.session.settings import Settings
from tests.session.parts import recipe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from aegui.session.data.data_edits import DownloadNeed
    from aegui.session.notice import Notice

COUNT, SIDE = 300, 28


@pytest.fixture
def workspace(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Workspace]:
    monkeypatch.setattr(
        "aegui.session.documents.document.shipped_model", lambda: tmp_path / "none.aegui"
    )
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(tmp_path / "downloads"))
    settings = Settings.load(tmp_path / "config" / "settings.json")
    made = Workspace(settings, autosave_folder=tmp_path / "autosave")
    yield made
    made.close()


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """An idx file that is too large to be read in a blink."""
    draw = np.random.default_rng(0)
    path = tmp_path / "noise-idx3-ubyte"
    pixels = draw.integers(0, 256, (COUNT, SIDE, SIDE), dtype=np.uint8)
    path.write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, COUNT, SIDE, SIDE) + pixels.tobytes())
    assert path.stat().st_size > QUICK_FILE_BYTES
    return path


def take(workspace: Workspace, source: Path | str) -> None:
    workspace.edit_recipe(with_source(workspace.recipe, str(source)), "Data")


def settle(qtbot: QtBot, workspace: Workspace) -> None:
    qtbot.waitUntil(lambda: not workspace.loading.is_busy)


def test_a_large_file_is_read_in_the_background(
    qtbot: QtBot, workspace: Workspace, images: Path
) -> None:
    before = workspace.dataset
    take(workspace, images)
    assert workspace.loading.is_busy
    assert workspace.dataset is before
    settle(qtbot, workspace)
    assert workspace.dataset.images.shape == (COUNT, 1, SIDE, SIDE)
    assert workspace.recipe.data.source == str(images)
    assert workspace.undo_stack.count() == 1


def test_undo_and_redo_read_nothing_again(qtbot: QtBot, workspace: Workspace, images: Path) -> None:
    letters = workspace.dataset
    take(workspace, images)
    settle(qtbot, workspace)
    large = workspace.dataset
    images.unlink()
    workspace.undo_stack.undo()
    assert workspace.dataset is letters
    workspace.undo_stack.redo()
    assert workspace.dataset is large
    assert not workspace.loading.is_busy


def test_what_is_edited_meanwhile_stays(qtbot: QtBot, workspace: Workspace, images: Path) -> None:
    take(workspace, images)
    noise = CorruptionSpec(kind="gaussian", level=0.2)
    workspace.edit_recipe(with_data(workspace.recipe, corruption=noise), "Noise")
    workspace.edit_recipe(workspace.recipe.model_copy(update={"seed": 9}), "Seed")
    settle(qtbot, workspace)
    assert len(workspace.dataset) == COUNT
    assert workspace.recipe.seed == 9
    assert workspace.recipe.data.corruption == noise


def test_a_drawing_added_while_a_file_is_read_stays(
    qtbot: QtBot, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aegui.session.data.data_edits.is_quick_source", lambda _source: False)
    labels = workspace.dataset.labels
    # One sample is new, one a copy of what is drawn meanwhile.
    more = np.stack([np.eye(7, 5), np.eye(7, 5)[::-1]])[:, None]
    write_dataset(tmp_path / "more.json", Dataset.from_images("more", more, ("1", "2")))
    workspace.edits.add_file(tmp_path / "more.json")
    assert workspace.loading.is_busy
    workspace.edits.add_sample(np.eye(7, 5), "ñ")
    settle(qtbot, workspace)
    assert workspace.dataset.labels == (*labels, "ñ", "1", "2")
    workspace.undo_stack.undo()
    assert workspace.dataset.labels == (*labels, "ñ")


def test_a_drawing_added_while_a_choice_is_read_can_still_be_chosen(
    qtbot: QtBot, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aegui.session.data.data_edits.is_quick", lambda *_, **__: False)
    workspace.edit_recipe(with_chars(workspace.recipe, "abc"), "Some")
    workspace.edits.add_sample(np.eye(7, 5), "ñ")
    settle(qtbot, workspace)
    assert workspace.dataset.labels == ("a", "b", "c")
    workspace.edit_recipe(with_chars(workspace.recipe, "abñ"), "Others")
    settle(qtbot, workspace)
    assert workspace.dataset.labels == ("a", "b", "ñ")


def test_what_a_document_has_only_in_part_is_imported_again_without_a_question(
    qtbot: QtBot, workspace: Workspace, images: Path
) -> None:
    whole = with_source(workspace.recipe, str(images))
    some = load_dataset(str(images)).subset(range(5))
    workspace.push(document_draft(whole, some), "As opened")
    told: list[Notice] = []
    workspace.noticed.connect(told.append)
    workspace.edit_recipe(whole, "Import", again=True)
    settle(qtbot, workspace)
    assert len(workspace.dataset) == COUNT
    assert [notice.offer for notice in told if notice.offer] == []


def test_cancelling_leaves_everything_as_it_was(
    qtbot: QtBot, workspace: Workspace, images: Path
) -> None:
    before = workspace.recipe, workspace.dataset
    take(workspace, images)
    workspace.loading.cancel()
    settle(qtbot, workspace)
    workspace.loading.shutdown()
    assert (workspace.recipe, workspace.dataset) == before
    assert workspace.undo_stack.count() == 0


def test_what_follows_an_edit_is_done_unless_it_was_cancelled(
    qtbot: QtBot, workspace: Workspace, images: Path
) -> None:
    done: list[str] = []
    wanted = with_source(workspace.recipe, str(images))
    workspace.edit_recipe(wanted, "Data", lambda: done.append("cancelled"))
    workspace.loading.cancel()
    take(workspace, images)
    settle(qtbot, workspace)
    assert workspace.recipe.data.source == str(images)
    assert done == []
    take(workspace, "lowercase")
    settle(qtbot, workspace)
    workspace.edit_recipe(wanted, "Data", lambda: done.append("read"))
    settle(qtbot, workspace)
    assert done == ["read"]


def test_a_damaged_file_is_told_and_changes_nothing(
    qtbot: QtBot, workspace: Workspace, images: Path
) -> None:
    images.write_bytes(images.read_bytes()[: QUICK_FILE_BYTES + 5000])
    told: list[Notice] = []
    said_again: list[object] = []
    workspace.noticed.connect(told.append)
    workspace.recipe_changed.connect(said_again.append)
    take(workspace, images)
    settle(qtbot, workspace)
    assert told[-1].level == "error"
    assert "300" in told[-1].text
    assert len(said_again) == 1
    assert workspace.recipe.data.source == "lowercase"


def test_opening_a_file_of_data_in_the_background_is_remembered(
    qtbot: QtBot, workspace: Workspace, images: Path
) -> None:
    assert workspace.open(images)
    settle(qtbot, workspace)
    assert len(workspace.dataset) == COUNT
    assert workspace.file.recent == (images,)


def test_a_recipe_with_large_data_opens_in_the_background(
    qtbot: QtBot, workspace: Workspace, images: Path, tmp_path: Path
) -> None:
    path = tmp_path / "recipe.json"
    save_recipe(path, with_source(recipe(), str(images)))
    asked: list[bool] = []
    assert workspace.open(path, lambda: asked.append(True) or True)  # type: ignore[func-returns-value]
    assert not asked
    settle(qtbot, workspace)
    assert asked == [True]
    assert len(workspace.dataset) == COUNT
    assert workspace.undo_stack.count() == 0


def test_data_to_be_downloaded_are_asked_for(workspace: Workspace, qtbot: QtBot) -> None:
    needs: list[DownloadNeed] = []
    workspace.download_needed.connect(needs.append)
    take(workspace, "mnist")
    settle(qtbot, workspace)
    assert [need.key for need in needs] == ["mnist"]
    assert workspace.recipe.data.source == "lowercase"
    assert workspace.undo_stack.count() == 0
    needs[0].retry()
    settle(qtbot, workspace)
    assert len(needs) == 2


# What takes part


def test_the_view_of_a_choice(workspace: Workspace) -> None:
    split = SplitSpec(validation=0.25)
    data = with_data(workspace.recipe, chars="cab", split=split)
    workspace.edit_recipe(data, "Choose")
    view = view_of(workspace.draft)
    assert [view.pool.labels[index] for index in view.selected] == ["c", "a", "b"]
    assert (view.training, view.validation) == (2, 1)
    assert not view.is_complete


def test_only_some_samples_take_part(workspace: Workspace) -> None:
    view = view_of(workspace.draft)
    wished = search(view.pool, "a")
    assert only(view, wished).chars == "a"
    everything = np.arange(len(view.pool))
    assert only(view, everything).chars is None
    with pytest.raises(AeguiError, match="At least one"):
        only(view, everything[:0])


def test_samples_of_a_class_are_chosen_by_name(qtbot: QtBot, workspace: Workspace) -> None:
    take(workspace, "digits")
    settle(qtbot, workspace)
    view = view_of(workspace.draft)
    spec = only(view, np.array([4, 7]))
    assert spec.names is not None
    workspace.edit_recipe(with_data(workspace.recipe, **spec.model_dump(include={"names"})), "Two")
    settle(qtbot, workspace)
    assert np.array_equal(workspace.dataset.images, view.pool.images[[4, 7]])
    rest = without(view_of(workspace.draft), 4)
    assert rest.tolist() == [7]
    assert without(view_of(workspace.draft), 9).tolist() == [4, 7, 9]


def test_a_sample_that_is_added_is_chosen(workspace: Workspace) -> None:
    workspace.edit_recipe(with_data(workspace.recipe, chars="ab"), "Choose")
    workspace.edits.add_sample(np.eye(7, 5), "ñ")
    draft = workspace.draft
    assert [draft.pool.labels[index] for index in draft.selected] == ["a", "b", "ñ"]
    assert np.array_equal(draft.pool.images[draft.selected], draft.dataset.images)


def test_merging_keeps_both_edits() -> None:
    base = recipe()
    wished = with_source(base, "uppercase")
    now = with_data(base, corruption=CorruptionSpec(kind="flip", level=0.1)).model_copy(
        update={"seed": 4}
    )
    both = merged(base, wished, now)
    assert (both.data.source, both.seed, both.data.corruption.kind) == ("uppercase", 4, "flip")


def test_what_is_quick(images: Path, tmp_path: Path) -> None:
    assert is_quick_source("letters")
    assert is_quick_source("lowercase+uppercase")
    assert is_quick_source(str(tmp_path / "missing.json"))
    assert not is_quick_source("mnist")
    assert not is_quick_source(str(images))
    assert not is_quick_source(str(tmp_path))


def test_sources_in_words(images: Path) -> None:
    assert source_words("lowercase") == "Lower case"
    assert source_words("lowercase+uppercase") == "Lower case + Upper case"
    assert source_words(str(images)) == "noise-idx3-ubyte"


def test_emojis_come_at_their_own_size_when_they_are_chosen_by_name() -> None:
    small = with_data(recipe(), images=ImageSpec(height=28, width=28, channels=1))
    assert with_source(small, "emoji").data.images == ImageSpec()
    assert with_source(small, "some/folder").data.images == small.data.images
    # Another size of the same emojis is another set; sets of one size are not read again.
    assert not same_samples(with_data(small, source="emoji").data, DataSpec(source="emoji"))
    assert same_samples(with_data(small, source="digits").data, DataSpec(source="digits"))


def test_another_set_holds_out_none_of_its_last_samples(workspace: Workspace) -> None:
    share = with_data(recipe(), split=SplitSpec(validation=0.25, seed=7))
    for source in ("symbols", "lowercase"):
        workspace.new(share)
        workspace.edits.check_on("uppercase")
        joined = workspace.recipe
        assert joined.data.split.last == 32
        assert with_source(joined, joined.data.source).data.split == joined.data.split
        workspace.edit_recipe(with_source(joined, source), "Data")
        assert workspace.recipe.data.source == source
        assert workspace.recipe.data.split == SplitSpec(seed=7)
        assert workspace.resolution.resolved is not None
    assert with_source(share, "symbols").data.split == share.data.split


def test_another_set_is_checked_on_and_no_longer(workspace: Workspace) -> None:
    workspace.new(recipe())
    workspace.edits.check_on("uppercase")
    data, draft = workspace.recipe.data, workspace.draft
    assert data.source == "lowercase+uppercase"
    assert data.split.last == 32
    assert len(draft.dataset) == 64
    assert view_of(draft).validation == 32
    workspace.edits.check_on("symbols")
    assert workspace.recipe.data.source == "lowercase+symbols"
    workspace.edits.check_on("")
    assert workspace.recipe.data.source == "lowercase"
    assert not workspace.recipe.data.split.keeps
    workspace.undo_stack.undo()
    assert workspace.recipe.data.source == "lowercase+symbols"


def test_few_samples_are_checked_on_all_of_another_set(workspace: Workspace) -> None:
    workspace.new(with_data(recipe(), count=8))
    workspace.edits.check_on("uppercase")
    view = view_of(workspace.draft)
    assert (view.training, view.validation, view.available) == (8, 32, 32)
    assert workspace.resolution.problems == ()
    workspace.edits.check_on("")
    assert workspace.recipe.data.count == len(workspace.dataset) == 8


def test_an_edited_set_is_not_read_again_to_be_checked(workspace: Workspace) -> None:
    workspace.new(recipe())
    workspace.edits.add_sample(np.eye(7, 5, dtype=np.float32), "diagonal")
    told: list[Notice] = []
    workspace.noticed.connect(told.append)
    before = workspace.recipe
    workspace.edits.check_on("uppercase")
    assert workspace.recipe == before
    assert [notice.level for notice in told] == ["warning"]


def test_epochs_typed_for_many_samples_return_with_them(
    qtbot: QtBot, workspace: Workspace, tmp_path: Path
) -> None:
    def set_training(**values: object) -> None:
        values = {f"training.{name}": value for name, value in values.items()}
        workspace.edit_recipe(with_values(workspace.recipe, values), "Training")

    path = tmp_path / "many-idx3-ubyte"
    path.write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, 6_000, 7, 5) + bytes(6_000 * 35))
    take(workspace, path)
    settle(qtbot, workspace)
    set_training(epochs=3)
    take(workspace, "lowercase")
    settle(qtbot, workspace)
    assert workspace.recipe.training.epochs > 3
    # An edit of something else does not make the raised epochs the user's own.
    set_training(loss="mse")
    take(workspace, path)
    settle(qtbot, workspace)
    training = workspace.recipe.training
    assert (training.epochs, training.batch_size, training.loss) == (3, 128, "mse")
    take(workspace, "lowercase")
    settle(qtbot, workspace)
    set_training(epochs=500)
    take(workspace, "uppercase")
    settle(qtbot, workspace)
    assert workspace.recipe.training.epochs == 500, "those typed for few samples are kept"


def test_a_file_in_use_that_has_not_changed_is_no_edit(
    qtbot: QtBot, workspace: Workspace, images: Path
) -> None:
    take(workspace, images)
    settle(qtbot, workspace)
    before, steps = workspace.dataset, workspace.undo_stack.count()
    workspace.edit_recipe(workspace.recipe, "Data again", again=True)
    settle(qtbot, workspace)
    assert workspace.undo_stack.count() == steps
    assert same_data(workspace.dataset, before)
