"""What a file that is no exported log probably is, for whoever took it for one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from compliance.format.container import Pieces
from i18n.message import Message, msg, typed

_EXPORT: Final = "giochoi log export FILE"
_PACKED: Final = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\xfd7zXZ\x00", b"BZh", b"\x28\xb5\x2f\xfd")  # gzip … zstd
_TAR: Final = (b"ustar", 257)
_LOGS: Final = (".zip", ".giochoi")
_ZIP: Final = b"PK\x03\x04"
_LISTED: Final = re.compile(rb"PK\x01\x02.{24}(..).{16}", re.DOTALL)  # in the directory at the end: the length of a name
_ENDING: Final = 1 << 16
SIGNED: Final = "\n\n— ".encode()  # stands in every signed note
_BEGINNING: Final = 4096


def mistaken(data: Pieces) -> Message:
    """Why it cannot be verified, and what to do."""
    first = data[:_BEGINNING]
    if not first:
        return msg("the file is empty: copy it once more")
    if first.startswith(_PACKED) or first[_TAR[1] :].startswith(_TAR[0]):
        return msg("an archive, and not the exported log itself: unpack it, and verify the file that is in it")
    if first.startswith(_ZIP) and (inside := next(_logs(data), None)) is not None:
        return msg("an archive, and not the exported log itself: unpack it, and verify {file}", file=typed(inside))
    if SIGNED in first.replace(b"\r\n", b"\n"):
        return msg("a card or a head of a log, and not the log: verify an exported log with it: {command}",
                   command="giochoi-verify log.zip --card FILE")  # fmt: skip
    return msg("not an exported log: make one with {command}", command=_EXPORT)


def _logs(data: Pieces) -> Iterator[str]:
    """The names, whatever is in them, of what may be logs in a zip that is none itself."""
    end = data[max(0, len(data) - _ENDING) :]
    for found in _LISTED.finditer(end):
        name = end[found.end() : found.end() + int.from_bytes(found[1], "little")].decode(errors="replace")
        if name.endswith(_LOGS):
            yield name
