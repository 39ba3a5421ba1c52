"""Project-specific style checks: ``python -m tests.style.idioms``.

Each rule is a function from a parsed file to the lines that break it, in one table; three rules
examine all files together. Rules cannot be silenced by comments.
"""

from __future__ import annotations

import ast
import gc
import re
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from installer.translations import KEYWORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("aegui", "installer", "tests")
MAX_LINES = 800
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "misc", "common", "tools"}
MAY_PRINT = (
    "aegui/cli.py",
    "aegui/commands/",
    "installer/",
    "tests/style/",
    "tests/bench/",
    "tests/fuzz/__main__.py",
    "tests/system/torture.py",
)
MAKES_CODE = "aegui/core/formula.py"
"""Makes functions of the formulas of our own tables; nothing that was read comes there."""
READS_JSON = "aegui/core/json_text.py"
_OBJECT_MODULES = frozenset({"pickle", "marshal", "shelve", "dill", "cloudpickle", "code"})
_LOADERS = frozenset({"torch", "numpy", "np", "joblib", "yaml"})
"""Modules of which a bare ``load`` makes any object; theirs are called by their full names."""
_OBJECT_READERS = frozenset(
    {
        *("torch.load", "torch.jit.load", "torch.serialization.load", "joblib.load"),
        *("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load"),
        *("np.lib.format.read_array", "numpy.lib.format.read_array", "pd.read_pickle"),
    }
)
_RUNS_TEXT = frozenset({"eval", "exec", "compile", "__import__"})

_TODO = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)\b(?!\([\w-]+\))")
_CAMEL = re.compile(r"[a-z]+[A-Z]\w*")

Finding = tuple[int, str]


class Source(NamedTuple):
    """A file under examination; ``name`` is its path from the root, with slashes."""

    name: str
    text: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...]
    """All of the tree: walking it once for each rule took most of the time."""

    @property
    def is_program(self) -> bool:
        """Return whether the file belongs to the program itself, not to its tests or set-up."""
        return self.name.startswith("aegui/") or self.name == "main.py"


def no_vague_file_names(source: Source) -> Iterator[Finding]:
    """Require that the name of a file says what is in it."""
    stem = Path(source.name).stem
    if stem in FORBIDDEN_NAMES:
        yield 1, f"a file called {stem} says nothing about what is in it"


def no_long_files(source: Source) -> Iterator[Finding]:
    """Limit the length of files; those of 500 lines are reviewed by hand."""
    lines = source.text.count("\n")
    if source.is_program and lines > MAX_LINES:
        yield lines, f"{lines} lines: split it (at most {MAX_LINES})"


def no_todo_without_owner(source: Source) -> Iterator[Finding]:
    """Require an owner for every TODO."""
    for number, line in enumerate(source.text.splitlines(), 1):
        if _TODO.search(line):
            yield number, "say who: # TODO(name): what"


def no_print(source: Source) -> Iterator[Finding]:
    """Allow ``print`` only in the terminal's commands."""
    if source.name.startswith(MAY_PRINT):
        return
    for node in source.nodes:
        if isinstance(node, ast.Call) and _called(node) == "print":
            yield node.lineno, "print is for the terminal's commands; log it or return it"


def no_assembled_messages(source: Source) -> Iterator[Finding]:
    """Require literal texts in translation calls, as the extractor sees only these."""
    if not source.is_program:
        return
    for node in source.nodes:
        if not isinstance(node, ast.Call) or _called(node) not in KEYWORDS:
            continue
        texts = [node.args[i] for i in KEYWORDS[_called(node)] if i < len(node.args)]
        for text in texts:
            if isinstance(text, ast.JoinedStr | ast.BinOp) or _is_format(text):
                yield node.lineno, f"{_called(node)}() needs a literal; fill in {{fields}} by name"
            elif _called(node) in {"mark", "worded"} and not isinstance(text, ast.Constant):
                yield node.lineno, f"{_called(node)}() needs a literal"


def no_translation_while_importing(source: Source) -> Iterator[Finding]:
    """Forbid translation at import time, when the language is not known yet."""
    for node in _executed_while_importing(source.tree):
        if isinstance(node, ast.Call) and _called(node) in {"tr", "trn"}:
            yield node.lineno, "translated while importing; mark() it here, tr() it when shown"


def no_objects_of_qt_while_importing(source: Source) -> Iterator[Finding]:
    """Forbid creating widgets, QObjects and applications at import time."""
    if not source.is_program:
        return
    qt = _names_from_qt(source.nodes)
    for node in _executed_while_importing(source.tree):
        if isinstance(node, ast.Call) and _called(node) in qt:
            yield node.lineno, f"{_called(node)} is made while importing"


