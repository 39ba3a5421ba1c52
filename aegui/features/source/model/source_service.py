"""Prints the code of the draft in the background, and checks it in another process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from aegui.core.data.progress import reporting_share
from aegui.core.errors import AeguiError
from aegui.core.i18n import tr
from aegui.core.light_dataclass import dataclass
from aegui.core.training.cost import rows_of
from aegui.session.highlighted_layer import layer_indices
from aegui.session.jobs.clock import one_shot
from aegui.session.jobs.derived import Derived
from aegui.session.jobs.service import Service

if TYPE_CHECKING:
    from aegui.core.data.progress import IsCancelled, Report
    from aegui.core.network.resolve import ResolvedRecipe
    from aegui.core.source_code.check import CodeVerdict
    from aegui.core.source_code.forms import DialectKey
    from aegui.core.source_code.listing import CodeListing
    from aegui.core.source_code.subject import CodedRun
    from aegui.session.highlighted_layer import LayerIndex

_QUIET_MS = 900
"""Delay of the automatic check after the last edit, in milliseconds."""
_QUICK_WORK = 20_000_000
"""Upper bound for the automatic check: multiplications of a pass over one batch."""


@dataclass(frozen=True, eq=False)
class SourceSubject:
    """The network to print code of."""

    resolved: ResolvedRecipe
    """The draft."""
    name: str
    """Name of the document."""
    stem: str
    """Stem of its file names."""
    run: int = 0
    """Index of the run within its population."""

    def coded(self) -> CodedRun:
        """Return the run in the form that the code printers take."""
        from aegui.core.source_code.subject import CodedRun

        return CodedRun.of(self.resolved, self.name, self.run)


@dataclass(frozen=True, eq=False)
class PrintedCode:
    """Printed code."""

    listing: CodeListing | None
    """The lines; None if the recipe cannot be printed in this dialect."""
    indices: tuple[LayerIndex, ...] = ()
    """Builder part and index of every layer."""
    reason: str = ""
    """Why there is no code, or empty."""


class SourceService(Service):
    """Prints the code of one subject in one dialect, and checks it."""

    printed_changed = Signal(object)
    """Emitted with a ``PrintedCode``."""
    checking = Signal()
    """Emitted when a check has started."""
    checked = Signal(object)
    """Emitted with the ``CodeVerdict`` of the displayed code; None if it is unchecked."""

    def __init__(self) -> None:
        super().__init__()
        self.dialect: DialectKey = "torch"
        self.is_busy = False
        """Whether a training is running; no automatic check is started meanwhile."""
        self.printed: PrintedCode | None = None
        self.verdict: CodeVerdict | None = None
        self.subject: SourceSubject | None = None
        """The network to print code of."""
        self._is_active = False
        self._printing = Derived("aegui-source", self)
        self._printing.set_active(False)
        self._printing.answered.connect(self._on_printing_answered)
        self._checks = Derived("aegui-proof", self, urgent=False)
        self._checks.answered.connect(self._on_checks_answered)
        self._rest = one_shot(self, self._check_quick, _QUIET_MS)

    @property
    def is_checking(self) -> bool:
        """Return whether a check is running."""
        return self._checks.is_busy

    def set_active(self, active: bool) -> None:
        """Set whether a view of the code is visible; nothing is printed or checked otherwise."""
        self._is_active = active
        self._printing.set_active(active)
        if not active:
            self.stop_check()
        elif self.printed is not None and self.verdict is None:
            self._rest.start()

    def set_subject(self, subject: SourceSubject | None) -> None:
        """Set the network to print code of."""
        self.subject = subject
        self._renew()

    def set_dialect(self, dialect: DialectKey) -> None:
        """Set the dialect of the code."""
        if dialect != self.dialect:
            self.dialect = dialect
            self._renew()

    def _renew(self) -> None:
        self.stop_check()
        self.printed = self.verdict = None
        self.checked.emit(None)
        subject, dialect = self.subject, self.dialect
        if subject is None:
            self._printing.forget()
        else:
            self._printing.ask(lambda: _print(subject, dialect))

    def check(self) -> None:
        """Check the displayed code, however long it takes."""
        subject, dialect, printed = self.subject, self.dialect, self.printed
        if subject is None or printed is None or printed.listing is None:
            return

        def work(report: Report, cancelled: IsCancelled) -> CodeVerdict:
            from aegui.core.source_code.elsewhere import check_elsewhere

            share = reporting_share(report, cancelled)
            return check_elsewhere(subject.coded(), dialect, share, cancelled)

        self.checking.emit()
        self._checks.compute(work, title=tr("Checking the code"))

    def stop_check(self) -> None:
        """Cancel the running or queued check."""
        self._rest.stop()
        if self._checks.is_busy:
            self._checks.forget()
            self.checked.emit(self.verdict)

    def shutdown(self) -> None:
        """Cancel running work and accept no more."""
        self._rest.stop()
        super().shutdown()

    @Slot(object)
    def _on_printing_answered(self, printed: PrintedCode) -> None:
        self.printed = printed
        self.printed_changed.emit(printed)
        if self._is_active and printed.listing is not None:
            self._rest.start()

    @Slot()
    def _check_quick(self) -> None:
        """Start the automatic check, if it is cheap and no training is running."""
        subject = self.subject
        if subject is None or self.is_busy or self.verdict is not None or self._checks.is_busy:
            return
        _, batch = rows_of(subject.resolved)
        if batch * sum(layer.cost for layer in subject.resolved.all_layers) <= _QUICK_WORK:
            self.check()

    @Slot(object)
    def _on_checks_answered(self, verdict: CodeVerdict) -> None:
        self.verdict = verdict
        self.checked.emit(verdict)


def _print(subject: SourceSubject, dialect: DialectKey) -> PrintedCode:
    """Print the code; called in a worker thread, as printing imports torch."""
    from aegui.core.source_code.make import shown_listing

    coded = subject.coded()
    indices = layer_indices(coded.layers)
    try:
        listing = shown_listing(coded, dialect, subject.stem)
    except AeguiError as error:
        return PrintedCode(None, indices, str(error))
    return PrintedCode(listing, indices)
