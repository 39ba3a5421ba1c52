"""The smallest network that still does a task: widths shrink while the goal holds.

One layer after the other, the one that saves most first, is halved and halved again between the
narrowest width that is known to do and the widest that is known to fail (bisection), until no layer
can lose a unit any more. That takes it that a wider layer does whatever a narrower one does, which
is true of networks and nearly true of trainings: with other seeds another width may come out.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from aegui.core.atomic import write_atomically
from aegui.core.errors import AeguiError
from aegui.core.fields import FieldWords
from aegui.core.i18n import tr, trn
from aegui.core.json_text import from_json
from aegui.core.recipe import LayerSpec
from aegui.core.study.settings import key_of
from aegui.core.study.units import Unit, content_of, forget_files, resolved_of, run_unit
from aegui.paths import user_data_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from aegui.core.recipe import Recipe

    Place = tuple[str, int]

SEARCH, OWN = "search", "own"
"""Who has made an attempt: the search, or the person."""
MOST_SEEDS = 100
_USUAL_ROUNDS = 2
"""Over all layers: what a narrower one has made possible is found in the second."""
_FORMAT, _VERSION = "aegui-smallest", 1


@dataclass(frozen=True)
class Challenge:
    """What the network has to do.

    Every sample has at most ``most_wrong`` wrong pixels in trainings with so many ``seeds``, from
    that of the recipe on, in ``at_least`` so many of them.
    """

    most_wrong: Annotated[
        int,
        Field(ge=0, le=10_000),
        FieldWords("Wrong pixels at most", "Wrong pixels of every sample at most."),
    ] = 1
    seeds: Annotated[
        int, Field(ge=1, le=MOST_SEEDS), FieldWords("Seeds", "Trainings of each network.")
    ] = 5
    at_least: Annotated[
        int,
        Field(ge=1, le=MOST_SEEDS),
        FieldWords("Seeds at the goal", "Trainings that must reach the goal."),
    ] = 5

    def checked(self) -> Challenge:
        """This challenge.

        Raises:
            AeguiError: No training could meet it, or every one does.
        """
        if self.most_wrong < 0 or not 1 <= self.at_least <= self.seeds <= MOST_SEEDS:
            raise AeguiError(
                tr(
                    "The goal is to be reached by 1 to as many seeds as there are, of at most "
                    "{most}: not by {n} of {seeds}.",
                    most=MOST_SEEDS,
                    n=self.at_least,
                    seeds=self.seeds,
                )
            )
        return self

    @property
    def words(self) -> str:
        """What a person reads."""
        pixels = trn(
            "every sample at most {n} wrong pixel",
            "every sample at most {n} wrong pixels",
            self.most_wrong,
        )
        return trn(
            "{what}, in {k} of {n} seed",
            "{what}, in {k} of {n} seeds",
            self.seeds,
            what=pixels,
            k=self.at_least,
        )


@dataclass(frozen=True)
class Attempt:
    """A network that was tried.

    Attributes:
        widths: Inputs, then the units of each layer, as 35-8-2-8-35.
        parameters: Numbers that it learns.
        met: Seeds that reached the goal.
        seeds: Seeds that were trained.
        holds: Whether they were enough.
        by: ``SEARCH`` or ``OWN``.
        key: Of its recipe, see ``key_of``.
        recipe: Its recipe as JSON, to be opened.
    """

    widths: str
    parameters: int
    met: int
    seeds: int
    holds: bool
    by: str
    key: str
    recipe: dict[str, Any]


def best_of_attempts(attempts: Sequence[Attempt], by: str | None = None) -> Attempt | None:
    """The attempt with the fewest parameters that holds; of equal ones the first."""
    holding = [one for one in attempts if one.holds and by in {None, one.by}]
    return min(holding, key=lambda one: one.parameters, default=None)


def challenge_key(recipe: Recipe, challenge: Challenge) -> str:
    """What attempts are kept under: the same samples and goal, whatever the network.

    Raises:
        AeguiError: The samples cannot be read.
    """
    named = [recipe.data.model_dump(mode="json"), recipe.seed, asdict(challenge)]
    content = content_of(recipe)
    told = [*named, content] if content else named
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Attempts:
    """What was tried for one challenge; kept in a file, so that nothing is trained twice.

    Args:
        recipe: Names the samples and the first seed.
        challenge: The goal.
        folder: Where they are kept; by default in the user's data.

    Raises:
        AeguiError: The samples cannot be read.
    """

    def __init__(self, recipe: Recipe, challenge: Challenge, folder: Path | None = None) -> None:
        folder = user_data_dir() / "smallest" if folder is None else folder
        # A file may hold other samples than when something was last tried.
        forget_files()
        self._path = folder / f"{challenge_key(recipe, challenge)}.json"
        self._known: dict[str, Attempt] = {}
        self._read()

    def __iter__(self) -> Iterator[Attempt]:
        return iter(tuple(self._known.values()))

    def get(self, key: str) -> Attempt | None:
        """The attempt with the recipe of that key."""
        return self._known.get(key)

    def add(self, attempt: Attempt) -> None:
        """Keep an attempt; the person's own claim comes before that of the search.

        Raises:
            AeguiError: The file could not be written.
        """
        self._known[attempt.key] = attempt
        document = {
            "format": _FORMAT,
            "version": _VERSION,
            "attempts": [asdict(one) for one in self._known.values()],
        }
        # Why a folder cannot be made is said by who writes into it.
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self._path, json.dumps(document, indent=1, ensure_ascii=False).encode())

    def _read(self) -> None:
        try:
            document = from_json(self._path.read_text("utf-8"))
            if document["format"] != _FORMAT or document["version"] != _VERSION:
                return
            self._known = {row["key"]: Attempt(**row) for row in document["attempts"]}
        except (OSError, ValueError, KeyError, TypeError):
            # A file that is damaged costs the trainings again, and nothing else.
            self._known = {}


def check_kind(recipe: Recipe) -> None:
    """Refuse what does not reconstruct.

    Raises:
        AeguiError: It is no autoencoder.
    """
    if not recipe.is_autoencoder:
        raise AeguiError(
            tr("The challenge is for autoencoders: wrong pixels say nothing of others.")
        )


def for_challenge(recipe: Recipe, challenge: Challenge) -> Recipe:
    """``recipe`` as it is tried: one run, on the processor, that ends once it is as good."""
    goals = recipe.training.goals.model_copy(update={"max_wrong_pixels": challenge.most_wrong})
    training = recipe.training.model_copy(update={"goals": goals, "device": "cpu"})
    return recipe.model_copy(update={"training": training, "runs": 1, "name": "", "notes": ""})


def widths_words(recipe: Recipe) -> str:
    """The units of all layers, as 35-8-2-8-35; of other layers their kinds."""
    resolved = resolved_of(recipe)
    sizes = [resolved.dataset.pixels, *(layer.outputs for layer in resolved.layers)]
    return "-".join(map(str, sizes))


def try_network(
    recipe: Recipe,
    challenge: Challenge,
    attempts: Attempts,
    *,
    by: str = OWN,
    tell: Callable[[float], None] = lambda share: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Attempt | None:
    """Train a network with every seed and say whether the goal holds; what was tried is known.

    Args:
        recipe: The network, on the samples of the challenge.
        challenge: The goal.
        attempts: What was tried before; this one is added.
        by: Who asks.
        tell: Called with the share of it that is done.
        stopped: Asked now and then; True gives it up.

    Returns:
        None where it was given up.

    Raises:
        AeguiError: It cannot be trained, does not reconstruct, or cannot be kept.
    """
    challenge = challenge.checked()
    check_kind(recipe)
    recipe = for_challenge(recipe, challenge)
    key = key_of(recipe)
    known = attempts.get(key)
    if known is not None:
        if by == OWN and known.by != OWN:
            known = replace(known, by=OWN)
            attempts.add(known)
        return known
    if stopped():
        return None
    resolved = resolved_of(recipe)
    seeds = range(recipe.seed, recipe.seed + challenge.seeds)
    runs = tuple(recipe.model_copy(update={"seed": seed}) for seed in seeds)
    met = done = 0
    for records in run_unit(Unit(runs, 1.0), tell=tell):
        if stopped():
            return None
        done += len(records)
        met += sum(one.figures.get("worst", 1e9) <= challenge.most_wrong for one in records)
    attempt = Attempt(
        widths_words(recipe),
        resolved.parameters,
        met,
        done,
        met >= challenge.at_least,
        by,
        key,
        recipe.model_dump(mode="json"),
    )
    attempts.add(attempt)
    return attempt


@dataclass(frozen=True)
class SearchNews:
    """How far the search is.

    Attributes:
        attempt: What was tried last; None while it is under way.
        best: The smallest that holds so far.
        trying: What is tried now, in words; empty at the end.
    """

    attempt: Attempt | None
    best: Attempt | None
    trying: str


def attempts_left(recipe: Recipe, challenge: Challenge, attempts: Attempts) -> int:
    """About so many networks are still to be trained by ``shrink``; 0 where all are known.

    Raises:
        AeguiError: As ``shrink``.
    """
    *before, last = shrink(recipe, challenge, attempts, stopped=lambda: True)
    if not last.trying:
        return 0
    known = sum(news.attempt is not None for news in before)
    return max(1, usual_attempts(recipe) - known)


def usual_attempts(recipe: Recipe) -> int:
    """About so many networks ``shrink`` tries, the one that it begins with among them."""
    return 1 + _USUAL_ROUNDS * _halvings(recipe)


def shrink(
    recipe: Recipe,
    challenge: Challenge,
    attempts: Attempts,
    stopped: Callable[[], bool] = lambda: False,
    tell: Callable[[float], None] = lambda share: None,
) -> Iterator[SearchNews]:
    """Look for the smallest network, telling each attempt, until nothing can be taken away.

    Args:
        recipe: Where it begins; only units of dense layers shrink, the code keeps its size.
        challenge: The goal.
        attempts: What was tried before is not trained again.
        stopped: Asked now and then; True ends the search.
        tell: Called with the share of the search that is done, as far as can be said.

    Raises:
        AeguiError: The network that it begins with does not reach the goal, has no layer to
            shrink, or cannot be trained.
    """
    present = for_challenge(recipe, challenge)
    places = dense_places(present)
    if not places:
        raise AeguiError(
            tr("There is nothing to shrink: the network has no dense layer beside its code.")
        )
    tried, left = 0, _USUAL_ROUNDS * _halvings(present)

    def told(share: float) -> None:
        tell((tried + share) / (tried + 1 + left))

    first = None
    for news in _tried(present, challenge, attempts, stopped, told):
        first = news.attempt
        yield news
    if first is None:
        return
    if not first.holds:
        raise AeguiError(
            tr(
                "The network to begin with, {widths}, reaches the goal in {met} of {n} seeds: "
                "begin with a wider one, train longer, or ask for less.",
                widths=first.widths,
                met=first.met,
                n=first.seeds,
            )
        )
    changed, is_first = True, True
    while changed:
        changed = False
        order = sorted(places, key=lambda place: -_units(present, place))
        for number, place in enumerate(order, 1):
            before = _units(present, place)
            low, high = 0, before
            while high - low > 1:
                middle = (low + high) // 2
                candidate = _with_units(present, place, middle)
                attempt = None
                tried += 1
                # This layer, those after it, and all once more where something has changed.
                left = (
                    _steps(high - low) - 1 + sum(_steps(_units(present, p)) for p in order[number:])
                )
                left += _halvings(present) if changed or is_first else 0
                for news in _tried(candidate, challenge, attempts, stopped, told):
                    attempt = news.attempt
                    yield news
                if attempt is None:
                    return
                if attempt.holds:
                    high = middle
                else:
                    low = middle
            present = _with_units(present, place, high)
            changed = changed or high < before
        is_first = False
    yield SearchNews(None, best_of_attempts(tuple(attempts)), "")


def _halvings(recipe: Recipe) -> int:
    """Attempts of one round over all layers."""
    return sum(_steps(_units(recipe, place)) for place in dense_places(recipe))


def _steps(widths: int) -> int:
    """Attempts of a bisection of so many widths."""
    return (widths - 1).bit_length()


def _tried(
    recipe: Recipe,
    challenge: Challenge,
    attempts: Attempts,
    stopped: Callable[[], bool],
    tell: Callable[[float], None],
) -> Iterator[SearchNews]:
    """One attempt: said before it is begun, and once it is known; the last one has it."""
    words = widths_words(recipe)
    yield SearchNews(None, best_of_attempts(tuple(attempts)), words)
    attempt = try_network(recipe, challenge, attempts, by=SEARCH, tell=tell, stopped=stopped)
    yield SearchNews(attempt, best_of_attempts(tuple(attempts)), words)


def dense_places(recipe: Recipe) -> list[Place]:
    """Which layers can shrink: dense ones of the encoder, and of a decoder of its own."""
    network = recipe.network
    stacks = {"encoder": network.encoder, "decoder": network.decoder or ()}
    return [
        (name, at)
        for name, layers in stacks.items()
        for at, layer in enumerate(layers)
        if isinstance(layer, LayerSpec)
    ]


def _units(recipe: Recipe, place: Place) -> int:
    layer = getattr(recipe.network, place[0])[place[1]]
    return int(layer.units)


def _with_units(recipe: Recipe, place: Place, units: int) -> Recipe:
    layers = list(getattr(recipe.network, place[0]))
    layers[place[1]] = layers[place[1]].model_copy(update={"units": units})
    network = recipe.network.model_copy(update={place[0]: tuple(layers)})
    return recipe.model_copy(update={"network": network})
