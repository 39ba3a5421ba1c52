"""Download of published sets: several mirrors, resumed transfers, verified checksums."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import os
import shutil
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
from aegui.core.light_dataclass import dataclass
from aegui.core.system_reason import system_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aegui.core.data.progress import IsCancelled, Report

__all__ = ["NotDownloaded", "download", "is_available", "take_files"]

HTTP_HOSTS: set[str] = set()
"""Hosts that may be used without TLS. Empty in the program; tests with a server of their own add
127.0.0.1."""
_CHUNK = 1 << 16
_TIMEOUT_S = 15.0
_PARTIAL_SUFFIX = ".part"
_MAX_LOOKED_AT = 20_000
"""Upper bound for the number of files examined: a user may choose a folder of any size."""
_MAX_ATTEMPTS = 50
"""Upper bound for resumptions after cuts, each of which must have delivered data."""


class _MirrorError(Exception):
    """Raised when a mirror does not deliver the file; the message is the reason."""


class _CutError(Exception):
    """Raised when the connection is cut; the message is the reason."""


@dataclass
class _Transfer:
    """The state of the download of one file."""

    file: PublishedFile
    target: Path
    before: int
    progress: Progress
    cancelled: IsCancelled | None

    @property
    def partial(self) -> Path:
        return self.target.with_name(self.target.name + _PARTIAL_SUFFIX)

    def there(self) -> int:
        """Return the size of the partial file in bytes; 0 if there is none."""
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
    """Download the files of the set ``key`` that are not on this computer yet.

    Every file is verified by its SHA-256 before it gets its final name. A cancelled or interrupted
    download resumes where it stopped.

    Args:
        key: A key of ``PUBLISHED``; the test part of a set comes with its training part.
        report: Called with the number of bytes present, in the calling thread.
        cancelled: Polled now and then; the download stops when it returns true.
        mirrors: Addresses of folders that hold the files; None takes those that are known.

    Raises:
        AeguiError: There is no such set, no mirror delivers a file as it was published, or the disk
            is full.
        Cancelled: ``cancelled`` returned true; the partial file is kept.
    """
    published = _published(key)
    folder = published_folder(published.key)
    progress = Progress(published.size, _Words(published.title), report, cancelled)
    with _in_words(folder, published.size):
        folder.mkdir(parents=True, exist_ok=True)
        _check_space(folder, published.files)
        done = 0
        for file in published.files:
            transfer = _Transfer(file, folder / file.name, done, progress, cancelled)
            if not _is_complete(transfer.target, file):
                _bring(transfer, mirrors or published.mirrors)
            done += file.size
            progress.reached(done)


def take_files(
    key: str,
    paths: Sequence[Path],
    report: Report | None = None,
    cancelled: IsCancelled | None = None,
) -> None:
    """Copy the files of the set ``key`` from files that the user has already.

    The files may have any names: each is identified by its size and its SHA-256.

    Args:
        key: A key of ``PUBLISHED``; the test part of a set comes with its training part.
        paths: The files, or folders that have them, with their sub-folders.
        report: Called with the number of bytes present, in the calling thread.
        cancelled: Polled now and then; copying stops when it returns true.

    Raises:
        AeguiError: Some files of the set are still missing, or the disk is full; the files already
            copied are kept.
        Cancelled: ``cancelled`` returned true; the files already copied are kept.
    """
    published = _published(key)
    folder = published_folder(published.key)
    progress = Progress(published.size, _Words(published.title), report, cancelled)
    with _in_words(folder, published.size):
        offered = _offered(paths, cancelled)
        folder.mkdir(parents=True, exist_ok=True)
        _check_space(folder, published.files)
        done, missing = 0, []
        for file in published.files:
            target = folder / file.name
            if not _is_complete(target, file) and not _copy(file, offered, target, cancelled):
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
    """Return the files among ``paths`` and inside its folders, at most ``_MAX_LOOKED_AT``."""
    found: list[Path] = []
    for path in paths:
        inside = (Path(at) / name for at, _, names in os.walk(path) for name in sorted(names))
        for file in inside if path.is_dir() else (path,):
            stop_if(cancelled)
            found.append(file)
            if len(found) >= _MAX_LOOKED_AT:
                return found
    return found


def _copy(
    file: PublishedFile, offered: Sequence[Path], target: Path, cancelled: IsCancelled | None
) -> bool:
    """Copy the first of ``offered`` that is ``file`` to ``target``; return whether one was."""
    for path in offered:
        stop_if(cancelled)
        if _is_complete(path, file):
            partial = target.with_name(target.name + _PARTIAL_SUFFIX)
            shutil.copyfile(path, partial)
            partial.replace(target)
            return True
    return False


def _missing_words(
    published: PublishedSet, missing: Sequence[PublishedFile], offered: Sequence[Path]
) -> str:
    """Return a message that says for each missing file what was found instead."""
    lines = []
    for file in missing:
        unpacked_name = file.name.removesuffix(".gz")
        names = {path.name.replace(".idx", "-idx").removesuffix(".gz") for path in offered}
        packed = any(path.name == file.name for path in offered)
        if packed:
            why = tr("is another file than the one that was published")
        elif unpacked_name in names:
            why = tr("is unpacked; the .gz file is needed")
        else:
            why = tr("is not there")
        lines.append(tr("{file} {why}", file=file.name, why=why))
    count = len(published.files) - len(missing)
    return tr(
        "{title}: {n} of {all} files are available now. {told}.",
        title=published.title,
        n=count,
        all=len(published.files),
        told="; ".join(lines),
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
    """Download one file from the first mirror that delivers it as it was published."""
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
            "{file} could not be downloaded. {reasons}. Check the connection and try again; the "
            "part downloaded so far is kept.",
            file=transfer.file.name,
            reasons="; ".join(reasons),
        )
    )


def _bring_from(transfer: _Transfer, mirror: str) -> None:
    """Download the file from ``mirror``, resuming after cuts as long as any data arrives.

    Raises:
        _MirrorError: The mirror does not deliver the file, or delivers a different one.
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
            is_fresh = True  # The part from an earlier download may have been the wrong one
        elif transfer.there() <= before:
            raise _MirrorError(reason or tr("the connection was cut"))
    raise _MirrorError(tr("the connection was cut too often"))


