"""Downloading the sets of others: from several mirrors, going on after cuts, checked by sums."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from aegui import __version__
from aegui.core.data.progress import Progress, stop_if
from aegui.core.data.published import (
    PUBLISHED,
    NotDownloaded,
    PublishedFile,
    PublishedSet,
    is_available,
    published_folder,
)
from aegui.core.data.store import disk_full, megabytes
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.system_reason import system_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aegui.core.data.progress import IsCancelled, Report

__all__ = ["NotDownloaded", "download", "is_available", "take_files"]

PLAIN_HOSTS: set[str] = set()
"""Hosts from which files may come without TLS: none in the program. Tests of downloads, which have
a server of their own, put 127.0.0.1 there."""
_CHUNK = 1 << 16
_TIMEOUT_S = 15.0
_PARTIAL_SUFFIX = ".part"
_MOST_LOOKED_AT = 20_000
"""Files of a folder that are looked at: somebody may give that of all that he has."""
_MAX_ATTEMPTS = 50
"""A mirror that cuts the connection is asked again so often, as long as it gives anything."""


class _MirrorError(Exception):
    """This mirror does not give the file; the message is the reason."""


class _CutError(Exception):
    """The connection was cut; the message is the reason."""


@dataclass
class _Transfer:
    """One file on its way."""

    file: PublishedFile
    target: Path
    before: int
    progress: Progress
    cancelled: IsCancelled | None

    @property
    def partial(self) -> Path:
        return self.target.with_name(self.target.name + _PARTIAL_SUFFIX)

    def there(self) -> int:
        """Bytes of the partial file."""
        try:
            return self.partial.stat().st_size
        except OSError:
            return 0

    def drop(self) -> None:
        with contextlib.suppress(OSError):
            self.partial.unlink()


def download(
    key: str,
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
    mirrors: Sequence[str] | None = None,
) -> None:
    """Bring the files of the set ``key`` onto this computer; those that are there already are kept.

    Every file is checked by its SHA-256 before it takes its name. A download that was cancelled or
    cut goes on where it was.

    Args:
        key: A key of ``PUBLISHED``; the test part of a set comes with its training part.
        report: Called with the number of bytes that are there, in this thread.
        cancelled: Asked now and then whether to stop.
        mirrors: Addresses of folders that hold the files; None takes those that are known.

    Raises:
        AeguiError: There is no such set, no mirror gives a file as it was published, or the disk is
            full.
        Cancelled: ``cancelled`` asked for it; what has come so far is kept.
    """
    published = _published(key)
    folder = published_folder(published.key)
    progress = Progress(published.size, _Words(published.title), report, cancelled)
    with _in_words(folder, published.size):
        folder.mkdir(parents=True, exist_ok=True)
        _check_room(folder, published.files)
        done = 0
        for file in published.files:
            transfer = _Transfer(file, folder / file.name, done, progress, cancelled)
            if not _is_whole(transfer.target, file):
                _bring(transfer, mirrors or published.mirrors)
            done += file.size
            progress.reached(done)


def take_files(
    key: str,
    paths: Sequence[Path],
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> None:
    """Copy the files of the set ``key`` from where a person has them already.

    They may have any names: each is known by its size and its SHA-256.

    Args:
        key: A key of ``PUBLISHED``; the test part of a set comes with its training part.
        paths: The files, or folders that have them, with their sub-folders.
        report: Called with the number of bytes that are there, in this thread.
        cancelled: Asked now and then whether to stop.

    Raises:
        AeguiError: Some files of the set are still missing, or the disk is full; those that are
            right are kept.
        Cancelled: ``cancelled`` asked for it; likewise.
    """
    published = _published(key)
    folder = published_folder(published.key)
    progress = Progress(published.size, _Words(published.title), report, cancelled)
    with _in_words(folder, published.size):
        offered = _offered(paths, cancelled)
        folder.mkdir(parents=True, exist_ok=True)
        _check_room(folder, published.files)
        done, missing = 0, []
        for file in published.files:
            target = folder / file.name
            if not _is_whole(target, file) and not _copy(file, offered, target, cancelled):
                missing.append(file)
                continue
            done += file.size
            progress.reached(done)
    if missing:
        raise AeguiError(_missing_words(published, missing, offered))


def _published(key: str) -> PublishedSet:
    published = PUBLISHED.get(key.removesuffix("-test"))
    if published is None:
        raise AeguiError(
            tr(
                "There is no set “{key}” to download; there are {keys}.",
                key=key,
                keys=", ".join(PUBLISHED),
            )
        )
    return published


def _offered(paths: Sequence[Path], cancelled: IsCancelled | None) -> list[Path]:
    """The files of ``paths``, those of folders too."""
    found: list[Path] = []
    for path in paths:
        inside = (Path(at) / name for at, _, names in os.walk(path) for name in sorted(names))
        for file in inside if path.is_dir() else (path,):
            stop_if(cancelled)
            found.append(file)
            if len(found) >= _MOST_LOOKED_AT:
                return found
    return found


def _copy(
    file: PublishedFile, offered: Sequence[Path], target: Path, cancelled: IsCancelled | None
) -> bool:
    """Whether one of the files ``offered`` was ``file``, and is its copy now."""
    for path in offered:
        stop_if(cancelled)
        if _is_whole(path, file):
            partial = target.with_name(target.name + _PARTIAL_SUFFIX)
            shutil.copyfile(path, partial)
            partial.replace(target)
            return True
    return False


def _missing_words(
    published: PublishedSet, missing: Sequence[PublishedFile], offered: Sequence[Path]
) -> str:
    """One sentence for each file that is missing: what was there in its place."""
    told = []
    for file in missing:
        plain = file.name.removesuffix(".gz")
        names = {path.name.replace(".idx", "-idx").removesuffix(".gz") for path in offered}
        packed = any(path.name == file.name for path in offered)
        if packed:
            why = tr("is another file than the one that was published")
        elif plain in names:
            why = tr("is unpacked; the .gz file is needed")
        else:
            why = tr("is not there")
        told.append(tr("{file} {why}", file=file.name, why=why))
    count = len(published.files) - len(missing)
    return tr(
        "{title}: {n} of {all} files are here now. {told}.",
        title=published.title,
        n=count,
        all=len(published.files),
        told="; ".join(told),
    )


@dataclass(frozen=True)
class _Words:
    title: str

    def __call__(self, done: int, total: int) -> str:
        return tr(
            "{title}: {done} of {total}",
            title=self.title,
            done=megabytes(done),
            total=megabytes(total),
        )


def _bring(transfer: _Transfer, mirrors: Sequence[str]) -> None:
    """Get one file from the first mirror that gives it as it was published."""
    reasons = []
    for mirror in mirrors:
        try:
            _bring_from(transfer, mirror)
        except _MirrorError as error:
            reasons.append(f"{mirror}: {error}")
        else:
            return
    raise AeguiError(
        tr(
            "{file} could not be downloaded. {reasons}. Check the connection and try again; "
            "what has come so far is kept.",
            file=transfer.file.name,
            reasons="; ".join(reasons),
        )
    )


def _bring_from(transfer: _Transfer, mirror: str) -> None:
    """Get the file from ``mirror``, going on after cuts as long as anything comes.

    Raises:
        _MirrorError: It does not give it, or another one.
    """
    address = f"{mirror.rstrip('/')}/{transfer.file.name}"
    is_fresh = transfer.there() == 0
    for _ in range(_MAX_ATTEMPTS):
        before = transfer.there()
        reason = _continue(transfer, address) if before < transfer.file.size else ""
        if transfer.there() >= transfer.file.size:
            if _is_accepted(transfer):
                return
            if is_fresh:
                raise _MirrorError(tr("the file there is not the one that was published"))
            is_fresh = True  # the part that was here before may have been the wrong one
        elif transfer.there() <= before:
            raise _MirrorError(reason or tr("the connection was cut"))
    raise _MirrorError(tr("the connection was cut too often"))


def _continue(transfer: _Transfer, address: str) -> str:
    """Read on from where the partial file ends, until that is all or the connection is cut.

    Returns:
        Why it was cut, or an empty string.

    Raises:
        _MirrorError: The mirror refuses, or cannot be reached.
    """
    begin = transfer.there()
    try:
        with contextlib.closing(_opened(transfer, address, begin)) as answer:
            is_rest = answer.status == http.client.PARTIAL_CONTENT
            _save(transfer, answer, begin if is_rest and _begins_at(answer, begin) else 0)
    except _CutError as error:
        return str(error)
    return ""


def _opened(transfer: _Transfer, address: str, begin: int) -> http.client.HTTPResponse:
    import urllib.error
    import urllib.request  # takes its time to import, and few downloads are ever made

    class Wary(urllib.request.HTTPRedirectHandler):
        """Follows where a server sends it, but never out of TLS."""

        def redirect_request(
            self,
            req: urllib.request.Request,
            fp: IO[bytes],
            code: int,
            msg: str,
            headers: http.client.HTTPMessage,
            newurl: str,
        ) -> urllib.request.Request | None:
            """The request for the new address."""
            _check_secure(newurl)
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    _check_secure(address)
    headers = {"User-Agent": f"aegui/{__version__}", "Accept-Encoding": "identity"}
    if begin:
        headers["Range"] = f"bytes={begin}-"
    try:
        request = urllib.request.Request(address, headers=headers)
        opener = urllib.request.build_opener(Wary)
        answer: http.client.HTTPResponse = opener.open(request, timeout=_TIMEOUT_S)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
                transfer.drop()
            raise _MirrorError(f"{error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _MirrorError(_reason(error)) from error
    return answer


def _check_secure(address: str) -> None:
    """Refuse an address at which anybody on the way could answer.

    Raises:
        _MirrorError: It is none of TLS.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in PLAIN_HOSTS:
        raise _MirrorError(tr("only addresses that begin with https:// are used"))


