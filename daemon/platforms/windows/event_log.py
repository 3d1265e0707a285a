"""The starts of the PC in Windows' event log "System", as wevtutil.exe lists them: 6005, the log was started, 6006, it was
stopped. A PC that "starts fast" was not off for this log.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from daemon.platforms.power_record import PowerRecord, Span

_STARTED, _STOPPED = "6005", "6006"
_QUERY = "*[System[Provider[@Name='EventLog'] and (EventID=6005 or EventID=6006)]]"
_NO_WINDOW: Final = 0x08000000  # CREATE_NO_WINDOW
_MOST = 400  # events, the newest first
_EVENT = re.compile(r"<EventID[^>]*>(\d+)</EventID>.*?SystemTime=['\"]([^'\"]+)['\"]", re.DOTALL)


def record() -> PowerRecord:
    tool = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "wevtutil.exe"
    command = (str(tool), "qe", "System", f"/q:{_QUERY}", "/f:xml", "/rd:true", f"/c:{_MOST}")
    return PowerRecord("event-log", command, parse, flags=_NO_WINDOW)


def parse(told: str) -> tuple[Span, ...]:
    """A start without a stop behind it, as when the power failed, is of no length: that it was on is all that is known."""
    return tuple(_spans(sorted((_ms(at), event) for event, at in _EVENT.findall(told))))


def _spans(events: list[tuple[int, str]]) -> Iterator[Span]:
    began: int | None = None
    for at, event in events:
        if event == _STARTED:
            if began is not None:
                yield began, began
            began = at
        elif event == _STOPPED and began is not None:
            yield began, at
            began = None
    if began is not None:
        yield began, began


def _ms(moment: str) -> int:
    """ISO 8601 in UTC, to seven places behind the second."""
    return int(datetime.fromisoformat(moment[:19]).replace(tzinfo=UTC).timestamp()) * 1000
