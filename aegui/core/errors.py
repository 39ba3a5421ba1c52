"""The errors that a person gets to read.

Every message is one sentence or two, already in the person's language, saying what happened,
where, why and what to do. Whoever catches one shows ``str(error)`` and nothing else.
"""

from __future__ import annotations

_HEAD, _TAIL = 900, 400
"""Letters of a message that are kept at its begin and at its end, where it says what to do."""


class AeguiError(Exception):
    """A refusal with one clear message; base of all the others.

    Of a message that quotes far too much the middle is left out.
    """

    def __init__(self, message: object = "") -> None:
        text = str(message)
        if len(text) > _HEAD + _TAIL:
            text = f"{text[:_HEAD]} … {text[-_TAIL:]}"
        super().__init__(text)


class ReadError(AeguiError):
    """A file could not be read; the message names the file, the place and the reason."""


class RecipeError(AeguiError):
    """A recipe is not valid; the message names the key and what it may be."""


class TrainingError(AeguiError):
    """Training could not start or go on."""


class Cancelled(AeguiError):
    """The person has stopped what was being done; nothing is left half done."""


def ended(text: str) -> str:
    """``text`` with a full stop, unless it ends as a sentence does already."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def elided(text: str, most: int = 200) -> str:
    """``text`` in one line of at most ``most`` characters, for use inside a message."""
    text = " ".join(text[: 4 * most].encode("utf-8", "replace").decode("utf-8").split())
    return text if len(text) <= most else text[: most - 1] + "…"
