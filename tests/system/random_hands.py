"""Use the real window at random and detect unexpected errors: ``make hands``.

Each round is a process with its own home and seed, which determines language, theme, size, model,
perspective, and whether something is trained. Then random acts follow on whatever is in front,
dialogs and menus included: clicks, drags, wheel, keys, words and commands. A round fails if Python
reports an error in a slot or a thread, or if the window hangs for a minute. A seed reproduces a
round only as far as the timing is the same.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import deque
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QWidget

    from aegui.app import App

PROJECT = Path(__file__).parents[2]
SCREEN = PROJECT / "tests" / "harness" / "screen.json"
SIZES = ((1280, 800), (1920, 1080), (1024, 700))
WORDS = ("3", "0.5", "abc", "-1", "1e9", "100", " ", "@")
"""QTest types no others than those of ASCII."""
STILL_SECONDS = 60.0
_ACT_MS = 12
_DEEPEST = 6
"""So many dialogs within each other are enough."""
_TOLD = 12
_PATIENCE_SECONDS = 240.0


class RandomHands:
    """Performs random acts; created in the process of a round."""

    def __init__(self, seed: int, seconds: float, say: Callable[[dict[str, Any]], None]) -> None:
        from PySide6.QtCore import QEvent, QObject
        from PySide6.QtWidgets import QApplication, QMainWindow

        from aegui.app import App
        from aegui.paths import models_dir
        from aegui.session.settings import Settings

        class StaysOpen(QObject):
            def eventFilter(self, watched: QObject, event: QEvent) -> bool:
                if event.type() == QEvent.Type.Close and isinstance(watched, QMainWindow):
                    event.ignore()
                    return True
                return False

        self.random = Random(seed)
        self.acts = 0
        self.lately: deque[str] = deque(maxlen=_TOLD)
        self._say = say
        self._end = time.monotonic() + seconds
        self._depth = 0
        self._application = QApplication(sys.argv[:1])
        choose = self.random.choice
        settings = {"language": choose(["en", "es"]), "theme": choose(["light", "dark"])}
        self.app: App = App(self._application, Settings.model_validate(settings))
        self._stays_open = StaysOpen()
        self._application.installEventFilter(self._stays_open)
        sys.excepthook = lambda _kind, error, _traceback: self.tell(error)
        threading.excepthook = lambda told: self.tell(told.exc_value)
        models = sorted(models_dir().glob("*.aegui"))
        self.app.start(choose([None, None, *models]))
        self.app.window.resize(*choose(SIZES))
        self.app.window.set_perspective(choose(["wander", "draw", "build", "compare", "study"]))
        self._trains = self.random.random() < 0.5

    def tell(self, error: BaseException | None) -> None:
        """Report an error and the acts before it."""
        text = "".join(traceback.format_exception(error)) if error is not None else ""
        self._say({"error": text, "acts": list(self.lately)})

    def run(self) -> None:
        """Act until the time is up."""
        from PySide6.QtCore import QTimer

        threading.Thread(target=self._watch, daemon=True).start()
        if self._trains:
            QTimer.singleShot(1_500, self.app, lambda: self.app.window.do_action("train"))
        QTimer.singleShot(500, self.app, self._go_on)
        self._application.exec()

    def _go_on(self) -> None:
        from PySide6.QtCore import QTimer

        if time.monotonic() > self._end:
            self._say({"acts_done": self.acts})
            sys.stdout.flush()
            # Dialogs may be nested, so leave without unwinding them.
            os._exit(0)
        # A new timer for each act: a repeating one would stop within the event loop of a dialog.
        QTimer.singleShot(_ACT_MS, self.app, self._go_on)
        if self._depth < _DEEPEST:
            self._depth += 1
            try:
                self._act()
            finally:
                self._depth -= 1

    def _watch(self) -> None:
        """Report a hang of the GUI thread, and end the round."""
        seen, since = -1, time.monotonic()
        while True:
            time.sleep(1.0)
            if self.acts != seen:
                seen, since = self.acts, time.monotonic()
            elif time.monotonic() - since > STILL_SECONDS:
                self._say({"error": "The window stands still.", "acts": list(self.lately)})
                faulthandler.dump_traceback(all_threads=True)
                os._exit(3)

    def _act(self) -> None:
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        chance = self.random.random()
        # Otherwise many acts would be spent in dead ends.
        if isinstance(modal, QFileDialog) and chance < 0.3:
            modal.reject()
            return
        tired = 0.25 if popup is not None else 0.08 if modal is not None else 0.0
        top = popup or modal or self.app.window
        if chance < tired:
            QTest.keyClick(top, Qt.Key.Key_Escape)
            return
        if top is self.app.window and chance < 0.2:
            others = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
            top = self.random.choice(others or [top])
        parts = [part for part in top.findChildren(QWidget) if _can_be_used(part, top)]
        part = self.random.choice(parts or [top])
        self.acts += 1
        self._do_something(part)

    def _do_something(self, part: QWidget) -> None:
        kinds = {
            self._click: 40,
            self._double_click: 6,
            self._ask_for_menu: 6,
            self._drag: 10,
            self._move: 8,
            self._turn_wheel: 6,
            self._press_key: 17,
            self._type: 3,
            self._command: 4,
        }
        (act,) = self.random.choices(list(kinds), list(kinds.values()))
        self._note(f"{act.__name__[1:]} {type(part).__name__} {part.accessibleName()!r}")
        act(part)

    def _note(self, words: str) -> None:
        """Record an act and print it, since a process that crashes reports nothing afterwards."""
        self.lately.append(words)
        self._say({"act": words})

    # The acts

    def _place(self, part: QWidget) -> QPoint:
        from PySide6.QtCore import QPoint

        width, height = max(1, part.width()), max(1, part.height())
        return QPoint(self.random.randrange(width), self.random.randrange(height))

    def _modifier(self) -> Any:
        from PySide6.QtCore import Qt

        kinds = Qt.KeyboardModifier
        further = (kinds.ControlModifier, kinds.ShiftModifier, kinds.AltModifier)
        return self.random.choice((*[kinds.NoModifier] * 6, *further, further[0] | further[1]))

    def _click(self, part: QWidget) -> None:
        import shiboken6
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        left, modifier, place = Qt.MouseButton.LeftButton, self._modifier(), self._place(part)
        QTest.mousePress(part, left, modifier, place)
        # A press may open a menu, after which the widget may have been deleted.
        if shiboken6.isValid(part):
            QTest.mouseRelease(part, left, modifier, place)

    def _double_click(self, part: QWidget) -> None:
        from PySide6.QtCore import QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent

        place, modifier, kinds = QPointF(self._place(part)), self._modifier(), QEvent.Type
        for kind, is_down in (
            (kinds.MouseButtonPress, True),
            (kinds.MouseButtonRelease, False),
            (kinds.MouseButtonDblClick, True),
            (kinds.MouseButtonRelease, False),
        ):
            left = Qt.MouseButton.LeftButton
            down = left if is_down else Qt.MouseButton.NoButton
            event = QMouseEvent(kind, place, part.mapToGlobal(place), left, down, modifier)
            self._application.postEvent(part, event)

    def _ask_for_menu(self, part: QWidget) -> None:
        from PySide6.QtGui import QContextMenuEvent

        place = self._place(part)
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, place, part.mapToGlobal(place), self._modifier()
        )
        self._application.postEvent(part, event)

    def _drag(self, part: QWidget) -> None:
        import shiboken6
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        left, modifier = Qt.MouseButton.LeftButton, self._modifier()
        QTest.mousePress(part, left, modifier, self._place(part))
        for _ in range(4):
            if shiboken6.isValid(part):
                QTest.mouseMove(part, self._place(part))
        if shiboken6.isValid(part):
            QTest.mouseRelease(part, left, modifier, self._place(part))

    def _move(self, part: QWidget) -> None:
        from PySide6.QtTest import QTest

        QTest.mouseMove(part, self._place(part))

    def _turn_wheel(self, part: QWidget) -> None:
        from PySide6.QtCore import QPoint, QPointF, Qt
        from PySide6.QtGui import QWheelEvent

        place = self._place(part)
        event = QWheelEvent(
            QPointF(place),
            QPointF(part.mapToGlobal(place)),
            QPoint(),
            QPoint(0, self.random.choice([-120, 120, 240])),
            Qt.MouseButton.NoButton,
            self._modifier(),
            Qt.ScrollPhase.NoScrollPhase,
            False,  # not inverted
        )
        self._application.postEvent(part, event)

    def _press_key(self, part: QWidget) -> None:
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        others = "Tab Return Escape Space Left Right Up Down Delete Home End PageUp F1 F2"
        names = (*others.split(), *"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        name = self.random.choice(names)
        self._note(name)
        key = getattr(Qt.Key, f"Key_{name}")
        QTest.keyClick(self._application.focusWidget() or part, key, self._modifier())

    def _type(self, part: QWidget) -> None:
        from PySide6.QtTest import QTest

        QTest.keyClicks(self._application.focusWidget() or part, self.random.choice(WORDS))

    def _command(self, _part: QWidget) -> None:
        table = self.app.window.actions_table
        key = self.random.choice([spec.key for spec in table.specs if spec.key != "quit"])
        self._note(key)
        if table[key].isEnabled():
            table[key].trigger()


def _can_be_used(part: QWidget, top: QWidget) -> bool:
    least = 4
    is_there = part.isVisible() and part.isEnabled() and part.window() is top.window()
    return is_there and part.width() >= least and part.height() >= least


def round_of(seed: int, seconds: float, folder: Path) -> list[dict[str, Any]]:
    """Run a round in a process of its own; return its errors, and lastly the number of acts."""
    homes = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME")
    environment = {
        **os.environ,
        **{name: str(folder / name.lower()) for name in homes},
        "PYTHONPATH": str(PROJECT),
        "QT_QPA_PLATFORM": f"offscreen:configfile={SCREEN}",
        "QT_LOGGING_RULES": "*=false",
    }
    asked = ["--round", str(seed), "--seconds", str(seconds)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.system.random_hands", *asked],
        env=environment,
        # Files saved without a folder end up there.
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=seconds + _PATIENCE_SECONDS,
        check=False,
    )
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    told = [one for one in said if "act" not in one]
    if done.returncode and not any("error" in one for one in told):
        acts = [one["act"] for one in said if "act" in one]
        error = f"The process ended with {done.returncode}.\n{done.stderr}"
        told.append({"error": error, "acts": acts[-_TOLD:]})
    return told


def main() -> int:
    """Run the rounds; return 1 if any had an error."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.system.random_hands", description=__doc__
    )
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=120.0, help="of each round")
    parser.add_argument("--seed", type=int, default=0, help="of the first round")
    parser.add_argument("--round", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.round is not None:
        faulthandler.enable()

        def say(what: dict[str, Any]) -> None:
            sys.stdout.write(json.dumps(what) + "\n")
            sys.stdout.flush()

        RandomHands(options.round, options.seconds, say).run()
        return 0
    failed = 0
    for seed in range(options.seed, options.seed + options.rounds):
        with tempfile.TemporaryDirectory(prefix="aegui-hands-") as folder:
            told = round_of(seed, options.seconds, Path(folder))
        errors = [one for one in told if "error" in one]
        acts = next((one["acts_done"] for one in told if "acts_done" in one), "?")
        sys.stdout.write(f"seed {seed}: {acts} acts, {len(errors)} errors\n")
        for one in errors:
            sys.stdout.write(f"{one['error']}after: {one.get('acts')}\n\n")
        sys.stdout.flush()
        failed += bool(errors)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
