"""Seeds of random numbers that users do not choose: what each stream is for.

The streams of a run are combined with its seed (``recipe.seed ^ NOISE_STREAM``), so that its uses
of random numbers differ. Fixed streams are the same for every run: figures that are compared are
measured on the same samples, noise and codes. Results depend on these numbers: changing one changes
figures. Some fixed streams have a number in common.

What is only to be repeatable, such as the order in which points are painted, uses seed 0.
"""

# Combined with the seed of a run.
NOISE_SEED = 0x5EED_0001
"""Noise that is drawn once, before the training."""
EVALUATION_SEED = 0x5EED_0002
"""Noise of the samples that the loss of a denoiser is measured on."""
NOISE_STREAM = 0x5EED_0003
"""Random numbers during training, such as noise that is drawn anew, dropout and codes."""

# Measurements during training.
MEASURE_SEED = 0x5EED_0004
"""Samples of a large set that are measured, of each run the same."""
CODE_SEED = 0x5EED_0005
"""Draws of Gaussian codes in a measurement."""
JACOBIAN_SEED = 0x5EED_0013
"""Samples that the contractive term is measured on."""
PROBE_SEED = 0x5EED_0006
"""Directions of the Jacobian estimate, the same at every evaluation of scipy's optimisers."""
CLASSIFIER_NOISE_SEED = 0x5EED_0006
"""Noise that the pretraining of a stacked classifier is measured with."""
CLASSIFIER_CHECK_SEED = 0x5EED_0007
"""Samples that the accuracy of a classifier is measured on."""
LIVE_CLASSIFIER_SEED = 0x5EED_0008
"""Samples of the report of a classifier while it trains."""
GAN_CODE_SEED = 0x5EED_0009
"""Codes that the images of a GAN are measured on."""
GAN_REAL_SEED = 0x5EED_0014
"""Real images beside those of a GAN."""
BASELINE_SEED = 0x5EED_000B
"""Noise that the least possible loss is measured with."""

# Evaluation of a trained network.
CODE_STATISTICS_SEED = 0x5EED_0007
"""Samples and draws of the statistics of the code."""
CODE_ACCURACY_SEED = 0
"""Samples of the accuracy of the nearest codes."""
JUDGE_SEED = 0x5EED_0011
"""Images that a classifier judges, and their shuffled pixels."""
LESSON_SEED = 7
"""Noise and codes of the figures of lessons."""
WEB_PAGE_SEED = 7
"""Codes of a GAN for the web page: the plane of its map, and the range of its images."""
PREVIEW_SEED = 0x5EED_0006
"""Samples of a large set that a run file shows."""

# Studies and verdicts.
STUDY_NOISE_SEED = 0x5EED_0007
"""Noise of the figures of a finished run."""
NOISE_TESTS_SEED = 0x5EED_0006
"""Samples of a large set that networks are tested with."""
FINDINGS_SEED = 0x5EED_000D
"""Noise that a wrong assumption about the noise is measured with."""
RESAMPLING_SEED = 0x5EED_0012
"""Bootstrap intervals, permutation tests and the forest of the importances."""
