"""``aegui figure``: real files of shipped runs."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from aegui.cli import main
from aegui.commands.figure import _OWN_OPTIONS
from aegui.commands.options import FIGURE, FIGURES
from aegui.core.data.builtin import load_builtin
from aegui.core.run_file.saved import save_run
from tests.core.web_page.made import trained

if TYPE_CHECKING:
    from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"
Captured = pytest.CaptureFixture[str]


def texts(path: Path) -> list[str]:
    return ["".join(node.itertext()).strip() for node in ET.parse(path).iter(f"{SVG}text")]


CLASSIFIER = {
    "data": {"source": "digits", "split": {"validation": 0.2}},
    "network": {"encoder": [{"units": 32}], "latent": {"units": 16}},
    "training": {"epochs": 6, "batch_size": 64, "device": "cpu"},
    "classifier": {"pretrain": {"epochs": 2}},
}

WORDS = {
    "latent": {"Latent codes: letters-2d", "z1", "z2", "A", "z"},
    "curves": {"Training: letters-2d", "Loss", "Wrong pixels", "Epoch"},
    "reconstructions": {"Reconstructions: letters-2d", "original", "noisy", "answer"},
    "errors": {"Errors: letters-2d", "character", "Wrong pixels", "Flip 0.1"},
    "noise": {"Level of the noise: Flip", "Bayes limit", "letters-2d", "copying the input"},
    "grid": {"Decoded grid: letters-2d", "z1", "z2"},
    "traversal": {"Traversal of the code: letters-2d", "z1", "z2"},
}


def test_the_confusion_of_a_classifier_is_of_the_samples_held_out_and_its_codes_are_drawn(
    tmp_path: Path, capsys: Captured
) -> None:
    out, run = tmp_path / "f.svg", tmp_path / "classes.aegui"
    digits = load_builtin("digits")
    save_run(run, trained(CLASSIFIER, digits))
    assert (
        main(["figure", str(run), "confusion", "-o", str(out), "-o", str(tmp_path / "f.csv")]) == 0
    )
    found = set(texts(out))
    assert {"Confusion matrix: classes", "Taken for", "Class", "0", "9"} <= found
    (origin,) = (text for text in found if text.startswith("classes · "))
    assert "validation part: 359 samples" in origin
    with (tmp_path / "f.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    assert sum(int(count) for row in rows for count in row[1:]) == 359
    # The window shows the map of a classifier too.
    assert main(["figure", str(run), "latent", "-o", str(out)]) == 0
    assert {"Latent codes: classes", "PC1 of the code", "0", "9"} <= set(texts(out))
    capsys.readouterr()
    assert main(["figure", str(run), "errors", "-o", str(out)]) == 2
    assert "its figures are latent, curves" in capsys.readouterr().err


@pytest.mark.parametrize("kind", [kind for kind in FIGURES if kind != "confusion"])
def test_every_figure_is_drawn(kind: str, repository: Path, tmp_path: Path) -> None:
    out = tmp_path / "f.svg"
    run = str(repository / "models" / "letters-2d.aegui")
    options = {"noise": ["--levels", "0,0.1", "--draws", "200", "--noise", "flip"]}.get(kind, [])
    if kind in ("reconstructions", "errors"):
        options = ["--noise", "flip:0.1", "--draws", "200"]
    if kind == "grid":
        options = ["--columns", "4"]
    assert main(["figure", run, kind, "-o", str(out), "--size", "16x10cm", *options]) == 0
    found = texts(out)
    assert WORDS[kind] <= set(found)
    origin = next(text for text in found if text.startswith("letters-2d · "))
    assert "seed" in origin
    assert "best weights" in origin
    assert "All 96 characters, 96 samples" in origin
    if kind in ("reconstructions", "errors"):
        assert "seed of the noise 0" in origin


@pytest.mark.parametrize("model", ["letters-2d", "fashion-vae-2"])
def test_a_grid_may_be_wider_than_high(repository: Path, tmp_path: Path, model: str) -> None:
    table = tmp_path / "grid.csv"
    run = str(repository / "models" / f"{model}.aegui")
    asked = ("--columns", "6", "--rows", "3", "-o", str(table))
    assert main(["figure", run, "grid", *asked]) == 0
    rows = [line.split(",") for line in table.read_text("utf-8").splitlines()[1:]]
    assert {row[0] for row in rows} == {"1", "2", "3"}
    assert len(rows) == 6 * 3


def test_a_figure_of_all_runs_says_so(tmp_path: Path, capsys: Captured) -> None:
    run, out = tmp_path / "two.aegui", str(tmp_path / "f.svg")
    line = ["train", "letters-course", "--epochs", "5", "--runs", "2", "--seed", "3"]
    assert main([*line, "--out", str(run)]) == 0
    tried = ["--levels", "0,0.1", "--draws", "100"]
    for more, words in (
        (["noise", *tried], "The best weights of each run; seeds 3, 4."),
        (["noise", *tried, "--run", "1"], "These are the best weights of seed 4, "),
        (["latent"], "These are the best weights of seed "),
    ):
        capsys.readouterr()
        assert main(["--language", "en", "figure", str(run), *more, "-o", out]) == 0
        assert words in capsys.readouterr().out


def test_a_figure_has_the_size_the_colours_and_the_language_that_are_wished(
    repository: Path, tmp_path: Path
) -> None:
    png, svg, pdf = (tmp_path / f"f.{form}" for form in ("png", "svg", "pdf"))
    outs = [part for path in (png, svg, pdf) for part in ("-o", str(path))]
    run = str(repository / "models" / "letters-2d.aegui")
    paper = ["--size", "80x60mm", "--theme", "dark", "--dpi", "100", "--lang", "es"]
    assert main(["figure", run, "curves", *outs, *paper, "--charts", "loss", "--log"]) == 0
    with Image.open(png) as image:
        assert image.size == (315, 236)
        assert sum(image.getpixel((1, 1))) < 150  # type: ignore[arg-type]
    assert ET.parse(svg).getroot().get("width") == "8cm"
    assert {"Época", "Pérdida"} <= set(texts(svg))
    assert pdf.read_bytes().startswith(b"%PDF")


def test_only_the_figure_is_in_its_language(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, out = str(repository / "models" / "letters-2d.aegui"), str(tmp_path / "f.svg")
    assert main(["figure", run, "curves", "--charts", "loss", "-o", out, "--lang", "es"]) == 0
    assert "Pérdida" in texts(tmp_path / "f.svg")
    assert capsys.readouterr().out.startswith("Written to ")


def test_options_of_other_figures_are_named(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, out = str(repository / "models" / "letters-2d.aegui"), str(tmp_path / "f.csv")
    assert main(["figure", run, "latent", "-o", out, "--log", "--seed", "1", "--samples", "9"]) == 0
    assert capsys.readouterr().err == "Without effect here: --log, --seed.\n"
    assert main(["figure", run, "latent", "-o", out, "--samples", "9", "--axes", "2,1"]) == 0
    assert capsys.readouterr().err == ""


def test_quantiles_need_a_prior_and_no_rectangle(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["-o", str(tmp_path / "f.csv"), "--quantiles", "0:1"]
    assert main(["figure", str(repository / "models" / "letters-2d.aegui"), "grid", *out]) == 2
    assert "has a plain code" in capsys.readouterr().err
    vae = str(repository / "models" / "mnist-vae-2.aegui")
    assert main(["figure", vae, "grid", *out, "--rect", "0,0,1,1"]) == 2
    assert "--quantiles and --rect exclude each other." in capsys.readouterr().err


def test_the_numbers_of_a_figure_are_written_too(repository: Path, tmp_path: Path) -> None:
    run = str(repository / "models" / "letters-2d.aegui")
    out = tmp_path / "f.csv"
    assert main(["figure", run, "curves", "-o", str(out)]) == 0
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert float(rows[-1]["epoch"]) > 100
    assert any(name.startswith("loss_seed_") for name in rows[0])
    assert main(["figure", run, "latent", "-o", str(out)]) == 0
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert len(rows) == 96
    assert {"label", "z1", "z2"} == set(rows[0])


def test_a_grid_stands_at_the_quantiles_that_are_asked_for(
    repository: Path, tmp_path: Path
) -> None:
    run = str(repository / "models" / "mnist-vae-2.aegui")
    out, table = tmp_path / "f.svg", tmp_path / "f.csv"
    wish = ["--quantiles", "0.05:0.95:3", "-o", str(out), "-o", str(table)]
    assert main(["figure", run, "grid", *wish]) == 0
    assert "z1 (quantiles 0.05 to 0.95 of the prior)" in texts(out)
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    assert len(rows) == 9
    assert sorted({round(float(row["x"]), 3) for row in rows}) == [-1.645, 0.0, 1.645]


def test_what_cannot_be_drawn_is_refused_in_one_line(
    repository: Path, tmp_path: Path, capsys: Captured
) -> None:
    letters = str(repository / "models" / "letters-2d.aegui")
    gan = str(repository / "models" / "fashion-gan.aegui")
    for wish, reason in (
        ([letters, "latent", "-o", str(tmp_path / "f.gif")], "suffix"),
        ([letters, "reconstructions", "-o", str(tmp_path / "f.csv")], "suffix"),
        ([letters, "latent", "-o", str(tmp_path / "f.png"), "--size", "16"], "16x10cm"),
        ([letters, "latent", "-o", str(tmp_path / "f.png"), "--size", "1x1cm"], "cm"),
        ([letters, "latent", "-o", str(tmp_path / "f.png"), "--dpi", "9"], "dots per inch"),
        ([letters, "curves", "-o", str(tmp_path / "f.png"), "--charts", "kl"], "loss"),
        ([letters, "grid", "-o", str(tmp_path / "f.png"), "--quantiles", "0.9:0.1"], "0.05:0.95"),
        ([gan, "latent", "-o", str(tmp_path / "f.png")], "encoder"),
        ([letters, "confusion", "-o", str(tmp_path / "f.png")], "no classifier"),
        ([letters, "noise", "-o", str(tmp_path / "f.png"), "--noise", "rain"], "--noise is rain"),
    ):
        assert main(["figure", *wish]) == 2
        said = capsys.readouterr().err
        # A file with part of its samples notes so first if the whole set is missing.
        *notes, refusal = said.splitlines()
        assert reason in refusal
        assert refusal.startswith("aegui: ")
        assert all("samples are shown" in note for note in notes)
    assert not list(tmp_path.iterdir())


_NO_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/nowhere</dir></fontconfig>"""


@pytest.mark.skipif(sys.platform != "linux", reason="fontconfig is how Linux finds fonts")
def test_without_a_display_and_without_fonts_there_are_letters(
    repository: Path, tmp_path: Path
) -> None:
    configuration = tmp_path / "fonts.conf"
    configuration.write_text(_NO_FONTS, "utf-8")
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    run, out = str(repository / "models" / "letters-2d.aegui"), tmp_path / "f.pdf"
    done = subprocess.run(
        [sys.executable, "-m", "aegui", "figure", run, "latent", "-o", str(out)],
        env={**env, "FONTCONFIG_FILE": str(configuration), "PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert b"DejaVu" in out.read_bytes(), "the letters are those that the program brings along"


def test_every_figure_says_which_options_are_its_own() -> None:
    assert tuple(_OWN_OPTIONS) == FIGURES
    names = {option.names[0] for option in FIGURE}
    assert all(own <= names for own in _OWN_OPTIONS.values())
