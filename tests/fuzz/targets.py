"""Fuzzing targets: each kind of untrusted file, its reader, and valid examples.

A reader is correct if it reads the file or refuses it with an ``AeguiError``. Any other exception
is a find, as are a warning, more than a second, and more memory than stated.
"""

from __future__ import annotations

import io
import json
import math
import warnings
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from aegui.core.course_configs import load_any_recipe
from aegui.core.data.dataset import Dataset
from aegui.core.data.fonts import bdf
from aegui.core.data.load import load_data, read_source
from aegui.core.data.writers import WRITERS, encode_dataset
from aegui.core.errors import AeguiError
from aegui.core.evaluation.priors import read_prior
from aegui.core.gallery import cards
from aegui.core.lessons.lesson import load_lesson, shipped_lessons
from aegui.core.library.entry import entry_bytes, legend_entry_of, read_entry
from aegui.core.network.resolve import resolve
from aegui.core.pixels.code import CODE_FORMS, code_of, read_any_code
from aegui.core.recipe import DataSpec, LatentSpec, LayerSpec, NetworkSpec, Recipe, TrainingSpec
from aegui.core.report.figure_ids import FigureId, read_figure_id
from aegui.core.run_file.saved import SavedRun, load_run, save_run, saved_run_of
from aegui.core.setup_line.challenges import CHALLENGES
from aegui.core.setup_line.reading import is_line, read_line
from aegui.core.setup_line.writing import line_of
from aegui.core.study.plan import load_plan
from aegui.core.study.records import LINES_FILE, TENSORS_FOLDER, Records, RunRecord
from aegui.core.study.settings import base_recipe, grid
from aegui.core.suffixes import LESSON, TEACHER
from aegui.core.teacher import TeacherFile, Withheld, Word, load_teacher_file, teacher_json
from aegui.core.training.loop.train import train
from aegui.paths import resources_dir
from aegui.session.documents.autosave import recovery_of
from aegui.session.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

CORPUS = Path(__file__).with_name("corpus")
"""Inputs that once went wrong, ``TARGET--WHAT.SUFFIX``: they are tried by the tests, and are
examples to begin from."""

_FEW = 100
"""So many settings of a study are made; more are more of the same."""

_TENSORS = "a.safetensors"

Example = tuple[str, bytes]
"""Suffix of the file, and its content."""


@dataclass(frozen=True)
class Target:
    """One kind of input.

    Attributes:
        key: Its name.
        read: Reads the file; may raise only ``AeguiError``.
        made: Returns valid examples.
    """

    key: str
    read: Callable[[Path], object]
    made: Callable[[], list[Example]]

    @property
    def kept(self) -> list[Path]:
        """Return the inputs of the corpus."""
        return sorted(CORPUS.glob(f"{self.key}--*"))

    def examples(self) -> list[Example]:
        """Return valid examples and the corpus of earlier finds."""
        found = [("".join(path.suffixes), path.read_bytes()) for path in self.kept]
        return self.made() + found


@cache
def _letters() -> Dataset:
    images = np.random.default_rng(0).random((6, 7, 5)) < 0.5
    return Dataset.from_images("mine", images, ["a", "b", "c", "ñ", '"', "}"])


def _levels(side: int = 6, channels: int = 1) -> Dataset:
    levels = np.random.default_rng(1).integers(0, 256, (5, channels, side, side))
    images = (levels / 255).astype(np.float32)
    labels = ["0", "1", "2", "1", "0"]
    return Dataset(
        "levels", images, tuple(labels), tuple(f"{n} #{i}" for i, n in enumerate(labels))
    )


def _bits() -> list[Example]:
    keys = ("json", "c", "art", "png")
    made = [(WRITERS[key].suffixes[0], encode_dataset(_letters(), key)) for key in keys]
    glyphs = resources_dir() / "glyphs" / "lowercase.txt"
    python = b"font = [\n [0x0e, 0b10001, 17, 0o37, 0x11], # a\n [14, 17, 31, 17, 17]\n]\n"
    lines = b"01110 10001 11111 10001 10001\n01110,10001,11111,10001,10001\n"
    header = b"""#define N 2
    static const unsigned char font[N][7] PROGMEM = { /* a */ {0x0e,0x11,0x1f,0x11,0x11,0,0},
    {0x0E, 0B10001, 037, 'a', 0x11, 1u, 2UL} }; // b\n"""
    more = [(".txt", glyphs.read_bytes()[:600]), (".py", python), (".txt", lines), (".h", header)]
    return [*made, (".bdf", bdf(_letters())), *more]


def _arrays() -> list[Example]:
    plain, whole = io.BytesIO(), io.BytesIO()
    np.save(plain, (_levels().images[:, 0] * 255).astype(np.uint8))
    np.savez(
        whole,
        images=_levels(5, 3).images,
        labels=np.array(["a", "b", "c", "d", "e"]),
        names=np.arange(5),
    )
    return [
        (".npz", encode_dataset(_levels(), "npz")),
        (".npy", plain.getvalue()),
        (".npz", whole.getvalue()),
    ]


