"""A few kills of the real program; ``make torture`` does 300 of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.harness.forked import Start

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs fork and SIGKILL")

_TORTURE = "import sys; from tests.system.torture import main; sys.exit(main())"


@pytest.mark.slow
def test_what_a_killed_program_leaves_is_whole_offered_again_and_cleared_away(
    start_program: Start,
) -> None:
    scenarios = ("train and save", "edit", "command")
    arguments = ("--kills", "3", "--only", *scenarios)
    # Else it would start once more, as a process with threads must not fork.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    with start_program(_TORTURE, *arguments, environment=environment) as process:
        out, errors = process.communicate()
    assert process.returncode == 0, out + errors
    assert all(f"| {scenario} | 1 | 0 |" in out for scenario in scenarios), out + errors
