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
ORDER = {"Rating": 0, "Window": 1, "Budget": 2, "AskFirst": 3}


@dataclass(frozen=True)
class Answer:
    """`until` and `reason` None: nothing within the days that were walked. `notices`: id to the next moment."""

    verdict: str
    reason: str | None
    until: int | None
    notices: dict[str, int]


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


class Oracle:
    def __init__(self, packs, facts, cell):
        self.facts = facts
        self.cell = cell
        self.clocks = {pack.zone: Clock(pack.zone, cell) for pack in packs}
        self.rules = [
            (rule, pack) for pack in packs for rule in (*pack.budgets, *pack.windows, *pack.ratings, *pack.asks, *pack.notices)
        ]
        self.counts = {}  # rule and date to the cells of play
        played = {}
        for play in facts.played:
            for cell_start in range(play.start, min(play.start + play.ms, facts.now), cell):
                played.setdefault(cell_start, set()).add((play.game, play.publisher))
        for cell_start, games in played.items():
            self.count(cell_start, games)

    def answer(self, days):
        now, facts = self.facts.now, self.facts
        start = self.verdicts(now)
        verdict = max((said for said, _ in start), key=STRICT.get, default="allow")
        notices = {}
        if verdict != "allow":  # 7.2, 7.3, 7.5
            first = min(((ORDER[type(rule).__name__], *self.tie(rule)) for said, rule in start if said == verdict))
            for at in range(now, now + int(days * 86_400_000), self.cell):
                if max((said for said, _ in self.verdicts(at)), key=STRICT.get, default="allow") != verdict:
                    return Answer(verdict, first[-1], at, {})
            return Answer(verdict, first[-1], None, {})
        for at in range(now, now + int(days * 86_400_000), self.cell):
            ending = [self.tie(rule) for said, rule in self.verdicts(at) if said != "allow"]
            if ending:  # 7.4
                return Answer("allow", min(ending)[-1], at, notices)
            for rule in self.due(at):
                notices.setdefault(rule.id, at)
            self.count(at, {(facts.game, facts.publisher)})
        return Answer("allow", None, None, notices)

    @staticmethod
    def tie(rule):
        return (rule.authority != "law", rule.id)

    def verdicts(self, at):
        """What every rule but notices says at this moment."""
        said = []
        for rule, pack in self.rules:
            if type(rule).__name__ != "Notice" and self.applies(rule, pack, at):
                said.append((getattr(self, type(rule).__name__.lower())(rule, pack, at), rule))
        return said

    def applies(self, rule, pack, at):
        """4.1 to 4.3."""
        day, facts = self.clocks[pack.zone].shows(at).date(), self.facts
        if (rule.places and facts.place not in rule.places) or (rule.games and facts.game not in rule.games):
            return False
        if (pack.effective_from and day < pack.effective_from) or (pack.effective_to and day >= pack.effective_to):
            return False
        if facts.born is None:
            return True
        age = self.age(day)
        if pack.scope == "place" and rule.authority == "house" and age >= 18:
            return False
        return (rule.from_age or -1000) <= age < (1000 if rule.to_age is None else rule.to_age)

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

    def budget(self, rule, pack, at):
        """5.1, 6.1, 6.2."""
        clock = self.clocks[pack.zone]
        day = clock.shows(at).date()
        if rule.days and NAMES[day.weekday()] not in rule.days:
            return "allow"
        budget = rule.ms
        for grant in self.facts.grants:
            covered = grant.game is None or self.covers(rule, grant.game)
            if grant.by in self.relaxers(rule) and covered and clock.shows(grant.given).date() == day:
                budget += grant.ms
        return "refuse" if self.counts.get((rule.id, day), 0) * self.cell >= budget else "allow"

    def covers(self, rule, game):
        if rule.games and game not in rule.games:
            return False
        facts = self.facts
        if rule.per == "game":
            return game == facts.game
        theirs = {play.game for play in facts.played if play.publisher == facts.publisher} | {facts.game}
        return rule.per == "all" or game in theirs

    def window(self, rule, pack, at):
        """5.2, 6.3."""
        for grant in self.facts.grants:
            ours = grant.by in self.relaxers(rule) and grant.game in {None, self.facts.game}
            if ours and grant.given <= at < grant.given + grant.ms:
                return "allow"
        shown = self.clocks[pack.zone].shows(at)
        for back in (0, 1):
            day = shown.date() - timedelta(days=back)
            if rule.days and NAMES[day.weekday()] not in rule.days:
                continue
            midnight = datetime.combine(day, time())
            for begin, end in rule.spans:
                end_at = midnight + timedelta(milliseconds=end, days=0 if end > begin else 1)
                if midnight + timedelta(milliseconds=begin) <= shown < end_at:
                    return "allow"
        return "refuse"

    def rating(self, rule, pack, at):
        """5.3."""
        label, born = self.facts.label, self.facts.born
        if not label:
            return "allow"
        return "refuse" if born is None or self.age(self.clocks[pack.zone].shows(at).date()) < label else "allow"

    def askfirst(self, rule, pack, at):
        """5.4."""
        if self.facts.game in self.facts.approved or (rule.which == "unrated" and self.facts.label is not None):
            return "allow"
        return "ask"

    def due(self, at):
        """5.5: what is due at this moment, which is after now."""
        for rule, pack in self.rules:
            if type(rule).__name__ == "Notice" and at > self.facts.now and self.applies(rule, pack, at):
                played = self.counts.get((rule.id, self.clocks[pack.zone].shows(at).date()), 0) * self.cell
                if played and played % rule.every_ms == 0:
                    yield rule

    def count(self, at, games):
        """Adds the cell that begins here, in which these games were played, to every rule that counts one of them."""
        for rule, pack in self.rules:
            per = getattr(rule, "per", "all")
            if any(self.is_of(rule, per, *one) for one in games):
                key = (rule.id, self.clocks[pack.zone].shows(at).date())
                self.counts[key] = self.counts.get(key, 0) + 1

    def is_of(self, rule, per, game, publisher):
        if rule.games and game not in rule.games:
            return False
        return {"all": True, "game": game == self.facts.game, "publisher": publisher == self.facts.publisher}[per]
