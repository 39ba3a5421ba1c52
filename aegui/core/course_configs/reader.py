"""From the keys of a foreign configuration to a recipe; see the package."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aegui.core.course_configs.data import read_data
from aegui.core.course_configs.network import Bends, layer_document
from aegui.core.course_configs.noise import read_noise
from aegui.core.course_configs.rates import read_optimizer_details, read_schedule
from aegui.core.course_configs.sections import set_aside, tell_switches
from aegui.core.course_configs.sizes import input_size, read_chain
from aegui.core.course_configs.tables import (
    CATALOGUES,
    CHOICES,
    KEYS,
    LOSS_GOALS,
    NUMBERS,
    OFF_AT_ZERO,
)
from aegui.core.course_configs.values import choice, flag_of, is_nothing, spelt, to_number, to_whole
from aegui.core.course_configs.variational import Variational
from aegui.core.errors import RecipeError
from aegui.core.i18n import tr
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.recipe import FORMAT, VERSION, Recipe
from aegui.core.recipe.file import recipe_from

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.course_configs.keys import Item, Keys
    from aegui.core.course_configs.shape import Chain


@dataclass
class Reader:
    """One reading in progress: settings by their path in the recipe, and the lines told."""

    keys: Keys
    folder: Path | None
    settings: dict[str, object] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    understood: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    needs_data: list[str] = field(default_factory=list)
    latent: dict[str, Any] = field(default_factory=dict)
    titles: set[tuple[str, ...]] = field(default_factory=set)
    sources: dict[str, Item] = field(default_factory=dict)

    def read(self) -> Recipe:
        """The recipe that all the keys together amount to.

        Raises:
            RecipeError: None of them is known, or a value is not possible.
        """
        set_aside(self)
        self._titles()
        read_noise(self)
        self._choices()
        self._numbers()
        read_optimizer_details(self)
        read_schedule(self)
        self._withdraw_unused()
        self._batch()
        self._device()
        variational = Variational(self)
        inputs = input_size(self)
        found = read_chain(self, inputs, variational=variational.is_told)
        told = self.keys.told.items()
        if all(lines is self.unknown or path in self.titles for path, lines in told):
            raise RecipeError(
                tr(
                    "Nothing in this configuration is known here; it should have layers, "
                    "learning_rate, epochs or the like."
                )
            )
        read_data(self, found.inputs or inputs)
        variational.weigh(found, found.inputs or inputs)
        self._network(found, variational)
        variational.read(doubled=found.doubled)
        self._say_defaults()
        self._say_the_rest()
        return self._recipe()

    def _recipe(self) -> Recipe:
        document: dict[str, Any] = {"format": FORMAT, "version": VERSION}
        for path, value in self.settings.items():
            node = document
            *parents, last = path.split(".")
            for parent in parents:
                node = node.setdefault(parent, {})
            node[last] = value
        return recipe_from(document, aliases=self.names)

    def set(self, path: str, value: object, item: Item, meaning: str) -> None:
        """Give ``path`` of the recipe a value, because ``item`` says so."""
        self.settings[path] = value
        self.names[path] = item.key
        self.sources[path] = item
        self.understand(item, meaning)

    def withdraw(self, path: str, reason: str) -> None:
        """Leave what was read for ``path`` aside after all."""
        item = self.sources.pop(path, None)
        self.settings.pop(path, None)
        lines = [] if item is None else self.keys.told.get(item.path, [])
        if item is not None and lines is not self.unknown:
            del self.keys.told[item.path]
            lines[:] = [line for line in lines if not line.startswith(f"{item.text}: ")]
            self.leave(item, reason)

    def understand(self, item: Item, meaning: str) -> None:
        """Say what ``item`` means; of a sweep, that the first of its values is taken."""
        if item.choices > 1:
            first = tr("{meaning}, the first of {n}", meaning=meaning, n=item.choices)
            self._tell(self.assumed, item, f"{item.text}: {first}")
        else:
            self._tell(self.understood, item, f"{item.text}: {meaning}")

    def suppose(self, item: Item, meaning: str) -> None:
        """Say what ``item`` was taken to mean, where it may mean something else."""
        self._tell(self.assumed, item, f"{item.text}: {meaning}")

    def leave(self, item: Item, reason: str) -> None:
        """Say why ``item`` is left aside."""
        line = tr("{setting} ({reason})", setting=item.text, reason=reason)
        self._tell(self.unknown, item, line)

    def _tell(self, lines: list[str], item: Item, line: str) -> None:
        if item.path not in self.keys.told:
            lines.append(line)
            self.keys.told[item.path] = lines

    def _say_the_rest(self) -> None:
        """Nothing vanishes: what was looked at without a word gets its line too."""
        tell_switches(self)
        for item in self.keys.items:
            first = self.keys.same.get(item.path)
            if item.path in self.keys.told or item.path in self.keys.off:
                continue
            if first is not None and first.path in self.keys.told:
                lines = self.keys.told[first.path]
                same = tr("the same as {key}", key=first.key)
                self._tell(lines, item, f"{item.text}: {same}")
            elif item.path in self.keys.taken and is_nothing(item.value):
                self.understand(item, tr("nothing is given"))

    def _titles(self) -> None:
        for path, label, patterns in KEYS:
            item = self.keys.take(*patterns, fits=lambda value: isinstance(value, str))
            # "model.name" and the like are no title.
            if item is not None and (len(item.path) == 1 or path != "name"):
                self.set(path, item.value, item, tr(label))
                self.titles.add(item.path)
            elif item is not None:
                self.keys.release(item)

    def _choices(self) -> None:
        for path, table, label, patterns in CHOICES:
            item = self.keys.take_one(
                *patterns, fits=lambda value: isinstance(value, str), none=table == "optimizer"
            )
            key = choice(table, item.value) if item is not None else None
            if item is None:
                continue
            if key is None:
                self.leave(item, tr("not known here"))
            else:
                named = f"{tr(label)} {tr(CATALOGUES[table][key].label)}"
                self.set(path, key, item, named)

    def _numbers(self) -> None:
        for path, whole, label, patterns in NUMBERS:
            item = self.keys.take_one(*patterns)
            if item is None:
                continue
            if path in OFF_AT_ZERO and flag_of(item.value) is False:
                self.understand(item, tr("switched off"))
                continue
            value = to_whole(item.value, item.key) if whole else to_number(item.value, item.key)
            if path in OFF_AT_ZERO and value == -1:
                self.understand(item, tr("switched off"))
                continue
            self.set(path, value, item, tr(label))

    def _withdraw_unused(self) -> None:
        """Details of choices that were not made: betas without Adam, a step without steps."""
        for part, table, default in (
            ("training.optimizer", "optimizer", "adam"),
            ("training.schedule", "schedule", "constant"),
            ("training.initializer", "initializer", "torch_default"),
        ):
            rows = CATALOGUES[table]
            chosen = rows[str(self.settings.get(f"{part}.name", default))]
            for name in sorted({name for row in rows.values() for name in row.parameters}):
                if f"{part}.{name}" in self.settings and name not in chosen.parameters:
                    reason = tr("not with {choice}", choice=tr(chosen.label))
                    self.withdraw(f"{part}.{name}", reason)
        if self.settings.get("training.loss") != "huber":
            self.withdraw("training.huber_delta", tr("not with this loss"))
        item = self.keys.take_one(*LOSS_GOALS)
        if item is not None:
            self.leave(item, tr("training does not stop at a loss"))

    def _batch(self) -> None:
        item = self.keys.take_one(
            *("batch_size", "batch", "minibatch_size", "mini_batch_size", "train_batch_size"),
            *("batchsize", "tamano_lote", "tamano_de_lote", "lote", "bs", "training_batch_size"),
        )
        mode = self.keys.take_one(
            *("training_mode", "learning_mode", "update_mode", "mode", "training_type", "modo"),
            fits=lambda v: spelt(v) in {"online", "stochastic", "batch", "full", "full_batch"},
        )
        online = mode is not None and spelt(mode.value) in {"online", "stochastic"}
        if item is None:
            if mode is not None:
                label = tr("batch size 1") if online else tr("the full batch")
                self.set("training.batch_size", 1 if online else None, mode, label)
            return
        if spelt(item.value) in {"full", "all", "full_batch", "-1", "0", "false", "todo"}:
            self.set("training.batch_size", None, item, tr("the full batch"))
        else:
            whole = to_whole(item.value, item.key)
            self.set("training.batch_size", whole, item, tr("batch size"))

    def _device(self) -> None:
        item = self.keys.take_one("device", "accelerator", fits=lambda v: isinstance(v, str))
        flag = self.keys.take_one("use_gpu", "use_cuda", "gpu", "cuda", fits=_is_flag)
        if item is not None:
            kind = spelt(item.value).split(":")[0]
            device = {"cpu": "cpu", "cuda": "cuda", "gpu": "cuda"}.get(kind, "auto")
            self.set("training.device", device, item, tr("device"))
        elif flag is not None:
            device = "auto" if flag_of(flag.value) else "cpu"
            self.set("training.device", device, flag, tr("device"))

    def _network(self, chain: Chain, variational: Variational) -> None:
        gaussian = variational.is_told or chain.doubled
        encoder, code, decoder, output = Bends(self, gaussian=gaussian).applied(chain)
        mirrored = decoder is None or list(decoder) == list(reversed(encoder))
        if decoder is None:
            self.assumed.append(tr("The decoder mirrors the encoder."))
        self.settings["network.encoder"] = [layer_document(layer) for layer in encoder]
        self.latent = layer_document(code)
        self.settings["network.latent"] = self.latent
        if decoder is not None and not mirrored:
            self.settings["network.decoder"] = [layer_document(layer) for layer in decoder]
        self.settings["network.output_activation"] = output.activation
        if output.slope is not None:
            self.settings["network.output_slope"] = output.slope
        back = tuple(reversed(encoder)) if decoder is None else decoder
        units = "-".join(str(layer.units) for layer in (*encoder, code, *back))
        line = tr("The layers between input and output: {units}", units=units)
        certain = chain.told and not chain.guesses
        (self.understood if certain else self.assumed).append(line)

    def _say_defaults(self) -> None:
        told = Recipe()
        rate = "training.optimizer.learning_rate"
        by_scipy = self.settings.get("training.optimizer.name") in SCIPY_OPTIMIZERS
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
            if path not in self.settings and (path, by_scipy) != (rate, True):
                self.assumed.append(text)
        if self.settings.get("training.initializer.name") == "uniform" and (
            "training.initializer.range" not in self.settings
        ):
            self.assumed.append(
                tr("Weights begin between -{r} and {r}.", r=told.training.initializer.range)
            )


def _is_flag(value: object) -> bool:
    return flag_of(value) is not None
