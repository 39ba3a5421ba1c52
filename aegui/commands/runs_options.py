"""The options of ``aegui runs``, the library of kept runs."""

from __future__ import annotations

from aegui.commands.option import choice, flag, integer, several, text
from aegui.commands.options import ANY_NUMBER, AS_JSON, REPLACE, out
from aegui.core.i18n import mark

_RUN = text("run", mark("RUN"), mark("id of a kept run, or its beginning, or its name"))
_RUNS = text(
    "runs", mark("RUN"), mark("ids of kept runs, or their beginnings, or names"), nargs="+"
)
_STUDY = text("--study", mark("ID"), mark("only of this study"))
_CSV = flag("--csv", mark("print CSV"))
RUNS_LIST = (
    text("words", mark("WORD"), mark("in name, note, tags, setting or data"), nargs="*"),
    several("--tag", mark("TAG"), mark("only with this tag; may be repeated")),
    flag("--starred", mark("only with a star")),
    choice("--kind", ("run", "study"), mark("only runs, or only studies")),
    _STUDY,
    several(
        "--where",
        mark("CONDITION"),
        mark(
            "such as 'wrong<1', training.loss=bce, name~letters or environment.processor~EPYC; may "
            "be repeated"
        ),
    ),
    text(
        "--columns",
        mark("A,B"),
        mark("what to show: name, data, figures such as wrong, fields of the recipe by their path"),
    ),
    text("--sort", mark("COLUMN"), mark("sort by (default: %(default)s)"), default="created"),
    flag("--ascending", mark("from low to high")),
    integer("--limit", "N", mark("at most this many"), least=1, most=ANY_NUMBER),
    text("--group", mark("COLUMN"), mark("mean and spread of the figures of each group")),
    flag("--trash", mark("what is in the trash")),
    _CSV,
    AS_JSON,
)
RUNS_SHOW = (_RUN, AS_JSON)
RUNS_DIFF = (
    text("first", mark("RUN"), mark("a kept run")),
    text("second", mark("RUN"), mark("another one")),
    text("--figure", mark("KEY"), mark("what to compare, such as wrong, loss or accuracy")),
    AS_JSON,
)
RUNS_EXPORT = (
    _RUNS,
    out(
        mark("FILE"),
        mark("a .aegui run, its recipe as .json, its network as .onnx, or histories as one .csv"),
        required=False,
    ),
    REPLACE,
    text("--tensorboard", mark("FOLDER"), mark("event files, a folder for each run and seed")),
)
RUNS_ADD = (
    text("sources", mark("F.aegui"), mark("saved runs"), nargs="+"),
    several("--tag", mark("TAG"), mark("a tag for them; may be repeated")),
)
RUNS_STAR = (_RUNS, flag("--off", mark("take the star away")))
RUNS_TAG = (
    text("runs", mark("RUN"), mark("kept runs"), nargs="*"),
    several("--add", mark("TAG"), mark("a tag to add; may be repeated")),
    several("--remove", mark("TAG"), mark("a tag to remove; may be repeated")),
)
RUNS_EDIT = (
    _RUN,
    text("--name", mark("TEXT"), mark("another name"), empty=True),
    text("--note", mark("TEXT"), mark("another note"), empty=True),
)
RUNS_RM = (_RUNS,)
RUNS_RESTORE = (_RUNS,)
RUNS_TIDY = (
    text(
        "--keep-best",
        mark("FIGURE"),
        mark(
            "move the run files of all but the best of each study to the trash, and keep their "
            "figures"
        ),
    ),
    _STUDY,
    integer("--count", "N", mark("how many of each are kept (default: 1)"), default=1, least=1),
    flag("--empty-trash", mark("remove for good what is in the trash")),
    integer("--limit", mark("MB"), mark("size limit of the library"), least=1, most=ANY_NUMBER),
    AS_JSON,
)
