"""Each guard can fail: small offending test files, run by a separate pytest."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import platformdirs
import pytest

from aegui.core.i18n import language, set_language
from aegui.paths import user_config_dir, user_data_dir

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.logs import ExpectLog

_OFFENDERS = {
    "thread": (
        """
        import threading
        def test_offends(request):
            release = threading.Event()
            thread = threading.Thread(target=release.wait, name="forgotten", daemon=True)
            thread.start()
            # So that the process itself can end.
            request.config.add_cleanup(release.set)
        """,
        "thread forgotten",
    ),
    "qthread": (
        """
        from PySide6.QtCore import QThread
        def test_offends(request, qapp):
            thread = QThread()
            thread.start()
            request.config.add_cleanup(lambda: (thread.quit(), thread.wait()))
        """,
        "thread <PySide6.QtCore.QThread",
    ),
    "timer": (
        """
        from PySide6.QtCore import QTimer
        kept = []
        def test_offends(qapp):
            timer = QTimer()
            timer.start(1000)
            kept.append(timer)
        """,
        "active timer",
    ),
    "timer of a subclass": (
        """
        from PySide6.QtCore import QObject, QTimer
        class Beat(QTimer):
            def __init__(self, parent):
                super().__init__(parent, interval=50)
        kept = []
        def test_offends(qapp):
            kept.append(QObject())
            Beat(kept[0]).start()
            kept.append(kept[0].children())
        """,
        "active timer",
    ),
    "animation": (
        """
        from PySide6.QtCore import QVariantAnimation
        kept = []
        def test_offends(qapp):
            animation = QVariantAnimation(startValue=0.0, endValue=1.0, duration=60000)
            animation.start()
            kept.append(animation)
        """,
        "running animation",
    ),
    "window": (
        """
        from PySide6.QtWidgets import QWidget
        kept = []
        def test_offends(qapp):
            kept.append(QWidget())
        """,
        "window <PySide6.QtWidgets.QWidget",
    ),
    "log": (
        """
        import logging
        def test_offends():
            logging.getLogger("somebody").warning("all is not well")
        """,
        "WARNING somebody: all is not well",
    ),
    "log at the end": (
        """
        import logging, pytest
        @pytest.fixture
        def thing():
            yield
            logging.getLogger("somebody").error("cannot tidy up")
        def test_offends(thing):
            pass
        """,
        "ERROR somebody: cannot tidy up",
    ),
    "expected log that never came": (
        """
        def test_offends(expect_log):
            with expect_log("not well"):
                pass
        """,
        "no WARNING that matches 'not well' was logged",
    ),
    "warning": (
        """
        import warnings
        def test_offends():
            warnings.warn("old")
        """,
        "UserWarning: old",
    ),
    "message of Qt": (
        """
        from PySide6.QtCore import QObject, Qt
        def test_offends(qapp):
            QObject().startTimer(-1)
        """,
        "QObject::startTimer",
    ),
    "exception in a slot": (
        """
        from PySide6.QtCore import QTimer
        def test_offends(qtbot):
            QTimer.singleShot(0, lambda: 1 / 0)
            qtbot.wait(20)
        """,
        "ZeroDivisionError",
    ),
    "exception in a thread": (
        """
        import threading
        def test_offends():
            thread = threading.Thread(target=lambda: 1 / 0)
            thread.start()
            thread.join()
        """,
        "PytestUnhandledThreadExceptionWarning",
    ),
    "time": (
        """
        import time, pytest
        @pytest.mark.timeout(0.2)
        def test_offends():
            time.sleep(5)
        """,
        "Timeout",
    ),
}

_INNOCENT = """
    import logging, threading
    from PySide6.QtCore import QThread, QTimer
    from PySide6.QtWidgets import QWidget

    def test_joins_its_thread():
        thread = threading.Thread(target=lambda: None)
        thread.start()
        thread.join()

    def test_ends_its_qthread(qapp):
        thread = QThread()
        thread.start()
        thread.quit()
        assert thread.wait(1000)

    def test_registers_its_window(qtbot):
        widget = QWidget()
        qtbot.addWidget(widget)
        widget.timer = QTimer(widget, interval=10)
        widget.timer.start()
        widget.show()

    def test_leaves_a_cycle_to_the_collector(qapp):
        widget = QWidget()
        widget.me = widget

    def test_expects_its_log(expect_log):
        with expect_log("not .*well"):
            logging.getLogger("somebody").warning("all is not well")
