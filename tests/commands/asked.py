"""JSON output of a command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aegui.cli import main

if TYPE_CHECKING:
    import pytest


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Run a command with ``--json`` and return the object it prints."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)
