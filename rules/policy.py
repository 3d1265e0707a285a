"""What may limit play: rules, the packs they come in, and the policy that several packs make together.

Lengths are whole milliseconds, moments are Unix milliseconds, days belong to the pack's own zone. Everything here is frozen
and can be decoded by msgspec, so that a compiled pack travels to the daemon without pydantic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeVar, get_args

from i18n.message import Message, MessageError, Text, Words, msg
from rules.systems import System

Place = Literal["home", "game-point", "agent-without-games"]
Role = Literal["guardian", "staff"]
Authority = Literal["law", "house"]
Addressee = Literal["enterprise", "point", "player", "household"]
Status = Literal["verified", "unverified"]
Per = Literal["game", "publisher", "all"]
Period = Literal["day", "week", "month", "session"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DayKind = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday", "workday"]
Scope = Literal["place", "player"]
Param = bool | int | str

WEEK: tuple[Weekday, ...] = get_args(Weekday)
WARN_MS = (900_000, 300_000, 60_000)
GRACE_MS = 10_000
NEWS_MS = 60_000  # what a play has that nobody could foresee the end of, before it is told to close
MAX_SAVE_MS = 1_800_000  # nothing makes the time to save longer


class Mistake(NamedTuple):
    """A mistake in a pack: the field ("" if none is to blame), what is wrong and what to do, the line if it was found."""

    path: str
    why: Message
    line: int | None = None


class PolicyError(MessageError, ValueError):
    """Packs that cannot be used as they are. `path` and `why` are those of the first mistake, `mistakes` all of them, `lines`
    one clear line for each, the first of which is the error's own text.
    """

    def __init__(self, name: str, mistakes: Iterable[Mistake]) -> None:
        self.name = name
        self.mistakes = tuple(mistakes)
        self.path, self.why, _ = self.mistakes[0]
        self.lines = tuple(_line(name, one) for one in self.mistakes)
        super().__init__(self.lines[0])


def _line(name: str, mistake: Mistake) -> Message:
    path, why, line = mistake
    where = f"{name}: {path}" if path else name
    if line is None:
        return msg("{where}: {why}", where=where, why=why)
    return msg("{where}: {why} (line {line})", where=where, why=why, line=str(line))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule says about itself, whatever it limits.

    `id` is `<pack>.<rule>`; `cite` the article, or the source where there is none; `status` whether the citation was checked
    against a source; `addressee` whose duty it is; `relax` who may relax it. `from_age` (inclusive) and `to_age` (exclusive)
    bound whom it applies to, in years, `from_label` and `to_label` likewise to which games; None is open. Empty `places` and
    `games` mean all of them; `group` is the name that the pack gives to these games, "" if none.
    """

    id: str
    cite: str
    text: Words
    authority: Authority
    addressee: Addressee
    status: Status = "unverified"
    relax: tuple[Role, ...] = ()
    from_age: int | None = None
    to_age: int | None = None
    places: tuple[Place, ...] = ()
    games: tuple[str, ...] = ()
    group: str = ""
    from_label: int | None = None
    to_label: int | None = None

    @property
    def every_game(self) -> bool:
        """Whether it says the same of every game."""
        return not self.games and self.from_label is None and self.to_label is None

    @property
    def spares_adults(self) -> bool:
        """Whether it ends at 18 where its pack is put on a place: a household's own rule, neither a law nor a point's rule."""
        return self.authority == "house" and self.addressee == "household"

    def about(self, game: str, label: int | None) -> bool:
        """Whether it applies to this game. A game without a label counts as one of every label."""
        if self.games and game not in self.games:
            return False
        if label is None:
            return True
        return (self.from_label or 0) <= label and (self.to_label is None or label < self.to_label)