def no_swallowed_errors(source: Source) -> Iterator[Finding]:
    """Require that a handler that catches everything reports it."""
    for node in source.nodes:
        if (
            isinstance(node, ast.ExceptHandler)
            and _catches_everything(node)
            and all(isinstance(line, ast.Pass | ast.Continue) for line in node.body)
        ):
            yield node.lineno, "catches everything and says nothing"


def no_camel_case_but_of_qt(source: Source) -> Iterator[Finding]:
    """Allow camelCase methods only as overrides of Qt's or of a standard class."""
    for node in source.nodes:
        if isinstance(node, ast.ClassDef):
            for line in _camel_case_methods(node):
                yield line.lineno, f"{line.name} in a class without bases: snake_case is ours"
    inside = {id(child) for node in source.nodes for child in _methods(node)}
    for node in source.nodes:
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and id(node) not in inside
            and _CAMEL.fullmatch(node.name)
        ):
            yield node.lineno, f"{node.name}: snake_case is ours"


def no_camel_case_signals(source: Source) -> Iterator[Finding]:
    """Require snake_case for signals and slots of the program."""
    for node in source.nodes:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and _called(node.value) == "Signal"
            and isinstance(node.targets[0], ast.Name)
            and _CAMEL.fullmatch(node.targets[0].id)
        ):
            yield node.lineno, f"signal {node.targets[0].id}: snake_case is ours"


def no_dict_signals(source: Source) -> Iterator[Finding]:
    """Forbid ``Signal(dict)``, which delivers {} when the keys are not strings."""
    for node in source.nodes:
        if (
            isinstance(node, ast.Call)
            and _called(node) == "Signal"
            and any(isinstance(kind, ast.Name) and kind.id == "dict" for kind in node.args)
        ):
            yield node.lineno, "Signal(dict) loses what is in it: Signal(object)"


def no_torch_seed_of_all(source: Source) -> Iterator[Finding]:
    """Forbid seeding or drawing from the global generators of torch and numpy."""
    if not source.is_program:
        return
    for node in source.nodes:
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in {"torch.manual_seed", "np.random.seed", "numpy.random.seed", "random.seed"}:
                yield node.lineno, f"{name}: pass a generator"


def no_widgets_in_the_session(source: Source) -> Iterator[Finding]:
    """Forbid widgets in session and models; import-linter does not look inside PySide6."""
    if not re.match(r"aegui/(session|features/\w+/model)/", source.name):
        return
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom) and node.module == "PySide6.QtWidgets":
            yield (
                node.lineno,
                "QtWidgets are for kit, widgets, shell, window and views",
            )


def no_code_from_what_is_read(source: Source) -> Iterator[Finding]:
    """Forbid executing or unpickling anything from a file, the network or the clipboard."""
    if not source.is_program or source.name == MAKES_CODE:
        return
    for node in source.nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                if name.partition(".")[0] in _OBJECT_MODULES:
                    yield node.lineno, f"{name} runs what it reads: safetensors, JSON"
                is_load = any(alias.name == "load" for alias in node.names)
                if isinstance(node, ast.ImportFrom) and is_load and name in _LOADERS:
                    yield node.lineno, f"load of {name} is called by its full name, to be seen"
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name.removeprefix("builtins.") in _RUNS_TEXT:
                yield node.lineno, f"{name}() runs text: parse it"
            is_safe = any(
                key.arg == "allow_pickle" and ast.unparse(key.value) == "False"
                for key in node.keywords
            )
            if name in {"np.load", "numpy.load"} and not is_safe:
                yield node.lineno, f"{name} without allow_pickle=False runs what it reads"
            elif name in _OBJECT_READERS:
                yield node.lineno, f"{name} makes any object of what it reads"


def no_json_read_elsewhere(source: Source) -> Iterator[Finding]:
    """Require the one JSON reader, for which too deep nesting is a ``ValueError`` too."""
    if not source.is_program or source.name == READS_JSON:
        return
    for node in source.nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"json.load", "json.loads"}:
            yield node.lineno, "from_json of aegui/core/json_text.py reads JSON"


RULES: tuple[Callable[[Source], Iterator[Finding]], ...] = (
    no_vague_file_names,
    no_long_files,
    no_todo_without_owner,
    no_print,
    no_assembled_messages,
    no_translation_while_importing,
    no_objects_of_qt_while_importing,
    no_swallowed_errors,
    no_camel_case_but_of_qt,
    no_camel_case_signals,
    no_dict_signals,
    no_torch_seed_of_all,
    no_widgets_in_the_session,
    no_code_from_what_is_read,
    no_json_read_elsewhere,
)


