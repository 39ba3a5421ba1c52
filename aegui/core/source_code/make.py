"""Code in the form that was asked for, with the file that it reads."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from aegui.core.atomic import plain_name, write_atomically
from aegui.core.choices import Choice, table
from aegui.core.i18n import mark
from aegui.core.source_code.torch_code import torch_listing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from aegui.core.source_code.listing import Listing
    from aegui.core.source_code.subject import CodedRun

DialectKey = Literal["torch", "numpy", "notebook"]
DIALECTS = table(
    Choice("torch", mark("PyTorch"), mark("A module and a plain loop.")),
)
"""The forms of code, as they are offered."""
SUFFIXES = {"torch": ".py", "numpy": ".py", "notebook": ".ipynb"}


@dataclass(frozen=True, eq=False)
class MadeCode:
    """Code, and what lies beside it.

    Attributes:
        listing: Its lines.
        text: What is saved.
        file_name: What it is called.
        arrays: What is in the file beside it.
    """

    listing: Listing
    text: str
    file_name: str
    arrays: Mapping[str, NDArray[np.generic]]

    def write(self, path: Path) -> Path:
        """Write both files; that of the data is called as the code says."""
        data = io.BytesIO()
        np.savez_compressed(data, allow_pickle=False, **dict(self.arrays))
        write_atomically(path.with_name(self.listing.data_file), data.getvalue())
        write_atomically(path, self.text.encode())
        return path


def code_listing(subject: CodedRun, dialect: DialectKey, stem: str) -> Listing:
    """The lines of a form, without the data.

    Raises:
        AeguiError: There is none of this recipe, in words.
    """
    del dialect
    return torch_listing(subject, f"{_plain(stem)}.npz")


def make_code(subject: CodedRun, dialect: DialectKey, stem: str) -> MadeCode:
    """The code of ``subject``, for files called ``stem``.

    Raises:
        AeguiError: There is none of this recipe, in words.
    """
    name = f"{_plain(stem)}{SUFFIXES[dialect]}"
    listing = code_listing(subject, dialect, stem)
    arrays = {"images": subject.images(), **subject.first_state()}
    return MadeCode(listing, listing.text, name, arrays)


def _plain(stem: str) -> str:
    """A name that stands in quotation marks as it is."""
    return plain_name(stem).replace('"', "").replace("\\", "") or "network"
