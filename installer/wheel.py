"""Extension of setuptools: shipped files and the native engine become part of the package.

The machine is built for the system that builds the wheel; on any other system, or without a
compiler, the same wheel works without it. File names contain the system, so that no other one loads
them.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from setuptools.command.build_py import build_py

# setuptools may start without its working directory on the path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from installer import machine

SHIPPED = ("resources", "models")


class BuildWithShippedFiles(build_py):
    """Also copies ``resources/`` and ``models/`` to where ``aegui/paths.py`` looks for them."""

    def run(self) -> None:
        """Build as usual, then copy; an editable install finds the files in the source tree."""
        super().run()
        if self.editable_mode:
            return
        for folder, target in self._folders():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(folder, target)
        shutil.rmtree(self._machines, ignore_errors=True)
        machine.main([str(self._machines)])

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Return the files that the build creates, including the copied ones."""
        outputs = list(super().get_outputs(include_bytecode))
        if self.editable_mode:
            return outputs
        shipped = [
            str(target / path.relative_to(folder))
            for folder, target in self._folders()
            for path in folder.rglob("*")
            if path.is_file()
        ]
        return outputs + shipped + [str(path) for path in self._machines.glob("machine-*")]

    @property
    def _machines(self) -> Path:
        """Target folder of the machine's libraries."""
        return Path(self.build_lib) / machine.HOME / machine.BUILT

    def _folders(self) -> list[tuple[Path, Path]]:
        """Return source and target of each copied folder."""
        share = Path(self.build_lib) / "aegui" / "share"
        return [(Path(name), share / name) for name in SHIPPED]
