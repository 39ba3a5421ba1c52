"""``aegui report``: a folder to hand in."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from pptx import Presentation

from aegui import __version__
from aegui.cli import main
from aegui.commands import report
from aegui.commands.opened import MAX_CODES, OpenedRun
from aegui.commands.options import ASSIGNMENTS as OFFERED
from aegui.commands.places import place_of
from aegui.commands.report_pages import RESULT, ReportPage, _called, _errors_finding, run_pages
from aegui.core.data.builtin import load_builtin
from aegui.core.data.dataset import Dataset
from aegui.core.errors import Cancelled
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.i18n import set_language
from aegui.core.latent.pca import fit_pca
from aegui.core.report.assignments import ASSIGNMENTS
from aegui.core.report.figure_ids import FigureId, read_figure_id
from aegui.core.run_file.saved import load_run, save_run
from aegui.core.study.plan import list_plans
from aegui.kit.charts.matrix import NumberMatrix
from aegui.paths import models_dir
from tests.commands.asked import told
from tests.commands.terminals import on_terminal
from tests.core.web_page.made import PICTURES, letters, trained

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("small_pictures")]

PNG_DPI = report._PNG_DPI

STUDY = {
    "format": "aegui-study",
    "version": 1,
    "name": "Two rates",
    "recipe": "letters-course",
    "set": {"data.chars": "abc", "training.epochs": 20},
    "axes": [{"label": "rate", "path": "training.optimizer.learning_rate", "values": [0.01, 0.02]}],
    "seeds": {"count": 2},
}


def listed(folder: Path) -> list[dict[str, Any]]:
    document = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = document["figures"]
    return found


def pages_of(run: Path, weights: str = "best") -> dict[str, ReportPage]:
    """Return the pages about a network by key, without the folder that takes seconds to write."""
    return {page.key: page for page in run_pages(OpenedRun(run, None, weights), lambda: False)}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "mine.aegui"
    save_run(path, letters())
    return path


@pytest.fixture(scope="module")
def handed_in(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of one network as users get it, shared by several tests."""
    folder = tmp_path_factory.mktemp("one") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "_PNG_DPI", PNG_DPI)
        assert main(["report", str(run), "-o", str(folder), "--title", "Ours"]) == 0
    return folder


