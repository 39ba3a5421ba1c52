"""From the keys of a foreign configuration to a recipe; see ``course_configs``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aegui.core.course_data import read_data, read_latent
from aegui.core.course_layers import (
    Chain,
    Layer,
    is_elided,
    is_layer_list,
    read_layers,
    two_sided,
    whole_chain,
)
from aegui.core.course_network import Bends, layer_document
from aegui.core.course_tables import (
    CATALOGUES,
    CHOICES,
    KEYS,
    NOISE_BY_KIND,
    NUMBERS,
    OFF_AT_ZERO,
)
from aegui.core.course_values import choice, plain, to_flag, to_number, to_whole
from aegui.core.errors import RecipeError
from aegui.core.i18n import tr
from aegui.core.recipe import FORMAT, VERSION, Recipe
from aegui.core.recipe_errors import quoted
from aegui.core.recipe_file import recipe_from

if TYPE_CHECKING:
    from pathlib import Path

    from aegui.core.course_keys import Item, Keys


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

    def read(self) -> Recipe:
        """The recipe that all the keys together amount to.

        Raises:
            RecipeError: None of them is known, or a value is not possible.
        """
        self._titles()
        titles = len(self.understood)
        self._noise()
        self._choices()
        self._numbers()
        self._optimizer_details()
        self._schedule_details()
        self._batch()
        self._device()
        inputs = self._input_size()
        chain = self._chain(inputs)
        if len(self.understood) == titles:
            raise RecipeError(
                tr(
                    "Nothing in this configuration is known here; it should have layers, "
                    "learning_rate, epochs or the like."
                )
            )
        read_data(self, chain.inputs or inputs)
        self._network(chain)
        read_latent(self)
        self._say_defaults()
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
        self.understood.append(f"{item.text}: {meaning}")

    def _titles(self) -> None:
        for path, label, patterns in KEYS:
            item = self.keys.take(*patterns, fits=lambda value: isinstance(value, str))
            # "model.name" and the like are no title.
            if item is not None and (len(item.path) == 1 or path != "name"):
                self.set(path, item.value, item, tr(label))
            elif item is not None:
                self.keys.taken.discard(item.path)

    def _choices(self) -> None:
        for path, table, label, patterns in CHOICES:
            item = self.keys.take(*patterns, fits=lambda value: isinstance(value, str))
            key = choice(table, item.value) if item is not None else None
            if item is None:
                continue
            if key is None:
                self.unknown.append(tr("{setting} (not known here)", setting=item.text))
            else:
                named = f"{tr(label)} {tr(CATALOGUES[table][key].label)}"
                self.set(path, key, item, named)

    def _numbers(self) -> None:
        for path, whole, label, patterns in NUMBERS:
            item = self.keys.take(*patterns, fits=lambda value: not isinstance(value, list | dict))
            if item is None or (path in OFF_AT_ZERO and item.value is False):
                continue
            value = to_whole(item.value, item.key) if whole else to_number(item.value, item.key)
            if path in OFF_AT_ZERO and value in (0, -1):
                continue
            self.set(path, value, item, tr(label))

    def _optimizer_details(self) -> None:
        betas = self.keys.take("betas", fits=lambda v: isinstance(v, list) and len(v) == 2)
        if betas is not None and isinstance(betas.value, list):
            for beta, value in zip(("beta1", "beta2"), betas.value, strict=True):
                number = to_number(value, betas.key)
                self.set(f"training.optimizer.{beta}", number, betas, beta)
        name = self.settings.get("training.optimizer.name")
        rolls = self._momentum()
        nesterov = self.keys.take("nesterov", "use_nesterov")
        if name == "sgd" and rolls:
            fast = nesterov is not None and to_flag(nesterov.value, nesterov.key)
            self.settings["training.optimizer.name"] = "nesterov" if fast else "momentum"
        alpha = self.keys.take("optim*.alpha")
        if alpha is not None:
            # The paper on Adam calls its step alpha; RMSprop's alpha is the smoothing.
            field = "alpha" if name == "rmsprop" else "learning_rate"
            if f"training.optimizer.{field}" not in self.settings:
                number = to_number(alpha.value, alpha.key)
                self.set(f"training.optimizer.{field}", number, alpha, field)
        decay = self.keys.take("weight_decay")
        if decay is not None:
            path = "training.optimizer.weight_decay" if name == "adamw" else "training.l2"
            value = to_number(decay.value, decay.key)
            self.set(path, value, decay, tr("weight decay") if name == "adamw" else "L2")
        self._early_stopping()

    def _momentum(self) -> bool:
        """Whether momentum is wished; some give its size, some 1 or true for yes."""
        item = self.keys.take("momentum", "use_momentum", "momentum_factor", "optim*.momentum_*")
        if item is None or isinstance(item.value, list | dict):
            return False
        spelt = plain(str(item.value)).strip()
        if spelt in {"true", "false", "yes", "no", "1", "1.0", "0", "0.0"}:
            wished = to_flag(item.value, item.key)
            if wished:
                self.understood.append(f"{item.text}: {tr('momentum')}")
            return wished
        value = to_number(item.value, item.key)
        self.set("training.optimizer.momentum", value, item, tr("momentum"))
        return True

    def _early_stopping(self) -> None:
        path = "training.goals.patience_epochs"
        item = self.keys.take("early_stopping", "early_stopping.enabled", "early_stop")
        if item is None:
            return
        spelt = plain(str(item.value)).strip()
        if spelt.isdecimal() and spelt not in {"0", "1"}:
            value = to_whole(item.value, item.key)
            self.set(path, value, item, tr("goal: epochs without progress"))
        elif not to_flag(item.value, item.key):
            self.settings.pop(path, None)

    def _schedule_details(self) -> None:
        name = self.settings.get("training.schedule.name", "constant")
        lowest = self.keys.take("eta_min", "min_lr", "lr_min", "final_lr", "end_lr", "lr_final")
        rate = self.settings.get("training.optimizer.learning_rate", 0.01)
        if lowest is not None and name != "constant" and isinstance(rate, float | int) and rate > 0:
            factor = to_number(lowest.value, lowest.key) / rate
            self.set("training.schedule.final_factor", factor, lowest, tr("final learning rate"))
        factor_each = self.settings.get("training.schedule.factor")
        epochs = self.settings.get("training.epochs", 10_000)
        if name == "exponential" and isinstance(factor_each, float | int):
            # Elsewhere the factor is one per epoch; here the schedule is told by where it ends.
            del self.settings["training.schedule.factor"]
            if 0 < factor_each <= 1 and isinstance(epochs, int) and 0 < epochs < 10**9:
                self.settings["training.schedule.final_factor"] = float(factor_each) ** epochs

    def _batch(self) -> None:
        item = self.keys.take("batch_size", "batch", "minibatch_size", "mini_batch_size")
        if item is None:
            mode = self.keys.take("training_mode", "learning_mode", "update_mode", "mode")
            if mode is not None and plain(str(mode.value)) in {"online", "stochastic"}:
                self.set("training.batch_size", 1, mode, tr("batch size"))
            return
        full = {"full", "all", "full_batch", "-1", "0", "false"}
        if plain(str(item.value)).strip() in full:
            self.set("training.batch_size", None, item, tr("the full batch"))
        else:
            whole = to_whole(item.value, item.key)
            self.set("training.batch_size", whole, item, tr("batch size"))

    def _device(self) -> None:
        item = self.keys.take("device", "accelerator", fits=lambda v: isinstance(v, str))
        flag = self.keys.take("use_gpu", "use_cuda", "gpu", "cuda")
        if item is not None:
            kind = plain(str(item.value)).split(":")[0]
            device = {"cpu": "cpu", "cuda": "cuda", "gpu": "cuda"}.get(kind, "auto")
            self.set("training.device", device, item, tr("device"))
        elif flag is not None:
            device = "auto" if to_flag(flag.value, flag.key) else "cpu"
            self.set("training.device", device, flag, tr("device"))

    def _noise(self) -> None:
        kind_item = self.keys.take(
            "noise_type",
            "noise_kind",
            "noise.type",
            "noise.kind",
            "noise.name",
            "noise",
            "corruption",
            fits=lambda v: isinstance(v, str) and choice("corruption", v) is not None,
        )
        named, salt = self._noise_by_kind()
        pepper = self.keys.take("pepper_p", "pepper_prob", "pepper")
        level_item = salt or self.keys.take(
            "noise_level*",
            "noise_factor",
            "noise_prob*",
            "noise_p",
            "noise_std",
            "noise_sigma",
            "noise_amount",
            "noise_intensity",
            "noise.*level",
            "noise.*factor",
            "noise.p",
            "noise.prob*",
            "noise.std",
            "noise.sigma",
            "noise.amount",
            "corruption.level",
            "corruption_level",
            "noise",
            "corruption",
            fits=lambda v: not isinstance(v, bool) and not isinstance(v, dict),
        )
        enabled = self.keys.take("noise", "noise.enabled", "use_noise", "denoising", "denoise")
        if enabled is not None and not to_flag(enabled.value, enabled.key):
            return
        if level_item is None and kind_item is None:
            return
        kind = named or self._noise_kind(kind_item, level_item)
        self._set_noise(kind, level_item, pepper, kind_item)

    def _noise_by_kind(self) -> tuple[str | None, Item | None]:
        """A level whose key names the kind of noise as well."""
        for kind, patterns in NOISE_BY_KIND:
            item = self.keys.take(*patterns, fits=lambda v: not isinstance(v, bool | dict | list))
            if item is not None:
                return kind, item
        return None, None

    def _noise_kind(self, kind_item: Item | None, level: Item | None) -> str:
        kind = None if kind_item is None else choice("corruption", kind_item.value)
        if kind is not None:
            return kind
        name = "" if level is None else level.names[-1]
        kind = "gaussian" if any(w in name for w in ("factor", "std", "sigma")) else "salt_pepper"
        label = tr(CATALOGUES["corruption"][kind].label)
        self.assumed.append(tr("The kind of noise is not told: {kind} is taken.", kind=label))
        return kind

    def _set_noise(
        self, kind: str, item: Item | None, pepper: Item | None, kind_item: Item | None
    ) -> None:
        path = "data.corruption"
        label = tr(CATALOGUES["corruption"][kind].label)
        if kind_item is not None:
            self.set(f"{path}.kind", kind, kind_item, label)
        if item is None:
            if kind != "none":
                self.settings[f"{path}.level"] = 0.1
                self.assumed.append(tr("The level of the noise is not told: 0.1 is taken."))
            return
        value = item.value
        if isinstance(value, list | tuple):
            value = value[0] if value else 0
            self.assumed.append(tr("Of the levels of noise the first is taken."))
        level = to_number(value, item.key)
        if pepper is not None:
            level += to_number(pepper.value, pepper.key)
            self.understood.append(f"{pepper.text}: {label}")
        if level == 0:
            kind = "none"
        self.settings[f"{path}.kind"] = kind
        # A level that cannot be is told at its own key, not at that of the whole noise.
        self.names[path] = item.key
        self.set(f"{path}.level", level, item, f"{label}, {tr('level of the noise')}")

    def _input_size(self) -> int | None:
        item = self.keys.take(
            *("input_size", "input_dim", "input_shape", "image_shape", "image_size", "img_size"),
            *("n_inputs", "num_inputs", "n_input", "input_neurons", "in_features", "input_units"),
            *("inputs", "input_layer_size", "input_layer", "img_shape", "data.shape", "resolution"),
            fits=lambda v: not isinstance(v, dict | bool),
        )
        channels_item = self.keys.take("channels", "in_channels", "n_channels", "input_channels")
        channels = 1
        if channels_item is not None:
            channels = to_whole(channels_item.value, channels_item.key)
            self.understood.append(f"{channels_item.text}: {tr('channels of an image')}")
        if item is None:
            return None
        sides = item.value if isinstance(item.value, list | tuple) else [item.value]
        pixels = channels
        for side in sides:
            pixels *= to_whole(side, item.key)
        square = "image" in item.names[-1] or "img" in item.names[-1] or channels_item is not None
        if len(sides) == 1 and square:
            pixels *= to_whole(sides[0], item.key)
        if not sides or not 1 <= pixels <= 10**9:
            raise RecipeError(
                tr('"{key}" is {v}, which is no size.', key=item.key, v=quoted(item.value))
            )
        self.understood.append(f"{item.text}: {tr('numbers per sample')} {pixels}")
        return pixels

    def _chain(self, inputs: int | None) -> Chain:
        code_item = self.keys.take(
            *("latent_dim*", "latent_size", "latent_space*", "latent_neurons", "latent_units"),
            *("latent.dim*", "latent.size", "latent.units", "bottleneck*", "code_size", "code_dim"),
            *("z_dim", "z_size", "encoding_dim", "embedding_dim", "dim_latente", "n_latent"),
            *("latent", "bottleneck.size", "code", "dimension_latente", "espacio_latente"),
            fits=lambda v: not isinstance(v, list | dict | bool),
        )
        code = None
        if code_item is not None:
            code = to_whole(code_item.value, code_item.key)
            self.names["network.latent.units"] = code_item.key
            self.understood.append(f"{code_item.text}: {tr('units of the code')}")
        encoder = self._layers("encoder", "encod*", "encod*.*layer*", "encod*.*")
        if encoder is not None:
            return self._two_sided(encoder, code, inputs)
        hidden = self._layers(
            *("hidden_layer*", "hidden", "hidden_size*", "hidden_dim*", "hidden_units"),
            *("hidden_neurons", "capas_ocultas", "hidden.*"),
        )
        item = hidden or self._layers(
            *("layers", "architecture", "arch", "topology", "layer_sizes", "layer_dims", "layer*"),
            *("network", "structure", "sizes", "dims", "neurons*", "units", "nodes"),
            *("capas", "arquitectura", "neuronas*", "model"),
        )
        if item is not None:
            chain = whole_chain(
                read_layers(item.value, item.key), item.key, code, inputs, hidden=hidden is not None
            )
            self._name_layers(item)
            return chain
        if code is None:
            self.assumed.append(tr("No layers are given: 25-10-2 and back is taken."))
        return Chain((Layer(25), Layer(10)), Layer(2 if code is None else code))

    def _two_sided(self, encoder: Item, code: int | None, inputs: int | None) -> Chain:
        decoder = self._layers("decoder", "decod*", "decod*.*layer*", "decod*.*")
        if decoder is None:
            # Three dots in a copied text: the reader is to think of the mirror image.
            self.keys.take("decoder*", "decoder*.*", fits=is_elided)
        self._name_layers(encoder)
        if decoder is not None:
            self.names["network.decoder"] = decoder.key
        return two_sided(
            read_layers(encoder.value, encoder.key),
            None if decoder is None else read_layers(decoder.value, decoder.key),
            code,
            inputs,
        )

    def _layers(self, *patterns: str) -> Item | None:
        item = self.keys.take(*patterns, fits=is_layer_list)
        if item is not None:
            self.understood.append(f"{item.text}: {tr('layers')}")
        return item

    def _name_layers(self, item: Item) -> None:
        for path in ("network.encoder", "network.decoder", "network.latent"):
            self.names.setdefault(path, item.key)

    def _network(self, chain: Chain) -> None:
        encoder, code, decoder, output = Bends(self).applied(chain)
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
        self.understood.append(tr("The layers between input and output: {units}", units=units))

    def _say_defaults(self) -> None:
        told = Recipe()
        for path, text in (
            ("training.loss", tr("Loss: {v}.", v=tr(CATALOGUES["loss"]["bce"].label))),
            (
                "training.optimizer.name",
                tr("Optimiser: {v}.", v=tr(CATALOGUES["optimizer"]["adam"].label)),
            ),
            (
                "training.optimizer.learning_rate",
                tr("Learning rate: {v}.", v=told.training.optimizer.learning_rate),
            ),
            ("training.epochs", tr("Epochs: {v}.", v=told.training.epochs)),
            ("training.batch_size", tr("Every step sees the full batch.")),
        ):
            if path not in self.settings:
                self.assumed.append(text)
        if self.settings.get("training.initializer.name") == "uniform" and (
            "training.initializer.range" not in self.settings
        ):
            self.assumed.append(
                tr("Weights begin between -{r} and {r}.", r=told.training.initializer.range)
            )
