"""Who may ask for what, and whom or what they mean. Roles say which commands; the mapping of accounts says who is limited."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from agent.api import naming
from agent.api.asked import ProvedBy
from agent.api.roster import Guardian, Staff
from agent.api.staff import works_as
from daemon.api.asking import PROOF_MS, PROOF_OVER
from daemon.sessions import InForce, People, RuledPlayer
from host import choose
from host.api import SYSTEM_USERS, Kind, UserId
from host.transport import Caller
from host.wire import ApiError
from i18n.message import msg, typed
from rules.engine.reach import approver
from rules.games import Game
from rules.policy import Role

_MOST = 16  # of one account


@dataclass(frozen=True, slots=True)
class _Token:
    uid: UserId
    guardian: str
    pin: str
    until: int


@dataclass(slots=True, eq=False)
class Tokens:
    """Moments are milliseconds of elapsed time, which nobody sets."""

    _known: dict[str, _Token] = field(default_factory=dict)

    def add(self, uid: UserId, guardian: Guardian, elapsed: int) -> str:
        """A token for this account, which proved the guardian's PIN."""
        alive = {name: one for name, one in self._known.items() if elapsed < one.until}
        own = [name for name, one in alive.items() if one.uid == uid]
        for name in own[: max(0, len(own) - _MOST + 1)]:
            del alive[name]
        made = secrets.token_urlsafe(24)
        self._known = {**alive, made: _Token(uid, guardian.id, guardian.pin or "", elapsed + PROOF_MS)}
        return made

    def forget(self, token: str, uid: UserId) -> None:
        """It is good for nothing any more, if it is this account's."""
        self._known = {name: one for name, one in self._known.items() if name != token or one.uid != uid}

    def of(self, token: str, uid: UserId, elapsed: int, guardians: Iterable[Guardian]) -> Guardian | None:
        """Who is meant; None if it is over, another account's, or the guardian has another PIN by now, or none."""
        known = self._known.get(token)
        if known is None or known.uid != uid or elapsed >= known.until:
            return None
        return next((one for one in guardians if one.id == known.guardian and one.pin == known.pin), None)


@dataclass(frozen=True, slots=True)
class Acting:
    """On whose word something is done: `who`, the name of the guardian whose account it is or (`how`) who proved it, whose id
    is `guardian`, else an account. `by`: as what, which says which rules yield.
    """

    who: str
    guardian: str | None
    how: ProvedBy
    by: Role


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """`own_uid`: the account that the daemon runs as; `home`: in what kind of home; `elapsed`: milliseconds since boot.
    ApiError for whatever is refused or unknown.
    """

    in_force: InForce
    own_uid: UserId
    home: Kind
    elapsed: Callable[[], int]
    tokens: Tokens = field(default_factory=Tokens)

    def roles(self, caller: Caller) -> frozenset[str]:
        people = self.in_force.people
        accounts = frozenset[str]() if people is None else people.guardians
        works = self._works(caller)
        operator = caller.admin or (works is not None and works.role == "operator")
        guardian = operator or caller.uid in {*SYSTEM_USERS, self.own_uid} or caller.account in accounts
        return frozenset({"any", "guardian"} if guardian else {"any"})

    def guardian(self, caller: Caller) -> bool:
        return "guardian" in self.roles(caller)

    def giving(self, caller: Caller, token: str) -> Acting:
        """As `acting`; also staff at the counter, to customers."""
        works = self._works(caller)
        if token or works is None or self.guardian(caller):
            return self.acting(caller, token)
        return Acting(works.name, None, "account", "staff")

    def check_other(self, caller: Caller, token: str, player: RuledPlayer) -> None:
        """ApiError: staff gives nothing to whoever plays in their own account."""
        theirs = self.people().player_of(caller.account) is player
        if theirs and not token and not self.guardian(caller) and self._works(caller):
            raise ApiError("refused", msg("nobody gives time to themselves: an operator may"))

    def served(self, caller: Caller) -> RuledPlayer | None:
        """The one player whose requests and extra time the caller may see; None: everybody's, as whoever answers them."""
        return None if self._works(caller) is not None else self.only(caller)

    def _works(self, caller: Caller) -> Staff | None:
        return None if self.in_force.people is None else works_as(caller.account, self.in_force.people.roster)

    def acting(self, caller: Caller, token: str) -> Acting:
        """On whose word the caller acts. Whoever proved a PIN gives time, answers and pauses, and nothing else asks for it."""
        if not token:
            if not self.guardian(caller):
                raise ApiError("refused", msg("only a guardian may do that"))
            named = None if self.in_force.people is None else self.in_force.people.guardian_of(caller.account)
            who, id_ = (caller.account, None) if named is None else (named.name, named.id)
            return Acting(who, id_, "account", self._role(caller.account))
        found = self.tokens.of(token, caller.uid, self.elapsed(), self.provers())
        if found is None:
            raise ApiError("refused", PROOF_OVER)
        return Acting(found.name, found.id, "pin", "guardian")

    def _role(self, account: str) -> Role:
        """Who manages a public place is its staff there, unless named as a guardian: no parent's yes is theirs to give."""
        people = self.in_force.people
        return "guardian" if people is None or account in people.guardians else approver(people.place)

    def provers(self) -> tuple[Guardian, ...]:
        """The guardians whose PIN or code counts."""
        return self.people().provers

    def people(self) -> People:
        if self.in_force.people is None:
            program = "giochoi-agent"
            if self.home == "system":
                program = choose.service().to_start(program)
            raise ApiError("unavailable", msg("no list of players came from the agent yet; start {program}", program=program))
        return self.in_force.people

    def only(self, caller: Caller) -> RuledPlayer | None:
        """The one player that the caller may see, as which they play; None: everybody."""
        if self.guardian(caller):
            return None
        return self.own(caller)

    def own(self, caller: Caller) -> RuledPlayer:
        """Whose account this is."""
        own = self.people().player_of(caller.account)
        if own is None:
            raise ApiError("refused", msg("this account is not a player's"))
        return own

    def visible(self, caller: Caller, name: str) -> RuledPlayer:
        """The player of that name, "" for the caller, if the caller may see them. Whoever may see only one is not told who else
        there is.
        """
        if not name:
            return self._oneself(caller)
        only = self.only(caller)
        if only is None:
            return self.player(name)
        if self.people().find(name) is not only:
            own = typed(only.registered.name)
            raise ApiError("refused", msg("you can see only your own: leave the name out, or type {name}", name=own))
        return only

    def _oneself(self, caller: Caller) -> RuledPlayer:
        try:
            return self.own(caller)
        except ApiError:
            if not self.guardian(caller):
                raise
        raise ApiError("bad-input", msg("this account is not a player's: name one, as in {command}", command="giochoi why An"))

    def player(self, name: str) -> RuledPlayer:
        people = self.people()
        found = people.find(name)
        if found is None:
            raise naming.no_player(people.roster.players, name, naming.GUEST, naming.GUEST_VI)
        return found

    def customer(self, name: str) -> RuledPlayer:
        """The player of that name, or whoever is checked in at the PC of that name. ApiError."""
        people = self.people()
        return people.find(name) or people.seated(name) or self.player(name)

    def game(self, asked: str) -> Game:
        return naming.game(self.people().catalogue, asked)
