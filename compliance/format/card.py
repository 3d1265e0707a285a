"""The card of a log, as a file or a QR code has it: the signed head, the key that signed it, and which place it is of. Pure.

    giochoi/0f1e2d3c
    120
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — giochoi/0f1e2d3c Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=

    key giochoi/0f1e2d3c+033de0ae+AUGY…
    place game-point
    name Net Sao
    address 5 Hàng Bài, Hà Nội
    owner Trần Thị Mai
    certificate 12/GCN
    expires 2029-01-31

Head and key are proof; the rest is for people, and left out where it is not known. Line ends and blanks behind a line are
nobody's: phones and editors change them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from compliance.note import MAX_NOTE, NoteError, UnsignedError, VerifierKey, parse_checkpoint, parse_vkey, read_checkpoint
from i18n.message import msg

_MARK: Final = "\u2014 "
_WORDS: Final = ("key", "place", "name", "address", "owner", "certificate", "expires")
_KEY: Final = re.compile(r"key \S+\+[0-9a-f]{8}\+\S+")


class CardError(NoteError):
    """A text that is a card, but not as one is written: what of it is not."""


def write(checkpoint: str, key: str, told: Mapping[str, str]) -> str:
    """The card. Of the head's signatures only the log's own is on it; `told` are the other words."""
    origin = read_checkpoint(checkpoint).origin
    head = [line for line in checkpoint.split("\n") if not line.startswith(_MARK) or line.startswith(f"{_MARK}{origin} ")]
    about = {"key": key, **{word: " ".join(told[word].split()) for word in _WORDS[1:] if told.get(word)}}
    return "\n".join([*head, *(f"{word} {value}" for word, value in about.items()), ""])


def read(text: str) -> tuple[str, VerifierKey] | None:
    """The signed head and the key of a card; None if it is not one. CardError if it is one that does not hold."""
    if len(text) > MAX_NOTE:
        return None
    lines = [line.rstrip() for line in text.strip().splitlines()]
    keys = [line.removeprefix("key ") for line in lines if line.startswith("key ")]
    end = max((at for at, line in enumerate(lines) if line.startswith(_MARK)), default=-1)
    if end < 0:
        if any(map(_KEY.fullmatch, lines)):
            raise CardError(msg("the line of the signature is missing, which begins with “{mark}”", mark=_MARK.strip()))
        return None
    told = [line.partition(" ")[0] for line in lines[end + 1 :] if line]
    if not keys:
        if not set(told).isdisjoint(_WORDS):
            raise CardError(msg("the line of the log's key is missing, which begins with “{word}”", word="key"))
        return None
    if len(set(told)) < len(told) or not {"key"} <= set(told) <= set(_WORDS):
        raise CardError(msg("a card has a head, its key, and of place, name, address, owner, certificate and expires each once "
                            "at most"))  # fmt: skip
    head = "\n".join([*lines[: end + 1], ""])
    return head, _signer(head, keys[0])


def _signer(head: str, key: str) -> VerifierKey:
    """CardError if this is no key, or has not signed the head."""
    try:
        signer = parse_vkey(key)
    except NoteError:
        raise CardError(msg("the log's key on it is not as it was written, in the line that begins with “{word}”",
                            word="key")) from None  # fmt: skip
    try:
        parse_checkpoint(head, [signer])
    except UnsignedError:
        raise CardError(msg("the key on it is not the one that signed it")) from None
    except NoteError:
        raise CardError(msg("its first lines – log, number of entries, root, signature – are not as the log signed "
                            "them")) from None  # fmt: skip
    return signer
