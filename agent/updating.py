"""Looks once a day for a newer version, and keeps what it found for the system to check and install.

The account of the agent may install nothing; the network is spoken to by a process that ends (host.updates.fetch).
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from agent.api.seat import Updates
from host import VERSION
from host.clock import Clock
from host.files import write_atomic
from host.homes import Home, HomeError, prepare
from host.publisher import FOLDER, Source
from host.updates.job import Fetched, Job
from host.updates.versions import due, newer
from i18n.message import Message, msg

PATIENCE_S: Final = 3600.0
_NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)


class _Kept(msgspec.Struct, frozen=True):
    """When it was last tried, and last done; what was found."""

    tried: int = 0
    looked: int = 0
    version: str = ""
    problem: Message | None = None


@dataclass(slots=True, eq=False)
class Updating:
    """`source` None: nothing is looked for. Whoever asks while somebody looks waits for the same answer."""

    home: Home
    clock: Clock
    source: Source | None
    ours: str = VERSION
    _kept: _Kept = field(default_factory=_Kept, init=False)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def __post_init__(self) -> None:
        with suppress(OSError, msgspec.MsgspecError):
            self._kept = msgspec.json.decode(self._file.read_bytes(), type=_Kept)

    @property
    def _file(self) -> Path:
        return self.home.agent / "updates.json"

    async def look_if_due(self) -> None:
        """Often called; mostly nothing happens."""
        if self.source is not None and due(self.clock.wall(), self._kept.tried, self._kept.looked):
            await self.look()

    async def look(self) -> None:
        """Look now. What goes wrong is kept, and shown."""
        before = self._kept
        async with self._one:
            if self.source is None or self._kept is not before:
                return
            fetched = await self._fetch(self.source)
            now = self.clock.wall()
            if fetched.problem is None:
                self._kept = _Kept(now, now, fetched.version)
            else:
                self._kept = _Kept(now, min(before.looked, now), before.version, fetched.problem)
            with suppress(OSError):  # a full disk: it is looked for once more after the next start
                write_atomic(self._file, msgspec.json.encode(self._kept))

    def show(self) -> Updates:
        """What is known now."""
        kept = self._kept
        found = kept.version if kept.version and newer(kept.version, self.ours) else None
        return Updates(
            version=self.ours, source=None if self.source is None else self.source.url, looked=kept.looked or None,
            newer=found, problem=kept.problem,
        )  # fmt: skip

    async def _fetch(self, source: Source) -> Fetched:
        memory = self.home.agent / FOLDER
        try:
            prepare(memory, 0o700)  # whoever could open a file there could keep it from being replaced, on Windows
            job = msgspec.json.encode(Job(str(memory), source.root, source.url, self.ours))
            return await _run(job)
        except HomeError as error:
            return Fetched(problem=error.message)
        except (OSError, TimeoutError, msgspec.MsgspecError):
            return Fetched(problem=msg("the program that looks for newer versions did not end well"))


async def _run(job: bytes) -> Fetched:
    command = [sys.executable, "-P", "-m", "host.updates.fetch"]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, creationflags=_NO_WINDOW
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            said, _ = await process.communicate(job)
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return msgspec.json.decode(said, type=Fetched)