def _idx() -> list[Example]:
    both = [_levels(), _levels(4, 3)]
    plain = [WRITERS["idx"].encode(one) for one in both]
    return [("-images-idx3-ubyte", one) for one in plain] + [(".idx.gz", _gzipped(plain[0]))]


def _gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(1, wbits=31)
    return packer.compress(data) + packer.flush()


def _csv() -> list[Example]:
    draw = np.random.default_rng(2)
    rows = [",".join(map(str, [draw.integers(10), *draw.integers(0, 256, 64)])) for _ in range(6)]
    headed = ["label," + ",".join(f"pixel{i}" for i in range(64)), *rows]
    text = "\n".join(headed).encode() + b"\n"
    tabs = "\n".join(rows).replace(",", "\t").encode()
    shares = b"".join(name + b";0,5;0,25;1,0;0,0" * 16 + b"\n" for name in (b"a", b"b"))
    return [(".csv", text), (".csv.gz", _gzipped(text)), (".tsv", tabs), (".csv", shares)]


def _pictures() -> list[Example]:
    from PIL import Image

    levels = np.random.default_rng(3).integers(0, 256, (9, 11, 3)).astype(np.uint8)
    image = Image.fromarray(levels)
    made = []
    for form in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "TGA", "ICO", "PCX", "DDS"):
        file = io.BytesIO()
        image.save(file, form)
        made.append((f".{form.lower()}", file.getvalue()))
    for mode in ("P", "L", "1", "RGBA", "I;16", "LA"):
        file = io.BytesIO()
        source = image.convert("L") if mode == "I;16" else image
        source.convert(mode).save(file, "PNG")
        made.append((".png", file.getvalue()))
    file = io.BytesIO()
    image.save(file, "GIF", save_all=True, append_images=[image.rotate(90)])
    return [*made, (".gif", file.getvalue())]


def _recipes() -> list[Example]:
    folder = resources_dir() / "recipes"
    return [(".json", path.read_bytes()) for path in sorted(folder.glob("*.json"))[::4]]


_COURSE = (
    (".json", '{"layers":[35,25,10,2,10,25,35],"learning_rate":0.01,"epochs":100,"activation_fn":'
     '"relu","loss_function":"bce","optimizer":"adam","n_runs":1,"seed":42,"init_method":"uniform"}'),
    (".json", '{"data":{"input_size":[64,64],"channels":3,"validation_split":0.2},"model":'
     '{"latent_dim":4,"encoder_layers":[{"units":256,"activation":"relu"}],"decoder_layers":[...]},'
     '"training":{"epochs":200,"batch_size":2},"paths":{...}}'),
    (".yaml", "model_params:\n  name: 'VanillaVAE'\n  in_channels: 3\n  latent_dim: 128\n"
     "exp_params:\n  LR: 0.005\n  kld_weight: 0.00025\n  manual_seed: 1265\n"),
    (".yaml", "base: &b {units: 20, activation: tanh}\nencoder:\n - <<: *b\n - *b\nlatent: 2\n"
     "noise: {type: salt_pepper, level: [0.1, 0.2], enabled: false}\nepochs: 1e3\n"),
    (".yml", "arquitectura: 35-20-2-20-35\nfuncion_activacion: [relu, identity]\ntasa: 0.01\n"
     "ruido: 0.2\noptimizador:\n  tipo: Adam(lr=1e-3)\n"),
)  # fmt: skip


def _course() -> list[Example]:
    return [(suffix, text.encode()) for suffix, text in _COURSE]


def _studies() -> list[Example]:
    folder = resources_dir() / "studies"
    return [(".json", path.read_bytes()) for path in sorted(folder.glob("*.json"))[::3]]


def _recipe() -> Recipe:
    return Recipe(
        name="small",
        network=NetworkSpec(encoder=(LayerSpec(units=3),), latent=LatentSpec(units=2)),
        training=TrainingSpec(epochs=3, device="cpu"),
    )


@cache
def _run() -> SavedRun:
    resolved = resolve(_recipe(), _letters()).resolved
    assert resolved is not None
    *_, training = train(resolved)
    return saved_run_of(training.result(), resolved)


def _runs() -> list[Example]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "run.aegui"
        found = []
        for compact in (False, True):
            save_run(path, _run(), compact=compact)
            found.append((".aegui", path.read_bytes()))
        return found


def _codes() -> list[Example]:
    pixels = _letters().images[0, 0]
    forms = tuple(CODE_FORMS)
    return [(".txt", code_of(pixels, "binary", form).encode()) for form in forms] + [
        (".txt", code_of(pixels, "grey", form).encode()) for form in forms
    ]


def _read_code(path: Path) -> object:
    text = path.read_bytes().decode("utf-8", "replace")
    grey = read_any_code(text, 7, 5, "grey")
    return read_any_code(text, 7, 5, "binary"), grey


def _lines() -> list[Example]:
    shipped = [line_of(card.recipe, card.goal) for card in cards()[::4]]
    begun = [challenge.begin for challenge in CHALLENGES.values()]
    chain = "*-2:tanh:slope=3-[4:gaussian:beta=2]-c3k1x2:relu-*"
    later = [f'v7 | "a b.txt" {chain} | a.b=3 | chars "a|\\n\\u00f1"']
    return [(".txt", line.encode()) for line in [*shipped, *begun, *later]]


