"""An argument of a command as a table row: its argparse settings and its bounds."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from aegui.core.errors import AeguiError, elided
from aegui.core.i18n import localized, mark, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Option(NamedTuple):
    """An argument of a command; its texts are translated when they are shown."""

    names: tuple[str, ...]
    """All names of an option, the one that messages use first; or the name of a positional
    argument."""
    help: str
    """Help text."""
    metavar: str | None
    """Placeholder of the value in the help; None uses argparse's default."""
    least: float | None
    """Smallest number allowed."""
    most: float | None
    """Largest number allowed."""
    settings: dict[str, Any]
    """Further arguments of ``argparse.add_argument``."""
    empty: bool = False
    """Whether an empty text is allowed, or refused by the command itself."""
    writes: bool = False
    """Whether it names a file to write, which must be none that another argument reads; folders and
    the file of a training are looked after by their commands."""
    prints: bool = False
    """Whether ``-`` in place of that file is the terminal; else it is refused."""

    def required(self) -> Option:
        """Return a copy of this option that must be given."""
        return self._replace(settings=self.settings | {"required": True})

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Add this argument to ``parser``."""
        settings = self.settings | {"help": tr(self.help)}
        if self.metavar is not None:
            settings["metavar"] = tr(self.metavar)
        parser.add_argument(*self.names, **settings)

    def check(self, options: argparse.Namespace) -> None:
        """Refuse a number out of bounds, an empty text, and ``-`` where nothing is printed.

        Raises:
            AeguiError: The value is one of these.
        """
        value = getattr(options, self._place())
        if self.least is not None or self.most is not None:
            check_number(self._name(), value, self.least, self.most)
        elif not self.empty:
            for text in value if isinstance(value, list) else [value]:
                check_not_empty(self._written(), text)
        if self.writes and not self.prints and "-" in self._texts(options):
            raise AeguiError(
                tr(
                    "{name} -: give the name of a file; the terminal takes none of this.",
                    name=self._name(),
                )
            )

    def check_apart(self, options: argparse.Namespace, others: Sequence[Option]) -> None:
        """Refuse a file to write that one of ``others`` names to be read.

        Raises:
            AeguiError: This argument and another one name the same existing file.
        """
        if not self.writes:
            return
        for other in others:
            # A title may be any text.
            if other.writes or other.names[0] == "--title":
                continue
            for read in filter(os.path.isfile, other._texts(options)):
                for written in self._texts(options):
                    check_different(self._name(), written, other._name(), read)

    def is_given(self, options: argparse.Namespace) -> bool:
        """Return whether the value differs from the default."""
        usual = False if self.settings.get("action") == "store_true" else None
        return bool(getattr(options, self._place()) != self.settings.get("default", usual))

    def _texts(self, options: argparse.Namespace) -> list[str]:
        value = getattr(options, self._place())
        values = value if isinstance(value, list) else [value]
        return [one for one in values if isinstance(one, str)]

    def _place(self) -> str:
        """Return the attribute name that argparse uses: ``dest``, else the first long name."""
        long = (name for name in self.names if name.startswith("--"))
        name = next(long, self.names[0]).lstrip("-").replace("-", "_")
        return str(self.settings.get("dest", name))

    def _name(self) -> str:
        """Return the name used in messages: of an option its own, of a positional its metavar."""
        name = self.names[0]
        return name if name.startswith("-") or self.metavar is None else tr(self.metavar)

    def _written(self) -> str:
        """Return the argument as the usage line of the help prints it."""
        name, value = self._name(), tr(self.metavar or "")
        return f"{name} {value}" if name.startswith("-") else name


def refuse_both(options: argparse.Namespace, first: str, second: str) -> None:
    """Refuse the flags ``first`` and ``second``, each a form of the output, together.

    Raises:
        AeguiError: Both are given.
    """
    if all(getattr(options, name.lstrip("-").replace("-", "_")) for name in (first, second)):
        raise AeguiError(tr("{first} and {second} exclude each other.", first=first, second=second))


def check_not_empty(argument: str, value: object) -> None:
    """Refuse an empty text as the ``value`` of an argument.

    Raises:
        AeguiError: ``value`` is empty.
    """
    if value == "":
        raise AeguiError(
            tr(
                "{argument} is empty; if it is a shell variable, it is not set.",
                argument=argument,
            )
        )


def check_unicode(argument: str, value: str | None) -> None:
    """Refuse bytes that are no text, which no file of text can hold.

    Raises:
        AeguiError: ``value`` holds such bytes.
    """
    try:
        (value or "").encode()
    except UnicodeEncodeError:
        raise AeguiError(
            tr(
                "{argument} is {value}: this is not valid Unicode text.",
                argument=argument,
                value=elided(ascii(value)),
            )
        ) from None


def check_different(first: str, path: str, second: str, other: str) -> None:
    """Refuse one file as the values of two options: one content would replace the other.

    Raises:
        AeguiError: ``path``, the value of ``first``, and ``other``, of ``second``, are one file.
    """
    both = os.path.exists(path) and os.path.exists(other)
    if os.path.realpath(path) == os.path.realpath(other) or (
        both and os.path.samefile(path, other)
    ):
        raise AeguiError(
            tr(
                "{first} and {second} name the same file, {file}: give one of them another name.",
                first=first,
                second=second,
                file=path,
            )
        )


def check_number(
    name: str, value: float | None, least: float | None, most: float | None = None
) -> None:
    """Refuse a ``value`` of the option ``name`` out of bounds; None is allowed.

    Raises:
        AeguiError: ``value`` is out of bounds.
    """
    if value is None:
        return
    shown = f"{value:g}" if isinstance(value, float) else elided(str(value))
    if least is not None and not value >= least:
        words = tr(
            "{name} is {value}; it must be at least {n}.", name=name, value=shown, n=_bound(least)
        )
        raise AeguiError(words)
    if most is not None and value > most:
        words = tr(
            "{name} is {value}; it must be at most {n}.", name=name, value=shown, n=_bound(most)
        )
        raise AeguiError(words)


def _bound(value: float) -> str:
    """Return a bound as text: whole numbers in full, others to 15 significant digits."""
    return localized(value, "," if isinstance(value, int) else ",.15g")


def _reader(kind: type[int | float], reason: str) -> Callable[[str], int | float]:
    """Return a reader of numbers; argparse's own message would name Python's type.

    ``reason`` is the message, marked for translation, that ``{text}`` is no such number.
    """

    def read(given: str) -> int | float:
        try:
            return kind(given)
        except ValueError:
            raise argparse.ArgumentTypeError(tr(reason, text=elided(given))) from None

    return read


_WHOLE = _reader(int, mark("{text} is not a whole number"))
# People of many languages write a comma.
_DECIMAL = _reader(float, mark("{text} is not a number, such as 0.5 with a point"))


def text(
    names: str,
    metavar: str,
    help: str,
    *,
    empty: bool = False,
    writes: bool = False,
    prints: bool = False,
    **settings: Any,
) -> Option:
    """Return an option or positional argument that takes a text; ``names`` are space-separated."""
    if settings.get("nargs") == "*":
        # Without a default, argparse reports the argument as required.
        settings = {"default": []} | settings
    return Option(tuple(names.split()), help, metavar, None, None, settings, empty, writes, prints)


def several(names: str, metavar: str, help: str, **settings: Any) -> Option:
    """Return an option with a text that may be repeated; its value is a list, empty by default."""
    return text(names, metavar, help, action="append", default=[], **settings)


def integer(
    names: str,
    metavar: str,
    help: str,
    *,
    default: int | None = None,
    least: int | None = 0,
    most: int | None = None,
) -> Option:
    """Return an option that takes an integer; with ``least`` None the command checks it."""
    settings = {"type": _WHOLE, "default": default}
    return Option(tuple(names.split()), help, metavar, least, most, settings)


def real(
    name: str, metavar: str, help: str, *, least: float, most: float, default: float | None = None
) -> Option:
    """Return an option that takes a number."""
    return Option((name,), help, metavar, least, most, {"type": _DECIMAL, "default": default})


def choice(
    name: str, of: Sequence[str], help: str, metavar: str | None = None, **settings: Any
) -> Option:
    """Return an option or positional argument that takes one of the texts ``of``."""
    return Option((name,), help, metavar, None, None, settings | {"choices": of})


def flag(name: str, help: str) -> Option:
    """Return an option without a value."""
    return Option((name,), help, None, None, None, {"action": "store_true"})
