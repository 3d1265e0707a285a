"""The minutes in which a seat was alive, each once however often it was told. Pure."""

from __future__ import annotations

from compliance.entries.seat import Presence

MINUTE_MS = 60_000
HOUR = 60
AHEAD = 6  # minutes that a clock may have been set back by since
_UNTOLD = HOUR  # minutes that a presence has not yet told of, at most, when a seat is killed
_HEX, _DIGITS = 15, frozenset("0123456789abcdef")


class Minutes:
    """`hours`: by the hour since 1970, bit i is its minute i; `total`: how many they are."""

    __slots__ = ("hours", "total")

    def __init__(self) -> None:
        self.hours: dict[int, int] = {}
        self.total = 0

    def add(self, since: int, bits: int) -> None:
        """Bit i of `bits` is the minute i after `since` (minutes since 1970); at most 60."""
        hour, offset = divmod(since, HOUR)
        both = bits << offset
        for at, part in ((hour, both & (1 << HOUR) - 1), (hour + 1, both >> HOUR)):
            known = self.hours.get(at, 0)
            if new := part & ~known:
                self.hours[at] = known | new
                self.total += new.bit_count()


def lived_to(lost: int, told: int) -> tuple[int, int]:
    """What a killed seat had not written down yet, and now tells the end of: from which minute on, and these minutes' bits."""
    told = max(told, lost + 1 - _UNTOLD)
    return told, (1 << max(0, lost + 1 - told)) - 1


def read_bits(line: Presence) -> int:
    """The minutes from `since` on, bit by bit; 0 if it is not written so."""
    if len(line.bits) != _HEX or line.since % MINUTE_MS or not _DIGITS.issuperset(line.bits):
        return 0
    return int(line.bits, 16)


def past_bits(line: Presence) -> int:
    """The same without minutes that were still to come."""
    told = min(max(0, (line.wall - line.since) // MINUTE_MS + AHEAD), HOUR)
    return read_bits(line) & (1 << told) - 1
