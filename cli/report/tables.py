"""The tables of a report, made of what was counted."""

from __future__ import annotations

from collections import Counter as Sums
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from cli.report.model import Row, Table
from compliance.format.house_rule import HOUSE
from compliance.page.names import GAPS
from compliance.reporting.figures import Cell, Figures
from compliance.verifying.issues import issue
from i18n.message import Arg, Day, Length, msg, msgn, semicolon
from rules.engine.pausing import PAUSE
from rules.games import UNKNOWN_GAME
from rules.packs.shipped import shipped_catalogue
from words.game_titles import game_called
from words.layout import row as together
from words.logged_rules import rule_of
from words.names import roles

GROUPS: Final[dict[str, Arg]] = {"minor": msg("under 18"), "adult": msg("adults"), "unknown": msg("age not known")}
HOW: Final[dict[str, Arg]] = {
    "asked": msg("closed when asked"), "killed": msg("ended after the time to save"), "by itself": msg("the player closed it"),
    "gone": msg("nobody saw its end"), "power": msg("the PC went off"), "midnight": msg("went on after midnight"),
    "list changed": msg("players or games were changed"), "": msg("its end is not in the log"),
}  # fmt: skip
OVERRIDES: Final[dict[str, Arg]] = {
    "grant.given": msg("time given"), "grant.revoked": msg("given time taken back"), "approval": msg("game let through"),
    "approval.ended": msg("game no longer let through"), "answer.yes": msg("request approved"),
    "answer.no": msg("request denied"), "answer.withdrawn": msg("request taken back"), "pause": msg("play paused"),
    "enforcement.off": msg("all limits lifted"), "code.used": msg("code by telephone used"),
    "pin.failed": msg("wrong PIN or code"),
}  # fmt: skip
CHANGES: Final[dict[str, Arg]] = {
    "place.changed": msg("place or hours"), "policy.changed": msg("rules in force"), "guardian.changed": msg("guardians"),
    "game.changed": msg("labels of games"), "programs.changed": msg("which programs may run"),
    "seat.retired": msg("PCs retired"),
}  # fmt: skip
CHECKED: Final[dict[str, Arg]] = {
    "card": msg("by a card"), "born": msg("as they said"), "registered": msg("registered before"), "guest": msg("not at all"),
    "moved": msg("they came from another PC"),
}  # fmt: skip
SHOWN: Final[dict[str, Arg]] = {
    "unseen": msg("on no display"), "shown": msg("shown somehow"), "banner": msg("a banner"),
    "notification": msg("a notification"), "window": msg("a window"), "sound": msg("sound only"),
}  # fmt: skip
UNEXPLAINED: Final = ("lost", "ran-on", "restored")
_NOTHING: Final[Cell] = Cell()


def all_tables(
    figures: Figures, decisions: dict[str, dict[str, Any]], titles: Mapping[str, str], *, public: bool,
    seats: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Table]:  # fmt: skip
    """In the order in which they are read. `titles`: of games that the place knows, and `seats`: what it calls its PCs, by
    their id. `public`: it is no home.
    """
    yield overview(figures)
    if public:
        yield _checkins(figures)
    games: dict[str, Arg] = {game: game_called(title, game) for game, title in titles.items() if title}
    games |= {game.id: game_called(game.title, game.id) for game in (*shipped_catalogue(), UNKNOWN_GAME)}
    played = _played(figures, msg("Play by game"), (msg("game"), msg("label")), ("game", "label"),
                     lambda game, label: (games.get(str(game), str(game)), _label(label)))  # fmt: skip
    yield replace(played, rows=tuple(sorted(played.rows, key=_plays, reverse=True)))
    yield _played(figures, msg("Play by age label"), (msg("label"),), ("label",), lambda label: (_label(label),))
    yield from _by_time(figures)
    yield _refused(figures, decisions)
    yield _due(figures, decisions)
    yield _warned(figures)
    yield overrides(figures, public=public)
    yield _changes(figures)
    yield _seats(figures, seats)
    yield issues(figures)


def _plays(row: Row) -> int:
    return sum(cell for cell in row.cells if isinstance(cell, int))


def _label(label: str) -> Arg:
    return label or msg("no label")


def overview(figures: Figures) -> Table:
    """One line a group of ages, and all of them together."""
    told = [figures.by(name, "group") for name in ("play", "time", "refused", "due", "warned")]
    rows = []
    for group, said in GROUPS.items():
        play, time, refused, due, warned = (one.get((group,), _NOTHING) for one in told)
        cells = (said, play.n, Length(time.ms), refused.n, due.n, warned.n)
        rows.append(Row(cells, [number for cell in (play, time, refused, due, warned) for number in cell.entries]))
    total = [figures.by(name).get((), _NOTHING) for name in ("play", "time", "refused", "due", "warned")]
    rows.append(Row((msg("together"), total[0].n, Length(total[1].ms), *(one.n for one in total[2:]))))
    columns = (
        msg("players"), msg("plays"), msg("time of play"), msg("refused starts"), msg("plays that were due"), msg("reminders"),
    )  # fmt: skip
    return Table(msg("Overview"), columns, tuple(rows))


