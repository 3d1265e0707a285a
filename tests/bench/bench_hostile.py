"""How long what strangers write keeps us at most: packs and archives that the verifier reads, command lines that the
daemon reads.
"""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress

from measure import RUNS, Row

from compliance import bundle
from daemon.platforms.interpreters.arguments import what_runs
from rules.parse import PolicyError, parse_pack
from tests.daemon.platforms.hostile_lines import CMD, POWERSHELL
from tests.rules.rules_hostile import HOSTILE

_FOLDERS = 65_000


def main() -> Iterator[Row]:
    packs = [lambda text=text: _read(text) for text in HOSTILE.values()]
    lines = [lambda line=line: what_runs("cmd.exe", (), line) for line in CMD]
    scripts = [lambda text=text: what_runs("powershell.exe", ("p", "-c", text), "") for text in POWERSHELL]
    yield Row(f"the slowest of {len(packs)} hostile packs, refused", _slowest(packs), "s", 0.5)
    folders = _folders(_FOLDERS)
    yield Row(f"an archive of {_FOLDERS} folders, read", _slowest([lambda: _opened(folders)]), "s", 5)
    yield Row(f"the slowest of {len(lines + scripts)} hostile command lines, read", _slowest(lines + scripts), "s", 0.05)


def _read(text: str) -> None:
    with suppress(PolicyError):
        parse_pack(text, "f")


def _folders(count: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(count):
            archive.writestr(f"tile/{number}/", b"")
    return made.getvalue()


def _opened(data: bytes) -> None:
    with suppress(bundle.BundleError):
        bundle.parse(data)


def _slowest(work: list[Callable[[], object]]) -> list[float]:
    """CPU seconds of the slowest of them, `RUNS` times."""
    return [max(map(_timed, work)) for _ in range(RUNS)]


def _timed(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
