"""A second engine for decisions, slow and simple, written from docs/spec/packs.md (its numbers stand beside the lines).

It walks time cell by cell and asks at each cell what every rule says, counting cells of play in sets and dictionaries. It
shares only the data types with rules. All moments and lengths of the facts and packs must be multiples of the cell.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BACK = 4 * 3_600_000  # no clock of the tests' zones is put back by more
STRICT = {"allow": 0, "ask": 1, "refuse": 2}
ORDER = {"Rating": 0, "NeedsGuardian": 1, "Window": 2, "Break": 3, "Budget": 4, "AskFirst": 5}
SILENT = {"Notice", "Uncounted", "Save"}


@dataclass(frozen=True)
class Answer:
    """`until` and `reason` None: nothing within the days that were walked. `notices`: id to the next moment."""

    verdict: str
    reason: str | None
    until: int | None
    notices: dict[str, int]
    grace: int | None


class Clock:
    """A zone's clock that is never put back (3.2)."""

    def __init__(self, zone, cell):
        self.info = ZoneInfo(zone)
        self.cell = cell
        self.known = {}

    def real(self, at):
        return (EPOCH + timedelta(milliseconds=at)).astimezone(self.info).replace(tzinfo=None)

    def shows(self, at):
        if at not in self.known:
            now, before = self.real(at), self.real(at - BACK)
            if at - self.cell in self.known:
                self.known[at] = max(now, self.known[at - self.cell])
            elif now - before == timedelta(milliseconds=BACK):
                self.known[at] = now
            else:
                self.known[at] = max(self.real(past) for past in range(at - BACK, at + 1, self.cell))
        return self.known[at]


class Tally:
    """What one rule counts (5.1), cell by cell, in order: by date, and since the last pause."""

    def __init__(self, clock, cell, pause):
        self.clock, self.cell, self.pause = clock, cell, pause
        self.dates = {}
        self.session, self.last = 0, None

    def add(self, at):
        day = self.clock.shows(at).date()
        self.dates[day] = self.dates.get(day, 0) + self.cell
        if self.paused(at):
            self.session = 0
        self.session, self.last = self.session + self.cell, at + self.cell

    def paused(self, at):
        return self.last is None or at - self.last >= self.pause

    def since_pause(self, at):
        return 0 if self.paused(at) else self.session


