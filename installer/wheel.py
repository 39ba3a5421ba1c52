"""What setuptools does beyond its habits: shipped files and the native machine are in the package.

The machine is that for the system that builds; on any other, and where nothing compiles it, the
same wheel serves without it. No other system takes its files for its own: their names tell.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from setuptools.command.build_py import build_py

# The folder that setuptools starts in need not be on the path.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from installer import machine

SHIPPED = ("resources", "models")


class BuildWithShippedFiles(build_py):
    """Also copies ``resources/`` and ``models/`` to where ``aegui/paths.py`` looks for them."""

    def run(self) -> None:
        """Build as ever, then copy; an editable install finds them in the source tree."""
        super().run()
        if self.editable_mode:
            return
        for folder, target in self._folders():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(folder, target)
        shutil.rmtree(self._machines, ignore_errors=True)
        machine.main([str(self._machines)])

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """The files that the build makes, those that were copied among them."""
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
        """Where the libraries of the machine go."""
        return Path(self.build_lib) / machine.HOME / machine.BUILT

    def _folders(self) -> list[tuple[Path, Path]]:
        """From where, and to where."""
        share = Path(self.build_lib) / "aegui" / "share"
        return [(Path(name), share / name) for name in SHIPPED]
