"""``aegui summary``: the layers of a network, their output shapes and parameters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aegui.commands.option import refuse_both
from aegui.commands.recipe_sources import recipe_and_data
from aegui.commands.words import note, say, say_json
from aegui.core.atomic import check_writable, write_atomically
from aegui.core.i18n import tr
from aegui.core.network.resolve import classes_learnt, layer_shapes
from aegui.core.network.summary import summary_of

if TYPE_CHECKING:
    import argparse

_FORMS = {".csv": "csv", ".md": "markdown", ".txt": "text"}


def summary_command(options: argparse.Namespace) -> int:
    """Print the layer table of a recipe or a saved run, or write it to a file."""
    refuse_both(options, "--markdown", "--json")
    if options.out:
        check_writable(options.out, _FORMS)
    recipe, dataset = recipe_and_data(options.recipe, options.data)
    shapes = layer_shapes(recipe, dataset.image_shape, classes_learnt(recipe, dataset))
    summary = summary_of(shapes)
    for problem in summary.problems:
        note(problem)
    if options.out:
        form = _FORMS[Path(options.out).suffix.lower()]
        if form == "text" and options.markdown:
            form = "markdown"
        write_atomically(options.out, summary.text(form).encode("utf-8"))
        note(tr("Written to {file}.", file=options.out))
    if options.json:
        say_json(
            {
                "name": recipe.name,
                "layers": [vars(row) for row in summary.rows],
                "parameters": summary.parameters,
                "not_trained": summary.buffers,
            }
        )
    elif not options.out:
        say(summary.text("markdown" if options.markdown else "text").rstrip("\n"))
    return 0
