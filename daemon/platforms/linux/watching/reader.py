"""`reader FD FD`: the readers' process, which looks at files as we would (reading/readers.py)."""

from __future__ import annotations

import sys
from typing import BinaryIO

from daemon.platforms.images import Known
from daemon.platforms.linux.reading import readers
from daemon.platforms.linux.watching.images import Images


class _Images(Images):
    def first(self, file: BinaryIO) -> Known:
        return self._first(file)


if __name__ == "__main__":
    readers.serve(sys.argv[1:], _Images().first)
