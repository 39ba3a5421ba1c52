"""The exceptions whose messages are shown to the user.

Every message is one or two sentences, translated, that say what happened, where, why and what to
do. Handlers show ``str(error)`` and nothing else.
"""

from __future__ import annotations

_HEAD, _TAIL = 900, 400
"""Characters of an overlong message that are kept at its beginning and at its end, where it says
what to do."""


class AeguiError(Exception):
    """Base of all errors with one clear message.

    The middle of an overlong message is elided.
    """

    def __init__(self, message: object = "") -> None:
        text = str(message)
        if len(text) > _HEAD + _TAIL:
            text = f"{text[:_HEAD]} … {text[-_TAIL:]}"
        super().__init__(text)


class ReadError(AeguiError):
    """A file could not be read; the message names the file, the place and the reason."""


class RecipeError(AeguiError):
    """A recipe is invalid; the message names the key and its valid values."""


class TrainingError(AeguiError):
    """Training could not start or continue."""


class Cancelled(AeguiError):
    """The user has cancelled the operation; no partial result is left."""


def ended(text: str) -> str:
    """Return ``text`` with a full stop, unless it ends in sentence punctuation already."""
    return text if text.endswith((".", "?", "!", "…")) else text + "."


def elided(text: str, most: int = 200) -> str:
    """Shorten ``text`` to one line of at most ``most`` characters, for use inside a message."""
    text = " ".join(text[: 4 * most].encode("utf-8", "replace").decode("utf-8").split())
    return text if len(text) <= most else text[: most - 1] + "…"
