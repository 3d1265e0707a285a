"""The package, built once, and unpacked where programs in it can be run without installing it."""

from __future__ import annotations

import shutil
import subprocess
import tarfile

import pytest

from installers.linux.package import build
from installers.linux.tree import PYTHONS
from tests.system import SOAK

ASKS = "import sys; print('%d.%d' % sys.version_info[:2])"


def said(*command, **more):
    """What it prints; it must succeed."""
    return subprocess.run(command, capture_output=True, check=True, text=True, timeout=200, **more).stdout


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Of version 1.2.3; as it is released only where there is time."""
    if not all(map(shutil.which, ("dpkg-deb", "strip"))):
        pytest.skip("needs dpkg-deb and strip: a Debian")
    return build(tmp_path_factory.mktemp("built"), "1.2.3", quick=not SOAK)


@pytest.fixture(scope="session")
def root(built, tmp_path_factory):
    """Unpacked, where a system would have it, but that the interpreter is this machine's, and what is packaged for it."""
    root = tmp_path_factory.mktemp("unpacked")
    said("dpkg-deb", "--extract", built, root)
    for path in ("usr/bin/python3", "usr/lib/python3"):
        (root / path).symlink_to(f"/{path}")
    return root


@pytest.fixture(scope="session")
def members(built):
    """What dpkg would unpack, by name."""
    file = built.parent / "members.tar"
    file.write_bytes(subprocess.run(["dpkg-deb", "--fsys-tarfile", built], capture_output=True, check=True).stdout)
    with tarfile.open(file) as archive:
        return {one.name.removeprefix("./"): one for one in archive}


@pytest.fixture
def python(root):
    """Runs the package's interpreter; skipped where this system has none that it is made for."""
    try:
        version = said("/usr/bin/python3", "-c", ASKS).strip()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this system has no Python of its own")
    if version not in PYTHONS:
        pytest.skip(f"the package is not made for Python {version}")

    def run(*words, **more):
        return said(root / "usr/lib/giochoi/bin/python3", "-I", "-W", "error", *words, **more)

    return run


@pytest.fixture
def told(built):
    """What one part of the package's control archive says."""
    return lambda part="control": said("dpkg-deb", "--info", built, part)
