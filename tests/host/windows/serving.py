"""A small service for tests: `python serving.py TREE NAME FILE`. What it is told goes into FILE; it ends with the code that the
file FILE.code holds, if there is one, and does not get ready if FILE.bad exists.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

tree, name, file = sys.argv[1:4]
sys.path.insert(0, tree)

from host.stopping import told_to_stop  # noqa: E402 - found only now
from host.windows import service  # noqa: E402 - as above


def say(text):
    with Path(file).open("a", encoding="utf-8") as out:
        out.write(f"{text}\n")


async def serve():
    stop = asyncio.Event()
    service.listen(say)
    with told_to_stop(stop.set):
        say("ready")  # first: whoever waits for the state reads this next
        service.notify("READY=1")
        await stop.wait()
        service.notify("STOPPING=1")


service.attach(name)
code = Path(file + ".code")
if Path(file + ".bad").exists():
    say("bad")
else:
    asyncio.run(serve())
    os.write(1, b"nobody hears this")  # it has no console any more, but its descriptors lead somewhere
    say("over")
service.detach(int(code.read_text()) if code.exists() else 0)
