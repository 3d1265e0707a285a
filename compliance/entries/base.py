"""What every entry of the log carries."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

MAX_INT = 2**53 - 1
Safe = Annotated[int, msgspec.Meta(ge=-MAX_INT, le=MAX_INT)]
"""An integer that every reader of JSON has exactly (RFC 8785). Whoever decodes an entry has this checked."""



class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every entry carries: where it stands in its seat's chain, both clocks, the commitment to its payload.

    `prev` is the hex SHA-256 of the seat's previous entry ("" for the first, seq 1); `mono` counts without sleep since
    `boot`; `wall` is the trusted wall time; `secret` the hex HMAC-SHA256 of a detached payload under its 32-byte salt, if there
    is one.
    """

    v: Literal[1] = 1
    seat: str
    boot: str
    seq: Safe
    prev: str
    mono: Safe
    wall: Safe
    secret: str | None = None
