"""Translated reasons for errors of the operating system.

The system's own messages are in the system's language, which may differ from the program's; common
ones are replaced by translated texts.
"""

from __future__ import annotations

import errno
import os

from aegui.core.errors import ReadError
from aegui.core.i18n import made_of, mark, tr

_WORDS = {
    errno.ENOENT: mark("there is no such file or folder"),
    errno.EEXIST: mark("that name exists already"),
    errno.ENOTEMPTY: mark("the folder is not empty"),
    errno.ELOOP: mark("the links form a loop"),
    errno.EACCES: mark("permission denied"),
    errno.EPERM: mark("permission denied"),
    errno.EISDIR: mark("this is a folder, not a file"),
    errno.ENOTDIR: mark("a part of the path is not a folder"),
    errno.ENOSPC: mark("no space left on the disk"),
    errno.EFBIG: mark("the file would exceed the size limit of that disk"),
    errno.EDQUOT: mark("no space left on the disk"),
    errno.EROFS: mark("the disk can only be read"),
    errno.ENAMETOOLONG: mark("the name is too long"),
    errno.EIO: mark("the disk could not be read or written"),
    errno.EMFILE: mark("too many open files"),
    errno.ENFILE: mark("too many open files"),
    errno.ETXTBSY: mark("another program is using it"),
    errno.EBUSY: mark("another program is using it"),
    errno.ECONNREFUSED: mark("the server refuses the connection"),
    errno.ECONNRESET: mark("the connection was cut"),
    errno.ETIMEDOUT: mark("no answer in time"),
    errno.ENETUNREACH: mark("there is no connection to the network"),
    errno.EHOSTUNREACH: mark("the server cannot be reached"),
}

_LONGEST = 200
"""Upper bound for the characters shown of a library's own message."""


def system_reason(error: BaseException) -> str:
    """Return why ``error`` was raised: one line without a full stop at its end.

    A reason without a translation is that of the system or the library.
    """
    # The numbers of SSL errors are no ``errno`` values.
    number = None if type(error).__module__ == "ssl" else getattr(error, "errno", None)
    if number in _WORDS:
        return tr(_WORDS[number])
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return made_of(_shortened, str(text))


def _shortened(text: str) -> str:
    return text.splitlines()[0][:_LONGEST].rstrip(".")


def unreadable(path: str | os.PathLike[str], error: BaseException) -> ReadError:
    """Return the error to raise for a file that could not be read because of ``error``."""
    reason = system_reason(error)
    return ReadError(tr("{file} could not be read: {reason}.", file=os.fspath(path), reason=reason))
