"""Interpretation of dropped data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from aegui.core.errors import AeguiError
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import save_recipe
from aegui.features.data.model.image_import import kind_of_drop

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_dropped(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    photo = folder / "photo.jpg"
    Image.new("RGB", (41, 23), "red").save(photo)
    recipe = tmp_path / "recipe.json"
    save_recipe(recipe, Recipe())
    glyphs = tmp_path / "glyphs.txt"
    glyphs.write_text("a\n.#.\n#.#\n.#.\n")
    assert kind_of_drop([folder]) == "images"
    assert kind_of_drop([photo]) == "images"
    assert kind_of_drop([photo, glyphs]) == "images"
    assert kind_of_drop([recipe]) == "document"
    assert kind_of_drop([glyphs]) == "data"
    with pytest.raises(AeguiError, match="no file"):
        kind_of_drop([tmp_path / "missing"])
