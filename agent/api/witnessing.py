"""What is said to the agent of whoever sees its log from outside: witnesses, the couriers that go to them, and seats."""

from __future__ import annotations

from host.wire import Request, Wire
from i18n.message import Words

TRIES = 3  # of an errand: each answer may lead to another question


class WitnessLine(Wire, frozen=True, kw_only=True):
    """`key` is a C2SP verifier key. `size` and `at` (Unix ms) are of what it cosigned last, `problem` why not more."""

    name: str
    key: str
    url: str
    size: int = 0
    at: int | None = None
    problem: Words | None = None


class Witnesses(Wire, frozen=True, kw_only=True):
    """`size`: how many entries the log has. `zone`: the place's, for showing moments; "" where the agent does not say."""

    witnesses: tuple[WitnessLine, ...]
    size: int
    zone: str = ""


class WitnessList(Request["Witnesses"], frozen=True, kw_only=True):
    op = "witness.list"


class WitnessAdd(Request["Witnesses"], frozen=True, kw_only=True):
    """From now on ask the witness with this key, at this address, to cosign the log."""

    op = "witness.add"

    url: str
    key: str


class WitnessRemove(Request["Witnesses"], frozen=True, kw_only=True):
    op = "witness.remove"

    name: str


class Errand(Wire, frozen=True, kw_only=True):
    """What a witness is asked: to be posted to `url` as it is. No URL: nothing more to ask."""

    name: str
    url: str = ""
    body: bytes = b""


class Errands(Wire, frozen=True, kw_only=True):
    errands: tuple[Errand, ...]


class WitnessErrands(Request["Errands"], frozen=True, kw_only=True):
    """For a courier that may speak to the network where the agent may not: what there is to ask."""

    op = "witness.errands"


class WitnessAnswer(Request["Errand"], frozen=True, kw_only=True):
    """What the witness answered to an errand; what to ask it next. `status` 0: it could not be reached, and `body` says why."""

    op = "witness.answer"

    name: str
    asked: bytes
    status: int
    kind: str = ""
    body: bytes = b""


class LogFollow(Request["HeadShown"], frozen=True, kw_only=True):
    """By a seat, once a minute: the newest head, and that it goes on from the one of `trusted` entries."""

    op = "log.follow"

    trusted: int


class HeadShown(Wire, frozen=True, kw_only=True):
    """`consistency` is empty where the log has not got so many entries. `against`: what a witness has seen instead of it."""

    checkpoint: str
    consistency: tuple[bytes, ...] = ()
    against: Words | None = None
