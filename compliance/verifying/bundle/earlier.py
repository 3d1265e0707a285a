"""What an inspector kept from an earlier visit: the log's signed head, or its card. Pure.

A card is what `giochoi log card` writes to a file, shows as a QR code or as JSON: then it is signed. It is also what that shows
in either language, printed or typed off: of it count the fingerprint of the key and, behind that, the size and the root. A
fingerprint alone tells which log it is, and anchors nothing.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from compliance.format import card
from compliance.note import MAX_NOTE, MAX_SIZE, NoteError, VerifierKey, parse_checkpoint, read_checkpoint, unb64
from compliance.tree import root_of
from i18n.message import msg

EARLIER = "--since"  # what a failure names as its place
_FINGERPRINT = re.compile(r"(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{8}){7}(?![\w-])", re.ASCII)
_ROOT = re.compile(r"(?<![\w+/=])[\w+/]{43}=(?![\w+/=])", re.ASCII)
_TOLD = re.compile(r"^(name|address|owner) (.{1,200}?)[ \r]*$", re.MULTILINE)
_SIZE = re.compile(r"(?<![\w.,+/=-])(?:\d{1,3}(?:[.,\u00a0]\d{3})+|\d{1,19})(?![\w+/=-])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Earlier:
    """`note` is the signed head, or "" where a card told `fingerprint`. `told` is what the card says of the place, and no
    proof: its name, address and owner, by these words.
    """

    size: int
    root: bytes
    note: str | bytes = ""
    fingerprint: str = ""
    told: tuple[tuple[str, str], ...] = ()

    def of(self, key: VerifierKey) -> bool:
        """Whether it is of the log with this key."""
        if not self.note:
            return self.fingerprint == key.fingerprint
        try:
            parse_checkpoint(self.note, [key])
        except NoteError:
            return False
        return True


def read_earlier(text: str | bytes) -> Earlier:
    """A signed head or a card. NoteError: neither; it says what is wrong with it as a head."""
    try:
        head = read_checkpoint(text)
    except NoteError:
        words = text if isinstance(text, str) else text.decode("utf-8", "replace")
        found = _signed(words) or _typed(words)
        if found is None:
            raise
        return found
    return Earlier(head.size, head.root, note=text)


class _Json(msgspec.Struct):
    """What of a card as JSON is signed, and what it says of the place; older ones have no head, or less of the place."""

    checkpoint: str
    key: str
    name: str = ""
    address: str = ""
    owner: str = ""


def _signed(text: str) -> Earlier | None:
    with suppress(msgspec.MsgspecError, RecursionError):
        told = msgspec.json.decode(text, type=_Json)
        text = card.write(told.checkpoint, told.key, {"name": told.name, "address": told.address, "owner": told.owner})
    found = card.read(text)
    if found is None:
        return None
    head = read_checkpoint(found[0])
    return Earlier(head.size, head.root, note=found[0], told=tuple(_TOLD.findall(text)))


def _typed(text: str) -> Earlier | None:
    """None: there is no fingerprint in it. NoteError: not just one, or behind it not just one size and one root."""
    keys = _FINGERPRINT.findall(text) if len(text) <= MAX_NOTE else ()
    if not keys:
        return None
    if text.strip() == keys[0]:
        return Earlier(0, root_of([]), fingerprint=keys[0])
    told = text.partition(keys[0])[2]
    roots = list(_ROOT.finditer(told))
    sizes = _SIZE.findall(told[: roots[0].start()]) if roots else ()
    if not len(keys) == len(roots) == len(sizes) == 1:
        raise NoteError(msg("a card has one fingerprint, one size and one root"))
    size = int(re.sub(r"\D", "", sizes[0]))
    if size > MAX_SIZE:
        raise NoteError(msg("the size on the card is not one of a log"))
    return Earlier(size, unb64(roots[0][0]), fingerprint=keys[0])
