"""What a personal number or the QR text of a card claims about a birth date, and never more than that.

The 12-digit personal number (số định danh cá nhân; NĐ 137/2015 Đ.13, TT 59/2021 Đ.4) is `PPP G YY RRRRRR`: place of birth's
registration, century and sex, year of birth, six more digits. No check digit is documented, so a mistyped number looks like any
other. The QR text of a card (CCCD with chip, 2021 to 6/2024) is plain text, fields separated by `|`:
`number|old number or empty|name|birth date ddMMyyyy|Nam/Nữ|address|issue date`. The new Căn cước card (TT 16/2024) has more
fields, whose order is not verified: only the seven in the order above are relied on, and of them three are read.

Nobody signed either: whoever can print can make one, and a true one says nothing about who holds it. Only the chip and VNeID
authenticate, and somebody who compares the face. So these are claims with a strength, not proofs.

The number, the name and the address are read and forgotten: no field of a claim and no error has any of them. An error's text
does not depend on what was given, except in which text it is. Where a date is not known, the younger age counts.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import MINYEAR, date
from typing import Literal

from i18n.message import Message, MessageError, msg

Strength = Literal["contradicted", "year", "date-unsigned"]

_OLDEST = 125  # years: nobody is known to have grown older, so it is a slip of the pen
_FIELDS = 7
_READ = (0, 3, 4)  # the number, the birth date, the sex
_LEAP_DAY = (2, 29)
_NUMBER = re.compile(r"[0-9]{12}")
_OLD_NUMBER = re.compile(r"[0-9]{9}")
_CARD_DATE = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_BIRTH = re.compile(r"([0-9]{4})(?:-([0-9]{2})-([0-9]{2}))?")
_SEXES = ("nam", "nữ")
# The provinces of TT 07/2016. Codes of countries, and of registrations after the mergers of 2025, are not verified.
_PROVINCES = (
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 044 045 "
    "046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 089 091 092 093 "
    "094 095 096"
)

_NO_NUMBER = msg("not a personal number: write all twelve digits, with the zeros in front")
_OLD_NUMBER_GIVEN = msg("an old nine-digit number tells no age: use the twelve-digit personal number or the date of birth")
_NO_CARD = msg("not the QR text of an identity card: that has at least seven parts with | between them")
_NO_CARD_DATE = msg("the fourth part of the QR text is not a date of birth (day, month, year): enter the date by hand")
NO_DATE = msg("not a date of birth: write YYYY-MM-DD, or YYYY")
_NO_MONTH = msg("there is no such month (the number in the middle): correct the date of birth")
_NO_DAY = msg("that month has no such day: correct the date of birth")
_NO_LEAP_DAY = msg("February had no such day in that year, which was no leap year: correct the date of birth")
_FUTURE = msg("a date of birth in the future: correct it")
_TOO_OLD = msg("nobody is that old: correct the date of birth")

_UNKNOWN_PROVINCE = msg(
    "the first three digits are not a known province (born abroad, a new code, or mistyped): compare them with the card"
)
_MORE_FIELDS = msg("the QR text has more parts, as on the new card; their order is not verified, so they are not read")
_NO_SEX = msg("the sex in the QR text cannot be read, so it was not compared with the number")
_YEARS_DIFFER = msg("the QR text and the personal number have different years of birth")
_SEXES_DIFFER = msg("the QR text and the personal number have different sexes")

_MEANING = {
    "contradicted": msg(
        "The card contradicts itself: it is forged or was misread. Only the youngest age counts; see the card before you "
        "accept this date."
    ),
    "year": msg(
        "The number tells only the year of birth, so the younger age counts. Knowing a number does not make it this person's."
    ),
    "date-unsigned": msg(
        "The QR code is unsigned text that anybody can print: it proves nothing about who holds it. Compare the photo with the "
        "person."
    ),
}


class IdentityError(MessageError, ValueError):
    """A text that claims no birth date. What it says repeats nothing of that text."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A birth date that somebody claims.

    `born` is the youngest date that fits, never after today; with `year_only` that is 31 December of the year. `strength` says
    how much it is worth, weakest first: "contradicted" (the card disagrees with itself: at best a reason to ask), "year" (of a
    number), "date-unsigned" (of a card's plain text). `warnings` are doubts, `contradictions` what disagrees.
    """

    strength: Strength
    born: date
    year_only: bool
    warnings: tuple[Message, ...] = ()
    contradictions: tuple[Message, ...] = ()

    @property
    def meaning(self) -> Message:
        """What an operator must know before accepting it."""
        return _MEANING[self.strength]


def birth_date(text: str, today: date) -> date:
    """The date of birth that "YYYY-MM-DD" or "YYYY" says. IdentityError if it is not a date of birth.

    Of a year alone 31 December, but of this year today: nobody is born in the future or of an age below 0.
    """
    found = _BIRTH.fullmatch(text.strip())
    if found is None:
        raise IdentityError(NO_DATE)
    if found[2] is None:
        return _end_of(int(found[1]), today)
    return _born(int(found[1]), int(found[2]), int(found[3]), today)


def personal_number(text: str, today: date) -> Claim:
    """What a 12-digit personal number claims: a year of birth. Spaces between digits are fine. IdentityError otherwise."""
    number = "".join(text.split())
    if _OLD_NUMBER.fullmatch(number):
        raise IdentityError(_OLD_NUMBER_GIVEN)
    if not _NUMBER.fullmatch(number):
        raise IdentityError(_NO_NUMBER)
    warnings = () if number[:3] in _PROVINCES.split() else (_UNKNOWN_PROVINCE,)
    return Claim("year", _end_of(_year(number), today), year_only=True, warnings=warnings)


def scanned(text: str) -> str:
    """The QR text without what is not read: the name, the address, the old number and the days of issue."""
    fields = [field.strip() for field in text.split("|")]
    return "|".join(field if place in _READ else "" for place, field in enumerate(fields))


def card_qr(text: str, today: date) -> Claim:
    """What the QR text of an identity card claims: a date of birth, if it agrees with the card's own number.

    If it does not, `born` is the end of the later of the two years. The text proves nothing about its bearer (`Claim.meaning`).
    IdentityError if it is another text.
    """
    fields = [field.strip() for field in text.strip().split("|")]
    if len(fields) < _FIELDS:
        raise IdentityError(_NO_CARD)
    number, _, _, birth, sex = fields[:5]
    by_number = personal_number(number, today)
    found = _CARD_DATE.fullmatch(birth)
    if found is None:
        raise IdentityError(_NO_CARD_DATE)
    born = _born(int(found[3]), int(found[2]), int(found[1]), today, _NO_CARD_DATE)
    male_or_female = _sex(sex)
    warnings = (*by_number.warnings, *((_MORE_FIELDS,) if len(fields) > _FIELDS else ()))
    if male_or_female is None:
        warnings = (*warnings, _NO_SEX)
    contradictions = _contradictions("".join(number.split()), born.year, male_or_female)
    if contradictions:
        youngest = max(by_number.born, _end_of(born.year, today))
        return Claim("contradicted", youngest, year_only=True, warnings=warnings, contradictions=contradictions)
    return Claim("date-unsigned", born, year_only=False, warnings=warnings)


def _year(number: str) -> int:
    return 1900 + 100 * (int(number[3]) // 2) + int(number[4:6])


def _sex(text: str) -> int | None:
    """0 male, 1 female, as in the number; None if it says neither."""
    word = unicodedata.normalize("NFC", text).casefold()
    return _SEXES.index(word) if word in _SEXES else None


def _contradictions(number: str, year: int, sex: int | None) -> tuple[Message, ...]:
    years = (_YEARS_DIFFER,) if year != _year(number) else ()
    sexes = (_SEXES_DIFFER,) if sex is not None and sex != int(number[3]) % 2 else ()
    return (*years, *sexes)


def _end_of(year: int, today: date) -> date:
    """The youngest that somebody born in this year can be."""
    return today if year == today.year else _born(year, 12, 31, today)


def _born(year: int, month: int, day: int, today: date, otherwise: Message | None = None) -> date:
    """The date, if somebody alive can be born then. The errors have no context: it could have the date in its text."""
    try:
        born = date(year, month, day)
    except ValueError:
        why = otherwise or _no_such(year, month, day)
    else:
        if today.year - _OLDEST <= born.year and born <= today:
            return born
        why = _FUTURE if born > today else _TOO_OLD
    raise IdentityError(why)


def _no_such(year: int, month: int, day: int) -> Message:
    """Why these numbers are no day."""
    if year < MINYEAR:
        return _TOO_OLD
    if not 1 <= month <= 12:
        return _NO_MONTH
    return _NO_LEAP_DAY if (month, day) == _LEAP_DAY else _NO_DAY
