from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from aegui.cli import main
from aegui.commands import data as data_module
from aegui.core.data.builtin import load_builtin
from aegui.core.data.load import load_dataset
from aegui.core.data.published import PUBLISHED
from aegui.core.errors import AeguiError, Cancelled
from aegui.paths import models_dir

if TYPE_CHECKING:
    Captured = pytest.CaptureFixture[str]


def answer_of(capsys: Captured, *arguments: str) -> Any:
    assert main(["data", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(6):
        path = tmp_path / "pics" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 256, (20, 10, 4), np.uint8)
        Image.fromarray(pixels).save(path)
    (tmp_path / "pics/a/bad.jpg").write_bytes(b"?")
    return tmp_path / "pics"


def test_the_card_of_emojis(capsys: Captured) -> None:
    assert main(["data", "emoji"]) == 0
    text = capsys.readouterr().out
    assert "emoji: 1,861 samples of 64x64 pixels, in colour" in text
    assert "9 classes: Activities (85), " in text
    assert "Licence: SIL Open Font License 1.1" in text
    assert "among 1,275 samples drawn at random" in text


def test_black_and_white_files_read_in_colour_are_images_in_colour(
    tmp_path: Path, capsys: Captured
) -> None:
    for number in range(3):
        pixels = np.zeros((5, 5), np.uint8)
        pixels[0, : number + 1] = 255
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    options = ("--size", "5x5", "--fit", "fill")
    one_more_pixel = math.sqrt(1 / 25)
    (found,) = answer_of(capsys, str(tmp_path), *options)["datasets"]
    assert (found["channels"], found["binary"]) == (3, False)
    assert found["closest"][0]["distance"] == pytest.approx(one_more_pixel)
    (found,) = answer_of(capsys, str(tmp_path), *options, "--grey")["datasets"]
    assert (found["channels"], found["binary"]) == (1, True)
    assert found["closest"][0]["distance"] == 1


def test_samples_without_a_label_are_named_as_in_the_window(
    tmp_path: Path, capsys: Captured
) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (5, 64))
    path = tmp_path / "some.csv"
    lines = [",".join(map(str, [label, *row])) for label, row in zip("ab", levels[:2], strict=True)]
    lines += [",".join(map(str, ["", *row])) for row in levels[2:]]
    path.write_text("\n".join(lines))
    assert main(["data", str(path)]) == 0
    text = capsys.readouterr().out
    assert "3 classes: no label (3), a (1), b (1)" in text
    assert "#3 – " in text or "– #3" in text


def test_a_folder_of_images(folder: Path, capsys: Captured) -> None:
    answer = answer_of(capsys, str(folder), "--size", "16x24", "--grey", "--fit", "fill")
    assert answer["reader"] == "folder"
    assert answer["notes"] == [
        "The files are 10 × 20 in colour.",
        "1 file could not be read and is left out: bad.jpg: this is not an image that can be read.",
    ]
    (data,) = answer["datasets"]
    assert (data["samples"], data["channels"], data["height"], data["width"]) == (6, 1, 24, 16)
    assert data["classes"] == {"a": 3, "b": 3}
    assert data["compared"] == 6
    assert main(["data", str(folder), "--labels", "b"]) == 0
    text = capsys.readouterr().out
    assert "3 samples of 64x64 pixels, in colour" in text
    assert "1 class: b (3)" in text


def test_classes_of_emojis_are_named_in_the_language_with_what_is_typed(capsys: Captured) -> None:
    assert main(["--language", "es", "data", "emoji"]) == 0
    assert "Banderas (Flags, 261)" in capsys.readouterr().out
    assert main(["--language", "en", "data", "emoji", "--labels", "Flags"]) == 0
    assert "1 class: Flags (261)" in capsys.readouterr().out


def test_a_part_of_a_set(capsys: Captured) -> None:
    (data,) = answer_of(capsys, "digits", "--labels", "3,5", "--count", "50")["datasets"]
    assert data["samples"] == 50
    assert set(data["classes"]) == {"3", "5"}


def test_texts_that_begin_with_a_minus_are_chosen(capsys: Captured) -> None:
    (data,) = answer_of(capsys, "symbols", "--labels", "-,+")["datasets"]
    assert sorted(data["labels"]) == ["+", "-"]
    (data,) = answer_of(capsys, "symbols", "--labels", ",")["datasets"]
    assert data["labels"] == [","]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["data", "digits", "--labels", "11"], "has no class “11”"),
        (["data", "digits", "--size", "0x4"], "from 1x1 to 256x256"),
        (["data", "digits", "--background", "white"], "#ffffff"),
        (["data", "lowercase", "--size", "9x9"], "--size is for folders of images and emojis"),
        (["data", "lowercase+uppercase", "--grey"], "of lowercase+uppercase are as they are"),
        (["data", "digits", "--grey"], "--grey is for folders of images and emojis"),
        (["data", "digits", "--count", "0"], "--count is 0; it must be at least 1."),
        (["data", "mnist"], "aegui download mnist"),
        (["download", "emoji"], "'mnist', 'fashion'"),
    ],
)
def test_refusals(arguments: list[str], reason: str, capsys: Captured) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert reason in told.err
    assert told.err.count("\n") == 1


