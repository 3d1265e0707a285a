"""What is not there while libraries are loaded is not missed: jobs run all the same, in a process as the daemon is one."""

from __future__ import annotations

import subprocess
import sys

JOBS = """
import daemon.lean, asyncio, sys
from daemon.running.housekeeping import Housekeeping

async def main():
    nights, lives = asyncio.Event(), asyncio.Event()
    async def alive(): lives.set()
    jobs = Housekeeping(nights.set, lambda: False, alive, every=0.05)
    failed = jobs.start()
    jobs.in_zone("Asia/Ho_Chi_Minh")
    waits = [asyncio.ensure_future(one.wait()) for one in (nights, lives)]
    await asyncio.wait([failed, asyncio.gather(*waits)], return_when=asyncio.FIRST_COMPLETED)
    jobs.stop()
    print(nights.is_set(), lives.is_set(), *{"ssl", "multiprocessing", "importlib.metadata"} & sys.modules.keys())

asyncio.run(main())
"""


def test_the_work_of_nights_and_minutes_needs_no_plug_ins():
    """Neither by name nor by default."""
    done = subprocess.run([sys.executable, "-c", JOBS], capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert done.stdout.split() == ["True", "True"], done.stderr
