"""The machine under test: the one that set-up has built, or one that is built for the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aegui.core.training.engines.native import library
from installer import machine

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every variant for this make of processor, of the source as it is."""
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
    """The best machine for this processor, which trainings use too."""
    monkeypatch.setattr(library, "BUILT", built)
    monkeypatch.delenv(library.SWITCH, raising=False)
    found = library.library()
    assert found is not None
    return found
