"""Who plays under which OS account, by the roster: a player, a guest, or nobody that is limited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from agent.api.messages import Player, Roster
from agent.api.pseudonym import pseudonym
from daemon.platforms.api import Accounts
from rules.calendar import age_on
from rules.games import Catalogue
from rules.policy import Pack, Place, Policy, Rule, combine

GUEST = "guest"


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A player as rules see it: `policy` holds the player's packs and the place's, `overall` only what does not depend on
    the game.
    """

    player: Player
    packs: tuple[Pack, ...]
    policy: Policy
    overall: Policy

    @property
    def id(self) -> str:
        return self.player.id

    @property
    def limited(self) -> bool:
        """Whether any pack is in force."""
        return bool(self.packs)

    def pseudonym(self, day: date) -> str:
        """Who this is in the log on `day`, a date in the place's zone."""
        return pseudonym(self.player.key, day)

    def age_on(self, day: date) -> int | None:
        """Whole years on `day`; None if the birth date is unknown."""
        born = self.player.born
        return None if born is None else age_on(born, day)

    def pack_of(self, rule: str) -> Pack | None:
        """The pack that holds the rule with this id."""
        return next((pack for pack in self.packs if any(one.id == rule for one in rules_of(pack))), None)


def rules_of(pack: Pack) -> Iterable[Rule]:
    """All rules of a pack, of whatever kind."""
    yield from pack.budgets
    yield from pack.windows
    yield from pack.ratings
    yield from pack.asks
    yield from pack.notices


def _subject(player: Player, place_packs: tuple[Pack, ...]) -> Subject:
    packs = place_packs + player.packs
    policy = combine(packs)
    return Subject(player, packs, policy, policy.over_all())


class People:
    """One roster, looked at by account and by name."""

    def __init__(self, roster: Roster, accounts: Accounts) -> None:
        self.roster = roster
        self.catalogue = Catalogue(roster.games)
        self._accounts = accounts
        self.guest = _subject(roster.guest, roster.place_packs)
        self.players = tuple(_subject(player, roster.place_packs) for player in roster.players)
        self._by_account = {one.player.account: one for one in self.players if one.player.account is not None}

    @property
    def place(self) -> Place:
        return self.roster.place

    @property
    def zone(self) -> str:
        return self.roster.zone

    def subject(self, account: str) -> Subject | None:
        """Who plays when `account` does; None for those whom nothing here limits or records."""
        if (mapped := self._by_account.get(account)) is not None:
            return mapped
        if self.place != "home" or self._accounts.limited(account):
            return self.guest
        return None

    def by_id(self, id_: str) -> Subject | None:
        if id_ == GUEST:
            return self.guest
        return next((one for one in self.players if one.id == id_), None)

    def find(self, name: str) -> Subject | None:
        """By id, or by name in any case."""
        folded = name.casefold()
        return self.by_id(name) or next((one for one in self.players if one.player.name.casefold() == folded), None)

    def watched_accounts(self, seen: Iterable[str]) -> tuple[str, ...]:
        """Accounts for which starts may have to be refused: mapped ones, and guests among those seen."""
        return tuple(dict.fromkeys([*self._by_account, *(one for one in seen if self.subject(one) is self.guest)]))
