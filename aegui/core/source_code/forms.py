"""The forms in which code can be generated; imports neither torch nor numpy."""

from __future__ import annotations

from typing import Literal

from aegui.core.choices import Choice, table
from aegui.core.i18n import mark

DialectKey = Literal["torch", "numpy", "notebook"]
DIALECTS = table(
    Choice("torch", mark("PyTorch"), mark("A module and a plain training loop.")),
    Choice(
        "numpy",
        mark("NumPy by hand"),
        mark("Forward, backward and optimiser written out, and a gradient check."),
    ),
    Choice(
        "notebook",
        mark("Notebook"),
        mark("The PyTorch code in cells, with the formulas between them."),
    ),
)
"""The selectable forms of generated code."""
SUFFIXES = {"torch": ".py", "numpy": ".py", "notebook": ".ipynb"}
