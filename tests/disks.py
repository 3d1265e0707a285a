"""What file system the ring's two disks have: one in memory, or one in a file of its own, mounted as a disk is."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.contracts.programs import mounted
from tests.system import SOAK

SIZE = 512 << 20  # bytes; almost all of it is a hole
MAKE = {"ext4": ("mkfs.ext4", "-q"), "btrfs": ("mkfs.btrfs", "-q"), "xfs": ("mkfs.xfs", "-q")}
KINDS = os.environ.get("GIOCHOI_DISKS", "tmpfs ext4 btrfs xfs" if SOAK else "tmpfs").split()


@contextmanager
def disk(kind: str, folder: Path) -> Iterator[None]:
    """On this folder, until the end. On Btrfs the folder is a subvolume, as homes are on most PCs that have it."""
    if kind == "tmpfs":
        with mounted(folder):
            yield
        return
    image = folder.with_suffix(".image")
    with image.open("wb") as file:
        file.truncate(SIZE)
    subprocess.run([*MAKE[kind], image], check=True, capture_output=True)
    options = "loop"
    if kind == "btrfs":
        with _mounted(image, folder, options):
            subprocess.run(["btrfs", "subvolume", "create", folder / "@home"], check=True, capture_output=True)
        options = "loop,subvol=@home"
    with _mounted(image, folder, options):
        yield


@contextmanager
def _mounted(image: Path, folder: Path, options: str) -> Iterator[None]:
    subprocess.run(["mount", "-o", options, image, folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
