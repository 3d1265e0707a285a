"""What a command that changes rules says besides: which rules bind now, and which of those just named do not.

A pack may be valid and yet bind nobody: abolished, made for another kind of place, or for other ages. Whoever put it on has to
hear so, because a player whom nothing binds looks like one whom nothing has stopped yet.
"""

from __future__ import annotations

from collections.abc import Iterable

from agent.registering import lookup
from agent.registry import Change
from agent.store.rows import GUEST, PLACE, PackRow, PlayerRow
from i18n.message import Arg, Day, Message, comma, msg, msgn
from rules.calendar import age_on, calendar
from rules.engine.reach import ADULT, reach
from rules.policy import Pack, Place

Hints = tuple[Message, ...]

_MINUTE_MS = 60_000


def called(row: PlayerRow) -> Arg:
    """What a sentence calls the player, or the guests."""
    return msg("guest") if row.id == GUEST else row.name


def guests_now(change: Change) -> Hints:
    """What binds the guests of a game point, and how a game is let through for them; nothing elsewhere."""
    place = change.tables.place()
    if place.place != "game-point":
        return ()
    compiler = change.compiler()
    row = lookup.guest(change.tables)
    guest = compiler.player(row)
    uses = [pack.pack for pack in change.tables.packs().get(GUEST, ())]
    said = msg("guests are under no rules")
    if uses:
        told: dict[str, Arg] = {"packs": comma(uses), "command": "giochoi policy show guest"}
        said = msg("guests are under the rules of {packs}; see: {command}", **told)
    if not any(pack.asks for pack in guest.packs):
        return said, *nobody_registered(change, row)
    closed = sum(game.system != "VN" and game.id not in guest.approved for game in compiler.games)
    return (
        said,
        msg("a guest's age is unknown: games from VN12 on are refused") if not closed else msgn(
            "a guest's age is unknown: games from VN12 on and {n} game without a Vietnamese label are refused",
            "a guest's age is unknown: games from VN12 on and {n} games without a Vietnamese label are refused",
            closed,
        ),
        msg("to let guests play one without a label, or all: {command}", command="giochoi game allow guest GAME|all"),
        msg("to tell a label and where it is from: {command}", command="giochoi game label ID VN00 --source TEXT"),
        msg("guests whom nobody checks in share one counter; for one each: {command}", command="giochoi checkin"),
        *nobody_registered(change, row),
    )


def free(change: Change, row: PlayerRow) -> Hints:
    """That nothing limits the player, who may be a minor, and what would."""
    grown = row.born is not None and age_on(row.born, change.today) >= ADULT
    if grown or change.compiler().player(row).packs:
        return ()
    first = "home-school-week" if change.tables.place().place == "home" else "vn-147:guardian=false"
    command = f"giochoi policy use {row.id} {first}"
    return (msg("nothing limits {name} yet; to begin with: {command}", name=row.name, command=command),)


def hours_now(change: Change) -> Hints:
    """The opening hours of a place that has some; nothing at home."""
    packs = change.compiler().packs(PLACE, "place")
    place = change.tables.place().place
    found = next((said for pack in packs if pack.id == f"vn-{place}" and (said := opening(pack))), "")
    return (msg("opening hours: {hours}", hours=found),) if found else ()


def opening(pack: Pack) -> str:
    """The hours of the pack's last span, as HH:MM-HH:MM: the place's own ones come after the law's. "" if it has none."""
    spans = [span for window in pack.windows for span in window.spans]
    minutes = [ms // _MINUTE_MS for span in spans[-1:] for ms in (span.start, span.end)]
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in minutes)


def replaced(change: Change, target: str, before: tuple[PackRow, ...]) -> Hints:
    """Which packs the target had until now, if it had some and they were others; and which of them it has no more, beside those
    that it has: whoever changes one value soon forgets to name the rest.
    """
    after = change.tables.packs().get(target, ())
    old, new = ([row.said for row in rows] for rows in (before, after))
    if not old or old == new:
        return ()
    gone = [row.pack for row in before if row.pack not in {one.pack for one in after}]
    said = msg("until now: {packs}", packs=comma(old))
    return (said, msg("no longer in force: {packs}", packs=comma(gone))) if gone and new else (said,)


def idle(change: Change, row: PlayerRow | None) -> Hints:
    """Which packs of the player (None: of the place) bind nothing now, and why."""
    place = change.tables.place().place
    packs = change.compiler().packs(PLACE if row is None else row.id, "place" if row is None else "player")
    return tuple(hint for pack in packs if (hint := _idle(pack, place, row, change.now)))


def own_zones(change: Change, targets: Iterable[str]) -> Hints:
    """Which packs of these targets have a zone of their own, which is not the place's: their days and hours are of theirs."""
    compiler, place = change.compiler(), change.tables.place()
    rows, zone = {row.id: row for row in change.tables.players()}, place.zone
    apart: dict[str, dict[str, None]] = {}
    for target in targets:
        for pack in compiler.packs(target, "player"):
            if pack.zone != zone and _idle(pack, place.place, rows.get(target), change.now) is None:
                apart.setdefault(pack.zone, {})[pack.id] = None
    return tuple(
        msg("days and hours of {packs} stay those of {zone}, not of {own}", packs=comma(packs), zone=other, own=zone)
        for other, packs in apart.items()
    )


def nobody_registered(change: Change, row: PlayerRow | None) -> Hints:
    """A warning where every game is refused to guests because a rule wants a guardian's registration, which guests lack."""
    if row is None or row.id != GUEST:
        return ()
    guest = change.compiler().player(row)
    if guest.guardian or not any(pack.guardians for pack in guest.packs):
        return ()
    return (msg("no guardian has registered a guest, so every game is refused; with vn-147 add :guardian=false"),)


def _idle(pack: Pack, place: Place, row: PlayerRow | None, now: int) -> Message | None:
    """Why the pack binds nothing at `now` (Unix ms); None if it does, or will without anybody's doing."""
    ends, starts = pack.effective_to, pack.effective_from
    if ends is not None and calendar(pack.zone).start(ends) <= now:
        return msg("{pack}: not in force since {day}", pack=pack.id, day=Day(ends))
    if starts is not None and calendar(pack.zone).start(starts) > now:
        return msg("{pack}: not in force until {day}", pack=pack.id, day=Day(starts))
    if all(rule.places and place not in rule.places for rule in pack.rules):
        return _elsewhere(pack, place)
    born = None if row is None else row.born
    found = [reach(rule, pack, place, born) for rule in pack.rules]
    if row is not None and all(one is None or one.end <= now for one in found):
        return msg("{pack}: binds nobody of {name}'s age any more", pack=pack.id, name=called(row))
    return None


def _elsewhere(pack: Pack, place: Place) -> Message:
    if place == "home":
        return msg("{pack}: binds nothing at home", pack=pack.id)
    if place == "game-point":
        return msg("{pack}: binds nothing at a game point", pack=pack.id)
    return msg("{pack}: binds nothing at an agent without games", pack=pack.id)
