"""Whether a reader sees in a name all that there is: no letter that shows nothing, none that passes for another. Pure.

Two names may look alike all the same ("rn" and "m"): names are to be read, not proof of anything.
"""

from __future__ import annotations

import re
import unicodedata

from i18n.message import Message, msg

_MARKS = 3  # on one letter; Vietnamese letters are whole in NFC, Thai, Khmer and Burmese ones may have two or three
# They show nothing, or a blank, though they are letters, marks or symbols: of Unicode's Default_Ignorable_Code_Point those
# that are no controls, and the empty pattern of Braille.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U0001d159\U000e0100-\U000e01ef]"
)
# Their letters look like each other's.
_ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "COPTIC", "CHEROKEE")


def unseen(name: str) -> bool:
    """Whether something in it shows nothing."""
    return _UNSEEN.search(name) is not None


def mistakable(name: str) -> Message | None:
    """Why this name in NFC may pass for another by its letters; None if it does not."""
    if any(unicodedata.decomposition(char).startswith(("<wide>", "<narrow>", "<font>", "<circle>")) for char in name):
        return msg("the name holds letters of another shape: write them as usual")
    if _heaped(name):
        return msg("the name holds a letter with too many marks")
    if len({script for char in name if (script := _script(char)) is not None}) > 1:
        return msg("the name mixes letters of alphabets that look alike, such as Latin and Cyrillic")
    return None


def _heaped(name: str) -> bool:
    marks = 0
    for char in name:
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if marks > _MARKS:
            return True
    return False


def _script(char: str) -> str | None:
    """Which of the alphabets that look alike a letter is of."""
    word = unicodedata.name(char, "").partition(" ")[0] if char.isalpha() else ""
    return word if word in _ALIKE else None
