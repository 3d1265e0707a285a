"""What a player asked for, and what a guardian answered: events with an id, merged by the same pure functions at both ends.

Moments are Unix milliseconds, lengths milliseconds.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec.structs import replace

from host.wire import Wire
from rules.installed import LetProgram
from rules.policy import Role

MOST_REQUESTS = 12  # of one player on one day
MOST_PROGRAMS = 200  # that are let through for one player

AnsweredBy: TypeAlias = Role | Literal["player"]
"""`player`: whoever asked took it back, which approves nothing."""

ProvedBy = Literal["account", "pin", "code"]
"""How somebody proved to be a guardian: by the account they asked from, a PIN, or a code by telephone."""


class RequestAnswer(Wire, frozen=True, kw_only=True):
    """`let`: the game or program is let through; `ms` of time were given as the grant of this id. `who` is the name of a
    guardian, whose account it was or who proved it (`how`), and whose id is `guardian`; else an account.
    """

    approved: bool
    by: AnsweredBy
    who: str
    at: int
    let: bool = False
    ms: int | None = None
    grant: str | None = None
    reason: str = ""
    guardian: str | None = None
    how: ProvedBy = "account"


class RequestEvent(Wire, frozen=True, kw_only=True):
    """The player asks, as `account`, for `ms` of time, for one `game` or (None) for all; or (0) to be let play the game, or run
    a `program` that was refused. It is gone with the day of the place in which it was asked. The first answer stands.
    """

    id: str
    player: str
    account: str
    ms: int
    game: str | None = None
    program: LetProgram | None = None
    reason: str = ""
    asked: int
    answer: RequestAnswer | None = None


def merged(known: RequestEvent | None, event: RequestEvent) -> RequestEvent:
    """What two sides know of one request: as it was told first, with the earlier of two answers."""
    if known is None or known.answer is None:
        return event if known is None else replace(known, answer=event.answer)
    if event.answer is None:
        return known
    return replace(known, answer=min(known.answer, event.answer, key=_order))


def _order(answer: RequestAnswer) -> tuple[int, bool, str, str]:
    """Of two at the same moment it is a refusal, and in any case the same one everywhere."""
    return answer.at, answer.approved, answer.who, answer.grant or ""
