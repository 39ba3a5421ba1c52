"""A headless browser driven through a pipe by the DevTools protocol."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SECONDS = 120.0


def browser_program() -> str | None:
    """Return the path of a supported browser; None if there is none."""
    return next((found for found in map(shutil.which, _NAMES) if found), None)


class Browser:
    """One page in a browser process of its own.

    Attributes:
        asked: URLs that the page has requested.
        errors: Errors reported by the page.
    """

    def __init__(self, profile: Path, width: int = 1280, height: int = 800) -> None:
        program = browser_program()
        assert program is not None
        self.asked: list[str] = []
        self.errors: list[str] = []
        self._ids = itertools.count(1)
        self._buffer = b""
        to_browser, self._out = os.pipe()
        self._in, from_browser = os.pipe()
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"]
        flags += ["--no-first-run", "--disable-background-networking", "--disable-extensions"]
        flags += [f"--user-data-dir={profile}", f"--window-size={width},{height}", "about:blank"]

        def as_asked() -> None:
            # The browser reads from file descriptor 3 and writes to 4.
            os.dup2(to_browser, 103)
            os.dup2(from_browser, 104)
            os.dup2(103, 3)
            os.dup2(104, 4)

        self._process = subprocess.Popen(
            [program, *flags],
            preexec_fn=as_asked,
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(profile)},
        )
        os.close(to_browser)
        os.close(from_browser)
        target = self._ask("Target.getTargets")["targetInfos"]
        page = next(each for each in target if each["type"] == "page")
        attached = self._ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")
        self.resize(width, height)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._out)
        os.close(self._in)

    def open(self, path: Path) -> None:
        """Open a file and wait until it has loaded."""
        self.ask("Page.navigate", url=path.as_uri())
        self.wait_for("document.readyState === 'complete'")

    def resize(self, width: int, height: int, ratio: float = 1.0, *, phone: bool = False) -> None:
        """Set the viewport size of the page."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": ratio, "mobile": phone}
        self.ask("Emulation.setDeviceMetricsOverride", **metrics)

    def value(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, as JSON.

        Raises:
            AssertionError: The expression raised an exception.
        """
        got = self.ask(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in got:
            raise AssertionError(got["exceptionDetails"])
        return got["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Wait until ``expression`` is true."""
        until = time.monotonic() + _SECONDS
        while not self.value(f"Boolean({expression})"):
            assert time.monotonic() < until, f"never: {expression}"
            time.sleep(0.02)

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        """Dispatch a real mouse event: ``moved``, ``pressed``, ``released`` or ``wheel``."""
        names = {"wheel": "mouseWheel"}
        name = names.get(kind, f"mouse{kind.capitalize()}")
        self.ask("Input.dispatchMouseEvent", type=name, x=x, y=y, **more)

    def click(self, x: float, y: float) -> None:
        """Click with the left button."""
        for kind in ("pressed", "released"):
            self.mouse(kind, x, y, button="left", clickCount=1)

    def touch(self, kind: str, *fingers: tuple[float, float]) -> None:
        """Dispatch a real touch event: ``Start``, ``Move`` or ``End``, with the fingers down."""
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(fingers)]
        self.ask("Input.dispatchTouchEvent", type=f"touch{kind}", touchPoints=points)

    def key(self, key: str) -> None:
        """Press and release a key."""
        more = {"text": key} if len(key) == 1 else {}
        self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, **more)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def middle(self, selector: str) -> tuple[float, float]:
        """Scroll an element into view and return its centre."""
        box = self.value(
            f"(() => {{ const it = document.querySelector({json.dumps(selector)});"
            "it.scrollIntoView({block: 'nearest'}); const b = it.getBoundingClientRect();"
            "return [b.left + b.width / 2, b.top + b.height / 2]; })()"
        )
        return box[0], box[1]

    def picture(self) -> bytes:
        """Return a screenshot as PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a DevTools method on the page and return its result."""
        return self._ask(method, self._session, **params)

    def _ask(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        number = next(self._ids)
        message = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            told = self._read()
            if told.get("id") == number:
                assert "error" not in told, f"{method}: {told['error']}"
                result: dict[str, Any] = told["result"]
                return result
            self._note(told)

    def _note(self, told: dict[str, Any]) -> None:
        params = told.get("params", {})
        match told.get("method"):
            case "Network.requestWillBeSent":
                self.asked.append(params["request"]["url"])
            case "Runtime.exceptionThrown":
                self.errors.append(str(params["exceptionDetails"]))
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.errors.append(params["entry"]["text"])

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            got = os.read(self._in, 1 << 20)
            assert got, "the browser has ended"
            self._buffer += got
        line, self._buffer = self._buffer.split(b"\0", 1)
        told: dict[str, Any] = json.loads(line)
        return told
