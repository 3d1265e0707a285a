"""Build ids of whatever is opened."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from host.elf import build_id


class Silent(io.RawIOBase):
    """A file that has nothing to say yet and was opened without waiting: `read` says None, after `talks` reads."""

    def __init__(self, content, talks):
        self._file, self._talks = io.BytesIO(content), talks

    def seek(self, at, whence=0):
        return self._file.seek(at, whence)

    def read(self, size=-1):
        self._talks -= 1
        return self._file.read(size) if self._talks >= 0 else None


def test_a_file_with_nothing_to_say():
    """No id, at whichever read it falls silent."""
    content = Path(sys.executable).resolve().read_bytes()
    assert [build_id(Silent(content, talks)) for talks in range(3)] == [None] * 3
    assert build_id(Silent(content, 99)) == build_id(io.BytesIO(content))
