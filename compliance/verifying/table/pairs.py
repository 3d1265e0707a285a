"""Entries that belong to another of their seat or of the log: raised and cleared, off and on, asked and answered. Pure.

One row of PAIRS is what opens, what closes it, and the key by which they are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, get_args

import msgspec
from msgspec import UNSET

from compliance.entries.base import Entry
from compliance.entries.decision import LaunchRefused
from compliance.entries.override import (
    Answered,
    Approval,
    ApprovalEnded,
    CodeUsed,
    EnforcementOff,
    EnforcementOn,
    GrantGiven,
    GrantRevoked,
    Paused,
    Requested,
    Resumed,
)
from compliance.entries.place import CheckedIn, CheckedOut
from compliance.entries.program import ProgramRefused
from compliance.entries.seat import (
    IssueCleared,
    IssueRaised,
    SeatEnrolled,
    SeatStart,
    SessionClosed,
    SessionOpened,
)
from compliance.format.chain import AGENT
from compliance.verifying.report import Finding
from compliance.verifying.table.context import Context, Key
from compliance.verifying.table.invariant import Breach, Found, Invariant
from i18n.message import Arg, Length, Message, Moment, msg, msgn
from rules.policy import Role

_AFTER_MS: Final = 14 * 60_000
_SLACK_MS: Final = 1_000
_MOST_OFF_MS: Final = 86_400_000
_ROLES: Final = get_args(Role)
_OFTEN: Final = (LaunchRefused, ProgramRefused)  # a game may be started twice in one millisecond


class Pair(NamedTuple):
    """`of`: the key of an entry of either kind. `again`: a second one of the same key is a failure, in these words. `missing`:
    what is said of a closing entry without an opening one; `kind`: of that finding, empty for a failure.
    """

    name: str
    opens: type[Entry]
    closes: type[Entry]
    of: Callable[[Any], Key]
    again: Message | None
    missing: Message | None
    kind: str = ""
    kept: bool = False  # after it was closed, too


def _of_seat(line: Any) -> Key:
    return line.seat, line.id


def _of_log(line: Any) -> Key:
    return (line.id,)


def _session(line: SessionOpened | SessionClosed) -> Key:
    return line.seat, str(line.seq if isinstance(line, SessionOpened) else line.opened)


_BEGAN = msg("it says that something is over which no entry says began")
PAIRS: Final = (
    Pair("issue", IssueRaised, IssueCleared, _of_seat, None, _BEGAN, "paired"),
    Pair("off", EnforcementOff, EnforcementOn, _of_seat, None, _BEGAN, "paired", kept=True),
    Pair("pause", Paused, Resumed, _of_seat, msg("there is another pause with its id"), _BEGAN, "paired", kept=True),
    Pair("approval", Approval, ApprovalEnded, _of_log, msg("there is another approval with its id"),
         msg("no approval with its id holds"), kept=True),
    Pair("session", SessionOpened, SessionClosed, _session, None, msg("no session {n} of this seat is open", n="")),
    Pair("checkin", CheckedIn, CheckedOut, _of_log, msg("there is another check-in with its id"),
         msg("no check-in with its id holds"), kept=True),
    Pair("request", Requested, Answered, _of_log, msg("there is another request with its id"), None, kept=True),
    Pair("grant", GrantGiven, GrantRevoked, _of_seat, None, None, kept=True),
)  # fmt: skip


def _closes(context: Context, line: Entry, key: Key) -> bool:
    """Whether it closes all of it: of a pause of everybody, one player alone may be let off."""
    opened = context.pairs.opened(*key)
    return not isinstance(line, Resumed) or line.who is None or opened is None or opened.who is not None


def _rows_of(pair: Pair) -> Iterator[Invariant]:
    key = "log, id" if pair.of is _of_log else "seat, session" if pair.of is _session else "seat, id"

    def again(context: Context, line: Any) -> Found:
        return (pair.name, *pair.of(line)) in context.pairs.began

    def missing(context: Context, line: Any) -> Found:
        unseen = pair.kind and not context.seats[line.seat].whole  # it may have begun before the log does
        if unseen or (isinstance(line, Resumed) and line.who is not None):  # of somebody who was removed
            return False
        return not context.pairs.holds((pair.name, *pair.of(line))) and Breach({"n": str(getattr(line, "opened", ""))})

    if pair.again is not None:
        yield Invariant(f"{pair.name}-once", f"Each has an id of its own ({pair.name}).", (pair.opens,), key, again, pair.again)
    if pair.missing is not None:
        yield Invariant(f"{pair.name}-began", f"What ends it ({pair.name}) names one that holds.", (pair.closes,), key, missing,
                        pair.missing, pair.kind)  # fmt: skip


# --- answers --------------------------------------------------------------------------------------------------------------


def _answered(context: Context, line: Answered) -> Found:
    grant = None if line.grant is None else context.pairs.opened("grant", line.seat, line.grant)
    if line.approved != (line.let or line.grant is not None) or (line.by == "player" and line.approved):
        return True
    return (None if grant is None else grant.ms) != line.ms


def _requested(context: Context, line: Answered) -> Found:
    """A seat whose chain was damaged may have lost the request."""
    request: Requested | None = context.pairs.opened("request", line.id)
    if request is None:
        return True
    other = line.asked is not UNSET and (line.game, line.asked) != (request.game, request.ms)
    return other and Breach(words=msg("it answers another request than the entry of that tells"))


# --- single entries -------------------------------------------------------------------------------------------------------


def _twice(context: Context, line: Entry) -> Found:
    last = context.seats[line.seat].last
    if last is None or last.mono != line.mono or last.wall != line.wall or type(last) is not type(line):
        return False
    return not isinstance(line, _OFTEN) and msgspec.structs.replace(last, seq=line.seq, prev=line.prev) == line


def _begins_otherwise(context: Context, line: Entry) -> Found:
    if line.seq != 1 or context.seats[line.seat].last is not None:
        return False
    if line.seat == AGENT:
        return not (isinstance(line, SeatEnrolled) and line.id == AGENT)
    return not isinstance(line, SeatStart)


def _two_ends(_: Context, line: SeatStart) -> Found:
    return line.clean and line.lost_from is not None


def _no_stop(context: Context, line: SeatStart) -> Found:
    return line.clean and context.seats[line.seat].stopped is False


def _other_end(context: Context, line: SeatStart) -> Found:
    return not line.clean and (line.lost_from is None or bool(context.seats[line.seat].stopped))


ROWS: Final = (
    *(row for pair in PAIRS for row in _rows_of(pair)),
    Invariant("off-for-a-day", "Nothing is enforced for a day at most.", (EnforcementOff,), "entry",
              lambda _, line: not 0 < line.until - line.wall <= _MOST_OFF_MS + _SLACK_MS,
              msg("it is for longer than a day, or for no time")),
    Invariant("given-then", "Extra time is given at the moment of its entry.", (GrantGiven,), "entry",
              lambda _, line: abs(line.given - line.wall) > _AFTER_MS,
              msg("its time was given at another moment than this"), "paired"),
    Invariant("given-by-somebody", "Extra time is more than none, and somebody's who may give it.", (GrantGiven, CodeUsed),
              "entry", lambda _, line: line.ms <= 0 or getattr(line, "by", _ROLES[0]) not in _ROLES,
              msg("nobody can have given it")),
    Invariant("answer-says-what", "An answer says what was approved, and gives what its seat's entry of that time says.",
              (Answered,), "seat, id", _answered, msg("it does not say what was approved")),
    Invariant("answer-to-request", "An answer goes with its request: its game, its time, its player.", (Answered,), "log, id",
              _requested, msg("no entry tells of the request that it answers"), "request", each=True, late=True),
    Invariant("not-twice", "No entry but of refused starts is there twice.", (), "seat", _twice,
              msg("the same entry is there twice"), "paired"),
    Invariant("chain-begins", "A chain begins with a start, the agent's with its key.", (), "seat", _begins_otherwise,
              msg("the chain of its seat does not begin with a start, or that of the agent with its key"), "paired"),
    Invariant("start-says-one-thing", "A start says either that the last run ended in order or when it was lost.",
              (SeatStart,), "seat", _two_ends, msg("it says both that the last run ended in order and when it was lost")),
    Invariant("stop-before-start", "A run that ended in order has an entry that says so.", (SeatStart,), "seat", _no_stop,
              msg("it says that the last run ended in order, but no entry says so")),
    Invariant("start-after-loss", "A start after a run that was lost says since when.", (SeatStart,), "seat", _other_end,
              msg("it contradicts how the run before it ended"), "paired"),
)  # fmt: skip


# --- what entries teach ---------------------------------------------------------------------------------------------------


def _learn(context: Context, where: Arg, line: Any) -> None:
    state = context.pairs
    kind: type[Entry] = type(line)
    pair = _BY_KIND[kind]
    key = (pair.name, *pair.of(line))
    if kind is pair.opens:
        if not pair.kept or key not in state.began or pair.name == "pause":
            state.began[key] = (where, line)
            state.over.pop(key, None)
        if pair.name == "pause":
            state.pauses.see(where)
    elif pair.name != "request" and _closes(context, line, key):
        if pair.kept:
            state.over.setdefault(key, line)
        else:
            state.began.pop(key, None)


_BY_KIND: Final[dict[type[Entry], Pair]] = {kind: pair for pair in PAIRS for kind in (pair.opens, pair.closes)}
LEARN: Final[dict[type[Entry], Any]] = dict.fromkeys(_BY_KIND, _learn)


def findings(context: Context, zone: str) -> Iterator[Finding]:
    """Pauses, and times in which nothing was enforced, with moments in `zone`: nothing of it is forbidden."""
    state = context.pairs
    if state.pauses.n:
        told = msgn("play was paused {n} time", "play was paused {n} times", state.pauses.n)
        yield Finding("pause", state.pauses.first, told)
    for (name, *key), (where, line) in state.began.items():
        if name == "off":
            over = state.over.get((name, *key))
            until = line.until if over is None else min(over.wall, line.until)
            since, lasted = Moment(line.wall, zone, "full"), Length(max(0, until - line.wall))
            said = msg("a guardian had nothing enforced for {length}, from {since}", length=lasted, since=since)
            yield Finding("enforcement-off", where, said)
