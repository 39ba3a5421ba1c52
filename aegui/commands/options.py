"""The options of every command; shared ones are defined once.

Nothing here imports numpy or the recipe's schema, to keep ``aegui --help`` fast. A test compares
the values that are duplicated here for this reason.
"""

from __future__ import annotations

import argparse

from aegui.commands.option import Option, choice, flag, integer, real, several, text
from aegui.core.i18n import LANGUAGES, mark, tr
from aegui.core.training.loop.pace import CHECKPOINT_SECONDS

WEIGHTS = ("best", "last")
DEVICES = ("auto", "cpu", "cuda")
FITS = ("fit", "fill", "stretch")
MATRIX_FIGURES = ("wrong", "at_most_1", "exact")
MATRIX_RECIPE = "letters-noise-matrix"
PATH_KINDS = ("straight", "spherical", "geodesic")
FIND_SOURCES = ("best", "posterior", "prior")
LAYERS = (
    "images", "uncertainty", "novelty", "stretch", "regions", "wrong", "density", "holes",
)  # fmt: skip
FIGURES = (
    "latent",
    "curves",
    "reconstructions",
    "errors",
    "noise",
    "confusion",
    "grid",
    "traversal",
)
ASSIGNMENTS = ("letters", "generative")
ONNX_PARTS = ("network", "encoder", "decoder", "classifier")
CODE_FORMS = ("torch", "numpy", "notebook")
THEMES = ("light", "dark")

LARGEST_SEED = 2**63
MAX_DRAWS = 100_000_000
MAX_IMAGES = 100_000
MAX_IN_A_ROW = 1_000
MAX_REPAIRS = 1_000
MAX_GRID_ROWS = 50
FILM_SPEEDS = (1.0, 50.0)
FILM_PALETTES = ("frame", "film")
ANY_NUMBER = 1_000_000_000
_MAX_CM = 1_000.0
_MAX_MEGABYTES = 65_536


def size_cm(text: str) -> tuple[float, float]:
    """Parse a size such as ``16x10cm``, ``16x10`` or ``160x100mm`` to centimetres.

    Raises:
        ArgumentTypeError: ``text`` is no size.
    """
    lower = text.strip().lower()
    factor = 0.1 if lower.endswith("mm") else 1.0
    parts = lower.removesuffix("cm").removesuffix("mm").split("x")
    try:
        width, height = (factor * float(part) for part in parts)
    except ValueError:
        width = height = 0.0
    if not (0.0 < width <= _MAX_CM and 0.0 < height <= _MAX_CM):
        raise argparse.ArgumentTypeError(
            tr("{text} is not a size: width and height in centimetres, such as 16x10cm", text=text)
        )
    return width, height


def _seed(help: str) -> Option:
    return integer("--seed", "S", help, default=0, most=LARGEST_SEED)


def _count(usual: int, most: int) -> Option:
    words = mark("images (default: %(default)s)")
    return integer("-n --count", "N", words, default=usual, least=1, most=most)


def _draws(usual: int, help: str) -> Option:
    return integer("--draws", "N", help, default=usual, least=1, most=MAX_DRAWS)


def _columns(help: str, most: int) -> Option:
    return integer("--columns", "N", help, least=1, most=most)


def _steps(help: str, least: int = 1) -> Option:
    return integer("--steps", "N", help, default=9, least=least, most=MAX_IN_A_ROW)


def _levels(usual: str) -> tuple[Option, ...]:
    words = mark("its levels (default: %(default)s)")
    kind = mark("the noise (default: %(default)s)")
    return (
        text("--kind", mark("KIND"), kind, default="flip"),
        text("--levels", "P,P", words, default=usual),
    )


def out(metavar: str, help: str, *, required: bool = True, prints: bool = False) -> Option:
    """Return the option of the output file; ``metavar`` is an example of its name.

    ``prints`` accepts ``-`` for the terminal.
    """
    return text("-o --out", metavar, help, writes=True, prints=prints, required=required)


def outs(metavar: str) -> Option:
    """Return the option of the output files of a figure."""
    words = mark("output file: .csv, .png, .svg or .pdf; may be repeated")
    return several("-o --out", metavar, words, writes=True)


