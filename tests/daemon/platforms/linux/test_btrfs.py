"""A subvolume of Btrfs has a device number that no mount has."""

from __future__ import annotations

import asyncio
import shutil
import subprocess

import pytest

from daemon.platforms.api import Refusals, StartRefused
from daemon.platforms.linux.gate.mounts import holding_programs
from rules.games import Catalogue

pytestmark = pytest.mark.root
CHILD = "games"


@pytest.fixture
def subvolume(open_folder, tmp_path):
    """Mounted alone, as a home is."""
    if not shutil.which("mkfs.btrfs"):
        pytest.skip("needs mkfs.btrfs (btrfs-progs)")
    image, top, folder = tmp_path / "image", open_folder / "top", open_folder / "home"
    with image.open("wb") as file:
        file.truncate(128 << 20)
    top.mkdir()
    folder.mkdir()
    subprocess.run(["mkfs.btrfs", "-q", image], check=True, capture_output=True)
    done = subprocess.run(["mount", "-o", "loop", image, top], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"needs loop devices and Btrfs: {done.stderr}")
    try:
        subprocess.run(["btrfs", "subvolume", "create", top / "home"], check=True, capture_output=True)
        disk = subprocess.run(["findmnt", "-no", "SOURCE", top], capture_output=True, text=True, check=True).stdout.strip()
        subprocess.run(["mount", "-o", "subvol=home", disk, folder], check=True)
    finally:
        subprocess.run(["umount", "-l", top], check=False)
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=False)


def test_a_subvolume_is_guarded(subvolume, watching, launcher, make_game, monkeypatch):
    """A game there is refused by a gate that guards every disk."""
    path, game = make_game(subvolume, "chess")
    device = subvolume.stat().st_dev

    def only_this_one():  # the rest of the machine is not to depend on a test
        return {device: path for device, path in holding_programs().items() if path == str(subvolume)}

    monkeypatch.setattr("daemon.platforms.linux.gate.mounts.holding_programs", only_this_one)
    assert device not in only_this_one()  # as the subvolume's number is its own

    async def body():
        seen = []
        async with watching(seen, None) as watcher:
            watcher.refuse(Refusals(Catalogue((game,)), {CHILD: frozenset({"chess"})}))
            assert "pid" not in await launcher.aside("start", args=[str(path), "1"], user=CHILD, cwd="/")
            while not any(isinstance(one, StartRefused) for one in seen):
                await asyncio.sleep(0.01)

    asyncio.run(body())
