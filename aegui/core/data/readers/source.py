"""The file being read: bounded bytes, decoded text, and errors that name file and line."""

from __future__ import annotations

import codecs
from functools import cached_property
from typing import TYPE_CHECKING

from aegui.core.errors import ReadError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.system_reason import system_reason

if TYPE_CHECKING:
    from pathlib import Path

MAX_FILE_BYTES = 16 << 20

MAX_TEXT_CHARACTERS = 4 << 20
"""Upper bound for a text that is searched for glyphs, since it is parsed number by number."""
MAX_LITERALS = 500_000
"""Upper bound for the numbers in a text's lists: every list costs time and memory."""
MAX_NUMBERS = 2_000_000
"""Upper bound for the numbers in one set after parsing."""


class NotGlyphsError(ReadError):
    """Raised for a well-formed value that is no set of glyphs; others in the file may be."""


class TextTooLongError(ReadError):
    """Raised for a text longer than ``MAX_TEXT_CHARACTERS``."""


class UnknownFormatError(ReadError):
    """Raised when no reader recognises the file."""


@dataclass(frozen=True, eq=False)
class GlyphSource:
    """The content of the file at ``path``."""

    path: Path
    data: bytes

    @cached_property
    def text(self) -> str:
        r"""The content as text with ``\n`` line ends; empty if it cannot be text."""
        text = _decode(self.data)
        return "" if "\0" in text else text.replace("\r\n", "\n").replace("\r", "\n")

    def check_literals(self, most: int = MAX_LITERALS) -> None:
        """Refuse a text with more than ``most`` numbers in lists, before it is parsed.

        Raises:
            ReadError: The text has more than ``most`` commas.
        """
        if self.text.count(",") > most:
            raise self.refusal(
                tr(
                    "more than {n:,} numbers in lists; large sets are read from .npz, .npy, idx, "
                    "CSV or a folder of images.",
                    n=most,
                )
            )

    def line_at(self, offset: int) -> int:
        """Return the number, from 1, of the line that holds the character at ``offset``."""
        return self.text.count("\n", 0, offset) + 1

    def refusal(self, reason: str, line: int | None = None) -> ReadError:
        """Return an error with the reason why this file is not read."""
        return ReadError(self._message(reason, line))

    def not_glyphs(self, reason: str, line: int | None = None) -> NotGlyphsError:
        """Return an error with the reason why one value of this file is no set of glyphs."""
        return NotGlyphsError(self._message(reason, line))

    def _message(self, reason: str, line: int | None) -> str:
        if line is None:
            return tr("{file}: {reason}", file=self.path, reason=reason)
        return tr("{file}, line {line}: {reason}", file=self.path, line=line, reason=reason)


def open_source(path: Path) -> GlyphSource:
    """Read the file at ``path``, of at most ``MAX_FILE_BYTES``.

    Raises:
        ReadError: The file is missing, empty, too large, a folder or not readable.
    """
    try:
        if path.is_dir():
            raise ReadError(tr("{file}: this is a folder, not a file.", file=path))
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = system_reason(error)
        raise ReadError(tr("{file}: {reason}", file=path, reason=reason)) from error
    source = GlyphSource(path, data)
    if len(data) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES >> 20
        raise source.refusal(tr("larger than {limit} MB.", limit=limit))
    if not data.strip():
        raise source.refusal(tr("the file is empty."))
    return source


def _decode(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")
