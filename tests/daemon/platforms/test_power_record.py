"""When the PC was on, by what the system's own commands print."""

import sys
import textwrap
from datetime import UTC, datetime

import pytest

from daemon.platforms.power_record import PowerRecord, event_log_starts, journal_boots
from tests.system import until


def ms(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


MONDAY = (ms("2026-11-23 01:02:03"), ms("2026-11-23 15:00:00"))
TUESDAY = (ms("2026-11-24 01:00:00"), ms("2026-11-24 12:30:09"))


@pytest.mark.parametrize("told", [
    """
    -1 5f2d9e0c7a8b4c1d9e3f6a5b4c3d2e1f Mon 2026-11-23 01:02:03 UTC—Mon 2026-11-23 15:00:00 UTC
     0 0a1b2c3d4e5f60718293a4b5c6d7e8f9 Tue 2026-11-24 01:00:00 UTC—Tue 2026-11-24 12:30:09 UTC
    """,
    """
    IDX BOOT ID                          FIRST ENTRY                 LAST ENTRY
     -1 5f2d9e0c7a8b4c1d9e3f6a5b4c3d2e1f Mon 2026-11-23 01:02:03 UTC Mon 2026-11-23 15:00:00 UTC
      0 0a1b2c3d4e5f60718293a4b5c6d7e8f9 Tue 2026-11-24 01:00:00 UTC Tue 2026-11-24 12:30:09 UTC
    """,
], ids=["systemd 252", "systemd 257"])  # fmt: skip
def test_starts_that_journald_kept(told):
    assert journal_boots(textwrap.dedent(told)) == (MONDAY, TUESDAY)


def event(number, at):
    return (
        f"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='EventLog'/>"
        f"<EventID Qualifiers='32768'>{number}</EventID><Level>4</Level><TimeCreated SystemTime='{at}.1234567Z'/>"
        "</System></Event>"
    )


def test_starts_in_the_event_log_of_windows():
    """The newest comes first; on Monday evening the power failed, and nothing says when."""
    told = event(6005, "2026-11-24T01:00:00") + event(6006, "2026-11-23T15:00:00") + event(6005, "2026-11-23T01:02:03")
    assert event_log_starts(told) == (MONDAY, (TUESDAY[0], TUESDAY[0]))
    assert event_log_starts(event(6005, "2026-11-24T01:00:00") + event(6005, "2026-11-23T01:02:03")) == (
        (MONDAY[0], MONDAY[0]), (TUESDAY[0], TUESDAY[0]),
    )  # fmt: skip


def numbers(told):
    return [(int(told), int(told))]


@pytest.mark.parametrize(("script", "found"), [
    ("print(7)", ((7, 7),)), ("print('what?')", ()), ("print(7); raise SystemExit(1)", ()),
    ("print('9' * 3_000_000)", ()),
])  # fmt: skip
def test_what_a_command_says_is_there_once_it_is_over(script, found):
    record = PowerRecord("journal", (sys.executable, "-c", script), numbers)
    record.begin()
    assert until(lambda: (runs := record.runs()) is not None and [runs]) == [found]
    record.close()


def test_a_system_without_the_command_has_no_record():
    record = PowerRecord("journal", ("/nowhere/journalctl",), numbers)
    record.begin()
    assert record.runs() == ()


def test_what_takes_long_is_ended_with_the_daemon():
    record = PowerRecord("journal", (sys.executable, "-c", "import time; time.sleep(60)"), numbers)
    record.begin()
    assert record.runs() is None
    record.close()
    assert record.runs() == ()