def test_downloading(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    asked: list[str] = []
    monkeypatch.setattr(data_module, "download", lambda key, *_: asked.append(key))
    assert main(["download", "fashion"]) == 0
    assert asked == ["fashion"]
    assert "Fashion-MNIST is in " in capsys.readouterr().out

    assert main(["download", "mnist", "--from", str(Path(__file__).parent)]) == 2
    assert "0 of 4 files are available now" in capsys.readouterr().err

    def stop(*_: object) -> None:
        raise Cancelled("Stopped.")

    monkeypatch.setattr(data_module, "download", stop)
    assert main(["download", "fashion"]) == 130
    assert "The part downloaded so far is kept" in capsys.readouterr().err

    def fail(*_: object) -> None:
        raise AeguiError("No mirror answers.")

    monkeypatch.setattr(data_module, "download", fail)
    assert main(["download", "mnist"]) == 2
    assert capsys.readouterr().err == "aegui: No mirror answers.\n"


def test_all_that_can_be_downloaded_is_offered(capsys: Captured) -> None:
    assert main(["download", "--help"]) == 0
    assert ", ".join(PUBLISHED) in capsys.readouterr().out


@pytest.mark.parametrize("target", ["d.npz", "d.idx", "d.idx.gz", "d-images-idx3-ubyte.gz"])
def test_sets_are_converted_and_come_back(tmp_path: Path, target: str) -> None:
    assert main(["convert", "digits", str(tmp_path / target)]) == 0
    back = load_dataset(str(tmp_path / target))
    assert np.array_equal(back.images, load_builtin("digits").images)
    assert back.labels == load_builtin("digits").labels


def test_fonts_are_converted_both_ways(tmp_path: Path) -> None:
    path = str(tmp_path / "font.bdf")
    assert main(["convert", "uppercase", path]) == 0
    assert main(["convert", path, str(tmp_path / "font.json")]) == 0
    found, letters = load_dataset(str(tmp_path / "font.json")), load_builtin("uppercase")
    assert found.labels == letters.labels
    np.testing.assert_array_equal(found.images, letters.images)


def test_what_was_left_out_is_told_wherever_data_are_read(
    folder: Path, tmp_path: Path, capsys: Captured
) -> None:
    left_out = "1 file could not be read and is left out: bad.jpg"
    pictures = str(folder)
    for command in (
        ["convert", pictures, str(tmp_path / "pics.npz")],
        ["train", "mnist-linear", "--data", pictures, "--epochs", "1"],
        ["summary", "mnist-linear", "--data", pictures],
    ):
        assert main(command) == 0, command
        assert left_out in capsys.readouterr().err


def test_a_set_is_converted_to_a_folder(tmp_path: Path) -> None:
    assert main(["convert", "digits", str(tmp_path / "scans")]) == 0
    assert sorted(path.name for path in (tmp_path / "scans").iterdir()) == list("0123456789")
    assert len(list((tmp_path / "scans/7").iterdir())) == 179


@pytest.mark.parametrize(
    "command",
    [
        "data {}",
        "train letters-course --data {}",
        "convert {} out.json",
        "denoise MODEL --in {} -o out.png",
        "evaluate MODEL --data {}",
    ],
)
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"hello", b"a,b", b"\0\0\x08\x03abc", b"STARTFONT 2.1", b"\x1f\x8b12", b"\x89PNG"],
)
def test_a_set_that_is_refused_is_named_as_it_was_given(
    command: str,
    content: bytes,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "of" / "maria").mkdir(parents=True)
    given = str(Path("of") / "maria" / "set")
    Path(given).write_bytes(content)
    model = str(models_dir() / "letters-denoise.aegui")
    words = [model if word == "MODEL" else word.format(given) for word in command.split()]
    assert main(words) == 2
    assert given in capsys.readouterr().err


def test_a_configuration_that_is_refused_is_named_as_it_was_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, text in enumerate(["{", '{"format": "aegui-study"}', '{"colour": 3}']):
        file = tmp_path / f"{number}.json"
        file.write_text(text)
        assert main(["train", str(file)]) == 2
        assert str(file) in capsys.readouterr().err
