"""Run files: exact round trips, fixed bytes, and refusals of incomplete runs."""

from __future__ import annotations

import io
import json
import math
import os
import random
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import safetensors.numpy
from PIL import Image

from aegui.core.data.dataset import Dataset
from aegui.core.errors import AeguiError, Cancelled, ReadError
from aegui.core.file_mark import mark_of, mark_written
from aegui.core.latent.concepts import Concept
from aegui.core.network.resolve import layer_shapes
from aegui.core.recipe import LatentSpec, LayerSpec, NetworkSpec, Recipe
from aegui.core.run_file import archive as archive_module
from aegui.core.run_file.data import to_document
from aegui.core.run_file.document import PinnedCode
from aegui.core.run_file.saved import Draft, SavedRun, load_run, save_run
from aegui.core.training.record.history import RUN_COLUMNS, SCALAR_COLUMNS, History
from aegui.core.training.record.result import Checkpoint, RunResult
from aegui.core.training.record.snapshot import LayerWeights, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aegui.core.data.progress import LoadProgress

RUNS = 2


def a_dataset() -> Dataset:
    rng = np.random.default_rng(0)
    images = (rng.random((5, 4, 3)) > 0.5).astype(np.float32)
    return Dataset.from_images(
        "mine", images, ["a", "ñ", "€", '"', "\u007f"], source="drawn", licence="MIT"
    )


def a_recipe() -> Recipe:
    network = NetworkSpec(
        encoder=(LayerSpec(units=6),), latent=LatentSpec(units=2, activation="tanh"), decoder=None
    )
    return Recipe(name="small", network=network, runs=RUNS, seed=7)


def a_snapshot(recipe: Recipe, dataset: Dataset) -> Snapshot:
    rng = np.random.default_rng(1)
    return Snapshot(
        123,
        tuple(
            LayerWeights(
                {
                    tensor.name: rng.normal(size=(RUNS, *tensor.shape)).astype(np.float32)
                    for tensor in shape.tensors
                }
            )
            for shape in layer_shapes(recipe, dataset.image_shape).layers
        ),
    )


def a_history() -> History:
    history = History(RUNS)
    rng = np.random.default_rng(2)
    for epoch in range(300):
        history.append(
            epoch=epoch,
            seconds=epoch / 7,
            learning_rate=0.01,
            **{name: rng.random(RUNS) for name in RUN_COLUMNS},
        )
    return history


def a_run() -> SavedRun:
    recipe, dataset = a_recipe(), a_dataset()
    results = (
        RunResult(7, 300, 1.5, 0.3, 0.2, 250, (0, 1, 2, 0, 0), {"at_most_1": None, "exact": None}),
        RunResult(
            seed=8,
            epochs=300,
            seconds=1.5,
            loss=math.nan,
            best_loss=0.1,
            best_epoch=9,
            wrong_pixels=(0, 1, 0, 0, 0),
            first_epoch={"at_most_1": 17, "exact": None},
            diverged=True,
        ),
    )
    checkpoint = Checkpoint(
        300,
        {
            "moments": np.arange(12, dtype=np.float64).reshape(3, 4).T,
            "random": np.arange(50, dtype=np.uint8),
            "count": np.array(3, np.int64),
            "none": np.zeros((0, 2), np.float32),
        },
        {"step": 300, "best": math.inf, "third": 0.1, "one": 1.0, "engine": "fused", "big": 2**63},
    )
    return SavedRun(
        recipe,
        dataset,
        a_snapshot(recipe, dataset),
        a_history().view(),
        results,
        checkpoint,
        "fused",
        "cpu",
    )


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "run.aegui"
    save_run(path, a_run())
    return path