Words = Callable[..., tuple[Arg, ...]]


def _played(figures: Figures, title: Arg, columns: tuple[Arg, ...], fields: tuple[str, ...], words: Words) -> Table:
    """Plays and time of each group of ages, by these fields."""
    plays, times = figures.by("play", *fields, "group"), figures.by("time", *fields, "group")
    keys = sorted({key[:-1] for key in (*plays, *times)})
    rows = []
    for key in keys:
        cells: list[Arg] = [*words(*key)]
        entries: list[int] = []
        for group in GROUPS:
            play, time = plays.get((*key, group), _NOTHING), times.get((*key, group), _NOTHING)
            cells += [play.n, Length(time.ms)]
            entries += [*play.entries, *time.entries]
        rows.append(Row(tuple(cells), entries))
    heads = (
        msg("plays, under 18"), msg("time, under 18"), msg("plays, adults"), msg("time, adults"), msg("plays, age not known"),
        msg("time, age not known"),
    )  # fmt: skip
    return Table(title, (*columns, *heads), tuple(rows), len(columns), empty=msg("Nobody played."))


def _by_time(figures: Figures) -> Iterator[Table]:
    """By day; where these are many by month besides, so that they can be read."""
    by_day = _played(figures, msg("Play by day"), (msg("day"),), ("day",), lambda day: (Day(date.fromisoformat(day)),))
    if len(by_day.rows) <= 31:
        yield by_day
        return
    yield _by_month(by_day)
    yield replace(by_day, long=True)


def _by_month(days: Table) -> Table:
    """The rows of `days` added up."""
    months: dict[str, list[Row]] = {}
    for row in days.rows:
        day = row.cells[0]
        months.setdefault(f"{day.day:%m/%Y}" if isinstance(day, Day) else "", []).append(row)
    rows = tuple(Row((name, *_sums(some)), [number for row in some for number in row.entries]) for name, some in months.items())
    return Table(msg("Play by month"), (msg("month"), *days.columns[1:]), rows,
                 note=msg("Day by day: in the table that --xlsx or --csv writes."))  # fmt: skip


def _sums(rows: Iterable[Row]) -> Iterator[Arg]:
    for column in zip(*(row.cells[1:] for row in rows), strict=True):
        numbers = [cell for cell in column if isinstance(cell, int)]
        yield sum(numbers) if numbers else Length(sum(cell.ms for cell in column if isinstance(cell, Length)))


def _rule(rule: str, decisions: dict[str, dict[str, Any]]) -> Arg:
    """What it says, and the law's article behind it in the next column. Of many pauses each had an end of its own."""
    if rule == PAUSE:
        return msg("play paused")
    return msg("limits that the place set itself") if rule == HOUSE else rule_of(decisions[rule])


def _source(rule: str, cite: str) -> str:
    """The place's own limits are of no law, and what command set them is none; nor is a pack's own rule of one."""
    return "–" if rule == HOUSE or cite == rule.partition(".")[0] else cite


def _refused(figures: Figures, decisions: dict[str, dict[str, Any]]) -> Table:
    found = figures.by("refused", "cite", "rule", "group")
    rows = []
    for cite, rule in dict.fromkeys(key[:2] for key in found):
        cells = [found.get((cite, rule, group), _NOTHING) for group in GROUPS]
        numbers = [number for cell in cells for number in cell.entries]
        rows.append(Row((_rule(rule, decisions), _source(rule, cite), *(cell.n for cell in cells)), numbers))
    programs = figures.by("program").get((), _NOTHING)
    if programs.n:
        said = msg("programs that no administrator installed")
        rows.append(Row((said, "", "", "", programs.n), programs.entries))
    return Table(msg("Starts that were refused"), (msg("rule"), msg("source"), *GROUPS.values()), tuple(rows), 2,
                 empty=msg("Nothing was refused."), short=msg("refused starts"))  # fmt: skip


def _due(figures: Figures, decisions: dict[str, dict[str, Any]]) -> Table:
    found = figures.by("due", "cite", "rule", "how", "group")
    rows = []
    for cite, rule, how in dict.fromkeys(key[:3] for key in found):
        cells = [found.get((cite, rule, how, group), _NOTHING) for group in GROUPS]
        numbers = [number for cell in cells for number in cell.entries]
        rows.append(Row((_rule(rule, decisions), _source(rule, cite), HOW.get(how, how), *(cell.n for cell in cells)), numbers))
    columns = (msg("rule"), msg("source"), msg("how it ended"), *GROUPS.values())
    return Table(msg("Plays that had to end, and how they did"), columns, tuple(rows), 3, empty=msg("No play had to end."),
                 short=msg("plays that were due"))  # fmt: skip


