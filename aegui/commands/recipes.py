"""``aegui recipes``: list the shipped recipes by the groups and levels of the gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.commands.words import groups_text, say, say_json
from aegui.core.cost import time_words
from aegui.core.errors import AeguiError
from aegui.core.gallery import cards, data_words, figures, kind_words
from aegui.core.i18n import localized, tr
from aegui.core.shelves import GROUPS, LEVELS
from aegui.core.text_tables import MISSING

if TYPE_CHECKING:
    import argparse

    from aegui.core.gallery import Card, CardFigures


def recipes_command(options: argparse.Namespace) -> int:
    """List the recipes that match, group by group.

    Raises:
        AeguiError: None matches.
    """
    query = " ".join(options.words)
    found = [
        card
        for card in cards()
        if card.fits(query, kind=options.kind or "", data=options.data or "")
        and options.level in {None, card.level}
        and options.group in {None, card.group}
    ]
    if not found:
        raise AeguiError(tr("No recipe fits; “aegui recipes” lists all of them."))
    known = {card.key: figures(card.recipe) for card in found}
    if options.json:
        say_json([_document(card, known[card.key]) for card in found])
        return 0
    header = [tr("recipe"), tr("level"), tr("kind"), tr("data"), tr("code"), tr("parameters")]
    header.append(tr("training"))
    groups = (
        (tr(title), [_row(card, known[card.key]) for card in found if card.group == group])
        for group, title in GROUPS.items()
    )
    say(groups_text(header, groups, words=4))
    return 0


def _row(card: Card, known: CardFigures | None) -> list[str]:
    level = tr(LEVELS[card.level]) if card.level else MISSING
    time = MISSING if known is None else tr("~{time}", time=time_words(known.seconds))
    if card.model is not None:
        time = tr("trained")
    units = card.recipe.network.latent.units
    parameters = MISSING if known is None else localized(known.parameters, ",")
    words = kind_words(card.recipe), data_words(card.recipe.data.source)
    return [card.key, level, *words, localized(units, ","), parameters, time]


def _document(card: Card, known: CardFigures | None) -> dict[str, object]:
    return {
        "key": card.key,
        "name": card.name,
        "level": card.level or None,
        "group": card.group,
        "kinds": list(card.kinds),
        "data": card.recipe.data.source,
        "sees": card.sees,
        "code": card.recipe.network.latent.units,
        "parameters": None if known is None else known.parameters,
        "seconds": None if known is None else known.seconds,
        "trained": None if card.model is None else str(card.model),
        "file": None if card.path is None else str(card.path),
    }
