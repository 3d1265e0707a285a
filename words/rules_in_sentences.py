"""A pack in plain sentences, for whoever has to live with it: who, when, how much, whose duty, and who may relax it.

What may be left out of a sentence brings its own space along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import singledispatch
from typing import Final

from i18n.message import Arg, Day, Length, Listed, Text, comma, msg
from rules.policy import (
    WEEK,
    AskFirst,
    Break,
    Budget,
    DayKind,
    NeedsGuardian,
    Notice,
    Pack,
    Rating,
    Rule,
    Save,
    Span,
    Uncounted,
    Window,
)
from rules.systems import System
from words.days import spoken
from words.layout import row
from words.names import PLACES, ROLES

Groups = Mapping[str, Text]  # the names that a pack gives to its groups of games

_DUTIES: Final[dict[str, Arg]] = {
    "enterprise": msg("The law lays this duty on the enterprise that supplies the game"),
    "point": msg("The law lays this duty on whoever runs the point"),
    "player": msg("The law lays this duty on the player"),
    "household": msg("The law lays this duty on the household"),
}
_SCOPES: Final[dict[str, Arg]] = {
    "game": msg("each game by itself"), "publisher": msg("all games of one publisher together"),
    "all": msg("all games together"),
}  # fmt: skip
_PERIODS: Final[dict[str, Arg]] = {"day": msg("a day"), "week": msg("a week"), "month": msg("a month")}


@singledispatch
def says(rule: Rule, groups: Groups) -> Arg:
    """What a rule says, as one sentence without its end."""
    return rule.text


@says.register
def _(rule: Budget, groups: Groups) -> Arg:
    start: dict[str, Arg] = {"who": _who(rule), "games": _games(rule, groups), "days": _on(rule.days)}
    if rule.ms == 0:
        return _advised(rule, msg("{who} may not play{games} at all{days}", **start))
    start |= {"most": Length(rule.ms, exact=True), "scope": _SCOPES[rule.per]}
    if rule.period == "session":
        start["pause"] = Length(rule.pause_ms, exact=True)
        said = msg("{who} may play{games} at most {most} in one go{days}, {scope}; a pause of {pause} ends it", **start)
    elif rule.per == "game" and len(rule.games) == 1:
        said = msg("{who} may play{games} at most {most} {period}{days}", period=_PERIODS[rule.period], **start)
    else:
        said = msg("{who} may play{games} at most {most} {period}{days}, {scope}", period=_PERIODS[rule.period], **start)
    return _advised(rule, said)


@says.register
def _(rule: Window, groups: Groups) -> Arg:
    by_days: dict[tuple[DayKind, ...], list[str]] = {}
    for span in rule.spans:
        by_days.setdefault(span.days, []).append(hours(span))
    told = row(row((", ".join(spans), _on(days)), "") for days, spans in by_days.items())
    named = {day for days in by_days for day in days or WEEK}
    said = {"who": _who(rule), "games": _games(rule, groups), "hours": told}
    if named >= set(WEEK):
        return _advised(rule, msg("{who} may play{games} only during {hours}", **said))
    return _advised(rule, msg("{who} may play{games} only during {hours}; on other days not at all", **said))


@says.register
def _(rule: Break, groups: Groups) -> Arg:
    said: dict[str, Arg] = {"who": _who(rule), "games": _games(rule, groups), "days": _on(rule.days),
                            "after": Length(rule.after_ms, exact=True), "rest": Length(rule.rest_ms, exact=True)}  # fmt: skip
    return _advised(rule, msg("{who} has to rest {rest} after playing {after}{games}{days}", **said))


@says.register
def _(rule: Rating, groups: Groups) -> Arg:
    which = _which(rule, groups)
    games: Arg = row((" ", which), "") if which else ""
    said: dict[str, Arg] = {"who": _who(rule), "games": games, "label": _label_of(rule.systems)}
    return msg("{who} plays only games{games} whose {label} is not above their age; of unknown age, only label 00", **said)


@says.register
def _(rule: NeedsGuardian, groups: Groups) -> Arg:
    said = {"who": _who(rule), "games": _games(rule, groups)}
    return msg("{who} may play{games} only once a parent or guardian is registered", **said)


@says.register
def _(rule: AskFirst, groups: Groups) -> Arg:
    game = _one(rule, groups)
    if rule.which == "unrated":
        game = _unlabelled(game, rule.systems)
    elif (rule.from_label, rule.to_label) != (None, None):
        game = msg("{game} or one without a label", game=game)
    elif not rule.games:
        game = msg("any game")
    said = {"who": _who(rule), "game": game}
    return msg("{who} needs the approval of a guardian before playing {game}, once for each game", **said)


@says.register
def _(rule: Notice, groups: Groups) -> Arg:
    every = Length(rule.every_ms, exact=True)
    return msg("After every further {length} of play in a day the screen shows: “{text}”", length=every, text=rule.text)


@says.register
def _(rule: Uncounted, groups: Groups) -> Arg:
    return msg("At home, time with{games} does not count as play and needs no break", games=_games(rule, groups))


@says.register
def _(rule: Save, groups: Groups) -> Arg:
    said = {"game": _one(rule, groups), "length": Length(rule.ms, exact=True)}
    return msg("When time is up, {game} has {length} to save before it is closed", **said)


def _label_of(systems: tuple[System, ...]) -> Arg:
    """A label of one of these (none: any)."""
    if systems == ("VN",):
        return msg("Vietnamese age label")
    return msg("age label of {systems}", systems=Listed(systems, "or")) if systems else msg("age label")


def _unlabelled(game: Arg, systems: tuple[System, ...]) -> Arg:
    if systems == ("VN",):
        return msg("{game} without a Vietnamese age label", game=game)
    if systems:
        return msg("{game} without an age label of {systems}", game=game, systems=Listed(systems, "or"))
    return msg("{game} without an age label", game=game)


def _advised(rule: Budget | Window | Break, said: Arg) -> Arg:
    return msg("Advice: {sentence}", sentence=said) if rule.advisory else said


def _who(rule: Rule) -> Arg:
    first, last = rule.from_age or 0, rule.to_age or 0
    if not first and not last:
        who = msg("The player") if rule.spares_adults else msg("Everybody")
    elif not first:
        who = msg("Whoever is under {age}", age=last)
    elif not last:
        who = msg("Whoever is {age} or older", age=first)
    else:
        who = msg("Whoever is {first} or older and under {last}", first=first, last=last)
    return row((who, Listed(tuple(PLACES[place] for place in rule.places), "or")), " ") if rule.places else who


def _games(rule: Rule, groups: Groups) -> Arg:
    """Which games, where not all, to stand behind "play"."""
    which = _which(rule, groups)
    if not which:
        return ""
    return row((" ", which), "") if rule.games else msg(" games {which}", which=which)


def _one(rule: Rule, groups: Groups) -> Arg:
    """One of its games, to be the subject or the object of a sentence."""
    which = _which(rule, groups)
    if not which:
        return msg("a game")
    if not rule.games:
        return msg("a game {which}", which=which)
    return msg("the game {which}", which=which) if len(rule.games) == 1 else msg("one of {which}", which=which)


def _which(rule: Rule, groups: Groups) -> Arg:
    """By the group's name or one by one, and by label; "" if it is all of them."""
    names: Arg = ", ".join(rule.games)
    if rule.group in groups:
        names = row(("“", groups[rule.group], "” (", names, ")"), "")
    first, last = rule.from_label, rule.to_label
    if last is None:
        label: Arg = "" if first is None else msg("labelled {first}+ or higher", first=first)
    elif first is None:
        label = msg("labelled under {last}+", last=last)
    else:
        label = msg("labelled from {first}+ to under {last}+", first=first, last=last)
    return row((names, label), " ") if names or label else ""