class Oracle:
    def __init__(self, packs, facts, cell):
        self.packs = packs
        self.facts = facts
        self.cell = cell
        self.clocks = {pack.zone: Clock(pack.zone, cell) for pack in packs}
        self.rules = [(rule, pack) for pack in packs for rule in pack.rules]
        self.tallies = {}  # rule and the games that do not count, to what it counts then
        cells = {}
        for play in facts.played:
            for at in range(play.start, min(play.start + play.ms, facts.now), cell):
                cells.setdefault(at, set()).add((play.game, play.publisher, play.label, play.sure))
        self.cells = sorted(cells.items())

    def answer(self, days):
        now, facts = self.facts.now, self.facts
        start = self.verdicts(now)
        verdict = max((said for said, _ in start), key=STRICT.get, default="allow")
        walk = range(now, now + int(days * 86_400_000), self.cell)
        if verdict != "allow":  # 7.2, 7.3, 7.5
            first = min((ORDER[type(rule).__name__], *self.tie(rule), rule.id) for said, rule in start if said == verdict)[-1]
            grace = self.grace(next(rule for rule, _ in self.rules if rule.id == first))
            for at in walk:
                if max((said for said, _ in self.verdicts(at)), key=STRICT.get, default="allow") != verdict:
                    return Answer(verdict, first, at, {}, grace)
            return Answer(verdict, first, None, {}, grace)
        notices, before = {}, set()
        for at in walk:
            ending = [(self.tie(rule), rule) for said, rule in self.verdicts(at) if said != "allow"]
            if ending:  # 7.4
                rule = min(ending, key=lambda one: one[0])[1]
                return Answer("allow", rule.id, at, notices, self.grace(rule))
            advised = {rule.id for said, rule in self.verdicts(at, advisory=True) if said != "allow"}  # 5.10
            for id_ in [*(rule.id for rule in self.due(at)), *(advised - before if at > now else ())]:
                notices.setdefault(id_, at)
            before |= advised
            self.count(at, {(facts.game, facts.publisher, facts.label, facts.sure)})
        return Answer("allow", None, None, notices, self.grace(None))

    @staticmethod
    def tie(rule):
        return (rule.authority != "law", rule.id)

    def grace(self, reason):
        """7.9."""
        now = self.facts.now
        saves = [rule.ms for rule, pack in self.rules if type(rule).__name__ == "Save" and self.applies(rule, pack, now)]
        packs = [pack.grace_ms for pack in self.packs if pack.grace_ms is not None] or [10_000]
        grace = min(saves or packs)
        return grace if reason is None or self.relaxers(reason) else min(grace, 10_000)

    def verdicts(self, at, *, advisory=False):
        """What every rule that may refuse or ask says at this moment; or what every advisory one would."""
        said = []
        for rule, pack in self.rules:
            kind = {"Break": "break_"}.get(type(rule).__name__, type(rule).__name__.lower())
            if type(rule).__name__ in SILENT or getattr(rule, "advisory", False) is not advisory:
                continue
            if self.applies(rule, pack, at):
                said.append((getattr(self, kind)(rule, pack, at), rule))
        return said

    def applies(self, rule, pack, at):
        """4.1 to 4.3."""
        return self.is_of(rule, self.facts.game, self.facts.label) and self.in_force(rule, pack, at)

    def in_force(self, rule, pack, at):
        day, facts = self.clocks[pack.zone].shows(at).date(), self.facts
        if rule.places and facts.place not in rule.places:
            return False
        if (pack.effective_from and day < pack.effective_from) or (pack.effective_to and day >= pack.effective_to):
            return False
        if facts.born is None:
            return True
        age = self.age(day)
        if pack.scope == "place" and (rule.authority, rule.addressee) == ("house", "household") and age >= 18:
            return False
        return (rule.from_age or -1000) <= age < (1000 if rule.to_age is None else rule.to_age)

    def is_of(self, rule, game, label):
        """Whether a game is one of the rule's: 4.1, 4.2."""
        if rule.games and game not in rule.games:
            return False
        if label is None:
            return True
        return (rule.from_label is None or rule.from_label <= label) and (rule.to_label is None or label < rule.to_label)

    def age(self, day):
        """3.4, by counting birthdays."""
        born, age = self.facts.born, -1
        for year in range(born.year, day.year + 1):
            leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
            month, number = (3, 1) if (born.month, born.day) == (2, 29) and not leap else (born.month, born.day)
            age += date(year, month, number) <= day
        return age

    def relaxers(self, rule):
        """4.4."""
        here = {"home": "household", "game-point": "point", "agent-without-games": "point"}[self.facts.place]
        return () if rule.authority == "law" and rule.addressee == here else rule.relax

    @staticmethod
    def named(day, days, pack):
        """3.5."""
        name = "holiday" if day in pack.holidays else "workday" if day in pack.workdays else NAMES[day.weekday()]
        return not days or name in days

    def budget(self, rule, pack, at):
        """5.1, 6.1, 6.2."""
        clock = self.clocks[pack.zone]
        day = clock.shows(at).date()
        if not self.named(day, rule.days, pack) or self.waived(rule, at):
            return "allow"
        budget = rule.ms
        for grant in self.facts.grants:
            some = rule.games or rule.from_label is not None or rule.to_label is not None
            covered = not (some and rule.ms == 0) if grant.game is None else self.covers(rule, grant.game)
            if grant.by in self.relaxers(rule) and covered and clock.shows(grant.given).date() == day:
                budget += grant.ms
        tally = self.tally(rule, pack, at)
        if rule.period == "session":
            return "refuse" if tally.since_pause(at) >= budget else "allow"
        first = {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[rule.period]
        dates = (first + timedelta(days=more) for more in range((day - first).days + 1))
        used = sum(tally.dates.get(one, 0) for one in dates if self.named(one, rule.days, pack))
        return "refuse" if used >= budget else "allow"

    def break_(self, rule, pack, at):
        """5.3, 6.3."""
        if not self.named(self.clocks[pack.zone].shows(at).date(), rule.days, pack) or self.waived(rule, at):
            return "allow"
        over = self.tally(rule, pack, at).since_pause(at) >= rule.after_ms
        return "refuse" if over and not self.suspended(rule, at) else "allow"

    def covers(self, rule, game):
        facts = self.facts
        labels = {facts.label} if game == facts.game else {one.label for one in facts.played if one.game == game}
        if not any(self.is_of(rule, game, label) for label in labels or {None}):
            return False
        if rule.per == "game":
            return game == facts.game
        theirs = {play.game for play in facts.played if play.publisher == facts.publisher} | {facts.game}
        return rule.per == "all" or game in theirs

    def suspended(self, rule, at):
        """6.3."""
        ours = [one for one in self.facts.grants if one.by in self.relaxers(rule) and one.game in {None, self.facts.game}]
        return any(one.given <= at < one.given + one.ms for one in ours)

    def window(self, rule, pack, at):
        """5.2."""
        shown = self.clocks[pack.zone].shows(at)
        for back in (0, 1):
            midnight = datetime.combine(shown.date() - timedelta(days=back), time())
            for span in rule.spans:
                end_at = midnight + timedelta(milliseconds=span.end, days=0 if span.end > span.start else 1)
                inside = midnight + timedelta(milliseconds=span.start) <= shown < end_at
                if inside and self.named(midnight.date(), span.days, pack):
                    return "allow"
        return "allow" if self.suspended(rule, at) else "refuse"

    def rating(self, rule, pack, at):
        """5.4."""
        label, born = self.facts.label, self.facts.born
        if not label or not self.names_label(rule):
            return "allow"
        giver = "guardian" if self.facts.place == "home" else "staff"  # 6.4
        if self.facts.game in self.facts.approved and giver in self.relaxers(rule):
            return "allow"
        return "refuse" if born is None or self.age(self.clocks[pack.zone].shows(at).date()) < label else "allow"

    def needsguardian(self, rule, pack, at):
        """5.5."""
        return "allow" if self.facts.guardian else "refuse"

    def askfirst(self, rule, pack, at):
        """5.6."""
        rated = self.facts.label is not None and self.names_label(rule)
        return "allow" if self.facts.game in self.facts.approved or (rule.which == "unrated" and rated) else "ask"

    def names_label(self, rule):
        return self.facts.system in (rule.systems or (self.facts.system,))

    def due(self, at):
        """5.7: what is due at this moment, which is after now."""
        for rule, pack in self.rules:
            if type(rule).__name__ == "Notice" and at > self.facts.now and self.applies(rule, pack, at):
                played = self.tally(rule, pack, at).dates.get(self.clocks[pack.zone].shows(at).date(), 0)
                if played and played % rule.every_ms == 0:
                    yield rule

    def uncounted(self, at):
        """5.8: the games that do not count at this moment."""
        rules = [(rule, pack) for rule, pack in self.rules if type(rule).__name__ == "Uncounted" and self.facts.place == "home"]
        return frozenset(game for rule, pack in rules if self.in_force(rule, pack, at) for game in rule.games)

    def waived(self, rule, at):
        return self.facts.sure and "guardian" in self.relaxers(rule) and self.facts.game in self.uncounted(at)

    def tally(self, rule, pack, at):
        """What the rule counts, if what does not count at this moment never did."""
        free = self.uncounted(at) if type(rule).__name__ != "Notice" and "guardian" in self.relaxers(rule) else frozenset()
        found = self.tallies.get((rule.id, free))
        if found is None:
            pause = getattr(rule, "pause_ms", 0) or getattr(rule, "rest_ms", 0)
            found = self.tallies[rule.id, free] = (Tally(self.clocks[pack.zone], self.cell, pause), rule, free)
            for cell, games in self.cells:
                self.add(found, cell, games)
        return found[0]

    def count(self, at, games):
        """The cell that begins here is one in which these games were played."""
        self.cells.append((at, games))
        for found in self.tallies.values():
            self.add(found, at, games)

    def add(self, found, at, games):
        tally, rule, free = found
        if any(self.counts(rule, free, *one) for one in games):
            tally.add(at)

    def counts(self, rule, free, game, publisher, label, sure):
        """5.1.1 and 5.8."""
        if (sure and game in free) or not self.is_of(rule, game, label):
            return False
        per = getattr(rule, "per", "all")
        return {"all": True, "game": game == self.facts.game, "publisher": publisher == self.facts.publisher}[per]
