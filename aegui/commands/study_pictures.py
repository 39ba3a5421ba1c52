"""Writing the pictures of a study to files, as the command line requests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.commands.figure_files import make_figure, painting, paper_of, write_figures
from aegui.commands.words import note
from aegui.core.atomic import check_writable
from aegui.core.errors import AeguiError
from aegui.core.i18n import set_language, tr
from aegui.core.study.material import study_material
from aegui.core.system_reason import system_reason
from aegui.kit.charts.paper import FORMS
from aegui.widgets.figures.study_kinds import PICTURES, PictureChoice

if TYPE_CHECKING:
    import argparse

    from aegui.core.study.records import Records
    from aegui.core.study.results import StudyResult
    from aegui.kit.charts.paper import Paper


@dataclass(frozen=True)
class PictureSelection:
    """Which pictures of a study to write, and where.

    Attributes:
        folder: Target folder.
        kinds: Keys of ``PICTURES``.
        forms: File formats.
        paper: Size, theme and resolution.
        is_log: Whether values are on logarithmic axes.
    """

    folder: Path
    kinds: tuple[str, ...]
    forms: tuple[str, ...]
    paper: Paper
    is_log: bool


def pictures_of(options: argparse.Namespace) -> PictureSelection:
    """Return the pictures requested; refuse unknown kinds, formats or folders before any work."""
    if options.lang:
        set_language(options.lang)
    kinds = tuple(PICTURES) if options.kinds is None else _listed(options.kinds)
    forms = _listed(options.forms)
    for option, chosen, known in (
        ("--kinds", kinds, tuple(PICTURES)),
        ("--forms", forms, (*FORMS, "csv")),
    ):
        for key in chosen:
            if key not in known:
                raise AeguiError(
                    tr(
                        "{option} {key}: there are {known}.",
                        option=option,
                        key=key,
                        known=", ".join(known),
                    )
                )
    paper = paper_of(options)
    if "png" in forms:
        paper.pixels()
    folder = Path(options.figures)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AeguiError(
            tr("{file} could not be made: {reason}.", file=folder, reason=system_reason(error))
        ) from None
    check_writable(folder / "study.png")
    return PictureSelection(folder, kinds, forms, paper, is_log=options.log)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def draw_pictures(result: StudyResult, records: Records, selection: PictureSelection) -> None:
    """Write the pictures of a study to a folder, as far as its results permit."""
    with painting():
        material = study_material(result, records)
        written = []
        for key in selection.kinds:
            figure = make_figure("study", key, material, PictureChoice(is_log=selection.is_log))
            if figure is None:
                continue
            forms = [form for form in selection.forms if form != "csv" or figure.csv]
            paths = [str(selection.folder / f"{figure.name}.{form}") for form in forms]
            write_figures(paths, figure, selection.paper)
            written.append(key)
        names = ", ".join(written) or tr("no run has ended yet")
        note(tr("Pictures in {folder}: {names}", folder=selection.folder, names=names))