def _on(days: tuple[DayKind, ...]) -> Arg:
    if not days:
        return ""
    told = spoken(days)
    return row((" ", told), "") if set(days) >= set(WEEK) else msg(" on {days}", days=told)


def hours(span: Span) -> str:
    return f"{clock(span.start)}–{clock(span.end)}"


def clock(ms: int) -> str:
    """A time of day, 24:00 for the end of the day."""
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}"


def duty(rule: Rule) -> Arg:
    """Whose duty, and who may relax it."""
    if isinstance(rule, Budget | Window | Break) and rule.advisory:
        return msg("This is only advice and is not enforced")
    whose = _DUTIES[rule.addressee] if rule.authority == "law" else msg("This is a rule of the house, not of law")
    if not rule.relax:
        return msg("{duty}; nobody may relax it", duty=whose)
    return msg("{duty}; {who} may relax it", duty=whose, who=Listed(tuple(ROLES[role] for role in rule.relax)))


def known_to(pack: Pack) -> Arg:
    """How long its holidays are known; "" if it has none."""
    if not pack.holidays and not pack.workdays:
        return ""
    if pack.known_to is None:
        return msg("Holidays: as the pack lists them")
    last = Day(pack.known_to - timedelta(days=1))
    return msg("Holidays: known to the end of {day}; after that some may be missing or moved", day=last)


def in_force(pack: Pack) -> Arg:
    """On which dates its rules hold; "" if it names none."""
    first, last = pack.effective_from, None if pack.effective_to is None else Day(pack.effective_to - timedelta(days=1))
    if first is None:
        return "" if last is None else msg("to the end of {last}", last=last)
    if last is None:
        return msg("from {first}", first=Day(first))
    return msg("from {first} to the end of {last}", first=Day(first), last=last)


def ends(pack: Pack) -> Iterator[Arg]:
    """What the pack says about ends, where it says something."""
    if pack.warn_ms is not None:
        yield msg("Warns before time is up: {lengths}", lengths=comma(Length(ms, exact=True) for ms in pack.warn_ms))
    if pack.grace_ms is not None:
        yield msg("Time to save before a game is ended: {length}", length=Length(pack.grace_ms, exact=True))
