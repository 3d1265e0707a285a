"""How a play ends, as a state machine: Free, Warned, Saving, Ended. Pure: it is told what the rules say, and when.

A play is asked to close only when the moment has come that it was warned of. What nobody could foresee (a new limit, a
changed clock) leaves it a minute. When the rules allow more than was announced, it is free again.

    Free --warned--> Warned --at its end--> Saving --time to save is over--> Ended --while it lives--> Ended
    Warned, Saving, Ended --more is allowed--> Free

While it saves it is left alone, but for one thing: ten seconds before its time to save ends its windows are asked to close,
once. Most games do so at that moment, so it is not before: the player has the time that was promised. What it cannot answer
with "save?", a signal, comes when the time to save is over, and a moment after that it is ended.

All moments are milliseconds of the clock that play is counted on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Literal, TypeAlias

from rules.decision import NoticeAt
from rules.policy import NEWS_MS
from rules.save_time import CLOSE_MS

SIGNAL_MS = 2_000  # between the signal to end, which a program may act upon, and its end
RETRY_MS = 1_000
SAME_MS = 500  # an end that moved by less has not moved: two clocks are never read in one instant
_AGAIN_MS = 100

Stored: TypeAlias = Literal["free", "warned", "told", "saving"]


# --- what the rules say ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may go on: to `until`, if an end is in sight. `warn_at`: when to say so, in order."""

    until: int | None = None
    warn_at: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """It has to end, and gets `grace` milliseconds to save."""

    grace: int


Ruled: TypeAlias = Allowed | Refused


# --- how far it is --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Free:
    """Nothing was said that still holds. `until` is the end that the rules foresee, `warn_at` when to warn of it."""

    until: int | None = None
    warn_at: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Warned:
    """The player knows that it ends at `until`; `warn_at` are the reminders still to come."""

    until: int
    warn_at: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Saving:
    """It may save until `until`. `asked`: its windows were, to close. That is not done twice, which could answer its "save?"
    with no.
    """

    until: int
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Ended:
    """Its time is over, and it was told to end. What still lives at `until` is ended, and then again and again."""

    until: int


State: TypeAlias = Free | Warned | Saving | Ended
BEGUN = Free(until=0)  # nothing was promised to it, so no end that the rules name is news


# --- what is to be done ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Warn:
    """Tell the player that `left` milliseconds remain."""

    left: int


class Do(Enum):
    DUE = "record that it has to end, and why; tell the player to save"
    ASK_TO_CLOSE = "ask its windows to close"
    TERMINATE = "tell its programs to end"
    END = "end its programs"


Action: TypeAlias = Warn | Do
Step: TypeAlias = tuple[State, tuple[Action, ...]]


def step(state: State, ruled: Ruled, now: int) -> Step:
    """The next state, and what is to be done, in this order."""
    return _allowed(state, ruled, now) if isinstance(ruled, Allowed) else _refused(state, ruled.grace, now)


def _allowed(state: State, ruled: Allowed, now: int) -> Step:
    until = ruled.until
    if isinstance(state, Saving | Ended):
        return _remind(Free(until, ruled.warn_at), now)
    if not _moved(state.until, until):
        soon = tuple(at for at in state.warn_at if at <= now + SAME_MS)
        return _remind(replace(state, warn_at=soon + tuple(at for at in ruled.warn_at if at > now + SAME_MS)), now)
    if until is not None and until - now < NEWS_MS and (state.until is None or until < state.until):
        return _news(state, now)
    return _remind(Free(until, ruled.warn_at), now)


def _refused(state: State, grace: int, now: int) -> Step:
    match state:
        case Warned(until) if now >= until - SAME_MS:
            saving, actions = _ask(Saving(now + grace, asked=False), now)
            return saving, (Do.DUE, *actions)
        case Free() | Warned():
            return _news(state, now)
        case Saving(until, asked) if now < until or not asked:
            return _ask(state if now < until else Saving(now + CLOSE_MS, asked=False), now)  # late, as nobody was here
        case Saving():
            return Ended(now + SIGNAL_MS), (Do.TERMINATE,)
        case Ended(until) if now < until:
            return state, ()
        case _:
            return Ended(now + RETRY_MS), (Do.END,)


