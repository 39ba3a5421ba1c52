"""Mutations of a file: of its raw bytes, and of the content of container formats.

A mutation of the raw bytes of a zip, gzip or PNG file fails at the next checksum. So these are
unpacked first, their content is mutated, and they are packed again with correct checksums.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

MAX_BYTES = 1 << 20
"""No input becomes larger: what is larger is a test of its own, not a matter of luck."""
_PNG = b"\x89PNG\r\n\x1a\n"
_GZIP = b"\x1f\x8b"
_GZIP_BITS = 31
_WHOLE_SHARE = 0.25
"""Of the packed inputs so many are changed as they lie there."""
_EDGES = (0, 1, 2, 3, 7, 8, 16, 32, 64, 127, 128, 255, 256, 1000, 4096, 32767, 32768, 65535, 65536)
_LARGE = (2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1)
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORD = re.compile(rb"[A-Za-z_][A-Za-z_0-9.-]{2,}")
_NUMBERS = tuple(
    text.encode()
    for text in (
        *("-1", "0", "1", "2", "3", "-0", "0.5", "1e5", "1e30", "1e38", "1e39", "1e308", "1e309"),
        *("1e400", "-1e400", "1e-320", "1e-400", "nan", "NaN", "inf", "-inf", "Infinity"),
        *("-Infinity", ".nan", ".inf", "0x7fffffff", "0b1", "0o7", "1_000", "1__0", "1e", "0x"),
        *("true", "false", "null", "None", "[]", "{}", "[[]]", "''", '""', '"1"', '"relu"'),
        *("!", "&a", "*a", "~", "-", "?", "٣", "²", "½", "一"),
        *map(str, _LARGE),
        "9" * 400,
        "9" * 5000,
        "0." + "0" * 500 + "1",
    )
)
_SIGNS = tuple(
    text.encode("utf-8", "surrogatepass")
    for text in (
        *("[", "]", "{", "}", "(", ")", ",", ":", ";", '"', "'", "#", ".", "-", "+", "*", "&"),
        *("!", "|", ">", "<", "=", "/", "\\", "%", "@", "$", "~", "`", "\n", "\r", "\r\n"),
        *("\t", " ", "\0", "\ufeff", "\u2028", "\ud7ff", "\U0001f600", "é", "/*", "*/", "//"),
        *('"""', "'''", "---", "...", "<<: *a", "&a ", "!!python/object:os.system", " " * 9000),
        *("[" * 300, "{" * 300, "(" * 300, '{"a":' * 200, "- " * 300, "[" * 5000, "-" * 5000),
    )
)


def mutated(data: bytes, others: Sequence[bytes], draw: Random) -> bytes:
    """Return ``data`` with one or more mutations; ``others`` supply pieces and words."""
    if draw.random() > _WHOLE_SHARE:
        for opened in (_in_zip, _in_gzip, _in_png):
            changed = opened(data, others, draw)
            if changed is not None:
                return changed[:MAX_BYTES]
    return _changed(data, others, draw)[:MAX_BYTES]


def _changed(data: bytes, others: Sequence[bytes], draw: Random) -> bytes:
    looks_text = b"\0" not in data[:512]
    for _ in range(1 + min(int(draw.expovariate(0.7)), 8)):
        table = _TEXT if looks_text and draw.random() < 0.75 else _BYTES
        data = draw.choice(table)(data, others, draw)[:MAX_BYTES]
    return data


# --- bytes ----------------------------------------------------------------------------------------


def _span(data: bytes, draw: Random) -> tuple[int, int]:
    """Return begin and end of a random piece, usually a short one."""
    begin = draw.randrange(len(data) + 1)
    most = len(data) - begin
    length = int(draw.expovariate(1 / 16)) + 1 if draw.random() < 0.8 else most
    return begin, begin + min(most, length)


def _flip(data: bytes, _others: Sequence[bytes], draw: Random) -> bytes:
    if not data:
        return data
    at = draw.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]


