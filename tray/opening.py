"""Opens dialogs, each in a process of its own, and takes what they prove; runs commands."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

import msgspec

from tray.seen import Proof

_WINDOW = "--window"
_PROGRAM = [sys.executable, "-P", "-m", "tray"]
_COMMAND = [sys.executable, "-P", "-m", "cli"]


class _Said(msgspec.Struct):
    """The line that the PIN's dialog ends with."""

    token: str
    name: str
    until: int


class Opener:
    """`options`: home and language, for the dialogs. Of one kind there is one at a time."""

    def __init__(self, options: Callable[[], list[str]], program: Sequence[str] = _PROGRAM) -> None:
        self._options = options
        self._program = program
        self._open: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def open(self, name: str, words: Sequence[str], token: str, closed: Callable[[Proof | None], None]) -> None:
        """From any thread; returns at once. `closed` is called in a thread of its own when the dialog is."""
        with self._lock:
            if name in self._open:
                return
            command = [*self._program, *self._options(), "--dialog", name, *words, "--token-stdin"]
            dialog = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self._open[name] = dialog
        threading.Thread(target=self._wait, args=(name, dialog, token, closed), name=name, daemon=True).start()

    def run(self, words: Sequence[str], ended: Callable[[str], None]) -> None:
        """From any thread; returns at once. `ended` is told in a thread of its own what `giochoi WORDS…` said."""

        def wait() -> None:
            command = [*_COMMAND, *self._options(), *words]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False)
            ended((done.stdout if done.returncode == 0 else done.stderr).strip())

        threading.Thread(target=wait, name="command", daemon=True).start()

    def window(self) -> None:
        """The menu, where there is no icon to open it from."""
        with self._lock:
            before = self._open.get(_WINDOW)
            if before is None or before.poll() is not None:
                self._open[_WINDOW] = subprocess.Popen([*self._program, *self._options(), _WINDOW])

    def close(self) -> None:
        """Nobody would take what they say."""
        with self._lock:
            for dialog in self._open.values():
                dialog.terminate()

    def _wait(self, name: str, dialog: subprocess.Popen[bytes], token: str, closed: Callable[[Proof | None], None]) -> None:
        """The token goes by stdin: words and environment of a process can be read by others."""
        with dialog:
            said, _ = dialog.communicate(f"{token}\n".encode())
        with self._lock:
            del self._open[name]
        closed(proof_of(said))


def proof_of(said: bytes) -> Proof | None:
    """What the dialog printed, if it was a proof."""
    try:
        found = msgspec.json.decode(said, type=_Said)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return Proof(found.token, found.name, found.until)