def test_everything_survives_to_the_last_bit(saved: Path) -> None:
    run, back = a_run(), load_run(saved)
    assert back.recipe == run.recipe
    assert back.dataset.images.tobytes() == run.dataset.images.tobytes()
    assert (back.dataset.labels, back.dataset.names) == (run.dataset.labels, run.dataset.names)
    assert (back.dataset.name, back.dataset.source, back.dataset.licence) == (
        "mine",
        "drawn",
        "MIT",
    )
    assert run.snapshot is not None
    assert back.snapshot is not None
    assert back.snapshot.epoch == 123
    for layer, read in zip(run.snapshot.layers, back.snapshot.layers, strict=True):
        assert layer.weight.tobytes() == read.weight.tobytes()
        assert layer.bias.tobytes() == read.bias.tobytes()
        assert not read.weight.flags.writeable
    assert back.history is not None
    for name in (*SCALAR_COLUMNS, *RUN_COLUMNS):
        column, read = getattr(run.history, name), getattr(back.history, name)
        assert column.dtype == read.dtype
        assert column.tobytes() == read.tobytes()
    assert repr(back.results) == repr(run.results)
    assert (back.engine, back.device) == ("fused", "cpu")


def test_reading_tells_how_far_it_is_and_can_be_cancelled(saved: Path) -> None:
    told: list[LoadProgress] = []
    load_run(saved, report=told.append)
    assert told
    shares = [one.done / one.total for one in told]
    assert shares == sorted(shares)
    assert 0.0 < shares[-1] <= 1.0
    assert told[-1].text
    with pytest.raises(Cancelled):
        load_run(saved, cancelled=lambda: True)


def test_the_checkpoint_survives_with_types_shapes_and_odd_numbers(saved: Path) -> None:
    point, back = a_run().checkpoint, load_run(saved).checkpoint
    assert point is not None
    assert back is not None
    assert back.epoch == 300
    assert repr(dict(back.scalars)) == repr(dict(sorted(point.scalars.items())))
    assert set(back.tensors) == set(point.tensors)
    for name, tensor in point.tensors.items():
        assert back.tensors[name].dtype == tensor.dtype
        assert back.tensors[name].shape == tensor.shape
        np.testing.assert_array_equal(back.tensors[name], tensor)


def test_a_document_without_weights_survives(tmp_path: Path) -> None:
    draft = SavedRun(a_recipe(), a_dataset())
    save_run(tmp_path / "draft.aegui", draft)
    back = load_run(tmp_path / "draft.aegui")
    assert (back.snapshot, back.history, back.results, back.checkpoint) == (None, None, (), None)
    with pytest.raises(AeguiError, match="not been trained"):
        back.codec()


def test_a_draft_for_the_next_training_survives(tmp_path: Path) -> None:
    draft = Draft(Recipe(name="next", seed=99), a_dataset().subset([0, 2], "fewer"))
    save_run(tmp_path / "d.aegui", replace(a_run(), draft=draft))
    back = load_run(tmp_path / "d.aegui")
    assert back.draft is not None
    assert back.draft.recipe == draft.recipe
    assert back.draft.dataset.labels == ("a", "€")
    assert back.recipe == a_recipe()


def test_what_is_pinned_survives(tmp_path: Path) -> None:
    pins = (PinnedCode((0.5, -1.25), "here"), PinnedCode((3.0,)))
    save_run(tmp_path / "p.aegui", replace(a_run(), pins=pins))
    assert load_run(tmp_path / "p.aegui").pins == pins


def test_concepts_survive(tmp_path: Path) -> None:
    concepts = (Concept("bold", (0.5, -1.25), -1.5, 2.0, 3.25), Concept("", (1.0,), 0, 1))
    save_run(tmp_path / "c.aegui", replace(a_run(), concepts=concepts))
    assert load_run(tmp_path / "c.aegui").concepts == concepts


def test_the_same_content_gives_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.aegui"
    for run in (a_run(), load_run(saved)):
        assert mark_written(*save_run(again, run)) == mark_of(again)
        assert again.read_bytes() == saved.read_bytes()


def test_the_codec_of_the_best_run_is_the_one_with_the_fewest_wrong_pixels() -> None:
    run = a_run()
    assert run.best_run == 1
    assert run.codec(1).decode([[0.5, -0.5]]).shape == (1, 12)
    with pytest.raises(AeguiError, match="no run 2"):
        run.codec(2)


def test_the_thumbnail_shows_the_samples(saved: Path) -> None:
    with zipfile.ZipFile(saved) as archive, Image.open(archive.open("thumbnail.png")) as picture:
        assert picture.size == ((5 * 4 - 1) * 4, 4 * 4)


