"""Real programs for tests and benchmarks: games that nobody else has, a filesystem to keep them on, somebody to start them."""

from __future__ import annotations

import asyncio
import io
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from host.elf import build_id
from rules.games import Game


class Launcher:
    """A process of its own that starts programs: ours may not while the gate is up."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, Path(__file__).with_name("launcher.py")],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, do: str, **args: object) -> dict[str, object]:
        self._process.stdin.write(json.dumps({"do": do, **args}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    async def aside(self, do: str, **args: object) -> dict[str, object]:
        """Without holding up the loop."""
        return await asyncio.to_thread(self, do, **args)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def copy_with_own_build(source: str, target: Path) -> Game:
    """A program of its own: a copy with a build id that nothing else has."""
    content = Path(source).read_bytes()
    old = bytes.fromhex(build_id(io.BytesIO(content)))
    new = secrets.token_bytes(len(old))
    target.write_bytes(content.replace(old, new))
    target.chmod(0o755)
    return Game(id=target.name, title=target.name, label=0, build_ids=(new.hex(),))


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """A filesystem of its own on the folder, until the end: only this one is to be watched by a gate that may not be sound."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "gate", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