def no_class_name_twice(sources: Iterable[Source]) -> Iterator[str]:
    """Forbid two classes of one name in the program."""
    first: dict[str, str] = {}
    for source in sources:
        if not source.is_program:
            continue
        for node in source.tree.body:
            if not isinstance(node, ast.ClassDef):
                continue
            if node.name in first:
                where = f"{source.name}:{node.lineno}"
                yield f"{where}: {first[node.name]} has a class {node.name} already"
            first.setdefault(node.name, source.name)


def no_folder_without_init(sources: Iterable[Source]) -> Iterator[str]:
    """Require ``__init__.py`` in every folder of modules and its parents; a bundle lacks others.

    Run from source, Python imports such a folder as a namespace package, so that tests pass.
    """
    names = {source.name for source in sources}
    folders = {
        folder.as_posix()
        for name in names
        for folder in PurePosixPath(name).parents
        if folder.as_posix() != "."
    }
    for folder in sorted(folders):
        if f"{folder}/__init__.py" not in names:
            yield f"{folder}/__init__.py:1: missing: {folder} would not be in a bundle"


def words_out_of_use(text: str) -> dict[str, str]:
    """Return the words that the table in CONTRIBUTING.md forbids: word -> replacement."""
    rows = re.findall(r"^\|([^|]+)\|[^|]+\|([^|]+)\|$", text.partition("\n## Words\n")[2], re.M)
    return {
        word.strip(): instead.strip()
        for instead, old in rows[1:]
        for word in old.split(",")
        if word.strip(" -")
    }


def no_words_out_of_use(sources: Iterable[Source], words: dict[str, str]) -> Iterator[str]:
    """Forbid words out of use in names, messages and comments."""
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, words))})s?\b", re.IGNORECASE)
    for source in sources:
        if not source.is_program:
            continue
        for number, line in enumerate(source.text.splitlines(), 1):
            for found in pattern.findall(line):
                yield f"{source.name}:{number}: “{found}” is called {words[found.lower()]}"


def _called(node: ast.Call) -> str:
    """Return the bare name that is called, or ''."""
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _is_format(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
    )


def _catches_everything(node: ast.ExceptHandler) -> bool:
    if node.type is None:
        return True
    return isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}


def _methods(node: ast.AST) -> list[ast.FunctionDef]:
    if not isinstance(node, ast.ClassDef):
        return []
    return [line for line in node.body if isinstance(line, ast.FunctionDef)]


def _camel_case_methods(node: ast.ClassDef) -> Iterator[ast.FunctionDef]:
    """Return the camelCase methods of a class without bases."""
    if not node.bases:
        yield from (line for line in _methods(node) if _CAMEL.fullmatch(line.name))


def _executed_while_importing(node: ast.AST) -> Iterator[ast.AST]:
    """Return everything below ``node`` that runs when its module is imported."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for part in [*child.decorator_list, *child.args.defaults, *child.args.kw_defaults]:
                if part is not None:
                    yield part
                    yield from _executed_while_importing(part)
        elif not isinstance(child, ast.Lambda) and not _is_main_guard(child):
            yield child
            yield from _executed_while_importing(child)


def _is_main_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def _names_from_qt(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the classes imported from Qt, without value types such as QSize."""
    values = {"Signal", "Slot", "Property", "QSize", "QSizeF", "QPoint", "QPointF", "QColor"}
    names = {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("PySide6")
        for alias in node.names
    }
    values |= {"QRect", "QRectF", "QMargins", "QLineF", "QKeyCombination", "QKeySequence"}
    return names - values


def findings(source: Source) -> list[str]:
    """Return the violations in one file, as ``path:line: what``, in the order of lines."""
    found = sorted(finding for rule in RULES for finding in rule(source))
    return [f"{source.name}:{line}: {what}" for line, what in found]


def parse(name: str, text: str) -> Source:
    """Parse the text of a file to be examined."""
    tree = ast.parse(text)
    return Source(name, text, tree, tuple(ast.walk(tree)))


def main() -> int:
    """Examine every file; return 1 if any breaks a rule."""
    # All trees stay alive to the end, and traversing them takes as long as parsing.
    gc.disable()
    sources = [
        parse(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in (
            ROOT / "main.py",
            *(path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))),
        )
    ]
    found = [line for source in sources for line in findings(source)]
    words = words_out_of_use((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    found += [
        *no_class_name_twice(sources),
        *no_folder_without_init(sources),
        *no_words_out_of_use(sources, words),
    ]
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
