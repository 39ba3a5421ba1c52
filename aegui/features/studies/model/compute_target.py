"""Where the runs of a study are trained: a setting of the user, not of the plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from aegui.core.choices import Choice, OneOf, table
from aegui.core.fields import FieldWords
from aegui.core.i18n import mark, tr
from aegui.core.light_dataclass import dataclass
from aegui.core.study.dask_workers import Scheduler, missing_extra

HERE, CLUSTER = "here", "cluster"
FILES = ("authority", "certificate", "key")
"""Fields of ``ComputeTarget`` that are paths of files."""
_PLACES = table(
    Choice(HERE, mark("This computer"), mark("One process for each of its cores.")),
    Choice(CLUSTER, mark("Dask cluster"), mark("The workers of a scheduler train in parallel.")),
)
SETTINGS_PREFIX = "study.place."
"""Prefix of the settings keys."""


@dataclass(frozen=True)
class ComputeTarget:
    """Where to run; the fields of a cluster are kept while this computer is selected."""

    kind: Annotated[
        str, OneOf(_PLACES), FieldWords("Computed by", "Where it trains; the figures are the same.")
    ] = HERE
    address: Annotated[
        str | None,
        FieldWords("Scheduler", "Address of the scheduler, such as tls://host:8786."),
    ] = None
    authority: Annotated[
        str | None,
        FieldWords("Authority", "PEM file of the certificate authority; empty without TLS."),
    ] = None
    certificate: Annotated[
        str | None, FieldWords("Certificate", "PEM file of your own certificate for the cluster.")
    ] = None
    key: Annotated[str | None, FieldWords("Key", "PEM file of the key of that certificate.")] = None

    @property
    def is_cluster(self) -> bool:
        """Return whether a cluster is selected."""
        return self.kind == CLUSTER

    @property
    def scheduler(self) -> Scheduler | None:
        """Return how to reach the cluster; None for this computer."""
        if not self.is_cluster:
            return None
        address = (self.address or "").strip()
        return Scheduler(address, self.authority or "", self.certificate or "", self.key or "")

    @property
    def problem(self) -> str:
        """Return why nothing can be run there, and what to do; empty if no problem is known."""
        scheduler = self.scheduler
        if scheduler is None:
            return ""
        missing = missing_extra()
        if missing:
            return missing
        if not scheduler.address:
            return tr("Give the address of the scheduler, such as tls://host:8786.")
        for path in (scheduler.authority, scheduler.certificate, scheduler.key):
            if path and not Path(path).is_file():
                return tr("There is no file {path}.", path=path)
        return ""

    @property
    def warning(self) -> str:
        """Return a warning to show before anything is sent to the cluster; usually empty."""
        scheduler = self.scheduler
        return scheduler.warning if scheduler is not None and scheduler.address else ""
