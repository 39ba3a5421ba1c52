"""What the commands make of a saved run: figures, history, codes, images, its recipe."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from aegui.cli import main
from aegui.core.data.builtin import load_builtin
from aegui.core.data.load import load_dataset
from aegui.core.evaluation.wrong_pixels import THRESHOLD
from aegui.core.recipe import Recipe, TrainingSpec
from aegui.core.recipe.file import load_recipe, save_recipe
from aegui.core.run_file.saved import load_run
from aegui.core.setup_line.writing import line_of
from aegui.paths import models_dir
from tests.commands.asked import last_json, refused

CLASSIC = """{"layers":[35,25,10,2,10,25,35],"learning_rate":0.01,"epochs":10000,
"activation_fn":"relu","loss_function":"cross_entropy_loss","optimizer":"adam","n_runs":1,
"seed":42,"init_method":"uniform"}"""

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def run_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train two runs of 400 epochs and return the file."""
    folder = tmp_path_factory.mktemp("runs")
    save_recipe(folder / "r.json", Recipe(runs=2, seed=5, training=TrainingSpec(epochs=400)))
    path = folder / "run.aegui"
    assert main(["train", str(folder / "r.json"), "--out", str(path), "--device", "cpu"]) == 0
    return path


def test_a_saved_run_holds_recipe_data_history_and_checkpoint(run_path: Path) -> None:
    run = load_run(run_path)
    assert run.recipe.seed == 5
    assert run.dataset.labels == load_builtin("lowercase").labels
    assert run.snapshot is not None
    assert run.snapshot.runs == 2
    assert run.history is not None
    assert run.history.epoch[-1] == 400
    assert run.checkpoint is not None
    assert run.checkpoint.epoch == 400
    assert len(run.results) == 2


