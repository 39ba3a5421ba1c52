"""The Debian package in a clean Debian: installed, used by mouse, upgraded, removed.

Needs root, mmdebstrap, a Debian mirror configured for apt, and the package built by
``make installers``. ``AEGUI_DEBIAN_ROOT`` may name an existing root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from installer.installers import DEB, depends

if TYPE_CHECKING:
    from collections.abc import Iterator

_GIVEN = os.environ.get("AEGUI_DEBIAN_ROOT", "")
_IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(sys.platform != "linux" or not _IS_ROOT, reason="only root may do this"),
    pytest.mark.skipif(not DEB.exists(), reason="no package here; make installers makes one"),
    pytest.mark.skipif(
        not _GIVEN and shutil.which("mmdebstrap") is None, reason="no mmdebstrap here"
    ),
]

_TOOLS = ("xvfb", "xauth", "xdotool", "procps", "desktop-file-utils", "shared-mime-info")
_DRIVER = Path(__file__).with_name("use_installed.sh")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a minimal Debian with a virtual screen and simulated keyboard and mouse."""
    folder = Path(_GIVEN) if _GIVEN else tmp_path_factory.mktemp("debian") / "root"
    if not (folder / "usr/bin/Xvfb").exists():
        # All dependencies, so that dpkg finds them; of alternatives the last, which exists here.
        needed = [one.split(" | ")[-1] for one in depends() if not one.startswith("libc6 ")]
        packages = ",".join((*_TOOLS, *needed))
        made = subprocess.run(
            ["mmdebstrap", "--variant=minbase", f"--include={packages}", "bookworm", str(folder)],
            capture_output=True,
            text=True,
        )
        if made.returncode != 0:
            pytest.skip(f"no Debian could be made: {made.stderr[-300:]}")
    bound = [("/proc", "proc"), ("/dev", "dev")]
    for source, target in bound:
        subprocess.run(["mount", "--bind", source, str(folder / target)], check=True)
    try:
        yield folder
    finally:
        for _, target in reversed(bound):
            subprocess.run(["umount", "-l", str(folder / target)], check=True)


def _in(root: Path, command: str, **environment: str) -> str:
    done = subprocess.run(
        ["chroot", str(root), "/bin/bash", "-euc", command],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", **environment},
        timeout=1500,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def test_installed_used_upgraded_and_removed(root: Path) -> None:
    shutil.copy(DEB, root / "tmp/aegui.deb")
    shutil.copy(_DRIVER, root / "tmp/use.sh")
    _in(root, "dpkg -i /tmp/aegui.deb")
    assert _in(root, "aegui --version").startswith("aegui ")
    _in(root, "desktop-file-validate /usr/share/applications/aegui.desktop")
    assert "application/x-aegui" in _in(root, "cat /usr/share/mime/globs2")
    assert "aegui.desktop" in _in(root, "cat /usr/share/applications/mimeinfo.cache")
    inside = "LD_LIBRARY_PATH=/usr/lib/aegui/_internal"
    plugin = "/usr/lib/aegui/_internal/PySide6/Qt/plugins/platforms/libqxcb.so"
    assert "not found" not in _in(root, f"{inside} ldd {plugin}")
    # A user without privileges, in front of a screen.
    _in(root, "id tester >/dev/null 2>&1 || useradd -m tester")
    told = _in(root, "su tester -c 'bash /tmp/use.sh'")
    assert "trained, hovered, drew, saved, quit with 0" in told
    kept = "/home/tester/.config/aegui/settings.json /home/tester/made.aegui"
    before = _in(root, f"sha256sum {kept}; aegui --version")
    _in(root, "su tester -c 'aegui train letters-course --epochs 20 --keep'")
    library = _in(root, "su tester -c 'aegui runs list --json'")
    # An upgrade: the same package with a higher version.
    _in(
        root,
        "cd /tmp; rm -rf up; dpkg-deb -R aegui.deb up; sed -i 's/^Version: .*/Version: 99/' "
        "up/DEBIAN/control; dpkg-deb -Zgzip -z1 -b up up.deb >/dev/null; dpkg -i /tmp/up.deb",
    )
    assert _in(root, f"sha256sum {kept}; aegui --version") == before
    assert _in(root, "su tester -c 'aegui runs list --json'") == library
    _in(root, "dpkg --purge aegui")
    assert not (root / "usr/lib/aegui").exists()
    assert not (root / "usr/bin/aegui").is_symlink()
    assert "application/x-aegui" not in _in(root, "cat /usr/share/mime/globs2")
    for path in kept.split():
        assert (root / path.lstrip("/")).exists()
    assert list((root / "home/tester/.local/share/aegui/library").rglob("*.aegui"))
