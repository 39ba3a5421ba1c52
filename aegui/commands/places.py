"""Codes of the latent space as given on the command line: by sample or by numbers."""

from __future__ import annotations

import difflib
import math
from typing import TYPE_CHECKING

import numpy as np

from aegui.commands.option import check_number
from aegui.commands.options import ANY_NUMBER
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr, trn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aegui.commands.opened import OpenedRun
    from aegui.core.data.dataset import Dataset
    from aegui.core.latent.codec import Codec

_LISTED = 12


def place_of(run: OpenedRun, option: str, text: str) -> NDArray[np.float32]:
    """Return the code ``[d]`` that ``text`` names: that of a sample, by label or name, or numbers.

    Raises:
        AeguiError: It names neither; the message quotes ``option``.
    """
    sample = sample_called(run.dataset, text)
    if sample is not None:
        found: NDArray[np.float32] = run.codec.encode(run.dataset.images[sample])[0]
        return found
    code = numbers(option, text)
    if code is None:
        raise AeguiError(unknown_sample(run.dataset, option, text))
    return checked_code(run.codec, option, text, code)


def sample_called(dataset: Dataset, text: str) -> int | None:
    """Return the index of the first sample with the label, or else the name, ``text``."""
    for words in (dataset.labels, dataset.names):
        if text in words:
            return words.index(text)
    return None


def samples_of(dataset: Dataset, option: str, text: str) -> NDArray[np.int64]:
    """Return indices of all samples whose labels or names ``text`` lists, separated by commas.

    Raises:
        AeguiError: A part of it names no sample.
    """
    indices = _samples(dataset, text)
    if len(indices):
        return indices
    found = []
    for part in list(filter(None, map(str.strip, text.split(",")))) or [text]:
        some = _samples(dataset, part)
        if not len(some):
            raise AeguiError(
                tr(
                    "{option} {text}: there is no sample of that label or name, such as {near}.",
                    option=option,
                    text=part,
                    near=_near(dataset, part),
                )
            )
        found.append(some)
    return np.unique(np.concatenate(found))


def unknown_sample(dataset: Dataset, option: str, text: str) -> str:
    """Return the message that ``text``, the value of ``option``, names no sample."""
    return tr(
        "{option} {text}: there is no sample of that label or name, such as {near}; numbers of a "
        "code have commas between them.",
        option=option,
        text=text,
        near=_near(dataset, text),
    )


def unknown_image(dataset: Dataset, text: str) -> str:
    """Return the message that ``text`` names neither a file nor a sample."""
    return tr(
        "{text}: there is no such file, and no sample of that label or name, such as {near}.",
        text=text,
        near=_near(dataset, text),
    )


def _near(dataset: Dataset, text: str) -> str:
    """Return labels and names that resemble ``text``, or else the first ones."""
    words = dict.fromkeys((*dataset.labels, *dataset.names))
    known = [word for word in words if word.strip() and word.isprintable()]
    return ", ".join(difflib.get_close_matches(text, known, n=3, cutoff=0.5) or known[:_LISTED])


def checked_code(codec: Codec, option: str, text: str, code: list[float]) -> NDArray[np.float32]:
    """Return ``code`` as an array.

    Raises:
        AeguiError: Its length is not the code size of the network.
    """
    if len(code) != codec.latent_size:
        raise AeguiError(
            trn(
                "{option} {text} has {n} number, but a code of this run has {wanted:,}.",
                "{option} {text} has {n} numbers, but a code of this run has {wanted:,}.",
                len(code),
                option=option,
                text=text,
                wanted=codec.latent_size,
            )
        )
    return np.array(code, np.float32)


def dimensions(option: str, text: str, latent: int) -> tuple[int, ...]:
    """Return the numbers of a code, from 0, that ``text`` lists from 1, as in ``1,2,5``.

    Raises:
        AeguiError: One is out of range for ``latent`` numbers, or repeated.
    """
    parts = [part.strip() for part in text.split(",")]
    if all(part.isdecimal() and 1 <= int(part) <= latent for part in parts):
        found = tuple(int(part) - 1 for part in parts)
        if len(set(found)) == len(found):
            return found
    raise AeguiError(
        tr(
            "{option} is {text}; it must be different numbers from 1 to {most}, with commas "
            "between them.",
            option=option,
            text=text,
            most=latent,
        )
    )


def numbers(option: str, text: str) -> list[float] | None:
    """Parse comma-separated finite numbers; return None if ``text`` is not that.

    Raises:
        AeguiError: A number is too large for a code; the message quotes ``option``.
    """
    try:
        found = [float(number) for number in text.split(",")]
    except ValueError:
        return None
    if not all(map(math.isfinite, found)):
        return None
    for number in found:
        # Distances between much larger ones overflow.
        check_number(option, number, -ANY_NUMBER, ANY_NUMBER)
    return found


def _samples(dataset: Dataset, text: str) -> NDArray[np.int64]:
    for words in (dataset.labels, dataset.names):
        found = [index for index, word in enumerate(words) if word == text]
        if found:
            return np.array(found, np.int64)
    return np.zeros(0, np.int64)
