"""Finds installed games: a program of its own, `python -m daemon.scan [--user ACCOUNT]`, one JSON document on stdout.

It runs with the rights of the account that it looks for: started by root for somebody else, it becomes them before it reads
anything. What it reads belongs to that account and may be made to mislead, to hang or to swell; so each file costs at most
itself, and when time is up what was found until then is told. Exit code 0; 1 and one line on stderr if that account cannot be
scanned for.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Sequence

import msgspec

from daemon.api.scan import Refused
from daemon.platforms import choose
from daemon.scanning.collect import Collector
from daemon.scanning.files import Files, Problems
from daemon.scanning.hits import RefusedError
from host.api import UnsupportedError
from i18n.message import Length, as_message, msg
from i18n.streams import speak_utf8
from rules.games import Catalogue
from rules.packs.shipped import shipped_catalogue

SECONDS = 40.0


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m daemon.scan", description="Finds installed games.", allow_abbrev=False)
    parser.add_argument("--user", metavar="ACCOUNT", help="whose games; without it those of whoever runs this")
    parser.add_argument("--root", metavar="DIR", default="/", help="where the / of the machine that is scanned lies")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="after this long, what was found until then is told")
    args = parser.parse_args(argv)
    speak_utf8()
    catalogue = Catalogue(shipped_catalogue())  # while the files of this program can be read
    try:
        scanner = choose.scanner()
        search = scanner.become(args.user)
    except (RefusedError, UnsupportedError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a program of its own
        sys.stdout.buffer.write(msgspec.json.encode(Refused(as_message(error))) + b"\n")
        return 1
    problems = Problems()
    collector = Collector(Files(problems, args.root), search, scanner.sources, catalogue)
    # On a thread: a file system of the user's own may never answer, and no signal would get through.
    work = threading.Thread(target=collector.run, daemon=True)
    work.start()
    work.join(args.seconds)
    if work.is_alive():
        problems.add("scan", msg("stopped after {length}, not finished", length=Length(int(args.seconds * 1000))))
    sys.stdout.buffer.write(msgspec.json.encode(collector.result()) + b"\n")
    sys.stdout.flush()
    if work.is_alive():
        os._exit(0)  # without waiting for a thread that may never end
    return 0


if __name__ == "__main__":
    sys.exit(main())
