"""Commands speak English, and paint with the one application of all tests: there is no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.core.i18n import set_language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> QApplication:
    """What painting needs."""
    return qapp


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the machine that tests speaks, and whatever a test has chosen."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANGUAGE", "en")
    yield
    set_language("en")