def test_evaluate_prints_a_table_of_characters(run_path: Path, capsys: Captured) -> None:
    assert main(["evaluate", str(run_path), "--noise", "flip:0.1", "--draws", "320"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["wrong", "pixels", "clean"]
    assert [line.split()[0] for line in lines[1:33]][1:4] == ["a", "b", "c"]
    assert lines[32].startswith("DEL")
    assert lines[34].startswith("Bayes limit")


def test_evaluate_as_json(run_path: Path, capsys: Captured) -> None:
    noises = ["--noise", "flip:0.15", "--noise", "gaussian:0.3"]
    arguments = ["evaluate", str(run_path), *noises, "--draws", "1000", "--json"]
    assert main([*arguments, "--seed", "3"]) == 0
    answer = last_json(capsys.readouterr().out)
    assert answer["wrong_pixels"]["mean"] >= 0
    assert len(answer["labels"]) == len(answer["wrong_pixels"]["per_sample"]) == 32
    flip, gaussian = answer["noise"]
    assert (flip["kind"], flip["level"], flip["draws"], flip["seed"]) == ("flip", 0.15, 1024, 3)
    assert (gaussian["kind"], gaussian["level"]) == ("gaussian", 0.3)
    assert 0 < flip["bayes_limit"] < flip["wrong_pixels"]["mean"]
    assert flip["wrong_pixels"]["mean"] == pytest.approx(
        np.mean(flip["wrong_pixels"]["per_sample"])
    )
    assert main([*arguments, "--seed", "3"]) == 0
    assert last_json(capsys.readouterr().out) == answer


def test_history_tells_how_a_run_came_to_be(run_path: Path, capsys: Captured) -> None:
    assert main(["history", str(run_path)]) == 0
    told = capsys.readouterr().out
    assert "1. Epochs 0 to 400: trained from the start" in told
    bare = load_run(run_path).recipe.model_copy(update={"name": "", "notes": ""})
    assert f"   Set-up: {line_of(bare)}\n" in told
    assert main(["history", str(run_path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (stage,) = document["stages"]
    assert document["epochs"] == stage["stop"] == 400
    assert stage["recipe"]["training"]["optimizer"]["learning_rate"] == 0.01
    assert main(["evaluate", str(run_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["history"] == document["stages"]


def test_evaluate_on_other_data_and_another_run(run_path: Path, capsys: Captured) -> None:
    arguments = ["evaluate", str(run_path), "--data", "uppercase", "--run", "1", "--json"]
    assert main(arguments) == 0
    answer = last_json(capsys.readouterr().out)
    assert (answer["run"], answer["seed"], answer["data"]) == (1, 6, "uppercase")
    refused(["evaluate", str(run_path), "--run", "2"], capsys, "no run 2")
    refused(["evaluate", str(run_path), "--noise", "flop:0.1"], capsys, "flip")
    refused(["evaluate", str(run_path), "--noise", "flip:2"], capsys, "0 to 1")
    refused(["evaluate", str(run_path), "--draws", "0"], capsys, "--draws")
    refused(["evaluate", str(run_path.parent / "r.json")], capsys, "r.json", "not a run")
    refused(["evaluate", "nowhere.aegui"], capsys, "nowhere.aegui")


def test_codes_come_back_as_the_reconstruction(
    run_path: Path, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "codes.csv"
    assert main(["encode", str(run_path), "--run", "0", "-o", str(out)]) == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    dataset = load_builtin("lowercase")
    assert tuple(row["label"] for row in rows) == dataset.labels
    codec = load_run(run_path).codec(0)
    codes = np.array([[float(row["z1"]), float(row["z2"])] for row in rows], np.float32)
    np.testing.assert_array_equal(codes, codec.encode(dataset.flat()))
    assert capsys.readouterr().out == f"Written to {out}.\n"
    assert main(["encode", str(run_path), "--data", "symbols"]) == 0
    assert capsys.readouterr().out.startswith("label,name,z1,z2\n")


def test_decode_writes_the_grey_levels_of_a_point(
    run_path: Path, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "g.png"
    arguments = ["decode", str(run_path), "--run", "0", "--at", "-0.3,1.2", "-o", str(out)]
    assert main([*arguments, "--scale", "2"]) == 0
    with Image.open(out) as picture:
        pixels = np.asarray(picture)
    wanted = load_run(run_path).codec(0).decode([-0.3, 1.2]).reshape(7, 5)
    assert pixels.shape == (14, 10)
    np.testing.assert_allclose(pixels[::2, ::2] / 255, wanted, atol=0.003)
    several = ["decode", str(run_path), "--at", "1,2", "--at=-1,-2", "-o", str(tmp_path / "g.txt")]
    assert main(several) == 0
    assert len(load_dataset(str(tmp_path / "g.txt"))) == 2
    assert capsys.readouterr().out == f"Written to {out}.\nWritten to {tmp_path / 'g.txt'}.\n"
    assert main(["decode", str(run_path), "--at", "0,0"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 8
    refused(["decode", str(run_path), "--at", "1,2,3"], capsys, "3 numbers", "has 2")
    refused(["decode", str(run_path), "--at", "1"], capsys, "--at 1 has 1 number, but")
    refused(["decode", str(run_path), "--at", "1;2"], capsys, "1;2")
    refused(["decode", str(run_path), "--at", "nan,2"], capsys, "nan,2")
    refused(["decode", str(run_path), "--at", "1e40,0"], capsys, "--at is 1e+40", "1,000,000,000")
    refused(["decode", str(run_path), "--at", "1,2", "--scale", "0"], capsys, "--scale")
    refused(["decode", str(run_path), "--at", "1,2", "-o", "x.xyz"], capsys, "x.xyz")


def test_decoded_grey_images_keep_their_levels_where_the_form_has_any(tmp_path: Path) -> None:
    model = str(models_dir() / "fashion-vae-2.aegui")
    wanted = load_run(Path(model)).codec(0).decode([0.3, 0.4]).reshape(28, 28)
    for name in ("g.npz", "g.json", "g.txt"):
        out = tmp_path / name
        assert main(["decode", model, "--at", "0.3,0.4", "-o", str(out)]) == 0
        read = load_dataset(str(out)).images[0, 0]
        expected = wanted if name != "g.txt" else wanted > THRESHOLD
        np.testing.assert_allclose(read, expected, atol=0.003)


def test_a_minus_is_the_terminal_where_that_is_the_default_and_else_refused(
    run_path: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["decode", str(run_path), "--at", "0,0"]) == 0
    drawn = capsys.readouterr().out
    assert main(["decode", str(run_path), "--at", "0,0", "-o", "-"]) == 0
    assert capsys.readouterr().out == drawn
    refused(["sample", str(run_path), "-o", "-"], capsys, "-o -: give the name of a file")
    refused(["convert", "letters", "-"], capsys, "-: give the name of a file")
    assert list(tmp_path.iterdir()) == []


def test_an_idx_file_does_not_replace_the_labels_that_its_source_is_read_with(
    tmp_path: Path, capsys: Captured
) -> None:
    first, second = tmp_path / "d.idx", tmp_path / "d.labels.idx"
    assert main(["convert", "digits", str(first)]) == 0
    written = f"Written to {first}.\nIts labels are in {second}.\n"
    assert capsys.readouterr().out == written
    labels = second.read_bytes()
    refused(
        ["convert", str(first), str(second)], capsys, "holds the labels that d.idx is read with"
    )
    assert second.read_bytes() == labels
    assert main(["convert", str(first), str(tmp_path / "e.idx")]) == 0
    assert len(load_dataset(str(tmp_path / "e.idx")).classes) == 10


def test_configurations_and_runs_are_converted_to_recipes(
    run_path: Path, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "course.json").write_text(CLASSIC)
    (tmp_path / "course.yaml").write_text("layers: [35, 9, 2]\nlr: 0.5\n")
    for name in ("course.json", "course.yaml"):
        assert main(["convert", str(tmp_path / name), str(tmp_path / "r.json")]) == 0
        assert load_recipe(tmp_path / "r.json").name == "course"
    assert "Understood" in capsys.readouterr().err
    assert main(["convert", str(run_path), str(tmp_path / "r.json")]) == 0
    assert load_recipe(tmp_path / "r.json") == load_run(run_path).recipe
    assert main(["convert", str(run_path), str(tmp_path / "data.h")]) == 0
    assert len(load_dataset(str(tmp_path / "data.h"))) == 32
    assert capsys.readouterr().out.endswith(f"Written to {tmp_path / 'data.h'}.\n")
    refused(["convert", str(run_path), str(run_path)], capsys, "OUT and IN name the same file")
    refused(["convert", str(tmp_path / "data.h"), str(tmp_path / "x.xyz")], capsys, "x.xyz")
    refused(["convert", "nothing.h", str(tmp_path / "x.h")], capsys, "nothing.h")
    (tmp_path / "junk.json").write_text('{"a": 1}')
    refused(["convert", str(tmp_path / "junk.json"), str(tmp_path / "x.json")], capsys, "junk.json")


def test_a_run_named_without_its_suffix_is_recognised(
    run_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(run_path.parent)
    for command in ("evaluate", "history", "encode"):
        refused([command, run_path.stem], capsys, f'Did you mean "{run_path.name}"?')
    refused(["history", "letters-course"], capsys, "letters-course is a recipe")


def test_every_form_that_samples_are_converted_to_is_named(
    tmp_path: Path, capsys: Captured
) -> None:
    refused(["convert", "lowercase", str(tmp_path / "x.xyz")], capsys, ".json", ".h", ".bdf")


def test_a_first_word_alone_is_refused_with_those_that_follow(capsys: Captured) -> None:
    refused(["runs"], capsys, "After runs one of its commands must follow: list, show, diff,")
    refused(["lesson"], capsys, "list, check.")
