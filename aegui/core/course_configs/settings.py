"""Read training, noise and data settings of a foreign configuration."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from aegui.core.course_configs import tables
from aegui.core.course_configs.layers import GLYPH_PIXELS
from aegui.core.course_configs.notes import is_flag, is_text
from aegui.core.course_configs.tables import CATALOGUES, OFF_AT_ZERO, called
from aegui.core.course_configs.values import choice, flag_of, spelt, to_number, unaccented
from aegui.core.errors import RecipeError
from aegui.core.i18n import tr
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.recipe import Recipe
from aegui.core.recipe.errors import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aegui.core.course_configs.notes import Item, Notes
    from aegui.core.course_configs.tables import Row

_OPTIMIZER = "training.optimizer"
_SCHEDULE = "training.schedule"
_RATE = f"{_OPTIMIZER}.learning_rate"
_STEP_EPOCHS = f"{_SCHEDULE}.step_epochs"
_PATIENCE = "training.goals.patience_epochs"
_FINAL_FACTOR = f"{_SCHEDULE}.final_factor"
_SMALLEST_FACTOR = 0.5
_SMALLEST_STEP = 0.05
"""A smaller decay, per epoch or step, is no factor but the 1/t decay of old Keras versions."""
_ONLINE = frozenset({"online", "stochastic"})
_FULL = frozenset({"batch", "full", "full_batch"})
_ALL = frozenset({"full", "full_batch", "all", "todo", "-1", "0", "false"})
"""Batch sizes that mean all samples."""
_DEFAULT_LEVEL = 0.1
_EMOJI_PIXELS = 64 * 64 * 3
_GREY_SIDE = 80
"""Side of the course's grey images."""
_SOURCES = {_EMOJI_PIXELS: "emoji", 784: "mnist", 64: "digits", _GREY_SIDE**2: "emoji"}
"""The dataset that the course uses, by values per sample."""


def read_settings(notes: Notes) -> None:
    """Read all settings except those of network and data.

    Raises:
        RecipeError: A value is impossible.
    """
    _take(notes, tables.TEXTS)
    _read_noise(notes)
    _take(notes, tables.ROWS)
    _read_optimizer(notes)
    _read_schedule(notes)
    _withdraw_unused(notes)
    _read_batch(notes)
    _read_device(notes)


def _take(notes: Notes, rows: Iterable[Row]) -> None:
    for row in rows:
        if row.kind == "text":
            _take_text(notes, row)
        elif row.kind in CATALOGUES:
            _take_choice(notes, row)
        else:
            _take_number(notes, row)


def _take_text(notes: Notes, row: Row) -> None:
    item = notes.take(row.names, fits=is_text)
    # Nested names such as "model.name" are no title.
    if item is not None and (len(item.path) == 1 or row.path != "name"):
        notes.set(row.path, item.value, item, tr(row.label))
        notes.titles.add(item.path)
    elif item is not None:
        notes.release(item)


def _take_choice(notes: Notes, row: Row) -> None:
    item = notes.take_one(row.names, fits=is_text, none=row.kind == "optimizer")
    key = None if item is None else choice(row.kind, item.value)
    if item is not None and key is None:
        notes.leave(item, tr("not known here"))
    elif item is not None and key is not None:
        notes.set(row.path, key, item, f"{tr(row.label)} {called(row.kind, key)}")


def _take_number(notes: Notes, row: Row) -> None:
    item = notes.take_one(row.names)
    if item is None:
        return
    can_be_off = row.path in OFF_AT_ZERO
    if can_be_off and flag_of(item.value) is False:
        notes.understand(item, tr("switched off"))
        return
    value = item.integer if row.kind == "whole" else item.number
    if can_be_off and value == -1:
        notes.understand(item, tr("switched off"))
    else:
        notes.set(row.path, value, item, tr(row.label))


def _withdraw_unused(notes: Notes) -> None:
    """Remove parameters that the chosen options lack: betas without Adam, a step without steps."""
    for table, default in (
        ("optimizer", "adam"),
        ("schedule", "constant"),
        ("initializer", "torch_default"),
    ):
        rows = CATALOGUES[table]
        chosen = rows[str(notes.settings.get(f"training.{table}.name", default))]
        for name in sorted({name for row in rows.values() for name in row.parameters}):
            if name not in chosen.parameters:
                reason = tr("not with {choice}", choice=tr(chosen.label))
                notes.withdraw(f"training.{table}.{name}", reason)
    if notes.settings.get("training.loss") != "huber":
        notes.withdraw("training.huber_delta", tr("not with this loss"))
    item = notes.take_one(tables.LOSS_GOALS)
    if item is not None:
        notes.leave(item, tr("training does not stop at a loss"))