def _byte(data: bytes, _others: Sequence[bytes], draw: Random) -> bytes:
    if not data:
        return data
    at = draw.randrange(min(len(data), 64) if draw.random() < 0.5 else len(data))
    return (
        data[:at]
        + bytes([draw.choice((0, 1, 127, 128, 255, draw.randrange(256)))])
        + data[at + 1 :]
    )


def _integer(data: bytes, _others: Sequence[bytes], draw: Random) -> bytes:
    """Overwrite 2, 4 or 8 bytes with an integer, usually near the beginning."""
    form = draw.choice(("<H", ">H", "<I", ">I", "<Q", ">Q"))
    size = struct.calcsize(form)
    if len(data) < size:
        return data
    at = draw.randrange(
        min(len(data) - size, 256) + 1 if draw.random() < 0.7 else len(data) - size + 1
    )
    value = draw.choice(_EDGES + _LARGE) % (1 << (8 * size))
    return data[:at] + struct.pack(form, value) + data[at + size :]


def _delete(data: bytes, _others: Sequence[bytes], draw: Random) -> bytes:
    begin, end = _span(data, draw)
    return data[:begin] + data[end:]


def _repeat(data: bytes, _others: Sequence[bytes], draw: Random) -> bytes:
    begin, end = _span(data, draw)
    times = draw.choice((1, 2, 3, 10, 100, 3000))
    return data[:end] + data[begin:end][: MAX_BYTES // times] * times + data[end:]


def _cut(data: bytes, _others: Sequence[bytes], draw: Random) -> bytes:
    return data[: draw.randrange(len(data) + 1)]


def _lend(data: bytes, others: Sequence[bytes], draw: Random) -> bytes:
    """Insert a piece of another file."""
    other = draw.choice(others) if others else data
    begin, end = _span(other, draw)
    at, until = _span(data, draw)
    return data[:at] + other[begin:end] + data[until if draw.random() < 0.5 else at :]


def _cross(data: bytes, others: Sequence[bytes], draw: Random) -> bytes:
    """Join the beginning of this file with the end of another."""
    other = draw.choice(others) if others else data
    return data[: draw.randrange(len(data) + 1)] + other[draw.randrange(len(other) + 1) :]


# --- texts ----------------------------------------------------------------------------------------


def _number(data: bytes, _others: Sequence[bytes], draw: Random) -> bytes:
    return _instead(_NUMBER, data, draw.choice(_NUMBERS), draw)


def _word(data: bytes, others: Sequence[bytes], draw: Random) -> bytes:
    other = draw.choice(others) if others else data
    words = _WORD.findall(other[: 1 << 14])
    return _instead(_WORD, data, draw.choice(words) if words else b"x", draw)


def _value(data: bytes, _others: Sequence[bytes], draw: Random) -> bytes:
    return _instead(_WORD, data, draw.choice(_NUMBERS), draw)


def _instead(pattern: re.Pattern[bytes], data: bytes, new: bytes, draw: Random) -> bytes:
    found = list(pattern.finditer(data[: 1 << 15]))
    if not found:
        return data
    one = draw.choice(found)
    return data[: one.start()] + new + data[one.end() :]


def _sign(data: bytes, _others: Sequence[bytes], draw: Random) -> bytes:
    at = draw.randrange(len(data) + 1)
    return data[:at] + draw.choice(_SIGNS) + data[at + draw.randrange(2) :]


def _lines(data: bytes, others: Sequence[bytes], draw: Random) -> bytes:
    """Delete, duplicate or reorder lines, or insert lines of another file."""
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    at, kind = draw.randrange(len(lines)), draw.randrange(5)
    if kind == 0:
        del lines[at : at + draw.choice((1, 1, 2, 5))]
    elif kind == 1:
        lines.insert(draw.randrange(len(lines)), lines[at])
    elif kind == 2:
        # Bounded by the final size, so that making the input does not count as the reader's memory.
        most = MAX_BYTES // max(1, len(lines[at])) + 1
        lines[at : at + 1] = [lines[at]] * min(most, draw.choice((2, 10, 500)))
    elif kind == 3:
        draw.shuffle(lines)
    elif others:
        lent = draw.choice(others).splitlines(keepends=True)
        lines.insert(at, draw.choice(lent) if lent else b"")
    return b"".join(lines)


_BYTES: tuple[Callable[[bytes, Sequence[bytes], Random], bytes], ...] = (
    _flip, _byte, _byte, _integer, _integer, _delete, _repeat, _cut, _lend, _cross,
)  # fmt: skip
_TEXT: tuple[Callable[[bytes, Sequence[bytes], Random], bytes], ...] = (
    _number, _number, _number, _word, _word, _value, _sign, _sign, _lines, _lines, _lend, _repeat,
)  # fmt: skip


# --- inside of what is packed ---------------------------------------------------------------------


def zip_of(members: Sequence[tuple[str, bytes]], *, pack: bool = False) -> bytes:
    """Return a zip file of the members, whatever their names."""
    buffer = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if pack else zipfile.ZIP_STORED
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", kind) as archive:
        # Duplicate names are intended.
        warnings.simplefilter("ignore")
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = kind
            archive.writestr(info, content)
    return buffer.getvalue()


def _in_zip(data: bytes, others: Sequence[bytes], draw: Random) -> bytes | None:
    members = list(_members(data))
    if not members:
        return None
    lent = [content for other in others[:8] for _, content in _members(other)]
    at, kind = draw.randrange(len(members)), draw.randrange(12)
    name, content = members[at]
    if kind == 0:
        del members[at]
    elif kind == 1:
        new = draw.choice(
            ("../x", "/etc/x", "C:\\x", "a" * 300, "é.npy", "x\\..\\y.npy", "images.npy")
        )
        members[at] = (new, content)
    elif kind == 2 and lent:
        members[at] = (name, draw.choice(lent))
    elif kind == 3:
        members.append((f"{draw.randrange(9)}{name}", content))
    else:
        members[at] = (name, _changed(content, lent, draw))
    return zip_of(members, pack=draw.random() < 0.3)


@lru_cache(maxsize=200)
def _members(data: bytes) -> tuple[tuple[str, bytes], ...]:
    if not data.startswith(b"PK"):
        return ()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if info.file_size < MAX_BYTES]
            return tuple((info.filename, archive.read(info)) for info in infos[:50])
    except Exception:
        return ()


