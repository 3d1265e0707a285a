"""Every change of the place and of the packs that bind it and its guests: what it was before, and what became looser. Pure.

None of it is forbidden, so it is told. What packs ask of whom is read from their texts, as long as those are few.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, get_args

from compliance.entries.place import PackLine, PlaceChanged, PolicyChanged
from compliance.format.house_rule import HOUSE
from compliance.verifying.in_force.described import called, hours
from compliance.verifying.listed import Faults, Listed, Times
from compliance.verifying.report import Failure, Finding
from i18n.message import Arg, Message, comma, msg, msgn, said_by, semicolon
from rules.engine.strictness import Instead, Somebody, instead, looser, strictness
from rules.packs.params import said
from rules.packs.published import PUBLISHED
from rules.parse import Reading, read_pack
from rules.policy import Pack, Place, PolicyError, Rule

PLACE: Final = "place"
GUEST: Final = "guest"
Packs = tuple[PackLine, ...]
_POINT = "game-point"  # where rules that ask less need a reason: at home they are for whoever set them
_MOST_BYTES = 1_000_000  # of texts that are read
_LETTERS = 12  # of a pseudonym: `giochoi log show` shows as many
PLACES: Final[dict[str, Arg]] = {
    "home": msg("home"),
    "game-point": msg("public game point"),
    "agent-without-games": msg("Internet agent without games"),
}
_TARGETS: Final[dict[str, Arg]] = {PLACE: msg("the whole place"), GUEST: msg("guests")}


@dataclass(slots=True)
class _Before:
    """What was said last, and what kind of place it had been before that."""

    line: PlaceChanged
    earlier: str = ""


@dataclass
class Changes:
    """`take` each place.changed and policy.changed of the agent, then ask `findings`. `texts` are packs' by their SHA-256."""

    texts: Mapping[str, str]
    failures: Faults = field(default_factory=Faults)
    _place: _Before | None = None
    _packs: dict[str, tuple[Packs, bool]] = field(default_factory=dict)
    _found: Listed = field(default_factory=Listed)
    _players: Times = field(default_factory=Times)
    _read: dict[tuple[object, ...], Reading | PolicyError | None] = field(default_factory=dict)
    _bytes: int = 0

    def take(self, where: Arg, line: PlaceChanged | PolicyChanged, *, whole: bool) -> None:
        """`whole`: the log was seen from its beginning on, when nothing bound the place or its guests."""
        if isinstance(line, PlaceChanged):
            self._placed(where, line)
            return
        none = ((), False) if whole and line.target in _TARGETS else None
        before = self._packs.get(line.target, none)
        self._packs[line.target] = (line.packs, line.house)
        self._valued(where, line)
        if before is not None and before != (line.packs, line.house):
            who = _TARGETS.get(line.target) or msg("a player (pseudonym of that day: {who})", who=line.target[:_LETTERS])
            lost, unsure = self._looser(line, before[0])
            kind = "looser" if lost and self._at_point() else "policy-changed"
            changed = self._changed(line, *before, lost, unsure)
            self._tell(kind, where, line, msg("rules changed for {who}: {what}", who=who, what=semicolon(changed)))
        elif line.target not in _TARGETS:
            self._players.see(where)

    def findings(self) -> Iterator[Finding]:
        yield from self._found
        if self._players.n:
            told = msgn("rules of a player were set {n} time", "rules of players were set {n} times", self._players.n)
            yield Finding("policy-changed", self._players.first, told)

    def rules(self, *, whole: bool) -> Iterator[tuple[str, tuple[Arg, ...]]]:
        """Each target that is no player, with all that binds it now."""
        for target in _TARGETS:
            packs, house = self._packs.get(target, ((), False))
            if whole or target in self._packs:
                yield target, (*map(self._said, packs), *((msg("own limits"),) if house else ()))

    # --- the place -----------------------------------------------------------------------------------------------------

    def _placed(self, where: Arg, line: PlaceChanged) -> None:
        was = self._place
        if was is None:
            self._place = _Before(line)
            return
        old = was.line
        if line.place != old.place:
            kinds = {"before": PLACES.get(old.place, old.place), "after": PLACES.get(line.place, line.place)}
            told = msg("the kind of place was changed: {before} → {after}", **kinds)
            self._tell("looser" if old.place == _POINT else "place-changed", where, line, told)
        self._place = _Before(line, was.earlier if line.place == old.place else old.place)
        if line.hours != old.hours:
            opened = {"before": hours(old.hours) or "–", "after": hours(line.hours) or "–"}
            self._tell("place-changed", where, line, msg("the opening hours were changed: {before} → {after}", **opened))
        if (before := _certificate(old)) != (after := _certificate(line)) and before:
            self._tell("place-changed", where, line, msg("the certificate was changed: {before} → {after}",
                                                         before=comma(before), after=comma(after or ("–",))))  # fmt: skip
        if line.zone != old.zone:
            zones = {"before": old.zone, "after": line.zone}
            told = msg("the time zone of the place was changed: {before} → {after}", **zones)
            self._tell("place-zone", where, line, told)

    # --- packs -----------------------------------------------------------------------------------------------------------

    def _at_point(self) -> bool:
        """Whether this is a public game point, or was one before it became something else."""
        return self._place is not None and _POINT in {self._place.line.place, self._place.earlier}

    def _changed(
        self, line: PolicyChanged, packs: Packs, house: object, lost: Sequence[Arg], unsure: Sequence[Arg]
    ) -> Iterator[Arg]:
        """What is other than before, and what asks less now."""
        old, new = ({pack.id: pack for pack in some} for some in (packs, line.packs))
        if off := [self._said(pack) for id_, pack in old.items() if id_ not in new]:
            yield msg("taken off: {packs}", packs=comma(off))
        if put := [self._said(pack) for id_, pack in new.items() if id_ not in old]:
            yield msg("put on: {packs}", packs=comma(put))
        for was, pack in ((old[id_], pack) for id_, pack in new.items() if id_ in old):
            if was.params != pack.params:
                yield self._said(pack, was)
            if was.sha256 != pack.sha256:
                yield msg("{pack} has another text", pack=pack.id)
        if house is not line.house:
            yield msg("own limits were set") if line.house else msg("own limits were taken off")
        if lost:
            yield msg("looser now: {rules}", rules=comma(lost))
        if unsure:
            yield msg("gone, and not to be compared with what came: {rules}", rules=comma(unsure))

    def _valued(self, where: Arg, line: PolicyChanged) -> None:
        """What was published takes the values that it is put on with: no agent puts on what it cannot read."""
        for pack in line.packs:
            if pack.sha256 in PUBLISHED.get(pack.id, ()) and isinstance(why := self._known(pack), PolicyError):
                self.failures.append(Failure(where, msg("the pack {pack} cannot be put on so: {why}", pack=_typed(pack),
                                                        why=said_by(why))))  # fmt: skip

    def _looser(self, line: PolicyChanged, before: Packs) -> tuple[list[Arg], list[Arg]]:
        """The rules that ask less of somebody of unknown age, in the kind of place that it is or was; and those of packs taken
        off of which that cannot be said. What cannot be read is compared with nothing: it may ask for nothing.
        """
        if line.packs == before or self._place is None:
            return [], []
        old, new = self._parsed(before), self._parsed(line.packs)
        if not old:
            return [], []
        if new is None:
            return [msg("rules that cannot be read")], []
        rules: dict[str, Rule] = {rule.id: rule for pack in old for rule in pack.rules}
        found: dict[str, Instead] = {}
        for place in get_args(Place):
            if place in {self._place.line.place, self._place.earlier}:
                who = Somebody(None, guardian=False, place=place, now=line.wall)
                for pack, id_ in looser(strictness(old, who), strictness(new, who)):
                    if id_ in rules and found.get(id_) != "looser":
                        found[id_] = _instead(rules[id_], pack, old, new, who)
        said = {id_: msg("{text} ({rule})", text=rules[id_].text, rule=id_) for id_ in found}
        return ([said[id_] for id_, how in found.items() if how == "looser"],
                [said[id_] for id_, how in found.items() if how == "either"])  # fmt: skip

    def _parsed(self, packs: Packs) -> list[Pack] | None:
        """None: a text is missing, is no pack, or there are too many to read."""
        found = [self._reading(line) for line in packs]
        return None if None in found else [one.pack for one in found if one is not None]

    def _reading(self, line: PackLine) -> Reading | None:
        known = self._known(line)
        return known if isinstance(known, Reading) else None

    def _known(self, line: PackLine) -> Reading | PolicyError | None:
        key = (line.id, line.sha256, *sorted((name, str(value)) for name, value in line.params.items()))
        if key not in self._read:
            self._read[key] = self._parse(line)
        return self._read[key]

    def _said(self, line: PackLine, was: PackLine | None = None) -> Arg:
        """In words, where they are not the place's own: that may call itself anything, as a law does; then as one types it."""
        published = line.own is not True and line.sha256 in PUBLISHED.get(line.id, ())
        reading = self._reading(line) if published else None
        if reading is not None:
            return called(reading, {} if was is None else was.params)
        after = _typed(line)
        return after if was is None else msg("{before} → {after}", before=_typed(was), after=after)

    def _parse(self, line: PackLine) -> Reading | PolicyError | None:
        text = self.texts.get(line.sha256)
        self._bytes += len(text or "")
        if text is None or line.sha256 == HOUSE or self._bytes > _MOST_BYTES:
            return None
        try:
            return read_pack(text, line.id, {name: said(value) for name, value in line.params.items()})
        except PolicyError as error:
            return error.with_traceback(None)

    def _tell(self, kind: str, where: Arg, line: PlaceChanged | PolicyChanged, what: Message) -> None:
        self._found.add(Finding(kind, where, what, line.seat, line.wall))


def _instead(rule: Rule, pack: str, old: Sequence[Pack], new: Sequence[Pack], who: Somebody) -> Instead:
    """What became of a rule of a pack that is gone: by the rules of its kind that are there now. Where a household's pack gives
    way to the law's, and that has none of the kind, nothing can be compared.
    """
    if any(one.id == pack for one in new):
        return "looser"
    how = instead(rule, new, who)
    if how != "nothing":
        return how
    known = {one.id for one in old}
    law = any(one.authority == "law" for pack in new if pack.id not in known for one in pack.rules)
    return "either" if law and rule.authority == "house" else "looser"


def _certificate(line: PlaceChanged) -> tuple[Arg, ...]:
    """Its number and last day; nothing if it has none, or an older entry, which says nothing of it."""
    return tuple(one for one in (line.certificate, line.expires) if isinstance(one, str) and one)


def _typed(pack: PackLine) -> str:
    """As one types it."""
    return ":".join([pack.id, *(f"{name}={said(value)}" for name, value in pack.params.items())])
