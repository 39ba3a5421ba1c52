"""Fixtures of the commands: English output, one QApplication for all tests, small reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.commands import report
from aegui.kit.charts.paper import DPI

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> QApplication:
    """Provide the QApplication that painting needs."""
    return qapp


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start in English, whatever the system or an earlier test has set."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANGUAGE", "en")


@pytest.fixture(scope="module")
def small_pictures() -> Iterator[None]:
    """Most of the time of a report is the compression of its images."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "_PNG_DPI", DPI[0])
        yield
