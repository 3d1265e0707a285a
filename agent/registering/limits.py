"""A player's own limits: so many minutes a day, of one game or of all. What is accepted, and what it changes."""

from __future__ import annotations

from agent.api.answers import LimitRow as LimitShown
from agent.api.players import LimitSet
from agent.api.rule_words import rule_said
from agent.errors import bad_input
from agent.packs.own_limits import still_binding
from agent.registering import lookup
from agent.registering.consequences import floor
from agent.registering.consequences.answers import Answers
from agent.registering.consequences.hints import Hints
from agent.registering.rulebook import record_policy
from agent.registry import Change, Outcome
from agent.store.rows import LimitRow, PlayerRow
from i18n.message import comma, msg, semicolon
from rules.calendar import DAY_MS, calendar, day_name
from rules.games import UNKNOWN_GAME, Game
from rules.policy import WEEK, Weekday
from rules.unknown import UNKNOWN


def limit_set(change: Change, request: LimitSet) -> Outcome:
    """Its answer names the limits that these days had until now."""
    row = lookup.player_or_guest(change.tables, request.player)
    game = None if request.game is None else _game(change, request.game)
    id = "" if game is None else game.id
    if request.ms is not None and not 0 <= request.ms <= DAY_MS:
        raise bad_input(msg("a limit must be from 0 to 1440 minutes"))
    days = request.days or WEEK
    had = _had(change, row, id, days)
    stay = _of_games(change, row, days) if request.ms is None and game is None else ()
    if request.ms is None and not had:
        return Outcome(row.id, stay, changed=False, name=row.name)
    before = floor.held(change, row)
    for day in days:
        if request.ms is None:
            change.tables.drop_limits(player=row.id, game=id, day=day)
        else:
            change.tables.put_limit(LimitRow(row.id, id, day, request.ms))
    hints, lost = floor.chosen(change, row, before)
    record_policy(change, row, {"what": "limit.set", "player": row.id} | floor.as_payload(lost))
    return Outcome(row.id, (*_tighter(change, row, game, days, request.ms), *stay, *hints), name=row.name, limits=had)


def _game(change: Change, asked: str) -> Game:
    return UNKNOWN_GAME if asked == UNKNOWN else lookup.game(change.catalogue, asked)


def _had(change: Change, row: PlayerRow, game: str, days: tuple[Weekday, ...]) -> tuple[LimitShown, ...]:
    """The limits of these days, in the order of the week."""
    found = {one.day: one.ms for one in change.tables.limits() if (one.player, one.game) == (row.id, game)}
    return tuple(LimitShown(game=game or None, day=day, ms=found[day]) for day in WEEK if day in days and day in found)


def _of_games(change: Change, row: PlayerRow, days: tuple[Weekday, ...]) -> Hints:
    """Which games have limits of their own on these days: to remove that of all games leaves them."""
    games = sorted({one.game for one in change.tables.limits() if one.player == row.id and one.game and one.day in days})
    if not games:
        return ()
    command = f"giochoi limit {row.id} none --game {games[0]}"
    return (msg("limits of single games stay: {games}; to remove one: {command}", games=comma(games), command=command),)


def _tighter(change: Change, row: PlayerRow, game: Game | None, days: tuple[Weekday, ...], ms: int | None) -> Hints:
    """Which other budgets are tighter on one of these days than the limit, or (None) bind without it: it never widens another
    rule.
    """
    answers, zone = Answers(change, row), change.tables.place().zone
    findings = [one for at in _noons(zone, change.now, days) for one in answers.of(game, at)]
    binding = still_binding(findings, DAY_MS + 1 if ms is None else ms)
    if not binding:
        return ()
    rules = [rule_said(one.reason.text, one.reason.rule) for one in binding]
    if ms is None:
        return (msg("other rules still bind: {rules}", rules=semicolon(rules)),)
    return (msg("tighter rules still bind: {rules}", rules=semicolon(rules)),)


def _noons(zone: str, now: int, days: tuple[Weekday, ...]) -> list[int]:
    """Noon of the next date on each of these weekdays, today included."""
    today = day_name(zone, now).toordinal()
    dates = range(today, today + 7)
    return [calendar(zone).moment(one, DAY_MS // 2) for one in dates if WEEK[(one + 6) % 7] in days]
