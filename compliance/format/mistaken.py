"""What a file that is no exported log probably is, for whoever took it for one. Pure."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from compliance.format import repacked
from compliance.format.container import Pieces
from i18n.message import Message, msg

_EXPORT: Final = "giochoi log export FILE"
_PACKED: Final = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\xfd7zXZ\x00", b"BZh", b"\x28\xb5\x2f\xfd")  # gzip … zstd
_TAR: Final = (b"ustar", 257)
_LOGS: Final = (".zip", ".giochoi")
SIGNED: Final = "\n\n— ".encode()  # stands in every signed note
_BEGINNING: Final = 4096


def mistaken(data: Pieces) -> Message:
    """Why it cannot be verified, and what to do."""
    first = data[:_BEGINNING]
    if not first:
        return msg("the file is empty: copy it once more")
    if first.startswith(_PACKED) or first[_TAR[1] :].startswith(_TAR[0]):
        return msg("an archive, and not the exported log itself: unpack it, and verify the file that is in it")
    with suppress(repacked.Unreadable):
        inside = next((name for name in repacked.unpack(data) if name.endswith(_LOGS)), None)
        if inside is not None:
            return msg("an archive, and not the exported log itself: unpack it, and verify {file}", file=inside)
    if SIGNED in first:
        return msg("a card or a head of a log, and not the log: verify an exported log with it: {command}",
                   command="giochoi-verify log.zip --card FILE")  # fmt: skip
    return msg("not an exported log: make one with {command}", command=_EXPORT)
