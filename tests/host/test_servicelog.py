"""host.servicelog: what a service prints is kept, stamped and bounded, and never stops it."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout

import pytest

from host import servicelog
from host.servicelog import ServiceLog, last_line, size

WALL = 1_795_482_000_000
STAMP = "2026-11-24T01:00:00Z "


@pytest.fixture
def path(tmp_path):
    return tmp_path / servicelog.NAME


@pytest.fixture
def log(path):
    with ServiceLog(path, lambda: WALL) as made:
        yield made


def test_lines_are_stamped_and_kept_over_starts(path):
    """However many pieces a line is printed in; the next start writes on."""
    for word in ("một", "hai"):
        with ServiceLog(path, lambda: WALL) as log, redirect_stdout(log):
            sys.stdout.write(f"{word} 1")
            sys.stdout.write("\nsau\n")
    lines = ["một 1", "sau", "hai 1", "sau"]
    assert path.read_text("utf-8") == "".join(f"{STAMP}{line}\n" for line in lines)


def test_an_error_is_in_it(path):
    """A traceback, and text that no encoding knows."""
    with ServiceLog(path, lambda: WALL) as log, redirect_stderr(log):
        sys.stderr.write("tệp \udcff\n")
    assert last_line(path, 0) == "tệp \\udcff"


def test_it_is_bounded(path, log, monkeypatch):
    """Past the bound it begins anew, with one old file beside it."""
    monkeypatch.setattr(servicelog, "LIMIT", 1000)
    for number in range(100):
        print(f"line {number}", file=log)
    old = path.with_name(path.name + ".old")
    assert {size(path) <= 1000, size(old) <= 1000} == {True}
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name, old.name]
    numbers = [int(line.rpartition(" ")[2]) for line in (old.read_text("utf-8") + path.read_text("utf-8")).splitlines()]
    assert numbers == list(range(numbers[0], 100))


def test_it_is_bounded_even_if_the_old_one_cannot_be_put_aside(path, log, monkeypatch):
    """Somebody has it open, say: what was there is lost then."""
    monkeypatch.setattr(servicelog, "LIMIT", 100)
    path.with_name(path.name + ".old").mkdir()
    for number in range(100):
        print(f"line {number}", file=log)
    assert size(path) <= 100
    assert last_line(path, 0) == "line 99"


def test_a_full_disk_does_not_stop_a_service(path, log):
    """Nor does a thread that still prints at the end."""

    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    print("before", file=log)
    log._file.close()
    log._file = Full()
    print("lost", file=log)
    log.close()
    print("late", file=log)
    assert last_line(path, 0) == "before"


@pytest.mark.parametrize(
    ("content", "since", "said"),
    [
        (f"{STAMP}a b\n{STAMP}c d\n", 0, "c d"),
        (f"{STAMP}a b\n", len(STAMP) + 4, None),  # nothing was printed since
        (f"{STAMP}anew\n", 4000, "anew"),  # it began anew meanwhile
        ("\n\n", 0, None),
        ("no stamp", 0, "no stamp"),
        (f"{STAMP}{'x' * 5000}\n{STAMP}end\n", 0, "end"),
    ],
)
def test_the_last_line(path, content, since, said):
    """Of what was printed since."""
    path.write_text(content, "utf-8")
    assert last_line(path, since) == said


def test_a_log_that_is_not_there_says_nothing(path):
    """The service never got so far."""
    assert (last_line(path, 0), size(path)) == (None, 0)
