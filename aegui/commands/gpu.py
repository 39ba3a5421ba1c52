"""``aegui gpu``: whether trainings run on a graphics card, and how to enable that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.commands.words import say, say_json
from aegui.core.gpu import gpu_state, gpu_words

if TYPE_CHECKING:
    import argparse


def gpu_command(options: argparse.Namespace) -> int:
    """Print driver, torch build and CUDA state, and what to install."""
    state = gpu_state(ask=True)
    if options.json:
        document = {"driver": state.driver, "torch": state.build, "cuda": bool(state.answers)}
        say_json(document | {"frozen": state.frozen})
        return 0
    for line in gpu_words(state):
        say(line)
    return 0
