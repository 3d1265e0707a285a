"""Who may ask for what, and whom or what they mean. Roles say which commands; the mapping of accounts says who is limited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agent.api import naming
from daemon.sessions import InForce, People, RuledPlayer
from host.api import SYSTEM_USERS, UserId
from host.transport import Caller
from host.wire import ApiError
from i18n.message import msg
from rules.games import Game


@dataclass(frozen=True, slots=True)
class Acting:
    """Who does something: `who` is what the log keeps, `guardian` their name, if it is registered."""

    who: str
    guardian: str | None
    how: Literal["account", "pin"]


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """`own_uid`: the account that the daemon runs as. ApiError for whatever is refused or unknown."""

    in_force: InForce
    own_uid: UserId

    def roles(self, caller: Caller) -> frozenset[str]:
        people = self.in_force.people
        accounts = frozenset[str]() if people is None else people.guardians
        guardian = caller.uid in {*SYSTEM_USERS, self.own_uid} or caller.admin or caller.account in accounts
        return frozenset({"any", "guardian"} if guardian else {"any"})

    def guardian(self, caller: Caller) -> bool:
        return "guardian" in self.roles(caller)

    def acting(self, caller: Caller, token: str) -> Acting:
        """As whom the caller does what guardians may. ApiError."""
        if token or not self.guardian(caller):
            raise ApiError("refused", msg("only a guardian may do that"))
        return Acting(caller.account, None, "account")

    def people(self) -> People:
        if self.in_force.people is None:
            raise ApiError(
                "unavailable", msg("no list of players came from the agent yet; start {program}", program="giochoi-agent")
            )
        return self.in_force.people

    def only(self, caller: Caller) -> RuledPlayer | None:
        """The one player that the caller may see, as which they play; None: everybody."""
        if self.guardian(caller):
            return None
        own = self.people().player_of(caller.account)
        if own is None:
            raise ApiError("refused", msg("this account is not a player's"))
        return own

    def visible(self, caller: Caller, name: str) -> RuledPlayer:
        """The player of that name, if the caller may see them. Whoever may see only one is not told who else there is."""
        only = self.only(caller)
        if only is None:
            return self.player(name)
        if self.people().find(name) is not only:
            raise ApiError("refused", msg("you can see only your own"))
        return only

    def player(self, name: str) -> RuledPlayer:
        people = self.people()
        found = people.find(name)
        if found is None:
            raise naming.no_player(people.roster.players, name)
        return found

    def game(self, asked: str) -> Game:
        return naming.game(self.people().catalogue, asked)
