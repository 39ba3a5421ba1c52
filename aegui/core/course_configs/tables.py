"""What the settings of foreign configurations are called; see the package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import mark
from aegui.core.network.activations import ACTIVATIONS
from aegui.core.network.catalog import INITIALIZERS, SCHEDULES
from aegui.core.training.losses import LOSSES
from aegui.core.training.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aegui.core.choices import Choice

CATALOGUES: dict[str, Mapping[str, Choice]] = {
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "initializer": INITIALIZERS,
    "schedule": SCHEDULES,
    "corruption": CORRUPTIONS,
}


@dataclass(frozen=True)
class Row:
    """One setting.

    Attributes:
        path: Where it stands in the recipe.
        kind: ``text``, ``whole`` or ``number``; of a choice the key of its catalogue.
        label: What it means, marked.
        names: Patterns of its keys, see ``Keys.take``.
    """

    path: str
    kind: str
    label: str
    names: str


TEXTS = (
    Row("name", "text", mark("name"), "experiment_name experiment run_name name title"),
    Row("notes", "text", mark("notes"), "description notes comment descripcion"),
    Row("data.chars", "text", mark("characters"), "chars characters letters caracteres"),
)
ROWS = (
    Row(
        "training.optimizer.name",
        "optimizer",
        mark("optimiser"),
        "optimizer optimiser optim optimizer.name optimizer.type optimiser.* optim*.method "
        "optimizer_name optimizer_type optim_name optim*.name optim*.type optimization_method "
        "optimization optimizador update_rule optim*.algorithm optim*.kind metodo_optimizacion "
        "solver minimizer optimizador.nombre optimizador.tipo metodo algoritmo training_algorithm",
    ),
    Row(
        "training.loss",
        "loss",
        mark("loss"),
        "loss_function loss loss_fn criterion loss_func cost_function loss.name loss.type "
        "objective error_function loss_type cost funcion_perdida funcion_de_perdida perdida error "
        "funcion_error loss.function loss.kind error_metric funcion_costo funcion_de_costo "
        "reconstruction_loss loss.reconstruction recon_loss",
    ),
    Row(
        "training.initializer.name",
        "initializer",
        mark("initial weights"),
        "init_method initializer init weight_init* weights_init* initialization initialisation "
        "kernel_initializer init*.name init*.method init*.type weight_initialization "
        "inicializacion init_weights",
    ),
    Row(
        "training.schedule.name",
        "schedule",
        mark("learning-rate schedule"),
        "scheduler lr_scheduler lr_schedule learning_rate_schedule* schedule *schedul*.name "
        "*schedul*.type *schedul*.kind *schedul*.method scheduler_type lr_decay_type lr_policy "
        "lr_decay decay_type",
    ),
    Row(
        "data.split.validation",
        "number",
        mark("share of the samples to check on"),
        "*validation_split *val_split *validation_size *val_size *test_split",
    ),
    Row(
        "training.schedule.patience_epochs",
        "whole",
        mark("epochs without progress before the rate falls"),
        "*schedul*.patience lr_patience",
    ),
    Row(
        "training.schedule.step_epochs",
        "whole",
        mark("epochs between two steps of the rate"),
        "*schedul*.step_size *schedul*.step lr_step_size lr_step *schedul*.step_epochs",
    ),
    Row(
        "training.schedule.warmup_epochs",
        "whole",
        mark("epochs of warm-up"),
        "warmup_epochs *schedul*.warmup* warmup",
    ),
    Row(
        "training.optimizer.learning_rate",
        "number",
        mark("learning rate"),
        "learning_rate lr eta learn_rate learningrate initial_lr base_lr initial_learning_rate "
        "optim*.rate optim*.eta optim*.alpha_rate tasa_aprendizaje tasa_de_aprendizaje "
        "step_length tasa alfa optim*.step_size init_lr start_lr learning_rate.initial "
        "learning_rate.init* learning_rate.start lr.initial lr0",
    ),
    Row(
        "training.epochs",
        "whole",
        mark("epochs"),
        "epochs max_epochs epochs_max n_epochs num_epochs max_iter max_iterations iterations "
        "num_iterations n_iter epoch max_epoch maxiter total_epochs training_epochs epocas "
        "nb_epochs number_of_epochs max_epocas maximo_epocas cantidad_epocas iteraciones "
        "train_epochs numero_de_epocas numero_epocas n_epocas num_epocas epochs_count",
    ),
    Row(
        "seed",
        "whole",
        mark("seed"),
        "seed random_seed random_state rng_seed semilla torch_seed manual_seed seeds np_seed",
    ),
    Row(
        "runs",
        "whole",
        mark("runs"),
        "n_runs runs num_runs number_of_runs repetitions n_repetitions n_seeds trials n_trials "
        "corridas",
    ),
    Row("training.optimizer.beta1", "number", "beta1", "beta1 beta_1 adam_beta1 b1"),
    Row("training.optimizer.beta2", "number", "beta2", "beta2 beta_2 adam_beta2 b2"),
    Row(
        "training.optimizer.eps",
        "number",
        "epsilon",
        "optim*.epsilon optim*.eps adam_epsilon adam_eps",
    ),
    Row("training.optimizer.alpha", "number", "alpha", "optim*.rho rmsprop_alpha rho"),
    Row(
        "training.goals.max_wrong_pixels",
        "whole",
        mark("goal: wrong pixels of every character"),
        "max_wrong_pixels max_pixel_error* pixel_tolerance max_wrong target_pixel_error "
        "max_pixels_error pixel_error_goal",
    ),
    Row(
        "training.goals.patience_epochs",
        "whole",
        mark("goal: epochs without progress"),
        "early_stop*.patience early_stopping_patience patience paciencia",
    ),
    Row(
        "training.goals.seconds",
        "number",
        mark("goal: seconds"),
        "max_seconds seconds segundos time_limit timeout max_time time_limit_seconds",
    ),
    Row("training.l1", "number", "L1", "l1 l1_lambda l1_weight lambda_l1 l1_reg* *regulariz*.l1"),
    Row("training.l2", "number", "L2", "l2 l2_lambda l2_weight lambda_l2 l2_reg* *regulariz*.l2"),
    Row(
        "training.clip_norm",
        "number",
        mark("gradient clipping"),
        "clip_norm grad_clip gradient_clip* clip_grad* max_grad_norm grad_clip_norm clipnorm",
    ),
    Row("training.huber_delta", "number", "delta", "huber_delta loss*.delta"),
    Row(
        "training.initializer.range",
        "number",
        mark("range of the initial weights"),
        "init_range weight_range init_scale init_limit init*.range init*.limit",
    ),
    Row(
        "training.initializer.std",
        "number",
        mark("spread of the initial weights"),
        "init_std weight_std init*.std init*.stddev",
    ),
    Row(
        "training.initializer.gain",
        "number",
        mark("gain of the initial weights"),
        "init_gain init*.gain",
    ),
)
"""Choices, then numbers, the more special keys first."""

NOISE_BY_KIND = (
    (
        "salt_pepper",
        "salt_p salt_prob* salt_and_pepper* salt_pepper* salt sp_noise sp_prob* saltpepper",
    ),
    ("gaussian", "gaussian_noise* noise.gaussian gaussian_std gaussian_sigma"),
    ("flip", "flip_p flip_prob* bit_flip* bitflip* noise.flip flip_noise*"),
    ("masking", "mask_p mask_prob* masking_* noise.masking mask_ratio"),
)
"""(kind of noise, keys) of levels whose key tells the kind."""

LOSS_GOALS = (
    "min_error target_error error_threshold tolerance tol max_error tolerancia error_min "
    "error_minimo loss_threshold target_loss min_loss epsilon stop_at"
)
"""Keys of a loss at which to stop, which no goal here is."""

OFF_AT_ZERO = {
    "training.goals.patience_epochs",
    "training.goals.seconds",
    "training.clip_norm",
    "training.schedule.patience_epochs",
    "training.schedule.step_epochs",
}
"""Settings that people switch off with 0, -1 or false."""

BUILTIN_DATA = {
    **{name: name for name in ("symbols", "uppercase", "lowercase", "letters")},
    # The three arrays of the header that the course hands out.
    "font1": "symbols",
    "font2": "uppercase",
    "font3": "lowercase",
    "lower": "lowercase",
    "upper": "uppercase",
    "ascii": "letters",
    **{name: name for name in ("emoji", "mnist", "fashion", "digits")},
    "emojis": "emoji",
    "fashion mnist": "fashion",
    "fashionmnist": "fashion",
}
"""What data may be called -> the name of the set that ships with the program."""
