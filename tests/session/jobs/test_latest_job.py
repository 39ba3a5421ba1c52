from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
import time
import weakref
from types import ModuleType, SimpleNamespace

import pytest

from aegui.session.jobs import joining, latest_job
from aegui.session.jobs.latest_job import LatestJob, lower_priority


def test_of_those_that_wait_only_the_newest_is_done() -> None:
    job = LatestJob("aegui-test")
    begun, gate, done = threading.Event(), threading.Event(), []

    def first() -> None:
        begun.set()
        gate.wait(5)
        done.append(0)

    job.submit(first)
    assert begun.wait(5)
    for number in range(1, 10):
        job.submit(lambda number=number: done.append(number))  # type: ignore[misc]
    assert job.busy
    gate.set()
    assert job.wait()
    assert done == [0, 9]
    assert not job.busy


def test_it_works_again_after_being_idle_and_holds_no_thread_meanwhile() -> None:
    job = LatestJob("aegui-test")
    done: list[int] = []
    for number in range(5):
        job.submit(lambda number=number: done.append(number))  # type: ignore[misc]
        job.wait()
    assert done == [0, 1, 2, 3, 4]
    assert not any(thread.name == "aegui-test" for thread in threading.enumerate())


def test_jobs_in_a_row_are_done_by_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latest_job, "_LINGER_SECONDS", 3600.0)
    job = LatestJob("aegui-test")
    done = threading.Event()
    seen: list[threading.Thread] = []

    def work() -> None:
        seen.append(threading.current_thread())
        done.set()

    for _ in range(5):
        done.clear()
        job.submit(work)
        assert done.wait(30)
    assert seen == [seen[0]] * 5
    assert job.wait(), "whoever waits for the end is not kept waiting by a thread that lingers"
    assert not seen[0].is_alive()
    assert not job.busy


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of single threads")
def test_gentle_jobs_have_the_lowest_priority_and_other_jobs_another_thread() -> None:
    job = LatestJob("aegui-test", urgent=True)
    found: list[tuple[int, int]] = []

    def work() -> None:
        thread = threading.get_native_id()
        found.append((thread, os.getpriority(os.PRIO_PROCESS, thread)))

    own = os.getpriority(os.PRIO_PROCESS, os.getpid())
    for gentle in (False, True, True, False):
        ended = threading.Event()

        def do(ended: threading.Event = ended) -> None:
            work()
            ended.set()

        job.submit(do, gentle=gentle)
        assert ended.wait(30)
    assert job.wait()
    assert [nice for _, nice in found] == [own, 19, 19, own]
    threads = [thread for thread, _ in found]
    assert threads[0] == threads[1] == threads[2] != threads[3]


def test_whoever_waits_also_waits_for_the_thread_that_takes_over() -> None:
    job = LatestJob("aegui-test")
    begun, gate, done = threading.Event(), threading.Event(), []

    def first() -> None:
        begun.set()
        gate.wait(30)

    def second() -> None:
        time.sleep(0.1)
        done.append(2)

    job.submit(first, gentle=True)
    assert begun.wait(30)
    job.submit(second)
    threading.Timer(0.05, gate.set).start()
    assert job.wait(30)
    assert done == [2]
    assert not job.busy


def test_nothing_of_a_job_is_kept_while_its_thread_lingers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Load:
        def __call__(self) -> None:
            pass

    monkeypatch.setattr(latest_job, "_LINGER_SECONDS", 3600.0)
    job, load = LatestJob("aegui-test"), Load()
    held = weakref.ref(load)
    job.submit(load)
    del load
    deadline = time.monotonic() + 30
    while held() is not None and time.monotonic() < deadline:
        time.sleep(0.001)
    assert held() is None
    assert job.shutdown()


def test_a_job_that_was_asked_for_is_done_by_the_end_of_a_wait() -> None:
    job = LatestJob("aegui-test")
    done: list[int] = []
    for number in range(200):
        job.submit(lambda number=number: done.append(number))  # type: ignore[misc]
        if number % 3 == 0:
            assert job.wait()
            assert done[-1] == number
    assert job.shutdown()
    assert not any(thread.name == "aegui-test" for thread in threading.enumerate())


def test_an_error_goes_the_way_of_all_threads_and_the_next_job_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raised: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda it: raised.append(it.exc_type))
    job = LatestJob("aegui-test")
    done: list[int] = []
    job.submit(lambda: done.append(1 // 0))
    job.wait()
    job.submit(lambda: done.append(1))
    job.wait()
    assert done == [1]
    assert raised == [ZeroDivisionError]


def test_shutdown_waits_and_takes_no_more() -> None:
    job = LatestJob("aegui-test")
    done: list[int] = []
    job.submit(lambda: done.append(1))
    assert job.shutdown()
    assert done == [1] or not done
    before = list(done)
    job.submit(lambda: done.append(2))
    assert job.wait()
    assert done == before


def test_waiting_too_long_is_said(caplog: pytest.LogCaptureFixture) -> None:
    job = LatestJob("aegui-test")
    gate = threading.Event()

    def work() -> None:
        gate.wait(5)

    job.submit(work)
    assert not job.wait(0.05)
    assert "still busy" in caplog.text
    caplog.clear()
    gate.set()
    assert job.wait()


def test_a_job_computes_with_one_thread_of_torch() -> None:
    import torch

    torch.set_num_threads(2)
    seen: list[int] = []
    job = LatestJob("test")
    job.submit(lambda: seen.append(torch.get_num_threads()))
    assert job.wait()
    assert job.shutdown()
    assert seen == [1]


@pytest.mark.parametrize("loads", [True, False])
def test_the_import_of_a_large_library_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, loads: bool
) -> None:
    begun, gate, looks = threading.Event(), threading.Event(), itertools.count()

    def clock() -> float:
        """Half a second later at every look, with another module loaded, ten times."""
        number = next(looks)
        if loads:
            monkeypatch.setitem(sys.modules, f"slow_{number}", ModuleType("slow"))
        if number == 10:
            gate.set()
        return number / 2

    def work() -> None:
        begun.set()
        gate.wait()

    job = LatestJob("aegui-test")
    job.submit(work)
    assert begun.wait(30)
    monkeypatch.setattr(joining, "time", SimpleNamespace(monotonic=clock))
    assert job.shutdown(1.0) == loads
    assert ("still busy" in caplog.text) != loads
    caplog.clear()
    gate.set()
    assert job.wait()


def _niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of single threads")
def test_only_the_calling_thread_is_lowered_and_never_raised() -> None:
    before, found = _niceness(), []

    def body() -> None:
        for steps in (5, 5, 30, 5):
            lower_priority(steps)
            found.append(_niceness())

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert found == [min(19, before + 5)] * 2 + [19] * 2
    assert _niceness() == before


def test_numpy_is_told_to_compute_alone_before_it_is_loaded() -> None:
    code = (
        "import os, sys, aegui; "
        "assert 'numpy' not in sys.modules; print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    environment = {key: value for key, value in os.environ.items() if "OPENBLAS" not in key}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "1"