def _begins_at(answer: http.client.HTTPResponse, begin: int) -> bool:
    """Whether what comes goes on at ``begin``; a server may give what it likes."""
    return (answer.headers.get("Content-Range") or "").startswith(f"bytes {begin}-")


def _save(transfer: _Transfer, answer: http.client.HTTPResponse, begin: int) -> None:
    """Write what comes to the partial file, from its byte ``begin`` on.

    Raises:
        _CutError: The connection was cut; what came before is there.
    """
    there = begin
    with transfer.partial.open("r+b" if begin else "wb") as file:
        file.seek(begin)
        # A file that does not end where it should is another one: no more is needed to know it.
        while there <= transfer.file.size:
            transfer.progress.reached(transfer.before + min(there, transfer.file.size))
            try:
                data = answer.read(_CHUNK)
            except (OSError, http.client.HTTPException) as error:
                raise _CutError(_reason(error)) from error
            if not data:
                return
            file.write(data)
            there += len(data)


def _is_accepted(transfer: _Transfer) -> bool:
    """Whether the partial file is the published one; then it gets its name, else it goes."""
    stop_if(transfer.cancelled)
    if not _is_whole(transfer.partial, transfer.file):
        transfer.drop()
        return False
    with transfer.partial.open("rb+") as file:
        os.fsync(file.fileno())
    transfer.partial.replace(transfer.target)
    return True


