"""Commands that write files print one JSON object with ``--json``; two forms are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aegui.cli import main
from aegui.paths import models_dir
from tests.commands.asked import told

if TYPE_CHECKING:
    from pathlib import Path

    Captured = pytest.CaptureFixture[str]

LETTERS, DENOISER, FACES = (
    str(models_dir() / f"{name}.aegui") for name in ("letters-2d", "letters-denoise", "emoji-faces")
)
PICTURES: dict[str, tuple[list[str], dict[str, Any]]] = {
    "sample": ([FACES, "-n", "3", "--seed", "5"], {"images": 3, "draw_seed": 5}),
    "map": ([LETTERS, "--columns", "4"], {"layer": "images", "columns": 4}),
    "map --layer stretch": ([LETTERS, "--columns", "4"], {"layer": "stretch", "columns": 4}),
    "map --layer regions": ([LETTERS, "--columns", "4"], {"layer": "regions", "columns": 4}),
    "path": ([LETTERS, "--from", "a", "--to", "o", "-n", "5"], {"images": 5}),
    "finds": ([LETTERS, "-n", "2", "--seed", "1"], {"images": 2, "draw_seed": 1}),
    "concept": ([LETTERS, "--plus", "a,b", "--minus", "c", "--steps", "3"], {"with": 2}),
    "traverse": ([LETTERS, "--steps", "3"], {"images": 6, "dims": [1, 2]}),
    "denoise": ([DENOISER, "--in", "lowercase", "--noise", "flip:0.1"], {"images": 32}),
    "complete": ([DENOISER, "--in", "lowercase", "--erase", "0,0,5,3"], {"erased": 15}),
    "decode": ([LETTERS, "--at", "0.5,-1"], {"codes": [[0.5, -1.0]]}),
}


@pytest.mark.parametrize("line", PICTURES)
def test_a_picture_is_described_as_json(line: str, tmp_path: Path, capsys: Captured) -> None:
    arguments, expected = PICTURES[line]
    out = str(tmp_path / "picture.png")
    command, *option = line.split()
    answer = told(capsys, command, *arguments, *option, "-o", out)
    assert answer["file"] == arguments[0]
    assert answer["weights"] == "best"
    assert answer["out"] == out
    assert {key: answer[key] for key in expected} == expected
    assert (tmp_path / "picture.png").stat().st_size > 0


def test_the_files_of_a_figure_are_listed(tmp_path: Path, capsys: Captured) -> None:
    outs = [str(tmp_path / name) for name in ("codes.png", "codes.csv")]
    files = [word for out in outs for word in ("-o", out)]
    answer = told(capsys, "figure", LETTERS, "latent", *files, "--dpi", "72")
    assert (answer["out"], answer["figure"]) == (outs, "latent")


def test_decoded_images_without_a_file_are_in_the_object(capsys: Captured) -> None:
    answer = told(capsys, "decode", LETTERS, "--at", "0,0", "--at", "1,1")
    assert [len(answer["images"]), len(answer["images"][0][0])] == [2, 7]
    assert answer["out"] is None


def test_the_finds_are_told_with_their_codes(tmp_path: Path, capsys: Captured) -> None:
    out = str(tmp_path / "finds.png")
    finds = told(capsys, "finds", LETTERS, "-n", "2", "-o", out)["finds"]
    assert [len(one["code"]) for one in finds] == [2, 2]
    assert all(one["novelty"] > 0 for one in finds)
    assert {one["kind"] for one in finds} <= {"new", "between", "redrawn", "copy"}
    assert all(one["nearest"] for one in finds)


def test_what_a_path_meets_is_told_without_words_of_a_language(
    tmp_path: Path, capsys: Captured
) -> None:
    way = (LETTERS, "--from", "a", "--to", "o", "-n", "5", "-o", str(tmp_path / "p.png"))
    found = told(capsys, "path", *way)
    assert len(found["met"]) == len(found["path"])
    first, last = found["met"][0], found["met"][-1]
    assert first["image"] == 0
    assert (first["nearest"][0], last["nearest"][0]) == ("a", "o")


def test_a_page_is_told_with_its_networks(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "maps.html"
    answer = told(capsys, "page", LETTERS, DENOISER, "--weights", "last", "-o", str(out))
    assert (answer["out"], answer["bytes"]) == (str(out), out.stat().st_size)
    assert [one["file"] for one in answer["networks"]] == [LETTERS, DENOISER]
    assert {one["weights"] for one in answer["networks"]} == {"last"}
    assert all(one["epoch"] > 0 for one in answer["networks"])


def test_exports_are_told_with_their_part(tmp_path: Path, capsys: Captured) -> None:
    net, decoder, weights, font = (
        str(tmp_path / name) for name in ("n.onnx", "d.onnx", "w.safetensors", "f.h")
    )
    answer = told(capsys, "export", LETTERS, "-o", net)
    assert (answer["file"], answer["out"], answer["part"]) == (LETTERS, net, "network")
    assert (answer["weights"], answer["seed"]) == ("best", 0)
    assert told(capsys, "export", LETTERS, "-o", decoder, "--part", "decoder")["part"] == "decoder"
    assert told(capsys, "export", LETTERS, "-o", weights)["part"] is None
    drawn = told(capsys, "export", LETTERS, "-o", font)
    assert (drawn["characters"], drawn["run"]) == (96, 0)
    of_set = told(capsys, "export", "lowercase", "-o", font)
    assert of_set == {"file": "lowercase", "characters": 32, "out": font}


def test_codes_are_in_the_object_or_in_the_file(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "codes.csv"
    whole = told(capsys, "encode", LETTERS, "--data", "lowercase")
    assert whole["out"] is None
    assert (whole["samples"], whole["numbers"]) == (32, 2)
    assert [len(whole[key]) for key in ("labels", "names", "codes")] == [32, 32, 32]
    written = told(capsys, "encode", LETTERS, "--data", "lowercase", "-o", str(out))
    assert written["out"] == str(out)
    assert "codes" not in written
    first = out.read_text(encoding="utf-8").splitlines()[1].rsplit(",", 2)[1:]
    assert [float(value) for value in first] == pytest.approx(whole["codes"][0], rel=1e-6)
    assert told(capsys, "encode", LETTERS, "-o", "-")["samples"] == 96


def test_conversions_are_told_with_what_was_read(tmp_path: Path, capsys: Captured) -> None:
    font, recipe, mine = (str(tmp_path / name) for name in ("f.h", "r.json", "mine.json"))
    answer = told(capsys, "convert", "lowercase", font)
    assert (answer["file"], answer["out"], answer["holds"]) == ("lowercase", font, "samples")
    assert (answer["samples"], answer["image_shape"]) == (32, [1, 7, 5])
    assert told(capsys, "convert", LETTERS, recipe)["holds"] == "recipe"
    config = tmp_path / "course.yaml"
    config.write_text("epochs: 70\nencoder_layers: [35, 10, 2]\nfrobnicate: 3\n", encoding="utf-8")
    read = told(capsys, "convert", str(config), mine)
    assert read["holds"] == "recipe"
    assert any("70" in line for line in read["understood"])
    assert any("frobnicate" in line for line in read["ignored"])


@pytest.mark.parametrize(
    "line",
    ["limit --data lowercase --noise flip:0.1", "summary letters-course"],
)
def test_two_forms_of_one_output_are_refused(line: str, capsys: Captured) -> None:
    assert main([*line.split(), "--markdown", "--json"]) == 2
    captured = capsys.readouterr()
    assert captured.err == "aegui: --markdown and --json exclude each other.\n"
    assert not captured.out
