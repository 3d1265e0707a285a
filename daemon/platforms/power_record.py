"""When the PC was on, by the system's own record of its starts: a command that is started before anything is watched, as the
exec gate's process may start none later, and read once it is over. An administrator can delete such a record.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

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


# --- Linux: from the first to the last line that journald(8) has kept of each start -----------------------------------------

_BOOT: Final = re.compile(r"^\s*-?\d+ [0-9a-f]{32} (.*)$", re.MULTILINE)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def of_journal() -> PowerRecord:
    command = ("/usr/bin/journalctl", "--list-boots", "--utc", "--no-pager", "--quiet")
    return PowerRecord("journal", command, journal_boots, environment={"LC_ALL": "C"})


def journal_boots(told: str) -> tuple[Span, ...]:
    """As journalctl(1) lists them, before and since systemd 254, which prints a heading and columns."""
    found = (tuple(_ms(one) for one in _MOMENT.findall(boot)[:2]) for boot in _BOOT.findall(told))
    return tuple(sorted((first, last) for first, last in found if first <= last))


# --- Windows: the event log "System" ----------------------------------------------------------------------------------------

_LOG_STARTED, _LOG_STOPPED = "6005", "6006"
_QUERY: Final = "*[System[Provider[@Name='EventLog'] and (EventID=6005 or EventID=6006)]]"
_NO_WINDOW: Final = 0x08000000  # CREATE_NO_WINDOW
_MOST: Final = 400  # events, the newest first
_EVENT: Final = re.compile(r"<EventID[^>]*>(\d+)</EventID>.*?SystemTime=['\"]([^'\"]+)['\"]", re.DOTALL)


def of_event_log() -> PowerRecord:
    tool = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "wevtutil.exe"
    command = (str(tool), "qe", "System", f"/q:{_QUERY}", "/f:xml", "/rd:true", f"/c:{_MOST}")
    return PowerRecord("event-log", command, event_log_starts, flags=_NO_WINDOW)


def event_log_starts(told: str) -> tuple[Span, ...]:
    """As wevtutil.exe prints them. A start without a stop behind it, as when the power failed, is of no length: that the PC was
    on is all that is known. A PC that "starts fast" was not off for this log.
    """
    return tuple(_starts(sorted((_ms(at), event) for event, at in _EVENT.findall(told))))


def _starts(events: Sequence[tuple[int, str]]) -> Iterator[Span]:
    began: int | None = None
    for at, event in events:
        if event == _LOG_STARTED:
            if began is not None:
                yield began, began
            began = at
        elif event == _LOG_STOPPED and began is not None:
            yield began, at
            began = None
    if began is not None:
        yield began, began


def _ms(moment: str) -> int:
    """ISO 8601 in UTC; what is behind the second is left out."""
    return int(datetime.fromisoformat(moment[:19]).replace(tzinfo=UTC).timestamp()) * 1000
