"""Building and loading the native engine: optional, checked, clean under sanitizers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aegui.core.training.engines.native import library
from aegui.core.training.engines.operations.listing import CODES
from installer import bootstrap, machine

TEXT = machine.SOURCE.read_text(encoding="utf-8")
MAX_LINES = 600

LEARN = """
import sys
from pathlib import Path
import torch
from aegui.core.training.engines.machine_engine import MachineEngine
from aegui.core.training.engines.native.library import NativeLibrary
from aegui.core.training.step.parameters import Parameters
from aegui.core.training.step.samples import Samples
from tests.core.training.engines.test_choice import CPU, ENCODERS, resolved_recipe

library = NativeLibrary(Path(sys.argv[1]), sys.argv[2])
drawing = {"kind": "gaussian", "free_bits": 0.1, "units": 3}
for changes in (
    {},
    {"network": ENCODERS["deep"], "training": {"contractive": 0.1, "optimizer": {"name": "sgd"}}},
    {
        "runs": 3,
        "network": {"latent": drawing, "encoder": [{"units": 17, "dropout": 0.1}, {"units": 7}]},
        "data": {"corruption": {"kind": "flip", "level": 0.1}},
        "training": {"batch_size": 12, "l2": 0.1, "clip_norm": 1.0},
    },
):
    resolved = resolved_recipe(**changes)
    parameters = Parameters(resolved, CPU)
    samples = Samples(resolved, resolved.recipe.data.corruption, CPU)
    engine = MachineEngine(resolved, parameters, samples, torch.Generator(), library, 2)
    engine.run([1e-3] * 4, 0.1)
    assert parameters.flat.isfinite().all()
print("learnt")
"""


def test_one_file_of_a_length_that_can_be_read() -> None:
    assert len(TEXT.splitlines()) <= MAX_LINES


def test_source_and_program_name_the_same_operations_and_version() -> None:
    listed = TEXT.partition("COPY, FILL")[2].partition("}")[0]
    names = re.findall(r"\w+", f"COPY, FILL{listed}")
    assert [name.lower() for name in names] == list(CODES)
    assert f"MACHINE_VERSION = {library.VERSION} " in TEXT
    built = [machine.library_name(variant) for variant in (*machine.VARIANTS, "arm64")]
    assert built == [
        library.library_name(variant) for variant in ("sse4", "avx2", "avx512", "arm64")
    ]


def test_without_a_machine_there_is_none_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(library.SWITCH, raising=False)
    monkeypatch.setattr(library, "BUILT", tmp_path)
    assert library.library() is None
    assert "not built" in library.status()


def test_what_is_no_machine_or_of_another_version_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, native: library.NativeLibrary
) -> None:
    variant = library.variants()[0]
    (tmp_path / library.library_name(variant)).write_bytes(b"no library")
    assert library.loaded(tmp_path) is None
    monkeypatch.setattr(library, "VERSION", library.VERSION + 1)
    with pytest.raises(OSError, match="another version"):
        library.NativeLibrary(library.BUILT, variant)


def test_status_tells_the_variant_and_the_switch(
    native: library.NativeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert native.variant in library.status()
    monkeypatch.setenv(library.SWITCH, "torch")
    assert library.library() is None
    assert library.SWITCH in library.status()


def test_a_build_that_fails_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(machine.BuildError):
        machine.build(tmp_path / "built", [sys.executable, "-c", "raise SystemExit('broken')"])
    assert list((tmp_path / "built").iterdir()) == []


def test_set_up_without_a_compiler_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine, "compiler", lambda: None)
    assert machine.main([str(tmp_path)]) == bootstrap.NO_COMPILER
    assert "torch" in capsys.readouterr().err


@pytest.mark.slow
def test_steps_are_clean_under_the_sanitizers(
    tmp_path: Path, native: library.NativeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Address and undefined-behaviour sanitizers, in a process of its own."""
    gcc = shutil.which("gcc")
    if gcc is None or sys.platform != "linux":
        pytest.skip("no gcc with its sanitizers is here")
    runtimes = [
        subprocess.run(
            [gcc, f"-print-file-name={name}.so"], capture_output=True, text=True
        ).stdout.strip()
        for name in ("libasan", "libubsan")
    ]
    if not all(Path(runtime).is_absolute() for runtime in runtimes):
        pytest.skip("this gcc has no sanitizers")
    flags = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-O0", "-g")
    # Only the one that is loaded: each takes seconds to compile so.
    for variants in (machine.VARIANTS, machine._ARM):
        for other in variants.keys() - {native.variant}:
            monkeypatch.delitem(variants, other)
    assert machine.build(tmp_path, [gcc], *flags) == [native.variant]
    environment = {
        **os.environ,
        "LD_PRELOAD": ":".join(runtimes),
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONPATH": str(bootstrap.ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", LEARN, str(tmp_path), native.variant],
        capture_output=True,
        text=True,
        env=environment,
        cwd=bootstrap.ROOT,
        timeout=280,
    )
    assert done.stdout.strip().endswith("learnt"), done.stderr[-3000:]
