"""The command line in practice: real trainings, real files, one line for every refusal."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from aegui.cli import ARGPARSE_TEXTS, main
from aegui.core.data.builtin import load_builtin
from aegui.core.data.load import load_dataset
from aegui.core.errors import AeguiError
from aegui.core.recipe import GoalsSpec, OptimizerSpec, Recipe, TrainingSpec
from aegui.core.recipe.file import save_recipe
from aegui.core.run_file.saved import load_run
from aegui.paths import models_dir
from aegui.session.settings import Settings
from tests.commands.asked import last_json, refused
from tests.processes import ROOT, python

if TYPE_CHECKING:
    from tests.harness.forked import Start

CLASSIC = """{"layers":[35,25,10,2,10,25,35],"learning_rate":0.01,"epochs":10000,
"activation_fn":"relu","loss_function":"cross_entropy_loss","optimizer":"adam","n_runs":1,
"seed":42,"init_method":"uniform"}"""

LETTERS = models_dir() / "letters-2d.aegui"

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANGUAGE", "en")  # the command changes it; monkeypatch restores it


def test_training_a_course_configuration_prints_the_promised_json(
    tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "config.json").write_text(CLASSIC)
    arguments = ["train", str(tmp_path / "config.json"), "--epochs", "150", "--runs", "3"]
    assert main([*arguments, "--seed", "7", "--device", "cpu", "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.out.count("\n") == 1
    answer = last_json(captured.out)
    depends_on = {"data", "samples", "part", "processor", "cores", "threads", "device"}
    own = {"runs", "summary", "engine", "epochs_per_second", "measured"}
    assert set(answer) == own | depends_on
    assert answer["measured"] is True
    assert [run["seed"] for run in answer["runs"]] == [7, 8, 9]
    for run in answer["runs"]:
        assert set(run) == {
            *("seed", "weights", "epoch", "epochs", "seconds", "loss", "wrong_pixels"),
            *("first_epoch", "figures", "terms", "last"),
        }
        wrong = run["wrong_pixels"]
        assert len(wrong["per_sample"]) == 32
        assert wrong["mean"] == pytest.approx(np.mean(wrong["per_sample"]))
        assert wrong["max"] == max(wrong["per_sample"])
        assert wrong["share_at_most_1"] == np.mean(np.array(wrong["per_sample"]) <= 1)
        assert wrong["share_exact"] == np.mean(np.array(wrong["per_sample"]) == 0)
        assert set(run["first_epoch"]) == {"at_most_1", "exact"}
        assert run["epochs"] == 150
        assert run["weights"] == "best"
        assert 0 < run["epoch"] <= run["last"]["epoch"] == 150
        assert wrong["mean"] <= run["last"]["wrong_pixels"]["mean"] + 1e-6
    summary = answer["summary"]
    losses = [run["loss"] for run in answer["runs"]]
    spread = np.std(losses, ddof=1)
    assert summary["loss"] == pytest.approx({"mean": np.mean(losses), "std": spread})
    means = [run["wrong_pixels"]["mean"] for run in answer["runs"]]
    assert summary["wrong_pixels"]["mean"]["mean"] == pytest.approx(np.mean(means))
    assert set(summary["first_epoch"]["exact"]) == {"mean", "std"}
    assert answer["epochs_per_second"] > 0
    assert answer["device"] == "cpu"
    assert answer["engine"]
    assert "Assumed" in captured.err
    assert "[#" not in captured.err  # no progress bar without a terminal


def test_training_is_repeatable_from_its_seed(tmp_path: Path, capsys: Captured) -> None:
    for name in ("a", "b"):
        out = str(tmp_path / f"{name}.aegui")
        assert (
            main(["train", "letters-course", "--epochs", "60", "--device", "cpu", "--out", out])
            == 0
        )
    capsys.readouterr()
    a, b = (load_run(tmp_path / f"{name}.aegui").snapshot for name in ("a", "b"))
    assert a is not None
    assert b is not None
    assert all(np.array_equal(x.weight, y.weight) for x, y in zip(a.layers, b.layers, strict=True))


def test_other_data_and_characters(tmp_path: Path, capsys: Captured) -> None:
    save_recipe(tmp_path / "r.json", Recipe(training=TrainingSpec(epochs=5)))
    out = str(tmp_path / "o.aegui")
    arguments = ["train", str(tmp_path / "r.json"), "--data", "uppercase", "--chars", "ABC"]
    assert main([*arguments, "--out", out]) == 0
    assert load_run(out).dataset.labels == ("A", "B", "C")
    assert "Saved as" in capsys.readouterr().out


def test_data_beside_the_recipe_is_found_from_anywhere(tmp_path: Path, capsys: Captured) -> None:
    assert main(["convert", str(ROOT / "resources/glyphs/symbols.txt"), str(tmp_path / "s.h")]) == 0
    document = {"layers": [35, 5, 2], "epochs": 3, "data_path": "s.h"}
    (tmp_path / "c.json").write_text(json.dumps(document))
    out = str(tmp_path / "o.aegui")
    assert main(["train", str(tmp_path / "c.json"), "--out", out]) == 0
    assert load_run(out).dataset.labels == load_builtin("symbols").labels
    capsys.readouterr()


def test_a_goal_ends_the_training(tmp_path: Path, capsys: Captured) -> None:
    goals = GoalsSpec(max_wrong_pixels=1)
    training = TrainingSpec(epochs=20_000, goals=goals)
    save_recipe(tmp_path / "r.json", Recipe(training=training))
    assert main(["train", str(tmp_path / "r.json"), "--device", "cpu"]) == 0
    assert "the goal is met" in capsys.readouterr().out


def test_a_training_that_blows_up_says_so_and_prints_valid_json(
    tmp_path: Path, capsys: Captured
) -> None:
    optimizer = OptimizerSpec(name="sgd", learning_rate=1e30)
    training = TrainingSpec(epochs=500, optimizer=optimizer, loss="mse")
    network = Recipe().network.model_copy(update={"output_activation": "identity"})
    save_recipe(tmp_path / "r.json", Recipe(training=training, network=network))
    assert main(["train", str(tmp_path / "r.json"), "--json"]) == 1
    captured = capsys.readouterr()
    assert last_json(captured.out)["runs"][0]["epochs"] < 500
    assert "learning rate" in captured.err


def test_a_recipe_that_is_nearly_meant_is_offered(capsys: Captured) -> None:
    refused(["train", "letters-3d"], capsys, "letters-3d", "did you mean letters-2d", "?\n")
    refused(["train", "digits"], capsys, "is a set", "aegui train --data digits")
    refused(["train", "qqqq"], capsys, "no shipped recipe of that name", "aegui recipes")


def test_refusals_of_train_are_one_line(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "c.json").write_text(CLASSIC)
    config = str(tmp_path / "c.json")
    refused(["train", "nowhere.json"], capsys, "nowhere.json", "aegui recipes")
    refused(["train"], capsys, "Name a recipe", "--resume")
    refused(["train", config, "--epochs", "x"], capsys, "--epochs", "x is not a whole number")
    for arguments, words in (
        (["--epochs", "0"], ["--epochs", "1 to"]),
        (["--runs", "-1"], ["--runs"]),
        (["--data", "nothing"], ["nothing"]),
        (["--chars", "é"], ["é"]),
        (["--out", str(tmp_path / "no" / "o.aegui")], ["o.aegui", "could not be written"]),
        (["--out", str(tmp_path)], ["could not be written"]),
    ):
        refused(["train", config, *arguments], capsys, *words)
    refused(["train", config, "--device", "toaster"], capsys, "--device", "toaster")
    (tmp_path / "bad.json").write_text('{"format": "aegui-recipe", "version": 1, "seeed": 1}')
    refused(["train", str(tmp_path / "bad.json")], capsys, "bad.json", "seeed", "seed")


def test_a_configuration_that_needs_data_says_so(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "c.json").write_text('{"layers": [32, 2, 32], "input_size": [10, 10], "epochs": 2}')
    assert main(["train", str(tmp_path / "c.json")]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "100 pixels per sample" in captured.err
    assert main(["train", str(tmp_path / "c.json"), "--data", "lowercase"]) == 0
    capsys.readouterr()


def test_ctrl_c_keeps_what_was_learnt(tmp_path: Path, start_program: Start) -> None:
    save_recipe(tmp_path / "r.json", Recipe(training=TrainingSpec(epochs=50_000_000)))
    out = tmp_path / "o.aegui"
    arguments = ["train", str(tmp_path / "r.json"), "--device", "cpu", "--out", str(out)]
    # The first line shows that the imports are done.
    code = (
        "import sys, aegui.core.training.loop.train as t, aegui.cli as c\n"
        "run = t.Training.advance\n"
        "def first(self):\n"
        "    if self.epoch == 0: print('started', flush=True)\n"
        "    run(self)\n"
        "t.Training.advance = first\n"
        "sys.exit(c.main(sys.argv[1:]))"
    )
    with start_program(code, *arguments, "--json", "--yes", environment=os.environ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "started\n"
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    answer = last_json(output)
    run = load_run(out)
    assert run.checkpoint is not None
    assert 0 < run.checkpoint.epoch == answer["runs"][0]["epochs"]


@pytest.mark.parametrize(("wish", "most"), [([], 64 << 20), (["--timeline", "1"], 1 << 20)])
def test_past_epochs_are_kept_within_the_memory_that_is_allowed(
    tmp_path: Path, wish: list[str], most: int
) -> None:
    save_recipe(tmp_path / "r.json", Recipe(training=TrainingSpec(epochs=200), runs=20))
    out = tmp_path / "o.aegui"
    assert main(["train", str(tmp_path / "r.json"), "--out", str(out), *wish]) == 0
    timeline = load_run(out).timeline
    assert timeline is not None
    assert timeline.epochs[[0, -1]].tolist() == [0, 200]
    assert (len(timeline) == 66) == (not wish)
    assert 2 * timeline.nbytes <= most


def test_no_past_epochs_where_there_is_no_memory_for_them(tmp_path: Path, capsys: Captured) -> None:
    save_recipe(tmp_path / "r.json", Recipe(training=TrainingSpec(epochs=20)))
    arguments = ["train", str(tmp_path / "r.json"), "--out", str(tmp_path / "o.aegui")]
    assert main([*arguments, "--timeline", "0"]) == 0
    assert load_run(tmp_path / "o.aegui").timeline is None
    assert main([*arguments, "--timeline", "-3"]) == 2
    assert "--timeline is -3; it must be at least 0." in capsys.readouterr().err


def test_what_was_learnt_is_told_where_it_cannot_be_saved(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: str, run: object, *, compact: bool) -> None:
        raise AeguiError("the disk is full")

    monkeypatch.setattr("aegui.commands.out_file.save_run", full)
    save_recipe(tmp_path / "r.json", Recipe(training=TrainingSpec(epochs=5)))
    out = str(tmp_path / "o.aegui")
    assert main(["train", str(tmp_path / "r.json"), "--json", "--out", out]) == 2
    captured = capsys.readouterr()
    assert last_json(captured.out)["runs"][0]["epochs"] == 5
    assert captured.err == "aegui: the disk is full\n"


@pytest.mark.skipif(os.name != "posix", reason="Names that are no text, and a shell")
@pytest.mark.parametrize("encoding", ["utf-8:strict", "ascii:strict"])
def test_names_that_are_no_text_and_closed_streams(tmp_path: Path, encoding: str) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / "ñ.txt").write_bytes((ROOT / "resources/glyphs/lowercase.txt").read_bytes())
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    for ending, wanted in (("--json", True), ("", True), ("2>&- <&-", True), (">&-", False)):
        command = 'exec "$0" main.py data "$1" ' + ending
        done = subprocess.run(
            ["sh", "-c", command, sys.executable, folder / "ñ.txt"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert (b"32" in done.stdout) == wanted
        if ending == "--json":
            answer = json.loads(done.stdout)
            assert answer["file"] == os.fspath(folder / "ñ.txt")


def test_a_run_is_not_saved_over_a_file_of_another_kind(tmp_path: Path, capsys: Captured) -> None:
    figure = tmp_path / "loss.png"
    figure.write_bytes(b"a figure")
    known = "loss.png: the suffix must be .aegui."
    refused(["train", "letters-course", "--out", str(figure)], capsys, known)
    assert figure.read_bytes() == b"a figure"


def test_nothing_is_written_over_what_ships(capsys: Captured) -> None:
    model = ROOT / "models" / "letters-2d.aegui"
    before = model.read_bytes()
    refused(["train", "letters-course", "--out", str(model)], capsys, "choose another folder")
    into = str(ROOT / "resources" / "new")
    refused(["convert", str(model), into], capsys, "choose another folder")
    assert model.read_bytes() == before


def test_what_is_missing_is_named_and_nothing_else(capsys: Captured) -> None:
    refused(["evaluate"], capsys, "the following arguments are required: F.aegui\n")


def test_data_tells_what_was_read(tmp_path: Path, capsys: Captured) -> None:
    assert main(["data", "lowercase", "--json"]) == 0
    answer = last_json(capsys.readouterr().out)
    (data,) = answer["datasets"]
    assert (data["samples"], data["height"], data["width"]) == (32, 7, 5)
    assert data["labels"][1:4] == ["a", "b", "c"]
    assert data["duplicates"] == []
    assert data["closest"][0]["distance"] >= 2
    assert main(["data", str(ROOT / "resources/glyphs/symbols.txt")]) == 0
    assert "32 samples of 5x7 pixels" in capsys.readouterr().out
    (tmp_path / "junk.txt").write_text("?")
    refused(["data", str(tmp_path / "junk.txt")], capsys, "junk.txt")
    refused(["data", "lowercas"], capsys, "lowercase")


@pytest.mark.parametrize("suffix", [".h", ".json", ".txt", ".png"])
def test_glyphs_are_converted_to_every_form(tmp_path: Path, suffix: str) -> None:
    source, target = ROOT / "resources/glyphs/uppercase.txt", tmp_path / f"out{suffix}"
    assert main(["convert", str(source), str(target)]) == 0
    np.testing.assert_array_equal(
        load_dataset(str(target)).images, load_builtin("uppercase").images
    )
    back = tmp_path / "back.json"
    assert main(["convert", str(target), str(back)]) == 0
    np.testing.assert_array_equal(load_dataset(str(back)).images, load_builtin("uppercase").images)


@pytest.mark.skipif(sys.platform != "linux", reason="The bound is that of Linux")
def test_too_little_memory_is_told_in_one_line(tmp_path: Path, start_program: Start) -> None:
    out = tmp_path / "images"
    code = (
        "import resource, sys, aegui.cli\n"
        "resource.setrlimit(resource.RLIMIT_AS, (4 << 30, resource.RLIM_INFINITY))\n"
        "sys.exit(aegui.cli.main(sys.argv[1:]))"
    )
    model = str(models_dir() / "emoji-faces.aegui")
    arguments = ["sample", model, "-n", "100000", "-o", str(out), "--yes"]
    with start_program(code, *arguments, environment=os.environ) as process:
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    *cost, refusal = errors.splitlines()
    assert refusal.startswith("aegui: There is not enough memory for this")
    assert all(line.startswith("This takes about") for line in cost)  # where it is a minute
    assert not out.exists()


def test_help_exists_for_everything_and_speaks_both_languages(capsys: Captured) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for command in ("train", "evaluate", "encode", "decode", "data", "convert", "self-test"):
        assert command in text
        assert main([command, "--help"]) == 0
        assert "usage: aegui" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("aegui ")


def test_the_language_comes_from_the_option_or_the_system(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    from aegui.core.i18n import language

    monkeypatch.setenv("LANG", "es_AR.UTF-8")
    main(["--version"])
    assert language() == "es"
    main(["--language", "en", "--version"])
    assert language() == "en"
    main(["data", "lowercase", "--language=es", "--json"])
    assert language() == "es"
    main(["data", "lowercase", "--lang", "en", "--json"])
    assert language() == "en"
    capsys.readouterr()


def test_what_is_no_command_and_no_file_is_refused(tmp_path: Path, capsys: Captured) -> None:
    refused(["trian"], capsys, "trian", "train")
    refused(["trian", "x.json"], capsys, "trian", "train")
    refused(["zzz"], capsys, "commands are train")
    refused([""], capsys, "FILE is empty")
    refused([str(Path(__file__)), "more"], capsys, "One file")


def test_the_window_opens_without_arguments_and_with_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = pytest.importorskip("aegui.app")
    opened: list[tuple[Path | None, str | None]] = []

    def run_window(path: Path | None, spoken: str | None) -> int:
        opened.append((path, spoken))
        return 0

    monkeypatch.setattr(app, "run_window", run_window)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    path = tmp_path / "a.aegui"
    path.write_bytes(b"")
    assert main([]) == 0
    assert main([str(path)]) == 0
    assert main(["--language", "es"]) == 0
    assert opened == [(None, None), (path, None), (None, "es")]


def test_help_and_refusals_import_nothing_heavy() -> None:
    code = (
        "import sys\nfrom aegui.cli import main\nmain(['--help'])\nmain(['zzz'])\n"
        "heavy = {'numpy', 'torch', 'pydantic', 'PySide6', 'PIL', 'yaml'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    python("-c", code)


def test_only_training_imports_torch() -> None:
    code = (
        "import sys\nfrom aegui.cli import main\n"
        f"path = {str(LETTERS)!r}\n"
        "assert main(['evaluate', path, '--noise', 'flip:0.1', '--draws', '9']) == 0\n"
        "assert main(['decode', path, '--at', '0,0']) == 0\n"
        "sys.exit('torch' in sys.modules)"
    )
    python("-c", code)


def has_terminals() -> bool:
    """Return whether pseudo-terminals are available: not on Windows, nor without /dev/pts."""
    if os.name != "posix":
        return False
    try:
        ends = os.openpty()
    except OSError:
        return False
    for end in ends:
        os.close(end)
    return True


@pytest.mark.skipif(not has_terminals(), reason="There are no pseudo-terminals here")
def test_a_terminal_sees_a_progress_bar(tmp_path: Path) -> None:
    import pty

    save_recipe(tmp_path / "r.json", Recipe(training=TrainingSpec(epochs=300)))
    # One process, whose terminal is resized between three trainings: most of it is imports.
    widths = [60, 80, 200]
    code = (
        "import fcntl, struct, sys, termios\nfrom aegui.cli import main\n"
        f"for columns in {widths}:\n"
        "    size = struct.pack('HHHH', 24, columns, 0, 0)\n"
        "    fcntl.ioctl(2, termios.TIOCSWINSZ, size)\n"
        "    out = f'{sys.argv[1]}-{columns}.aegui'\n"
        "    assert main(['train', sys.argv[1], '--json', '--out', out]) == 0\n"
        "    print('---', flush=True)\n"
        "    print('---', file=sys.stderr, flush=True)\n"
    )
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", code, str(tmp_path / "r.json")]
    written = b""
    with (tmp_path / "told").open("w") as told_to:
        process = subprocess.Popen(command, cwd=ROOT, stdout=told_to, stderr=theirs)
        os.close(theirs)
        # At the end Linux reports an error, other systems nothing more.
        with process, contextlib.suppress(OSError):
            while piece := os.read(ours, 100_000):
                written += piece
    os.close(ours)
    assert process.returncode == 0, written.decode()
    *shown, _ = written.decode().split("---\r\n")
    *told, _ = (tmp_path / "told").read_text().split("---\n")
    for columns, bar, answer in zip(widths, shown, told, strict=True):
        assert "epochs/s" in bar
        assert max(map(len, re.split(r"\r|\033\[K", bar))) < columns  # otherwise it would wrap
        assert bar.endswith("\r\033[K")
        assert last_json(answer)["runs"][0]["epochs"] == 300


def test_argparse_looks_up_the_sentences_that_are_translated() -> None:
    import argparse
    import inspect

    source = inspect.getsource(argparse)
    for text in ARGPARSE_TEXTS:
        assert repr(text)[1:-1].replace("\\'", "'") in source


@pytest.mark.slow
def test_the_self_test_opens_the_window_and_quits() -> None:
    said = python("-m", "aegui", "self-test").stdout
    assert "The window opened, painted itself and closed." in said


def test_the_self_test_of_the_core_passes(capsys: Captured) -> None:
    assert main(["self-test", "--quick", "--no-window"]) == 0
    assert "Everything works" in capsys.readouterr().out


CLASSIFIER: dict[str, Any] = {
    "data": {"source": "digits", "split": {"validation": 0.25}},
    "network": {"encoder": [{"units": 48}], "latent": {"units": 24}},
    "training": {"epochs": 12, "batch_size": 64, "device": "cpu"},
    "classifier": {"pretrain": {"epochs": 2}},
}


def test_a_classifier_is_trained_and_evaluated(tmp_path: Path, capsys: Captured) -> None:
    save_recipe(tmp_path / "r.json", Recipe.model_validate(CLASSIFIER))
    path = str(tmp_path / "digits.aegui")
    assert main(["train", str(tmp_path / "r.json"), "--out", path, "--json"]) == 0
    (run,) = last_json(capsys.readouterr().out)["runs"]
    assert run["epochs"] == 16
    assert 0.8 < run["figures"]["validation_accuracy"] <= 1.0
    assert run["figures"]["accuracy"] > 0.8
    noisy = ["--noise", "masking:0.5", "--draws", "1000"]
    assert main(["evaluate", path, "--json", *noisy]) == 0
    report = last_json(capsys.readouterr().out)
    # By default the held-out samples are evaluated.
    assert report["samples"] == 449
    assert report["accuracy"] == pytest.approx(run["figures"]["validation_accuracy"])
    assert [one["label"] for one in report["classes"]] == list("0123456789")
    assert sum(one["support"] for one in report["classes"]) == report["samples"]
    assert np.trace(report["confusion"]) == report["samples"] - report["wrong"]
    assert report["weighted"]["recall"] == pytest.approx(report["accuracy"])
    assert report["noise"][0]["accuracy"] < report["accuracy"]
    assert main(["evaluate", path, "--data", "digits"]) == 0
    out = capsys.readouterr().out
    assert "digits, learnt and held out together: 1,797 samples" in out
    assert "macro average" in out
    assert "Confusion" in out
    assert re.search(r"Accuracy \d\d\.\d\d%: \d+ of 1,797 wrong", out)
    refused(["evaluate", path, "--data", "lowercase"], capsys, "64")


def test_the_figures_of_a_classifier_are_shown_in_a_table(tmp_path: Path, capsys: Captured) -> None:
    save_recipe(tmp_path / "r.json", Recipe.model_validate(CLASSIFIER))
    assert main(["train", str(tmp_path / "r.json"), "--epochs", "2"]) == 0
    header = capsys.readouterr().out.splitlines()[0]
    assert header.count("Validation accuracy") == 1
    assert "wrong pixels" not in header


def test_a_dry_run_says_what_a_training_takes(capsys: Captured) -> None:
    assert main(["train", "letters-2d", "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["parameters"] == 8_933
    assert told["bytes"] == sum(told["memory"].values())
    assert told["seconds"] > 0
    assert main(["train", "letters-2d", "--dry-run"]) == 0
    assert "8,933 parameters" in capsys.readouterr().out


def test_a_training_beyond_the_budget_is_refused_without_yes(
    tmp_path: Path, capsys: Captured
) -> None:
    recipe = Recipe(runs=10_000, training=TrainingSpec(epochs=100_000_000))
    save_recipe(tmp_path / "r.json", recipe)
    target = tmp_path / "out.aegui"
    refused(["train", str(tmp_path / "r.json"), "--out", str(target)], capsys, "--yes", "1 h")
    assert not target.exists()
    assert main(["train", str(tmp_path / "r.json"), "--dry-run"]) == 0
    assert "--yes" in capsys.readouterr().out
    # With --yes it starts; the goal ends it at once here.
    goals = GoalsSpec(max_wrong_pixels=35)
    easy = Recipe(training=TrainingSpec(epochs=100_000_000, goals=goals, device="cpu"), runs=200)
    save_recipe(tmp_path / "easy.json", easy)
    assert main(["train", str(tmp_path / "easy.json"), "--yes", "--timeline", "0"]) == 0
    assert "This takes about" in capsys.readouterr().err


def test_the_budget_is_that_of_the_settings(
    tmp_path: Path, capsys: Captured, user_home: Path
) -> None:
    save_recipe(tmp_path / "r.json", Recipe(training=TrainingSpec(epochs=5, device="cpu")))
    dry = ["train", str(tmp_path / "r.json"), "--dry-run", "--json"]
    assert main(dry) == 0
    assert json.loads(capsys.readouterr().out)["within_budget"]
    settings = Settings.load()
    settings.unasked_memory_share = 1e-9
    assert settings.save() is None
    assert main(dry) == 0
    assert not json.loads(capsys.readouterr().out)["within_budget"]
    refused(["train", str(tmp_path / "r.json")], capsys, "--yes", "memory")


@pytest.mark.parametrize("arguments", [["--language", "xx"], ["--language=xx"], ["--language"]])
def test_a_language_that_there_is_not_opens_no_window(
    arguments: list[str], capsys: Captured
) -> None:
    refused(arguments, capsys, "--language", "choose one of en, es")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("arguments", [["--help"], ["data", "lowercase"], ["data", "nowhere.h"]])
def test_output_that_cannot_be_written_is_one_line(arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "aegui", *arguments],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize("arguments", [["data", ""], ["evaluate", "RUN", "--data", ""]])
def test_data_without_a_name_is_refused(arguments: list[str], capsys: Captured) -> None:
    given = [str(LETTERS) if argument == "RUN" else argument for argument in arguments]
    refused(given, capsys, "No data is named")


def test_training_on_no_data_is_refused(tmp_path: Path, capsys: Captured) -> None:
    save_recipe(tmp_path / "r.json", Recipe())
    refused(["train", str(tmp_path / "r.json"), "--data", ""], capsys, "No data is named")


def test_a_message_that_quotes_far_too_much_is_cut_in_its_middle(capsys: Captured) -> None:
    refused(["data", "k" * 70_000], capsys, "name is too long")
    error = AeguiError("begin " + "x" * 70_000 + " end")
    assert len(str(error)) < 1500
    assert str(error).startswith("begin")
    assert str(error).endswith("end")


def test_an_odd_picture_is_refused_in_one_line(tmp_path: Path) -> None:
    image = Image.new("RGB", (8, 8))
    exif = image.getexif()
    exif[0x010F] = "a camera of many words"
    image.save(tmp_path / "odd.tiff", exif=exif)
    data = (tmp_path / "odd.tiff").read_bytes()
    (tmp_path / "odd.tiff").write_bytes(data[:-40])
    done = subprocess.run(
        [sys.executable, "-W", "default", "-m", "aegui", "data", str(tmp_path / "odd.tiff")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.count("\n") <= 1, done.stderr


def test_json_can_be_caught_in_a_text() -> None:
    """As by a notebook that calls the command."""
    with contextlib.redirect_stdout(io.StringIO()) as caught:
        assert main(["train", "letters-course", "--epochs", "2", "--json"]) == 0
    assert json.loads(caught.getvalue())["runs"][0]["epochs"] == 2


def test_a_file_to_open_that_is_missing_is_called_a_file(tmp_path: Path, capsys: Captured) -> None:
    for name, reason in (
        ("nowhere.aegui", "There is no file or folder nowhere.aegui."),
        (str(tmp_path / "x"), f"There is no file or folder {tmp_path / 'x'}."),
        (str(tmp_path), "this is a folder, not a file."),
        ("trian", "Did you mean train?"),
    ):
        assert main([name]) == 2
        assert reason in capsys.readouterr().err
