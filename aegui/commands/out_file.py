"""The file that a training is saved to, which replaces the work of others only on request."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING

from aegui.commands.words import note
from aegui.core.atomic import check_suffix, check_writable
from aegui.core.errors import AeguiError
from aegui.core.file_mark import mark_of, mark_written
from aegui.core.folder_lock import alone_in
from aegui.core.i18n import tr
from aegui.core.run_file.saved import save_run
from aegui.core.suffixes import RUN

if TYPE_CHECKING:
    from aegui.core.run_file.saved import SavedRun


class OutFile:
    """The file that one training writes to, repeatedly.

    What another program writes there meanwhile, such as a second training with the same ``--out``,
    is kept: from then on this training has a file of its own beside it.

    Args:
        path: The file; what it holds now is to be replaced.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        """The file that was written last, or that is written first."""
        self._mark = mark_of(path)

    @property
    def is_kept(self) -> bool:
        """Whether the file still has what was written last, or held at first."""
        return self._mark is not None and self._mark.state(self.path)[0] == "same"

    def write(self, run: SavedRun, *, compact: bool = False) -> None:
        """Replace the file by ``run``.

        Raises:
            AeguiError: The file could not be written; the old content is untouched.
        """
        # Between the look at the file and its replacement no other training must write it.
        with alone_in(Path(os.path.realpath(self.path)).parent):
            asked = path = self.path
            if self._is_of_another():
                path = _beside(asked)
            self._mark = mark_written(*save_run(path, run, compact=compact))
            self.path = path
        if path != asked:
            note(
                tr(
                    "{file} was written by another program meanwhile, and is kept: this "
                    "training is saved as {other}.",
                    file=asked,
                    other=path,
                )
            )

    def _is_of_another(self) -> bool:
        if self._mark is None:
            return holds_anything(self.path)
        state, self._mark = self._mark.state(self.path)
        return state == "changed"


def out_file(out: str | None, resumed: str | None, *, replaces: bool) -> OutFile | None:
    """Return the file to save a training to: ``out``, else the one that is resumed; None if none.

    Raises:
        AeguiError: It cannot be written, or ``out`` holds anything else than what is resumed and
            is not to be replaced; or there is nothing to replace.
    """
    if replaces and out is None:
        raise AeguiError(tr("--replace needs --out with the file that is to be replaced."))
    path = resumed if out is None else out
    if path is None:
        return None
    check_writable(path)
    if out is not None:
        check_suffix(out, (RUN,))
        is_resumed = resumed is not None and Path(out).exists() and Path(out).samefile(resumed)
        if holds_anything(out) and not (replaces or is_resumed):
            raise AeguiError(
                tr(
                    "{file} is there already, and training would replace it: name another file, "
                    "continue it with --resume, or replace it with --replace.",
                    file=out,
                )
            )
    return OutFile(path)


def holds_anything(path: str | os.PathLike[str]) -> bool:
    """Return whether there is a file at ``path`` that is not empty."""
    # An empty file is a name that a script has reserved.
    file = Path(path)
    return file.exists() and file.stat().st_size > 0


def _beside(path: str) -> str:
    """Return an unused path beside ``path``, with a number behind its name."""
    file = Path(path)
    for number in itertools.count(2):
        other = str(file.with_stem(f"{file.stem}-{number}"))
        # Also False for a name that is too long, about which writing tells.
        if not os.path.exists(other):
            return other
    raise AssertionError("numbers do not end")
