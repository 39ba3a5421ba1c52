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
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim.optimizer import register_optimizer_step_post_hook

from aegui.core.data.progress import part, stop_if
from aegui.core.errors import AeguiError, Cancelled
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.network.checks import SCIPY_OPTIMIZERS
from aegui.core.source_code.make import RECORDED, code_listing, make_code
from aegui.core.source_code.notebook import code_cells
from aegui.core.source_code.reference import steps_of
from aegui.core.training.loop.train import thread_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aegui.core.data.progress import IsCancelled, ReportShare
    from aegui.core.source_code.forms import DialectKey
    from aegui.core.source_code.reference import StepTaken
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


STEPS = RECORDED
"""Compared steps: those whose random draws are saved with NumPy code."""
TOLERANCE = 1e-6
GRADIENT_TOLERANCE = 1e-5
_OWN_SHARE = 0.5
"""Share of the work that the program's own steps are."""
_PERTURBED = 4
"""Losses that the gradient check computes for each parameter: two steps to either side."""

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
    subject: CodedRun,
    dialect: DialectKey,
    report: ReportShare | None = None,
    cancelled: IsCancelled | None = None,
    steps: Sequence[StepTaken] | None = None,
) -> CodeVerdict:
    """Run the generated code of ``subject`` and compare it with the program's own training.

    Args:
        subject: The run.
        dialect: The form of the code.
        report: Called with the share done: first of the program's steps, then of those of the code.
        cancelled: Polled for cancellation, also by the code between its layers.
        steps: The first ``STEPS`` steps of the program, if they were run already.

    Raises:
        Cancelled: ``cancelled`` returned True.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(thread_count(subject.resolved, 1))
    try:
        with without_compiler():
            return _checked(subject, dialect, report, cancelled, steps)
    finally:
        torch.set_num_threads(before)


def _checked(
    subject: CodedRun,
    dialect: DialectKey,
    report: ReportShare | None,
    cancelled: IsCancelled | None,
    steps: Sequence[StepTaken] | None,
) -> CodeVerdict:
    try:
        code_listing(subject, dialect, "network")  # what has no code is not trained first
        of_code = report
        if steps is None:
            steps = steps_of(subject, STEPS, part(report, 0.0, _OWN_SHARE), cancelled)
            of_code = part(report, _OWN_SHARE, 1.0)
        program_losses = [step.loss for step in steps]
        code = make_code(subject, dialect, "network", steps)
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
            updates = 1 if subject.resolved.recipe.gan is None else 2
            losses, gradient = _run(path, dialect, len(steps) * updates, of_code, cancelled)
        except Cancelled:
            raise
        except Exception as error:  # generated code may raise any exception
            words = f"{type(error).__name__}: {error}"
            reason = tr("The code ends in an error: {error}", error=words)
            return CodeVerdict("differs", reason=reason, own=tuple(program_losses))
    return _compared(
        losses, program_losses, gradient, is_scipy=training.optimizer.name in SCIPY_OPTIMIZERS
    )


def _run(
    path: Path,
    dialect: DialectKey,
    steps: int,
    report: ReportShare | None,
    cancelled: IsCancelled | None,
) -> tuple[list[float], float | None]:
    """Run the file at ``path`` and return its losses and the result of its gradient check."""
    with _undisturbed(path.parent), _watched(steps, report, cancelled):
        if dialect == "notebook":
            cells = path.with_name("cells.py")
            cells.write_text("\n".join(code_cells(path.read_text(encoding="utf-8"))), "utf-8")
            space = runpy.run_path(str(cells), run_name="shown_code")
            return list(space["losses"]), None
        space = runpy.run_path(str(path), run_name="shown_code")
        if dialect == "numpy":
            _watch_gradients(space["train"].__globals__, steps, report, cancelled)
            gradient = float(space["check_gradient"]())
            return list(space["train"](STEPS)), gradient
        return list(space["train"](space["model"], STEPS)), None


@contextlib.contextmanager
def _watched(
    steps: int, report: ReportShare | None, cancelled: IsCancelled | None
) -> Iterator[None]:
    """Poll ``cancelled`` before each layer that torch runs, and report each of ``steps`` updates.

    The code knows nothing of either, so torch tells.
    """
    done = 0

    def poll(*_: object) -> None:
        stop_if(cancelled)

    def count(*_: object) -> None:
        nonlocal done
        done += 1
        if report is not None:
            report(min(done / steps, 1.0))

    hooks = register_module_forward_pre_hook(poll), register_optimizer_step_post_hook(count)
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _watch_gradients(
    code: dict[str, Any], steps: int, report: ReportShare | None, cancelled: IsCancelled | None
) -> None:
    """Poll ``cancelled`` and report whenever NumPy ``code`` computes a gradient."""
    compute = code["loss_and_gradient"]
    (each, _) = code["check_gradient"].__defaults__
    expected = 1 + _PERTURBED * each * len(code["p"]) + steps
    done = 0

    def counted(*arguments: Any) -> Any:
        nonlocal done
        stop_if(cancelled)
        found = compute(*arguments)
        done += 1
        if report is not None:
            report(min(done / expected, 1.0))
        return found

    code["loss_and_gradient"] = counted


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
