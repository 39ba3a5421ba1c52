"""Translation of torch's memory and GPU errors into messages for the user.

torch has no exception classes of its own for most of these, and the message of a failing generated
step follows a traceback of its interpreter: errors are recognised by their text.
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
"""Out-of-memory messages of torch on CUDA, on Linux and macOS, and on Windows."""
_CARDS = ("cuda", "hip")
_CARD_FAILED = (
    *("cuda error", "cuda driver", "cudnn error", "cudnn_status", "cublas_status"),
    *("no cuda gpus", "hip error", "miopen error"),
)
"""Messages of torch when a GPU is gone or hangs."""
_CLASSES = re.compile(r"^\s*(\w+Error: )+")


@contextlib.contextmanager
def in_words() -> Iterator[None]:
    """Raise out-of-memory and GPU errors as a ``TrainingError`` with a readable message.

    Raises:
        TrainingError: The code within ran out of memory, or the GPU failed.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        words = _words(error)
        if not words:
            raise
        raise TrainingError(words) from error


def _words(error: MemoryError | RuntimeError) -> str:
    """Return the message for ``error``, or "" if it is another kind of error."""
    text = str(error)
    lower_text = _line_with(_NO_MEMORY, text).lower()
    if lower_text and any(card in lower_text for card in _CARDS):
        return tr(
            "The graphics card does not have enough memory for this training: use fewer units, "
            "runs or copies, or a smaller batch, or choose the processor as its device."
        )
    if lower_text or isinstance(error, MemoryError):
        return tr(
            "There is not enough memory for this training: use fewer units, runs or copies, "
            "or a smaller batch."
        )
    lower_text = _line_with(_CARD_FAILED, text)
    if not lower_text:
        return ""
    return tr(
        "The graphics card failed during the training ({reason}). The next training runs on the "
        "processor, unless the card responds again: the program, or the computer, may have to be "
        "restarted.",
        reason=elided(lower_text),
    )


def _line_with(signs: tuple[str, ...], text: str) -> str:
    """Return the first line of ``text`` that contains one of ``signs``, without class names."""
    lines = (line for line in text.splitlines() if any(sign in line.lower() for sign in signs))
    return _CLASSES.sub("", next(lines, ""))
