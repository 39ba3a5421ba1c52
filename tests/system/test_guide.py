"""The guide: equal in both languages, without broken links, images or recipes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from aegui.core.i18n import LANGUAGES, set_language, tr
from aegui.core.recipe.file import list_recipes
from aegui.paths import resources_dir

if TYPE_CHECKING:
    from pathlib import Path

GUIDE = resources_dir() / "guide"
PAGES = sorted(GUIDE.glob("*/*.md"))
MAX_BYTES = 3_000_000
_LINK = re.compile(r"(!?)\[[^\]]+\]\(([^)]+)\)")
_RECIPE = re.compile(r"\*([^*]+)\*\s+\(`([^`]+)`\)")
_CODE = re.compile(r"```.*?```", re.DOTALL)


def _name(page: Path) -> str:
    return f"{page.parent.name}/{page.stem}"


def _formulas(page: Path) -> int:
    return len(_CODE.findall(page.read_text(encoding="utf-8")))


def test_every_language_has_the_same_pages_with_the_same_pictures_and_formulas() -> None:
    for code in LANGUAGES:
        pages = sorted((GUIDE / code).glob("*.md"))
        assert [page.name for page in pages] == [
            page.name for page in sorted((GUIDE / "en").glob("*.md"))
        ]
        for page in pages:
            english = GUIDE / "en" / page.name
            # Images show the window in the language of the page.
            targets = [target.replace(f"images/{code}/", "images/") for target in _targets(page)]
            assert targets == _targets(english), page
            assert _formulas(page) == _formulas(english), page


def _targets(page: Path) -> list[str]:
    return [target for _, target in _LINK.findall(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _targets(page):
        if not target.startswith("https://"):
            assert (page.parent / target).resolve().is_file(), target


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_recipes_are_called_what_the_window_calls_them(page: Path) -> None:
    set_language(page.parent.name)
    recipes = dict(list_recipes())
    for name, key in _RECIPE.findall(page.read_text(encoding="utf-8")):
        assert " ".join(name.split()) == tr(recipes[key].name), key


def test_every_recipe_is_told_of() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in (GUIDE / "en").glob("*.md"))
    assert not [key for key, _ in list_recipes() if f"`{key}`" not in text]


def test_pictures_are_used_and_small() -> None:
    pictures = sorted((GUIDE / "images").rglob("*.png"))
    readme = GUIDE.parent.parent / "README.md"
    texts = "".join(page.read_text(encoding="utf-8") for page in (*PAGES, readme))
    assert all(f"{picture.relative_to(GUIDE).as_posix()})" in texts for picture in pictures)
    assert sum(picture.stat().st_size for picture in pictures) < MAX_BYTES
