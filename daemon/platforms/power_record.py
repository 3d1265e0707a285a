"""When the PC was on, by the system's own record of its starts: a command that is started before anything is watched, as the
exec gate's process may start none later, and read once it is over.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

Span = tuple[int, int]
"""[start, end) in Unix milliseconds."""
By = Literal["journal", "event-log"]
_LARGEST = 1 << 20  # bytes of what it says


class PowerRecord:
    """`begin`, then ask for `runs` now and then. `parse` makes spans of what the command prints, in order; ValueError: of
    something else.
    """

    def __init__(
        self, by: By, command: Sequence[str], parse: Callable[[str], Sequence[Span]], *,
        environment: Mapping[str, str] | None = None, flags: int = 0,
    ) -> None:
        self.by: By = by
        self._command, self._parse = command, parse
        self._environment, self._flags = environment, flags
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the command runs: a pipe would fill
        try:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=self._printed, stderr=subprocess.DEVNULL,
                env=self._environment, creationflags=self._flags,
            )  # fmt: skip
        except OSError:
            self._printed.close()

    def runs(self) -> tuple[Span, ...] | None:
        """Of each start of the PC from when to when it was on. None: not known yet; empty: there is no such record. Once."""
        if self._process is None:
            return ()
        if (code := self._process.poll()) is None:
            return None
        self._process = None
        with self._printed:
            self._printed.seek(0)
            told = self._printed.read(_LARGEST)
        try:
            return tuple(self._parse(told.decode(errors="replace"))) if code == 0 else ()
        except ValueError:
            return ()

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self._printed.close()

