"""Generate code in a chosen form, together with the data file that it reads."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import torch

from aegui.core.atomic import safe_stem, write_atomically
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.source_code.forms import SUFFIXES
from aegui.core.source_code.notebook import notebook_text, shown_notebook
from aegui.core.source_code.numpy_code import NumpyPrinter, numpy_listing
from aegui.core.source_code.reference import steps_of
from aegui.core.source_code.torch_classifier import ClassifierPrinter
from aegui.core.source_code.torch_code import TorchPrinter, why_no_torch
from aegui.core.source_code.torch_gan import GanPrinter
from aegui.core.training.step.samples import Samples

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.source_code.forms import DialectKey
    from aegui.core.source_code.listing import CodeListing
    from aegui.core.source_code.reference import StepTaken
    from aegui.core.source_code.subject import CodedRun

RECORDED = 10
"""Number of steps whose random draws are saved with NumPy code."""


@dataclass(frozen=True, eq=False)
class MadeCode:
    """Generated code and its data file."""

    listing: CodeListing
    """The lines of the code."""
    text: str
    """The content of the code file."""
    file_name: str
    """Name of the code file."""
    arrays: Mapping[str, NDArray[np.generic]]
    """The arrays in the data file, by name."""
    steps: Sequence[StepTaken] | None = None
    """The first steps of the program, if their draws were needed or given."""

    def write(self, path: Path) -> Path:
        """Write the code to ``path`` and the data file, named as in the code, beside it.

        Raises:
            AeguiError: A file cannot be written, or another one has the name of the data file.
        """
        beside = path.with_name(self.listing.data_file)
        if beside.exists() and not _holds_weights(beside):
            raise AeguiError(
                tr(
                    "{file} is there already, and the code would write its images there: choose "
                    "another name.",
                    file=beside,
                )
            )
        data = io.BytesIO()
        np.savez_compressed(data, allow_pickle=False, **dict(self.arrays))
        write_atomically(beside, data.getvalue())
        write_atomically(path, self.text.encode())
        return path


def _holds_weights(file: Path) -> bool:
    """Return whether ``file`` is the data file of some code, unlike a set of images."""
    try:
        with zipfile.ZipFile(file) as archive:
            return any(name.endswith(".weight.npy") for name in archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def code_listing(run: CodedRun, dialect: DialectKey, stem: str) -> CodeListing:
    """Return the code in the form ``dialect``, without the data.

    Raises:
        AeguiError: The recipe has no code in this form; the message gives the reason.
    """
    if dialect == "numpy":
        return numpy_listing(run, f"{safe_stem(stem)}.npz", RECORDED)
    reason = why_no_torch(run)
    if reason:
        raise AeguiError(reason)
    kind = TorchPrinter if run.resolved.recipe.gan is None else GanPrinter
    kind = kind if run.resolved.recipe.classifier is None else ClassifierPrinter
    return kind(run, f"{safe_stem(stem)}.npz", script=dialect == "torch").listing()


def shown_listing(run: CodedRun, dialect: DialectKey, stem: str) -> CodeListing:
    """Return the code as displayed: the text cells of a notebook become comments.

    Raises:
        AeguiError: The recipe has no code in this form; the message gives the reason.
    """
    listing = code_listing(run, dialect, stem)
    return shown_notebook(run, listing) if dialect == "notebook" else listing


def code_text(run: CodedRun, dialect: DialectKey, stem: str) -> str:
    """Return the code in the form ``dialect`` as its file holds it.

    Raises:
        AeguiError: The recipe has no code in this form; the message gives the reason.
    """
    return _text(run, dialect, code_listing(run, dialect, stem))


def _text(run: CodedRun, dialect: DialectKey, listing: CodeListing) -> str:
    return notebook_text(run, listing) if dialect == "notebook" else listing.text


def make_code(
    run: CodedRun,
    dialect: DialectKey,
    stem: str,
    steps: Sequence[StepTaken] | None = None,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
) -> MadeCode:
    """Return the code of ``run`` with its data, for files named ``stem``.

    Args:
        run: The run.
        dialect: The form of the code.
        stem: The name of its file, without the suffix.
        steps: The first ``RECORDED`` steps of the program, if known: NumPy code may need them.
        report: Called with the share of these steps that is done, if they have to be run.
        cancelled: Polled for cancellation.

    Raises:
        AeguiError: The recipe has no code in this form; the message gives the reason.
        Cancelled: ``cancelled`` returned True.
    """
    name = f"{safe_stem(stem)}{SUFFIXES[dialect]}"
    listing = code_listing(run, dialect, stem)
    arrays = {"images": run.images(), **run.first_state()}
    if dialect == "numpy":
        if steps is None and run.is_drawn:
            steps = steps_of(run, RECORDED, report, cancelled)
        arrays |= _draws(run, steps or ())
    gan = run.resolved.recipe.gan
    if run.resolved.recipe.classifier is not None or (gan is not None and gan.class_weight):
        arrays["labels"] = run.resolved.dataset.class_indices[run.training]
    return MadeCode(listing, _text(run, dialect, listing), name, arrays, steps)


def _draws(run: CodedRun, steps: Sequence[StepTaken]) -> dict[str, NDArray[np.generic]]:
    """Return the program's random draws for the first steps, which NumPy cannot reproduce."""
    found: dict[str, NDArray[np.generic]] = {}
    corruption = run.resolved.recipe.data.corruption
    printer = NumpyPrinter(run, "", RECORDED)
    is_fixed = corruption.kind != "none" and not corruption.fresh
    if is_fixed:
        samples = Samples(run.resolved, corruption, torch.device("cpu"))
        found["noisy"] = samples.inputs[0].numpy()
    if not run.is_drawn:
        return found
    for number, step in enumerate(steps, 1):
        if printer.draws_rows:
            found[f"x_{number}"], found[f"target_{number}"] = step.inputs, step.target
        if step.noise is not None:
            found[f"noise_{number}"] = step.noise
        for index, mask in step.masks.items():
            found[f"{run.names[index]}_mask_{number}"] = mask
    return found
