"""What was played in an account lately: what rules that somebody is about to choose are tried on."""

from __future__ import annotations

from host.wire import Request, Wire
from rules.facts import Played


class PlayedGet(Request["PlayedAnswer"], frozen=True, kw_only=True):
    """A guardian's question: today, and the seven days before."""

    op = "played"

    account: str


class PlayedAnswer(Wire, frozen=True, kw_only=True):
    """`plays` in the order of their beginnings. `whole`: false where there were more than are told."""

    plays: tuple[Played, ...]
    zone: str
    whole: bool = True
