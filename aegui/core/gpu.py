"""Whether this computer can train on a GPU, and translated instructions for it.

The frozen app contains a CPU-only torch: one for GPUs is ten times its size.
"""

from __future__ import annotations

import shutil
import sys
from importlib import metadata
from pathlib import Path

from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass

_DRIVER = Path("/proc/driver/nvidia/version")


@dataclass(frozen=True)
class GpuState:
    """What was detected."""

    driver: bool
    """Whether there is a driver for an NVIDIA card."""
    build: str
    """The version of torch, such as "2.13.0+cpu"; empty if unknown."""
    frozen: bool
    """Whether this is the app that is installed without Python."""
    answers: bool | None = None
    """Whether torch can use a GPU; None if not tested."""


def gpu_state(*, ask: bool = False) -> GpuState:
    """Detect the state of this computer; with ``ask``, torch is imported, which takes seconds."""
    try:
        build = metadata.version("torch")
    except metadata.PackageNotFoundError:
        build = ""
    answers: bool | None = None
    if ask or "torch" in sys.modules:
        import torch

        build, answers = str(torch.__version__), torch.cuda.is_available()
    driver = _DRIVER.exists() or shutil.which("nvidia-smi") is not None
    return GpuState(driver, build, bool(getattr(sys, "frozen", False)), answers)


def gpu_words(state: GpuState) -> list[str]:
    """Return sentences on what was detected, and on how to train on a GPU."""
    if state.answers:
        return [
            tr("This program trains on the graphics card of this computer."),
            tr(
                "Many small networks train there at once, as one kernel; a few end sooner on "
                "the processor. “Automatic” chooses for each training; a study of small networks "
                "uses the card if its recipe says so."
            ),
        ]
    words = []
    if state.frozen or state.build.endswith("+cpu"):
        words.append(
            tr(
                "This program computes on the processor: its PyTorch ({build}) was built without "
                "GPU support, which is a download of several gigabytes.",
                build=state.build or tr("built in"),
            )
        )
    if not state.driver:
        words.append(
            tr(
                "No driver of an NVIDIA card was found; it comes first: install it from your "
                "system's packages, or from the maker of the card."
            )
        )
    elif not words and state.answers is None:
        return [
            tr(
                "There is a driver of an NVIDIA card; whether PyTorch can use it is known after "
                "the first training."
            )
        ]
    elif not words:
        words.append(
            tr(
                "There is a driver, but PyTorch cannot use it: it may be too old for {build}.",
                build=state.build,
            )
        )
    words.append(
        tr(
            "Then install aegui from its source with Python: “python3 installer/bootstrap.py run” "
            "sees the driver and takes the PyTorch that suits it; settings, library and documents "
            "are the same."
        )
    )
    words.append(tr("In an environment of your own, “pip install .” brings that PyTorch on Linux."))
    return words
