"""A place whose agent answers other PCs, and those PCs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.served_agent import Pc, Served, served_agent


@pytest.fixture
def place(home_folder, clock) -> Iterator[Served]:
    with served_agent(home_folder / "a", clock) as served:
        yield served


@pytest.fixture
def new_pc(home_folder: Path) -> Callable[[str], Pc]:
    return lambda name: Pc(home_folder / name)
