"""Answers that many requests have."""

from __future__ import annotations

from host.wire import Wire
from i18n.message import Words
from rules.policy import Weekday


class Who(Wire, frozen=True, kw_only=True):
    """A player, as an answer names them."""

    id: str
    name: str


class Done(Wire, frozen=True, kw_only=True):
    """It is durable. `number` is that of the roster that holds it, `id` and `name` those of what was made or changed, `player`
    whom it was made for; `notes` are for the user as well. `limits`: of `limit.set`, those that it took the place of, or took
    away. `packs`: of `policy.use`, those in force now, as PACK:key=value.
    """

    number: int
    id: str = ""
    name: str = ""
    player: Who | None = None
    notes: tuple[Words, ...] = ()
    limits: tuple[LimitRow, ...] = ()
    packs: tuple[str, ...] = ()


class LimitRow(Wire, frozen=True, kw_only=True):
    """`game` None is all games."""

    game: str | None
    day: Weekday
    ms: int


class Chunk(Wire, frozen=True, kw_only=True):
    """A piece of a file."""

    data: bytes
