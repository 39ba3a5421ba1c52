"""Where things are: in the source tree, in an installed wheel and in the frozen app alike."""

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
    """The folder that holds ``resources/`` and ``models/``."""
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
    """Read-only files that ship with the program: glyphs, icons, recipes, translations, guide."""
    return _root() / "resources"


def models_dir() -> Path:
    """Trained runs that ship with the program."""
    return _root() / "models"


def is_own(path: Path) -> bool:
    """Whether ``path`` lies among what ships with the program, which nobody overwrites."""
    real = Path(os.path.realpath(path))
    return any(
        real.is_relative_to(os.path.realpath(folder)) for folder in (resources_dir(), models_dir())
    )


def documents_dir() -> Path:
    """Where a person keeps documents; their home where there is no such folder."""
    folder = Path(platformdirs.user_documents_dir())
    return folder if folder.is_dir() else Path.home()


def user_data_dir() -> Path:
    """The user's own data (autosave, drawn sets); created on first use by whoever writes there."""
    return Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))


def log_file() -> Path:
    """What the window has done; ``.1`` is what came before."""
    return user_data_dir() / f"{APP_NAME}.log"


def crash_file() -> Path:
    """Where each thread was when a fault of compiled code ended the program; ``.1``: earlier."""
    return user_data_dir() / f"{APP_NAME}-crash.log"


def library_dir() -> Path:
    """Runs and studies that were kept; created on first use by whoever writes there."""
    return user_data_dir() / "library"


def recipes_dir() -> Path:
    """The person's own recipes; created on first use by whoever writes there."""
    return user_data_dir() / "recipes"


def user_config_dir() -> Path:
    """The user's settings; created on first use by whoever writes there."""
    return Path(platformdirs.user_config_dir(APP_NAME, appauthor=False))


def user_cache_dir() -> Path:
    """What can be made again (prepared images); created on first use by whoever writes there."""
    return Path(platformdirs.user_cache_dir(APP_NAME, appauthor=False))


def keeping_trouble() -> OSError | None:
    """Why nothing can be kept in the user's own folders: a home that is missing, or read-only."""
    for folder in (user_data_dir(), user_config_dir()):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return error
        if not os.access(folder, os.W_OK | os.X_OK):
            return PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    return None
