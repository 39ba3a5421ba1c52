"""Search for the smallest network that still reaches a goal, by shrinking its layers.

One layer after the other, the widest first, is bisected between the narrowest width that is known
to suffice and the widest that is known to fail, until no layer can lose a unit any more. This
assumes that a wider layer can do whatever a narrower one can, which is true of networks and nearly
true of trainings: other seeds may give another width.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from aegui.core.atomic import write_atomically
from aegui.core.errors import AeguiError
from aegui.core.fields import FieldWords
from aegui.core.i18n import tr, trn
from aegui.core.json_text import from_json
from aegui.core.light_dataclass import dataclass
from aegui.core.recipe import LayerSpec
from aegui.core.study.settings import key_of
from aegui.core.study.units import Unit, content_of, forget_files, resolved_of, run_unit
from aegui.paths import user_data_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from aegui.core.recipe import Recipe

    LayerIndex = tuple[str, int]

SEARCH, OWN = "search", "own"
"""Origin of an attempt: the search, or the user."""
MAX_SEEDS = 100
_USUAL_ROUNDS = 2
"""Rounds over all layers: the second uses what narrower layers have made possible."""
_FORMAT, _VERSION = "aegui-smallest", 1


@dataclass(frozen=True)
class Challenge:
    """What the network has to achieve.

    Every sample has at most ``most_wrong`` wrong pixels, in at least ``at_least`` of ``seeds``
    trainings with consecutive seeds from that of the recipe on.
    """

    most_wrong: Annotated[
        int,
        Field(ge=0, le=10_000),
        FieldWords("Wrong pixels at most", "Wrong pixels of every sample at most."),
    ] = 1
    seeds: Annotated[
        int, Field(ge=1, le=MAX_SEEDS), FieldWords("Seeds", "Trainings of each network.")
    ] = 5
    at_least: Annotated[
        int,
        Field(ge=1, le=MAX_SEEDS),
        FieldWords("Seeds at the goal", "Trainings that must reach the goal."),
    ] = 5

    def checked(self) -> Challenge:
        """Validate the challenge and return it.

        Raises:
            AeguiError: No training could meet it, or every one does.
        """
        if self.most_wrong < 0 or not 1 <= self.at_least <= self.seeds <= MAX_SEEDS:
            raise AeguiError(
                tr(
                    "The goal is to be reached by 1 to as many seeds as there are, of at most "
                    "{most}: not by {n} of {seeds}.",
                    most=MAX_SEEDS,
                    n=self.at_least,
                    seeds=self.seeds,
                )
            )
        return self

    @property
    def words(self) -> str:
        """Translated description."""
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
    """A network that was tried."""

    widths: str
    """Inputs, then the units of each layer, as 35-8-2-8-35."""
    parameters: int
    """Number of trainable parameters."""
    met: int
    """Seeds that reached the goal."""
    seeds: int
    """Seeds that were trained."""
    holds: bool
    """Whether they were enough."""
    by: str
    """``SEARCH`` or ``OWN``."""
    key: str
    """Key of its recipe, see ``key_of``."""
    recipe: dict[str, Any]
    """Its recipe as JSON, for opening it."""


def best_of_attempts(attempts: Sequence[Attempt], by: str | None = None) -> Attempt | None:
    """Return the successful attempt with the fewest parameters; of equal ones the first."""
    holding = [one for one in attempts if one.holds and by in {None, one.by}]
    return min(holding, key=lambda one: one.parameters, default=None)


def challenge_key(recipe: Recipe, challenge: Challenge) -> str:
    """Return the key that attempts are stored under, of samples and goal but not the network.

    Raises:
        AeguiError: The samples cannot be read.
    """
    named = [recipe.data.model_dump(mode="json"), recipe.seed, asdict(challenge)]
    content = content_of(recipe)
    parts = [*named, content] if content else named
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Attempts:
    """The attempts at one challenge, stored in a file so that nothing is trained twice.

    Args:
        recipe: Names the samples and the first seed.
        challenge: The goal.
        folder: The folder of the file; by default in the user's data.

    Raises:
        AeguiError: The samples cannot be read.
    """

    def __init__(self, recipe: Recipe, challenge: Challenge, folder: Path | None = None) -> None:
        folder = user_data_dir() / "smallest" if folder is None else folder
        # Files may have changed since they were last read.
        forget_files()
        self._path = folder / f"{challenge_key(recipe, challenge)}.json"
        self._known: dict[str, Attempt] = {}
        self._read()

    def __iter__(self) -> Iterator[Attempt]:
        return iter(tuple(self._known.values()))

    def get(self, key: str) -> Attempt | None:
        """Return the attempt with that recipe key, or None."""
        return self._known.get(key)

    def add(self, attempt: Attempt) -> None:
        """Store an attempt, replacing an earlier one with the same key.

        Raises:
            AeguiError: The file could not be written.
        """
        self._known[attempt.key] = attempt
        document = {
            "format": _FORMAT,
            "version": _VERSION,
            "attempts": [asdict(one) for one in self._known.values()],
        }
        # If the folder cannot be made, the write below raises with the reason.
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
            # If the file is damaged, only the trainings have to be repeated.
            self._known = {}


def check_kind(recipe: Recipe) -> None:
    """Refuse models that do not reconstruct.

    Raises:
        AeguiError: The recipe is no autoencoder.
    """
    if not recipe.is_autoencoder:
        raise AeguiError(
            tr("The challenge is for autoencoders: other models have no wrong pixels.")
        )


def for_challenge(recipe: Recipe, challenge: Challenge) -> Recipe:
    """Return ``recipe`` for an attempt: one run, on the CPU, which ends at the goal."""
    goals = recipe.training.goals.model_copy(update={"max_wrong_pixels": challenge.most_wrong})
    training = recipe.training.model_copy(update={"goals": goals, "device": "cpu"})
    return recipe.model_copy(update={"training": training, "runs": 1, "name": "", "notes": ""})


def widths_words(recipe: Recipe) -> str:
    """Format the widths of input and layers as 35-8-2-8-35."""
    resolved = resolved_of(recipe)
    sizes = [resolved.dataset.pixels, *(layer.outputs for layer in resolved.layers)]
    return "-".join(map(str, sizes))


def try_network(
    recipe: Recipe,
    challenge: Challenge,
    attempts: Attempts,
    *,
    by: str = OWN,
    report_share: Callable[[float], None] = lambda share: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Attempt | None:
    """Train a network with every seed and return whether the goal holds; known attempts are reused.

    Args:
        recipe: The network, on the samples of the challenge.
        challenge: The goal.
        attempts: Earlier attempts; this one is added.
        by: Who asks.
        report_share: Called with the share that is done.
        stopped: Polled now and then; True cancels the attempt.

    Returns:
        None if it was cancelled.

    Raises:
        AeguiError: The network cannot be trained, does not reconstruct, or cannot be stored.
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
    for records in run_unit(Unit(runs, 1.0), report_share=report_share):
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
class SearchProgress:
    """Progress of the search."""

    attempt: Attempt | None
    """The last attempt; None while it is running."""
    best: Attempt | None
    """The smallest sufficient network so far."""
    trying: str
    """Widths of the current attempt; empty at the end."""


