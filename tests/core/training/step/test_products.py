"""Large products by oneDNN, and narrow ones in transposed layout, agree with torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from aegui.core.data.dataset import Dataset
from aegui.core.errors import Cancelled
from aegui.core.network.forward import linear
from aegui.core.network.resolve import resolve
from aegui.core.recipe import Recipe
from aegui.core.training.loop.train import train
from aegui.core.training.step import cancellation, primitives, products
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.primitives import PRIMITIVES
from aegui.core.training.step.products import (
    FULL_USE,
    PART_USE,
    OnednnUse,
    by_onednn,
    has_onednn,
    is_turning_faster,
    onednn_use,
    product_rows,
)
from aegui.core.training.step.program import Source
from aegui.core.training.step.tape import Tape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.core.training.step.tape import Traced

    Numbers = NDArray[Any]

ALIKE = 1e-5
NETWORK: dict[str, Any] = {
    "encoder": [{"units": 256, "activation": "relu"}, {"units": 128, "activation": "tanh"}],
    "latent": {"units": 8},
}
CONVOLUTIONS: dict[str, Any] = {
    "encoder": [
        {"kind": "conv", "channels": 16, "stride": 2},
        {"kind": "conv", "channels": 32, "stride": 2},
    ],
    "latent": {"units": 32},
}
SLOW: dict[str, Any] = {"optimizer": {"name": "sgd", "learning_rate": 0.05}}
CASES: dict[str, dict[str, Any]] = {
    "dense": {"network": NETWORK},
    "variational": {
        "network": NETWORK | {"latent": {"kind": "gaussian", "units": 8}},
        "training": SLOW,
    },
    "contractive": {"network": NETWORK, "training": {"contractive": 0.1}},
    "penalties": {"network": NETWORK, "training": {"l2": 1e-3, "clip_norm": 0.1}},
    "convolutions": {"network": CONVOLUTIONS},
    "two runs": {"network": NETWORK, "runs": 2},
    "classifier": {"network": NETWORK, "classifier": {}, "training": SLOW},
    "GAN": {"network": CONVOLUTIONS, "gan": {}},
    "L-BFGS": {
        "network": NETWORK,
        "training": {"optimizer": {"name": "lbfgs"}, "batch_size": None},
    },
}

NARROW: dict[str, dict[str, Any]] = {
    "a code of ten": {"network": NETWORK | {"latent": {"units": 10}}},
    "convolutions": {"network": CONVOLUTIONS},
    "classifier": {
        "network": NETWORK | {"latent": {"units": 128}},
        "classifier": {},
        "training": SLOW,
    },
    "GAN": {"network": CONVOLUTIONS, "gan": {}},
}

needs_onednn = pytest.mark.skipif(not has_onednn(), reason="this torch has no oneDNN")


def images() -> Dataset:
    draw = np.random.default_rng(0).random((192, 1, 28, 28), dtype=np.float32) ** 4
    labels = [str(at % 10) for at in range(len(draw))]
    return Dataset.from_images("noise", draw, labels)


def learnt(raw: dict[str, Any]) -> tuple[Numbers, Numbers]:
    """Return parameters after some steps, and the initial ones."""
    plain = {"optimizer": {"name": "sgd", "learning_rate": 2.0}, "batch_size": 128, "epochs": 2}
    recipe = Recipe.model_validate(raw | {"training": plain | raw.get("training", {})})
    resolved = resolve(recipe, images()).resolved
    assert resolved is not None
    *_, last = train(resolved)
    ours = last.checkpoint().tensors["parameters"]
    return ours, Parameters(resolved, torch.device("cpu")).flat.numpy()


def watched(raw: dict[str, Any]) -> tuple[Numbers, Numbers, bool]:
    """The same, and whether oneDNN multiplied on the way."""
    with profile(activities=[ProfilerActivity.CPU]) as looked_on:
        found = learnt(raw)
    assert looked_on.profiler is not None
    # Its tables of averages, of which only names are wanted here, take longer than the training.
    events = looked_on.profiler.kineto_results.events()
    return *found, any(event.name() == "mkldnn::_linear_pointwise" for event in events)


@needs_onednn
@pytest.mark.parametrize("key", CASES)
def test_a_network_learns_the_same(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(primitives, "is_turning_faster", lambda: False)
    monkeypatch.setattr(primitives, "onednn_use", lambda: None)
    by_mkl, _, was_there = watched(CASES[key])
    assert not was_there
    monkeypatch.setattr(primitives, "onednn_use", lambda: FULL_USE)
    ours, start, is_there = watched(CASES[key])
    assert is_there
    assert_alike(key, ours, by_mkl, start)


def assert_alike(key: str, ours: Numbers, by_mkl: Numbers, start: Numbers) -> None:
    assert np.abs(ours - start).max() > 1e-4, "nothing was learnt"
    apart = np.abs(ours - by_mkl)
    # Adam, which pre-trains, makes a step of what is nothing but rounding in a gradient.
    assert (apart > ALIKE).sum() <= (len(apart) // 10_000 if key == "classifier" else 0)
    assert apart.max() < 1e-3


@pytest.mark.parametrize("key", NARROW)
def test_narrow_results_laid_out_the_other_way_teach_the_same(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned: list[tuple[int, ...]] = []
    lay = products._laid_otherwise

    def noted(like: torch.Tensor) -> torch.Tensor:
        turned.append(tuple(like.shape))
        return lay(like)

    monkeypatch.setattr(products, "_laid_otherwise", noted)
    monkeypatch.setattr(primitives, "onednn_use", lambda: None)
    monkeypatch.setattr(primitives, "is_turning_faster", lambda: False)
    plain, start = learnt(NARROW[key])
    assert not turned
    monkeypatch.setattr(primitives, "is_turning_faster", lambda: True)
    ours, _ = learnt(NARROW[key])
    assert turned
    assert_alike(key, ours, plain, start)


def test_what_is_wide_or_of_whole_registers_or_small_stays_as_it_is() -> None:
    product = product_rows(onednn=None, turning=True)[torch.mm]

    def lines(rows: int, inner: int, columns: int) -> list[str]:
        source = Source()
        tape = Tape(source, PRIMITIVES)
        a, b = (tape.fixed(torch.ones(*size)) for size in ((rows, inner), (inner, columns)))
        product(a, b)
        return source.lines

    for shape in ((512, 128, 100), (512, 128, 16), (32, 35, 10), (20, 5000, 10)):
        assert len(lines(*shape)) == 1, shape
    assert len(lines(512, 128, 10)) == 2


@pytest.mark.parametrize("units", [3, 40])
def test_of_images_and_weights_the_smaller_are_copied(units: int) -> None:
    images = torch.rand(20, 4, 5, 6).contiguous(memory_format=torch.channels_last)
    weight, bias = torch.rand(120, units), torch.rand(units)
    source = Source()
    tape = Tape(source, PRIMITIVES)
    found = linear(*of_tape(tape, bias, images, weight))
    assert [len(each) for each in copied(source)] == [20 if units > len(images) else 30]
    run(source)
    assert torch.allclose(cast("Traced", found).tensor, linear(bias, images, weight), atol=1e-4)


@pytest.mark.parametrize("inputs", [3, 40])
def test_of_weights_and_the_images_they_make_the_smaller_are_copied(inputs: int) -> None:
    rows = torch.rand(20, inputs)
    weight, bias = torch.rand(inputs, 120), torch.rand(120)
    source = Source()
    tape = Tape(source, PRIMITIVES)
    made: Any = linear(*of_tape(tape, bias, rows, weight), (4, 5, 6))
    made.contiguous(memory_format=torch.channels_last)
    of_weights = [[3, 30, 4], [30, 4]]  # once only: what they make is in order already
    expected = of_weights if inputs < len(rows) else [[20, 4, 5, 6]]
    assert [list(each.shape) for each in copied(source)] == expected
    run(source)
    assert torch.allclose(made.tensor, linear(bias, rows, weight, (4, 5, 6)), atol=1e-4)


def of_tape(tape: Tape, *tensors: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    first, second, third = (cast("torch.Tensor", tape.fixed(tensor)) for tensor in tensors)
    return first, second, third


def copied(source: Source) -> list[torch.Tensor]:
    """Return the buffers that something is copied to."""
    return [source.tensor(line.split(".")[0].strip()) for line in source.lines if "copy" in line]


def run(source: Source) -> None:
    source.line("return", 0)
    source.compile("learn", "lr: float")(source.tensors, source.lists, 0.0)


@needs_onednn
def test_the_product_is_that_of_torch() -> None:
    draw = torch.Generator().manual_seed(3)
    for rows, inner, columns in [(1, 1, 1), (3, 5, 2), (64, 300, 70)]:
        a = torch.randn(rows, inner, generator=draw)
        b = torch.randn(inner, columns, generator=draw)
        assert torch.allclose(by_onednn(a, b), a @ b, atol=1e-4)
        turned = a.t().contiguous().t()
        assert torch.allclose(by_onednn(turned, b), a @ b, atol=1e-4)


def test_the_choice_stays() -> None:
    assert onednn_use() is onednn_use()
    assert is_turning_faster() is is_turning_faster()


@pytest.mark.parametrize(
    ("capability", "processor", "much", "found"),
    [
        ("AVX512", "AMD EPYC", True, FULL_USE),
        ("AVX512", "AMD EPYC", False, PART_USE),
        ("AVX512", "AMD64 Family 25 Model 17 Stepping 1, AuthenticAMD", False, PART_USE),
        ("AVX512", "AMD64", False, None),
        ("AVX2", "AMD EPYC", False, None),
        ("AVX512", "Intel(R) Xeon(R)", False, None),
    ],
)
@needs_onednn
def test_a_small_gain_is_told_by_the_name_of_the_processor(
    monkeypatch: pytest.MonkeyPatch,
    capability: str,
    processor: str,
    much: bool,
    found: OnednnUse | None,
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    monkeypatch.setattr(products, "processor", lambda: processor)
    monkeypatch.setattr(products, "_is_much_faster", lambda _new, _old: much)
    assert onednn_use.__wrapped__() is found


@needs_onednn
@pytest.mark.parametrize(("use", "expected"), [(FULL_USE, 3), (PART_USE, 2)])
def test_gradients_of_weights_are_onednns_where_it_is_fast_at_them(
    use: OnednnUse, expected: int
) -> None:
    source = Source()
    tape = Tape(source, PRIMITIVES)
    x, weight = tape.fixed(torch.ones(128, 512)), tape.fixed(torch.ones(512, 256))
    x.needs = weight.needs = True
    product = product_rows(onednn=use, turning=False)[torch.mm]
    tape.backward([(product(x, weight), tape.fixed(torch.ones(128, 256)), 1)])
    assert sum("_linear_pointwise" in line for line in source.lines) == expected


@needs_onednn
def test_a_large_product_is_given_up_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancellation, "PART_WORK", 40 * 30)
    x, weight, bias = torch.rand(100, 30), torch.rand(20, 30), torch.rand(20)
    asked = 0

    def later(limit: int) -> bool:
        nonlocal asked
        asked += 1
        return asked > limit

    product = torch.ops.mkldnn._linear_pointwise
    with cancellation.cancellable(lambda: later(1000)):
        found = product(x, weight, bias, "none", [], "")
    assert torch.allclose(found, torch.addmm(bias, x, weight.t()), atol=1e-4)
    assert asked > 10
    asked = 0
    with pytest.raises(Cancelled), cancellation.cancellable(lambda: later(10)):
        product(x, weight, bias, "none", [], "")
    assert asked == 11
