"""Paths of resources and user data, in the source tree, an installed wheel and the frozen app."""

from __future__ import annotations

import errno
import os
import sys
from functools import cache
from pathlib import Path

import platformdirs

APP_NAME = "aegui"


@cache
def _root() -> Path:
    """Return the folder that contains ``resources/`` and ``models/``."""
    package = Path(__file__).resolve().parent
    candidates = [package.parent, package / "share"]
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        candidates.insert(0, Path(frozen))
    for folder in candidates:
        if (folder / "resources" / "glyphs").is_dir():
            return folder
    raise FileNotFoundError(f"the resources of {APP_NAME} are in none of {candidates}")


def resources_dir() -> Path:
    """Return the folder of shipped read-only files: glyphs, icons, recipes, translations, guide."""
    return _root() / "resources"


def models_dir() -> Path:
    """Return the folder of trained runs that ship with the program."""
    return _root() / "models"


def is_shipped(path: Path) -> bool:
    """Return whether ``path`` is inside the shipped files, which must not be overwritten."""
    real = Path(os.path.realpath(path))
    return any(
        real.is_relative_to(os.path.realpath(folder)) for folder in (resources_dir(), models_dir())
    )


def documents_dir() -> Path:
    """Return the user's documents folder, or their home if there is none."""
    folder = Path(platformdirs.user_documents_dir())
    return folder if folder.is_dir() else Path.home()


def user_data_dir() -> Path:
    """Return the folder of user data (autosave, drawn sets); it is created by the first writer."""
    return Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))


def log_file() -> Path:
    """Return the log file of the window; the previous one has the suffix ``.1``."""
    return user_data_dir() / f"{APP_NAME}.log"


def crash_file() -> Path:
    """Return the file of stack traces after a fault of compiled code; ``.1``: the previous one."""
    return user_data_dir() / f"{APP_NAME}-crash.log"


def library_dir() -> Path:
    """Return the folder of kept runs and studies; it is created by the first writer."""
    return user_data_dir() / "library"


def recipes_dir() -> Path:
    """Return the folder of the user's own recipes; it is created by the first writer."""
    return user_data_dir() / "recipes"


def user_config_dir() -> Path:
    """Return the folder of the user's settings; it is created by the first writer."""
    return Path(platformdirs.user_config_dir(APP_NAME, appauthor=False))


def user_cache_dir() -> Path:
    """Return the folder of recomputable data (prepared images), created by the first writer."""
    return Path(platformdirs.user_cache_dir(APP_NAME, appauthor=False))


def create_user_folders() -> OSError | None:
    """Create the folders of the user; return the error if they cannot be created or written."""
    for folder in (user_data_dir(), user_config_dir()):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return error
        if not os.access(folder, os.W_OK | os.X_OK):
            return PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    return None