def _is_whole(path: Path, file: PublishedFile) -> bool:
    try:
        return path.stat().st_size == file.size and _sum(path) == file.sha256
    except OSError:
        return False


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_room(folder: Path, files: Sequence[PublishedFile]) -> None:
    """Refuse before anything is downloaded for which there is no room."""
    needed = 0
    for file in files:
        for path in (folder / file.name, folder / f"{file.name}{_PARTIAL_SUFFIX}"):
            with contextlib.suppress(OSError):
                needed -= min(path.stat().st_size, file.size)
        needed += file.size
    if needed > shutil.disk_usage(folder).free:
        raise disk_full(folder, needed)


@contextlib.contextmanager
def _in_words(folder: Path, needed: int) -> Iterator[None]:
    """Refusals of the disk as a sentence; a disk that has become full is given its room back."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            text = str(disk_full(folder, needed))
            for path in folder.glob(f"*{_PARTIAL_SUFFIX}"):
                with contextlib.suppress(OSError):
                    path.unlink()
                    text += " " + tr("The file that was cut short is removed; whole ones are kept.")
            raise AeguiError(text) from error
        raise AeguiError(
            tr(
                "The set cannot be kept in {folder}: {reason}.",
                folder=folder,
                reason=system_reason(error),
            )
        ) from error


def _reason(error: BaseException) -> str:
    """What the system says, without the wrapping of the library."""
    inner = getattr(error, "reason", None)
    error = inner if isinstance(inner, BaseException) else error
    return system_reason(error)