def _warned(figures: Figures) -> Table:
    what: dict[str, Arg] = {"time": msg("time that is left"), "law": msg("what the law wants told")}
    found = figures.by("warned", "what", "how", "group")
    rows = []
    for about, how in dict.fromkeys(key[:2] for key in found):
        cells = [found.get((about, how, group), _NOTHING) for group in GROUPS]
        numbers = [number for cell in cells for number in cell.entries]
        rows.append(Row((what[about], SHOWN.get(how, how), *(cell.n for cell in cells)), numbers))
    return Table(msg("Reminders on the screen"), (msg("reminder of"), msg("shown as"), *GROUPS.values()), tuple(rows), 2,
                 empty=msg("There were none."))  # fmt: skip


def overrides(figures: Figures, *, public: bool) -> Table:
    names = roles(public=public)
    rows = []
    for (what, by), cell in figures.by("override", "what", "by").items():
        role = names.get(by, by) or "–"
        rows.append(Row((OVERRIDES.get(what, what), role, cell.n, Length(cell.ms) if cell.ms else "–"), cell.entries))
    columns = (msg("what"), msg("by"), msg("times"), msg("how much time"))
    return Table(msg("What people allowed or stopped"), columns, tuple(rows), 2,
                 empty=msg("Nobody did anything beside the rules."), short=msg("beside the rules"))  # fmt: skip


def _changes(figures: Figures) -> Table:
    found = figures.by("change", "what")
    rows = tuple(Row((CHANGES[what], cell.n), cell.entries) for (what,), cell in found.items())
    return Table(msg("Changes of rules and games"), (msg("what"), msg("times")), rows, empty=msg("Nothing was changed."))


def _checkins(figures: Figures) -> Table:
    found = figures.by("checkin", "how")
    rows = tuple(Row((CHECKED[how], cell.n), cell.entries) for how in CHECKED if (cell := found.get((how,))))
    columns = (msg("how their age was checked"), msg("times"))
    return Table(msg("Customers checked in"), columns, rows, empty=msg("Nobody was."))


def _seats(figures: Figures, names: Mapping[str, str]) -> Table:
    """How long each PC was watched, and when it was not."""
    alive, gaps = figures.by("alive", "seat"), figures.by("gap", "seat", "how")
    # Of its last hour, and of a run of less than a minute, nobody tells the minutes: what it wrote then is of a day, too.
    counted = Sums(seat for seat, _ in {*figures.by("alive", "seat", "day"), *figures.by("heard", "seat", "day")})
    rows: list[Row] = []
    heard = figures.by("heard", "seat")
    for seat in sorted({key[0] for key in (*heard, *alive, *gaps)}):
        on, off = alive.get((seat,), _NOTHING), gaps.get((seat, "off"), _NOTHING)
        lost = [gaps[seat, how] for how in UNEXPLAINED if (seat, how) in gaps]
        missed = Length(sum(cell.ms for cell in lost))
        pc = names.get(seat) or seat
        cells = (pc, counted[seat], Length(on.ms), sum(cell.n for cell in lost), missed, off.n, Length(off.ms))
        rows.append(Row(cells, [*on.entries, *(number for cell in lost for number in cell.entries), *off.entries]))
    columns = (
        msg("PC"), msg("days on"), msg("time watched"), msg("unexplained gaps"), msg("time of these"),
        msg("times stopped in order"), msg("time of that"),
    )  # fmt: skip
    notes: list[Arg] = [msg("Each hour a PC tells in which minutes it was watched: the last hour may not be in here.")]
    of = figures.by("gap", "how")
    if missed_how := [_gap(how, of[how,]) for how in UNEXPLAINED if (how,) in of]:
        notes.append(msg("Unexplained: {what}. What was played then is in no figure here. A PC ends without a word after a "
                         "power failure, too.", what=semicolon(missed_how)))  # fmt: skip
    empty = msg("The log says nothing of any PC in these days.")
    return Table(msg("When each PC was watched"), columns, tuple(rows), empty=empty, note=together(notes, " "))


def _gap(how: str, cell: Cell) -> Arg:
    told: dict[str, Arg] = {"what": GAPS[how], "length": Length(cell.ms)}
    return msgn("{what}, {n} time, {length}", "{what}, {n} times, {length} in all", cell.n, **told)


def issues(figures: Figures) -> Table:
    found = figures.by("issue", "what")
    rows = tuple(Row((issue(what), cell.n), cell.entries) for (what,), cell in found.items())
    return Table(msg("Trouble: what was not enforced, or not sure"), (msg("what"), msg("times")), rows,
                 empty=msg("There was none."), short=msg("trouble"))  # fmt: skip
