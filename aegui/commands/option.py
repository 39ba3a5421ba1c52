"""An argument of a command as a row of a table: what argparse takes, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from aegui.core.errors import AeguiError, elided
from aegui.core.i18n import localized, tr

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


class Option(NamedTuple):
    """An argument of a command; its texts are translated when they are shown.

    Attributes:
        names: All names of an option, the one that messages use first; or the name of a positional
            argument.
        help: What it is for.
        metavar: What stands for the value in the help; None: argparse's own.
        least: The smallest number that it can be.
        most: The largest one.
        settings: What ``argparse.add_argument`` takes beside these.
        empty: Whether an empty text is one of its values, or refused in words of its own.
    """

    names: tuple[str, ...]
    help: str
    metavar: str | None
    least: float | None
    most: float | None
    settings: dict[str, Any]
    empty: bool = False

    def required(self) -> Option:
        """The same, and it must be given."""
        return self._replace(settings=self.settings | {"required": True})

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Let ``parser`` take it."""
        settings = self.settings | {"help": tr(self.help)}
        if self.metavar is not None:
            settings["metavar"] = tr(self.metavar)
        parser.add_argument(*self.names, **settings)

    def check(self, options: argparse.Namespace) -> None:
        """Refuse a number beyond its bounds, and an empty text in the place of a name.

        Raises:
            AeguiError: It is one of these.
        """
        value = getattr(options, self._place())
        if self.least is not None or self.most is not None:
            check_number(self._name(), value, self.least, self.most)
        elif not self.empty:
            for text in value if isinstance(value, list) else [value]:
                check_not_empty(self._written(), text)

    def _place(self) -> str:
        """What argparse calls it: by its first long name where it is not told another."""
        long = (name for name in self.names if name.startswith("--"))
        name = next(long, self.names[0]).lstrip("-").replace("-", "_")
        return str(self.settings.get("dest", name))

    def _name(self) -> str:
        """As the help calls it: an option by its name, a positional argument by its value."""
        name = self.names[0]
        return name if name.startswith("-") or self.metavar is None else tr(self.metavar)

    def _written(self) -> str:
        """As it is written in a line of the help."""
        name, value = self._name(), tr(self.metavar or "")
        return f"{name} {value}" if name.startswith("-") else name


def check_not_empty(argument: str, value: object) -> None:
    """Refuse an empty text as the ``value`` of an argument.

    Raises:
        AeguiError: So it is.
    """
    if value == "":
        raise AeguiError(
            tr(
                "{argument} is an empty text; if a variable of the shell stands there, it is "
                "not set.",
                argument=argument,
            )
        )


def check_number(
    name: str, value: float | None, least: float | None, most: float | None = None
) -> None:
    """Refuse a ``value`` of the option ``name`` beyond its bounds; None is none.

    Raises:
        AeguiError: So it is.
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
    """As it stands in the table: whole numbers to their last digit, others without what is none."""
    return localized(value, "," if isinstance(value, int) else ",.15g")


def text(names: str, metavar: str, help: str, *, empty: bool = False, **settings: Any) -> Option:
    """An option, or a positional argument, whose value is a text; ``names`` have spaces between."""
    if settings.get("nargs") == "*":
        # Without a default argparse says that one has to be given.
        settings = {"default": []} | settings
    return Option(tuple(names.split()), help, metavar, None, None, settings, empty)


def several(names: str, metavar: str, help: str, **settings: Any) -> Option:
    """An option with a text that may be repeated: a list, empty where it is not given."""
    return text(names, metavar, help, action="append", default=[], **settings)


def whole(
    names: str,
    metavar: str,
    help: str,
    *,
    default: int | None = None,
    least: int | None = 0,
    most: int | None = None,
) -> Option:
    """An option whose value is a whole number; with ``least`` None the command checks it."""
    settings = {"type": int, "default": default}
    return Option(tuple(names.split()), help, metavar, least, most, settings)


def real(
    name: str, metavar: str, help: str, *, least: float, most: float, default: float | None = None
) -> Option:
    """An option whose value is a number."""
    return Option((name,), help, metavar, least, most, {"type": float, "default": default})


def choice(
    name: str, of: Sequence[str], help: str, metavar: str | None = None, **settings: Any
) -> Option:
    """An option, or a positional argument, whose value is one of the texts ``of``."""
    return Option((name,), help, metavar, None, None, settings | {"choices": of})


def flag(name: str, help: str) -> Option:
    """An option without a value."""
    return Option((name,), help, None, None, None, {"action": "store_true"})
