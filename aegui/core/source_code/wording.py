"""Code shared by PyTorch and NumPy: numbers, the learning rate and the weight of the KL term."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aegui.core.i18n import tr

if TYPE_CHECKING:
    from aegui.core.data.noises import Noise
    from aegui.core.recipe import Recipe
    from aegui.core.source_code.listing import CodeWriter
    from aegui.core.source_code.subject import CodedRun


def number(value: float) -> str:
    """Return a float as source text, rounded to 15 significant digits."""
    return repr(float(f"{value:.15g}"))


def write_rate(w: CodeWriter, recipe: Recipe) -> None:
    """Write the learning rate as a function of the completed epochs, unless it is constant."""
    spec, epochs = recipe.training.schedule, recipe.training.epochs
    base = recipe.training.optimizer.learning_rate
    if not changes_rate(recipe):
        return
    w.gap()
    with w.block("def rate(done):"):
        w.words(tr("The learning rate after this many epochs."))
        if spec.name == "exponential":
            w.line(f"share = min(1.0, done / {max(1, epochs - 1)})")
            w.line(f"return {base!r} * {max(spec.final_factor, 1e-12)!r} ** share")
        elif spec.name == "step":
            w.line(f"return {base!r} * {spec.factor!r} ** (int(done) // {spec.step_epochs})")
        else:
            warmup = min(spec.warmup_epochs, epochs - 1)
            if warmup:
                with w.block(f"if done < {warmup}:"):
                    w.line(f"return {base!r} * (done + 1) / {warmup + 1}")
            w.line(f"share = min(1.0, (done - {warmup}) / {max(1, epochs - 1 - warmup)})")
            final = spec.final_factor
            w.line("falling = 0.5 * (1 + math.cos(math.pi * share))")
            w.line(f"return {base!r} * ({final!r} + {number(1 - final)} * falling)")


def write_noise(w: CodeWriter, noise: Noise, shape: tuple[int, int, int]) -> None:
    """Write the torch code of ``noise`` on ``clean``, for images of ``shape`` (C, H, W)."""
    if noise.neighbours:
        channels, height, width = shape
        w.line(f"channels, height, width = {channels}, {height}, {width}")
    w.line("out = torch.empty_like(clean)")
    for line in noise.lines:
        w.line(line)
    w.line("return out")


def changes_rate(recipe: Recipe) -> bool:
    """Return whether the learning rate depends on the epoch; plateau schedules follow losses."""
    return recipe.training.schedule.name not in {"constant", "plateau"}


def needs_math(recipe: Recipe) -> bool:
    """Return whether the learning rate follows a cosine."""
    return changes_rate(recipe) and recipe.training.schedule.name not in {"exponential", "step"}


def beta_text(subject: CodedRun) -> str:
    """Return source for the KL weight of a step in terms of ``epoch`` and ``start``."""
    latent = subject.resolved.recipe.network.latent
    warmup = latent.kl_warmup_epochs
    if not warmup:
        return repr(latent.beta)
    if subject.full_batch:
        done = "epoch + 1"
    else:
        rows = subject.rows
        done = f"epoch + min(start + {subject.batch_rows}, {rows}) / {rows}"
    return f"{latent.beta!r} * min(1.0, ({done}) / {warmup})"


def done_text(subject: CodedRun) -> str:
    """Return source for the completed epochs at the start of a step, the argument of ``rate``."""
    if subject.full_batch or subject.rate_of_epoch:
        return "epoch"
    return f"epoch + start / {subject.rows}"
