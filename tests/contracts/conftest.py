"""One suite over every platform: the stages that this machine can offer."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from rules.games import Game
from tests.contracts.programs import Launcher, copy_with_own_build, mounted
from tests.contracts.stages import FakeStage
from tests.system import PATIENCE

if sys.platform == "win32":
    from tests.contracts import windows as real
else:
    from tests.contracts import linux as real


@pytest.fixture(autouse=True)
def only_what_tests_started(monkeypatch):
    real.only_what_tests_started(monkeypatch)


@pytest.fixture
def launcher():
    found = Launcher()
    yield found
    found.close()


@pytest.fixture
def make_game():
    """`make_game(folder, name, base)`: a copy of a small program, as a game that is known by its build id only."""

    def make(folder: Path, name: str, base: str = "/bin/sleep") -> tuple[Path, Game]:
        path = folder / name
        return path, copy_with_own_build(base, path)

    return make


@pytest.fixture
def open_folder():
    """A folder that other accounts can enter, as they cannot below tmp_path."""
    folder = Path(tempfile.mkdtemp(prefix="gc-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def gate_folder(open_folder):
    """A filesystem of the test's own: a gate that hangs hangs nobody else."""
    if os.geteuid() != 0:
        pytest.skip("needs root: a filesystem of its own")
    folder = open_folder / "gate"
    folder.mkdir()
    with mounted(folder):
        yield folder


@pytest.fixture
def no_tags(monkeypatch):
    """The kernel carries no tags for us and tells no events, as in a container or without BTF. Call it, and it does again."""

    def refused():
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr("daemon.platforms.linux.watcher.KernelTags", refused)
        yield patch.undo


@pytest.fixture(params=["fake-gate", "fake-poll", *real.KINDS])
def stage(request):
    kind = request.param
    if kind.startswith("fake"):
        return FakeStage(kind.removeprefix("fake-"))
    return real.stage(kind, request)


@pytest.fixture
def play(stage):
    """Runs a test's body on a loop, with the watcher started and stopped around it."""

    def run(body) -> None:
        async def main() -> None:
            stage.platform.watcher.start(stage.seen.append)
            try:
                async with asyncio.timeout(3 * PATIENCE):
                    await body()
            finally:
                stage.platform.watcher.stop()

        asyncio.run(main())

    return run
