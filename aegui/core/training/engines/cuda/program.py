"""Steps of all runs as launches of a CUDA kernel."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch

from aegui.core.training.engines.cuda.text import (
    MOVING_NUMBERS,
    NAME,
    KernelText,
    Table,
    kernel_text,
)
from aegui.core.training.step.tape import NotTraced

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from aegui.core.training.engines.operations.listing import OperationList

_BYTES = 4
_FEW_THREADS, _MANY_THREADS = 128, 256
_OPTIONS = ("--use_fast_math",)
"""Tiny numbers count as zero, as on the CPU; quotients and roots may be off by 2 units in the last
place. The kernel calls no other function that this option makes coarser."""
_KEPT_KERNELS = 64
_MAX_BLOCKS = 6
"""Blocks that share a processor as far as registers are concerned: more have too few of them."""
_RESERVED = 1024
"""Bytes of shared memory that each block takes beside its own."""


class Gpu(Protocol):
    """Compiles and launches kernels.

    Attributes:
        memory: Bytes of shared memory that a block may have.
        processors: Blocks that run at the same time even if each takes all of that memory.
        warp: Threads that are started together.
        threads: Maximum number of threads of a block.
    """

    memory: int
    processors: int
    warp: int
    threads: int

    def compile(self, kernel: KernelText) -> Any:
        """Return the compiled kernel; raise ``NotTraced`` if it cannot be compiled here."""

    def launch(self, compiled: Any, kernel: KernelText, blocks: int, arguments: list[Any]) -> None:
        """Run ``blocks`` blocks and wait until they have ended."""


class TorchGpu:
    """The current GPU of torch, with the compiler that torch brings; see ``Gpu``.

    Attributes:
        failure: Why the last kernel could not be compiled; "" if it could, or none was needed.
    """

    warp = 32
    threads = 1024
    failure = ""

    def __init__(self) -> None:
        device = torch.cuda.current_device()
        properties: Any = torch.cuda.get_device_properties(device)
        self.memory = int(properties.shared_memory_per_block_optin)
        self.processors = int(properties.multi_processor_count)

    def compile(self, kernel: KernelText) -> Any:
        """Compile and load."""
        self.failure = ""
        try:
            compiled = _compiled(kernel.text)
            compiled.set_shared_memory_config(_BYTES * kernel.numbers)
        except (AttributeError, ImportError, OSError, RuntimeError, TypeError) as error:
            # An older torch, no compiler beside it, or a driver that is older than the compiler.
            self.failure = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise NotTraced(f"no kernel here: {self.failure}") from error
        return compiled

    def launch(self, compiled: Any, kernel: KernelText, blocks: int, arguments: list[Any]) -> None:
        """Launch on the current stream."""
        compiled(
            grid=(blocks, 1, 1),
            block=(kernel.threads, 1, 1),
            args=arguments,
            shared_mem=_BYTES * kernel.numbers,
        )
        torch.cuda.current_stream().synchronize()


@cache
def torch_gpu() -> TorchGpu | None:
    """Return the GPU if torch brings a compiler for it; None otherwise."""
    is_known = torch.version.cuda is not None and hasattr(torch.cuda, "_compile_kernel")
    return TorchGpu() if is_known and torch.cuda.is_available() else None


@lru_cache(maxsize=_KEPT_KERNELS)
def _compiled(text: str) -> Any:
    """Compile ``text``; kept, as the next training may have the same."""
    # By name: the frozen app, whose torch has no GPU, must not contain it with all its tools.
    cpp_extension: Any = import_module("torch.utils.cpp_extension")
    if cpp_extension.CUDA_HOME is None:
        # torch asks for the headers of the toolkit, which this text does not include.
        cpp_extension.CUDA_HOME = "/"
    return torch.cuda._compile_kernel(text, NAME, nvcc_options=list(_OPTIONS))


class CudaProgram:
    """Steps of all runs on a GPU; see ``NativeProgram`` for the arguments.

    Raises:
        NotTraced: The numbers of a network do not fit into the shared memory of a block, or the
            kernel cannot be compiled here.
    """

    def __init__(
        self,
        gpu: Gpu,
        listing: OperationList,
        runs: int,
        batches: tuple[int, int],
        device: torch.device,
        streams: NDArray[np.int64] | None = None,
    ) -> None:
        self._gpu = gpu
        self._listing = listing
        self._runs = runs
        self._device = device
        self._kernel = self._text(batches)
        self._memory = torch.empty(runs * self._kernel.far_numbers, device=device)
        self._compiled = gpu.compile(self._kernel)
        self._layout = Table.of(listing)
        self._streams = self._there(np.zeros(runs, np.int64) if streams is None else streams)
        self._table: torch.Tensor | None = None
        self._entries: NDArray[np.int64] | None = None

    def run(
        self,
        known: Mapping[str, NDArray[np.float64]],
        drawn: Mapping[str, torch.Tensor],
        epochs: int,
    ) -> None:
        """Do some epochs; see ``NativeProgram.run``."""
        values = self._listing.values(known)
        entries = self._table_of(drawn, values[0].size if len(values) > 1 else 0)
        if self._entries is None or not np.array_equal(entries, self._entries):
            self._table, self._entries = self._there(entries), entries
        arguments = [self._table, self._there(values), self._streams, self._memory, epochs]
        self._gpu.launch(self._compiled, self._kernel, self._runs, arguments)

    def _text(self, batches: tuple[int, int]) -> KernelText:
        """Return the kernel that suits the number of networks."""
        gpu, given = self._gpu, (self._listing, batches)
        if self._runs > 2 * gpu.processors:
            threads = min(_FEW_THREADS, gpu.threads)
            many = kernel_text(*given, threads, gpu.warp, far_moments=True)
            blocks = min(gpu.memory // (_BYTES * many.numbers + _RESERVED), _MAX_BLOCKS)
            if blocks:
                return kernel_text(*given, threads, gpu.warp, blocks, far_moments=True)
        threads = min(_MANY_THREADS, gpu.threads)
        # A single block reaches moments faster in its own memory, if there is room.
        for far_moments in (False, True):
            few = kernel_text(*given, threads, gpu.warp, far_moments=far_moments)
            if _BYTES * few.numbers <= gpu.memory:
                return few
        raise NotTraced("more numbers than a block can hold")

    def _there(self, array: NDArray[Any]) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self._device)

    def _table_of(self, drawn: Mapping[str, torch.Tensor], values_by_run: int) -> NDArray[np.int64]:
        layout, places = self._layout, self._listing.places
        entries = np.zeros(layout.length, np.int64)
        entries[layout.values] = values_by_run
        for at, one in enumerate(self._listing.carried, layout.carried):
            entries[at] = one.outside
        for place, at in layout.outside.items():
            entries[at] = places[place].outside
        for place, at in layout.moving.items():
            moving = places[place].moving
            assert moving is not None
            entry = moving.entry(places[place].offset, drawn[moving.name])
            entries[at : at + MOVING_NUMBERS] = entry
        return entries
