"""What is built once for all tests of installers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The .deb of this tree, or of whatever tree it is that GIOCHOI_DEB names."""
    if ready := os.environ.get("GIOCHOI_DEB"):
        return Path(ready)
    if not shutil.which("dpkg-deb"):
        pytest.skip("needs dpkg-deb: a Debian")
    out = tmp_path_factory.mktemp("built")
    subprocess.run([sys.executable, TREE / "installers/build.py", "deb", "--quick", "--out", out], check=True, timeout=600)
    return next(out.glob("giochoi_*_amd64.deb"))


@pytest.fixture(scope="session")
def other_version(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`other_version("0.0.1")`: the same package as that one. It is packed anew, as to build it takes a minute."""

    def make(version: str) -> Path:
        folder = tmp_path_factory.mktemp("repacked")
        root, out = folder / "root", folder / f"giochoi_{version}_amd64.deb"
        subprocess.run(["dpkg-deb", "--raw-extract", package, root], check=True)
        own = package.name.split("_")[1]
        for file in (root / "DEBIAN/control", root / "usr/lib/giochoi/common/host/__init__.py"):
            text = file.read_text("utf-8")
            assert own in text
            file.write_text(text.replace(own, version, 1), "utf-8")
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", root, out], check=True, capture_output=True)
        shutil.rmtree(root)
        return out

    return make
