"""Where entries stand in their chains: the little of them that appending needs."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from compliance.entry import MAX_BYTES, not_an_entry, too_long


class Place(msgspec.Struct, gc=False):
    seat: str
    seq: int


_places = msgspec.json.Decoder(Place)


def places_of(entries: Sequence[bytes]) -> list[Place]:
    """EntryError: one names no seat and seq, or is too long."""
    longest = max(map(len, entries), default=0)
    if longest > MAX_BYTES:
        raise too_long(longest)
    try:
        return [_places.decode(data) for data in entries]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise not_an_entry(error) from None
