"""Makes the .deb for Debian 12, 13 and Ubuntu 24.04: `build.py deb [--out DIR] [--version X.Y.Z]`.

It lies on the system's own Python: the packages that are compiled for one Python lie once for each, in folders of which the
interpreter itself takes its own, so that an upgrade of the system changes nothing. See tree.py for what lands where.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from host import VERSION
from installers import payload
from installers.linux.tree import fill

_SMALL = ("-Zxz", "-z9")  # its window takes in what is alike in the folders of the three Pythons
_QUICK = ("-Zgzip", "-z1")


def main(words: list[str]) -> int:
    told = argparse.ArgumentParser(prog="build.py deb", description="The package for Debian 12, 13 and Ubuntu 24.04.")
    told.add_argument("--out", type=Path, default=payload.TOP / "dist", metavar="DIR", help="the folder to put it into")
    told.add_argument("--version", default=VERSION, help="what it calls itself")
    told.add_argument("--quick", action="store_true", help="larger, in a tenth of the time: for tests")
    asked = told.parse_args(words)
    sys.stdout.write(f"{build(asked.out, asked.version, quick=asked.quick)}\n")
    return 0


def build(out: Path, version: str = VERSION, *, quick: bool = False) -> Path:
    """The package, made in `out`. The same commit and version make the same bytes."""
    out.mkdir(parents=True, exist_ok=True)
    package = out / f"giochoi_{version}_amd64.deb"
    part = package.with_suffix(".part")  # whoever looks meanwhile, or after it was cut off, finds no half of a package
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        fill(root, version)
        payload.settle(root)
        command = ["dpkg-deb", "--root-owner-group", *(_QUICK if quick else _SMALL), "--build", str(root), str(part)]
        told = os.environ | {"SOURCE_DATE_EPOCH": str(payload.epoch())}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=told)
    part.replace(package)
    return package
