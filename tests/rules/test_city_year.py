"""A city's year of play, six attempts a day each: what the law says holds at every one, and a year costs no memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system import SOAK

CITY = Path(__file__).with_name("rules_city.py")
DAYS = 365
STEADY = 1.1  # the most memory in the second half of the year, in that of the first


@pytest.mark.timeout(3_600)
@pytest.mark.skipif(not SOAK, reason="soak only: half a minute of two cores")
def test_a_year_of_a_city(soak, capsys):
    """Two programs live half of the players each; whatever does not hold for one of them is an AssertionError there."""
    half = soak(30, 5_000)
    programs = [subprocess.Popen([sys.executable, str(CITY), str(first), str(first + half), str(DAYS)],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") for first in (0, half)]
    told = [program.communicate() for program in programs]

    assert [errors for _, errors in told] == ["", ""]
    for lines, _ in told:
        months = [json.loads(line) for line in lines.splitlines()]
        last = months[-1]
        assert last["allow"] + last["ask"] + last["refuse"] == half * DAYS * 6
        assert min(last[done] for done in ("allow", "ask", "refuse", "cut")) > 0
        for memory in ("rss", "blocks"):
            early, late = ([month[memory] for month in some] for some in (months[:6], months[6:]))
            assert max(late) <= max(early) * STEADY, (memory, early, late)
        with capsys.disabled():
            sys.stdout.write(f"\n{half:,} players, {DAYS} days: {last['seconds']:.0f} s of a core, "
                             f"{half * DAYS * 6 / last['seconds']:,.0f} plays/s, "
                             f"{' '.join(str(month['rss'] >> 20) for month in months)} MiB\n")
