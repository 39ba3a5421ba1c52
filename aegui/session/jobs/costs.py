"""What is quick enough to be done at once, and what goes to a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aegui.core.latent.codec import Codec

QUICK = 4_000_000
"""Multiplications that take numpy some 0.7 ms: less than waking a thread and its answer, which take
2 to 3 ms where another one trains."""
QUICK_BATCH = 8_000_000
"""Multiplications for many samples together, which take numpy some 2 ms."""


def encode_cost(codec: Codec) -> int:
    """Multiplications that encoding one image takes."""
    return codec.encode_cost


def is_quick(codec: Codec, multiplications: int, most: int = QUICK) -> bool:
    """Whether so much work for ``codec`` may be done in the thread of the window.

    Chains with images in them never are: their first use loads torch.
    """
    return multiplications <= most and not codec.needs_torch
