"""What a child and a guardian say to each other through the daemon: requests and answers, pauses, proofs of who somebody is.

Moments are Unix milliseconds, lengths milliseconds. `token`: what `Prove` gave, where a guardian acts at somebody else's
account; "" acts as the calling account.
"""

from __future__ import annotations

from typing import Final

from daemon.api.messages import GrantAnswer, Ok, Outlook
from host.wire import Request, Wire
from i18n.message import Arg, Length, Message, msg


class RequestAdd(Request["Requested"], frozen=True, kw_only=True):
    """The player of the calling account asks for more time, for a game that is not let through, or for a program that was not
    let run (`program`: the SHA-256 that the signal of its refusal named).
    """

    op = "request.add"

    ms: int = 15 * 60_000
    game: str | None = None
    program: str | None = None
    reason: str = ""


class Requested(Wire, frozen=True, kw_only=True):
    id: str


class RequestsGet(Request["Requests"], frozen=True, kw_only=True):
    """A guardian is told of all open ones; a player of their own of today, answered ones too."""

    op = "request.list"


class Answer(Wire, frozen=True, kw_only=True):
    """`who` answered, when, and why; `ms`: how much was given, None where a game or program was let through, or nothing was.
    `withdrawn`: nobody answered, whoever asked took it back.
    """

    approved: bool
    who: str
    at: int
    ms: int | None = None
    reason: str = ""
    withdrawn: bool = False


class RequestPart(Wire, frozen=True, kw_only=True):
    """`title`: of the game, or the name of the program's file; None where time for all games is asked for. `ms` 0: no time is
    asked for. `lets`: a yes lets the game through, would have, or did, as the rules want a guardian's; else it gives time.
    """

    id: str
    player: str
    name: str
    game: str | None
    title: str | None
    program: str | None
    ms: int
    reason: str
    asked: int
    answer: Answer | None = None
    lets: bool = False


class Requests(Wire, frozen=True, kw_only=True):
    """`zone`: the place's, in which moments are shown."""

    requests: tuple[RequestPart, ...]
    zone: str


class RequestApprove(Request[GrantAnswer], frozen=True, kw_only=True):
    """`ms` None: as much as was asked for."""

    op = "request.approve"

    id: str
    ms: int | None = None
    reason: str = ""
    token: str = ""


class RequestDeny(Request[Ok], frozen=True, kw_only=True):
    op = "request.deny"

    id: str
    reason: str = ""
    token: str = ""


class RequestWithdraw(Request["Withdrawn"], frozen=True, kw_only=True):
    """The account that asked takes back what nobody has answered yet."""

    op = "request.withdraw"

    id: str


class Withdrawn(Wire, frozen=True, kw_only=True):
    id: str


class Pause(Request["Paused"], frozen=True, kw_only=True):
    """Nobody plays (`player` None), or the player does not, until then or until it is taken back."""

    op = "pause"

    player: str | None = None
    until: int | None = None
    reason: str = ""
    token: str = ""


class Resume(Request["Paused"], frozen=True, kw_only=True):
    """Takes back the pause of the player, or (`player` None) all."""

    op = "resume"

    player: str | None = None
    token: str = ""


class PausedPart(Wire, frozen=True, kw_only=True):
    """`after`: what may be played now: of the `game` (`title`) that is played, or (None) by the rules over all games. `longer`:
    that is another pause than the one asked for, of all or of the player alone, which holds for longer.
    """

    id: str
    name: str
    paused: bool
    until: int | None = None
    game: str | None = None
    after: Outlook | None = None
    title: str = ""
    longer: bool = False


class Replaced(Wire, frozen=True, kw_only=True):
    """A pause that held until then; None: until somebody resumed."""

    until: int | None


class Paused(Wire, frozen=True, kw_only=True):
    """How those stand that were meant. `changed`: false where it was so before. `instead`: the one whose place this took."""

    players: tuple[PausedPart, ...]
    zone: str
    changed: bool = True
    instead: Replaced | None = None


class Off(Request["OffAnswer"], frozen=True, kw_only=True):
    """Nothing is enforced for a while; what is played is still counted and written. `ms` 0: enforce again."""

    op = "off"

    ms: int
    reason: str


class OffAnswer(Wire, frozen=True, kw_only=True):
    """`until` None: everything is enforced. `changed`: false where it was so before."""

    until: int | None
    zone: str
    changed: bool = True


class Prove(Request["Proved"], frozen=True, kw_only=True):
    """A guardian proves by PIN who they are, at somebody else's account. Wrong ones count, and lock that account's proofs."""

    op = "guardian.prove"
    patience = 15.0

    guardian: str
    pin: str


class Proved(Wire, frozen=True, kw_only=True):
    """`token` is good for the calling account until `until`, and may grant, revoke, approve, deny, pause and resume."""

    token: str
    id: str
    name: str
    until: int


PROOF_MS: Final = 10 * 60_000
"""How long a token is good at most, by a clock that nobody sets."""

PROOF_OVER: Final = msg("the proof by PIN is over: give the PIN again")
"""With this a token is refused that is good for nothing any more: who has it may forget it."""


class GuardianLeave(Request[Ok], frozen=True, kw_only=True):
    """Whoever proved it goes: the calling account's token is good for nothing any more. One that nobody knows is no mistake."""

    op = "guardian.leave"
    patience = 2.0

    token: str


class CodeUse(Request[GrantAnswer], frozen=True, kw_only=True):
    """A guardian's code by telephone: approves what the player asks for, at most the guardian's ceiling; without an open
    request it grants `ms` (default 15 minutes).
    """

    op = "code.use"
    patience = 15.0

    player: str
    digits: str
    ms: int | None = None


class MeGet(Request["Me"], frozen=True, kw_only=True):
    """Who the calling account is here: what a tray's menu depends on."""

    op = "me"


class Me(Wire, frozen=True, kw_only=True):
    """`guardian`: whether a display treats the account so; at a public place only where it is named as a guardian's. `player`:
    the id of who plays under the account. `proving`: names of guardians who may prove by PIN who they are. `locked`: until when
    no PIN and no code is taken from this account. `hotline`: the place's number for the protection of children, beside the
    national one.
    """

    account: str
    guardian: bool
    player: str | None
    proving: tuple[str, ...] = ()
    codes: bool = False
    locked: int | None = None
    hotline: str = ""


def wish(part: RequestPart) -> Message:
    """Who asks for what."""
    told: dict[str, Arg] = {"player": part.name, "what": part.title or "", "more": Length(part.ms)}
    if part.program is not None:
        return msg("{player} asks to run {what}", **told)
    if part.lets:
        return msg("{player} asks to play {what}", **told)
    if part.game is not None:
        return msg("{player} asks for {more} more of {what}", **told)
    return msg("{player} asks for {more} more", **told)


def withdrawn(part: RequestPart) -> Message:
    """What a guardian need not answer any more."""
    return msg("Taken back: {said}", said=wish(part))


def answered(part: RequestPart, answer: Answer) -> Message:
    """What the answer was, to whoever asked."""
    told: dict[str, Arg] = {"what": part.title or "", "more": Length(answer.ms or 0), "reason": answer.reason}
    if answer.withdrawn:
        return msg("Taken back")
    if not answer.approved:
        return msg("No: {reason}", **told) if answer.reason else msg("No", **told)
    if answer.ms is None:
        return msg("Yes: {what} is let through", **told)
    return msg("Yes: {more} more of {what}", **told) if part.title else msg("Yes: {more} more", **told)