FILE_OR_NAME = mark("FILE|NAME")
_KIND_AND_LEVEL = mark("KIND:LEVEL")
RECIPE = mark("RECIPE")
_SHEET, _SHEET_HELP = mark("sheet.png"), mark("a .png sheet")
_SET_HELP = mark("a .png sheet, a set of another form, or a folder that gets one PNG for each")
_ALL_LEVELS = "0,0.05,0.1,0.15,0.2,0.25,0.3,0.35,0.4,0.45,0.5"

_RUN = integer(
    "--run", "I", mark("number of the run in the file, from 0 (default: the best)"), least=None
)
_FILE = text("file", mark("F.aegui"), mark("a saved run"))
_WEIGHTS = choice(
    "--weights",
    WEIGHTS,
    mark("the best weights of the run or its last ones (default: %(default)s)"),
    default="best",
)
_OF_FILE = (_RUN, _WEIGHTS)
_SAVED = (_FILE, *_OF_FILE)
OTHER_DATA = text("--data", FILE_OR_NAME, mark("data other than the run's own"), empty=True)
_CHARS = text("--chars", mark("STR"), mark("only these characters of the data"))
_EPOCHS = integer("--epochs", "N", mark("epochs to train"), least=None)
_NOISES = several(
    "--noise",
    _KIND_AND_LEVEL,
    mark("such as salt_pepper:0.2, flip:0.1, gaussian:0.3, masking:0.5; may be repeated"),
)
_NOISE_SEED = _seed(mark("seed of the noise"))
_DRAWS_OF_EACH = _draws(
    16_000, mark("noisy characters to draw, as many of each (default: %(default)s)")
)
_DRAWS_FOR_EACH = _draws(
    4_000, mark("noisy characters for each network and noise (default: %(default)s)")
)
_AXES = text("--axes", "I,J", mark("numbers of the code, such as 1,2"))
_PARTS_OF_CODE = (
    text("--at", "A", mark("a sample or a code for the other numbers (default: the middle)")),
    text("--dims", "I,J,K", mark("only these numbers of the code, counted from 1")),
)
_SPAN = real(
    "--span",
    "S",
    mark("how far to either side (default: 3 for a prior, else as far as the codes reach)"),
    least=0,
    most=ANY_NUMBER,
)
_SCALE = integer(
    "--scale", "N", mark("size of a pixel in the file (default: chosen to fit)"), least=1, most=256
)
YES = flag("--yes", mark("continue even if it takes more than an hour or half of the free memory"))
_MARKDOWN = flag("--markdown", mark("print a table in Markdown"))
REPLACE = flag("--replace", mark("replace what the .aegui file of --out holds"))
AS_JSON = flag("--json", mark("print one JSON object"))
_REPAIR = (
    *_SAVED,
    several(
        "--in",
        FILE_OR_NAME,
        mark("an image, a sheet or a set; may be repeated"),
        dest="inputs",
        required=True,
    ),
    out(mark("y.png"), mark(".png in grey levels, or .txt, .json, .h")),
    integer(
        "--times",
        "N",
        mark("passes through the network, each on the last answer (default: %(default)s)"),
        default=1,
        least=1,
        most=MAX_REPAIRS,
    ),
    flag("--threshold", mark("make every pixel of the answers black or white")),
    _SCALE,
)
FIGURE_PAPER = (
    text(
        "--size",
        mark("WxHcm"),
        mark("width and height in centimetres (default: 16x10cm)"),
        type=size_cm,
        default=(16.0, 10.0),
    ),
    choice("--theme", THEMES, mark("light or dark"), default="light"),
    integer(
        "--dpi",
        "N",
        mark("dots per inch of a PNG (default: %(default)s)"),
        default=300,
        least=None,
    ),
    choice(
        "--lang", list(LANGUAGES), mark("language of the figure (default: that of the messages)")
    ),
)
_PAPER = (
    *FIGURE_PAPER,
    text("--title", mark("TEXT"), mark("another title; empty: none"), empty=True),
    flag("--no-origin", mark("leave out the line below the figure that states its origin")),
)

