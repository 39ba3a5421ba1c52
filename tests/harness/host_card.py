"""A stand-in for a GPU: threads of the processor run the text of a kernel.

What is tested is the text itself. It is compiled as C++; a block is a few threads that meet at a
real barrier, so that a missing ``__syncthreads`` shows as a wrong number, or to ThreadSanitizer.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import torch

    from aegui.core.training.engines.cuda.text import KernelText, Table

_SHIM = """
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#define AEGUI_HOST
#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(threads, blocks)
#define __shared__ static
struct place { int x; };
static thread_local place threadIdx, blockIdx;
static pthread_barrier_t meeting;
static void __syncthreads() { pthread_barrier_wait(&meeting); }
"""
_RUN = """
struct call {
    int number, blocks;
    const int64_t *table;
    const float *values;
    const int64_t *streams;
    float *memory;
    int epochs;
};

static void *run_thread(void *given)
{
    const call *it = (const call *)given;
    threadIdx.x = it->number;
    for (int block = 0; block < it->blocks; block++) {
        blockIdx.x = block;
        __syncthreads();
        /* What a block before it has left behind must not matter. */
        for (int i = it->number; i < NUMBERS; i += THREADS) arena[i] = NAN;
        __syncthreads();
        train_networks(it->table, it->values, it->streams, it->memory, it->epochs);
    }
    return 0;
}

extern "C" void run_blocks(call given)
{
    pthread_t threads[THREADS];
    call calls[THREADS];
    pthread_barrier_init(&meeting, 0, THREADS);
    for (int i = 0; i < THREADS; i++) {
        calls[i] = given;
        calls[i].number = i;
        pthread_create(threads + i, 0, run_thread, calls + i);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], 0);
    pthread_barrier_destroy(&meeting);
}
"""
_MAIN = """
#include <string.h>
static float zeros[LENGTH + 1][1 << 14];

int main()
{
    static int64_t table[LENGTH], streams[2];
    static float values[1 << 10];
    static const int addresses[] = {ADDRESSES};
    for (int at : addresses) table[at] = (int64_t)zeros[at];
    call given = {0, 2, table, values, streams, zeros[LENGTH], 2};
    run_blocks(given);
    return 0;
}
"""
# With the library of C++, <math.h> would be the whole of <cmath>: half of the time of a kernel.
_OPTIONS = ("-std=c++17", "-nostdinc++", "-w", "-pthread")
_ARENA = "extern __shared__ float arena[];"


class _Call(ctypes.Structure):
    """``struct call``."""

    _fields_ = (
        ("number", ctypes.c_int),
        ("blocks", ctypes.c_int),
        *((name, ctypes.c_void_p) for name in ("table", "values", "streams", "memory")),
        ("epochs", ctypes.c_int),
    )


class HostCard:
    """Compiles kernels with ``compiler``, and runs them with a few threads; see ``Gpu``.

    Args:
        folder: Where the libraries are put.
        compiler: The command of a C++ compiler.
        threads: Threads of a block.
        processors: Networks from half of which on a kernel for many is made.
        flags: Further options of the compiler.
    """

    memory = 227 * 1024
    warp = 1

    def __init__(
        self,
        folder: Path,
        compiler: str = "c++",
        threads: int = 2,
        processors: int = 1,
        flags: Sequence[str] = (),
    ) -> None:
        self.threads = threads
        self.processors = processors
        self.folder = folder
        self._command = [compiler, *_OPTIONS, "-fPIC", "-shared", *flags]
        self._known: dict[str, ctypes.CDLL] = {}

    def compile(self, kernel: KernelText) -> Any:
        """Compile as C++."""
        name = hashlib.sha256(kernel.text.encode()).hexdigest()[:16]
        if name not in self._known:
            source, library = (self.folder / f"{name}{end}" for end in (".cpp", ".so"))
            source.write_text(self._source(kernel), encoding="utf-8")
            subprocess.run([*self._command, str(source), "-o", str(library)], check=True)
            self._known[name] = ctypes.CDLL(str(library))
        return self._known[name]

    def _source(self, kernel: KernelText) -> str:
        numbers = max(1, kernel.numbers)
        arena = f"#define NUMBERS {numbers}\nstatic float arena[NUMBERS];\n"
        return _SHIM + arena + kernel.text.replace(_ARENA, "") + _RUN

    def races(self, kernel: KernelText, table: Table) -> str:
        """Return the first race of two epochs of two networks of zeros; "" if there is none.

        In a program of its own: the sanitizer has to be there before all else.
        """
        text = _MAIN.replace("LENGTH", str(table.length)).replace(
            "ADDRESSES", ", ".join(map(str, table.addresses))
        )
        source, program = self.folder / "races.cpp", self.folder / "races"
        source.write_text(self._source(kernel) + text, encoding="utf-8")
        command = [it for it in self._command if it not in {"-shared", "-fPIC"}]
        command += ["-g1", "-fsanitize=thread", str(source), "-o", str(program)]
        subprocess.run(command, check=True)
        first = os.environ | {"TSAN_OPTIONS": "halt_on_error=1"}
        done = subprocess.run([str(program)], env=first, capture_output=True, text=True)
        return done.stderr if done.returncode else ""

    def launch(self, compiled: Any, kernel: KernelText, blocks: int, arguments: list[Any]) -> None:
        """Run the blocks one after the other."""
        *tensors, epochs = arguments
        compiled.run_blocks(_Call(0, blocks, *map(_address, tensors), epochs))


def _address(tensor: torch.Tensor) -> int:
    return tensor.data_ptr()
