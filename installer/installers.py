"""Build installers of the frozen app: ``python -m installer.installers``, or ``make installers``.

On Linux, a Debian package and an archive that runs from any folder, in ``dist/``; the same sources
and versions give the same bytes. Windows and macOS have recipes of their own in this folder,
``aegui.iss`` and ``macos.sh``. ``--light`` compresses less, and faster; ``--deb`` or ``--archive``
builds only that one.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from aegui import __version__
from installer import bundle, desktop
from installer.left_out import DESKTOP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
MACHINE = os.uname().machine if hasattr(os, "uname") else ""
DEB = bundle.DIST / f"aegui_{__version__}_{ARCHITECTURES.get(MACHINE, MACHINE)}.deb"
ARCHIVE = bundle.DIST / f"aegui-{__version__}-linux-{MACHINE}.tar.xz"

HOME = "usr/lib/aegui"
"""Folder of the app in the package."""
BEST = ("--x86", "--lzma2=preset=6,dict=64MiB")
LIGHT = ("--lzma2=preset=0,dict=1MiB",)

BUILT_IN = re.compile(
    r"(libc|libm|libdl|librt|libpthread|libutil|libresolv|ld-linux-[\w-]+|linux-vdso)\.so\.\d+$"
)
"""Libraries that every Linux system has."""
_MIN_C = "2.28"
"""Oldest version of the C library for which the wheels are built."""


class Entry(NamedTuple):
    """A file of an archive.

    Attributes:
        name: Path in the archive, without a leading slash.
        source: Path of a local file, or the content; a text is the target of a symbolic link.
        mode: Permission bits.
    """

    name: str
    source: Path | bytes | str
    mode: int


def main(arguments: list[str]) -> int:
    """Build the installers; return 0 on success."""
    if sys.platform != "linux":
        print("On Windows use installer/aegui.iss, on macOS installer/macos.sh.")
        return 2
    if "--as-it-is" not in arguments:
        status = bundle.main(["--if-changed"])
        if status != 0:
            return status
    filters = LIGHT if "--light" in arguments else BEST
    wanted = [name for name in ("deb", "archive") if f"--{name}" in arguments] or ["deb", "archive"]
    when = bundle.source_date()
    files = [*_files(bundle.APP)]
    if "deb" in wanted:
        write_deb(DEB, [*placed(files, HOME), *desktop.entries(HOME)], when, filters)
    if "archive" in wanted:
        top = f"aegui-{__version__}"
        notice = Entry(f"{top}/README.txt", desktop.README.encode(), 0o644)
        with _packed(ARCHIVE, filters) as pipe:
            write_tar(pipe, [*placed(files, top), notice], when)
    for name in wanted:
        made = {"deb": DEB, "archive": ARCHIVE}[name]
        print(f"{made}: {made.stat().st_size / 1e6:.0f} MB")
    return 0


def placed(files: list[Entry], folder: str) -> list[Entry]:
    """Return ``files`` moved into ``folder``."""
    return [file._replace(name=f"{folder}/{file.name}") for file in files]


def _files(folder: Path) -> Iterator[Entry]:
    """Yield the files in ``folder``, sorted by name."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            yield Entry(name, os.readlink(path), 0o777)
        elif path.is_file():
            is_program = os.access(path, os.X_OK) and ".so" not in path.name
            yield Entry(name, path, 0o755 if is_program else 0o644)


# --- tar ------------------------------------------------------------------------------------------


def write_tar(file: IO[bytes], entries: list[Entry], when: int) -> None:
    """Write an archive of ``entries`` and their folders, owned by root, with one date."""
    with tarfile.open(fileobj=file, mode="w|", format=tarfile.GNU_FORMAT) as archive:
        known: set[str] = set()
        for entry in sorted(entries):
            for folder in reversed(Path(entry.name).parents):
                name = folder.as_posix()
                if name != "." and name not in known:
                    known.add(name)
                    archive.addfile(_header(name, when, 0o755, tarfile.DIRTYPE))
            if isinstance(entry.source, str):
                header = _header(entry.name, when, entry.mode, tarfile.SYMTYPE)
                header.linkname = entry.source
                archive.addfile(header)
                continue
            header = _header(entry.name, when, entry.mode, tarfile.REGTYPE)
            if isinstance(entry.source, bytes):
                header.size = len(entry.source)
                archive.addfile(header, io.BytesIO(entry.source))
            else:
                header.size = entry.source.stat().st_size
                with entry.source.open("rb") as content:
                    archive.addfile(header, content)


