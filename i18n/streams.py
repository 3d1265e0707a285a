"""Vietnamese on standard output, whoever reads it."""

from __future__ import annotations

import sys
from io import TextIOWrapper


def speak_utf8() -> None:
    """Files and pipes get the same UTF-8 bytes on every system. A terminal keeps its encoding and shows ? for what it lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            encoding, newline = (None, None) if stream.isatty() else ("utf-8", "\n")
            stream.reconfigure(encoding=encoding, errors="replace", newline=newline)