TRAIN = (
    text(
        "recipe",
        RECIPE,
        mark(
            "a recipe or course configuration (JSON or YAML), the name of a shipped recipe (see "
            "aegui recipes) or challenge, or a set-up as one line in quotes"
        ),
        nargs="?",
    ),
    text("--data", FILE_OR_NAME, mark("train on this data instead"), empty=True),
    _CHARS,
    text(
        "--check",
        FILE_OR_NAME,
        mark("validate on this set, which is held out from training, such as mnist-test"),
    ),
    _EPOCHS,
    integer("--runs", "K", mark("runs trained together"), least=None),
    integer("--seed", "S", mark("seed of the first run"), least=None),
    choice("--device", DEVICES, mark("device to compute on")),
    text(
        "--out",
        mark("F.aegui"),
        mark("save the run to this file, which must be a new one unless --replace is given"),
    ),
    REPLACE,
    text(
        "--resume",
        mark("F.aegui"),
        mark("resume the run in this file, and save it there unless --out names another"),
    ),
    real(
        "--checkpoint-every",
        mark("SECONDS"),
        mark(
            "save the run every N seconds, less often if saving takes long; 0: only at the end "
            "(default: %(default)g)"
        ),
        default=CHECKPOINT_SECONDS,
        least=0,
        most=ANY_NUMBER,
    ),
    flag(
        "--compact",
        mark("save a small file: half precision, without the state that only resuming needs"),
    ),
    integer(
        "--timeline",
        mark("MB"),
        mark("memory for past epochs, half of which is saved at most; 0 keeps none"),
        most=_MAX_MEGABYTES,
    ),
    flag("--keep", mark("keep the run in the library, see aegui runs")),
    flag("--dry-run", mark("print what the training will cost, and do not train")),
    flag("--yes", mark("train even if it takes more than an hour or half of the free memory")),
    flag("--json", mark("print one JSON object at the end")),
)
EVALUATE = (
    *_SAVED,
    text(
        "others",
        mark("MORE.aegui"),
        mark("further runs: figures are given as mean and spread over all of them"),
        nargs="*",
    ),
    flag("--all-runs", mark("every run of a population: mean and spread over its seeds")),
    OTHER_DATA,
    _NOISES,
    _DRAWS_OF_EACH,
    _NOISE_SEED,
    AS_JSON,
)
ENCODE = (
    *_SAVED,
    OTHER_DATA,
    out(
        mark("codes.csv"),
        mark("output file (default: the terminal)"),
        required=False,
        prints=True,
    ),
    AS_JSON,
)
DECODE = (
    *_SAVED,
    several("--at", "X,Y", mark("the point, such as 0.3,-1.2; may be repeated"), required=True),
    out(
        mark("glyph.png"),
        mark(
            ".png in grey levels, or .npz, .json (glyphs thresholded), .txt, .h (thresholded); "
            "default: text on the terminal"
        ),
        required=False,
        prints=True,
    ),
    integer("--scale", "N", mark("size of a pixel in the PNG"), default=16, least=1, most=256),
    AS_JSON,
)
CARD = (
    text(
        "file", mark("SOURCE"), mark("a file, a folder of images, or a built-in name"), empty=True
    ),
    text("--size", mark("WxH"), mark("size that images get (default: 64x64)")),
    flag("--grey", mark("images in grey levels")),
    choice("--fit", FITS, mark("keep all of an image, cover the frame, or stretch")),
    text("--background", "#RRGGBB", mark("colour behind transparent images")),
    text("--labels", mark("A,B"), mark("only these classes")),
    integer(
        "--count",
        "N",
        mark("at most this many samples, drawn at random"),
        least=1,
        most=2_147_483_647,
    ),
    AS_JSON,
)
PROJECT = (
    text("file", mark("FILE"), mark("a saved run, or data: a file or a built-in name")),
    *_OF_FILE,
    OTHER_DATA,
    text(
        "--method",
        mark("KEYS"),
        mark("code, pca, tsne, umap, pca-code, tsne-code, umap-code; several with commas"),
    ),
    YES,
    integer(
        "--samples",
        "N",
        mark("at most this many samples, drawn at random (default: %(default)s)"),
        default=5_000,
        least=5,
    ),
    real(
        "--perplexity",
        "P",
        mark("about how many neighbours t-SNE keeps near each sample (default: %(default)s)"),
        default=30.0,
        least=1,
        most=ANY_NUMBER,
    ),
    integer(
        "--iterations",
        "N",
        mark("steps of t-SNE after its early exaggeration (default: %(default)s)"),
        default=500,
        least=1,
    ),
    _seed(mark("seed of what is drawn at random")),
    out(mark("maps.csv"), mark("output file: .csv, .json, .png, .svg or .pdf"), required=False),
    AS_JSON,
)
SAMPLE = (
    *_SAVED,
    _count(64, MAX_IMAGES),
    _seed(mark("seed of the codes")),
    text(
        "--quantiles",
        "I,J",
        mark(
            "not at random: a square of images at the normal quantiles of numbers I and J "
            "of the code, such as 1,2"
        ),
    ),
    out(mark("grid.png"), _SET_HELP),
    _SCALE,
    YES,
    AS_JSON,
)
NEAREST = (
    *_SAVED,
    text(
        "images",
        mark("IMAGE"),
        mark("an image file, or a sample of the run's data by label or name"),
        nargs="+",
    ),
    _seed(mark("seed of the codes that the search begins from")),
    real(
        "--seconds",
        "S",
        mark("approximate search time for each (default: %(default)s)"),
        default=4.0,
        least=0.1,
        most=3600.0,
    ),
    out(mark("pairs.png"), mark("each image beside the nearest one, a .png"), required=False),
    _SCALE,
    AS_JSON,
)
JUDGE = (
    text("file", mark("GAN.aegui"), mark("the model that makes images")),
    text("classifier", mark("CLASSIFIER.aegui"), mark("the classifier that judges them")),
    _count(1_000, MAX_IMAGES),
    _seed(mark("seed of the codes")),
    integer(
        "--seeds",
        "K",
        mark("draw as many images with each of K seeds, and print their spread"),
        default=1,
        least=1,
        most=100,
    ),
    *_OF_FILE,
    text(
        "--real",
        FILE_OR_NAME,
        mark("real images to compare with (default: held out, or the set's test part)"),
    ),
    YES,
    AS_JSON,
)
MAP = (
    *_SAVED,
    text(
        "--layer",
        mark("KEY"),
        mark(
            "one of images, uncertainty, novelty, stretch, regions, wrong, density, holes "
            "(default: images)"
        ),
        default="images",
    ),
    text("--rect", "X0,Y0,X1,Y1", mark("what to show (default: where codes lie)")),
    _AXES,
    _columns(mark("images, or cells, in a row"), MAX_IN_A_ROW),
    out(mark("map.png"), mark("a .png picture, or the numbers of a layer as .csv")),
    _SCALE,
    AS_JSON,
)
PATH = (
    *_SAVED,
    text("--from", "A", mark("where it begins"), dest="start", required=True),
    text("--to", "B", mark("where it ends"), dest="end", required=True),
    several("--via", "C", mark("a place on the path; may be repeated")),
    choice(
        "--kind",
        PATH_KINDS,
        mark("a straight line, an arc, or the path along which the image changes least"),
        default="straight",
    ),
    _count(24, MAX_IN_A_ROW),
    real(
        "--fps",
        "F",
        mark("images per second (default: %(default)s)"),
        default=12.0,
        least=FILM_SPEEDS[0],
        most=FILM_SPEEDS[1],
    ),
    integer("--side", "PX", mark("about how long the longer side is"), least=16, most=4096),
    real(
        "--pause",
        "S",
        mark("seconds that the last image stays (default: %(default)s)"),
        default=0.0,
        least=0.0,
        most=10.0,
    ),
    choice(
        "--palette",
        FILM_PALETTES,
        mark("256 colours of a GIF: of each frame, or of the whole film, which is smaller"),
        default="frame",
    ),
    out(mark("film.gif"), mark("a film .gif or .mp4, or a strip .png")),
    _SCALE,
    AS_JSON,
)
FINDS = (
    *_SAVED,
    _count(10, 200),
    choice(
        "--source",
        FIND_SOURCES,
        mark("the best of many, or drawn where codes of samples lie, or from the prior"),
        default="best",
    ),
    _seed(mark("seed of the search")),
    out(_SHEET, _SET_HELP),
    _SCALE,
    AS_JSON,
)
CONCEPT = (
    *_SAVED,
    text(
        "--plus",
        mark("LABELS"),
        mark("samples that have it: labels or names with commas between them"),
        required=True,
    ),
    text("--minus", mark("LABELS"), mark("samples that do not (default: all others)")),
    several(
        "--apply",
        "A",
        mark("a sample or a code it is applied to; may be repeated (default: the middle)"),
    ),
    _steps(mark("images of a row (default: %(default)s)"), least=2),
    out(_SHEET, _SHEET_HELP),
    _SCALE,
    AS_JSON,
)
TRAVERSE = (
    *_SAVED,
    *_PARTS_OF_CODE,
    _steps(mark("images of a row (default: %(default)s)")),
    _SPAN,
    out(_SHEET, _SHEET_HELP),
    _SCALE,
    AS_JSON,
)
LIMIT = (
    several("--data", FILE_OR_NAME, mark("the characters; may be repeated"), required=True),
    _CHARS,
    _NOISES.required(),
    _DRAWS_OF_EACH,
    _NOISE_SEED,
    integer(
        "--pairs",
        "N",
        mark("also print the N pairs of characters that are hardest to tell apart"),
        default=0,
        most=10_000,
    ),
    text(
        "--prior",
        mark("FILE"),
        mark(
            "how often each character occurs: a .csv or .json of characters with their "
            "weights, or a text whose characters are counted (default: %(default)s)"
        ),
        default="uniform",
    ),
    YES,
    _MARKDOWN,
    AS_JSON,
)
JOBS = integer(
    "--jobs",
    "N",
    mark("processes (default: as many as there are cores)"),
    least=1,
    most=1_024,
)
DENOISE = (
    *_REPAIR,
    text(
        "--noise",
        _KIND_AND_LEVEL,
        mark("corrupt the images first, such as flip:0.15"),
        default="none",
    ),
    _NOISE_SEED,
    AS_JSON,
)
COMPLETE = (
    *_REPAIR,
    text(
        "--erase",
        "X,Y,W,H",
        mark("the rectangle: first column and row, from 0, width and height"),
        required=True,
    ),
    text(
        "--figure",
        mark("figure.pdf"),
        mark("original, erased and completed below one another, as .png, .svg or .pdf"),
        writes=True,
    ),
    AS_JSON,
)
NOISE_MATRIX = (
    text(
        "recipe",
        RECIPE,
        mark("a recipe, a shipped one's name, or a saved run (default: %(default)s)"),
        nargs="?",
        default=MATRIX_RECIPE,
    ),
    OTHER_DATA,
    *_levels("0,0.05,0.1,0.2,0.3,0.5"),
    several("--train", _KIND_AND_LEVEL, mark("a noise to train with instead; may be repeated")),
    several("--test", _KIND_AND_LEVEL, mark("a noise to test with instead; may be repeated")),
    integer(
        "--seeds",
        "K",
        mark("networks of each noise (default: %(default)s)"),
        default=5,
        least=1,
        most=1_000,
    ),
    integer("--epochs", "N", mark("epochs to train"), least=1, most=100_000_000),
    integer("--copies", "N", mark("noisy copies of each sample in an epoch"), least=1, most=10_000),
    integer(
        "--samples",
        "N",
        mark("at most this many samples, drawn at random (default: %(default)s)"),
        default=2_000,
        least=1,
        most=100_000_000,
    ),
    _DRAWS_FOR_EACH,
    _NOISE_SEED,
    JOBS,
    text(
        "--folder",
        mark("DIR"),
        mark("folder for the networks; the same command resumes (default: one in the user's data)"),
    ),
    YES,
    choice(
        "--figure",
        MATRIX_FIGURES,
        mark("what to show: wrong pixels, or shares of the answers"),
        default="wrong",
    ),
    outs(mark("matrix.csv")),
    text(
        "--characters",
        mark("F.csv"),
        mark("output file for the wrong pixels of every character"),
        writes=True,
    ),
    AS_JSON,
)
_FILES = text("files", mark("F.aegui"), mark("saved runs"), nargs="+")
PAGE = (
    _FILES,
    _WEIGHTS,
    text(
        "--title",
        mark("TEXT"),
        mark("what the page is called (default: the network's name)"),
        empty=True,
    ),
    out(mark("map.html"), mark("the page, one .html file")),
    AS_JSON,
)
REPORT = (
    text(
        "sources",
        mark("RUN|STUDY"),
        mark("saved runs, and studies that were done: a plan, a name, or the folder of --out"),
        nargs="*",
    ),
    choice("--assignment", ASSIGNMENTS, mark("also the networks and studies of this course work")),
    flag("--train", mark("first train what the studies lack")),
    *_OF_FILE,
    text("--title", mark("TEXT"), mark("title of the report (default: the names)"), empty=True),
    flag("--blank", mark("leave the findings to be written: titles say only what is shown")),
    choice(
        "--lang", list(LANGUAGES), mark("language of the report (default: that of the messages)")
    ),
    text(
        "-o --out",
        mark("FOLDER"),
        mark(
            "folder of the report; one that has files gets a new one in it, an earlier report "
            "beside it"
        ),
        required=True,
    ),
    AS_JSON,
)
NOISE_CURVES = (
    _FILES,
    _WEIGHTS,
    OTHER_DATA,
    *_levels(_ALL_LEVELS),
    _DRAWS_FOR_EACH,
    _NOISE_SEED,
    text("--pca", "K,K", mark("numbers of principal components (default: those of the codes)")),
    flag("--no-copy", mark("leave out the line for copying the input")),
    outs(mark("curves.csv")),
    AS_JSON,
)
FIGURE = (
    _FILE,
    choice("kind", FIGURES, "%(choices)s", metavar=mark("FIGURE")),
    several(
        "-o --out",
        mark("figure.pdf"),
        mark("output file: .png, .svg or .pdf, or .csv for the numbers; may be repeated"),
        writes=True,
        required=True,
    ),
    *_OF_FILE,
    *_PAPER,
    _AXES,
    flag("--pictures", mark("codes with images of some of the samples")),
    integer(
        "--samples",
        "N",
        mark("at most this many samples (default: as many as fit)"),
        least=1,
        most=100_000,
    ),
    text("--charts", mark("KEYS"), mark("which curves, such as loss,wrong,share")),
    flag("--log", mark("losses on a logarithmic axis")),
    text(
        "--noise",
        _KIND_AND_LEVEL,
        mark("noise of reconstructions and errors, such as salt_pepper:0.2; noise takes the kind"),
    ),
    text("--levels", "P,P", mark("levels of noise (default: %(default)s)"), default=_ALL_LEVELS),
    _DRAWS_FOR_EACH,
    _NOISE_SEED,
    _columns(mark("images in a row of the grid"), MAX_GRID_ROWS),
    integer("--rows", "N", mark("rows of the grid"), least=1, most=MAX_GRID_ROWS),
    text(
        "--quantiles",
        "LOW:HIGH[:N]",
        mark(
            "the grid at quantiles of the prior, such as 0.05:0.95:15 (default with a prior: all)"
        ),
    ),
    text("--rect", "X0,Y0,X1,Y1", mark("the grid in equal steps between these ends")),
    *_PARTS_OF_CODE,
    _steps(mark("images of a row of a traversal (default: %(default)s)")),
    _SPAN,
    AS_JSON,
)
SUMMARY = (
    text("recipe", RECIPE, mark("a recipe, a shipped one's name, or a saved run")),
    OTHER_DATA,
    _MARKDOWN,
    out(mark("layers.csv"), mark("output file: .csv, .md or .txt"), required=False),
    AS_JSON,
)
CODE = (
    text("recipe", RECIPE, mark("a recipe, a shipped one's name, or a saved run")),
    choice(
        "--as",
        CODE_FORMS,
        mark("the form of the code (default: %(default)s)"),
        dest="form",
        default="torch",
    ),
    OTHER_DATA,
    integer("--run", "I", mark("number of the run, from 0 (default: %(default)s)"), default=0),
    flag(
        "--check",
        mark("run it for ten steps beside the program's own training, and compare the losses"),
    ),
    choice(
        "--lang", list(LANGUAGES), mark("language of its comments (default: that of the messages)")
    ),
    out(
        mark("network.py"),
        mark("the file, beside which one with the images and initial weights is written"),
        required=False,
    ),
    AS_JSON,
)
EXPORT = (
    text("source", mark("RUN|SET"), mark("a saved run; for a font also a set's name or file")),
    *_OF_FILE,
    choice(
        "--part",
        ONNX_PARTS,
        mark("the part of the network to write as ONNX (default: all of it; of a GAN its decoder)"),
    ),
    out(
        mark("net.onnx"),
        mark(".onnx, .safetensors (weights), or a font of the glyphs as .h or .bdf"),
    ),
    AS_JSON,
)
CONVERT = (
    text("source", mark("IN"), mark("the file to read")),
    text("target", mark("OUT"), mark("the file to write"), writes=True),
    AS_JSON,
)
HISTORY = (_FILE, AS_JSON)