def attempts_left(recipe: Recipe, challenge: Challenge, attempts: Attempts) -> int:
    """Estimate how many networks ``shrink`` still has to train; 0 if all are known.

    Raises:
        AeguiError: As ``shrink``.
    """
    *before, last = shrink(recipe, challenge, attempts, stopped=lambda: True)
    if not last.trying:
        return 0
    known = sum(news.attempt is not None for news in before)
    return max(1, default_attempts(recipe) - known)


def default_attempts(recipe: Recipe) -> int:
    """Estimate how many networks ``shrink`` tries, including the initial one."""
    return 1 + _USUAL_ROUNDS * _halvings(recipe)


def shrink(
    recipe: Recipe,
    challenge: Challenge,
    attempts: Attempts,
    stopped: Callable[[], bool] = lambda: False,
    report_share: Callable[[float], None] = lambda share: None,
) -> Iterator[SearchProgress]:
    """Search for the smallest network, yielding each attempt, until no layer can be narrowed.

    Args:
        recipe: The initial network; only units of dense layers shrink, the code keeps its size.
        challenge: The goal.
        attempts: Earlier attempts, which are not trained again.
        stopped: Polled now and then; True ends the search.
        report_share: Called with the estimated share of the search that is done.

    Raises:
        AeguiError: The initial network does not reach the goal, has no layer to shrink, or cannot
            be trained.
    """
    present = for_challenge(recipe, challenge)
    indices = dense_layers(present)
    if not indices:
        raise AeguiError(
            tr("There is nothing to shrink: the network has no dense layer beside its code.")
        )
    tried, left = 0, _USUAL_ROUNDS * _halvings(present)

    def report_epoch(share: float) -> None:
        report_share((tried + share) / (tried + 1 + left))

    first = None
    for news in _tried(present, challenge, attempts, stopped, report_epoch):
        first = news.attempt
        yield news
    if first is None:
        return
    if not first.holds:
        raise AeguiError(
            trn(
                "The initial network, {widths}, reaches the goal in {met} of {n} seed: start "
                "with a wider one, train longer, or relax the goal.",
                "The initial network, {widths}, reaches the goal in {met} of {n} seeds: start "
                "with a wider one, train longer, or relax the goal.",
                first.seeds,
                widths=first.widths,
                met=first.met,
            )
        )
    changed, is_first = True, True
    while changed:
        changed = False
        order = sorted(indices, key=lambda layer_index: -_units(present, layer_index))
        for number, layer_index in enumerate(order, 1):
            before = _units(present, layer_index)
            low, high = 0, before
            while high - low > 1:
                middle = (low + high) // 2
                candidate = _with_units(present, layer_index, middle)
                attempt = None
                tried += 1
                # This layer, those after it, and another round if anything has changed.
                left = (
                    _steps(high - low) - 1 + sum(_steps(_units(present, p)) for p in order[number:])
                )
                left += _halvings(present) if changed or is_first else 0
                for news in _tried(candidate, challenge, attempts, stopped, report_epoch):
                    attempt = news.attempt
                    yield news
                if attempt is None:
                    return
                if attempt.holds:
                    high = middle
                else:
                    low = middle
            present = _with_units(present, layer_index, high)
            changed = changed or high < before
        is_first = False
    yield SearchProgress(None, best_of_attempts(tuple(attempts)), "")


