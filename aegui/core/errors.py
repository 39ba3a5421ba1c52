"""The errors that a person gets to read.

Every message is one sentence or two, already in the person's language, saying what happened,
where, why and what to do. Whoever catches one shows ``str(error)`` and nothing else.
"""

from __future__ import annotations


class AeguiError(Exception):
    """A refusal with one clear message; base of all the others."""


class ReadError(AeguiError):
    """A file could not be read; the message names the file, the place and the reason."""


class RecipeError(AeguiError):
    """A recipe is not valid; the message names the key and what it may be."""


class TrainingError(AeguiError):
    """Training could not start or go on."""


class Cancelled(AeguiError):
    """The person has stopped what was being done; nothing is left half done."""
