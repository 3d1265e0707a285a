"""What rules would have done to play that was recorded under others: every recorded moment is kept or cut. Pure.

The player is taken to want to play at exactly the recorded moments. One of them is kept if `rules.decide` allows the game then,
what was kept before it being all that was played; otherwise it is cut. So what was cut counts as not played and leaves time for
later, and who was refused or ended while the play was still going on goes on as soon as the rules allow it. Plays end at the
moment at which they are due: warnings and the seconds to close a game are left out.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from rules.calendar import DAY_MS
from rules.decide import decide
from rules.decision import Reason
from rules.engine.reach import NEVER
from rules.facts import Facts, Grant, Played
from rules.policy import Place, Policy
from rules.usage import account
from rules.verdict import Verdict

# Upper bounds in every zone; a grant counts on its own day only.
_PERIOD_MS = {"day": 2 * DAY_MS, "week": 9 * DAY_MS, "month": 33 * DAY_MS, "session": 0}


@dataclass(frozen=True, slots=True)
class Given:
    """A grant as it became known: from its own moment on, until it was revoked (Unix ms)."""

    grant: Grant
    revoked: int = NEVER

    def known(self, at: int) -> bool:
        """Whether somebody deciding at `at` knew of it, and it can still matter."""
        lapsed = self.grant.given + max(self.grant.ms, _PERIOD_MS["day"])
        return self.grant.given <= at < min(self.revoked, lapsed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """All that decisions depend on beside play, through time.

    `places` are (since, place) in order, the first one also holding before; `approved` are (since, game, until). Moments are
    Unix ms.
    """

    places: tuple[tuple[int, Place], ...]
    born: date | None = None
    guardian: bool = False
    grants: tuple[Given, ...] = ()
    approved: tuple[tuple[int, str, int], ...] = ()

    def facts(self, play: Played, now: int, played: tuple[Played, ...]) -> Facts:
        """The facts of a decision on this play at `now`."""
        place = self.places[0][1]
        for since, changed in self.places:
            place = changed if since <= now else place
        return Facts(
            now=now, place=place, game=play.game, publisher=play.publisher, label=play.label, system=play.system,
            born=self.born, guardian=self.guardian, played=played,
            grants=tuple(one.grant for one in self.grants if one.known(now)),
            approved=frozenset(game for since, game, until in self.approved if since <= now < until), sure=play.sure,
        )  # fmt: skip

    def moments(self) -> tuple[int, ...]:
        """When something here changes, in order."""
        grants = {moment for one in self.grants for moment in (one.grant.given, one.revoked)}
        approvals = {moment for since, _, until in self.approved for moment in (since, until)}
        return tuple(sorted({*grants, *approvals, *(since for since, _ in self.places)} - {NEVER}))


@dataclass(frozen=True, slots=True)
class Piece:
    """[start, end), in Unix ms, of the recorded play `number`: kept (allow), or cut for this reason, the one at its start."""

    number: int
    play: Played
    start: int
    end: int
    verdict: Verdict
    reason: Reason | None

    @property
    def kept(self) -> bool:
        return self.verdict == "allow"

    @property
    def rule(self) -> str:
        """The rule that cut it, "" if it was kept."""
        return "" if self.reason is None else self.reason.rule

    def played(self, end: int) -> Played:
        """What of it was played by `end`."""
        return replace(self.play, start=self.start, ms=end - self.start)


def replay(policy: Policy, plays: Iterable[Played], setting: Setting) -> Iterator[Piece]:
    """The pieces of these plays under this policy, in the order in which they end. A play's pieces make up all of it.

    `plays` come in the order of their beginnings (ValueError), and may overlap: several games at once. They are read one by
    one, and no more is remembered than rules can ask about.
    """
    walk = _Walk(policy, setting)
    for number, play in enumerate(plays):
        if play.start < walk.now:
            raise ValueError(f"play {number} begins before the one before it")
        yield from walk.to(play.start)
        if play.ms > 0:
            walk.join(number, play)
    yield from walk.to(NEVER)


class _Run:
    """A recorded play that is going on: the piece that began last, to be cut off, and the moment at which to ask again."""

    __slots__ = ("again", "number", "piece", "play")

    def __init__(self, number: int, play: Played) -> None:
        self.number = number
        self.play = play
        self.again = play.start
        self.piece: Piece | None = None

    @property
    def end(self) -> int:
        return self.play.start + self.play.ms


class _Walk:
    """Walks from one moment to the next at which a decision can become another.

    An allowed play is not affected by others: a rule that counts them counts it as well. A refusal may last longer than it
    said, because others play meanwhile, so it is judged again then. It ends earlier in one case: a grant that names a game
    covers its publisher's other games from the moment at which that game is played.
    """

    def __init__(self, policy: Policy, setting: Setting) -> None:
        self.now = -NEVER
        self._policy = policy
        self._setting = setting
        self._moments = setting.moments()
        self._runs: list[_Run] = []
        self._memory = _Memory(policy, {one.grant.game for one in setting.grants})

    def join(self, number: int, play: Played) -> None:
        """A play begins now."""
        self._runs.append(_Run(number, play))

    def to(self, end: int) -> Iterator[Piece]:
        """Walk on to `end`, or to the end of all plays."""
        while self._runs and self.now < end:
            news = yield from self._decide()
            ahead = self.now + 1 if news else min(run.again for run in self._runs)
            self.now = min(end, ahead, next((at for at in self._moments if at > self.now), NEVER))
            yield from self._leave()
        if end < NEVER:
            self.now = end

    def _decide(self) -> Generator[Piece, None, bool]:
        """What holds from now on. Whether a game began that a grant names."""
        news = False
        pieces = [run.piece for run in self._runs if run.piece is not None]
        going = tuple(piece.played(self.now) for piece in pieces if piece.kept and piece.start < self.now)
        played = (*self._memory.played, *going)
        for run in self._runs:
            decision = decide(self._policy, self._setting.facts(run.play, self.now, played))
            reason = None if decision.verdict == "allow" else decision.reason
            piece = Piece(run.number, run.play, self.now, run.end, decision.verdict, reason)
            if run.piece is None or (piece.verdict, piece.rule) != (run.piece.verdict, run.piece.rule):
                yield from self._close(run)
                run.piece = piece
                if piece.kept:
                    self._memory.begin(self.now, alone=not going)
                    news = news or self._memory.named(run.play)
            run.again = min(run.end, NEVER if decision.until is None else max(decision.until, self.now + 1))
        return news

    def _close(self, run: _Run) -> Iterator[Piece]:
        if run.piece is not None and run.piece.start < self.now:
            if run.piece.kept:
                self._memory.add(run.piece.played(self.now))
            yield replace(run.piece, end=self.now)

    def _leave(self) -> Iterator[Piece]:
        for run in self._runs:
            if run.end <= self.now:
                yield from self._close(run)
        self._runs = [run for run in self._runs if run.end > self.now]


class _Memory:
    """What was kept and has ended, as far back as some rule can ask about it: a year takes no more room than a month."""

    def __init__(self, policy: Policy, granted: AbstractSet[str | None]) -> None:
        budgets = [rule for pack in policy.packs for rule in pack.budgets]
        breaks = [rule for pack in policy.packs for rule in pack.breaks]
        self._period = max((_PERIOD_MS[rule.period] for rule in budgets), default=0)
        self._pause = max((*(rule.pause_ms for rule in budgets), *(rule.rest_ms for rule in breaks)), default=0)
        self._granted = granted
        self._named: dict[tuple[str, str | None], Played] = {}
        self._ended: tuple[Played, ...] = ()
        self._session = self._last = -NEVER  # the beginning of the present one of all plays, and its last end

    @property
    def played(self) -> tuple[Played, ...]:
        return (*self._named.values(), *self._ended)

    def named(self, play: Played) -> bool:
        """Whether a grant names its game."""
        return play.game in self._granted

    def begin(self, at: int, *, alone: bool) -> None:
        """Something is kept from now on; `alone`: nothing was just before."""
        if alone and at - self._last >= self._pause:
            self._session = at

    def add(self, part: Played) -> None:
        """What has just ended."""
        end = self._last = part.start + part.ms
        if self.named(part):  # a grant also asks whose a game is, however long ago it was played
            self._named[part.game, part.publisher] = replace(part, ms=0)
        self._ended = account(self._ended, part, min(end - self._period, self._session))