def _halvings(recipe: Recipe) -> int:
    """Return the number of attempts of one round over all layers."""
    return sum(_steps(_units(recipe, layer_index)) for layer_index in dense_layers(recipe))


def _steps(widths: int) -> int:
    """Return the number of attempts to bisect ``widths`` widths."""
    return (widths - 1).bit_length()


def _tried(
    recipe: Recipe,
    challenge: Challenge,
    attempts: Attempts,
    stopped: Callable[[], bool],
    report_share: Callable[[float], None],
) -> Iterator[SearchProgress]:
    """Yield one attempt, before it begins and when it is known."""
    words = widths_words(recipe)
    yield SearchProgress(None, best_of_attempts(tuple(attempts)), words)
    attempt = try_network(
        recipe, challenge, attempts, by=SEARCH, report_share=report_share, stopped=stopped
    )
    yield SearchProgress(attempt, best_of_attempts(tuple(attempts)), words)


def dense_layers(recipe: Recipe) -> list[LayerIndex]:
    """Return the layers that can shrink: dense ones of the encoder, and of an own decoder."""
    network = recipe.network
    stacks = {"encoder": network.encoder, "decoder": network.decoder or ()}
    return [
        (name, at)
        for name, layers in stacks.items()
        for at, layer in enumerate(layers)
        if isinstance(layer, LayerSpec)
    ]


def _units(recipe: Recipe, layer_index: LayerIndex) -> int:
    layer = getattr(recipe.network, layer_index[0])[layer_index[1]]
    return int(layer.units)


def _with_units(recipe: Recipe, layer_index: LayerIndex, units: int) -> Recipe:
    layers = list(getattr(recipe.network, layer_index[0]))
    layers[layer_index[1]] = layers[layer_index[1]].model_copy(update={"units": units})
    network = recipe.network.model_copy(update={layer_index[0]: tuple(layers)})
    return recipe.model_copy(update={"network": network})
