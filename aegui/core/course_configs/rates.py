"""The details of optimiser and learning rate in a foreign configuration; see the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.course_configs.tables import CATALOGUES
from aegui.core.course_configs.values import choice, flag_of, spelt, to_flag, to_number, to_whole
from aegui.core.i18n import tr
from aegui.core.recipe import Recipe

if TYPE_CHECKING:
    from aegui.core.course_configs.keys import Item
    from aegui.core.course_configs.notes import Notes

_FACTORS = (
    "*schedul*.gamma *schedul*.factor *schedul*.decay* lr_decay_factor lr_gamma lr_factor "
    "scheduler_gamma scheduler_factor lr_decay learning_rate_decay lr_decay_rate decay_rate "
    "decay_factor rate_decay eta_decay lr_decay.* learning_rate.decay* decaimiento "
    "tasa_decaimiento decay gamma"
)
_STEPS = "decay_steps decay_every decay_epochs lr_decay_steps lr_decay_epochs"
_LOWEST = "eta_min min_lr lr_min final_lr end_lr lr_final min_learning_rate"
_SMALLEST_FACTOR = 0.5
_SMALLEST_STEP = 0.05
"""A decay below these is no factor (of an epoch, of a step) but the 1/t decay of old Keras."""


def read_optimizer_details(notes: Notes) -> None:
    """Momentum, betas and the like, which mean different things for each optimiser."""
    keys = notes.keys
    betas = keys.take("betas", fits=lambda v: isinstance(v, list) and len(v) == 2)
    if betas is not None and "training.optimizer.beta1" in notes.settings:
        notes.leave(betas, tr("given by another key"))
    elif betas is not None and isinstance(betas.value, list):
        for beta, value in zip(("beta1", "beta2"), betas.value, strict=True):
            path = f"training.optimizer.{beta}"
            notes.set(path, to_number(value, betas.key), betas, "beta1, beta2")
    name = notes.settings.get("training.optimizer.name")
    rolls = _momentum(notes, name)
    nesterov = keys.take_one("nesterov use_nesterov", fits=lambda v: flag_of(v) is not None)
    fast = nesterov is not None and to_flag(nesterov.value, nesterov.key)
    if name == "sgd" and rolls:
        notes.settings["training.optimizer.name"] = "nesterov" if fast else "momentum"
        label = tr(CATALOGUES["optimizer"]["nesterov" if fast else "momentum"].label)
        notes.assumed.append(tr("Optimiser: {v}.", v=label))
        if nesterov is not None:
            notes.understand(nesterov, label if fast else tr("switched off"))
    _alpha(notes, name)
    decay = keys.take_one("weight_decay wd weightdecay")
    if decay is not None:
        path = "training.optimizer.weight_decay" if name == "adamw" else "training.l2"
        value = to_number(decay.value, decay.key)
        notes.set(path, value, decay, tr("weight decay") if name == "adamw" else "L2")
    _early_stopping(notes)


def _alpha(notes: Notes, name: object) -> None:
    alpha = notes.keys.take_one("optim*.alpha")
    if alpha is None:
        return
    # The paper on Adam calls its step alpha; RMSprop's alpha is the smoothing.
    field = "alpha" if name == "rmsprop" else "learning_rate"
    if f"training.optimizer.{field}" in notes.settings:
        return
    number = to_number(alpha.value, alpha.key)
    notes.set(f"training.optimizer.{field}", number, alpha, field)


def _momentum(notes: Notes, name: object) -> bool:
    """Whether momentum is requested; some give its size, some 1 or true for yes."""
    item = notes.keys.take_one("momentum use_momentum momentum_factor optim*.momentum_* momento")
    if item is None:
        return False
    if name not in (None, "sgd", "momentum", "nesterov"):
        notes.leave(item, tr("this optimiser has none"))
        return False
    wished = flag_of(item.value)
    if wished is not None:
        notes.understand(item, tr("momentum") if wished else tr("switched off"))
        return wished
    value = to_number(item.value, item.key)
    if value == 0:
        notes.understand(item, tr("switched off"))
        return False
    notes.set("training.optimizer.momentum", value, item, tr("momentum"))
    return True


def _early_stopping(notes: Notes) -> None:
    path = "training.goals.patience_epochs"
    item = notes.keys.take_one("early_stopping early_stop parada_temprana")
    if item is None:
        return
    word = spelt(item.value)
    if word.isdecimal() and word not in {"0", "1"}:
        value = to_whole(item.value, item.key)
        notes.set(path, value, item, tr("goal: epochs without progress"))
    elif to_flag(item.value, item.key):
        if path in notes.settings:
            notes.understand(item, tr("switched on"))
        else:
            notes.leave(item, tr("after how many epochs is not given"))
    else:
        notes.understand(item, tr("switched off"))
        notes.settings.pop(path, None)


def read_schedule(notes: Notes) -> None:
    """How the learning rate falls: by a named schedule, or by a factor alone."""
    keys = notes.keys
    factor = keys.take_one(_FACTORS, fits=lambda v: not isinstance(v, str) or not _is_name(v))
    every = keys.take_one(_STEPS + " step_size step_every" * (factor is not None))
    lowest = keys.take_one(_LOWEST)
    name = notes.settings.get("training.schedule.name")
    if factor is not None and flag_of(factor.value) is False:
        notes.understand(factor, tr("the learning rate stays"))
        factor = None
    if every is not None:
        notes.set(
            "training.schedule.step_epochs",
            to_whole(every.value, every.key),
            every,
            tr("epochs between two steps of the rate"),
        )
    if factor is not None:
        _fall(notes, factor, name)
    name = notes.settings.get("training.schedule.name", "constant")
    rate = notes.settings.get("training.optimizer.learning_rate")
    rate = Recipe().training.optimizer.learning_rate if rate is None else rate
    if lowest is not None and name != "constant" and isinstance(rate, float | int) and rate > 0:
        share = to_number(lowest.value, lowest.key) / rate
        notes.set("training.schedule.final_factor", share, lowest, tr("final learning rate"))


def _is_name(value: str) -> bool:
    return choice("schedule", value) is not None


def _fall(notes: Notes, item: Item, name: object) -> None:
    value = to_number(item.value, item.key)
    if name in ("step", "plateau"):
        notes.set("training.schedule.factor", value, item, tr("factor of the learning rate"))
        return
    if name not in (None, "exponential"):
        return
    if value == 1:
        notes.understand(item, tr("the learning rate stays"))
        return
    if not 0 < value < 1:
        notes.leave(item, tr("no factor between 0 and 1"))
        return
    in_steps = "training.schedule.step_epochs" in notes.settings
    if name is None and in_steps and value >= _SMALLEST_STEP:
        notes.settings["training.schedule.name"] = "step"
        notes.settings["training.schedule.factor"] = value
        notes.suppose(item, tr("factor of the learning rate, at every step"))
        return
    _exponential(notes, item, value, name)


def _exponential(notes: Notes, item: Item, value: float, name: object) -> None:
    """A factor per epoch; here the schedule is told by where it ends."""
    settings = notes.settings
    epochs = settings.get("training.epochs", Recipe().training.epochs)
    if not isinstance(epochs, int) or not 0 < epochs < 10**9:
        return
    steps = settings.pop("training.schedule.step_epochs", 1)
    settings["training.schedule.name"] = "exponential"
    share = epochs / steps if isinstance(steps, int) and steps > 0 else epochs
    if name is None and value < _SMALLEST_FACTOR:
        share = 1 / (1 + value * share)
        settings["training.schedule.final_factor"] = share
        notes.suppose(item, tr("the learning rate falls to {share:.3g} of its start", share=share))
        return
    settings["training.schedule.final_factor"] = float(value**share)
    meaning = tr("factor of the learning rate, at every epoch")
    if name is None:
        notes.suppose(item, meaning)
    else:
        notes.understand(item, meaning)