def _in_gzip(data: bytes, others: Sequence[bytes], draw: Random) -> bytes | None:
    if not data.startswith(_GZIP):
        return None
    try:
        inner = zlib.decompressobj(_GZIP_BITS).decompress(data, MAX_BYTES)
    except zlib.error:
        return None
    packer = zlib.compressobj(1, wbits=_GZIP_BITS)
    return packer.compress(_changed(inner, others, draw)) + packer.flush()


def _in_png(data: bytes, others: Sequence[bytes], draw: Random) -> bytes | None:
    if not data.startswith(_PNG):
        return None
    chunks: list[tuple[bytes, bytes]] = []
    at = len(_PNG)
    while at + 12 <= len(data) and len(chunks) < 100:
        size = int.from_bytes(data[at : at + 4], "big")
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += 12 + size
    if not chunks:
        return None
    which = draw.randrange(len(chunks))
    kind, content = chunks[which]
    if kind == b"IDAT" and draw.random() < 0.7:
        try:
            pixels = zlib.decompressobj().decompress(content, MAX_BYTES)
            content = zlib.compress(_changed(pixels, others, draw), 1)
        except zlib.error:
            content = _changed(content, others, draw)
    elif draw.random() < 0.1:
        del chunks[which]
        chunks.insert(draw.randrange(len(chunks) + 1), (kind, content))
        which = 0
        kind, content = chunks[which]
    else:
        content = _changed(content, others, draw)
    chunks[which] = kind, content
    return _PNG + b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
