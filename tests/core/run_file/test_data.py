"""Data in run files: complete if small, else some samples and a reference to the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from aegui.core.data.builtin import is_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.data.load import load_dataset
from aegui.core.errors import AeguiError
from aegui.core.network.resolve import layer_shapes, resolve
from aegui.core.recipe import DataSpec, Recipe
from aegui.core.run_file.data import (
    MAX_WHOLE_SET_BYTES,
    PREVIEW_BYTES,
    to_document,
)
from aegui.core.run_file.saved import (
    Draft,
    SavedRun,
    is_light,
    load_run,
    save_run,
    saved_run_of,
)
from aegui.core.training.loop.train import train
from aegui.core.training.record.snapshot import LayerWeights, Snapshot

if TYPE_CHECKING:
    from pathlib import Path


def grey(count: int, side: int = 32) -> Dataset:
    """Return images of 256 grey levels."""
    draw = np.random.default_rng(0).integers(0, 256, (count, 1, side, side))
    return Dataset.from_images("grey", draw.astype(np.float32) / np.float32(255))


def test_grey_levels_are_stored_in_eight_bits_and_come_back_exactly(tmp_path: Path) -> None:
    path, data = tmp_path / "a.aegui", grey(200)
    save_run(path, SavedRun(Recipe(), data))
    assert path.stat().st_size < 2 * data.images.size
    np.testing.assert_array_equal(load_run(path).dataset.images, data.images)


def test_values_between_the_levels_are_kept_as_they_are(tmp_path: Path) -> None:
    images = np.random.default_rng(1).random((20, 1, 8, 8), dtype=np.float32)
    save_run(tmp_path / "a.aegui", SavedRun(Recipe(), Dataset.from_images("fine", images)))
    np.testing.assert_array_equal(load_run(tmp_path / "a.aegui").dataset.images, images)


def test_a_large_set_leaves_a_part_of_itself_and_is_found_again(tmp_path: Path) -> None:
    asked: list[str] = []

    def may_read(source: str) -> bool:
        asked.append(source)
        return True

    folder = tmp_path / "set.npz"
    np.savez(folder, images=grey(MAX_WHOLE_SET_BYTES // 1024 + 100).images)
    data = load_dataset(str(folder))
    path = tmp_path / "a.aegui"
    save_run(path, SavedRun(Recipe(data=DataSpec(source=str(folder))), data))
    assert path.stat().st_size < 2 * PREVIEW_BYTES
    back = load_run(path, may_read)
    assert (len(back.dataset), back.note, back.unread) == (len(data), "", "")
    assert set(asked) == {str(folder)}
    np.testing.assert_array_equal(back.dataset.images[-1], data.images[-1])
    folder.unlink()
    back = load_run(path, may_read)
    assert len(back.dataset) == PREVIEW_BYTES // 1024
    assert f"{PREVIEW_BYTES // 1024:,} of its {len(data):,} samples" in back.note
    known = {image.tobytes() for image in data.images}
    assert all(image.tobytes() in known for image in back.dataset.images)
    # Saved where the set is missing, it is still found where it is there.
    save_run(path, back)
    assert "samples" in load_run(path, may_read).note
    np.savez(folder, images=data.images)
    assert len(load_run(path, may_read).dataset) == len(data)


def test_what_has_learnt_from_a_part_alone_has_no_more_samples() -> None:
    resolved = resolve(Recipe(), replace(grey(2, 8), whole=600)).resolved
    assert resolved is not None
    for training in train(resolved):
        run = saved_run_of(training.result("stopped"), resolved)
        break
    assert to_document(run.dataset)[0].total is None


@pytest.mark.parametrize("change", ["images", "size", "labels"])
def test_a_source_that_has_changed_is_not_taken_for_the_data_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr("aegui.core.run_file.data.MAX_WHOLE_SET_BYTES", 10)
    data, source, path = grey(6, 5), tmp_path / "set.npz", tmp_path / "a.aegui"
    data = Dataset.from_images("set", data.images, list("abcabc"))
    np.savez(source, images=data.images, labels=np.array(data.labels))
    save_run(path, SavedRun(Recipe(data=DataSpec(source=str(source))), data))
    back = load_run(path, lambda _: True)
    assert (back.dataset.whole, back.note) == (None, "")
    other = {
        "images": data.images[::-1],
        "size": grey(6, 4).images,
        "labels": data.images,
    }[change]
    labels = list("abcabb" if change == "labels" else "abcabc")
    np.savez(source, images=other, labels=np.array(labels))
    back = load_run(path, lambda _: True)
    np.testing.assert_array_equal(back.dataset.images, data.images)
    assert (back.dataset.labels, back.dataset.whole) == (data.labels, 6)
    assert back.note.startswith(
        "set is read differently from when this run was trained: 6 of the 6 samples"
    )


def test_a_set_that_is_not_here_is_told_by_the_name_that_a_person_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(spec: DataSpec) -> Dataset:
        raise AeguiError(f"{spec.source} was not downloaded")

    monkeypatch.setattr("aegui.core.data.load.load_data", missing)
    data = replace(Dataset.from_images("mnist", grey(2).images), whole=60_000)
    save_run(tmp_path / "a.aegui", SavedRun(Recipe(data=DataSpec(source="mnist")), data))
    note = load_run(tmp_path / "a.aegui").note
    assert note.startswith("MNIST is not on this machine: 2 of its 60,000")


@pytest.mark.parametrize("compact", [False, True])
def test_compact_files_are_half_as_large_and_all_but_equal(tmp_path: Path, compact: bool) -> None:
    recipe, data = Recipe(), grey(40)
    draw = np.random.default_rng(2)
    layers = tuple(
        LayerWeights(
            {
                tensor.name: draw.standard_normal((1, *tensor.shape)).astype(np.float32)
                for tensor in layer.tensors
            }
        )
        for layer in layer_shapes(recipe, data.image_shape).layers
    )
    path = tmp_path / "a.aegui"
    save_run(path, SavedRun(recipe, data, Snapshot(7, layers)), compact=compact)
    back = load_run(path).snapshot
    assert back is not None
    for ours, theirs in zip(layers, back.layers, strict=True):
        assert theirs.weight.dtype == np.float32
        assert not theirs.weight.flags.writeable
        np.testing.assert_allclose(
            theirs.weight, ours.weight, rtol=1e-3 if compact else 0, atol=1e-6
        )


def test_one_value_between_the_levels_is_not_rounded(tmp_path: Path) -> None:
    images = grey(600, 4).images.copy()
    images[599, 0, 0, 0] = 0.1234  # the form of the others is found out from some of them
    save_run(tmp_path / "a.aegui", SavedRun(Recipe(), Dataset.from_images("mixed", images)))
    np.testing.assert_array_equal(load_run(tmp_path / "a.aegui").dataset.images, images)


def test_a_file_that_a_run_names_is_not_read_without_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, source = grey(MAX_WHOLE_SET_BYTES // 1024 + 100), tmp_path / "set.npz"
    np.savez(source, images=data.images)
    path = tmp_path / "a.aegui"
    recipe = Recipe(data=DataSpec(source=str(source)))
    save_run(path, SavedRun(recipe, data, draft=Draft(recipe, data)))

    def read(spec: DataSpec) -> Dataset:
        raise AssertionError(f"{spec.source} was read")

    monkeypatch.setattr("aegui.core.data.load.load_data", read)
    back = load_run(path)
    assert back.unread == str(source)
    assert str(source) in back.note
    assert f"{PREVIEW_BYTES // 1024:,} of the {len(data):,} samples" in back.note
    assert back.draft is not None
    assert len(back.dataset) == len(back.draft.dataset) == PREVIEW_BYTES // 1024


def test_sets_that_are_known_by_name_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = grey(MAX_WHOLE_SET_BYTES // 1024 + 100)
    path = tmp_path / "a.aegui"
    save_run(path, SavedRun(Recipe(data=DataSpec(source="mnist")), data))
    monkeypatch.setattr("aegui.core.data.load.load_data", lambda _spec: data)
    back = load_run(path)
    assert back.dataset is data
    assert (back.unread, back.note) == ("", "")


@pytest.mark.parametrize(
    ("source", "known"),
    [("mnist", True), ("mnist+fashion", True), ("mnist+/etc/x", False), ("//host/share", False)],
)
def test_what_is_builtin(source: str, known: bool) -> None:
    assert is_builtin(source) is known


def test_runs_that_are_read_within_a_blink(tmp_path: Path) -> None:
    small, whole, large = (tmp_path / f"{name}.aegui" for name in ("small", "whole", "large"))
    save_run(small, SavedRun(Recipe(), grey(40)))
    save_run(whole, SavedRun(Recipe(), grey(4000)))
    # A small file, but one whose data are elsewhere.
    save_run(large, SavedRun(Recipe(), Dataset.from_images("dark", np.zeros((20_000, 32, 32)))))
    (tmp_path / "none.aegui").write_bytes(b"no zip")
    assert is_light(small)
    assert not is_light(whole)
    assert not is_light(large)
    assert is_light(tmp_path / "none.aegui")