_R = TypeVar("_R", bound=Rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget(Rule):
    """At most `ms` of play in a `period`: of each game, of each publisher's games together, or of all games together.

    Only play of the rule's games counts. Empty `days` are all days; on others the rule says nothing, and what is played on
    them counts in no day, week or month. A week begins on Monday. A session is play with pauses shorter than `pause_ms`.
    `advisory`: it refuses nothing, and is only told.
    """

    ms: int
    per: Per
    days: tuple[DayKind, ...] = ()
    period: Period = "day"
    pause_ms: int = 0
    advisory: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) in milliseconds of the local day, on the days it begins on; end <= start runs across midnight."""

    start: int
    end: int
    days: tuple[DayKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Rule):
    """Play only inside `spans`. On a day without a span play is refused."""

    spans: tuple[Span, ...]
    advisory: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Break(Rule):
    """After `after_ms` of play with pauses shorter than `rest_ms`, a rest of `rest_ms` without play."""

    after_ms: int
    rest_ms: int
    days: tuple[DayKind, ...] = ()
    advisory: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsGuardian(Rule):
    """Refuses while no guardian's data is registered for the player."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating(Rule):
    """A label of one of these `systems` (none: any) is a minimum age: a player younger than it is refused. Unknown age: every
    label but 0 refuses. It yields to the approval of who may relax it.
    """

    systems: tuple[System, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskFirst(Rule):
    """A game that nobody has approved for the player needs a guardian's approval first.

    `which`: "unrated" asks only for games without a label of these `systems` (none: of any), "all" for every game.
    """

    which: Literal["unrated", "all"]
    systems: tuple[System, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Rule):
    """`text` is shown each time the day's play (all games) reaches a further multiple of `every_ms`."""

    every_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncounted(Rule):
    """At home, play of these games counts in no budget or break that a guardian may relax, and none of these binds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Save(Rule):
    """Between the request to close one of these games and its end lie `ms`, at most MAX_SAVE_MS."""

    ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A file of rules. `sha256` is of the text it was parsed from (hex); `params` are the values put into it.

    `scope`: a house rule of a pack put on the place binds minors only; one put on a named player binds that player.
    It applies on the dates from `effective_from` to the one before `effective_to`, in its zone; None is open.
    `warn_ms` are the warnings before an end, longest first; `grace_ms` how long there is to save.
    `holidays` are matched by the day "holiday" and `workdays` (weekends that are worked) by "workday", both instead of their
    weekday. They are in ascending order and known up to `known_to`.
    """

    id: str
    title: Text
    jurisdiction: str
    zone: str
    source: Text
    status: Status
    sha256: str
    effective_from: date | None = None
    effective_to: date | None = None
    params: dict[str, Param] = field(default_factory=dict)
    scope: Scope = "player"
    warn_ms: tuple[int, ...] | None = None
    grace_ms: int | None = None
    budgets: tuple[Budget, ...] = ()
    windows: tuple[Window, ...] = ()
    ratings: tuple[Rating, ...] = ()
    asks: tuple[AskFirst, ...] = ()
    notices: tuple[Notice, ...] = ()
    breaks: tuple[Break, ...] = ()
    guardians: tuple[NeedsGuardian, ...] = ()
    uncounted: tuple[Uncounted, ...] = ()
    saves: tuple[Save, ...] = ()
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
    known_to: date | None = None

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All of them, whatever they limit."""
        return tuple(rule for name in FIELDS.values() for rule in getattr(self, name))


FIELDS: Mapping[type[Rule], str] = MappingProxyType({
    Budget: "budgets", Window: "windows", Break: "breaks", Rating: "ratings", NeedsGuardian: "guardians", AskFirst: "asks",
    Notice: "notices", Uncounted: "uncounted", Save: "saves",
})  # fmt: skip
"""Where a pack keeps its rules of each kind."""


def by_field(rules: Iterable[Rule]) -> dict[str, Any]:
    """These rules as fields of a pack, each kind in its order."""
    kept = tuple(rules)
    return {name: tuple(rule for rule in kept if type(rule) is kind) for kind, name in FIELDS.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """All packs in force for a player, combined: their order does not matter and each counts once. `warn_ms` and `grace_ms`
    are what they together say about an end. `memo` is a cache of rules.engine.plan, by place and birth date.
    """

    packs: tuple[Pack, ...]
    warn_ms: tuple[int, ...]
    grace_ms: int
    memo: dict[Any, Any] = field(default_factory=dict, repr=False)

    def over_all(self) -> Policy:
        """The same policy with only those rules that hold for all games together."""
        return replace(self, packs=tuple(_over_all(pack) for pack in self.packs), memo={})


def combine(packs: Iterable[Pack]) -> Policy:
    """The policy that these packs make together: every rule of every one of them holds.

    Warnings are those of all packs that give some; the grace is the shortest that a pack sets.
    """
    ordered: list[Pack] = []
    for pack in sorted(packs, key=_order):
        if pack not in ordered:
            ordered.append(pack)
    warnings = {ms for pack in ordered for ms in pack.warn_ms or ()}
    graces = [pack.grace_ms for pack in ordered if pack.grace_ms is not None]
    replaced = any(pack.warn_ms is not None for pack in ordered)
    return Policy(
        packs=tuple(ordered),
        warn_ms=tuple(sorted(warnings, reverse=True)) if replaced else WARN_MS,
        grace_ms=min(graces, default=GRACE_MS),
    )


def _order(pack: Pack) -> tuple[str, str, str, str]:
    return (pack.id, pack.sha256, repr(sorted(pack.params.items())), pack.scope)


def _over_all(pack: Pack) -> Pack:
    return replace(
        pack, budgets=tuple(rule for rule in _every_game(pack.budgets) if rule.per == "all"), windows=_every_game(pack.windows),
        breaks=_every_game(pack.breaks), guardians=_every_game(pack.guardians), notices=_every_game(pack.notices), ratings=(),
        asks=(), saves=(),
    )  # fmt: skip


def _every_game(rules: tuple[_R, ...]) -> tuple[_R, ...]:
    return tuple(rule for rule in rules if rule.every_game)
