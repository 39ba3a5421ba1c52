"""Runtime hook of the frozen app: stubs for modules that libraries import but never use here.

pyqtgraph defines an OpenGL view beside the one that charts use (10 MB), openTSNE imports
scikit-learn's neighbours and components, for which the program has its own (13 MB), and scipy
solves linear programs (6 MB). The stubs provide the imported names, without any function.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

NAMES: dict[str, tuple[str, ...]] = {
    "PySide6.QtOpenGL": (),
    "PySide6.QtOpenGLWidgets": ("QOpenGLWidget",),
    "scipy.optimize._highspy": (),
    "scipy.optimize._highspy._core": (
        *("kHighsInf", "HighsDebugLevel", "ObjSense", "HighsModelStatus", "simplex_constants"),
    ),
    "scipy.optimize._highspy._highs_wrapper": ("_highs_wrapper",),
    "sklearn": ("neighbors",),
    "sklearn.base": ("BaseEstimator",),
    "sklearn.decomposition": ("PCA",),
    "sklearn.neighbors": (),
    "sklearn.utils": ("check_random_state",),
}
"""Names that are imported from each module."""


class _Finder:
    """Meta path finder and loader of the stubs."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in NAMES:
            return None
        is_package = any(other.startswith(f"{name}.") for other in NAMES)
        return ModuleSpec(name, self, is_package=is_package)  # type: ignore[arg-type]

    def create_module(self, _spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        kind: type = object
        if module.__name__.startswith("PySide6."):
            from PySide6.QtWidgets import QWidget as kind
        for name in NAMES[module.__name__]:
            module.__dict__[name] = type(name, (kind,), {})


if __name__ == "__main__":
    sys.meta_path.insert(0, _Finder())
