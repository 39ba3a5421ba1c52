"""Archives and Debian packages are reproducible, and describe themselves."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from aegui import __version__
from aegui.core.run_file.saved import SUFFIX
from aegui.session.documents.document import OPENED_BY
from installer import desktop, icu, installers
from installer.installers import Entry

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("xz") is None, reason="Linux with xz"
)
WHEN = 1_700_000_000


def _files(folder: Path) -> list[Entry]:
    (folder / "program").write_bytes(b"#!/bin/sh\n")
    return [
        Entry("usr/lib/aegui/program", folder / "program", 0o755),
        Entry("usr/lib/aegui/ñandú", b"text", 0o644),
        Entry("usr/bin/aegui", "../lib/aegui/program", 0o777),
    ]


def test_an_archive_does_not_hang_on_order_or_owner(tmp_path: Path) -> None:
    files = _files(tmp_path)
    first, second = io.BytesIO(), io.BytesIO()
    installers.write_tar(first, files, WHEN)
    (tmp_path / "program").touch()
    installers.write_tar(second, files[::-1], WHEN)
    assert first.getvalue() == second.getvalue()
    first.seek(0)
    with tarfile.open(fileobj=first) as archive:
        members = archive.getmembers()
        assert [one.name for one in members if one.isdir()] == [
            *("./usr", "./usr/bin", "./usr/lib", "./usr/lib/aegui")
        ]
        assert {(one.uid, one.uname, one.mtime) for one in members} == {(0, "root", WHEN)}
        assert archive.getmember("./usr/bin/aegui").linkname == "../lib/aegui/program"


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="no dpkg-deb here")
def test_dpkg_reads_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installers, "depends", lambda: ["libc6 (>= 2.28)"])
    package = tmp_path / "a.deb"
    installers.write_deb(package, _files(tmp_path), WHEN, installers.LIGHT)
    told = subprocess.run(
        ["dpkg-deb", "--field", str(package)], check=True, capture_output=True, text=True
    ).stdout
    assert f"Version: {__version__}" in told
    assert "Depends: libc6" in told
    listed = subprocess.run(
        ["dpkg-deb", "--contents", str(package)], check=True, capture_output=True, text=True
    ).stdout
    assert "./usr/bin/aegui -> ../lib/aegui/program" in listed
    again = tmp_path / "b.deb"
    installers.write_deb(again, _files(tmp_path), WHEN, installers.LIGHT)
    assert again.read_bytes() == package.read_bytes()


def test_the_desktop_is_told_all(qapp: object) -> None:
    entries = {entry.name: entry.source for entry in desktop.entries("usr/lib/aegui")}
    assert entries["usr/bin/aegui"] == "../lib/aegui/aegui"
    for size in desktop.ICON_SIZES:
        icon = entries[f"usr/share/icons/hicolor/{size}x{size}/apps/aegui.png"]
        assert isinstance(icon, bytes)
        assert icon.startswith(b"\x89PNG")
    menu = entries["usr/share/applications/aegui.desktop"]
    assert isinstance(menu, bytes)
    assert f"MimeType={desktop.MIME};" in menu.decode()
    kind = entries["usr/share/mime/packages/aegui.xml"]
    assert isinstance(kind, bytes)
    assert desktop.MIME in kind.decode()
    assert "self\\-test" in desktop.manual()
    assert "LGPL" in desktop.copyright_text()


@pytest.mark.parametrize("suffix", sorted({SUFFIX, *OPENED_BY}))
def test_every_installation_opens_all_kinds_of_files_by_a_double_click(suffix: str) -> None:
    folder = desktop.ROOT / "installer"
    windows, mac = (folder / "aegui.iss").read_text(), (folder / "macos.sh").read_text()
    assert f'<glob pattern="*{suffix}"' in desktop.KIND
    assert f"Software\\Classes\\{suffix};" in windows.replace('"', "")
    assert f"<string>{suffix[1:]}</string>" in mac


@pytest.mark.skipif(shutil.which("ld") is None, reason="no binutils here")
def test_icu_keeps_the_words_of_two_languages(tmp_path: Path) -> None:
    from PySide6.QtCore import QLibraryInfo

    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.LibrariesPath)
    names = sorted(Path(folder).glob("libicudata.so.*"))
    if not names:
        pytest.skip("this Qt does without ICU")
    copy = tmp_path / names[0].name
    shutil.copyfile(names[0], copy)
    assert icu.slim(copy, tmp_path / "work") > 20_000_000
    # A program that sorts words, with the smaller library taking precedence.
    code = (
        "from PySide6.QtCore import QCollator, QLocale;"
        "c = QCollator(QLocale('es'));"
        "print(*sorted(['nube','ñandú','oso','árbol','bola'], key=c.sortKey))"
    )
    environment = {"LD_PRELOAD": str(copy), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert done.stdout.split() == ["árbol", "bola", "nube", "ñandú", "oso"], done.stderr


@pytest.mark.parametrize(
    ("name", "kept"),
    [("coll/es.res", True), ("coll/zh.res", False), ("es_AR.res", True), ("ibm-943.cnv", False)],
)
def test_what_icu_keeps(name: str, kept: bool) -> None:
    assert icu.is_kept(name) == kept
