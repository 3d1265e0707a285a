"""The minutes in which a seat was alive, each once however often it was told. Pure."""

from __future__ import annotations

MINUTE_MS = 60_000
_HOUR = 60


class Minutes:
    """`hours`: by the hour since 1970, bit i is its minute i."""

    __slots__ = ("hours",)

    def __init__(self) -> None:
        self.hours: dict[int, int] = {}

    def add(self, since: int, bits: int) -> None:
        """Bit i of `bits` is the minute i after `since` (minutes since 1970); at most 60."""
        hour, offset = divmod(since, _HOUR)
        both = bits << offset
        for at, part in ((hour, both & (1 << _HOUR) - 1), (hour + 1, both >> _HOUR)):
            if part:
                self.hours[at] = self.hours.get(at, 0) | part

    def count(self) -> int:
        return sum(bits.bit_count() for bits in self.hours.values())
