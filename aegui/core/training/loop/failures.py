"""What torch says when the memory or the graphics card fails, in words for a person.

It has no errors of its own for most of this, and where a generated step fails the reason stands
behind a traceback of its interpreter: it is known by what the text says.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from aegui.core.errors import TrainingError, elided
from aegui.core.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_MEMORY = ("out of memory", "allocate memory", "not enough memory")
"""What torch says on CUDA, on Linux and macOS, and on Windows."""
_CARDS = ("cuda", "hip")
_CARD_FAILED = (
    *("cuda error", "cuda driver", "cudnn error", "cudnn_status", "cublas_status"),
    *("no cuda gpus", "hip error", "miopen error"),
)
"""What is in its lines when a card is gone or has got stuck."""
_CLASSES = re.compile(r"^\s*(\w+Error: )+")


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """Refuse in words where the memory does not suffice or the graphics card fails.

    Raises:
        TrainingError: One of these has happened within.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        words = _words(error)
        if not words:
            raise
        raise TrainingError(words) from error


def _words(error: MemoryError | RuntimeError) -> str:
    """What ``error`` is to a person; "" where it is something else."""
    text = str(error)
    told = _line_with(_NO_MEMORY, text).lower()
    if told and any(card in told for card in _CARDS):
        return tr(
            "The graphics card has not enough memory for this training: use fewer units, runs or "
            "copies, or a smaller batch, or choose the processor as its device."
        )
    if told or isinstance(error, MemoryError):
        return tr(
            "There is not enough memory for this training: use fewer units, runs or copies, "
            "or a smaller batch."
        )
    told = _line_with(_CARD_FAILED, text)
    if not told:
        return ""
    return tr(
        "The graphics card failed during the training ({reason}). The next training is "
        "done by the processor, unless the card answers again: for that the program, "
        "or the computer, may have to be restarted.",
        reason=elided(told),
    )


def _line_with(signs: tuple[str, ...], text: str) -> str:
    """The first line of ``text`` with one of the ``signs``, without names of classes before it."""
    lines = (line for line in text.splitlines() if any(sign in line.lower() for sign in signs))
    return _CLASSES.sub("", next(lines, ""))
