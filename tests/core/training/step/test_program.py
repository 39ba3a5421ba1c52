"""Compiled programs of a step release their buffers."""

from __future__ import annotations

import gc
import weakref

import torch

from aegui.core.training.step.program import Source, compiled_unit, unoptimized


def test_what_a_compiled_program_was_made_of_is_not_held() -> None:
    """Else buffers of large networks stay until the next garbage collection."""
    collects = gc.isenabled()
    gc.disable()
    try:
        source = Source()
        source.bind("x", torch.zeros(3))
        source.line("x.add_(amount)", 0)
        run = source.compile("add", "amount: float")
        run(source.tensors, source.lists, 2.0)
        assert source.tensor("x").tolist() == [2.0, 2.0, 2.0]
        watch = weakref.ref(source)
        del source
        assert watch() is None
    finally:
        if collects:
            gc.enable()


def test_compiled_functions_are_kept_and_called_as_they_are_on_the_cpu() -> None:
    source = Source()
    source.bind("x", torch.zeros(3))
    source.line("x.add_(much)", 0)
    text = source.text("add", "much: float")
    assert compiled_unit(text) is compiled_unit(text)
    assert torch._C._get_graph_executor_optimize()
    with unoptimized(torch.device("cpu")):
        assert not torch._C._get_graph_executor_optimize()
    with unoptimized(torch.device("meta")):
        assert torch._C._get_graph_executor_optimize()
    source.compile("add", "much: float")(source.tensors, source.lists, 2.0)
    assert source.tensors[0].tolist() == [2, 2, 2]
    assert torch._C._get_graph_executor_optimize()
