"""What the first set-up finds on this PC: accounts that are nobody's yet, and installed games that wait for a yes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Container
from datetime import UTC, date, datetime
from typing import Final

from msgspec import structs

from agent.api.players import GuardianList, PlayerList, PlayerRow
from cli.context import Context
from cli.errors import CommandError
from cli.games.clues import label_text
from cli.given.packs import Named, checked, named
from cli.registering.scan import known_here
from cli.setup.interview import Asking, Child, Found, Known, Number, Preset
from cli.setup.questions import MINUTES
from cli.setup.saving import LAW, packs_of
from cli.setup.trial import played, said
from daemon.api.messages import PlayedAnswer
from daemon.api.scan import FoundGame, ScanError, Scanned, scan
from host.api import Person
from host.choose import files, gates, users
from host.clock import wall
from host.rpc_client import ask
from i18n.message import Arg, msg, said_by
from rules.decide import explain
from rules.facts import Facts
from rules.identity import birth_date
from rules.policy import Pack, Policy, combine
from rules.systems import system_of
from words.shell import quote, whole

PRESETS: Final = ("home-school-week", "home-weekend", "home-balanced")
_FOR_LABELS: Final = frozenset({"rating", "ask"})
_DAY = 1440
_SCHOOL_DAY = "weekday_hours"


class House:
    """Scans each account once, when a question needs it. Whoever is no administrator can scan only their own."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._own = users().account(files().owner())
        self.scanned: dict[str, Scanned | None] = {}
        self._played: dict[str, PlayedAnswer | None] = {}

    def found(self) -> Found:
        """Unreachable, ApiError: who is registered cannot be asked."""
        address = self._context.home.agent_address
        players = ask(address, PlayerList()).players
        guardians = ask(address, GuardianList()).guardians
        accounts = {one.account for one in players} | {one.account for one in guardians}
        known = {one.account: _known(one) for one in players if one.account is not None}
        return Found(
            today=self.today(),
            people=tuple(one for one in users().people() if one.account not in accounts),
            taken=frozenset(one.name for one in players),
            presets=tuple(map(_preset, PRESETS)),
            gates=gates(),
            pins=tuple(one.name for one in guardians if one.pin),
            asking=self.asking,
            account=lambda typed: self._account(typed, accounts),
            made_ordinary=made_ordinary,
            makes=files().privileged(),
            known=known,
        )

    def _account(self, typed: str, taken: Container[str | None]) -> Person | None:
        """Also one that the system does not list, as those of a domain."""
        name = users().canonical(typed)
        return None if name is None or name in taken else Person(name, administrator=users().administers(name))

    def today(self) -> date:
        return datetime.fromtimestamp(wall() / 1000, UTC).astimezone().date()

    def asking(self, child: Child) -> tuple[Asking, ...]:
        """The installed games about which the child's rules ask, or which they refuse for the label alone; first those that the
        account played in the past week.
        """
        scanned = self.scan(child.account)
        every = () if scanned is None else (*scanned.games, *scanned.emulators)
        policy = policy_of(child)
        through = child.known.approved if child.known else frozenset()
        found = [one for one in every if one.id not in through and _asked(policy, one, child, self.today())]
        told = self._played_by(child.account)
        often = Counter[str]() if told is None else Counter(one.game for one in told.plays)
        found.sort(key=lambda one: (-often[one.id], one.title.casefold()))
        return tuple(Asking(one.id, one.title, label_text(one.label, one.label_source), one.label) for one in found)

    def tried(self, child: Child) -> tuple[Arg, ...]:
        """What the chosen rules would have done to the play of the past week in the child's account."""
        born = None if child.born is None else birth_date(child.born, self.today())
        return said(child, self._played_by(child.account), policy_of(child), born)

    def _played_by(self, account: str) -> PlayedAnswer | None:
        if account not in self._played:
            self._played[account] = played(account, self._context)
        return self._played[account]

    def scan(self, account: str) -> Scanned | None:
        """None: it could not be made, which is said once."""
        if account not in self.scanned:
            self._context.out.message(msg("looking for games …"))
            try:
                found = known_here(self._scanned(account), self._context)
            except ScanError as error:
                self._context.out.message(msg("cannot look for games: {why}", why=said_by(error)))
                found = None
            self.scanned[account] = found
        return self.scanned[account]

    def _scanned(self, account: str) -> Scanned:
        """For an account that is still to be made: what everybody has. ScanError."""
        if account == self._own:
            return scan(None)
        if users().canonical(account) is not None:
            return scan(account)
        found = scan(None)
        games, emulators = ([one for one in each if one.origin == "system"] for each in (found.games, found.emulators))
        return structs.replace(found, games=tuple(games), emulators=tuple(emulators))

    def own(self, account: str) -> bool:
        return account == self._own


