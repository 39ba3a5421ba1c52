"""Files for the Linux desktop: menu entry, icons, MIME types, manual page, copyright."""

from __future__ import annotations

import gzip
import os
import sys
import sysconfig
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from aegui import __version__
from installer.left_out import MODULES

ROOT = Path(__file__).resolve().parent.parent

if TYPE_CHECKING:
    from installer.installers import Entry

ICON_SIZES = (16, 24, 32, 48, 64, 128, 256)
COLOUR = "#2f6fd0"
"""Colour of the icon, visible on light and dark desktops."""
MIME = "application/x-aegui"
LESSON_MIME, TEACHER_MIME, STUDY_MIME = f"{MIME}-lesson", f"{MIME}-teacher", f"{MIME}-study"

DESCRIPTION = """laboratory for autoencoders
 Build an autoencoder with the mouse, watch it learn, draw letters and see
 noise removed, and wander over the latent map while the place under the
 pointer is decoded. It computes on the processor and needs no network."""

ENTRY = f"""[Desktop Entry]
Type=Application
Name=aegui
GenericName=Laboratory for autoencoders
GenericName[es]=Laboratorio de autoencoders
Comment=Build, watch and draw with autoencoders
Comment[es]=Construir, observar y dibujar con autoencoders
Exec=aegui %f
Icon=aegui
Terminal=false
Categories=Education;Science;ArtificialIntelligence;
Keywords=autoencoder;latent;denoising;neural network;red neuronal;
MimeType={MIME};{LESSON_MIME};{TEACHER_MIME};{STUDY_MIME};
StartupWMClass=aegui
"""

KIND = f"""<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="{MIME}">
    <comment>aegui document</comment>
    <comment xml:lang="es">documento de aegui</comment>
    <sub-class-of type="application/zip"/>
    <generic-icon name="x-office-document"/>
    <glob pattern="*.aegui" weight="60"/>
  </mime-type>
  <mime-type type="{LESSON_MIME}">
    <comment>aegui lesson</comment>
    <comment xml:lang="es">lección de aegui</comment>
    <sub-class-of type="application/json"/>
    <generic-icon name="x-office-document"/>
    <glob pattern="*.aegui-lesson" weight="60"/>
  </mime-type>
  <mime-type type="{TEACHER_MIME}">
    <comment>aegui teacher file</comment>
    <comment xml:lang="es">archivo docente de aegui</comment>
    <sub-class-of type="application/json"/>
    <generic-icon name="x-office-document"/>
    <glob pattern="*.aegui-teacher" weight="60"/>
  </mime-type>
  <mime-type type="{STUDY_MIME}">
    <comment>aegui plan of a study</comment>
    <comment xml:lang="es">plan de un estudio de aegui</comment>
    <sub-class-of type="application/json"/>
    <generic-icon name="x-office-document"/>
    <glob pattern="*.aegui-study" weight="60"/>
  </mime-type>
</mime-info>
"""

_REFRESH = """    if command -v update-desktop-database >/dev/null; then
        update-desktop-database -q /usr/share/applications || true
    fi
    if command -v update-mime-database >/dev/null; then
        update-mime-database /usr/share/mime || true
    fi
    if command -v gtk-update-icon-cache >/dev/null; then
        gtk-update-icon-cache -q -t -f /usr/share/icons/hicolor || true
    fi
"""
POSTINST = f"""#!/bin/sh
# Debian's tools hear of new entries by triggers of their own; this is for where they do not.
set -e
if [ "$1" = configure ]; then
{_REFRESH}fi
"""
POSTRM = f"""#!/bin/sh
# Nothing of a person's is touched: settings, library and drawings stay, also with purge.
set -e
if [ "$1" = remove ]; then
{_REFRESH}fi
"""

README = f"""aegui {__version__}

Start the program aegui in this folder; the folder may lie anywhere, also where nothing can be
written. Qt asks the system for libraries that desktops have; on Debian and its kin, where one is
missing:

    sudo apt-get install libgl1 libegl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libx11-xcb1

The app is removed by removing its folder. Settings and the library of trainings are kept in your
home: Help > Folder of the log shows where. Licences are in the folder _internal/licences.

Inicie el programa aegui de esta carpeta, que puede estar en cualquier lugar.
"""


