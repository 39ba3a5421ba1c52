"""Reduce ICU's data library to what Qt needs for the languages of the program.

Qt's own copy holds 32 MB: names of places, currencies and units in hundreds of languages, code
pages, dictionaries for breaking Thai and Chinese lines. Qt uses ICU for the order of words
(QCollator), for code pages other than UTF-8, and for names of time zones. Kept are the root of
every table, English and Spanish, and everything that is not a table of one language.

Source of the format: icu4c/source/common/ucmndata.h and udatamem.h.
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC = b"\xda\x27"
_DROPPED = re.compile(
    r"""
    .*\.(cnv|dict|spp|cfu)$                 # code pages, dictionaries, domain names, alike letters
    | (translit|rbnf|brkitr)/               # letters into others, numbers in words, ends of lines
    | (curr|lang|region|unit)/(?!(pool|root)\.res$|res_index)   # names in one language each
    | (.*/)?(?!(en|es|root|pool|res_index|supplementalData|keyTypeData|timezoneTypes|zoneinfo64|
               metaZones|windowsZones|numberingSystems|likelySubtags|plurals|pluralRanges|
               genderList|dayPeriods|metadata|currencyNumericCodes|icustd|icuver|units|
               grammaticalFeatures|tzdbNames|langInfo|ucadata)(_[^/]*)?\.)[^/]*\.res$
    """,
    re.VERBOSE,
)


def is_kept(name: str) -> bool:
    """Return whether an item of the data, such as ``coll/es.res``, is kept."""
    return not _DROPPED.match(name)


def subset(data: bytes) -> bytes:
    """Return a package of ICU's data with only the items that are kept.

    Args:
        data: A package in ICU's common format, little-endian.

    Raises:
        ValueError: ``data`` is no such package.
    """
    (head,) = struct.unpack_from("<H", data)
    if data[2:4] != _MAGIC or data[12:16] != b"CmnD":
        raise ValueError("no data package of ICU")
    count = struct.unpack_from("<I", data, head)[0]
    places = [struct.unpack_from("<II", data, head + 4 + 8 * item) for item in range(count)]
    ends = [begin for _, begin in places[1:]] + [len(data) - head]
    items = []
    for (name, begin), end in zip(places, ends, strict=True):
        whole = data[head + name : data.index(b"\0", head + name)]
        if is_kept(whole.decode().partition("/")[2]):
            items.append((whole, data[head + begin : head + end]))
    names = b"".join(whole + b"\0" for whole, _ in items)
    first = 4 + 8 * len(items)
    names += b"\xaa" * (-(head + first + len(names)) % 16)
    table, text, blocks, at = b"", first, b"", first + len(names)
    for whole, block in items:
        table += struct.pack("<II", text, at)
        text += len(whole) + 1
        padded = block + b"\xaa" * (-len(block) % 16)
        blocks += padded
        at += len(padded)
    counted = struct.pack("<I", len(items))
    return b"".join((data[:head], counted, table, names, blocks))


def slim(library: Path, work: Path) -> int:
    """Replace ``library`` (``libicudata.so.NN``) by one with less data; return the bytes saved.

    Args:
        library: The library that Qt ships.
        work: Folder for intermediate files.

    Raises:
        ValueError: The library does not contain the expected data.
        OSError, subprocess.CalledProcessError: The tools of the system failed.
    """
    tools = [shutil.which(name) for name in ("as", "ld")]
    if None in tools:
        return 0
    version = library.name.rpartition(".")[2]
    content = library.read_bytes()
    begin = content.index(_MAGIC) - 2
    small = subset(content[begin:])
    work.mkdir(parents=True, exist_ok=True)
    (work / "icu.dat").write_bytes(small)
    name = f"icudt{version}_dat"
    (work / "icu.s").write_text(
        f".section .rodata\n.balign 16\n.globl {name}\n.type {name},@object\n{name}:\n"
        f'.incbin "{work / "icu.dat"}"\n.size {name}, .-{name}\n'
        '.section .note.GNU-stack,"",@progbits\n'
    )
    subprocess.run(["as", "-o", str(work / "icu.o"), str(work / "icu.s")], check=True)
    made = work / library.name
    linked = ["ld", "-shared", "--build-id=none", "-soname", library.name, "-o", str(made)]
    subprocess.run([*linked, str(work / "icu.o")], check=True)
    shutil.copyfile(made, library)
    return len(content) - made.stat().st_size
