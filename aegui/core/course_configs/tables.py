"""Names of each setting in foreign configurations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.data.noises import CORRUPTIONS
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
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


def called(catalogue: str, key: str) -> str:
    """Return the display name of ``key`` in a catalogue."""
    return tr(CATALOGUES[catalogue][key].label)


@dataclass(frozen=True)
class Row:
    """One setting."""

    path: str
    """Its path in the recipe."""
    kind: str
    """``text``, ``whole`` or ``number``, or the catalogue of a choice."""
    label: str
    """Its meaning, marked for translation."""
    names: str
    """Patterns of its keys, see ``Notes.take``."""


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
        mark("share of the samples for validation"),
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
        mark("standard deviation of the initial weights"),
        "init_std weight_std init*.std init*.stddev",
    ),
    Row(
        "training.initializer.gain",
        "number",
        mark("gain of the initial weights"),
        "init_gain init*.gain",
    ),
)
"""Choices first, then numbers; more specific keys first."""

NOISE_BY_KIND = (
    (
        "salt_pepper",
        "salt_p salt_prob* salt_and_pepper* salt_pepper* salt sp_noise sp_prob* saltpepper",
    ),
    ("gaussian", "gaussian_noise* noise.gaussian gaussian_std gaussian_sigma"),
    ("flip", "flip_p flip_prob* bit_flip* bitflip* noise.flip flip_noise*"),
    ("masking", "mask_p mask_prob* masking_* noise.masking mask_ratio"),
)
"""Kind of noise and keys of its level, for keys that name the kind."""

LOSS_GOALS = (
    "min_error target_error error_threshold tolerance tol max_error tolerancia error_min "
    "error_minimo loss_threshold target_loss min_loss epsilon stop_at"
)
"""Keys of a loss at which to stop, which a recipe cannot express."""

BATCH = (
    "batch_size batch minibatch_size mini_batch_size train_batch_size batchsize tamano_lote "
    "tamano_de_lote lote bs training_batch_size"
)
BATCH_MODE = "training_mode learning_mode update_mode mode training_type modo"
RATE_FACTORS = (
    "*schedul*.gamma *schedul*.factor *schedul*.decay* lr_decay_factor lr_gamma lr_factor "
    "scheduler_gamma scheduler_factor lr_decay learning_rate_decay lr_decay_rate decay_rate "
    "decay_factor rate_decay eta_decay lr_decay.* learning_rate.decay* decaimiento "
    "tasa_decaimiento decay gamma"
)
RATE_STEPS = "decay_steps decay_every decay_epochs lr_decay_steps lr_decay_epochs"
LOWEST_RATE = "eta_min min_lr lr_min final_lr end_lr lr_final min_learning_rate"
NOISE_KINDS = (
    "noise_type noise_kind noise.type noise.kind noise.name type_of_noise noise corruption "
    "corruption.type corruption.kind denois*.type denois*.kind tipo_ruido tipo_de_ruido "
    "ruido.tipo ruido"
)
NOISE_LEVELS = (
    "noise_level* noise_factor noise_prob* noise_p noise_std noise_sigma noise_amount "
    "noise_intensity noise_rate noise_ratio noise_variance noise.*level noise.*factor noise.p "
    "noise.prob* noise.std noise.sigma noise.amount noise.intensity noise.rate corruption.level "
    "corruption_level corruption_rate corruption.rate corruption.p corruption.prob* denois*.p "
    "denois*.level nivel_ruido nivel_de_ruido ruido.nivel probabilidad_ruido noise corruption "
    "ruido"
)
NOISE_SWITCHES = "noise use_noise denoising denoise add_noise ruido with_noise"
DATA = (
    "dataset data font data.name dataset.name data.dataset data.path dataset.path data_path "
    "dataset_path data.source data.file data_file input_file font_file dataset_file "
    "data.dataset_name dataset_name datos conjunto archivo fuente conjunto_de_datos"
)

INPUTS = (
    "input_size input_dim input_shape image_shape image_size img_size n_inputs num_inputs n_input "
    "input_neurons in_features input_units inputs input_layer_size input_layer img_shape "
    "data.shape resolution patch_size input_features n_features num_features tamano_entrada "
    "entrada entradas dimension_entrada d_in visible_size n_visible"
)
CODE = (
    "latent_dim latent_dims latent_dimension* latent_size latent_space latent_space_size "
    "latent_space_dim* latent_neurons latent_units latent.dim latent.dimension* latent.dims "
    "latent.size latent.units bottleneck bottleneck_dim* bottleneck_size bottleneck_units "
    "bottleneck_neurons bottleneck_width bottleneck.dim* bottleneck.units code_size code_dim "
    "code_units code.size code.units z_dim z_size dim_z zdim nz n_z latents n_latents num_latents "
    "encoding_dim encoding_size embedding_dim embedding_size dim_latente n_latent latent_features "
    "latent bottleneck.size code dimension_latente espacio_latente tamano_latente capa_latente "
    "cuello cuello_de_botella latent_variables"
)
HIDDEN = (
    "hidden_layer* hidden hidden_size* hidden_dim* hidden_units hidden_neurons capas_ocultas "
    "ocultas hidden.* h_dims n_hidden neuronas_ocultas *_hidden_dims *_hidden_layers "
    "*_hidden_sizes"
)
WHOLE = (
    "layers architecture arch topology layer_sizes layer_dims layer* network structure sizes dims "
    "neurons* units nodes widths capas arquitectura neuronas* model topologia estructura capas.* "
    "*_layers *_architecture *_layer_sizes red"
)
ENCODER = "encoder encod* encod*.*layer* encod*.* codificador codificador.*"
DECODER = "decoder decod* decod*.*layer* decod*.* decodificador decodificador.*"
ONE_HIDDEN = (
    "hidden_dim hidden_size hidden_units hidden_neurons n_hidden h_dim hidden_layer_size "
    "num_hidden hidden_nodes hidden neuronas_ocultas hidden_features neurons_per_layer "
    "units_per_layer nodes_per_layer"
)
HOW_MANY = "num_layers n_layers num_hidden_layers n_hidden_layers hidden_layers depth"
CHANNELS = "channels in_channels n_channels input_channels num_channels canales"
_ACT = "activation activation_fn activation_function act activation.name function"
_LISTED = "activation* act acts act_fn* funciones_activacion funciones"


def _within(section: str, names: str) -> str:
    """Return ``names`` as keys within ``section``."""
    return " ".join(f"{section}.{name}" for name in names.split())


ACTIVATION_LISTS = {
    "encoder": f"{_within('encod*', _LISTED)} encoder_activation* activation*.encoder",
    "decoder": f"{_within('decod*', _LISTED)} decoder_activation* activation*.decoder",
    "hidden": "hidden*activation* activation*.hidden*",
    "whole": f"activations {_LISTED}",
}
"""Keys of lists with one activation per layer, by part of the network."""

ACTIVATION_OF = {
    "output": (
        "output*activation* final_activation last_activation activation_output o_activation "
        "output_activator output_act* out_act* last_act* out_activation output*.activation* "
        "activacion_salida activation*.output output_function final_act* activator_output "
        "activation_out funcion_salida output*.function decoder_output_activation activation_last"
    ),
    "code": (
        "latent_activation* bottleneck_activation* code_activation* latent_act* "
        "activation*.latent activation*.bottleneck activation*.code code_act* "
        "latent*.activation* bottleneck*.activation* code.activation* bottleneck_act* "
        "activation_latent activation_bottleneck activacion_latente"
    ),
    "encoder": f"encoder_activation* activation*.encoder {_within('encod*', _ACT)}",
    "decoder": f"decoder_activation* activation*.decoder {_within('decod*', _ACT)}",
    "hidden": (
        f"hidden*activation* {_ACT} "
        "activation*.hidden activation.type nonlinearity activation*.name activation*.function "
        "activation*.fn non_linearity activation_type activacion funcion_activacion "
        "transfer_function hidden_act* hidden_function activator activators act_fn act_func* "
        "funcion_de_activacion funcion squash* transfer hidden_activator"
    ),
}
"""Keys of a single activation for a part of the network, more specific keys first."""

SLOPE = "beta activation*beta slope tanh_beta sigmoid_beta"
DROPOUT = "dropout dropout_rate dropout_p dropout_prob*"
KL_WEIGHTS = (
    "kl_weight kl_beta beta_kl kl_coef* kl_lambda lambda_kl kl_factor kl_scale vae_beta beta_vae "
    "kl_loss_weight beta"
)
KL_MEAN_WEIGHTS = "kld_weight kld_coef*"
"""KL weights that assume a reconstruction loss averaged over pixels, as in PyTorch-VAE."""
KL_WARMUPS = "kl_warmup* kl_ramp* kl_anneal* beta_warmup* warmup_kl beta_anneal*"

OFF_AT_ZERO = {
    "training.goals.patience_epochs",
    "training.goals.seconds",
    "training.clip_norm",
    "training.schedule.patience_epochs",
    "training.schedule.step_epochs",
}
"""Settings that 0, -1 or false switches off."""

BUILTIN_DATA = {
    **{name: name for name in ("symbols", "uppercase", "lowercase", "letters")},
    # The three arrays of the header file that the course hands out.
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
"""Built-in dataset by the names that configurations use for it."""
