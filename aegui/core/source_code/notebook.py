"""The PyTorch code as a Jupyter notebook: cells with the formulas between them.

The format is nbformat 4.5: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from aegui.core.i18n import tr
from aegui.core.json_text import from_json
from aegui.core.network.kinds import KINDS, composition, kind_of
from aegui.core.source_code.listing import CodeLine, CodeListing
from aegui.core.training.losses import LOSSES
from aegui.core.training.optimizers import OPTIMIZERS
from aegui.core.training.terms import definitions, equations

if TYPE_CHECKING:
    from collections.abc import Callable

    from aegui.core.source_code.subject import CodedRun


def notebook_text(run: CodedRun, listing: CodeListing) -> str:
    """Return the notebook, as JSON, of a ``listing`` that was generated with ``script=False``."""
    cells: list[dict[str, Any]] = []
    for key, code in listing.sections().items():
        words = _WORDS[key](run, listing) if key in _WORDS else ""
        if words:
            cells.append(_cell("markdown", words, len(cells)))
        cells.append(_cell("code", code.strip("\n"), len(cells)))
    document = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python", "file_extension": ".py"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def shown_notebook(run: CodedRun, listing: CodeListing) -> CodeListing:
    """Return a notebook as one text in the percent format, with its text cells as comments."""
    lines: list[CodeLine] = []
    for key, section_lines in groupby(listing.lines, lambda line: line.section):
        words = _WORDS[key](run, listing) if key in _WORDS else ""
        if words:
            lines.append(CodeLine("# %% [markdown]"))
            lines += [CodeLine(f"# {line}".rstrip()) for line in words.splitlines()]
            lines.append(CodeLine(""))
        lines.append(CodeLine("# %%"))
        cell = list(section_lines)
        while cell and not cell[0].text:
            del cell[0]
        while cell and not cell[-1].text:
            del cell[-1]
        lines += [*cell, CodeLine("")]
    return CodeListing(tuple(lines[:-1]), listing.data_file)


def code_cells(text: str) -> list[str]:
    """Return the source of each code cell of a notebook."""
    cells: Any = from_json(text.encode())
    return ["".join(one["source"]) for one in cells["cells"] if one["cell_type"] == "code"]


def _cell(kind: str, text: str, number: int) -> dict[str, Any]:
    lines = text.splitlines(keepends=True)
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": f"cell-{number}",
        "metadata": {},
        "source": lines,
    }
    return cell if kind == "markdown" else cell | {"execution_count": None, "outputs": []}


def _tex(formula: str) -> str:
    """Convert a formula of the program to the TeX that notebooks render."""
    return formula.replace(r"\op{", r"\operatorname{").replace("−", "-").replace("‖", r"\Vert ")


def _of_head(run: CodedRun, listing: CodeListing) -> str:
    recipe = run.resolved.recipe
    parts = [tr(KINDS[kind_of(recipe)].label), *composition(recipe)]
    return "\n".join(
        [
            f"# {run.name or tr('Network')}",
            "",
            tr("Layers: {sizes}. {parts}.", sizes=run.sizes_words, parts=", ".join(parts)),
            "",
            tr(
                "{file} lies beside this notebook: the images, and the weights that the training "
                "begins with. What is drawn at random comes from a generator of the seed {seed}, "
                "as in the program. Computed in double precision.",
                file=f"`{listing.data_file}`",
                seed=recipe.seed,
            ),
        ]
    )


def _of_data(run: CodedRun, _listing: CodeListing) -> str:
    recipe, dataset = run.resolved.recipe, run.resolved.dataset
    channels, height, width = dataset.image_shape
    words = tr(
        "{n} images of {height} x {width} pixels, from 0 to 1.",
        n=len(run.training),
        height=height,
        width=width,
    )
    if channels > 1:
        words += " " + tr("Each pixel has {n} numbers.", n=channels)
    if recipe.data.corruption.kind != "none":
        words += " " + tr("Noise is added to the input; the network learns to remove it.")
    return f"## {tr('Data')}\n\n{words}"


def _of_network(run: CodedRun, _listing: CodeListing) -> str:
    found = "\n".join(f"$${_tex(each)}$$" for each in definitions(run.resolved.recipe))
    words = tr("An encoder f from the image to the code, a decoder g from the code to the image.")
    if run.resolved.recipe.classifier is not None:
        words = tr("An encoder f from the image to the code, a head h from the code to scores.")
    if run.resolved.recipe.gan is not None:
        words = tr("A generator g from codes to images, a discriminator D that judges images.")
    return f"## {tr('Network')}\n\n{words}\n\n{found}"


def _of_loss(run: CodedRun, _listing: CodeListing) -> str:
    recipe = run.resolved.recipe
    row = LOSSES[recipe.training.loss]
    lines = [f"## {tr('Loss')}", "", f"{tr(row.label)}. {tr(row.help)}", ""]
    for equation in equations(recipe):
        total = " + ".join(summand.formula for summand in equation.summands)
        lines.append(f"$${_tex(equation.left)} = {_tex(total)}$$")
        lines += ["", *(f"- {tr(summand.help)}" for summand in equation.summands[1:])]
    return "\n".join(lines).rstrip()


def _of_training(run: CodedRun, _listing: CodeListing) -> str:
    row = OPTIMIZERS[run.resolved.recipe.training.optimizer.name]
    return f"## {tr('Training')}\n\n{tr(row.label)}. {tr(row.help)}"


def _of_start(_run: CodedRun, _listing: CodeListing) -> str:
    return f"## {tr('Run it')}\n\n" + tr(
        "From the same initial weights, so that the losses are those of the program."
    )


_WORDS: dict[str, Callable[[CodedRun, CodeListing], str]] = {
    "head": _of_head,
    "data": _of_data,
    "network": _of_network,
    "loss": _of_loss,
    "training": _of_training,
    "start": _of_start,
}
"""The text cell before the code cell of each section, by section key."""