def _continue(transfer: _Transfer, address: str) -> str:
    """Resume at the end of the partial file, until it is complete or the connection is cut.

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
    import urllib.request  # Imported here: it is slow, and downloads are rare

    class Wary(urllib.request.HTTPRedirectHandler):
        """Redirect handler that refuses addresses without TLS."""

        def redirect_request(
            self,
            req: urllib.request.Request,
            fp: IO[bytes],
            code: int,
            msg: str,
            headers: http.client.HTTPMessage,
            newurl: str,
        ) -> urllib.request.Request | None:
            """Return the request for the new address, if that is secure."""
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
    """Refuse an address without TLS, where the response could be forged.

    Raises:
        _MirrorError: The scheme is not https and the host not in ``HTTP_HOSTS``.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in HTTP_HOSTS:
        raise _MirrorError(tr("only addresses that begin with https:// are used"))


def _begins_at(answer: http.client.HTTPResponse, begin: int) -> bool:
    """Return whether the response starts at ``begin``; a server may ignore the range."""
    return (answer.headers.get("Content-Range") or "").startswith(f"bytes {begin}-")


def _save(transfer: _Transfer, answer: http.client.HTTPResponse, begin: int) -> None:
    """Write the response into the partial file, from byte ``begin`` on.

    Raises:
        _CutError: The connection was cut; the data received before it are in the file.
    """
    there = begin
    with transfer.partial.open("r+b" if begin else "wb") as file:
        file.seek(begin)
        # One chunk beyond the published size suffices to recognise a wrong file.
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
    """Verify the partial file: rename it to its final name if it is right, else delete it."""
    stop_if(transfer.cancelled)
    if not _is_complete(transfer.partial, transfer.file):
        transfer.drop()
        return False
    with transfer.partial.open("rb+") as file:
        os.fsync(file.fileno())
    transfer.partial.replace(transfer.target)
    return True


def _is_complete(path: Path, file: PublishedFile) -> bool:
    try:
        return path.stat().st_size == file.size and _sum(path) == file.sha256
    except OSError:
        return False


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_space(folder: Path, files: Sequence[PublishedFile]) -> None:
    """Raise if the disk has no room for the files, before anything is downloaded."""
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
    """Turn errors of the file system into messages; on a full disk, delete the partial files."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            text = str(disk_full(folder, needed))
            for path in folder.glob(f"*{_PARTIAL_SUFFIX}"):
                with contextlib.suppress(OSError):
                    path.unlink()
                    text += " " + tr("The incomplete file is removed; complete ones are kept.")
            raise AeguiError(text) from error
        raise AeguiError(
            tr(
                "The set cannot be stored in {folder}: {reason}.",
                folder=folder,
                reason=system_reason(error),
            )
        ) from error


def _reason(error: BaseException) -> str:
    """Return the operating system's reason, without the library's wrapping."""
    inner = getattr(error, "reason", None)
    error = inner if isinstance(inner, BaseException) else error
    return system_reason(error)
