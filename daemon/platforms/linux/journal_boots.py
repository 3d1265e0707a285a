"""The starts of the PC that journald(8) has kept, as journalctl(1) lists them: from the first to the last line of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from daemon.platforms.power_record import PowerRecord, Span

_BOOT = re.compile(r"^\s*-?\d+ [0-9a-f]{32} (.*)$", re.MULTILINE)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def record() -> PowerRecord:
    command = ("/usr/bin/journalctl", "--list-boots", "--utc", "--no-pager", "--quiet")
    return PowerRecord("journal", command, parse, environment={"LC_ALL": "C"})


def parse(told: str) -> tuple[Span, ...]:
    """Before and since systemd 254, which prints a heading and columns."""
    return tuple(sorted(_spans(told)))


def _spans(told: str) -> Iterator[Span]:
    for boot in _BOOT.findall(told):
        first, last = (_ms(one) for one in _MOMENT.findall(boot)[:2])
        if first <= last:
            yield first, last


def _ms(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()) * 1000
