"""Teacher files: the initial state for a class, and the controls that are hidden or locked.

One validated, versioned JSON. Hidden and locked items are named by the keys of panels and actions,
and by the dotted paths of a recipe. The password that ends the mode is stored as a salted hash.
This does not stop anyone who edits files: it prevents leaving by accident.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aegui.core.atomic import write_atomically
from aegui.core.i18n import LANGUAGES, mark, tr
from aegui.core.json_form import JsonForm
from aegui.core.lessons.lesson import Key, Label, Words, lesson_cards
from aegui.core.recipe import Recipe
from aegui.core.recipe.errors import did_you_mean, quoted, refused
from aegui.core.recipe.file import find_recipe, load_recipe, parse_json, read_text, recipe_from
from aegui.core.study.settings import paths_of
from aegui.core.suffixes import LESSON

if TYPE_CHECKING:
    import os

    from aegui.core.window_names import WindowNames

FORMAT: Literal["aegui-teacher"] = "aegui-teacher"
VERSION: Literal[1] = 1
ALWAYS = frozenset({"quit", "about", "guide", "full_screen", "comfort", "teacher_leave"})
"""Actions that cannot be hidden or locked: leaving the mode, and those for reading and display."""

_COST, _BLOCK, _LANES = 1 << 14, 8, 1
_SALT_BYTES, _HASH_BYTES = 16, 32
_HEX = r"^([0-9a-f]{2})*$"


class _TeacherPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class Word(_TeacherPart):
    """A password as its salt and its scrypt hash, both in hexadecimal digits."""

    salt: Annotated[str, Field(min_length=16, max_length=128, pattern=_HEX)]
    scrypt: Annotated[str, Field(min_length=64, max_length=64, pattern=_HEX)]

    @classmethod
    def of(cls, word: str) -> Word:
        """Hash ``word`` with a new random salt."""
        salt = secrets.token_bytes(_SALT_BYTES)
        return cls(salt=salt.hex(), scrypt=_hashed(word, salt).hex())

    def fits(self, word: str) -> bool:
        """Return whether this is the hash of ``word``."""
        found = _hashed(word, bytes.fromhex(self.salt))
        return hmac.compare_digest(found, bytes.fromhex(self.scrypt))


def _hashed(word: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        word.strip().encode("utf-8", "replace"),
        salt=salt,
        n=_COST,
        r=_BLOCK,
        p=_LANES,
        dklen=_HASH_BYTES,
    )


class Withheld(_TeacherPart):
    """Keys of panels and actions, and paths of a recipe, including everything below each path."""

    panels: Annotated[tuple[Key, ...], Field(max_length=200)] = ()
    actions: Annotated[tuple[Key, ...], Field(max_length=500)] = ()
    fields: Annotated[tuple[Key, ...], Field(max_length=500)] = ()


class TeacherFile(_TeacherPart):
    """The initial state for a class, and what it cannot reach.

    ``lesson`` is the key of one that ships, or a file beside this one; ``recipe`` a whole recipe,
    or the name of one that ships. ``word`` ends the mode; without one anybody may.
    """

    format: Literal["aegui-teacher"] = FORMAT
    version: Literal[1] = VERSION
    title: Words = ""
    language: Label = ""
    lesson: Label = ""
    recipe: Label | dict[str, Any] = ""
    hidden: Withheld = Withheld()
    locked: Withheld = Withheld()
    word: Word | None = None

    @model_validator(mode="after")
    def _sound(self) -> TeacherFile:
        if self.language and self.language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise ValueError(tr('"language" may be: {known}', known=known))
        if self.hidden.fields:
            raise ValueError(tr("fields of a recipe are locked, not hidden"))
        if self.locked.panels:
            raise ValueError(tr("panels are hidden, not locked"))
        known_paths = field_paths()
        for path in self.locked.fields:
            if path not in known_paths:
                hint = did_you_mean(path, known_paths)
                raise ValueError(
                    tr("a recipe has no field {path}.{hint}", path=quoted(path), hint=hint)
                )
        return self

    def changed_lock(self, before: Recipe, after: Recipe) -> str:
        """Return the first locked path that differs between two recipes, or ""."""
        one, other = before.model_dump(mode="json"), after.model_dump(mode="json")
        for path in self.locked.fields:
            if _value(one, path) != _value(other, path):
                return path
        return ""

    def locks(self, path: str) -> bool:
        """Return whether the field at ``path``, or an object that contains it, is locked."""
        return any(path == one or path.startswith(f"{one}.") for one in self.locked.fields)


def field_paths() -> tuple[str, ...]:
    """Return the paths that can be locked: those of the default recipe, layers as a whole."""
    document = Recipe().model_dump(mode="json", exclude={"format", "version", "name", "notes"})
    return tuple(path for path in paths_of(document) if not any(map(str.isdigit, path.split("."))))


def _value(document: Any, path: str) -> Any:
    for step in path.split("."):
        if not isinstance(document, dict):
            return None
        document = document.get(step)
    return document


FORM = JsonForm(
    TeacherFile,
    FORMAT,
    VERSION,
    mark('not a teacher file of this program: it must be an object with "format": "{f}".'),
    mark("it is a teacher file of version {theirs}; this program reads version {ours}."),
    {"hidden": Withheld, "locked": Withheld, "word": Word},
    strict=True,
)
"""The file format of a teacher file."""


def load_teacher_file(path: str | os.PathLike[str]) -> TeacherFile:
    """Load the teacher file at ``path``, and check that its lesson and recipe exist.

    Raises:
        ReadError: The file cannot be read.
        RecipeError: The file is invalid; the message names key, value and reason.
    """
    path = Path(path)
    found = FORM.read(parse_json(read_text(path), str(path)), str(path))
    if found.lesson:
        lesson_path(found, path.parent, str(path))
    teacher_recipe(found, str(path))
    return found


def lesson_path(file: TeacherFile, folder: Path, where: str = "") -> Path | None:
    """Return the file of its lesson, or None if it has none.

    Raises:
        RecipeError: There is no such lesson.
    """
    if not file.lesson:
        return None
    shipped = {card.key: card.path for card in lesson_cards()}
    beside = folder / file.lesson
    is_beside = Path(file.lesson).name == file.lesson and file.lesson.endswith(LESSON)
    if file.lesson in shipped:
        return shipped[file.lesson]
    if is_beside and beside.is_file():
        return beside
    hint = did_you_mean(file.lesson, shipped)
    raise refused(
        where, tr("there is no lesson {name}.{hint}", name=quoted(file.lesson), hint=hint)
    )


def teacher_recipe(file: TeacherFile, where: str = "") -> Recipe | None:
    """Return its initial recipe; None to keep the open one.

    Raises:
        RecipeError: The recipe is invalid, or there is none of that name.
    """
    if isinstance(file.recipe, dict):
        return recipe_from(file.recipe, f"{where}: recipe" if where else '"recipe"')
    if not file.recipe:
        return None
    found = find_recipe(file.recipe)
    if found is None:
        raise refused(where, tr("there is no recipe {name}.", name=quoted(file.recipe)))
    return load_recipe(found)


def check_names(file: TeacherFile, names: WindowNames, where: str = "") -> None:
    """Check that the window has everything that is named, and that it may be withheld.

    Raises:
        RecipeError: A panel or an action is unknown, or can be neither hidden nor locked.
    """
    for key, values, known in (
        ("hidden.panels", file.hidden.panels, names.docks),
        ("hidden.actions", file.hidden.actions, names.actions),
        ("locked.actions", file.locked.actions, names.actions),
    ):
        for value in values:
            if value in ALWAYS and value in known:
                words = tr("{name} is always there.", name=quoted(value))
                raise refused(where, f'"{key}": {words}')
            if value not in known:
                hint = did_you_mean(value, known)
                words = tr("the window has no {name}.{hint}", name=quoted(value), hint=hint)
                raise refused(where, f'"{key}": {words}')


def teacher_json(file: TeacherFile) -> str:
    """Return the file as JSON, without default values."""
    document = file.model_dump(mode="json", exclude_defaults=True)
    content = {"format": FORMAT, "version": VERSION, **document}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def save_teacher_file(path: str | os.PathLike[str], file: TeacherFile) -> None:
    """Write ``file`` to ``path``, atomically.

    Raises:
        AeguiError: The file could not be written.
    """
    write_atomically(path, teacher_json(file).encode())
