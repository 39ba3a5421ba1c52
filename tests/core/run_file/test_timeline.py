"""The timeline in a file: half precision, bounded, validated."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core.data.dataset import Dataset
from aegui.core.errors import ReadError
from aegui.core.network.resolve import layer_shapes
from aegui.core.recipe import LayerSpec, NetworkSpec, Recipe
from aegui.core.run_file import timeline as run_timeline
from aegui.core.run_file.archive import Archive, pack
from aegui.core.run_file.saved import SavedRun, load_run, save_run
from aegui.core.training.record.layout import Layout
from aegui.core.training.record.snapshot import LayerWeights, Snapshot
from aegui.core.training.record.timeline import TimelineFrame, TimelineView

if TYPE_CHECKING:
    from pathlib import Path

RECIPE = Recipe(network=NetworkSpec(encoder=(LayerSpec(units=4),)), runs=2)
DATASET = Dataset.from_images("noise", np.random.default_rng(1).random((6, 3, 2)) < 0.5)
SHAPES = layer_shapes(RECIPE, (1, 3, 2))
SIZE = Layout(SHAPES.all_layers, 2).size


def a_timeline(count: int = 5, scale: float = 1.0) -> TimelineView:
    draw = np.random.default_rng(0)
    rows = [scale * draw.standard_normal(SIZE).astype(np.float32) for _ in range(count)]
    return TimelineView(
        SHAPES, 2, tuple(TimelineFrame(10.0 * index, row) for index, row in enumerate(rows))
    )


def a_run(timeline: TimelineView | None) -> SavedRun:
    layers = tuple(
        LayerWeights({it.name: np.zeros((2, *it.shape), np.float32) for it in layer.tensors})
        for layer in SHAPES.layers
    )
    return SavedRun(RECIPE, DATASET, Snapshot(40, layers), timeline=timeline)


def test_it_comes_back_rounded_to_half_precision(tmp_path: Path) -> None:
    timeline = a_timeline()
    save_run(tmp_path / "a.aegui", a_run(timeline))
    back = load_run(tmp_path / "a.aegui").timeline
    assert back is not None
    assert back.epochs.tolist() == [0, 10, 20, 30, 40]
    for one, other in zip(back.frames, timeline.frames, strict=True):
        np.testing.assert_allclose(one.row, other.row, rtol=1e-3, atol=1e-6)
    weights = back.snapshot(2).layers[0].weight
    assert weights.dtype == np.float32
    np.testing.assert_allclose(weights, timeline.snapshot(2).layers[0].weight, rtol=1e-3, atol=1e-6)


def test_a_run_without_one_has_none(tmp_path: Path) -> None:
    save_run(tmp_path / "a.aegui", a_run(None))
    assert load_run(tmp_path / "a.aegui").timeline is None


def test_it_keeps_within_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_timeline, "SAVED_BYTES", 2 * SIZE * 7)
    member = run_timeline.to_members(a_timeline(50))[run_timeline.MEMBER]
    assert member["rows"].nbytes == 2 * SIZE * 7
    assert member["epoch"][[0, -1]].tolist() == [0, 490]
    monkeypatch.setattr(run_timeline, "SAVED_BYTES", 2 * SIZE)
    assert run_timeline.to_members(a_timeline(50)) == {}


def test_a_compact_one_keeps_within_its_packed_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = a_timeline(50)
    whole = run_timeline.to_members(timeline, compact=True)[run_timeline.COMPACT_MEMBER]
    assert len(whole["epoch"]) == run_timeline.COMPACT_MOMENTS
    packed = len(zlib.compress(whole["changes"].tobytes()))
    monkeypatch.setattr(run_timeline, "COMPACT_BYTES", packed // 2)
    half = run_timeline.to_members(timeline, compact=True)[run_timeline.COMPACT_MEMBER]
    assert 2 <= len(half["epoch"]) < run_timeline.COMPACT_MOMENTS
    assert half["epoch"][[0, -1]].tolist() == [0, 490]
    assert len(zlib.compress(half["changes"].tobytes())) <= packed // 2
    monkeypatch.setattr(run_timeline, "COMPACT_BYTES", 8)
    assert run_timeline.to_members(timeline, compact=True) == {}


def test_a_compact_one_comes_back_rounded_to_steps_of_each_tensor(tmp_path: Path) -> None:
    timeline = a_timeline()
    # A tensor of far smaller numbers is rounded as finely as the others, in its own measure.
    block = timeline.layout.blocks[-1]
    for frame in timeline.frames:
        frame.row[block.start : block.stop] *= 1e-4
    save_run(tmp_path / "a.aegui", a_run(timeline), compact=True)
    back = load_run(tmp_path / "a.aegui").timeline
    assert back is not None
    assert back.epochs.tolist() == [0, 10, 20, 30, 40]
    for one, other in zip(back.frames, timeline.frames, strict=True):
        for it in timeline.layout.blocks:
            ours, theirs = one.row[it.start : it.stop], other.row[it.start : it.stop]
            step = np.abs(theirs).max() / 2
            np.testing.assert_allclose(ours, theirs, atol=max(1e-6, step))
            assert np.sqrt(np.square(ours - theirs).mean()) < 0.15 * np.sqrt(
                np.square(theirs).mean()
            )


@pytest.mark.parametrize("largest", [5_000.0, 65_504.0])
def test_a_compact_one_of_huge_weights_can_be_opened(tmp_path: Path, largest: float) -> None:
    timeline = a_timeline()
    for frame in timeline.frames:
        frame.row[:] = largest * np.sign(frame.row)
    save_run(tmp_path / "a.aegui", a_run(timeline), compact=True)
    back = load_run(tmp_path / "a.aegui").timeline
    assert back is not None
    for one, other in zip(back.frames, timeline.frames, strict=True):
        np.testing.assert_allclose(one.row, other.row, rtol=0.06)


def test_steps_of_older_files_may_be_rounded_to_the_end_of_half_precision(tmp_path: Path) -> None:
    member = run_timeline.to_members(a_timeline(3), compact=True)[run_timeline.COMPACT_MEMBER]
    older = {
        **member,
        "steps": np.full(8, 10_000, np.float32),
        "changes": np.eye(3, SIZE, dtype="i1") * 7,
    }
    (tmp_path / "a.aegui").write_bytes(pack({run_timeline.COMPACT_MEMBER: older}))
    with Archive(tmp_path / "a.aegui") as archive:
        back = run_timeline.read_timeline(archive, RECIPE, DATASET)
    assert back is not None
    assert back.frames[-1].row[:4].tolist() == [65_504, 65_504, 65_504, 0]


def test_tensors_of_zeros_and_wide_ones_survive_the_steps() -> None:
    timeline = a_timeline(3)
    for index, frame in enumerate(timeline.frames):
        frame.row[:] = 0
        frame.row[0] = (-1) ** index * 100.0
    member = run_timeline.to_members(timeline, compact=True)[run_timeline.COMPACT_MEMBER]
    steps, changes = member["steps"], member["changes"]
    # From one end to the other the change is 254 steps, which eight bits hold modulo 256.
    levels = np.cumsum(changes, axis=0, dtype=np.int8)
    np.testing.assert_allclose(levels[:, 0] * steps[0], [100.0, -100.0, 100.0], atol=steps[0])
    assert not levels[:, 1:].any()


def test_weights_that_half_precision_cannot_hold_are_left_out() -> None:
    timeline = a_timeline(3)
    wild = TimelineFrame(30.0, np.full(SIZE, 1e6, np.float32))
    lost = TimelineFrame(40.0, np.full(SIZE, np.nan, np.float32))
    with_them = replace(timeline, frames=(*timeline.frames, wild, lost))
    for compact in (False, True):
        (member,) = run_timeline.to_members(with_them, compact=compact).values()
        assert member["epoch"].tolist() == [0, 10, 20]
        without = replace(timeline, frames=(wild, lost))
        assert run_timeline.to_members(without, compact=compact) == {}
    assert run_timeline.to_members(None) == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rows": np.zeros((3, SIZE - 1), np.float16)}, "rows is float16"),
        ({"rows": np.zeros((3, SIZE), np.float32)}, "rows is float32"),
        ({"rows": np.zeros((2, SIZE), np.float16)}, "columns differ in length"),
        ({"epoch": np.array([0.0, 2.0, 1.0])}, "epochs do not grow"),
        ({"epoch": np.array([0.0, np.nan, 3.0])}, "epochs do not grow"),
        ({"epoch": np.array([-1.0, 0.0, 3.0])}, "epochs do not grow"),
        ({"epoch": np.array([0.0, 1.0, 1e300])}, "epochs do not grow"),
        ({"other": np.zeros(3)}, "no other"),
    ],
)
def test_a_wrong_one_is_refused(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    member = run_timeline.to_members(a_timeline(3))[run_timeline.MEMBER]
    (tmp_path / "a.aegui").write_bytes(pack({run_timeline.MEMBER: {**member, **change}}))
    with Archive(tmp_path / "a.aegui") as archive, pytest.raises(ReadError, match=reason) as error:
        run_timeline.read_timeline(archive, RECIPE, DATASET)
    assert "a.aegui, timeline.safetensors" in str(error.value)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"changes": np.zeros((3, SIZE - 1), np.int8)}, "changes is int8"),
        ({"changes": np.zeros((2, SIZE), np.int8)}, "columns differ in length"),
        ({"steps": np.zeros(1, np.float32)}, "steps is float32"),
        ({"steps": np.full(8, np.nan, np.float32)}, "steps are not sizes"),
        ({"steps": np.full(8, -1.0, np.float32)}, "steps are not sizes"),
        ({"steps": np.full(8, 1e30, np.float32)}, "steps are not sizes"),
        ({"epoch": np.array([0.0, 2.0, 1.0])}, "epochs do not grow"),
    ],
)
def test_a_wrong_compact_one_is_refused(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    member = run_timeline.to_members(a_timeline(3), compact=True)[run_timeline.COMPACT_MEMBER]
    assert len(member["steps"]) == 8, "a weight and a bias of four layers"
    (tmp_path / "a.aegui").write_bytes(pack({run_timeline.COMPACT_MEMBER: {**member, **change}}))
    with Archive(tmp_path / "a.aegui") as archive, pytest.raises(ReadError, match=reason):
        run_timeline.read_timeline(archive, RECIPE, DATASET)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_epochs_whose_weights_are_no_numbers_are_refused(tmp_path: Path, bad: float) -> None:
    rows = np.zeros((2, SIZE), np.float16)
    rows[1, :3] = bad
    path = tmp_path / "a.aegui"
    save_run(path, a_run(None))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    wrong = {run_timeline.MEMBER: {"epoch": np.array([0.0, 70.0]), "rows": rows}}
    path.write_bytes(pack({**members, **wrong}))
    with pytest.raises(ReadError, match=f"weights of epoch 70: 3 .* among {SIZE}"):
        load_run(path)
