"""The ring: one real agent and daemon as root, a child and a friend with ordinary accounts, and a new game for each case."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bypasses.case import Case
from tests.bypasses.ring import Ring
from tests.disks import KINDS


@pytest.fixture(scope="session", params=KINDS)
def ring(request: pytest.FixtureRequest) -> Iterator[Ring]:
    """Starting servers takes longer than a case, so all cases share them."""
    if os.geteuid() != 0:
        pytest.skip("needs root: run the tests as root to see it")
    with tempfile.TemporaryDirectory(prefix="gc-") as folder, Ring(Path(folder), request.param) as made:
        yield made


@pytest.fixture
def case(ring: Ring) -> Iterator[Callable[..., Case]]:
    """`case(limit=0)`: a new game of which the child may play so many seconds a day; None: as long as it likes."""

    made: list[Case] = []

    def make(limit: float | None = 0, **more: Any) -> Case:
        made.append(Case(ring, limit, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def shared_memory() -> Iterator[Path]:
    """A folder in /dev/shm that everybody may write to."""
    with tempfile.TemporaryDirectory(prefix="gc-", dir="/dev/shm") as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@pytest.fixture(scope="session")
def namespaces(ring: Ring) -> None:
    """Ordinary accounts may make namespaces of their own, as they may on a Debian."""
    if subprocess.run(["unshare", "--user", "--map-root-user", "true"], user=ring.child.pw_uid, check=False).returncode:
        pytest.skip("needs user namespaces, which this machine forbids to ordinary accounts")
