"""The native engine under test: the one built by set-up, or one built for the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.core.training.engines.native import library
from installer import machine

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with every variant for this processor family, built from the source."""
    newest = machine.SOURCE.stat().st_mtime
    files = [library.BUILT / library.library_name(variant) for variant in library.variants()]
    if all(file.exists() and file.stat().st_mtime >= newest for file in files):
        return library.BUILT
    command = machine.compiler()
    if command is None:
        pytest.skip("no C compiler is here, and no machine was built")
    folder = tmp_path_factory.mktemp("machine")
    machine.build(folder, command)
    return folder


@pytest.fixture
def native(built: Path, monkeypatch: pytest.MonkeyPatch) -> library.NativeLibrary:
    """Return the best variant for this processor, which trainings use too."""
    monkeypatch.setattr(library, "BUILT", built)
    monkeypatch.delenv(library.SWITCH, raising=False)
    found = library.library()
    assert found is not None
    return found
