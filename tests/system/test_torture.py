"""A few kills of the real program; ``make torture`` does 300 of them."""

from __future__ import annotations

import os

import pytest

from tests.processes import python

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs fork and SIGKILL")


@pytest.mark.slow
def test_what_a_killed_program_leaves_is_whole_offered_again_and_cleared_away() -> None:
    scenarios = ("train and save", "edit", "command")
    done = python("-m", "tests.system.torture", "--kills", 3, "--only", *scenarios)
    assert all(f"| {scenario} | 1 | 0 |" in done.stdout for scenario in scenarios)
