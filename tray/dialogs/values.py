"""What people type into fields, read. Pure; each is the value or a message that says what to do."""

from __future__ import annotations

import re
from typing import Final

from i18n.message import Message, msg

MINUTE_MS: Final = 60_000
_MOST_MINUTES: Final = 24 * 60


def minutes(typed: str) -> int | Message:
    """A length in milliseconds."""
    text = typed.strip().replace(",", ".")
    if re.fullmatch(r"\d{1,4}(\.\d{1,2})?", text) and 0 < float(text) <= _MOST_MINUTES:
        return round(float(text) * MINUTE_MS)
    return msg("Minutes: type a number from 1 to {most}.", most=_MOST_MINUTES)


def time_of_day(typed: str) -> int | Message:
    """Milliseconds after midnight: 20:30, 20.30, 20h30, 20h, 2030. 24:00 ends the day."""
    found = re.fullmatch(r"(\d{1,2})(?:\s*[:.hg]\s*(\d{2})?)?|(\d{2})(\d{2})", typed.strip().lower())
    if found:
        hour, minute = int(found[1] or found[3]), int(found[2] or found[4] or 0)
        if (hour < 24 and minute < 60) or (hour, minute) == (24, 0):
            return (hour * 60 + minute) * MINUTE_MS
    return msg("Until when? Type a time such as 20:30.")


def digits(typed: str) -> str | Message:
    """The six digits of a code, however they are grouped."""
    text = re.sub(r"[\s.-]", "", typed)
    if re.fullmatch(r"[0-9]{6}", text):
        return text
    return msg("A code has six digits: type those that you were told.")
