"""Check that generated code trains as the program does, by comparing the losses of the same steps.

Only code made by ``make_code`` is ever executed here, never text from another source. It runs
without torch's compiler, which the frozen app lacks: optimisers ask the compiler not to compile
them, and forward-mode gradients ask whether sizes are symbolic. If the compiler is not loaded,
stand-in modules answer: loading it takes longer than all computations of the check.
"""

from __future__ import annotations

import contextlib
import math
import operator
import os
import runpy
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import torch

from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.source_code.make import make_code
from aegui.core.source_code.notebook import code_cells
from aegui.core.source_code.reference import steps_of
from aegui.core.training.loop.train import thread_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aegui.core.data.progress import IsCancelled
    from aegui.core.source_code.forms import DialectKey
    from aegui.core.source_code.subject import CodedRun


@contextlib.contextmanager
def without_compiler() -> Iterator[None]:
    """Install stand-ins for the compiler's modules that are not loaded; remove them afterwards."""
    replaced = {name: parts for name, parts in _STAND_INS.items() if name not in sys.modules}
    for name, parts in replaced.items():
        module = ModuleType(name)
        vars(module).update(parts)
        sys.modules[name] = module
        _parent_of(name)[name.rpartition(".")[2]] = module
    try:
        yield
    finally:
        for name in replaced:
            del sys.modules[name]
            _parent_of(name).pop(name.rpartition(".")[2], None)


def _parent_of(name: str) -> dict[str, Any]:
    """Return the namespace of the parent module, or an empty dictionary if it is not loaded."""
    parent = sys.modules.get(name.rpartition(".")[0])
    return {} if parent is None else vars(parent)


def _unchanged(function: Any = None, *_: Any, **__: Any) -> Any:
    """Return ``function`` unchanged; without a function, act as a decorator with options."""
    return _unchanged if function is None else function


_STAND_INS: dict[str, dict[str, Any]] = {
    "torch._dynamo": {
        "disable": _unchanged,
        "graph_break": lambda *_, **__: None,
        "is_compiling": lambda: False,
    },
    "torch.fx.experimental.symbolic_shapes": {"expect_true": bool, "sym_eq": operator.eq},
}
"""Names that torch uses of each stand-in module."""


STEPS = 10
TOLERANCE = 1e-6
GRADIENT_TOLERANCE = 1e-5

State = Literal["same", "differs", "incomparable"]


@dataclass(frozen=True)
class CodeVerdict:
    """Result of comparing the losses of generated code with those of the program."""

    state: State
    """Whether the losses agree to within ``TOLERANCE``, or cannot be compared."""
    difference: float | None = None
    """Largest difference of a step, relative for losses above 1."""
    gradient: float | None = None
    """Largest relative difference between the gradient and finite differences; None for code
    without a gradient check."""
    reason: str = ""
    """Why the losses differ or cannot be compared."""
    code: tuple[float, ...] = ()
    """Losses of the generated code, one per step."""
    own: tuple[float, ...] = ()
    """Losses of the program, one per step."""

    @property
    def steps(self) -> int:
        """Number of compared steps."""
        return len(self.own)

    def document(self) -> dict[str, Any]:
        """Return the verdict as a JSON-compatible dictionary."""
        return asdict(self) | {"steps": self.steps, "precision": "double"}


def check_code(
    subject: CodedRun, dialect: DialectKey, cancelled: IsCancelled | None = None
) -> CodeVerdict:
    """Run the generated code of ``subject`` and compare it with the program's own training.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(thread_count(subject.resolved, 1))
    try:
        with without_compiler():
            return _checked(subject, dialect, cancelled)
    finally:
        torch.set_num_threads(before)


def _checked(subject: CodedRun, dialect: DialectKey, cancelled: IsCancelled | None) -> CodeVerdict:
    try:
        code = make_code(subject, dialect, "network")
        program_losses = [step.loss for step in steps_of(subject, STEPS, cancelled)]
    except Cancelled:
        raise
    except AeguiError as error:
        return CodeVerdict("incomparable", reason=str(error))
    training = subject.resolved.recipe.training
    if training.schedule.name == "plateau" and training.schedule.patience_epochs < STEPS:
        return CodeVerdict(
            "incomparable", reason=tr("A plateau schedule depends on measured losses.")
        )
    with tempfile.TemporaryDirectory(prefix="aegui-code-") as folder:
        path = code.write(Path(folder) / code.file_name)
        try:
            losses, gradient = _run(path, dialect)
        except Exception as error:  # generated code may raise any exception
            words = f"{type(error).__name__}: {error}"
            reason = tr("The code ends in an error: {error}", error=words)
            return CodeVerdict("differs", reason=reason, own=tuple(program_losses))
    return _compared(
        losses, program_losses, gradient, is_scipy=training.optimizer.name in SCIPY_OPTIMIZERS
    )


def _run(path: Path, dialect: DialectKey) -> tuple[list[float], float | None]:
    """Run the file at ``path`` and return its losses and the result of its gradient check."""
    with _undisturbed(path.parent):
        if dialect == "notebook":
            cells = path.with_name("cells.py")
            cells.write_text("\n".join(code_cells(path.read_text(encoding="utf-8"))), "utf-8")
            space = runpy.run_path(str(cells), run_name="shown_code")
            return list(space["losses"]), None
        space = runpy.run_path(str(path), run_name="shown_code")
        if dialect == "numpy":
            gradient = float(space["check_gradient"]())
            return list(space["train"](STEPS)), gradient
        return list(space["train"](space["model"], STEPS)), None


@contextlib.contextmanager
def _undisturbed(folder: Path) -> Iterator[None]:
    """Run the block in ``folder`` with stdout discarded; restore both afterwards."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        with (
            open(os.devnull, "w", encoding="utf-8") as nowhere,
            contextlib.redirect_stdout(nowhere),
        ):
            yield
    finally:
        os.chdir(before)


def _compared(
    code: list[float], program_losses: list[float], gradient: float | None, *, is_scipy: bool
) -> CodeVerdict:
    def found(state: State, reason: str = "", difference: float | None = None) -> CodeVerdict:
        return CodeVerdict(state, difference, gradient, reason, tuple(code), tuple(program_losses))

    if len(code) != len(program_losses) or not program_losses:
        return found(
            "differs",
            tr("The code did {n} steps, the program {m}.", n=len(code), m=len(program_losses)),
        )
    if not all(map(math.isfinite, program_losses)):
        return found("incomparable", tr("The losses are not finite: this training diverges."))
    pairs = zip(code, program_losses, strict=True)
    difference = max(abs(a - b) / max(1.0, abs(b)) for a, b in pairs)
    if not difference <= TOLERANCE:
        reason = tr("A line search amplifies the last digit.") if is_scipy else ""
        return found("differs", reason, difference)
    if gradient is not None and not gradient <= GRADIENT_TOLERANCE:
        return found("differs", tr("The gradient differs from the measured one."), difference)
    return found("same", "", difference)