def _header(name: str, when: int, mode: int, kind: bytes) -> tarfile.TarInfo:
    header = tarfile.TarInfo(f"./{name}")
    header.mtime, header.mode, header.type = when, mode, kind
    header.uname = header.gname = "root"
    return header


@contextmanager
def _packed(path: Path, filters: tuple[str, ...]) -> Iterator[IO[bytes]]:
    """Write ``path`` through xz, whose output does not depend on the number of cores."""
    command = ["xz", "--stdout", "--threads=2", "--block-size=192MiB", "--check=crc64", *filters]
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        path.open("wb") as out,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out) as process,
    ):
        assert process.stdin is not None
        yield process.stdin
        process.stdin.close()
        if process.wait() != 0:
            raise OSError("xz failed")


# --- Debian ---------------------------------------------------------------------------------------


def write_deb(path: Path, entries: list[Entry], when: int, filters: tuple[str, ...]) -> None:
    """Write a Debian package of ``entries``: an ar archive of two tar archives.

    It is written here instead of by dpkg-deb, so that it needs no Debian, and its bytes do not
    depend on a version of that.
    """
    data = path.with_suffix(".data")
    with _packed(data, filters) as pipe:
        write_tar(pipe, entries, when)
    control = io.BytesIO()
    write_tar(control, _control(entries), when)
    parts = (
        ("debian-binary", b"2.0\n"),
        ("control.tar.gz", gzip.compress(control.getvalue(), 9, mtime=0)),
    )
    with path.open("wb") as file:
        file.write(b"!<arch>\n")
        for name, content in parts:
            file.write(_ar_header(name, len(content), when) + content + b"\n" * (len(content) % 2))
        size = data.stat().st_size
        file.write(_ar_header("data.tar.xz", size, when))
        with data.open("rb") as packed:
            shutil.copyfileobj(packed, file)
        file.write(b"\n" * (size % 2))
    data.unlink()


def _ar_header(name: str, size: int, when: int) -> bytes:
    return f"{name:<16}{when:<12}{0:<6}{0:<6}{100644:<8}{size:<10}`\n".encode()


def _control(entries: list[Entry]) -> list[Entry]:
    sums = []
    total = 0
    for name, source, _ in sorted(entries):
        if isinstance(source, str):
            continue
        content = source if isinstance(source, bytes) else source.read_bytes()
        total += len(content)
        sums.append(f"{hashlib.md5(content, usedforsecurity=False).hexdigest()}  {name}\n")
    fields = {
        "Package": "aegui",
        "Version": __version__,
        "Architecture": ARCHITECTURES.get(MACHINE, MACHINE),
        "Maintainer": "aegui <aegui@localhost>",
        "Installed-Size": str(-(-total // 1024)),
        "Depends": ", ".join(depends()),
        "Recommends": "fonts-dejavu-core | fonts-freefont-ttf, xdg-utils",
        "Section": "science",
        "Priority": "optional",
        "Description": desktop.DESCRIPTION,
    }
    text = "".join(f"{key}: {value}\n" for key, value in fields.items())
    return [
        Entry("control", text.encode(), 0o644),
        Entry("md5sums", "".join(sums).encode(), 0o644),
        Entry("postinst", desktop.POSTINST.encode(), 0o755),
        Entry("postrm", desktop.POSTRM.encode(), 0o755),
    ]


def depends() -> list[str]:
    """Return Debian's packages of the system libraries that the bundle needs.

    Raises:
        LookupError: The package of a library is unknown.
    """
    missing = outside_libraries(bundle.APP)
    unknown = {name: who for name, who in missing.items() if name not in DESKTOP}
    if unknown:
        raise LookupError(f"add to DESKTOP of installer/left_out.py, or bundle: {unknown}")
    # Loaded by Qt when a window opens, so no library lists them as needed.
    names = {*missing, "libGL.so.1", "libEGL.so.1"}
    return [f"libc6 (>= {_MIN_C})", *sorted({DESKTOP[name] for name in names})]


def outside_libraries(folder: Path) -> dict[str, str]:
    """Return libraries needed in ``folder`` but missing there, each with a file that needs it."""
    there = {path.name for path in folder.rglob("*.so*")}
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        with path.open("rb") as file:
            if file.read(4) != b"\x7fELF":
                continue
        for name in bundle._needed(path):
            if name not in there and not BUILT_IN.match(name):
                found.setdefault(name, path.relative_to(folder).as_posix())
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
