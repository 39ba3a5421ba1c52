from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from aegui.core.recipe import CorruptionSpec
from aegui.session.settings import MAX_RECENT, Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def test_a_first_start_has_the_defaults_and_nothing_to_say(file: Path) -> None:
    settings = Settings.load(file)
    assert settings.notice is None
    assert settings.theme == "system"
    assert settings.language is None
    assert not file.exists()


def test_what_is_saved_is_read_again(file: Path, tmp_path: Path) -> None:
    settings = Settings.load(file)
    settings.language = "es"
    settings.theme = "dark"
    settings.noise = CorruptionSpec(kind="flip", level=0.25)
    settings.noise_seed = 7
    settings.values = {"map.style": "dots", "charts.log": True}
    settings.set_window_state("main", b"\x00\xffQt")
    settings.add_recent(tmp_path / "a.aegui")
    assert settings.save() is None
    again = Settings.load(file)
    assert again == settings
    assert again.notice is None
    assert again.window_state("main") == b"\x00\xffQt"
    assert again.window_state("other") is None
    again.set_window_state("main", None)
    assert again.window_states == {}


def test_wrong_values_are_not_accepted(file: Path) -> None:
    settings = Settings.load(file)
    with pytest.raises(ValidationError):
        settings.theme = "pink"  # type: ignore[assignment]
    assert settings.theme == "system"


def test_recent_files_are_few_unique_and_newest_first(file: Path, tmp_path: Path) -> None:
    settings = Settings.load(file)
    for number in range(15):
        settings.add_recent(tmp_path / f"{number % 12}.aegui")
    assert len(settings.recent_files) == MAX_RECENT
    assert settings.recent_files[0] == tmp_path / "2.aegui"
    assert len(set(settings.recent_files)) == MAX_RECENT
    settings.remove_recent(tmp_path / "2.aegui")
    assert settings.recent_files[0] == tmp_path / "1.aegui"


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b'{"version": 99}', b"null"])
def test_a_broken_file_gives_defaults_a_notice_and_is_kept(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    settings = Settings.load(file)
    assert settings.theme == "system"
    assert settings.notice is not None
    assert str(file) in settings.notice.text
    assert file.with_name("settings.json.broken").read_bytes() == content
    assert settings.save() is None
    assert Settings.load(file).notice is None


def test_single_wrong_values_leave_the_others(file: Path) -> None:
    file.parent.mkdir()
    content = {"version": 1, "theme": "dark", "noise_seed": -4, "language": "xx", "new": 1}
    file.write_text(json.dumps(content))
    settings = Settings.load(file)
    assert settings.theme == "dark"
    assert settings.noise_seed == 0
    assert settings.language is None
    assert settings.notice is not None
    assert "noise_seed" in settings.notice.text


def test_a_folder_that_cannot_be_written_is_a_notice(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file where a folder should be")
    settings = Settings.load(tmp_path / "config" / "settings.json")
    notice = settings.save()
    assert notice is not None
    assert notice.level == "warning"


def test_window_states_that_are_no_bytes_are_none(file: Path) -> None:
    settings = Settings.load(file)
    settings.window_states = {"main": "not base64!"}
    assert settings.window_state("main") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(sorted(Settings.model_fields)), JSON))
def test_no_content_is_a_crash(tmp_path: Path, content: dict[str, object]) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({**content, "version": 1}))
    Settings.load(file).save()
    assert Settings.load(file).notice is None
