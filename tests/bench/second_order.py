"""SciPy's optimisers on 35-25-17-2-17-25-35: ``python -m tests.bench.second_order [KEY ...]``.

For training shares of 30, 50 and 70% of the 32 lower-case characters: errors on training and test
samples, evaluations of the objective, seconds. Powell and BFGS are stopped after ``SECONDS``.
"""

from __future__ import annotations

import sys
import time

from aegui.core.data.load import load_dataset
from aegui.core.data.split import split_indices
from aegui.core.evaluation.wrong_pixels import wrong_pixels
from aegui.core.latent.codec import Codec
from aegui.core.network.resolve import resolve
from aegui.core.recipe.file import list_recipes
from aegui.core.training.loop.train import train

SHARES = (0.3, 0.5, 0.7)
SECONDS = 120.0
OPTIMIZERS = ("powell", "bfgs", "cg")
_HEADER = (
    "| optimiser | training share | loss, training | loss, test | wrong pixels, training | "
    "wrong pixels, test | iterations | evaluations | seconds | ended |"
)


def row(optimizer: str, share: float) -> str:
    """Return one row of the table."""
    recipe = dict(list_recipes())[f"letters-{optimizer}"]
    split = recipe.data.split.model_copy(update={"validation": 1 - share})
    goals = recipe.training.goals.model_copy(update={"seconds": SECONDS})
    recipe = recipe.model_copy(
        update={
            "data": recipe.data.model_copy(update={"split": split}),
            "training": recipe.training.model_copy(update={"goals": goals}),
        }
    )
    dataset = load_dataset(recipe.data.source, recipe.data.chars)
    resolved = resolve(recipe, dataset).resolved
    if resolved is None:
        raise ValueError(f"the recipe letters-{optimizer} does not resolve")
    started = time.perf_counter()
    *_, last = train(resolved)
    seconds = time.perf_counter() - started
    result = last.result()
    codec = Codec(recipe, dataset.image_shape, result.last)
    flat = dataset.flat()
    wrong = [
        wrong_pixels(flat[part], codec.reconstruct(flat[part])).mean()
        for part in split_indices(len(dataset), split)
    ]
    history = result.history
    cells = (
        optimizer,
        f"{share:.0%}",
        f"{history.loss[-1, 0]:.4f}",
        f"{history.extra['validation_loss'][-1, 0]:.3f}",
        *(f"{each:.2f}" for each in wrong),
        f"{last.epoch:,}",
        f"{result.runs[0].figures['evaluations']:,.0f}",
        f"{seconds:.1f}",
        result.reason,
    )
    return "| " + " | ".join(cells) + " |"


def main() -> int:
    """Print the table."""
    print(_HEADER)  # noqa: T201
    print("|---" * _HEADER.count(" | ") + "|---|")  # noqa: T201
    for optimizer in sys.argv[1:] or OPTIMIZERS:
        for share in SHARES:
            print(row(optimizer, share), flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
