"""What setuptools does beyond its habits: the shipped files travel inside of the package."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools.command.build_py import build_py

SHIPPED = ("resources", "models")


class BuildWithShippedFiles(build_py):
    """Also copies ``resources/`` and ``models/`` to where ``aegui/paths.py`` looks for them."""

    def run(self) -> None:
        """Build as ever, then copy; an editable install finds them in the source tree."""
        super().run()
        if not self.editable_mode:
            for folder, target in self._folders():
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(folder, target)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """The files that the build makes, those that were copied among them."""
        outputs = list(super().get_outputs(include_bytecode))
        if self.editable_mode:
            return outputs
        return outputs + [
            str(target / path.relative_to(folder))
            for folder, target in self._folders()
            for path in folder.rglob("*")
            if path.is_file()
        ]

    def _folders(self) -> list[tuple[Path, Path]]:
        """From where, and to where."""
        share = Path(self.build_lib) / "aegui" / "share"
        return [(Path(name), share / name) for name in SHIPPED]
