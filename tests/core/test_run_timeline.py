"""The timeline in a file: half precision, bounded, and nothing believed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from aegui.core import run_timeline
from aegui.core.archive import Archive, pack
from aegui.core.data.dataset import Dataset
from aegui.core.errors import ReadError
from aegui.core.network.resolve import layer_shapes
from aegui.core.recipe import LayerSpec, NetworkSpec, Recipe
from aegui.core.run_file import SavedRun, load_run, save_run
from aegui.core.training.layout import Layout
from aegui.core.training.snapshot import LayerWeights, Snapshot
from aegui.core.training.timeline import Frame, TimelineView

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
        SHAPES, 2, tuple(Frame(10.0 * index, row) for index, row in enumerate(rows))
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


@pytest.mark.parametrize(("compact", "name"), [(False, "SAVED_BYTES"), (True, "COMPACT_BYTES")])
def test_it_keeps_within_its_budget(
    monkeypatch: pytest.MonkeyPatch, compact: bool, name: str
) -> None:
    monkeypatch.setattr(run_timeline, name, 2 * SIZE * 7)
    member = run_timeline.to_member(a_timeline(50), compact=compact)
    assert member is not None
    assert member["rows"].nbytes == 2 * SIZE * 7
    assert member["epoch"][[0, -1]].tolist() == [0, 490]
    monkeypatch.setattr(run_timeline, name, 2 * SIZE)
    assert run_timeline.to_member(a_timeline(50), compact=compact) is None


def test_weights_that_half_precision_cannot_hold_are_left_out() -> None:
    timeline = a_timeline(3)
    wild = Frame(30.0, np.full(SIZE, 1e6, np.float32))
    lost = Frame(40.0, np.full(SIZE, np.nan, np.float32))
    member = run_timeline.to_member(replace(timeline, frames=(*timeline.frames, wild, lost)))
    assert member is not None
    assert member["epoch"].tolist() == [0, 10, 20]
    assert run_timeline.to_member(replace(timeline, frames=(wild, lost))) is None
    assert run_timeline.to_member(None) is None


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
    member = run_timeline.to_member(a_timeline(3))
    assert member is not None
    (tmp_path / "a.aegui").write_bytes(pack({run_timeline.MEMBER: {**member, **change}}))
    with Archive(tmp_path / "a.aegui") as archive, pytest.raises(ReadError, match=reason) as error:
        run_timeline.read_timeline(archive, RECIPE, DATASET)
    assert "a.aegui, timeline.safetensors" in str(error.value)
