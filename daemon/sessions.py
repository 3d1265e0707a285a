"""Who plays under which OS account, by the roster: a player, a guest, or nobody that is limited."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType

from agent.api import guarding, naming
from agent.api.pseudonym import pseudonym
from agent.api.roster import Guardian, Player, Roster
from daemon.platforms.api import Accounts
from rules.calendar import DAY_MS, age_on, calendar, day_bounds
from rules.decision import Reason
from rules.games import UNKNOWN_GAME, Catalogue
from rules.installed import OnlyInstalled
from rules.policy import Pack, Period, Place, Policy, Rule, combine
from rules.unknown import Unknown

GUEST = "guest"
KEEP_MS = 33 * DAY_MS  # no rule looks further back

# A period and two days: days of different zones overlap, and a play that began the day before may reach into it.
_LOOKBACK_MS: Mapping[Period, int] = MappingProxyType(
    {"day": 3 * DAY_MS, "session": 3 * DAY_MS, "week": 9 * DAY_MS, "month": KEEP_MS}
)
_NIGHT_MS = DAY_MS // 4


@dataclass(frozen=True, slots=True, eq=False)
class RuledPlayer:
    """A player and the rules that hold for them. `registered` is what the roster says; `packs` are the player's own and the
    place's, `policy` all of them together, `overall` only what does not depend on the game. Play that is older than
    `lookback_ms` counts in none. `lets`: the unknown programs that run whatever `unknown` says. `offline` holds
    besides while the agent is away and another PC could be played on; all together are `away`.
    """

    registered: Player
    packs: tuple[Pack, ...]
    policy: Policy
    overall: Policy
    lookback_ms: int
    lets: OnlyInstalled
    offline: tuple[Pack, ...]
    away: Policy

    def policy_of(self, *, every: bool, offline: bool) -> Policy:
        """All of it or (`every`) what does not depend on the game; `offline`: with what holds while the agent is away."""
        if offline:
            return self.away.over_all() if every else self.away
        return self.overall if every else self.policy

    @property
    def unknown(self) -> Unknown:
        """What is done with their programs that nobody named or installed."""
        return "refused" if self.registered.only_installed else self.registered.unknown

    @property
    def listed(self) -> bool:
        """Whether such programs run and are listed."""
        return self.limited and self.unknown != "refused"

    @property
    def counts(self) -> bool:
        """Whether such programs count as a game."""
        return self.limited and self.unknown == "counts"

    @property
    def id(self) -> str:
        return self.registered.id

    @property
    def limited(self) -> bool:
        """Whether any pack is in force."""
        return bool(self.packs)

    def days_since(self, wall: int) -> int:
        """When the first of the days began that it is at `wall` in the zones of the rules. What was given for a day before
        has lapsed.
        """
        return min((day_bounds(zone, wall)[0] for zone in {pack.zone for pack in self.packs}), default=wall)

    def pseudonym(self, day: date) -> str:
        """Who this is in the log on `day`, a date in the place's zone."""
        return pseudonym(self.registered.key, day)

    def age_on(self, day: date) -> int | None:
        """Whole years on `day`; None if the birth date is unknown. Of a year of birth alone, the date may still be ahead."""
        born = self.registered.born
        return None if born is None else max(0, age_on(born, day))

    def rule_of(self, reason: Reason) -> tuple[Pack, Rule]:
        """The rule behind a decision, and its pack. LookupError if it is not of this player's."""
        for pack in (*self.packs, *self.offline):
            if reason.pack in {pack.id, pack.sha256} and pack.params == reason.params:
                for rule in pack.rules:
                    if rule.id == reason.rule:
                        return pack, rule
        raise LookupError(f"no rule {reason.rule} of the pack {reason.pack}")


def _ruled(
    player: Player, place_packs: tuple[Pack, ...], learning: frozenset[str], offline: Pack | None = None
) -> RuledPlayer:
    packs = place_packs + player.packs
    policy = combine(packs)
    refused = player.only_installed or player.unknown == "refused"
    more = () if offline is None else (offline,)
    away = combine((*packs, *more)) if more else policy
    lets = OnlyInstalled(player.programs, learning.union(player.approved), named=not refused)
    return RuledPlayer(player, packs, policy, policy.over_all(), lookback(packs), lets, more, away)


def lookback(packs: Iterable[Pack]) -> int:
    """How far back, in milliseconds, play may count in a rule of these packs; at most KEEP_MS."""
    budgets = [rule for pack in packs for rule in pack.budgets]
    pauses = [rule.pause_ms for rule in budgets] + [rule.rest_ms for pack in packs for rule in pack.breaks]
    if max(pauses, default=0) > _NIGHT_MS:  # a session that goes on over nights has no other bound
        return KEEP_MS
    return max((_LOOKBACK_MS[rule.period] for rule in budgets), default=_LOOKBACK_MS["day"])


