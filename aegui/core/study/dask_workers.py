"""Workers that run the units of a study on a Dask cluster (the extra ``cluster``)."""

from __future__ import annotations

import contextlib
import importlib
import ipaddress
import json
import time
import uuid
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aegui.core.errors import AeguiError
from aegui.core.i18n import language, tr
from aegui.core.json_text import from_json
from aegui.core.light_dataclass import dataclass
from aegui.core.study.dask_unit import do_remote, versions
from aegui.core.study.workers import News, StudyControl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aegui.core.study.units import Unit

_CONNECT_SECONDS = 10
_LOOK_SECONDS = 0.2
_MAX_IDLE_SECONDS = 60.0
"""Timeout for a cluster without workers."""


@dataclass(frozen=True)
class Scheduler:
    """Address and credentials of a cluster's scheduler."""

    address: str
    """Such as ``tcp://host:8786`` or ``tls://host:8786``."""
    authority: str = ""
    """File of the certificate authority; empty without TLS."""
    certificate: str = ""
    """File of the client's certificate."""
    key: str = ""
    """File of the client's private key."""

    @property
    def is_exposed(self) -> bool:
        """Whether the connection goes to another machine without encryption."""
        address = self.address if "://" in self.address else f"tcp://{self.address}"
        try:
            parts = urlsplit(address)
            host = parts.hostname or ""
            if parts.scheme == "tls" or host == "localhost":
                return False
            return not ipaddress.ip_address(host).is_loopback
        except ValueError:
            return True

    @property
    def warning(self) -> str:
        """Translated warning to show before connecting; empty if the connection is secure."""
        if not self.is_exposed:
            return ""
        return tr(
            "{address} is another machine, and the connection is not encrypted: anyone on the "
            "network can read the samples and run programs on the workers. Use a tls:// address "
            "with its files, or a tunnel.",
            address=self.address,
        )


def missing_extra() -> str:
    """Return how to install the extra; empty if ``distributed`` is installed."""
    if find_spec("distributed") is not None:
        return ""
    return tr('A cluster needs the extra “cluster”: pip install "aegui[cluster]".')


class DaskWorkers:
    """The workers of a cluster; the units of a lost worker are rerun by another.

    Args:
        scheduler: The scheduler to connect to.

    Raises:
        AeguiError: ``distributed`` is not installed, the scheduler cannot be reached, or it has no
            workers.
    """

    is_remote = True

    def __init__(self, scheduler: Scheduler) -> None:
        missing = missing_extra()
        if missing:
            raise AeguiError(missing)
        self._dask: Any = importlib.import_module("distributed")
        self._client = self._connected(scheduler)
        self.jobs = self._workers()
        if not self.jobs:
            self.close()
            raise AeguiError(
                tr(
                    "{address} has no workers: start some with “dask worker {address}”.",
                    address=scheduler.address,
                )
            )
        self._shares: dict[int, float] = {}

    def _connected(self, scheduler: Scheduler) -> Any:
        security = None
        try:
            if scheduler.authority or scheduler.certificate or scheduler.key:
                security = self._dask.Security(
                    tls_ca_file=scheduler.authority,
                    tls_client_cert=scheduler.certificate,
                    tls_client_key=scheduler.key,
                    require_encryption=True,
                )
            return self._dask.Client(
                scheduler.address,
                security=security,
                timeout=_CONNECT_SECONDS,
                set_as_default=False,
            )
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise AeguiError(
                tr(
                    "The scheduler {address} cannot be reached: {reason}. Is it running, and are "
                    "address and files right?",
                    address=scheduler.address,
                    reason=str(error).splitlines()[0] if str(error) else type(error).__name__,
                )
            ) from None

    def _workers(self) -> int:
        return sum(self._client.nthreads().values())

    def run(self, units: Sequence[Unit], control: StudyControl) -> Iterator[News]:
        """Run ``units``; see ``Workers.run``."""
        # Unique per run: keys and events of a run that was stopped may linger in the cluster.
        client, topic = self._client, f"aegui-{uuid.uuid4().hex}"
        stop = self._dask.Event(f"{topic}-stop", client=client)
        pause = self._dask.Event(f"{topic}-pause", client=client)
        client.subscribe_topic(topic, self._hear)
        self._shares.clear()
        waiting = {
            client.submit(
                do_remote, _text(topic, number, unit), pure=False, key=f"{topic}-{number}"
            ): number
            for number, unit in enumerate(units)
        }
        done, seen = 0.0, time.monotonic()
        try:
            while waiting and not control.stop:
                (pause.set if control.paused else pause.clear)()
                ended = [future for future in waiting if future.done()]
                if self._workers():
                    seen = time.monotonic()
                self._check_alive(seen)
                for future in ended:
                    number = waiting.pop(future)
                    lines, tensors = self._result(future)
                    done += units[number].work
                    self._shares.pop(number, None)
                    yield News(lines, tensors, done)
                if not ended:
                    time.sleep(_LOOK_SECONDS)
                partial_work = sum(
                    self._shares.get(at, 0.0) * units[at].work for at in waiting.values()
                )
                yield News(done=done + partial_work)
        finally:
            if waiting:
                with contextlib.suppress(OSError):
                    stop.set()
                    client.cancel(list(waiting), force=True)
            client.unsubscribe_topic(topic)

    def _hear(self, event: tuple[object, tuple[int, float]]) -> None:
        number, share = event[1]
        self._shares[number] = share

    def _check_alive(self, seen: float) -> None:
        if self._client.status != "running" or time.monotonic() - seen > _MAX_IDLE_SECONDS:
            raise AeguiError(
                tr(
                    "The connection to the cluster was lost. Finished runs are kept: start the "
                    "study again once it is back."
                )
            )

    def _result(self, future: Any) -> tuple[list[dict[str, Any]], bytes]:
        try:
            head, _, tensors = future.result().partition(b"\n")
        except Exception as error:  # Clusters raise exceptions of any class
            raise AeguiError(
                tr(
                    "The cluster could not run a part of the study: {reason}. Finished runs are "
                    "kept.",
                    reason=f"{type(error).__name__}: {error}".splitlines()[0],
                )
            ) from error
        kind, content = from_json(head)
        if kind == "refused":
            raise AeguiError(content)
        return content, tensors

    def close(self) -> None:
        """Disconnect from the cluster, which keeps running."""
        self._client.close()


def _text(topic: str, number: int, unit: Unit) -> str:
    return json.dumps(
        {
            "number": number,
            "unit": from_json(unit.to_json()),
            "versions": versions(),
            "language": language(),
            "topic": topic,
        }
    )
