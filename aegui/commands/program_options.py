"""The options of commands about the program and its shipped files, not about a network."""

from __future__ import annotations

from aegui.commands.option import Option, choice, flag, integer, several, text
from aegui.commands.options import AS_JSON, RECIPE
from aegui.core.i18n import mark
from aegui.core.shelves import GROUPS, LEVELS

DOWNLOADS = ("mnist", "fashion")
KINDS = (
    "autoencoder", "variational", "denoising", "sparse", "contractive", "classifier", "gan",
    "dense", "conv",
)  # fmt: skip

DOWNLOAD = (
    choice("set", DOWNLOADS, "%(choices)s", metavar=mark("SET")),
    several(
        "--from",
        mark("PATH"),
        mark("copy the files from this folder or file, in place of the network; may be repeated"),
        dest="files",
    ),
)
REPORT_PARTS = ("versions", "log", "recipe")
REPORT_PROBLEM = (
    text(
        "-o --out",
        mark("FILE"),
        mark("where to write it: a .zip file, or .txt (default: the standard output)"),
        writes=True,
    ),
    text("--recipe", RECIPE, mark("the recipe, configuration or saved run that it is about")),
    choice(
        "--without",
        REPORT_PARTS,
        mark("leave this out; may be repeated"),
        action="append",
        default=[],
    ),
)
GPU = (AS_JSON,)
SELF_TEST = (
    flag("--no-window", mark("leave the window out")),
    flag("--quick", mark("leave out what takes longer: all commands, all panels, all menus")),
    text("--modules", mark("FILE"), mark("write the names of all modules that were imported")),
)
RECIPES = (
    text("words", mark("WORD"), mark("in name, sentence, notes, kind or data"), nargs="*"),
    choice("--level", tuple(LEVELS), mark("only of this level")),
    choice(
        "--group", tuple(GROUPS), mark("only of this group: %(choices)s"), metavar=mark("GROUP")
    ),
    choice("--kind", KINDS, mark("only of this kind: %(choices)s"), metavar=mark("KIND")),
    text("--data", mark("NAME"), mark("only those that learn this set")),
    AS_JSON,
)
LESSONS = (AS_JSON,)
LESSON_CHECK = (
    text("lesson", mark("LESSON"), mark("a file, or the name of a lesson that ships")),
    Option(
        ("--try", "--try-it"),
        mark("also do its trainings, and see whether its checks hold"),
        None,
        None,
        None,
        {"action": "store_true", "dest": "try_it"},
    ),
    integer("--seed", mark("N"), mark("first seed of the networks (default 0)"), default=0),
    integer("--seeds", mark("N"), mark("how many seeds to try (default 3)"), default=3, least=1),
)
TEACHER_CHECK = (text("file", mark("FILE"), mark("the teacher file")),)
