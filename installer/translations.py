"""Maintain the message catalogues: ``python installer/translations.py update|compile|check``.

``update`` collects every marked text of the program, and the texts of the shipped recipes, studies
and published figures, into each language's ``aegui.po``, keeping existing translations; ``compile``
writes the ``aegui.mo`` that the program reads; ``check`` lists what is missing, and fails if
anything is.
"""

from __future__ import annotations

import argparse
import ast
import gc
import io
import json
import re
import string
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Message

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = tuple(sorted(path.parent.name for path in FOLDER.glob("*/LC_MESSAGES")))
"""Languages with a folder; a new language needs only that."""
KEYWORDS = {"tr": (0,), "mark": (0,), "trn": (0, 1), "FieldWords": (0, 1), "worded": (1, 2)}
"""Positions of the message arguments of each marking function."""
_CALLS = re.compile(rf"\b({'|'.join(KEYWORDS)})\(".encode())
"""A file without any of these calls need not be parsed: four of ten."""
PLURALS = {"trn"}
"""Functions whose messages are singular and plural of one."""


def collect() -> Catalog:
    """Return a catalogue of all texts that users see, without translations."""
    catalog = Catalog(project="aegui", charset="utf-8")
    for path in sorted((ROOT / "aegui").rglob("*.py")):
        for message in _marked(path):
            catalog.add(message, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    for path in sorted((ROOT / "resources" / "recipes").glob("*.json")):
        recipe = json.loads(path.read_text(encoding="utf-8"))
        for key in ("name", "notes"):
            if recipe[key]:
                catalog.add(recipe[key], locations=[(f"resources/recipes/{path.name}", 0)])
    for path in sorted((ROOT / "resources" / "studies").glob("*.json")):
        for text in filter(_has_words, _texts_of_study(json.loads(path.read_text("utf-8")))):
            catalog.add(text, locations=[(f"resources/studies/{path.name}", 0)])
    parity = json.loads((ROOT / "resources" / "parity.json").read_text("utf-8"))
    for text in texts_of_parity(parity):
        catalog.add(text, locations=[("resources/parity.json", 0)])
    return catalog


def _has_words(text: str) -> bool:
    """Return whether ``text`` has words to translate, unlike numbers and some formulas."""
    return re.search(r"[A-Za-z]{2}|\d x \d", text) is not None


def _texts_of_study(plan: dict[str, Any]) -> Iterator[str]:
    """Yield the texts of a shipped study."""
    yield from (
        plan[key] for key in ("name", "notes", "published_unit", "conclusion") if plan.get(key)
    )
    yield from (row["text"] for row in plan.get("published", ()))
    for axis in plan.get("axes", ()):
        yield from (part["label"] for part in (axis, *axis.get("rows", ())) if part.get("label"))


def texts_of_parity(document: dict[str, Any]) -> Iterator[str]:
    """Yield the texts of published figures, and of results for them."""
    for row in document["rows"]:
        parts = (row, row.get("ours") or {})
        yield from (
            part[key]
            for part in parts
            for key in ("what", "published", "note", "words", "machine")
            if part.get(key)
        )


def _marked(path: Path) -> Iterator[str | tuple[str, ...]]:
    """Yield the messages marked in ``path``, in order, including those in f-strings."""
    code = path.read_bytes()
    if not _CALLS.search(code):
        return
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        texts = [_text(call, place) for place in KEYWORDS.get(name, ())]
        known = tuple(text for text in texts if text)
        if name in PLURALS and len(known) == len(texts):
            yield known
        elif name not in PLURALS:
            yield from known


def _text(call: ast.Call, place: int) -> str:
    """Return the text of the argument at ``place``; "" if it is no text."""
    argument = call.args[place] if place < len(call.args) else None
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    return ""


def po_path(language: str) -> Path:
    """Return the path of the catalogue that translators edit."""
    return FOLDER / language / "LC_MESSAGES" / "aegui.po"


def load(language: str) -> Catalog:
    """Load the catalogue of ``language``; an empty one if there is none yet."""
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, project="aegui", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update() -> None:
    """Update every language's catalogue from the sources."""
    template = collect()
    for language in LANGUAGES:
        catalog = load(language)
        # No fuzzy matching: a wrong guess is worse than a gap.
        catalog.update(
            template,
            no_fuzzy_matching=True,
            update_header_comment=False,
            update_creation_date=False,
        )
        catalog.obsolete.clear()
        path = po_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        write_po(buffer, catalog, width=100, include_lineno=False, omit_header=False)
        path.write_bytes(buffer.getvalue())


def mo_bytes(catalog: Catalog) -> bytes:
    """Return the compiled catalogue."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def compile_all() -> None:
    """Write every ``aegui.mo``."""
    for language in LANGUAGES:
        po_path(language).with_suffix(".mo").write_bytes(mo_bytes(load(language)))


def problems(template: Catalog) -> Iterator[str]:
    """Yield all differences between the catalogues and ``template``, in words."""
    wanted = [message for message in template if message.id]
    for language in LANGUAGES:
        catalog = load(language)
        known = {_key(message): message for message in catalog if message.id}
        for message in wanted:
            translated = known.get(_key(message))
            if translated is None:
                yield f"{language}: not in the catalogue: {_key(message)!r}"
            else:
                yield from _message_problems(language, translated)
        for unsaid in known.keys() - set(map(_key, wanted)):
            yield f"{language}: nothing says this any more: {unsaid!r}"
        mo = po_path(language).with_suffix(".mo")
        if not mo.exists() or mo.read_bytes() != mo_bytes(catalog):
            yield f"{language}: {mo.name} is not what {po_path(language).name} compiles to"


def _message_problems(language: str, message: Message) -> Iterator[str]:
    sources = message.id if isinstance(message.id, tuple | list) else (message.id,)
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    texts = [text or "" for text in strings]
    if message.fuzzy or not all(texts):
        yield f"{language}: not translated: {sources[0]!r}"
        return
    fields = set().union(*map(_fields, sources))
    for text in texts:
        if not _fields(text) <= fields or (len(sources) == 1 and _fields(text) != fields):
            yield f"{language}: other fields than in English: {text!r}"


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else message.id


def _fields(text: str) -> set[str]:
    """Return the field names of a format string; none if it is plain text with braces."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:
        return set()


def main() -> int:
    """Run the command line; return the exit status."""
    # Syntax trees have no cycles, and searching them for some takes longer than parsing.
    gc.disable()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("command", choices=["update", "compile", "check"])
    command = parser.parse_args().command
    if command == "update":
        update()
    elif command == "compile":
        compile_all()
    else:
        found = list(problems(collect()))
        sys.stdout.writelines(f"{problem}\n" for problem in found)
        return 1 if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
