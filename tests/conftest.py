"""What every room's tests may use: a short home, a clock that is turned by hand, programs that may be missing, soak counts."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests import plan
from tests.system import SOAK, WINDOWS

os.environ.setdefault("GIOCHOI_LANG", "en")  # programs of ours speak it, whatever the machine's language

hypothesis.settings.register_profile("quick", deadline=None, derandomize=True, max_examples=40)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=5_000)
hypothesis.settings.load_profile("soak" if SOAK else "quick")


_MOST_LINES = 60  # of a test's first try


class FakeClock:
    """A host.clock.Clock that only moves when a test moves it. In milliseconds, from 2026-11-24 08:00 in Hanoi on."""

    def __init__(self, wall: int = 1_795_482_000_000, mono: int = 1_000_000) -> None:
        self._wall, self._mono, self._elapsed, self.boots = wall, mono, mono, 1
        self.called = "Asia/Ho_Chi_Minh"

    def wall(self) -> int:
        return self._wall

    def mono(self) -> int:
        return self._mono

    def elapsed(self) -> int:
        return self._elapsed

    def boot(self) -> str:
        return f"boot-{self.boots}"

    def hardware(self) -> int | None:
        return None

    def zone(self) -> str:
        return self.called

    def run(self, ms: int) -> None:
        """The machine is awake for `ms`: every reading moves."""
        self._wall, self._mono, self._elapsed = self._wall + ms, self._mono + ms, self._elapsed + ms

    def sleep(self, ms: int) -> None:
        """The machine sleeps for `ms`: the clock that play is counted on stands still."""
        self._wall, self._elapsed = self._wall + ms, self._elapsed + ms

    def step(self, ms: int) -> None:
        """Somebody sets the system clock by `ms`: nothing else moves."""
        self._wall += ms

    def reboot(self, off_ms: int = 60_000) -> None:
        """The machine was off for `off_ms` and starts anew."""
        self._wall, self._mono, self._elapsed, self.boots = self._wall + off_ms, 5_000, 5_000, self.boots + 1


@pytest.fixture(scope="session", autouse=True)
def _standard_input() -> Iterator[None]:
    """Programs that tests start can read, and nothing comes. From pytest they get NUL, with which no Python in Wine starts."""
    if not WINDOWS:
        yield
        return
    reader, writer = os.pipe()
    before = os.dup(0)
    os.dup2(reader, 0)
    yield
    os.dup2(before, 0)
    for one in (reader, writer, before):
        os.close(one)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def make_clock() -> type[FakeClock]:
    """For tests that need their own beginning: `make_clock(wall=…)`."""
    return FakeClock


@pytest.fixture
def home_folder() -> Iterator[Path]:
    """An empty folder whose path is short, as a Unix socket's address holds 108 bytes; removed after."""
    folder = Path(tempfile.mkdtemp(prefix="gc-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def need() -> Callable[..., str]:
    """`need("luanti", "minetest")`: the path of the first of these programs that is installed; else the test is skipped."""

    def find(*programs: str) -> str:
        path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/games"))
        for program in programs:
            if found := shutil.which(program, path=path):
                return found
        return pytest.skip(f"needs {' or '.join(programs)} (make test installs it when run as root)")

    return find


@pytest.fixture(scope="session")
def soak() -> Callable[[int, int], int]:
    """`soak(20, 1000)`: the first number, or the second one under `make soak`."""
    return lambda quick, full: full if SOAK else quick


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "linux(reason): what Windows has not, for this reason; skipped there")
    for name in ("COLUMNS", "LINES"):  # however wide the terminal is that the tests are started from
        os.environ.pop(name, None)
    plan.keep_files()


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    return True if plan.left_out(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: plan.turn(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """For tests in several processes (-n)."""
    from xdist.scheduler import LoadScopeScheduling

    config.option.loadscopereorder = False  # they are in order
    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = plan.group
    return scheduler


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Why a second try was needed: what passed then is nowhere else told of."""
    for report in terminalreporter.stats.get("rerun", []):
        *lines, where = report.longreprtext.splitlines() or [""]
        said = [line for line in lines if line.startswith(("E ", ">"))][:_MOST_LINES]
        terminalreporter.section(f"first try of {report.nodeid}", "_")
        terminalreporter.write_line("\n".join((*said, where)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    plan.keep_files(item.nodeid)
    if WINDOWS and (mark := item.get_closest_marker("linux")):
        pytest.skip(f"on Windows: {mark.args[0]}")
    if item.get_closest_marker("root") and (WINDOWS or os.geteuid() != 0):
        pytest.skip("needs root: run the tests as root to see it")