def test_large_samples_are_not_enlarged_on_the_thumbnail(tmp_path: Path) -> None:
    large = Dataset.from_images("large", np.zeros((3, 3, 40, 20), np.float32))
    path = tmp_path / "large.aegui"
    save_run(path, SavedRun(Recipe(), large))
    with zipfile.ZipFile(path) as archive, Image.open(archive.open("thumbnail.png")) as picture:
        assert picture.size == (3 * 21 - 1, 40)


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Change members of the file at ``path``."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def with_tensors(member: str, **changes: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        tensors = safetensors.numpy.load(members[member])
        tensors.update(changes)
        tensors = {name: tensor for name, tensor in tensors.items() if tensor is not None}
        members[member] = safetensors.numpy.save(tensors)

    return change


def with_json(member: str, **changes: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members[member] = json.dumps({**json.loads(members[member]), **changes}).encode()

    return change


def without(member: str) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        del members[member]

    return change


def _with_one_result(members: dict[str, bytes]) -> None:
    results = json.loads(members["run.json"])["results"]
    with_json("run.json", results=results[:1])(members)


def test_results_of_older_files_do_not_say_who_diverged(saved: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        results = json.loads(members["run.json"])["results"]
        for result in results:
            del result["diverged"]
        with_json("run.json", results=results)(members)

    assert not any(one.diverged for one in load_run(rewritten(saved, change)).results)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without("recipe.json"), ["recipe.json", "missing"]),
        (without("run.json"), ["run.json", "missing"]),
        (without("data.safetensors"), ["data.safetensors", "missing"]),
        (without("weights.safetensors"), ["weights.safetensors", "missing"]),
        (without("history.safetensors"), ["history.safetensors", "missing"]),
        (without("checkpoint.safetensors"), ["checkpoint.safetensors", "missing"]),
        (with_json("recipe.json", seeed=1), ["recipe.json", "seeed", "seed"]),
        (with_json("recipe.json", runs=3), ["weights.safetensors", "2x12x6", "3x12x6"]),
        (with_json("recipe.json", runs=9999), ["weights.safetensors", "9999x12x6"]),
        (with_json("recipe.json", version=3), ["recipe.json", "newer version"]),
        (with_json("run.json", version=3), ["run.json", "newer version"]),
        (with_json("run.json", stages=[{"kind": "train"}]), ["run.json", "stages.0.start"]),
        (
            with_json(
                "run.json",
                stages=[{"kind": "train", "start": 0, "stop": 1, "recipe": {"training": {"a": 1}}}],
            ),
            ["run.json", "recipe"],
        ),
        # 20 MB that shrink to nothing, for a network of some hundred weights.
        (
            with_tensors("checkpoint.safetensors", steps=np.zeros(5 << 20, np.float32)),
            ["checkpoint.safetensors", "more than it may have"],
        ),
        (with_json("run.json", engine=3), ["run.json", "engine"]),
        (with_json("run.json", other=3), ["run.json", "other"]),
        (with_json("run.json", places=[{"z": [], "name": ""}]), ["run.json", "places.0.z"]),
        (with_json("run.json", concepts=[{"name": ""}]), ["run.json", "concepts.0.direction"]),
        (with_json("run.json", places=[{"z": [1e39], "name": ""}]), ["run.json", "places.0.z.0"]),
        (
            with_json("run.json", places=[{"z": [math.nan], "name": ""}]),
            ["run.json", "places.0.z.0"],
        ),
        (with_json("run.json", weights={"epoch": -1}), ["run.json", "weights.epoch"]),
        (with_json("run.json", measured=10**30), ["run.json", "measured"]),
        (with_json("run.json", measured=10**9), ["results.safetensors", "2x5", "2x1000000000"]),
        (with_json("run.json", terms=["kl", "kl"]), ["run.json", "twice"]),
        (_with_one_result, ["run.json", "results of 1", "2"]),
        (with_tensors("weights.safetensors", extra=np.zeros(1)), ["weights", "extra"]),
        (
            with_tensors("weights.safetensors", **{"0.bias": np.zeros((2, 6))}),
            ["0.bias", "float64 2x6", "float32 2x6"],
        ),
        (with_tensors("weights.safetensors", **{"0.bias": None}), ["0.bias", "missing"]),
        *(
            (
                with_tensors("weights.safetensors", **{"0.bias": np.full((2, 6), bad, np.float32)}),
                ["weights.safetensors", "layer network.encoder.0, bias", f"12 {word} among 12"],
            )
            for bad, word in ((np.nan, "NaN"), (-np.inf, "infinite"), (1e31, "beyond 1e30"))
        ),
        (
            with_tensors("weights.safetensors", **{"0.bias": np.zeros(10**6, np.float32)}),
            ["weights.safetensors", "more than it may have"],
        ),
        (
            with_tensors("data.safetensors", images=np.full((5, 1, 4, 3), np.nan, np.float32)),
            ["data.safetensors", "between 0 and 1"],
        ),
        (
            with_tensors("data.safetensors", images=np.zeros((4, 1, 4, 3), np.float32)),
            ["data.safetensors", "4 images but 5 labels"],
        ),
        (
            with_tensors("data.safetensors", images=np.zeros((5, 4, 3), np.float32)),
            ["data.safetensors", "5x4x3", "NxNxNxN"],
        ),
        (
            with_tensors("history.safetensors", epoch=np.zeros(2)),
            ["history.safetensors", "length"],
        ),
        (
            with_tensors("results.safetensors", wrong_pixels=np.zeros((2, 4), np.int32)),
            ["results.safetensors", "2x4", "2x5"],
        ),
        (
            lambda members: members.update({"weights.safetensors": b"\xff" * 100}),
            ["weights.safetensors", "damaged"],
        ),
        (
            lambda members: members.update({"run.json": b"{"}),
            ["run.json: it is not valid JSON (line 1, column 1)"],
        ),
        (lambda members: members.update({"recipe.json": b"\xff"}), ["recipe.json", "UTF-8"]),
    ],
)
def test_refusals_name_file_member_and_reason(
    saved: Path, change: Callable[[dict[str, bytes]], None], words: list[str]
) -> None:
    with pytest.raises(ReadError) as caught:
        load_run(rewritten(saved, change))
    message = str(caught.value)
    assert message.startswith(f"{saved}, ")
    for word in words:
        assert word in message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name")
