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

from collections.abc import Mapping
from typing import Final

from compliance.note import MAX_NOTE, NoteError, VerifierKey, parse_checkpoint, parse_vkey, read_checkpoint
from i18n.message import msg

_MARK: Final = "\u2014 "
_WORDS: Final = ("key", "place", "name", "address", "owner", "certificate", "expires")


def write(checkpoint: str, key: str, told: Mapping[str, str]) -> str:
    """The card. Of the head's signatures only the log's own is on it; `told` are the other words."""
    origin = read_checkpoint(checkpoint).origin
    head = [line for line in checkpoint.split("\n") if not line.startswith(_MARK) or line.startswith(f"{_MARK}{origin} ")]
    about = {"key": key, **{word: " ".join(told[word].split()) for word in _WORDS[1:] if told.get(word)}}
    return "\n".join([*head, *(f"{word} {value}" for word, value in about.items()), ""])


def read(text: str) -> tuple[str, VerifierKey] | None:
    """The signed head and the key of a card; None if it is not one. NoteError if it is one that does not hold."""
    if len(text) > MAX_NOTE:
        return None
    lines = [line.rstrip() for line in text.strip().splitlines()]
    keys = [line.removeprefix("key ") for line in lines if line.startswith("key ")]
    end = max((at for at, line in enumerate(lines) if line.startswith(_MARK)), default=-1)
    if not keys or end < 0:
        return None
    told = [line.partition(" ")[0] for line in lines[end + 1 :] if line]
    if len(set(told)) < len(told) or not {"key"} <= set(told) <= set(_WORDS):
        raise NoteError(msg("a card has a head, its key, and of place, name, address, owner, certificate and expires each once "
                            "at most"))  # fmt: skip
    key, head = parse_vkey(keys[0]), "\n".join([*lines[: end + 1], ""])
    parse_checkpoint(head, [key])
    return head, key
