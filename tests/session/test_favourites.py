"""Short lists of favourites, recently used and default values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.session.favourites import MAX_SHORT, Favourites
from aegui.session.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

KNOWN = [f"n{number}" for number in range(20)]
USUAL = KNOWN[:6]


def test_it_begins_with_what_is_usual() -> None:
    assert Favourites(Settings()).short("networks", KNOWN, USUAL) == tuple(USUAL)


def test_kept_come_before_used_before_usual(qtbot: QtBot) -> None:
    favourites = Favourites(Settings())
    favourites.use("networks", "n9")
    favourites.use("networks", "n3")
    with qtbot.waitSignal(favourites.changed) as told:
        favourites.keep("networks", "n12", kept=True)
    assert told.args == ["networks"]
    short = favourites.short("networks", KNOWN, USUAL)
    assert short[:3] == ("n12", "n3", "n9")
    assert len(short) == len(set(short)) <= MAX_SHORT
    favourites.keep("networks", "n12", kept=False)
    assert "n12" not in favourites.short("networks", KNOWN, USUAL)
    assert favourites.short("data", KNOWN, USUAL) == tuple(USUAL)


def test_everything_that_is_kept_is_there() -> None:
    favourites = Favourites(Settings())
    for key in KNOWN:
        favourites.keep("data", key, kept=True)
    assert favourites.short("data", KNOWN, USUAL) == tuple(KNOWN)


def test_what_is_gone_is_left_out() -> None:
    favourites = Favourites(Settings())
    favourites.keep("data", "gone", kept=True)
    assert favourites.short("data", ["n1"], ["n1", "n2"]) == ("n1",)


def test_paths_are_remembered_from_one_start_to_the_next(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path / "settings.json")
    Favourites(settings).keep("data", str(tmp_path / "a, b.json"), kept=True)
    settings.save()
    again = Favourites(Settings.load(tmp_path / "settings.json"))
    assert again.kept("data") == (str(tmp_path / "a, b.json"),)
