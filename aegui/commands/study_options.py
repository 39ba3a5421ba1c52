"""The options of studies and races."""

from __future__ import annotations

from aegui.commands.option import choice, flag, integer, real, several, text
from aegui.commands.options import (
    AS_JSON,
    FIGURE_PAPER,
    FILE_OR_NAME,
    JOBS,
    LARGEST_SEED,
    OTHER_DATA,
    RECIPE,
    YES,
    out,
    outs,
)
from aegui.core.i18n import mark

RACE_CLOCKS = ("epochs", "evaluations", "seconds")
RACE_PLANES = ("ends", "pca")

STUDY = (
    text(
        "plan",
        FILE_OR_NAME,
        mark("a plan (.aegui-study, .json), or the name of a study that ships"),
        nargs="?",
    ),
    flag("--list", mark("list the studies that ship")),
    integer("--seeds", "K", mark("seeds of each setting, in place of the plan's"), least=1),
    text("--data", FILE_OR_NAME, mark("samples in place of the plan's: a set, a file or a folder")),
    JOBS,
    text(
        "-o --out",
        mark("DIR"),
        mark(
            "folder for the runs and the tables; the same command resumes (default: one in the "
            "user's data)"
        ),
    ),
    text(
        "--scheduler",
        mark("ADDRESS"),
        mark("run it on a Dask cluster, such as tls://host:8786 (extra: cluster)"),
    ),
    text("--tls-ca", mark("F.pem"), mark("certificate authority of the cluster")),
    text("--tls-cert", mark("F.pem"), mark("our certificate for the cluster")),
    text("--tls-key", mark("F.pem"), mark("key of that certificate")),
    text("--units", mark("DIR"), mark("only write the work, and a script for SLURM, to a folder")),
    text("--collect", mark("DIR"), mark("collect the results of such a folder")),
    flag("--keep", mark("keep study and runs in the library, see aegui runs")),
    text(
        "--figures",
        mark("DIR"),
        mark("write the pictures of the results to a folder, each with its caption and numbers"),
    ),
    text(
        "--kinds",
        mark("KEYS"),
        mark("which pictures, such as boxes,curves,heat (default: all that the results give)"),
    ),
    text(
        "--forms",
        mark("FORMS"),
        mark("kinds of files: png, svg, pdf, csv (default: %(default)s)"),
        default="png,svg,csv",
    ),
    flag("--log", mark("figures and losses on a logarithmic axis")),
    *FIGURE_PAPER,
    YES,
    AS_JSON,
)
UNIT = (
    text("folder", mark("DIR"), mark("a folder that “aegui study --units” has written")),
    integer("number", "N", mark("number of the unit, from 1"), least=1),
)
RACE = (
    text(
        "recipe",
        RECIPE,
        mark("a recipe, a shipped one's name, or a saved run"),
    ),
    OTHER_DATA,
    text(
        "--optimisers --optimizers",
        mark("KEYS"),
        mark("optimisers that take part (default: %(default)s)"),
        default="sgd,momentum,rmsprop,adam,lbfgs,powell,cg,bfgs",
        dest="optimizers",
    ),
    several("--rate", "KEY=RATE", mark("a learning rate, such as adam=0.01; may be repeated")),
    integer(
        "--epochs",
        "N",
        mark("epochs, or iterations of scipy's, of each (default: %(default)s)"),
        default=2_000,
        least=1,
        most=1_000_000,
    ),
    real(
        "--seconds",
        "S",
        mark("time of each (default: %(default)s)"),
        least=0.1,
        most=86_400.0,
        default=10.0,
    ),
    integer(
        "--seed",
        "S",
        mark("seed of the initial weights (default: the recipe's)"),
        most=LARGEST_SEED,
    ),
    choice("--by", RACE_CLOCKS, mark("axis across the figure"), default="epochs"),
    flag("--wrong", mark("wrong pixels in place of the loss")),
    flag("--linear", mark("no logarithmic axis")),
    outs(mark("race.png")),
    several(
        "--trails",
        mark("trails.png"),
        mark("the trails in a plane of the space of weights, over the loss; may be repeated"),
        writes=True,
    ),
    choice("--plane", RACE_PLANES, mark("which plane (default: %(default)s)"), default="ends"),
    *FIGURE_PAPER,
    AS_JSON,
)
SMALLEST = (
    text("recipe", RECIPE, mark("a recipe or a shipped one's name: where the search starts")),
    integer(
        "--wrong",
        "N",
        mark("wrong pixels of every sample at most (default: %(default)s)"),
        default=1,
        most=10_000,
    ),
    integer(
        "--seeds",
        "K",
        mark("seeds of each network (default: %(default)s)"),
        default=5,
        least=1,
        most=100,
    ),
    integer(
        "--reach", "K", mark("seeds that must reach the goal (default: all)"), least=1, most=100
    ),
    integer("--epochs", "N", mark("epochs to train"), least=1, most=100_000_000),
    flag("--try", mark("only try this network, as an attempt of your own")),
    flag("--list", mark("only list what was tried for this goal")),
    YES,
    out(mark("best.json"), mark("output file: the recipe of the smallest network"), required=False),
    AS_JSON,
)
PARITY = (
    several(
        "--train", mark("ROW"), mark("train what this row needs, and keep it; may be repeated")
    ),
    text(
        "--data",
        mark("FOLDER"),
        mark("pictures of your own, for rows whose pictures are not ours to ship (B5)"),
    ),
    text("-o --out", mark("FILE"), mark("write the page to a file: .html or .csv"), writes=True),
    YES,
    AS_JSON,
)
