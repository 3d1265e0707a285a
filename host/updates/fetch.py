"""Fetches the newest version, in a process that ends: `python -P -m host.updates.fetch`, a `Job` in, `Fetched` out."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from host.updates.job import Fetched, Job
from host.updates.trusted import Place, UpdateError
from host.updates.versions import newer


def run(job: Job) -> Fetched:
    try:
        place = Place(Path(job.memory), job.root.encode(), job.url)
        newest = place.newest()
        if newer(newest.version, job.ours):
            place.fetch(newest)
    except UpdateError as error:
        return Fetched(problem=error.message)
    return Fetched(newest.version)


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(run(msgspec.json.decode(sys.stdin.buffer.read(), type=Job))))