def _read_batch(notes: Notes) -> None:
    item = notes.take_one(tables.BATCH)
    mode = notes.take_one(tables.BATCH_MODE, fits=lambda v: spelt(v) in {*_ONLINE, *_FULL})
    path, full = "training.batch_size", tr("the full batch")
    if item is None:
        if mode is not None and spelt(mode.value) in _ONLINE:
            notes.set(path, 1, mode, tr("batch size 1"))
        elif mode is not None:
            notes.set(path, None, mode, full)
    elif spelt(item.value) in _ALL:
        notes.set(path, None, item, full)
    else:
        notes.set(path, item.integer, item, tr("batch size"))


def _read_device(notes: Notes) -> None:
    item = notes.take_one("device accelerator", fits=is_text)
    flag = notes.take_one("use_gpu use_cuda gpu cuda", fits=is_flag)
    if item is not None:
        kind = spelt(item.value).split(":")[0]
        device = {"cpu": "cpu", "cuda": "cuda", "gpu": "cuda"}.get(kind, "auto")
        notes.set("training.device", device, item, tr("device"))
    elif flag is not None:
        device = "auto" if flag_of(flag.value) else "cpu"
        notes.set("training.device", device, flag, tr("device"))


def _read_optimizer(notes: Notes) -> None:
    """Read momentum, betas and similar parameters, whose meaning depends on the optimiser."""
    betas = notes.take("betas", fits=lambda v: isinstance(v, list) and len(v) == 2)
    if betas is not None and f"{_OPTIMIZER}.beta1" in notes.settings:
        notes.leave(betas, tr("given by another key"))
    elif betas is not None and isinstance(betas.value, list):
        for beta, value in zip(("beta1", "beta2"), betas.value, strict=True):
            notes.set(f"{_OPTIMIZER}.{beta}", to_number(value, betas.key), betas, "beta1, beta2")
    name = notes.settings.get(f"{_OPTIMIZER}.name")
    rolls = _read_momentum(notes, name)
    nesterov = notes.take_one("nesterov use_nesterov", fits=is_flag)
    fast = nesterov is not None and flag_of(nesterov.value)
    if name == "sgd" and rolls:
        key = "nesterov" if fast else "momentum"
        notes.settings[f"{_OPTIMIZER}.name"] = key
        notes.say("assumed", tr("Optimiser: {v}.", v=called("optimizer", key)))
        if nesterov is not None:
            notes.understand(nesterov, called("optimizer", key) if fast else tr("switched off"))
    alpha = notes.take_one("optim*.alpha")
    # The Adam paper names the step size alpha; for RMSprop alpha is the smoothing factor.
    field = "alpha" if name == "rmsprop" else "learning_rate"
    if alpha is not None and f"{_OPTIMIZER}.{field}" not in notes.settings:
        notes.set(f"{_OPTIMIZER}.{field}", alpha.number, alpha, field)
    decay = notes.take_one("weight_decay wd weightdecay")
    if decay is not None and name == "adamw":
        notes.set(f"{_OPTIMIZER}.weight_decay", decay.number, decay, tr("weight decay"))
    elif decay is not None:
        notes.set("training.l2", decay.number, decay, "L2")
    _read_early_stopping(notes)


def _read_momentum(notes: Notes, name: object) -> bool:
    """Return whether momentum is requested, which may be given as its value, 1 or true."""
    item = notes.take_one("momentum use_momentum momentum_factor optim*.momentum_* momento")
    if item is None:
        return False
    if name not in (None, "sgd", "momentum", "nesterov"):
        notes.leave(item, tr("this optimiser has none"))
        return False
    flag = flag_of(item.value)
    if flag is None and item.number != 0:
        notes.set(f"{_OPTIMIZER}.momentum", item.number, item, tr("momentum"))
        return True
    notes.understand(item, tr("momentum") if flag else tr("switched off"))
    return bool(flag)


def _read_early_stopping(notes: Notes) -> None:
    item = notes.take_one("early_stopping early_stop parada_temprana")
    if item is None:
        return
    flag, word = flag_of(item.value), spelt(item.value)
    if flag is None and not word.isdecimal():
        raise RecipeError(
            tr(
                '"{key}" is {value}; it must be true or false.',
                key=item.key,
                value=quoted(item.value),
            )
        )
    if flag is None:
        notes.set(_PATIENCE, item.integer, item, tr("goal: epochs without progress"))
    elif not flag:
        notes.understand(item, tr("switched off"))
        notes.settings.pop(_PATIENCE, None)
    elif _PATIENCE in notes.settings:
        notes.understand(item, tr("switched on"))
    else:
        notes.leave(item, tr("after how many epochs is not given"))


