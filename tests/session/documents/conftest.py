"""A workspace without the shipped model, with folders of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.session.documents.workspace import Workspace
from aegui.session.settings import Settings
from tests.session.documents.workspaces import Heard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture
def no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "aegui.session.documents.document.shipped_model", lambda: tmp_path / "no" / "model.aegui"
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(tmp_path / "config" / "settings.json")


@pytest.fixture
def workspace(
    qtbot: QtBot, no_model: None, settings: Settings, tmp_path: Path
) -> Iterator[Workspace]:
    workspace = Workspace(settings, autosave_folder=tmp_path / "autosave")
    yield workspace
    workspace.close()


@pytest.fixture
def heard(workspace: Workspace) -> Heard:
    return Heard(workspace)