def entries(home: str) -> list[Entry]:
    """Return all files of the Debian package except the app, which is installed in ``home``."""
    from installer.installers import Entry

    icons = "usr/share/icons/hicolor"
    found = {
        "usr/share/applications/aegui.desktop": ENTRY.encode(),
        "usr/share/mime/packages/aegui.xml": KIND.encode(),
        "usr/share/man/man1/aegui.1.gz": gzip.compress(manual().encode(), 9, mtime=0),
        "usr/share/doc/aegui/copyright": copyright_text().encode(),
        f"{icons}/scalable/apps/aegui.svg": svg(),
    }
    for size in ICON_SIZES:
        found[f"{icons}/{size}x{size}/apps/aegui.png"] = png(size)
    files = [Entry(name, content, 0o644) for name, content in found.items()]
    return [*files, Entry("usr/bin/aegui", f"../{home.removeprefix('usr/')}/aegui", 0o777)]


def svg() -> bytes:
    """Return the icon as SVG, in its colour."""
    drawn = (ROOT / "resources/icons/app.svg").read_text(encoding="utf-8")
    return drawn.replace("currentColor", COLOUR).encode()


def png(size: int) -> bytes:
    """Return the icon as PNG, ``size`` x ``size`` pixels."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg())).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def manual() -> str:
    """Return the manual page, generated from the table of commands."""
    from aegui.commands.table import COMMANDS

    def plain(text: str) -> str:
        return text.replace("\\", "\\e").replace("-", "\\-")

    commands = "".join(
        f".TP\n.B aegui {plain(name)}\n{plain(command.description)}\n"
        for name, command in COMMANDS.items()
    )
    return f""".TH AEGUI 1 "" "aegui {__version__}" "User Commands"
.SH NAME
aegui \\- laboratory for autoencoders
.SH SYNOPSIS
.B aegui
[\\fIFILE.aegui\\fR]
.br
.B aegui
\\fICOMMAND\\fR [\\fIOPTIONS\\fR]
.SH DESCRIPTION
Without a command the window opens, with the document that is named. Every command tells its
options with
.BR \\-\\-help .
.SH COMMANDS
{commands}.SH FILES
.TP
.I ~/.config/aegui/settings.json
Settings.
.TP
.I ~/.local/share/aegui
Library of trainings, drawn sets, log.
.SH EXIT STATUS
0; 1 where a training blew up; 2 for a refusal, in one line; 130 after Ctrl\\-C.
"""


def copyright_text() -> str:
    """Return Debian's copyright file: the program's own, and those of the bundled packages."""
    own = (ROOT / "LICENSE").read_text(encoding="utf-8")
    others = "\n".join(f"  {name} {version}: {licence}" for name, version, licence in packages())
    return f"""aegui {__version__}

{own}
The program holds these packages, whose licences are in
/usr/lib/aegui/_internal/licences. Qt and PySide6 are used under the LGPL 3: their
libraries are files of their own, which may be replaced.

{others}
"""


def packages() -> list[tuple[str, str, str]]:
    """Return name, version and licence of each bundled package."""
    found = []
    for one in bundled_distributions():
        fields = ("License-Expression", "License")
        told = next((text for key in fields for text in one.metadata.get_all(key) or []), "")
        kinds = [
            kind.rpartition("::")[2].strip()
            for kind in one.metadata.get_all("Classifier") or []
            if kind.startswith("License ::")
        ]
        line = told.strip().splitlines()[0][:100] if told.strip() else ", ".join(kinds)
        found.append((one.metadata["Name"], one.version, line or "see its licence"))
    return found


def bundled_distributions() -> list[metadata.Distribution]:
    """Return the bundled packages, the transitive dependencies of the program, sorted by name."""
    # Imported here: PyInstaller brings it, and reading the other texts needs nothing but Python.
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    known: dict[str, metadata.Distribution] = {}
    wanted = [Requirement(line) for line in _own_requirements()]
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        if name in known or name.replace("-", "_") in MODULES:
            continue
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            known[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        wanted += [Requirement(line) for line in known[name].requires or []]
    return [known[name] for name in sorted(known)]


def _own_requirements() -> list[str]:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(project["project"]["dependencies"])


def licences() -> dict[str, bytes]:
    """Return the licence files of bundled packages and of Python, by file name."""
    found: dict[str, bytes] = {}
    for one in bundled_distributions():
        for file in one.files or []:
            stem = file.name.upper()
            if ".dist-info" in str(file) and stem.startswith(("LICEN", "COPYING", "NOTICE")):
                path = one.locate_file(file)
                found[f"{one.metadata['Name']}-{file.name}"] = path.read_bytes()  # type: ignore[attr-defined]
    # Where Python's own installers have it on Linux and macOS, on Windows, and Debian's packages.
    for path in (
        Path(sysconfig.get_path("stdlib"), "LICENSE.txt"),
        Path(sys.base_prefix, "LICENSE.txt"),
        Path(f"/usr/share/doc/python{sysconfig.get_python_version()}/copyright"),
    ):
        if path.is_file():
            found["Python-LICENSE.txt"] = path.read_bytes()
            break
    return found
