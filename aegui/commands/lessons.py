"""``aegui lesson``: list the lessons that ship, and check a lesson file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.commands.words import say, say_json, table_text
from aegui.core.i18n import mark, said, tr, trn
from aegui.core.lessons.lesson import check_names, lesson_cards, load_lesson
from aegui.core.recipe.errors import file_or_shipped

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from aegui.core.lessons.lesson import Lesson


def list_command(options: argparse.Namespace) -> int:
    """Print the lessons that ship."""
    cards = lesson_cards()
    if options.json:
        keys = ("key", "title", "about", "minutes", "steps")
        say_json([{key: getattr(card, key) for key in keys} for card in cards])
        return 0
    rows = [[card.key, card.title, str(len(card.steps)), str(card.minutes)] for card in cards]
    header = [tr("lesson"), tr("title"), tr("steps"), tr("minutes")]
    say(table_text(header, rows, words=2))
    return 0


def check_command(options: argparse.Namespace) -> int:
    """Check a lesson file, and run its trainings if requested.

    Returns:
        0, or 1 if a check of a step does not hold.

    Raises:
        AeguiError: The file is no valid lesson; the message says why.
    """
    path = _path(options.lesson)
    lesson = load_lesson(path)
    # Window names are read from the feature tables; no window is created.
    from aegui.window.names import window_names

    check_names(lesson, window_names(), path.name)
    count = len(lesson.steps)
    say(trn("{title}: {n} step.", "{title}: {n} steps.", count, title=said(lesson.title)))
    missing = _missing(lesson)
    if missing:
        say(tr("Some texts are not in: {languages}.", languages=", ".join(sorted(missing))))
    if not options.try_it:
        return 0
    return _tried(lesson, path, range(options.seed, options.seed + options.seeds))


def _path(name: str) -> Path:
    """Return the file ``name``, or that of the shipped lesson of this name.

    Raises:
        AeguiError: There is neither.
    """
    text = mark("There is no file {file}, and no shipped lesson of that name.{hint}")
    return file_or_shipped(name, {card.key: card.path for card in lesson_cards()}, text)


def _missing(lesson: Lesson) -> set[str]:
    """Return the languages that are missing in some texts."""
    texts = [words for words in lesson.words if isinstance(words, dict)]
    every = {code for words in texts for code in words}
    return {code for code in every for words in texts if not words.get(code)}


def _tried(lesson: Lesson, path: Path, seeds: range) -> int:
    from aegui.core.lessons.trial import try_lesson  # imported late: loads torch

    titles = {step.key: said(step.title) for step in lesson.steps}
    failed = 0
    for seed in seeds:
        say(tr("Seed {seed}:", seed=seed))
        for trial in try_lesson(lesson, path.parent, seed):
            holds = all(result.holds for result in trial.results)
            failed += not holds
            time = tr(" ({seconds:.1f} s)", seconds=trial.seconds) if trial.seconds else ""
            say(f"  {'✓' if holds else '✗'} {titles[trial.step.key]}{time}")
            for result in trial.results:
                say(f"      {'✓' if result.holds else '✗'} {result.words(titles)}")
    if failed:
        say(
            trn(
                "{n} step does not reach its checks.",
                "{n} steps do not reach their checks.",
                failed,
            )
        )
    return 1 if failed else 0