def _ask(state: Saving, now: int) -> Step:
    """Its windows, if the moment for that has come."""
    if state.asked or now < state.until - CLOSE_MS:
        return state, ()
    return Saving(state.until), (Do.ASK_TO_CLOSE,)


def _news(state: Free | Warned, now: int) -> Step:
    """Its end came closer than anybody could know: it gets a minute, or what it was warned of where that is less."""
    if isinstance(state, Warned) and state.until <= now + NEWS_MS:
        return _remind(state, now)
    return Warned(now + NEWS_MS), (Warn(NEWS_MS),)


def _remind(state: Free | Warned, now: int) -> Step:
    """One warning where one or several are due."""
    if state.until is None or not state.warn_at or state.warn_at[0] > now:
        return state, ()
    ahead = tuple(at for at in state.warn_at if at > now)
    return Warned(state.until, ahead), (Warn(max(0, state.until - now)),)


def _moved(known: int | None, until: int | None) -> bool:
    if known is None or until is None:
        return known is not until
    return abs(until - known) > SAME_MS


def next_moment(state: State, now: int) -> int | None:
    """In how many milliseconds, more than 0, something changes if the rules say nothing new. None: never."""
    moment = state.until
    if isinstance(state, Free | Warned) and state.warn_at:
        moment = min(state.warn_at) if moment is None else min(*state.warn_at, moment)
    elif isinstance(state, Saving) and not state.asked:
        moment = state.until - CLOSE_MS
    if moment is None:
        return None
    return moment - now if moment > now else _AGAIN_MS  # its moment has come, and the rules' clock is a little behind


def saving_ms(state: State, now: int) -> int | None:
    """How long it is left alone: until its windows are asked to close, then until it is told to end. None: it does not
    have to end yet.
    """
    if isinstance(state, Saving) and not state.asked:
        return max(0, state.until - CLOSE_MS - now)
    return max(0, state.until - now) if isinstance(state, Saving | Ended) else None


def begun(saves: int | None, now: int) -> State:
    """A play that begins. `saves`: a game that has to end by then has started it; nothing is asked of it while that closes."""
    return BEGUN if saves is None else Saving(saves, asked=now >= saves - CLOSE_MS)


# --- over a restart -------------------------------------------------------------------------------------------------------


def to_store(state: State) -> tuple[Stored, int | None]:
    """What has to be known of it after a restart: how far it was, and until when."""
    match state:
        case Free():
            return "free", None
        case Warned(until):
            return "warned", until
        case Saving(until, asked=False):
            return "told", until
        case Saving(until) | Ended(until):
            return "saving", until


def from_store(how: Stored, until: int | None) -> State:
    """Goes on where a former run was: what it was warned of holds, and it saves no longer than it might have. The rules say
    which reminders are still to come.
    """
    if until is None or how == "free":
        return BEGUN
    return Warned(until) if how == "warned" else Saving(until, asked=how != "told")


_SAME_MS = 500  # two clocks may disagree by a little on the moment of a notice that was shown


@dataclass(frozen=True, slots=True)
class Notices:
    """By rule: the one that is `coming`, and when the last one was `shown`. Moments are of the trusted wall clock."""

    coming: Mapping[str, NoticeAt] = field(default_factory=dict)
    shown: Mapping[str, int] = field(default_factory=dict)

    def step(self, named: Iterable[NoticeAt], now: int) -> tuple[Notices, tuple[NoticeAt, ...]]:
        """Takes the next notices, as the rules name them. Shows what was announced and is due, or is due within half a second
        and no longer named by the rules.
        """
        then = {one.rule: one for one in named}
        ripe = tuple(
            one
            for one in self.coming.values()
            if one.at <= now or (one.at <= now + _SAME_MS and not _same(one.at, then.get(one.rule)))
        )
        shown = {**self.shown, **{one.rule: one.at for one in ripe}}
        coming = {rule: one for rule, one in then.items() if not _same(shown.get(rule), one)}
        return Notices(coming, shown), ripe

    def next_moment(self, now: int) -> int | None:
        """In how many milliseconds the next one is to be shown."""
        return min((one.at - now for one in self.coming.values()), default=None)


def _same(at: int | None, notice: NoticeAt | None) -> bool:
    return at is not None and notice is not None and abs(notice.at - at) <= _SAME_MS
