"""The table of the kinds of noise; imports neither torch nor numpy.

Training draws noise with torch: the statements of a row are inserted into generated programs, and
``corruption.py`` runs them directly. A drawing gets its noise from numpy, by the row's formula.
"""

from __future__ import annotations

from aegui.core.choices import Choice, table
from aegui.core.i18n import mark
from aegui.core.light_dataclass import dataclass


@dataclass(frozen=True, kw_only=True)
class Noise(Choice):
    """One kind of noise."""

    lines: tuple[str, ...]
    """Statements that fill ``out`` with the corrupted ``clean``, images as rows of values in 0..1;
    ``level`` and the generator ``g`` are in scope, and with ``neighbours`` the images'
    ``channels``, ``height`` and ``width``. They draw into ``out`` itself, so that little or nothing
    is allocated."""
    formula: str
    """The corrupted ``x`` for ``u``, uniform in 0..1, ``n``, standard normal, and ``level``; with
    ``neighbours`` also for ``inside``, whether a pixel lies in a rectangle at a random place whose
    expected share of the image's area is the level."""
    off: str = ""
    """Probability that a pixel that was off is seen lit, as a formula of ``level``. Like ``on``,
    empty for noise that does not switch each pixel independently: then the best possible answer is
    unknown, except for the kinds that ``evaluation/likelihoods.py`` handles itself."""
    on: str = ""
    """Probability that a pixel that was on is seen lit."""
    is_share: bool = True
    """Whether the level is a share or a probability, at most 1."""
    neighbours: bool = False
    """Whether the noise depends on which pixels are neighbours."""


_LEVEL = ("level",)
_ERASED = ("out.uniform_(0.0, 1.0, generator=g).ge_(level).mul_(clean)",)

CORRUPTIONS = table(
    Noise(
        "none",
        mark("None"),
        mark("The input is the clean image."),
        lines=("out.copy_(clean)",),
        formula="x",
        off="0.0",
        on="1.0",
    ),
    Noise(
        "salt_pepper",
        mark("Salt and pepper"),
        mark("Each pixel is, with probability p, replaced by 0 or 1 at random."),
        _LEVEL,
        # u is uniform in -1/(1-p)..1/(1-p), so |u| > 1 with probability p, both signs equally
        # likely. The hard shrink sets all other u to zero; the rest outweighs any pixel and clamps
        # to salt or pepper.
        lines=(
            "if level >= 1.0:",
            "    out.random_(0, 2, generator=g)",
            "else:",
            "    reach = 1.0 / (1.0 - level)",
            "    out.uniform_(-reach, reach, generator=g)",
            "    torch.ops.aten.hardshrink(out, 1.0, out=out)",
            "    out.add_(clean).clamp_(0.0, 1.0)",
        ),
        formula="where(u < level / 2, 0.0, where(u < level, 1.0, x))",
        off="level / 2",
        on="1 - level / 2",
    ),
    Noise(
        "flip",
        mark("Flip"),
        mark("Each pixel is inverted with probability p."),
        _LEVEL,
        # |flip - x| is x where flip is 0, and 1 - x where it is 1.
        lines=("out.uniform_(0.0, 1.0, generator=g).lt_(level).sub_(clean).abs_()",),
        formula="where(u < level, 1 - x, x)",
        off="level",
        on="1 - level",
    ),
    Noise(
        "gaussian",
        mark("Gaussian"),
        mark("Adds normal noise of the given sigma, clipped to 0..1."),
        _LEVEL,
        lines=("out.normal_(0.0, level, generator=g).add_(clean).clamp_(0.0, 1.0)",),
        formula="clip(x + level * n, 0.0, 1.0)",
        is_share=False,
    ),
    Noise(
        "masking",
        mark("Masking"),
        mark("Each pixel is set to zero with probability p."),
        _LEVEL,
        lines=_ERASED,
        formula="where(u < level, 0.0, x)",
        off="0.0",
        on="1 - level",
    ),
    Noise(
        "salt",
        mark("Salt only (to 1)"),
        mark(
            "Each pixel is set to 1 with probability p: ink in a drawing of letters, white in a "
            "photograph."
        ),
        _LEVEL,
        lines=("out.uniform_(0.0, 1.0, generator=g).lt_(level).add_(clean).clamp_(0.0, 1.0)",),
        formula="where(u < level, 1.0, x)",
        off="level",
        on="1.0",
    ),
    Noise(
        "pepper",
        mark("Pepper only (to 0)"),
        mark(
            "Each pixel is set to 0 with probability p, as masking does: paper in a drawing of "
            "letters, black in a photograph."
        ),
        _LEVEL,
        lines=_ERASED,
        formula="where(u < level, 0.0, x)",
        off="0.0",
        on="1 - level",
    ),
    Noise(
        "block",
        mark("Block erase"),
        mark(
            "One rectangle at a random place, with p of the area of the image on the average, is "
            "set to zero."
        ),
        _LEVEL,
        lines=(
            # Sides are whole numbers of pixels: each is drawn from the two integers around its real
            # length, so that the expected area is the level's share.
            "tall, broad = height * level ** 0.5, width * level ** 0.5",
            "sizes = list(out.shape)",
            "sizes[-1] = 4",
            "place = torch.empty(sizes, device=out.device).uniform_(0.0, 1.0, generator=g)",
            "high = place.select(-1, 2).lt(tall - int(tall)).add(int(tall))",
            "wide = place.select(-1, 3).lt(broad - int(broad)).add(int(broad))",
            "top = place.select(-1, 0).mul(height + 1 - high).floor_().unsqueeze(-1)",
            "left = place.select(-1, 1).mul(width + 1 - wide).floor_().unsqueeze(-1)",
            "at = torch.arange(height * width, device=out.device).repeat(channels)",
            "row = torch.div(at, width, rounding_mode='floor')",
            "column = torch.remainder(at, width)",
            "down = torch.logical_and(row >= top, row < top + high.unsqueeze(-1))",
            "across = torch.logical_and(column >= left, column < left + wide.unsqueeze(-1))",
            "out.copy_(clean).masked_fill_(torch.logical_and(down, across), 0.0)",
        ),
        formula="where(inside, 0.0, x)",
        neighbours=True,
    ),
)
