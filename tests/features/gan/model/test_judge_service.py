"""Classifiers of the library are offered as judges, or it is told why none are."""

from __future__ import annotations

import shutil

import pytest

from aegui.core.library.library import Library
from aegui.features.gan.model.judge_service import Judges, _judges


@pytest.mark.usefixtures("user_home")
def test_an_unreadable_library_is_told_from_an_empty_one() -> None:
    with Library() as library:
        folder = library.folder
    assert _judges((1, 8, 8)) == Judges((1, 8, 8), ())
    shutil.rmtree(folder)
    folder.write_text("not a folder")
    found = _judges((1, 8, 8))
    assert not found.offered
    assert str(folder) in found.problem
