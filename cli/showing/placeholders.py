"""What stands for a value in help and in mistakes (`limit PLAYER MINUTES|none`), in the reader's language."""

from __future__ import annotations

import re
from typing import Final

from i18n.message import Arg, Message, msg
from words.layout import row

_WORD: Final = re.compile(r"([A-Z]{2,}(?::[A-Z]{2,})?)", re.ASCII)
_WORDS: Final[dict[str, Message]] = {
    one.id: one
    for one in (
        msg("ADDRESS"), msg("AREA"), msg("CITY"), msg("DATE"), msg("DIGITS"), msg("DIR"), msg("FILE"), msg("FINGERPRINT"),
        msg("GAME"), msg("GRANT"), msg("GUARDIAN"), msg("HH:MM"), msg("ID"), msg("KEY"), msg("LABEL"), msg("LOG"),
        msg("MINUTES"), msg("NAME"), msg("NO"), msg("NOUN"), msg("NUMBER"), msg("OSUSER"), msg("PACK"), msg("PATH"),
        msg("PLACE"), msg("PLAYER"), msg("PORT"), msg("REQUEST"), msg("SEAT"), msg("SPAN"), msg("STRING"), msg("TEXT"),
        msg("WORD"), msg("YEAR"),
    )
}  # fmt: skip


def called(text: str) -> Arg:
    """The same with each of these words as the reader's language has it; what is typed as it stands is left."""
    parts = [_WORDS.get(part, part) for part in _WORD.split(text)]
    return row(parts, "") if any(part in _WORDS for part in _WORD.split(text)) else text