@pytest.fixture(scope="module", params=[(), ("--blank",)], ids=["told", "blank"])
def of_twins(
    run: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Path:
    """Return the folder of two equal networks of few letters, and of a study with few results."""
    place = tmp_path_factory.mktemp("twins")
    run, twin = place / "one" / run.name, place / "two" / run.name
    for path in (run, twin):
        path.parent.mkdir()
    network = {"network": {"encoder": [{"units": 6}]}}
    save_run(run, trained(network, load_builtin("lowercase").subset(range(8))))
    twin.write_bytes(run.read_bytes())
    plan = place / "two-rates.json"
    plan.write_text(json.dumps({**STUDY, "set": {"training.epochs": 20}}), encoding="utf-8")
    folder = place / "out"
    line = ["report", str(run), str(twin), str(plan), "--train", "-o", str(folder)]
    assert main([*line, *request.param]) == 0
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Return a network of four images with a one-dimensional code, reported in an instant."""
    network = {"encoder": [{"units": 3}], "latent": {"units": 1}}
    images = np.eye(4, dtype=np.float32).reshape(4, 2, 2)
    dataset = Dataset.from_images("four", images, list("abcd"), list("abcd"))
    path = tmp_path / "tiny.aegui"
    save_run(path, trained({"network": network}, dataset))
    return path


def check_headers(folder: Path) -> None:
    """Check that every column of every table in ``folder`` has a name of its own."""
    tables = list(folder.glob("tables/*.csv"))
    assert tables
    for table in tables:
        header, *rows = csv.reader(table.read_text("utf-8").splitlines())
        assert all(header), table.name
        assert len(set(header)) == len(header), table.name
        assert {len(row) for row in rows} <= {len(header)}, table.name


def test_a_run_becomes_slides_pdf_page_figures_and_tables(run: Path, handed_in: Path) -> None:
    folder = handed_in
    pages = listed(folder)
    keys = [page["id"].split("-", 1)[1] for page in pages]
    for key in ("data", "data-hamming", "method", "curves", "errors", "latent", "grid", "noise"):
        assert key in keys
    assert keys[-1] == "annex"
    slides = Presentation(io.BytesIO((folder / "slides.pptx").read_bytes())).slides
    assert [slide.shapes.title.text for slide in slides] == [
        "Ours",
        *(page["finding"] for page in pages),
    ]
    for page in pages:
        with Image.open(folder / "figures" / f"{page['id']}.png") as picture:
            assert len(np.unique(np.asarray(picture.convert("L")))) > 2
        assert (folder / "figures" / f"{page['id']}.svg").exists()
    check_headers(folder)
    (nearest,) = (folder / "tables").glob("*-new-one.csv")
    assert len(nearest.read_text(encoding="utf-8").splitlines()) == 1 + 5
    (worst,) = (folder / "tables").glob("*-worst.csv")
    wrong = [int(row.split(",")[-1]) for row in worst.read_text("utf-8").splitlines()[1:]]
    assert wrong == sorted(wrong, reverse=True)
    assert len(wrong) == len(load_run(run).dataset)
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert html.count("<figure>") == len(pages)
    assert (folder / "maps.html").exists()
    assert (folder / "configurations" / "01-mine.json").exists()
    code = (folder / "code" / "mine.py").read_text(encoding="utf-8")
    assert "mine.npz" in code
    assert (folder / "code" / "mine.npz").exists()
    lines = (folder / "commands.txt").read_text(encoding="utf-8").splitlines()
    assert "aegui figure networks/mine.aegui latent -o mine-latent.svg" in lines
    # At the width of a page, since images of letters are upright.
    grid = "aegui figure networks/mine.aegui grid --columns 32 --rows 11 -o mine-grid.svg"
    assert grid in lines
    assert (folder / "networks" / "mine.aegui").read_bytes() == run.read_bytes()


def test_findings_are_those_of_the_network(run: Path, handed_in: Path) -> None:
    saved = load_run(run)
    flat = saved.dataset.flat()
    wrong = ((saved.codec(0).reconstruct(flat) > 0.5) != (flat > 0.5)).sum(axis=1)
    (errors,) = [page for page in listed(handed_in) if page["id"].endswith("-errors")]
    assert errors["finding"].startswith(
        f"{(wrong <= 1).sum()} of {len(wrong)} within 1 wrong pixel"
    )
    told = {page["id"].split("-", 1)[1]: page["finding"] for page in listed(handed_in)}
    del told["annex"]
    assert told == {key: page.finding for key, page in pages_of(run).items()}


def test_what_went_wrong_is_not_told_as_if_it_had_gone_well(tmp_path: Path) -> None:
    """Steps so large that the loss rises, a target as noisy as the input, and held-out samples."""
    noise = {"kind": "flip", "level": 0.2, "clean_target": False}
    changes = {
        "data": {"split": {"validation": 0.25}, "corruption": noise},
        "training": {"epochs": 3, "optimizer": {"name": "sgd", "learning_rate": 200.0}},
    }
    dataset = load_builtin("lowercase")
    path = tmp_path / "diverged.aegui"
    save_run(path, trained(changes, dataset))
    pages = pages_of(path, "last")
    assert pages["curves"].finding.startswith("The loss does not fall: it is ")
    model = OpenedRun(str(path), None, "last", None)
    flat = model.dataset.flat()[model.parts["held_out"]]
    own = ((model.codec.reconstruct(flat) > 0.5) != (flat > 0.5)).sum(axis=1)
    of_held_out = f"; of 8 held out {(own <= 1).sum()} within 1, {own.mean():.2f} wrong"
    assert of_held_out in pages["errors"].finding
    told = pages["method"].table
    assert "so it learns to copy" in told
    assert "the target is clean" not in told


def test_characters_have_their_names_in_sentences_and_tables_and_signs_in_figures() -> None:
    pages = pages_of(models_dir() / "letters-denoise.aegui")
    header, *rows = csv.reader(pages["data-hamming"].table.splitlines())
    assert header[-1] == rows[-1][0] == "DEL"
    (plot,) = pages["data-hamming"].figure.parts
    assert isinstance(plot, NumberMatrix)
    assert plot.columns[-1] == "■"


def test_errors_are_compared_with_pca_of_the_same_samples(tmp_path: Path) -> None:
    """Of a set so large that only some of it is measured, which the finding says."""
    count = 2 * MAX_CODES
    rows = np.random.default_rng(0).random((count, 2, 2)) > 0.5
    dataset = Dataset.from_images("many", rows.astype(np.float32), ["a"] * count, ["a"] * count)
    changes = {
        "data": {"split": {"validation": 0.25}},
        "network": {"encoder": [], "latent": {"units": 1}},
        "training": {"epochs": 1},
    }
    path = tmp_path / "many.aegui"
    save_run(path, trained(changes, dataset))
    model = OpenedRun(path)
    some = model.some_samples
    assert len(some) == MAX_CODES
    wrong = wrong_pixels(some, model.codec.reconstruct(some))
    pca = fit_pca(some, 1)
    linear = wrong_pixels(some, pca.decode(pca.encode(some))).mean()
    held_out = wrong[np.isin(model.indices, model.parts["held_out"])]
    assert 0 < len(held_out) < len(model.parts["held_out"])
    assert _errors_finding(model) == (
        f"{(wrong <= 1).sum():,} of 10,000 within 1 wrong pixel, {wrong.mean():.2f} wrong on "
        f"average; PCA with as many numbers: {linear:.2f}; of {len(held_out):,} held out "
        f"{(held_out <= 1).sum():,} within 1, {held_out.mean():.2f} wrong on average "
        "(both of 10,000 of the 20,000 samples)"
    )


def test_a_study_is_done_first_where_it_is_asked_for(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "two-rates.json"
    plan.write_text(json.dumps(STUDY), encoding="utf-8")
    folder = tmp_path / "out"
    assert main(["report", str(plan), "-o", str(folder)]) == 2
    assert "no runs yet" in capsys.readouterr().err
    assert not folder.exists()
    assert main(["report", str(tmp_path), "-o", str(folder / "deep")]) == 2
    assert "holds no study" in capsys.readouterr().err
    assert not folder.exists()
    assert main(["report", str(tiny), str(plan), "--train", "-o", str(folder)]) == 0
    keys = [page["id"].split("-", 1)[1] for page in listed(folder)]
    assert "two-rates-table" in keys
    assert keys.index("method") < keys.index("two-rates-table") < keys.index("latent")
    (table,) = (folder / "tables").glob("*-two-rates-table.csv")
    assert len(table.read_text(encoding="utf-8").splitlines()) >= 3
    # Runs kept elsewhere are found by their folder, or by its plan.
    assert main(["study", str(plan), "-o", str(tmp_path / "kept")]) == 0
    for place in (tmp_path / "kept", tmp_path / "kept" / "study.json"):
        again = tmp_path / f"of-{place.stem}"
        assert main(["report", str(place), "-o", str(again)]) == 0
        (row,) = [page for page in listed(again) if page["id"].endswith("-table")]
        assert row["command"] == shlex.join(
            ["aegui", "study", f"{tmp_path}/kept/study.json", "-o", f"{tmp_path}/kept"]
        )
        assert row["opens"].endswith("@study:kept")
    # Kept runs are found without any training.
    assert main(["report", str(plan), "-o", str(tmp_path / "again")]) == 0
    assert "two-rates-table" in [page["id"].split("-", 1)[1] for page in listed(tmp_path / "again")]


def test_a_study_of_noises_has_its_matrix_and_figures_their_ids(tmp_path: Path) -> None:
    noises = [{"kind": "flip", "level": level} for level in (0.0, 0.1, 0.2)]
    rows = [
        {"label": f"{level:.0%}", "set": {"data.corruption": {"kind": "flip", "level": level}}}
        for level in (0.0, 0.2)
    ]
    plan = tmp_path / "two-noises.json"
    axes = [{"label": "noise of the training", "rows": rows}]
    tried = {"noises": noises, "draws": 200}
    study = {**STUDY, "name": "Two noises", "axes": axes, "tried": tried, "published": []}
    plan.write_text(json.dumps(study), encoding="utf-8")
    folder = tmp_path / "out"
    assert main(["report", str(plan), "--train", "-o", str(folder)]) == 0
    (table,) = (folder / "tables").glob("*-two-noises-noise-matrix.csv")
    lines = table.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4
    assert lines[-1].startswith("Bayes limit,0,")
    check_headers(folder)
    findings = {page["id"].split("-", 1)[1]: page["finding"] for page in listed(folder)}
    assert findings["two-noises-noise-matrix"].startswith("Trained with ")
    assert findings["two-noises-noise-levels"].startswith("Flip 0.1: trained with ")
    assert "the best possible is" in findings["two-noises-noise-levels"]
    opens = {page["id"]: page["opens"] for page in listed(folder)}
    matrix = next(text for key, text in opens.items() if key.endswith("noise-matrix"))
    assert read_figure_id(matrix) == FigureId("two-noises-noise-matrix", "two-noises")
    assert matrix in (folder / "report.html").read_text(encoding="utf-8")


def test_pictures_have_pages_too_and_what_is_missing_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "pictures.aegui"
    network = {"encoder": [{"units": 8}], "latent": {"kind": "gaussian", "units": 2}}
    save_run(path, trained({"network": network}, PICTURES))
    assert main(["report", str(path), "-o", str(tmp_path / "out"), "--lang", "es"]) == 0
    keys = [page["id"].split("-", 1)[1] for page in listed(tmp_path / "out")]
    assert "samples" in keys
    assert "interpolation" in keys
    assert "path" not in keys
    assert "noise" not in keys
    assert "data-hamming" not in keys


def test_what_is_said_meanwhile_is_in_the_language_of_the_user(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, out = tmp_path / "rates.json", str(tmp_path / "out")
    plan.write_text(json.dumps(STUDY))
    line = ["--language", "en", "report", "--lang", "es", "-o", out]
    assert main([*line, str(plan)]) == 2
    assert "has no runs yet" in capsys.readouterr().err
    assert main([*line, str(plan), "--train"]) == 0
    captured = capsys.readouterr()
    assert "Two rates: about" in captured.err
    assert "figures are in" in captured.out
    assert '<html lang="es">' in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_its_progress_is_in_the_language_of_the_user(run: Path, tmp_path: Path) -> None:
    arguments = ("report", str(run), "--lang", "es", "-o", str(tmp_path / "out"))
    told = " ".join(on_terminal(200, *arguments, stream="stderr"))
    assert "Drawing: " in told
    assert "Writing figure " in told


def test_emojis_have_their_names_in_the_language_of_the_report() -> None:
    set_language("es")
    pages = pages_of(models_dir() / "emoji-faces.aegui")
    findings = {key: page.finding for key, page in pages.items()}
    assert findings["worst"].startswith("La peor respuesta es la de corazón verde")
    assert "Caras preocupadas frente a Corazones" in findings["concept"]
    assert findings["curves"].startswith("La pérdida baja de 3.4")
    assert "píxeles" in findings["interpolation"]


def test_a_generator_has_a_report(tmp_path: Path) -> None:
    file = str(models_dir() / "fashion-gan.aegui")
    assert main(["report", file, "-o", str(tmp_path / "out")]) == 0
    keys = [page["id"].split("-", 1)[1] for page in listed(tmp_path / "out")]
    assert "grid" in keys
    assert "errors" not in keys


def test_a_classifier_has_its_confusion_and_no_images_of_a_decoder_left_behind(
    tmp_path: Path,
) -> None:
    recipe: dict[str, Any] = {
        "data": {"source": "digits", "split": {"validation": 0.2}},
        "network": {"encoder": [{"units": 32}], "latent": {"units": 16}},
        "training": {"epochs": 6, "batch_size": 64, "device": "cpu"},
        "classifier": {"pretrain": {"epochs": 2}},
    }
    file = tmp_path / "classes.aegui"
    run = trained(recipe, load_builtin("digits"))
    save_run(file, run)
    pages = pages_of(file)
    assert {"confusion", "curves"} <= set(pages)
    assert not set(pages) & {"grid", "traversal", "new", "path", "concept"}
    right = run.results[0].figures["validation_accuracy"]
    assert pages["confusion"].finding.startswith(f"{right:.2%} right of 359 samples (validation")
    assert "taken for" in pages["confusion"].finding
    # Two groups of layers are pre-trained for two epochs each.
    assert run.history is not None
    first, last = (f"{float(run.history.loss[row, 0]):.3g}" for row in (5, -1))
    finding = pages["curves"].finding
    assert f"falls from {first} to {last} in 6 epochs" in finding
    # Without this, weights of epoch 10 of 6 epochs would be a riddle.
    assert finding.endswith("; the first 4 epochs were pre-training")
    save_run(file, trained(recipe | {"classifier": {"frozen": True}}, load_builtin("digits")))
    assert {"path", "concept"} <= set(pages_of(file)), "its decoder still fits the encoder"


def test_the_losses_of_a_gan_need_not_fall_and_its_network_begins_with_the_code(
    tmp_path: Path,
) -> None:
    hidden = [{"units": 12}, {"kind": "batch_norm"}, {"units": 24}]
    recipe: dict[str, Any] = {
        "data": {"source": "digits", "count": 64},
        "network": {"encoder": [{"units": 8}], "latent": {"units": 5}, "decoder": hidden},
        "training": {"epochs": 2, "batch_size": 32, "device": "cpu"},
        "gan": {},
    }
    file = tmp_path / "gan.aegui"
    run = trained(recipe, load_builtin("digits").subset(range(64)))
    save_run(file, run)
    pages = pages_of(file)
    assert run.history is not None
    shares = [f"{float(run.history.extra[key][-1, 0]):.0%}" for key in ("real_score", "fake_score")]
    assert pages["curves"].finding == (
        f"After 2 epochs the discriminator gives real images a probability of {shares[0]} of being "
        f"real, generated ones {shares[1]}; these weights are those of epoch 2"
    )
    assert pages["method"].finding.startswith("5-12-24-64: ")
    assert main(["code", str(file), "-o", str(tmp_path / "gan.py")]) == 0
    assert "whose generator is 5-12-24-64." in (tmp_path / "gan.py").read_text("utf-8")


def test_every_command_line_of_it_runs(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["report", str(run), "-o", "out", "--weights", "last"]) == 0
    pages = {page["id"].split("-", 1)[1]: page for page in listed(tmp_path / "out")}
    lines = (tmp_path / "out" / "commands.txt").read_text(encoding="utf-8").splitlines()
    # Wherever the folder is moved to.
    moved = (tmp_path / "out").rename(tmp_path / "handed in")
    monkeypatch.chdir(moved)
    for line in lines:
        program, *arguments = shlex.split(line)
        assert program == "aegui"
        capsys.readouterr()
        assert main(arguments) == 0, line
        if arguments[0] == "path":
            changed = pages["path"]["finding"].split(": ")[1].split(" ")[0]
            assert f"{changed} pixels change on the path" in capsys.readouterr().out
            assert (moved / "mine-path.png").exists()
    outs = [line.split()[-1] for line in lines if " -o " in line]
    assert len(set(outs)) == len(outs)
    made = [line for line in lines if line.split()[1] in {"figure", "finds", "path"}]
    assert {line.split()[1] for line in made} == {"figure", "finds", "path"}
    assert all("--weights last" in line for line in made)


def test_networks_of_one_name_are_kept_apart(of_twins: Path) -> None:
    lines = (of_twins / "commands.txt").read_text(encoding="utf-8").splitlines()
    # A study has one command for all of its figures.
    outs = [line.split()[-1] for line in lines if " -o " in line and "two-rates" not in line]
    assert len(set(outs)) == len(outs) > 2
    assert {path.name for path in (of_twins / "code").glob("*.py")} == {"mine.py", "mine-2.py"}
    sections = {page["section"] for page in listed(of_twins)}
    assert {"Data: mine", "Data: mine-2"} <= sections


def test_outputs_of_names_that_differ_in_signs_alone_are_kept_apart(
    tiny: Path, tmp_path: Path
) -> None:
    names = ("\U0001f600", "\U0001f388", "mi río", "mi rio")
    runs = [tiny.with_name(f"{name}.aegui") for name in names]
    for run in runs:
        run.write_bytes(tiny.read_bytes())
    out = tmp_path / "out"
    assert main(["report", *map(str, runs), "-o", str(out)]) == 0
    lines = (out / "commands.txt").read_text(encoding="utf-8").splitlines()
    outs = [line.split()[-1] for line in lines if " -o " in line]
    assert len(set(outs)) == len(outs)
    stems = ("network-1f600", "network-1f388", "mi-rio", "mi-rio-2")
    assert {f"{stem}-curves.svg" for stem in stems} <= set(outs)


def test_a_concept_has_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    page = pages_of(models_dir() / "letters-2d.aegui")["concept"]
    capsys.readouterr()
    assert main(shlex.split(page.command)[1:]) == 0
    apart = page.finding.split(": ")[1].split(" ")[0]
    assert f"they lie {apart} standard deviations apart" in capsys.readouterr().out


def test_pictures_of_a_study_have_findings_and_numbers_the_marks_of_the_language(
    tmp_path: Path,
) -> None:
    plan = tmp_path / "two-rates.json"
    plan.write_text(json.dumps(STUDY), encoding="utf-8")
    assert main(["report", str(plan), "--train", "--lang", "es", "-o", str(tmp_path / "out")]) == 0
    findings = {page["id"].split("-", 1)[1]: page["finding"] for page in listed(tmp_path / "out")}
    assert findings["two-rates-table"].startswith("Hay muy pocas semillas para distinguir 0,0")
    assert re.fullmatch(
        r"Píxeles errados: de [\d,]+ con 0,0[12] a [\d,]+ con 0,0[12]", findings["two-rates-bars"]
    )
    assert re.fullmatch(
        r"Pérdida tras la última época: de [\d,]+ con 0,0[12] a [\d,]+ con 0,0[12]",
        findings["two-rates-curves"],
    )
    assert re.fullmatch(
        r"El más difícil es [abc] con 0,0[12]: [\d,]+ píxeles errados en promedio",
        findings["two-rates-characters"],
    )
    (svg,) = (tmp_path / "out" / "figures").glob("*-two-rates-bars.svg")
    text = svg.read_text(encoding="utf-8")
    assert "0,01" in text
    assert "0.01" not in text


def test_wrong_pixels_are_compared_where_losses_cannot_be(tmp_path: Path) -> None:
    plan = tmp_path / "two-losses.json"
    axes = [{"label": "loss", "path": "training.loss", "values": ["mse", "bce"]}]
    plan.write_text(json.dumps({**STUDY, "name": "Two losses", "axes": axes}), encoding="utf-8")
    assert main(["report", str(plan), "--train", "-o", str(tmp_path / "out")]) == 0
    findings = {page["id"].split("-", 1)[1]: page["finding"] for page in listed(tmp_path / "out")}
    assert findings["two-losses-curves"].startswith("Wrong pixels after the last epoch: from ")


def test_no_two_slides_have_one_title(of_twins: Path) -> None:
    """Not even for two equal networks."""
    slides = Presentation(str(of_twins / "slides.pptx")).slides
    titles = [slide.shapes.title.text for slide in slides]
    assert len(titles) > 30
    assert len(set(titles)) == len(titles)
    pages = {page["id"].split("-", 1)[1]: page["finding"] for page in listed(of_twins)}
    assert pages["data-pairs"] != pages["data-hamming"]


@pytest.mark.parametrize("of_twins", [("--blank",)], indirect=True, ids=["blank"])
def test_findings_can_be_left_to_be_written(of_twins: Path) -> None:
    findings = [page["finding"] for page in listed(of_twins)]
    assert not any("within 1 wrong pixel" in finding for finding in findings)
    assert any(finding.startswith("Errors") for finding in findings)
    assert findings[-1] == f"Figures made with aegui {__version__}"
    assert len(set(findings)) == len(findings)


def test_a_study_of_one_setting_says_nothing_of_others(tmp_path: Path) -> None:
    plan = tmp_path / "alone.json"
    plan.write_text(json.dumps({**STUDY, "name": "Alone", "axes": []}), encoding="utf-8")
    line = ["--language", "en", "report", str(plan), "--train", "-o", str(tmp_path / "out")]
    assert main(line) == 0
    findings = {page["id"].split("-", 1)[1]: page["finding"] for page in listed(tmp_path / "out")}
    assert findings["alone-table"] == "Alone"
    hardest = findings["alone-characters"]
    assert re.fullmatch(r"The hardest is [abc]: [\d.]+ wrong pixels on average", hardest)


def test_a_code_of_one_number_has_no_plane(tiny: Path) -> None:
    finding = pages_of(tiny)["latent"].finding
    assert finding == "Where 4 samples lie by the numbers of their codes"


def test_a_folder_with_other_things_is_left_alone(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "mine"
    place.mkdir()
    (place / "thesis.txt").write_text("mine")
    line = ["--language", "en", "report", str(tiny), "--blank", "-o"]
    assert main([*line, str(place)]) == 0
    first = place / "hand-in-tiny"
    assert f"figures are in {first}." in capsys.readouterr().out
    assert {path.name for path in place.iterdir()} == {"thesis.txt", first.name}
    # An earlier report, which may have been edited, is not overwritten either.
    (first / "slides.pptx").write_text("mine too")
    assert main([*line, str(first)]) == 0
    assert (first / "slides.pptx").read_text() == "mine too"
    assert (place / "hand-in-tiny-2" / "slides.pptx").exists()


def test_a_report_is_told_as_json(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    answer = told(capsys, "report", str(tiny), "-o", str(out), "--title", "Ours")
    assert (answer["out"], answer["title"], answer["studies"]) == (str(out), "Ours", [])
    (network,) = answer["networks"]
    assert (network["file"], network["weights"], network["run"]) == (str(tiny), "best", 0)
    assert (out / network["copy"]).read_bytes() == tiny.read_bytes()
    assert all((out / name).exists() for name in answer["documents"])
    assert answer["figures"] == listed(out)


def test_a_sample_that_nobody_can_type_is_called_by_its_name(tmp_path: Path) -> None:
    images = np.eye(4, dtype=np.float32).reshape(4, 2, 2)
    labels, names = ["a", " ", "\x7f", "\n"], ["a", "space", "DEL", "0x0A"]
    save_run(
        tmp_path / "odd.aegui",
        trained(
            {"network": {"encoder": [{"units": 3}]}},
            Dataset.from_images("odd", images, labels, names),
        ),
    )
    model = OpenedRun(str(tmp_path / "odd.aegui"), None, "best")
    assert [_called(model, place) for place in range(4)] == names


def test_one_of_several_samples_of_a_name_is_called_by_its_code(tmp_path: Path) -> None:
    images = np.eye(4, dtype=np.float32).reshape(4, 2, 2)
    dataset = Dataset.from_images("twice", images, ["a", "b", "a", "b"], ["a", "b", "a", "other"])
    save_run(tmp_path / "odd.aegui", trained({"network": {"encoder": [{"units": 3}]}}, dataset))
    model = OpenedRun(str(tmp_path / "odd.aegui"), None, "best")
    for place, word in enumerate(["a", "b", "", ""]):
        called = _called(model, place)
        assert called == word or not word
        (code,) = model.codec.encode(images[place])
        assert np.allclose(place_of(model, "--from", called), code)


def test_nothing_named_is_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "-o", str(tmp_path / "out")]) == 2
    assert "--assignment" in capsys.readouterr().err


def test_assignments_are_of_models_and_studies_that_ship() -> None:
    assert tuple(ASSIGNMENTS) == OFFERED
    for assignment in ASSIGNMENTS.values():
        assert assignment.sources
        assert all((models_dir() / f"{name}.aegui").exists() for name in assignment.models)
        assert set(assignment.studies) <= set(list_plans())


def test_a_report_stops_before_long_results() -> None:
    made: list[ReportPage] = []
    with pytest.raises(Cancelled):
        made.extend(run_pages(OpenedRun(models_dir() / "letters-2d.aegui"), lambda: True))
    assert made
    assert RESULT not in {page.section for page in made}
