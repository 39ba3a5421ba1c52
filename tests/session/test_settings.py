from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from aegui.core.choices import Choice, OneOf, table
from aegui.core.latent.film_spec import FilmSpec
from aegui.core.latent.projections import ProjectionOptions
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


def test_edits_are_reported_and_what_is_set_again_is_not(file: Path) -> None:
    settings, told = Settings.load(file), list[str]()
    settings.report_edits(lambda: told.append(settings.theme))
    settings.theme = "dark"
    settings.keep({"a.b": 3})
    assert told == ["dark", "dark"]
    settings.theme = "dark"
    settings.keep({"a.b": 3})
    assert len(told) == 2
    settings.report_edits(None)
    settings.theme = "light"
    assert len(told) == 2


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


FRUIT = OneOf(table(Choice("apple", "Apple", ""), Choice("pear", "Pear", "")))


@dataclass(frozen=True)
class Basket:
    fruit: Annotated[str, FRUIT] = "pear"
    all_fruit: tuple[Annotated[str, FRUIT], ...] = ("pear",)
    count: Annotated[int, Field(ge=1, le=9)] = 3
    weight: Annotated[float, Field(gt=0.0, le=2.0)] = 1.0
    is_full: bool = True
    note: str | None = None


def test_a_form_is_kept_field_by_field(file: Path) -> None:
    settings = Settings.load(file)
    assert settings.form("market.", Basket()) == Basket()
    basket = Basket("apple", ("pear", "apple"), 1, 0.5, False, "for Ada")
    settings.keep_form("market.", basket)
    settings.keep_form("other.", Basket(count=2), without=["weight"])
    settings.save()
    again = Settings.load(file)
    assert again.form("market.", Basket()) == basket
    assert again.form("other.", Basket(weight=0.25)) == Basket(count=2, weight=0.25)
    assert again.values["market.all_fruit"] == "pear apple"
    assert "other.weight" not in again.values


@pytest.mark.parametrize(
    ("name", "kept", "value"),
    [
        ("fruit", "plum", "pear"),
        ("fruit", 3, "pear"),
        ("all_fruit", "plum apple", ("apple",)),
        ("all_fruit", "plum", ("pear",)),
        ("count", 1_000, 9),
        ("count", -1, 1),
        ("count", 10**400, 9),
        ("count", 5.0, 5),
        ("count", True, 3),
        ("count", float("inf"), 3),
        ("count", "many", 3),
        ("weight", float("nan"), 1.0),
        ("weight", 1e300, 2.0),
        ("weight", 2, 2.0),
        ("is_full", 0, True),
        ("note", "", None),
        ("note", 5, None),
    ],
)
def test_what_no_field_can_be_stays_as_usual(name: str, kept: object, value: object) -> None:
    settings = Settings()
    settings.values = {f"market.{name}": kept}  # type: ignore[dict-item]
    found = getattr(settings.form("market.", Basket()), name)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("usual", [FilmSpec(), ProjectionOptions(), Basket()], ids=repr)
@given(data=st.data())
def test_whatever_is_kept_makes_a_form(usual: object, data: st.DataObject) -> None:
    anything = st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
    settings = Settings()
    names = [field.name for field in fields(usual)]  # type: ignore[arg-type]
    settings.values = {f"it.{name}": data.draw(anything) for name in names}
    found = settings.form("it.", usual)  # type: ignore[type-var]
    settings.keep_form("it.", found)  # type: ignore[arg-type]
    assert settings.form("it.", usual) == found  # type: ignore[type-var]


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