def _read_schedule(notes: Notes) -> None:
    """Read the learning rate schedule, given by name or by a decay factor alone."""
    factor = notes.take_one(
        tables.RATE_FACTORS, fits=lambda v: not is_text(v) or choice("schedule", v) is None
    )
    every = notes.take_one(tables.RATE_STEPS + " step_size step_every" * (factor is not None))
    lowest = notes.take_one(tables.LOWEST_RATE)
    name = notes.settings.get(f"{_SCHEDULE}.name")
    if every is not None:
        notes.set(_STEP_EPOCHS, every.integer, every, tr("epochs between two steps of the rate"))
    if factor is not None:
        _read_factor(notes, factor, name)
    rate = notes.settings.get(_RATE, Recipe().training.optimizer.learning_rate)
    falls = notes.settings.get(f"{_SCHEDULE}.name", "constant") != "constant"
    if lowest is not None and falls and isinstance(rate, float | int) and rate > 0:
        notes.set(_FINAL_FACTOR, lowest.number / rate, lowest, tr("final learning rate"))


def _read_factor(notes: Notes, item: Item, name: object) -> None:
    if flag_of(item.value) is False:
        notes.understand(item, tr("the learning rate stays"))
        return
    value = item.number
    if name in ("step", "plateau"):
        notes.set(f"{_SCHEDULE}.factor", value, item, tr("factor of the learning rate"))
    elif name not in (None, "exponential"):
        return
    elif value == 1:
        notes.understand(item, tr("the learning rate stays"))
    elif not 0 < value < 1:
        notes.leave(item, tr("no factor between 0 and 1"))
    elif name is None and _STEP_EPOCHS in notes.settings and value >= _SMALLEST_STEP:
        notes.settings |= {f"{_SCHEDULE}.name": "step", f"{_SCHEDULE}.factor": value}
        notes.suppose(item, tr("factor of the learning rate, at every step"))
    else:
        _read_exponential(notes, item, value, is_named=name is not None)


def _read_exponential(notes: Notes, item: Item, value: float, *, is_named: bool) -> None:
    """Convert a decay factor per epoch to the final factor that the recipe stores."""
    epochs = notes.settings.get("training.epochs", Recipe().training.epochs)
    if not isinstance(epochs, int) or not 0 < epochs < 10**9:
        return
    steps = notes.settings.pop(_STEP_EPOCHS, 1)
    times = epochs / steps if isinstance(steps, int) and steps > 0 else epochs
    share = float(value**times)
    meaning = tr("factor of the learning rate, at every epoch")
    if not is_named and value < _SMALLEST_FACTOR:
        share = 1 / (1 + value * times)
        meaning = tr("the learning rate falls to {share:.3g} of its start", share=share)
    notes.settings |= {f"{_SCHEDULE}.name": "exponential", _FINAL_FACTOR: share}
    (notes.understand if is_named else notes.suppose)(item, meaning)


def _read_noise(notes: Notes) -> None:
    """Read the noise settings, unless the noise is switched off."""
    kind_item = notes.take_one(
        tables.NOISE_KINDS, fits=lambda v: choice("corruption", v) is not None
    )
    kind, level = _level_by_kind(notes)
    pepper = notes.take_one("pepper_p pepper_prob pepper")
    level = level or notes.take_one(tables.NOISE_LEVELS, fits=_is_level)
    switch = notes.take_one(tables.NOISE_SWITCHES, fits=is_flag)
    if switch is not None and flag_of(switch.value) is False:
        notes.understand(switch, tr("no noise"))
        for item in (kind_item, level, pepper):
            if item is not None:
                notes.leave(item, tr("switched off"))
    elif level is not None or kind_item is not None:
        if switch is not None:
            notes.understand(switch, tr("noise"))
        _set_noise(notes, kind or _noise_kind(notes, kind_item, level), level, pepper, kind_item)
    elif switch is not None:
        notes.leave(switch, tr("neither kind nor level of the noise is given"))


def _is_level(value: object) -> bool:
    return not isinstance(value, bool | dict | list) and choice("corruption", value) is None


