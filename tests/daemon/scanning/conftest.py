"""A machine to scan that lies in a folder, and the scan of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.scan import Collector
from daemon.scanning.files import Files, Problems
from rules.games import Catalogue
from rules.packs.shipped import shipped_catalogue
from tests.system import WINDOWS

HOME = "/home/kid"
ELF = b"\x7fELF\x02\x01\x01" + bytes(57)


class Machine:
    """The folder that is this machine's /. Paths given to it are the machine's own, or the kid's when they are relative."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def at(self, path: str) -> Path:
        return self.root / (path if path.startswith("/") else f"{HOME}/{path}").lstrip("/")

    def write(self, path: str, content: str | bytes = ELF) -> Path:
        file = self.at(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def program(self, path: str, content: str | bytes = ELF) -> Path:
        file = self.write(path, content)
        file.chmod(0o755)
        return file

    def entry(self, name, command, categories="Game;", folder="/usr/share/applications", **more: str) -> None:
        lines = [f"{key}={value}" for key, value in more.items()]
        self.write(f"{folder}/{name}.desktop", "\n".join(
            ("[Desktop Entry]", "Type=Application", f"Name={name}", f"Exec={command}", f"Categories={categories}", *lines, "")))

    def scan(self, games=None):
        """What is found, with the shipped catalogue or another one."""
        from daemon.platforms.linux.scan import LinuxScanner, place_of

        files = Files(Problems(), str(self.root))
        catalogue = Catalogue(shipped_catalogue() if games is None else games)
        collector = Collector(files, place_of("kid", HOME, {}), LinuxScanner.sources, catalogue)
        collector.run()
        return collector.result()

    def found(self, games=()) -> dict:
        """The games by id; no problem may have come up."""
        scanned = self.scan(games)
        assert scanned.problems == ()
        return {game.id: game for game in scanned.games}


class Registry:
    """A registry: values by hive and key."""

    def __init__(self) -> None:
        self.tree: dict[tuple[str, str], dict[str, str]] = {}

    def put(self, hive: str, key: str, **values: str) -> None:
        self.tree[hive, key] = values

    def values(self, hive, key, *names):
        return self.tree.get((hive, key), {})

    def keys(self, hive, key):
        inside = (path.removeprefix(f"{key}\\") for held, path in self.tree if held == hive and path.startswith(f"{key}\\"))
        return sorted({path.partition("\\")[0] for path in inside})


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def machine(tmp_path) -> Machine:
    if WINDOWS:
        pytest.skip("on Windows: no folder can hold what these paths and modes are")
    return Machine(tmp_path)


@pytest.fixture(scope="session")
def machine_at():
    """`machine_at(folder)`, for one that many tests share."""
    return Machine