"""

_AFTER_A_DOUBLE_CLICK = """
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QWidget

    def test_double_clicks(qtbot):
        widget = QWidget()
        qtbot.addWidget(widget)
        widget.show()
        QTest.mouseDClick(widget, Qt.MouseButton.LeftButton)

    def test_is_entered(qtbot):
        widget = QWidget()
        qtbot.addWidget(widget)
        widget.resize(100, 100)
        widget.setMouseTracking(True)
        widget.show()
        qtbot.waitExposed(widget)
        heard = []
        widget.mouseMoveEvent = lambda event: heard.append(event.buttons())
        QTest.mouseMove(widget, QPoint(20, 20))
        QTest.mouseMove(widget, QPoint(40, 40))
        qtbot.waitUntil(lambda: bool(heard))
        assert heard[0] == Qt.MouseButton.NoButton
"""

_FILES = {
    **{name.replace(" ", "_"): source for name, (source, _) in _OFFENDERS.items()},
    "innocent": _INNOCENT,
    "double_click": _AFTER_A_DOUBLE_CLICK,
    "leak": textwrap.dedent(_OFFENDERS["window"][0]) + "def test_after(): pass\n",
}
_ENDS = ("failure", "error", "skipped")

_IMPATIENT = """
def pytest_configure():
    from tests.harness import leaks
    leaks._GRACE_SECONDS = 0.5
"""


@pytest.fixture(scope="module")
def told(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[tuple[str, str]]]:
    """Return the results of a separate pytest on each small file, under this configuration.

    By file name: the outcome of each phase that has one, and its text.
    """
    folder = tmp_path_factory.mktemp("inner")
    # The setting of the outer tests names the screen relative to their folder.
    folder.joinpath("harness").mkdir()
    for name in ("tests/harness/screen.json", "tests/conftest.py", "pyproject.toml"):
        copied = folder / name.removeprefix("tests/")
        copied.write_text((repository / name).read_text("utf-8"), "utf-8")
    with folder.joinpath("conftest.py").open("a", encoding="utf-8") as conftest:
        # These tests leak on purpose: do not wait long for the leaks to end.
        conftest.write(_IMPATIENT)
    for name, source in _FILES.items():
        folder.joinpath(f"test_{name}.py").write_text(textwrap.dedent(source), "utf-8")
    line = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    done = subprocess.run(
        [*line, "--junitxml", "told.xml", "."],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(repository), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in _FILES}
    for case in ElementTree.parse(folder / "told.xml").iter("testcase"):
        name = case.attrib["classname"].removeprefix("test_")
        ends = [(end.tag, "".join(end.itertext())) for end in case if end.tag in _ENDS]
        found[name] += ends or [("passed", "")]
    return found


@pytest.mark.parametrize("name", _OFFENDERS)
def test_what_offends_fails(name: str, told: dict[str, list[tuple[str, str]]]) -> None:
    _, said = _OFFENDERS[name]
    ((outcome, words),) = told[name.replace(" ", "_")]
    assert outcome in {"failure", "error"}
    assert said in words


def test_the_innocent_pass(told: dict[str, list[tuple[str, str]]]) -> None:
    """Also beside offending ones: each test fails alone."""
    assert [outcome for outcome, _ in told["innocent"]] == ["passed"] * 5


def test_a_button_that_is_down_is_let_go(told: dict[str, list[tuple[str, str]]]) -> None:
    assert [outcome for outcome, _ in told["double_click"]] == ["passed"] * 2


def test_a_leak_is_not_blamed_on_the_next_test(told: dict[str, list[tuple[str, str]]]) -> None:
    (offends, after) = told["leak"]
    assert offends[0] == "error"
    assert after[0] == "passed"


def test_nobody_writes_to_the_real_home(user_home: Path) -> None:
    for folder in (user_data_dir(), user_config_dir(), platformdirs.user_cache_path()):
        assert folder.is_relative_to(user_home)
    assert os.path.expanduser("~") == str(user_home)


def test_home_is_empty_at_first(user_home: Path) -> None:
    assert list(user_home.iterdir()) == []


@pytest.mark.parametrize("repetition", [1, 2])
def test_language_is_english_at_first(repetition: int) -> None:
    assert language() == "en"
    set_language("es")


def test_a_cleared_log_is_accepted(expect_log: ExpectLog) -> None:
    import logging

    with expect_log("^first$"), expect_log("^second$", logging.ERROR):
        logging.getLogger(__name__).warning("first")
        logging.getLogger(__name__).error("second")


@pytest.fixture(scope="module")
def shared_folder() -> Path:
    return user_data_dir()


def test_what_tests_share_is_not_in_the_real_home_either(
    shared_folder: Path, user_home: Path
) -> None:
    assert shared_folder.is_relative_to(user_home.parent)
