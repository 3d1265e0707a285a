"""What whoever verifies brings along: a trust policy, and what they kept of an earlier visit."""

from __future__ import annotations

import codecs
from contextlib import suppress
from pathlib import Path

from compliance.bundle import CHECKPOINT, read
from compliance.format.mistaken import SIGNED
from compliance.format.repacked import Unreadable
from compliance.verifying.bundle.trust import Trust, TrustError, parse_trust
from i18n.message import MessageError, msg, said_by

_ZIP = b"PK\3\4"
_LARGEST = 1 << 20  # bytes


class UsageError(MessageError):
    """What was typed, or a file that an option names, is not what it should be."""


def trust_of(path: str) -> Trust:
    text = text_of(path)
    try:
        return parse_trust(text)
    except TrustError as error:
        if SIGNED in text:
            raise UsageError(msg("{file} is a card or a head of a log: name it after {option}", file=path,
                                 option="--card")) from None  # fmt: skip
        raise UsageError(msg("{file} is not a trust policy: {why}", file=path, why=said_by(error))) from None


def _head(path: str) -> bytes:
    """"" where there is none."""
    with read(path) as bundle, suppress(KeyError, Unreadable):
        return bundle.members[CHECKPOINT]
    return b""


def text_of(path: str) -> bytes:
    """The text as it is signed, in UTF-8 with plain newlines: editors and shells of Windows change both.
    Of a bundle its head.
    """
    try:
        if Path(path).exists() and not Path(path).is_file():  # a pipe may never end
            raise UsageError(msg("{file} is not a file", file=path))
        with Path(path).open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(msg("{file} cannot be read: {why}", file=path, why=said_by(error))) from None
    if data.startswith(_ZIP):
        data = _head(path)
    elif len(data) > _LARGEST:
        raise UsageError(msg("{file} is too large for a card, a head or a trust policy", file=path))
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # what PowerShell's > makes of it
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")
