"""``aegui code``: write the network of a recipe as standalone source code, and check that code."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.commands.progress import shown_share
from aegui.commands.recipe_sources import recipe_and_data
from aegui.commands.words import note, say_exactly, say_json
from aegui.core.atomic import check_writable, stem_of
from aegui.core.data.load import source_from
from aegui.core.errors import AeguiError
from aegui.core.i18n import speaking, tr
from aegui.core.network.resolve import resolve
from aegui.core.source_code.forms import SUFFIXES

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from aegui.core.source_code.reference import StepTaken
    from aegui.core.source_code.subject import CodedRun

DIFFERS = 1
"""Exit code if the losses differ."""


def code_command(options: argparse.Namespace) -> int:
    """Print the code or write it with its data file; check it if requested."""
    if options.out:
        check_writable(options.out, (SUFFIXES[options.form],))
    subject = _subject(options)
    path, steps = _make(options, subject)
    if not options.check:
        if options.json:
            say_json({"file": path})
        return 0
    from aegui.core.source_code.check import check_code
    from aegui.core.source_code.words import verdict_words

    with shown_share() as (report, cancelled):
        verdict = check_code(subject, options.form, report, cancelled, steps)
    if options.json:
        say_json(verdict.document() | {"file": path})
    else:
        note(verdict_words(verdict))
    return DIFFERS if verdict.state == "differs" else 0


def _subject(options: argparse.Namespace) -> CodedRun:
    from aegui.core.source_code.subject import CodedRun

    recipe, dataset = recipe_and_data(options.recipe, options.data)
    resolution = resolve(recipe, dataset)
    if resolution.resolved is None:
        raise AeguiError(" ".join(problem.message for problem in resolution.problems))
    if not 0 <= options.run < recipe.runs:
        raise AeguiError(
            tr("There is no run {n}: there are {all}, from 0.", n=options.run, all=recipe.runs)
        )
    with speaking(options.lang):
        name = tr(recipe.name) or stem_of(options.recipe)
    return CodedRun.of(resolution.resolved, name, options.run)


def _make(
    options: argparse.Namespace, subject: CodedRun
) -> tuple[str | None, Sequence[StepTaken] | None]:
    """Write the code to ``--out``, or print it if nothing else is printed.

    Return the file, and the program's steps that its data were recorded from, if any.
    """
    from aegui.core.source_code.make import code_text, make_code

    if options.out:
        path = Path(options.out)
        with speaking(options.lang), shown_share() as (report, cancelled):
            code = make_code(
                subject, options.form, stem_of(path), report=report, cancelled=cancelled
            )
        _refuse_samples(path.with_name(code.listing.data_file), subject, options)
        code.write(path)
        note(
            tr(
                "{file} is written, and beside it {data} with images and initial weights.",
                file=path,
                data=code.listing.data_file,
            )
        )
        return str(path), code.steps
    if not options.check and not options.json:
        with speaking(options.lang):
            text = code_text(subject, options.form, subject.name)
        say_exactly(text.rstrip("\n"))
    return None, None


def _refuse_samples(path: Path, subject: CodedRun, options: argparse.Namespace) -> None:
    """Refuse to write the data file of the code to ``path`` if the samples were read from there.

    Raises:
        AeguiError: They were.
    """
    named = source_from(subject.resolved.recipe.data.source, Path(options.recipe).parent)
    for source in filter(None, (options.data, named)):
        with contextlib.suppress(OSError, ValueError):  # Not a file
            if path.samefile(source):
                raise AeguiError(
                    tr(
                        "{file} holds the samples, and the code would write its images there: "
                        "give it another name with --out.",
                        file=path,
                    )
                )