def test_devices_and_pipes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.aegui")
    for path in (tmp_path / "pipe.aegui", "/dev/zero"):
        with pytest.raises(
            ReadError, match=f"{path} could not be read: this is a device or a pipe"
        ):
            load_run(path)


@pytest.mark.usefixtures("spanish")
def test_other_bytes_than_were_written_are_told_in_the_language(saved: Path) -> None:
    with zipfile.ZipFile(saved) as file:
        info = file.getinfo("weights.safetensors")
    data = bytearray(saved.read_bytes())
    at = info.header_offset + 30 + len(info.filename) + info.compress_size // 2
    data[at] ^= 0xFF
    saved.write_bytes(data)
    with pytest.raises(ReadError, match=r"weights\.safetensors: está dañado: sus bytes no son"):
        load_run(saved)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "MAX_INFLATED_BYTES", 1 << 20)
    monkeypatch.setattr(archive_module.Archive, "_inflated", pytest.fail)
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("recipe.json", b" " * (2 << 20))
    with pytest.raises(ReadError, match=r"recipe\.json: 2,097,152 bytes are more"):
        load_run(saved)


def test_a_member_that_hides_its_size_is_not_inflated_at_once(saved: Path) -> None:
    bomb = b" " * (64 << 20)
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("recipe.json", bomb)
    data = saved.read_bytes()
    saved.write_bytes(data.replace(len(bomb).to_bytes(4, "little"), (100).to_bytes(4, "little")))
    with pytest.raises(ReadError, match=r"recipe\.json"):
        load_run(saved)


def test_members_given_twice_are_refused(saved: Path) -> None:
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(saved, "a") as archive,
    ):
        archive.writestr("run.json", b"{}")
    with pytest.raises(ReadError, match="twice"):
        load_run(saved)


def test_an_encrypted_or_oddly_compressed_member_is_refused(saved: Path) -> None:
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("recipe.json", b"{}")
    with pytest.raises(ReadError, match="unknown way"):
        load_run(saved)


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"GIF89a", b"\x80\x04\x95pickle"])
def test_what_is_no_run_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.aegui"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=r"other\.aegui is not a run"):
        load_run(path)


