"""The line that says how far a long log was read: on a terminal alone, and gone in the end."""

import io

from compliance.progress import LONG, Progress
from i18n.message import plain


class Terminal(io.StringIO):
    def isatty(self):
        return True


def drawn(stream, of):
    progress = Progress(stream, plain)
    for done in range(256, of, 256):
        progress(done, of)
    progress(of, of)
    progress.clear()
    return stream.getvalue()


def test_it_is_drawn_once_for_each_percent_and_goes_away():
    lines = drawn(Terminal(), LONG).split("\r")
    assert lines[-1] == ""
    assert lines[-2].strip() == ""
    assert [line.rstrip() for line in lines[1:-2]] == [
        f"[{'#' * (percent * 30 // 100):.<30}] {percent}% of the log read" for percent in range(101)
    ]


def test_nothing_is_drawn_of_a_short_log_or_into_a_file():
    assert drawn(Terminal(), LONG - 1) == ""
    assert drawn(io.StringIO(), LONG) == ""
