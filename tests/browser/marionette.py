"""An installed Firefox, driven by Marionette, the protocol that is built into every one.

Messages are JSON arrays behind their lengths in bytes: ``[0, id, command, parameters]``, and for an answer
``[1, id, error, result]``. The commands are those of WebDriver.
"""

import base64
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

NAMES = ("firefox-esr", "firefox")
PATIENCE = 30  # seconds until it has started, or shows what is waited for
PREFERENCES = {
    "marionette.port": 0,  # a free one, which it writes into its profile
    "app.update.disabledForTesting": True,
    "datareporting.policy.dataSubmissionEnabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}

# Errors of scripts, style sheets and policies, and what pages say of errors, of this test's pages alone.
PROBLEMS = """
const ours = (name) => name.startsWith(arguments[0]);
const errors = Services.console.getMessageArray()
  .filter((one) => one instanceof Ci.nsIScriptError && ours(one.sourceName || ""))
  .map((one) => one.toString());
const said = Cc["@mozilla.org/consoleAPI-storage;1"].getService(Ci.nsIConsoleAPIStorage).getEvents()
  .filter(({ level, filename }) => ["error", "warn"].includes(level) && ours(filename))
  .map((one) => `console ${one.level}: ${one.arguments.join(" ")}`);
return [...errors, ...said];
"""


def installed() -> str | None:
    """Where there is a Firefox."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Unloaded(RuntimeError):
    """The page went elsewhere while it was asked."""


class Firefox:
    """One window, without a screen, with a profile of its own."""

    def __init__(self, program: str, profile: Path) -> None:
        lines = (
            f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()
        )
        (profile / "user.js").write_text("\n".join(lines))
        options = ["--headless", "--no-remote", "--marionette", "--remote-allow-system-access", "--profile"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen([program, *options, str(profile)], **quiet)
        self._socket = self._connect(profile / "MarionetteActivePort")
        self._stream = self._socket.makefile("rb")
        self._asked = 0
        self._read()  # who it is
        self.send("WebDriver:NewSession")

    def close(self) -> None:
        """End it."""
        try:
            self.send("Marionette:Quit", flags=["eForceQuit"])
            self._process.wait(PATIENCE)
        finally:
            self._process.kill()
            self._stream.close()
            self._socket.close()

    def send(self, command: str, **parameters: Any) -> Any:
        """A command's result; raises RuntimeError where it fails."""
        self._asked += 1
        message = json.dumps([0, self._asked, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._read()
        if error is not None:
            raised = Unloaded if "unloaded" in error["message"] else RuntimeError
            raise raised(f"{command}: {error['error']}: {error['message']}")
        return result["value"] if isinstance(result, dict) and set(result) == {"value"} else result

    def open(self, address: str, width: int, height: int) -> None:
        """Go to an address in a window whose inside is about so large; a file gets no network."""
        self.send("WebDriver:SetWindowRect", width=width, height=height)
        self._chrome("Services.io.offline = arguments[0];", address.startswith("file:"))
        self.send("WebDriver:Navigate", url="about:blank")  # where only what is behind the # differs
        self.send("WebDriver:Navigate", url=address)

    def run(self, script: str, *arguments: Any) -> Any:
        """What a function's body returns in the page, or its promise gives."""
        return self.send("WebDriver:ExecuteScript", script=script, args=arguments)

    def wait(self, expression: str, *arguments: Any) -> Any:
        """What an expression in the page gives as soon as that is true."""
        script = f"return new Promise((done) => requestAnimationFrame(() => done({expression})));"
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(Unloaded):
                if found := self.run(script, *arguments):
                    return found
        raise TimeoutError(f"in {PATIENCE} s this didn't become true: {expression} {arguments}")

    def drag(self, selector: str, places: Sequence[tuple[float, float]]) -> None:
        """Press the mouse at the first of these places of an element, parts of its size, and move on."""
        box = "const { x, y, width, height } = document.querySelector(arguments[0]).getBoundingClientRect();"
        left, top, width, height = self.run(f"{box} return [x, y, width, height];", selector)
        at = [(round(left + x * width), round(top + y * height)) for x, y in places]
        moves = [{"type": "pointerMove", "duration": 40, "x": x, "y": y} for x, y in at]
        press, release = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        mouse = {"type": "pointer", "id": "mouse", "actions": [moves[0], press, *moves[1:], release]}
        self.send("WebDriver:PerformActions", actions=[mouse])

    def picture(self) -> bytes:
        """The whole page as PNG."""
        return base64.b64decode(self.send("WebDriver:TakeScreenshot", full=True))

    def problems(self, home: str) -> list[str]:
        """What went wrong in pages whose address begins so, since it started."""
        found: list[str] = self._chrome(PROBLEMS, home)
        return found

    def _chrome(self, script: str, *arguments: Any) -> Any:
        """Run a function's body with the browser's own rights."""
        self.send("Marionette:SetContext", value="chrome")
        try:
            return self.run(script, *arguments)
        finally:
            self.send("Marionette:SetContext", value="content")

    def _connect(self, written: Path) -> socket.socket:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self._process.poll() is None, "Firefox has ended at once"
            if written.exists() and (port := written.read_text()):
                return socket.create_connection(("127.0.0.1", int(port)), PATIENCE)
            time.sleep(0.05)
        self._process.kill()
        raise TimeoutError(f"Firefox hasn't started in {PATIENCE} s")

    def _read(self) -> Any:
        size = b""
        while (digit := self._stream.read(1)) != b":":
            assert digit, "Firefox has ended"
            size += digit
        return json.loads(self._stream.read(int(size)))