class People:
    """One roster, looked at by account and by name. ValueError: no decision can be made by it. `checked_in`: the id of who is
    checked in here; `elsewhere`: what the PC is called where others are, by their id. Only the agent's own PC hears of them.
    """

    def __init__(self, roster: Roster, accounts: Accounts) -> None:
        self.roster = roster
        self.catalogue = Catalogue((*roster.games, UNKNOWN_GAME))
        self._accounts = accounts
        learning = frozenset(game.id for game in roster.games if game.learning)
        self.players = tuple(_ruled(player, roster.place_packs, learning, roster.offline) for player in roster.players)
        self.checked_in = next((one.player.id for one in roster.checked_in if not one.pc), None)
        called = {seat.pc: seat.name or seat.id for seat in roster.seats}
        self.elsewhere = {one.player.id: called.get(one.pc, one.pc) for one in roster.checked_in if one.pc}
        known = {one.id for one in roster.players}
        others = (one.player for one in roster.checked_in if one.pc and one.player.id not in known)
        self._visitors = tuple(_ruled(one, roster.place_packs, learning) for one in others)
        self.guest = self._guest(learning)
        mapped = ((one.registered.account, one) for one in self.players)
        self._by_account = {accounts.canonical(account): one for account, one in mapped if account is not None}
        ruled = (self.guest, *self.players)
        for zone in {roster.zone, *(pack.zone for one in ruled for pack in one.packs)}:
            calendar(zone)  # ZoneError now, not at the first decision: our zone data may be older than the agent's

    def _guest(self, learning: frozenset[str]) -> RuledPlayer:
        """Who plays in an account that is nobody's: whoever is checked in here, else a guest."""
        if self.checked_in is None:
            return _ruled(self.roster.guest, self.roster.place_packs, learning)
        known = next((one for one in self.players if one.id == self.checked_in), None)
        here = next(one.player for one in self.roster.checked_in if not one.pc)
        return known or _ruled(here, self.roster.place_packs, learning)

    @cached_property
    def guardians(self) -> frozenset[str]:
        """Accounts of guardians. Whoever is limited is none, whatever the roster says."""
        return guarding.accounts(self.roster, self._accounts.canonical)

    @cached_property
    def provers(self) -> tuple[Guardian, ...]:
        """Guardians who may prove who they are: the same."""
        limited = {guardian.id for _, guardian in guarding.clashes(self.roster, self._accounts.canonical)}
        return tuple(one for one in self.roster.guardians if one.id not in limited)

    def guardian_of(self, account: str) -> Guardian | None:
        """The named guardian whose account this is."""
        canonical = self._accounts.canonical
        return next((one for one in self.provers if one.account is not None and canonical(one.account) == account), None)

    @property
    def root_plays(self) -> bool:
        """Whether what Linux' root runs may be a play: at home only if root is somebody's account."""
        return self.place != "home" or "root" in self._by_account

    @property
    def place(self) -> Place:
        return self.roster.place

    @property
    def zone(self) -> str:
        return self.roster.zone

    def titles(self, games: Iterable[str]) -> dict[str, str]:
        """What games are called, by id; of one that was removed nothing is known."""
        known = self.catalogue.games
        return {id_: known[id_].title for id_ in games if id_ in known}

    def player_of(self, account: str) -> RuledPlayer | None:
        """Who plays when `account` does; None for those whom nothing here limits or records: at home also guardians."""
        if (mapped := self._by_account.get(account)) is not None:
            return mapped
        if self.place == "home" and account in self.guardians:
            return None
        if self.place != "home" or self._accounts.limited(account):
            return self.guest
        return None

    def hider(self, account: str) -> RuledPlayer | None:
        """As `player_of`, of those who gain by keeping from us what they run. Who may do anything here has no need to; and what
        the system itself runs, a slow PC may keep from us for a while.
        """
        return self.player_of(account) if account in self._by_account or self._accounts.limited(account) else None

    def by_id(self, id_: str) -> RuledPlayer | None:
        if id_ in {GUEST, self.guest.id}:
            return self.guest
        return next((one for one in (*self.players, *self._visitors) if one.id == id_), None)

    def registered(self, player: RuledPlayer) -> bool:
        """Whether what is let through can be kept for them: they are registered, or what all guests have is meant."""
        return player.id == GUEST or any(one.id == player.id for one in self.players)

    def seated(self, pc: str) -> RuledPlayer | None:
        """Who is checked in at the PC of that name or seat."""
        asked = {seat.pc for seat in self.roster.seats if seat.id == pc or (seat.name and naming.same(seat.name, pc))}
        found = next((one.player.id for one in self.roster.checked_in if one.pc in asked), None)
        return None if found is None else self.by_id(found)

    def find(self, name: str) -> RuledPlayer | None:
        """By exact name or id."""
        if name == self.guest.id or naming.is_guest(name, self.roster.players):
            return self.guest
        found = naming.person(self.roster.players, name)
        return None if found is None else self.by_id(found.id)

    def watches(self, account: str, seen: Container[str]) -> bool:
        """Whether it is a player's, or a guest's that was seen. It asks the system of no other: of each there may be a thousand
        starts.
        """
        return account in self._by_account or (account in seen and self.player_of(account) is self.guest)

    @property
    def mapped(self) -> Mapping[str, RuledPlayer]:
        """The accounts of players."""
        return self._by_account

    def guests(self, seen: Iterable[str]) -> tuple[str, ...]:
        """Accounts that are guests': of those that this machine keeps, whether they played or not, and of those seen."""
        known = dict.fromkeys((*self._accounts.persons(), *seen))
        return tuple(one for one in known if self.player_of(one) is self.guest)


def ids(roster: Roster) -> set[str]:
    """Of all whom the roster knows."""
    return {roster.guest.id, *(one.player.id for one in roster.checked_in), *(player.id for player in roster.players)}


class InForce:
    """The people of the roster in force; none until the first one came."""

    def __init__(self) -> None:
        self.people: People | None = None

    def known(self) -> People:
        """The people, for code that handles a play: before the first roster there are no plays. LookupError."""
        if self.people is None:
            raise LookupError("no roster is in force")
        return self.people
