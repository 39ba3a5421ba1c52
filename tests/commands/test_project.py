"""``aegui project``: maps of data and of saved runs, with their figures."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from aegui.cli import main
from aegui.core.data.load import load_dataset
from aegui.core.latent.pca import fit_pca
from aegui.core.recipe import Recipe, TrainingSpec
from aegui.core.recipe.file import save_recipe
from aegui.core.run_file.saved import load_run
from aegui.paths import models_dir

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]
GAN = str(models_dir() / "fashion-gan.aegui")
ENDLESS = ["--method", "tsne", "--iterations", "99999999999"]


@pytest.fixture(scope="module")
def run_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    save_recipe(folder / "r.json", Recipe(training=TrainingSpec(epochs=200)))
    path = folder / "run.aegui"
    assert main(["train", str(folder / "r.json"), "--out", str(path), "--device", "cpu"]) == 0
    return path


def document(capsys: Captured, *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["project", *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    for key in ("file", "draw_seed", "processor", "device"):
        assert key in found
    return found


def test_pca_of_a_built_in_set(capsys: Captured) -> None:
    found = document(capsys, "lowercase", "--method", "pca")
    assert (found["samples"], found["of"], found["latent_size"]) == (32, 32, None)
    (view,) = found["views"]
    pca = fit_pca(load_dataset("lowercase").flat(), 2)
    assert view["squared_error"] == pytest.approx(pca.error())
    assert view["explained"] == pytest.approx(pca.explained.tolist())
    assert view["knn_accuracy"] is None
    assert "places" not in view
    assert set(found["references"]) == {"pixels"}


def test_of_a_run_it_says_which_weights_and_samples(run_path: Path, capsys: Captured) -> None:
    found = document(capsys, str(run_path), "--method", "code")
    assert (found["file"], found["seed"], found["weights"]) == (str(run_path), 0, "best")
    assert found["part"] == "learnt"
    other = document(capsys, str(run_path), "--method", "code", "--data", "uppercase")
    assert other["part"] == "other"


def test_a_run_beside_pca_as_a_table_for_people(run_path: Path, capsys: Captured) -> None:
    capsys.readouterr()
    assert main(["project", str(run_path), "--iterations", "50"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "lowercase: all 32 samples"
    assert lines[1].split() == [
        "map",
        "trustworthiness",
        "kNN",
        "accuracy",
        "squared",
        "error",
        "seconds",
    ]
    names = [line[:14].strip() for line in lines[2:-3]]
    assert names == ["Code", "PCA of pixels", "t-SNE of pixel", "All pixels"]
    assert lines[-3] == "Drawn at random with seed 0."
    assert lines[-2].startswith("These are the best weights of seed 0, those of epoch ")
    assert "–" in lines[4].split()


def test_one_sample_is_singular(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "one.npz"
    np.savez(path, images=np.eye(4)[np.newaxis])
    for language, words in (("en", "one: 1 sample"), ("es", "one: 1 muestra")):
        capsys.readouterr()
        assert main(["--language", language, "project", str(path), "--method", "pca"]) == 0
        assert capsys.readouterr().out.splitlines()[0] == words


def test_files(run_path: Path, tmp_path: Path, capsys: Captured) -> None:
    run = load_run(run_path)
    codes = run.codec(run.best_run).encode(run.dataset.flat())
    table, whole, picture = (tmp_path / f"maps.{kind}" for kind in ("csv", "json", "png"))
    for path in (table, whole, picture):
        arguments = ["project", str(run_path), "--method", "code,pca-code", "-o", str(path)]
        assert main(arguments) == 0
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    got = [[float(row["code_x"]), float(row["code_y"])] for row in rows]
    np.testing.assert_allclose(got, codes, rtol=1e-4, atol=1e-5)
    views = json.loads(whole.read_text(encoding="utf-8"))["views"]
    assert [view["key"] for view in views] == ["code", "pca-code"]
    assert np.asarray(views[1]["places"]).shape == (32, 2)
    with Image.open(picture) as image:
        assert image.width > 2 * 500


def test_large_sets_are_sampled_by_the_seed(capsys: Captured) -> None:
    arguments = ["digits", "--method", "pca", "--samples", "300"]
    first = document(capsys, *arguments)
    assert (first["samples"], first["of"]) == (300, 1797)
    assert first["views"][0]["knn_accuracy"] > 0.4
    assert document(capsys, *arguments, "--seed", "1")["views"] != first["views"]
    capsys.readouterr()
    assert main(["project", *arguments]) == 0
    assert "300 of 1,797 samples, drawn at random" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lowercase", "--method", "pac"], "--method pac is unknown; there are code, pca, tsne"),
        (["lowercase", "--method", "code"], "--method code needs a network"),
        (["lowercase", "--method", ","], "names no map"),
        (["lowercase", "--data", "digits"], "--data is only for a saved run"),
        (["lowercase", "-o", "maps.gif"], "maps.gif: the suffix must be one of .csv, .json, .png"),
        (["lowercase", "--samples", "2"], "--samples is 2; it must be at least 5"),
        (["lowercase", "--perplexity", "nan"], "--perplexity is nan; it must be at least 1"),
        (["lowercase", "--iterations", "0"], "--iterations is 0; it must be at least 1"),
        (["lowercase", "--seed", "-1"], "--seed is -1; it must be at least 0"),
        (["nosuch.txt"], "nosuch.txt"),
        # Before the work, which would take longer than anybody waits.
        (["digits", *ENDLESS, "-o", "nowhere/m.csv"], "the folder "),
        ([GAN, *ENDLESS, "--method", "tsne,code"], "--method code: a GAN has no encoder"),
    ],
)
def test_refusals(arguments: list[str], words: str, capsys: Captured) -> None:
    capsys.readouterr()
    assert main(["project", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    # A file with part of its samples notes so first if the whole set is missing.
    *notes, refusal = captured.err.splitlines()
    assert words in refusal
    assert all("samples are shown" in note for note in notes)


def test_umap_that_is_not_there(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    capsys.readouterr()
    assert main(["project", "lowercase", "--method", "umap"]) == 2
    assert "pip install umap-learn" in capsys.readouterr().err


def test_data_of_another_size(run_path: Path, capsys: Captured) -> None:
    capsys.readouterr()
    assert main(["project", str(run_path), "--data", "digits"]) == 2
    assert "64 pixels" in capsys.readouterr().err


def test_a_map_that_nobody_asked_for_may_be_left_out(capsys: Captured, tmp_path: Path) -> None:
    few = tmp_path / "few.npz"
    np.savez(few, images=np.random.default_rng(0).random((4, 8, 8)))
    capsys.readouterr()
    assert main(["project", str(few), "--json"]) == 0
    said = capsys.readouterr()
    assert [view["key"] for view in json.loads(said.out)["views"]] == ["pca"]
    assert said.err == "t-SNE needs at least 5 samples; there are 4.\n"
    assert main(["project", str(few), "--method", "pca,tsne"]) == 2
    assert "needs at least 5 samples" in capsys.readouterr().err


def test_files_say_what_the_maps_depend_on(
    run_path: Path, tmp_path: Path, capsys: Captured
) -> None:
    table, whole, picture = (tmp_path / f"maps.{kind}" for kind in ("csv", "json", "svg"))
    methods = ["--method", "code,tsne", "--iterations", "20", "--perplexity", "9", "--seed", "3"]
    for path in (table, whole, picture):
        assert main(["project", str(run_path), *methods, "-o", str(path)]) == 0
    run = load_run(run_path)
    wanted: dict[str, Any] = {
        "file": str(run_path),
        "run": 0,
        "seed": 0,
        "weights": "best",
        "epoch": int(run.results[0].best_epoch),
        "perplexity": 9.0,
        "iterations": 20,
        "draw_seed": 3,
    }
    document = json.loads(whole.read_text(encoding="utf-8"))
    assert {key: document[key] for key in wanted} == wanted
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    assert len(rows) == 32
    for row in rows:
        assert {key: row[key] for key in wanted} == {key: str(it) for key, it in wanted.items()}
    text = "".join(picture.read_text(encoding="utf-8").split())
    assert "bestweights·data:Lowercase,32samples·perplexity9·20iterations·seedofthemaps3" in text
    assert main(["project", "lowercase", "--method", "pca", "-o", str(table)]) == 0
    header = table.read_text(encoding="utf-8").splitlines()[0]
    assert header == "index,label,name,pca_x,pca_y,file,draw_seed"
    capsys.readouterr()