def _read_line(path: Path) -> object:
    text = path.read_bytes().decode("utf-8", "replace")
    is_line(text)
    reading = read_line(text)
    # A line that was read must survive writing and reading again.
    assert read_line(line_of(reading.recipe, reading.goal))[:2] == reading[:2]
    return reading


def _ids() -> list[Example]:
    ids = (FigureId("latent", "my run", "0123456789abcdef", "last", 3), FigureId("a-b", "letters"))
    return [(".txt", one.text.encode()) for one in ids]


def _read_id(path: Path) -> object:
    found = read_figure_id(path.read_bytes().decode("utf-8", "replace"))
    assert read_figure_id(found.text) == found
    return found


def _entries() -> list[Example]:
    return [(".json", entry_bytes(legend_entry_of(_run())))]


def _records() -> list[Example]:
    record = RunRecord("k" * 16, 3, "epochs", {"loss": 0.5, "wrong": math.inf}, (0, 1, 2))
    lines = [json.dumps({**record.line(), "file": _TENSORS}).encode()] * 2
    return [(".jsonl", b"\n".join(lines) + b"\n")]


def _read_records(path: Path) -> object:
    folder = path.with_name("study.runs")
    tensors = folder / TENSORS_FOLDER / _TENSORS
    if not tensors.exists():
        tensors.parent.mkdir(parents=True)
        tensors.touch()
    (folder / LINES_FILE).write_bytes(path.read_bytes())
    # Records that were read must be usable.
    return [json.dumps(record.line()) for record in Records(folder)]


def _settings() -> list[Example]:
    settings = Settings()
    settings.keep({"map.grid": True, "folders.runs": "/tmp", "cost.minutes": 2.5})
    settings.set_window_state("main", b"\0\1\2" * 20)
    return [(".json", json.dumps(settings.model_dump(mode="json")).encode())]


def _notes() -> list[Example]:
    training = {"epochs": 12, "planned": 500, "loss": 0.25, "seconds": 1.5}
    document = {"origin": "/tmp/a.aegui", "name": "mine", "training": training}
    return [(".json", json.dumps(document).encode())]


def _read_note(path: Path) -> object:
    copy = path.with_suffix(".aegui")
    copy.touch()
    return recovery_of(copy)


def _priors() -> list[Example]:
    return [
        (".json", b'{"a": 8.2, "b": 1.5, "\xc3\xb1": 0.2}'),
        (".csv", b"label,weight\na,8.2\nb,1\n"),
    ]


def _read_recipe(path: Path) -> object:
    recipe = load_any_recipe(path).recipe
    if recipe.data.source in ("lowercase", "uppercase", "digits"):
        return resolve(recipe, load_data(DataSpec(source=recipe.data.source)))
    return recipe


def _read_study(path: Path) -> object:
    plan = load_plan(path)
    few = plan.combinations <= _FEW
    return grid(base_recipe(plan, path.parent), plan.axes) if few else plan


def _lessons() -> list[Example]:
    return [(LESSON, path.read_bytes()) for path in shipped_lessons()[::3]]


def _teachers() -> list[Example]:
    file = TeacherFile(
        title={"en": "A class", "es": "Grupo A"},
        language="es",
        lesson="compress",
        recipe="letters-course",
        hidden=Withheld(panels=("races",), actions=("open",)),
        locked=Withheld(fields=("training.epochs", "network")),
        word=Word(salt="0" * 32, scrypt="1" * 64),
    )
    own = file.model_copy(update={"recipe": Recipe().model_dump(mode="json"), "word": None})
    return [(TEACHER, teacher_json(one).encode()) for one in (file, own)]


TARGETS = {
    target.key: target
    for target in (
        Target("glyphs", lambda path: read_source(str(path)), _bits),
        Target("arrays", lambda path: read_source(str(path)), _arrays),
        Target("idx", lambda path: read_source(str(path)), _idx),
        Target("csv", lambda path: read_source(str(path)), _csv),
        Target("images", lambda path: read_source(str(path)), _pictures),
        Target("recipes", _read_recipe, _recipes),
        Target("course", _read_recipe, _course),
        Target("studies", _read_study, _studies),
        Target("lessons", load_lesson, _lessons),
        Target("teachers", load_teacher_file, _teachers),
        Target("runs", load_run, _runs),
        Target("codes", _read_code, _codes),
        Target("lines", _read_line, _lines),
        Target("ids", _read_id, _ids),
        Target("entries", read_entry, _entries),
        Target("records", _read_records, _records),
        Target("settings", Settings.load, _settings),
        Target("copies", _read_note, _notes),
        Target("priors", read_prior, _priors),
    )
}


def read_quietly(target: Target, path: Path) -> str:
    """Read the file and return ``read``, or the text of the refusal.

    Raises:
        Exception: A find: any other outcome.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            target.read(path)
        except AeguiError as error:
            return str(error)
    return "read"
