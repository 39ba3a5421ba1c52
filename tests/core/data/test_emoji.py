from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageFont, features

from aegui.core.data.builtin import load_builtin
from aegui.core.data.emoji import (
    EMOJI_GROUPS,
    EMOJI_SUBGROUPS,
    emoji_counts,
    groups_of_kinds,
    kinds_of_groups,
    load_emoji,
    load_emoji_as,
)
from aegui.core.data.load import load_data
from aegui.core.errors import Cancelled
from aegui.core.recipe import DataSpec, ImageSpec
from aegui.paths import resources_dir
from installer.emoji import FONT, FONT_SIZE, NAMES, drawn, index_text, listed

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.data.progress import LoadProgress

FOLDER = resources_dir() / "emoji"


def test_sheet_and_index_agree() -> None:
    index = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
    emojis = index["emojis"]
    assert len(emojis) >= 1800
    with Image.open(FOLDER / "sheet.webp") as sheet:
        rows = -(-len(emojis) // index["columns"])
        assert sheet.size == (index["columns"] * index["size"], rows * index["size"])
    assert (FOLDER / "sheet.webp").stat().st_size < 6e6
    assert [*dict.fromkeys(emoji["group"] for emoji in emojis)] == list(EMOJI_GROUPS)
    assert [*dict.fromkeys(emoji["subgroup"] for emoji in emojis)] == list(EMOJI_SUBGROUPS)
    assert len(set(EMOJI_SUBGROUPS.values())) == len(EMOJI_SUBGROUPS)
    for key in ("name", "codepoints"):
        assert len({emoji[key] for emoji in emojis}) == len(emojis)
    assert index_text(index) == (FOLDER / "index.json").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in (FOLDER / "LICENSE.txt").read_text(encoding="utf-8")
    assert "Unicode, Inc." in (FOLDER / "LICENSE-UNICODE.txt").read_text(encoding="utf-8")


def test_kinds_are_the_same_emojis_with_their_sub_groups() -> None:
    emojis, kinds = load_emoji(), load_builtin("emoji-kinds")
    assert kinds.images is emojis.images
    assert kinds.names == emojis.names
    assert len(kinds.classes) == 99
    of_name = dict(zip(kinds.names, kinds.labels, strict=True))
    assert of_name["red heart"] == "Hearts"
    assert of_name["grinning cat"] == "Cat faces"
    assert of_name["thumbs up"] == "Fists and thumbs"
    grey = load_emoji_as(ImageSpec(height=16, width=16, channels=1), kinds=True)
    assert grey.image_shape == (1, 16, 16)
    assert grey.labels == kinds.labels


def test_groups_and_their_kinds_are_told_of_one_another() -> None:
    faces = kinds_of_groups(["smileys & emotion"])
    assert len(faces) == 16
    assert {"Hearts", "Cat faces", "Smiling faces"} <= set(faces)
    assert groups_of_kinds([*faces, "Flags of countries"]) is None
    assert groups_of_kinds(faces[1:]) is None
    assert groups_of_kinds(faces) == ("Smileys & Emotion",)
    assert sum(emoji_counts()[kind] for kind in faces) == emoji_counts()["Smileys & Emotion"]


def test_every_tile_has_a_picture_and_none_is_there_twice() -> None:
    images = load_emoji().images
    assert len({hashlib.sha256(image.tobytes()).digest() for image in images}) == len(images)
    drawn_on: NDArray[np.bool_] = images.min(axis=1) < 0.999
    # Each reaches the margin of 2 pixels on the sides of its longer direction.
    wide = drawn_on[:, :, [2, -3]].reshape(len(images), -1).max(axis=1)
    high = drawn_on[:, [2, -3]].reshape(len(images), -1).max(axis=1)
    assert float(np.mean(wide | high)) > 0.98
    assert not drawn_on[:, :2].any()
    assert not drawn_on[:, :, -2:].any()


def test_loading_is_quick() -> None:
    best = 10.0
    for _ in range(3):
        load_emoji.cache_clear()
        start = time.process_time()
        load_emoji()
        best = min(best, time.process_time() - start)
    assert best < 1.0


def test_in_the_size_and_colours_that_are_wished() -> None:
    told: list[LoadProgress] = []
    grey = ImageSpec(height=80, width=80, channels=1)
    emojis = load_data(DataSpec(source="emoji", images=grey), told.append)
    assert emojis.images.shape == (len(load_emoji()), 1, 80, 80)
    assert (emojis.labels, emojis.names) == (load_emoji().labels, load_emoji().names)
    assert (told[-1].done, told[-1].total) == (len(emojis), len(emojis))
    # Grey as the eye sees it (ITU-R 601), with as much ink as before on the same share of paper.
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    as_drawn = np.tensordot(load_emoji().images[:50], weights, (1, 0)).mean(axis=(0, 1, 2))
    assert emojis.images[:50].mean() == pytest.approx(as_drawn, abs=0.002)
    assert emojis.images.max() == 1.0
    # Somebody holds them: they are not made again.
    assert load_data(DataSpec(source="emoji", images=grey)).images is emojis.images


def test_wide_frames_fit_fill_or_stretch() -> None:
    def first(fit: str) -> NDArray[np.float32]:
        spec = ImageSpec.model_validate(
            {"height": 32, "width": 64, "fit": fit, "background": "#0000ff"}
        )
        image: NDArray[np.float32] = load_emoji_as(spec).images[0]
        return image

    fitted, filled, stretched = map(first, ("fit", "fill", "stretch"))
    # A square in a frame twice as wide leaves a quarter on either side.
    assert (fitted[:, :, :16] == np.array([0, 0, 1], np.float32)[:, None, None]).all()
    assert (fitted[:, 0, 20] == 1.0).all()
    assert np.array_equal(filled, load_emoji().images[0, :, 16:48])
    assert stretched[:, :, 32].mean() == pytest.approx(
        load_emoji().images[0, :, :, 32].mean(), abs=0.02
    )
    assert (stretched[:, :, 0] == 1.0).all()


def test_its_own_size_costs_nothing_and_others_can_be_stopped() -> None:
    assert load_emoji_as(ImageSpec()).images is load_emoji().images
    with pytest.raises(Cancelled):
        load_emoji_as(ImageSpec(height=16, width=16), cancelled=lambda: True)


def test_the_list_is_read_without_skin_tones(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(
        "# group: People & Body\n# subgroup: hand\n"
        "1F44B      ; fully-qualified     # 👋 E0.6 waving hand\n"
        "1F44B 1F3FB; fully-qualified     # 👋🏻 E1.0 waving hand: light skin tone\n"
        "263A       ; unqualified         # ☺ E0.6 smiling face\n"
        "1F3FB      ; component           # 🏻 E1.0 light skin tone\n"
    )
    (emoji,) = listed(path)
    assert (emoji.text, emoji.name) == ("👋", "waving hand")
    assert (emoji.group, emoji.subgroup) == ("People & Body", "hand")


@pytest.mark.skipif(not (FONT.exists() and NAMES.exists()), reason="the font is not installed")
@pytest.mark.skipif(not features.check("raqm"), reason="this pillow has no raqm")
def test_the_script_draws_what_is_shipped() -> None:
    index = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))
    if hashlib.sha256(FONT.read_bytes()).hexdigest() != index["font_sha256"]:
        pytest.skip("another version of the font is installed")
    font = ImageFont.truetype(FONT, FONT_SIZE, layout_engine=ImageFont.Layout.RAQM)
    emojis = load_emoji()
    codes = {emoji["name"]: emoji["codepoints"].split() for emoji in index["emojis"]}
    for number in (0, 700, 1500, 1860):
        text = "".join(chr(int(code, 16)) for code in codes[emojis.names[number]])
        tile = drawn(text, font)
        assert tile is not None
        levels = np.rint(emojis.images[number].transpose(1, 2, 0) * 255).astype(np.uint8)
        assert np.array_equal(np.asarray(tile), levels)
    assert drawn("👩‍👩‍👩‍👩‍👩", font) is None
    assert {emoji.name for emoji in listed(NAMES)} >= set(emojis.names)
