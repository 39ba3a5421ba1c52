"""From the keys of a foreign configuration to a recipe; see the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.course_configs.data import read_data
from aegui.core.course_configs.network import GivenActivations, layer_document
from aegui.core.course_configs.noise import read_noise
from aegui.core.course_configs.rates import read_optimizer_details, read_schedule
from aegui.core.course_configs.sections import set_aside, tell_switches
from aegui.core.course_configs.sizes import input_size, read_chain
from aegui.core.course_configs.tables import (
    CATALOGUES,
    LOSS_GOALS,
    OFF_AT_ZERO,
    ROWS,
    TEXTS,
)
from aegui.core.course_configs.values import choice, flag_of, is_nothing, spelt, to_number, to_whole
from aegui.core.course_configs.variational import Variational
from aegui.core.errors import RecipeError
from aegui.core.i18n import tr
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.recipe import Recipe
from aegui.core.recipe.file import recipe_from

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aegui.core.course_configs.notes import Notes
    from aegui.core.course_configs.shape import GivenChain
    from aegui.core.course_configs.tables import Row


def read(notes: Notes) -> Recipe:
    """The recipe that all the keys together amount to.

    Raises:
        RecipeError: None of them is known, or a value is not possible.
    """
    set_aside(notes)
    _take(notes, TEXTS)
    read_noise(notes)
    _take(notes, ROWS)
    read_optimizer_details(notes)
    read_schedule(notes)
    _withdraw_unused(notes)
    _batch(notes)
    _device(notes)
    variational = Variational(notes)
    inputs = input_size(notes)
    found = read_chain(notes, inputs, variational=variational.is_told)
    told = notes.keys.told.items()
    if all(lines is notes.unknown or path in notes.titles for path, lines in told):
        raise RecipeError(
            tr(
                "Nothing in this configuration is known here; it should have layers, "
                "learning_rate, epochs or the like."
            )
        )
    read_data(notes, found.inputs or inputs)
    variational.weigh(found, found.inputs or inputs)
    _network(notes, found, variational)
    variational.read(doubled=found.doubled)
    _say_defaults(notes)
    _say_the_rest(notes)
    return recipe_from(notes.document(), aliases=notes.names)


def _say_the_rest(notes: Notes) -> None:
    """Nothing vanishes: what was looked at without a word gets its line too."""
    tell_switches(notes)
    for item in notes.keys.items:
        first = notes.keys.same.get(item.path)
        if item.path in notes.keys.told or item.path in notes.keys.off:
            continue
        if first is not None and first.path in notes.keys.told:
            lines = notes.keys.told[first.path]
            same = tr("the same as {key}", key=first.key)
            notes.tell(lines, item, f"{item.text}: {same}")
        elif item.path in notes.keys.taken and is_nothing(item.value):
            notes.understand(item, tr("nothing is given"))


def _text(notes: Notes, row: Row) -> None:
    item = notes.keys.take(row.names, fits=_is_text)
    # "model.name" and the like are no title.
    if item is not None and (len(item.path) == 1 or row.path != "name"):
        notes.set(row.path, item.value, item, tr(row.label))
        notes.titles.add(item.path)
    elif item is not None:
        notes.keys.release(item)


def _choice(notes: Notes, row: Row) -> None:
    item = notes.keys.take_one(row.names, fits=_is_text, none=row.kind == "optimizer")
    if item is None:
        return
    key = choice(row.kind, item.value)
    if key is None:
        notes.leave(item, tr("not known here"))
    else:
        label = tr(CATALOGUES[row.kind][key].label)
        notes.set(row.path, key, item, f"{tr(row.label)} {label}")


def _number(notes: Notes, row: Row) -> None:
    item = notes.keys.take_one(row.names)
    if item is None:
        return
    value: float | None = None
    if row.path not in OFF_AT_ZERO or flag_of(item.value) is not False:
        read = to_whole if row.kind == "whole" else to_number
        value = read(item.value, item.key)
    if value is None or (row.path in OFF_AT_ZERO and value == -1):
        notes.understand(item, tr("switched off"))
    else:
        notes.set(row.path, value, item, tr(row.label))


_TAKEN = {"text": _text, "whole": _number, "number": _number}


def _take(notes: Notes, rows: Iterable[Row]) -> None:
    for row in rows:
        _TAKEN.get(row.kind, _choice)(notes, row)


def _withdraw_unused(notes: Notes) -> None:
    """Details of choices that were not made: betas without Adam, a step without steps."""
    for part, table, default in (
        ("training.optimizer", "optimizer", "adam"),
        ("training.schedule", "schedule", "constant"),
        ("training.initializer", "initializer", "torch_default"),
    ):
        rows = CATALOGUES[table]
        chosen = rows[str(notes.settings.get(f"{part}.name", default))]
        for name in sorted({name for row in rows.values() for name in row.parameters}):
            if f"{part}.{name}" in notes.settings and name not in chosen.parameters:
                reason = tr("not with {choice}", choice=tr(chosen.label))
                notes.withdraw(f"{part}.{name}", reason)
    if notes.settings.get("training.loss") != "huber":
        notes.withdraw("training.huber_delta", tr("not with this loss"))
    item = notes.keys.take_one(LOSS_GOALS)
    if item is not None:
        notes.leave(item, tr("training does not stop at a loss"))


def _batch(notes: Notes) -> None:
    item = notes.keys.take_one(
        "batch_size batch minibatch_size mini_batch_size train_batch_size batchsize tamano_lote "
        "tamano_de_lote lote bs training_batch_size",
    )
    mode = notes.keys.take_one(
        "training_mode learning_mode update_mode mode training_type modo",
        fits=lambda v: spelt(v) in {"online", "stochastic", "batch", "full", "full_batch"},
    )
    online = mode is not None and spelt(mode.value) in {"online", "stochastic"}
    if item is None:
        if mode is not None:
            label = tr("batch size 1") if online else tr("the full batch")
            notes.set("training.batch_size", 1 if online else None, mode, label)
        return
    if spelt(item.value) in {"full", "all", "full_batch", "-1", "0", "false", "todo"}:
        notes.set("training.batch_size", None, item, tr("the full batch"))
    else:
        whole = to_whole(item.value, item.key)
        notes.set("training.batch_size", whole, item, tr("batch size"))


def _device(notes: Notes) -> None:
    item = notes.keys.take_one("device accelerator", fits=_is_text)
    flag = notes.keys.take_one("use_gpu use_cuda gpu cuda", fits=_is_flag)
    if item is not None:
        kind = spelt(item.value).split(":")[0]
        device = {"cpu": "cpu", "cuda": "cuda", "gpu": "cuda"}.get(kind, "auto")
        notes.set("training.device", device, item, tr("device"))
    elif flag is not None:
        device = "auto" if flag_of(flag.value) else "cpu"
        notes.set("training.device", device, flag, tr("device"))


def _network(notes: Notes, chain: GivenChain, variational: Variational) -> None:
    gaussian = variational.is_told or chain.doubled
    chain = GivenActivations(notes, gaussian=gaussian).applied(chain)
    decoder, output = chain.decoder, chain.last
    mirrored = decoder is None or list(decoder) == list(reversed(chain.encoder))
    if decoder is None:
        notes.assumed.append(tr("The decoder mirrors the encoder."))
    notes.settings["network.encoder"] = [layer_document(layer) for layer in chain.encoder]
    notes.latent = layer_document(chain.code)
    notes.settings["network.latent"] = notes.latent
    if decoder is not None and not mirrored:
        notes.settings["network.decoder"] = [layer_document(layer) for layer in decoder]
    notes.settings["network.output_activation"] = output.activation
    if output.slope is not None:
        notes.settings["network.output_slope"] = output.slope
    units = "-".join(str(layer.units) for layer in (*chain.encoder, chain.code, *chain.back))
    line = tr("The layers between input and output: {units}", units=units)
    certain = chain.told and not chain.guesses
    (notes.understood if certain else notes.assumed).append(line)


def _say_defaults(notes: Notes) -> None:
    told = Recipe()
    rate = "training.optimizer.learning_rate"
    by_scipy = notes.settings.get("training.optimizer.name") in SCIPY_OPTIMIZERS
    for path, text in (
        ("training.loss", tr("Loss: {v}.", v=tr(CATALOGUES["loss"]["bce"].label))),
        (
            "training.optimizer.name",
            tr("Optimiser: {v}.", v=tr(CATALOGUES["optimizer"]["adam"].label)),
        ),
        (
            rate,
            tr("Learning rate: {v}.", v=told.training.optimizer.learning_rate),
        ),
        ("training.epochs", tr("Epochs: {v}.", v=told.training.epochs)),
        ("training.batch_size", tr("Every step sees the full batch.")),
    ):
        if path not in notes.settings and (path, by_scipy) != (rate, True):
            notes.assumed.append(text)
    if notes.settings.get("training.initializer.name") == "uniform" and (
        "training.initializer.range" not in notes.settings
    ):
        notes.assumed.append(
            tr("Weights begin between -{r} and {r}.", r=told.training.initializer.range)
        )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_flag(value: object) -> bool:
    return flag_of(value) is not None