def _level_by_kind(notes: Notes) -> tuple[str | None, Item | None]:
    """Return kind and level of a noise whose key names its kind."""
    for kind, patterns in tables.NOISE_BY_KIND:
        item = notes.take_one(patterns, fits=_is_level)
        if item is not None:
            return kind, item
    return None, None


def _noise_kind(notes: Notes, kind_item: Item | None, level: Item | None) -> str:
    kind = None if kind_item is None else choice("corruption", kind_item.value)
    if kind is None:
        name = "" if level is None else level.names[-1]
        words = ("factor", "std", "sigma", "variance")
        kind = "gaussian" if any(word in name for word in words) else "salt_pepper"
        label = called("corruption", kind)
        notes.say("assumed", tr("The kind of noise is not given: {kind} is taken.", kind=label))
    return kind


def _set_noise(
    notes: Notes, kind: str, item: Item | None, pepper: Item | None, kind_item: Item | None
) -> None:
    path, label = "data.corruption", called("corruption", kind)
    if kind_item is not None and choice("corruption", kind_item.value) == kind:
        notes.set(f"{path}.kind", kind, kind_item, label)
    if item is None:
        if kind != "none":
            notes.settings[f"{path}.level"] = _DEFAULT_LEVEL
            text = tr("The level of the noise is not given: {p} is taken.", p=_DEFAULT_LEVEL)
            notes.say("assumed", text)
        return
    level = item.number
    if pepper is not None:
        level += pepper.number
        notes.understand(pepper, label)
    notes.settings[f"{path}.kind"] = kind if level != 0 else "none"
    # An impossible level is reported at its own key, not at that of the noise as a whole.
    notes.sources[path] = item
    notes.set(f"{path}.level", level, item, f"{label}, {tr('level of the noise')}")


def read_data(notes: Notes, pixels: int | None) -> None:
    """Set the named data, or else the dataset whose samples have ``pixels`` values."""
    item = notes.take_one(tables.DATA, fits=is_text)
    # Many solutions number the three arrays of the course's header file.
    numbered = notes.take("font fonts font_number", fits=lambda v: type(v) is int and 1 <= v <= 3)
    source = None
    if item is not None:
        source = _source(notes, str(item.value))
    elif numbered is not None:
        item, source = numbered, tables.BUILTIN_DATA[f"font{numbered.value}"]
    if item is not None and source is not None:
        notes.set("data.source", source, item, tr("data"))
        return
    if item is not None:
        notes.leave(item, tr("no such data here"))
    _assume_data(notes, pixels)


def _assume_data(notes: Notes, pixels: int | None) -> None:
    if pixels is None or pixels == GLYPH_PIXELS:
        notes.say("assumed", tr("Data: the 32 lower-case characters of 5x7 pixels."))
    elif pixels in _SOURCES:
        source = _SOURCES[pixels]
        notes.settings["data.source"] = source
        if pixels == _GREY_SIDE**2:
            sizes = {"height": _GREY_SIDE, "width": _GREY_SIDE, "channels": 1}
            notes.settings["data.images"] = sizes
        text = tr("Data: {source}, for {n:,} numbers per sample.", source=source, n=pixels)
        notes.say("assumed", text)
    else:
        notes.say("needs", tr("data of {n:,} pixels per sample: open your own file", n=pixels))


def _source(notes: Notes, text: str) -> str | None:
    known = tables.BUILTIN_DATA.get(unaccented(text).strip())
    if known is not None or notes.folder is None or "\0" in text or len(text) > 500:
        return known
    try:
        file = notes.folder / text
        return os.fspath(file.resolve()) if file.exists() else None
    except (OSError, ValueError, RuntimeError):
        return None


def tell_defaults(notes: Notes) -> None:
    """Report the defaults of settings that are not given."""
    default, settings = Recipe().training, notes.settings
    texts = {
        "training.loss": tr("Loss: {v}.", v=called("loss", "bce")),
        f"{_OPTIMIZER}.name": tr("Optimiser: {v}.", v=called("optimizer", "adam")),
        _RATE: tr("Learning rate: {v}.", v=default.optimizer.learning_rate),
        "training.epochs": tr("Epochs: {v:,}.", v=default.epochs),
        "training.batch_size": tr("Every step sees the full batch."),
    }
    if settings.get(f"{_OPTIMIZER}.name") in SCIPY_OPTIMIZERS:
        del texts[_RATE]
    if settings.get("training.initializer.name") == "uniform":
        reach = default.initializer.range
        texts["training.initializer.range"] = tr(
            "Initial weights lie between -{r} and {r}.", r=reach
        )
    for path, text in texts.items():
        if path not in settings:
            notes.say("assumed", text)