def as_administrator(command: str, *, posix: bool = os.sep == "/") -> Arg:
    """How the games in a child's account are found; whoever is in the group sudo is no administrator before that word."""
    if posix:
        told = whole(f"sudo {command}")
        return msg("Games in your child's account are found only with {word}; type: {command}", word="sudo", command=told)
    return msg("Games in your child's account are found only in an administrator's terminal (Run as administrator); there: "
               "{command}", command=whole(command))  # fmt: skip


def made_ordinary(account: str, *, posix: bool = os.sep == "/") -> Arg:
    """How an administrator's account becomes one that limits hold for."""
    return whole(f"sudo deluser {quote(account)} sudo") if posix else msg("make it a standard user in the system's settings")


def _known(row: PlayerRow) -> Known:
    """What `giochoi setup` could have made of it, and nothing else, can be asked about again."""
    packs = [_named(use) for use in row.uses]
    chosen = [one for one in packs if one is not None and one.name != LAW]
    plain = all(one is not None and (one.name in PRESETS or (one.name, one.params) == (LAW, ())) for one in packs)
    values = dict(param.split("=", 1) for one in chosen for param in one.params) if plain and len(chosen) <= 1 else None
    pack = chosen[0].name if values is not None and chosen else "" if packs else PRESETS[0]
    return Known(row.id, row.name, row.born, pack, values, row.unknown, frozenset(row.approved))


def _named(use: str) -> Named | None:
    try:
        return named(use)
    except CommandError:  # a pack of their own, which only the agent has
        return None


def _preset(id_: str) -> Preset:
    reading = checked(id_)[1]
    minutes = [one for one in reading.params if one.name.endswith("_minutes") and isinstance(one.default, int)]
    numbers = (Number(one.name, one.text, int(str(one.default)), one.least or 0, one.most or _DAY) for one in minutes[:MINUTES])
    hours = next(((one.name, str(one.default)) for one in reading.params if one.name == _SCHOOL_DAY), None)
    return Preset(id_, reading.pack.title, tuple(numbers), hours)


def _pack(id_: str, params: tuple[str, ...]) -> Pack:
    return named(":".join((id_, *params))).parsed()


def policy_of(child: Child) -> Policy:
    """The rules that were chosen."""
    return combine([_pack(one.id, one.params) for one in packs_of(child)])


def rules_said(child: Child) -> tuple[Arg, ...]:
    """The chosen rules in words, one a line, and of the law how much it lets play."""
    law, *own = (_pack(one.id, one.params) for one in packs_of(child))
    said: list[Arg] = [rule.text for pack in own for rule in pack.rules]
    return (*said, *(msg("The law on online games: {rule}; you may relax it at home", rule=rule.text) for rule in law.budgets))


def _asked(policy: Policy, game: FoundGame, child: Child, today: date) -> bool:
    facts = Facts(
        now=wall(), place="home", game=game.id, publisher=game.publisher, label=game.label, system=system_of(game.label_source),
        born=None if child.born is None else birth_date(child.born, today), guardian=True,
    )  # fmt: skip
    return any(one.verdict != "allow" and not one.advisory and one.reason.kind in _FOR_LABELS for one in explain(policy, facts))
