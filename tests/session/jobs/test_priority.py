import os
import subprocess
import sys
import threading

import pytest

from aegui.session.jobs.latest_job import lower_priority


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