def test_arrays_of_numpy_are_no_run(tmp_path: Path) -> None:
    np.savez(tmp_path / "letters.npz", images=np.zeros((2, 5, 7)))
    with pytest.raises(ReadError, match=r"letters\.npz is not a run"):
        load_run(tmp_path / "letters.npz")


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "other.aegui"
    path.touch()
    with pytest.raises(ReadError, match=r"other\.aegui: the file is empty\.$"):
        load_run(path)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.aegui", tmp_path):
        with pytest.raises(ReadError, match="could not be read"):
            load_run(path)


def test_every_truncation_and_any_damage_only_raises_read_errors(saved: Path) -> None:
    whole = saved.read_bytes()
    rng = random.Random(4)
    damaged = [whole[:length] for length in range(0, len(whole), max(1, len(whole) // 150))]
    for _ in range(400):
        copy = bytearray(whole)
        for _ in range(rng.choice([1, 1, 2, 20])):
            copy[rng.randrange(len(copy))] = rng.randrange(256)
        damaged.append(bytes(copy))
    refused = 0
    for data in damaged:
        saved.write_bytes(data)
        try:
            load_run(saved)
        except ReadError as error:
            refused += 1
            assert "run.aegui" in str(error)  # noqa: PT017 - a damage may also be harmless
    assert refused > 400


def test_a_replaced_dataset_is_what_is_saved(tmp_path: Path) -> None:
    run = SavedRun(a_recipe(), a_dataset())
    larger = replace(run, dataset=run.dataset.joined(a_dataset(), "twice"))
    save_run(tmp_path / "d.aegui", larger)
    assert len(load_run(tmp_path / "d.aegui").dataset) == 10


def test_the_zip_has_fixed_dates(saved: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(saved.read_bytes())) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}


def test_a_preview_of_a_large_set_has_every_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aegui.core.run_file.data.MAX_WHOLE_SET_BYTES", 0)
    monkeypatch.setattr("aegui.core.run_file.data.PREVIEW_BYTES", 20 * 16)
    images = np.zeros((5000, 4, 4))
    images[:, 0, 0] = 0.5
    labels = ["rare" if n == 4321 else "common" for n in range(5000)]
    dataset = Dataset.from_images("large", images, labels)
    document, kept = to_document(dataset)
    assert document.total == 5000
    assert len(kept) <= 21
    assert {"rare", "common"} == set(document.labels)


def test_the_best_classifier_knows_most_validation_samples() -> None:
    def result(loss: float, accuracy: float) -> RunResult:
        figures = {"accuracy": 0.99, "validation_accuracy": accuracy}
        return RunResult(0, 9, 1.0, loss, loss, 9, (), {}, figures)

    dataset = Dataset.from_images("one", np.zeros((1, 2, 2)))
    runs = result(0.1, 0.90), result(0.3, 0.95), result(0.2, 0.95)
    assert SavedRun(Recipe(runs=3), dataset, results=runs).best_run == 2


def test_weights_that_hardly_shrink_are_stored_as_they_are() -> None:
    noise = np.random.default_rng(0).standard_normal(1 << 19).astype(np.float32)
    members = {
        "weights": {"w": noise},
        "zeros": {"w": np.zeros_like(noise)},
        "small": {"w": noise[:1000]},
    }
    with zipfile.ZipFile(io.BytesIO(archive_module.pack(members))) as archive:
        kinds = {info.filename: info.compress_type for info in archive.infolist()}
    assert kinds == {
        "weights": zipfile.ZIP_STORED,
        "zeros": zipfile.ZIP_DEFLATED,
        "small": zipfile.ZIP_DEFLATED,
    }


def test_best_weights_in_a_state_are_numbers_and_a_diverged_state_is_read(saved: Path) -> None:
    point = a_run().checkpoint
    assert point is not None
    tensors = {**point.tensors, "best_parameters": np.ones(9, np.float32)}
    state = {**tensors, "parameters": np.full(9, np.nan, np.float32)}
    save_run(saved, replace(a_run(), checkpoint=replace(point, tensors=state)))
    assert load_run(saved).checkpoint is not None
    bad = {**tensors, "best_parameters": np.full(9, np.inf, np.float32)}
    save_run(saved, replace(a_run(), checkpoint=replace(point, tensors=bad)))
    with pytest.raises(ReadError, match="best_parameters: 9 infinite among 9"):
        load_run(saved)
