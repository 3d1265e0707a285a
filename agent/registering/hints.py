"""What a command that changes rules says besides: which rules bind now, and which of those just named do not. Lines for people.

A pack may be valid and yet bind nobody: abolished, made for another kind of place, or for other ages. Whoever put it on has to
hear so, because a player whom nothing binds looks like one whom nothing has stopped yet.
"""

from __future__ import annotations

from agent.registering import lookup
from agent.registry import Change
from agent.roster import Compiler
from agent.store.people import GUEST, PlayerRow
from agent.store.rules import PLACE, PackRow
from rules.calendar import birthday, calendar
from rules.engine.reach import reach
from rules.games import Game
from rules.policy import Pack, Place

_PLACES = {
    "home": ("ở nhà", "at home"),
    "game-point": ("ở điểm trò chơi", "at a game point"),
    "agent-without-games": ("ở đại lý không có trò chơi", "at an agent without games"),
}
_MINUTE_MS = 60_000
_ADVICE = (
    "  giochoi game allow guest ID                  # trò chưa có nhãn / one without a label",
    "  giochoi game add ID --exe PATH --label VN00  # nếu nhãn thật là vậy / if that is its label",
    "Mọi khách dùng chung một bộ đếm giờ, đến khi có đăng ký ở quầy.",
    "All guests share one counter, until there is check-in at the counter.",
)


def guests_now(change: Change) -> str:
    """What binds the guests of a game point, and how a game is let through for them; "" elsewhere."""
    place = change.tables.place.get()
    if place.place != "game-point":
        return ""
    compiler = Compiler(change.tables, change.world.shelf)
    row = lookup.guest(change.tables)
    guest = compiler.player(row)
    uses = ", ".join(pack.said for pack in change.tables.rules.packs().get(GUEST, ()))
    said = f"Khách theo / guests are under: {uses or '–'}"
    if not any(pack.asks for pack in guest.packs):
        return lines(said, nobody_registered(change, row))
    closed = sum(game.label is None and game.id not in guest.approved for game in compiler.games)
    return lines(
        said,
        f"Khách chưa rõ tuổi nên bị từ chối trò có nhãn VN12 trở lên và trò chưa có nhãn ({closed} trò).",
        f"Their age is unknown: games of VN12 and above, or without a label ({closed}), are refused to them.",
        "Cho khách chơi một trò / to let guests play one:",
        *_ADVICE,
        nobody_registered(change, row),
    )


def hours_now(change: Change) -> str:
    """The opening hours of a place that has some; "" at home."""
    packs = Compiler(change.tables, change.world.shelf).packs(PLACE, "place")
    place = change.tables.place.get().place
    found = next((said for pack in packs if pack.id == f"vn-{place}" and (said := opening(pack))), "")
    return f"giờ mở cửa / opening hours: {found}" if found else ""


def opening(pack: Pack) -> str:
    """The hours that a pack of a place's hours keeps to, as HH:MM-HH:MM: its own, after the law's, where it has some."""
    spans = [span for window in pack.windows for span in window.spans]
    minutes = [ms // _MINUTE_MS for span in spans[-1:] for ms in (span.start, span.end)]
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in minutes)


def lines(*notes: str) -> str:
    """These notes, one below the other; empty ones leave no line."""
    return "\n".join(filter(None, notes))


def replaced(change: Change, target: str, before: tuple[PackRow, ...]) -> str:
    """Which packs the target had until now, if it had some and they were others."""
    old, new = ([row.said for row in rows] for rows in (before, change.tables.rules.packs().get(target, ())))
    return f"trước đó / before: {', '.join(old)}" if old and old != new else ""


def idle(change: Change, row: PlayerRow | None) -> str:
    """Which packs of the player (None: of the place) bind nothing now, and why. "" if each binds something."""
    place = change.tables.place.get().place
    compiler = Compiler(change.tables, change.world.shelf)
    packs = compiler.packs(PLACE if row is None else row.id, "place" if row is None else "player")
    found = [line for pack in packs if (line := _idle(pack, place, row, change.now))]
    if row is None or len(found) < len(packs) or not found:
        return lines(*found)
    beside = (*compiler.packs(PLACE, "place"), *(pack for pack in compiler.player(row).packs if pack not in packs))
    if all(_idle(pack, place, row, change.now) for pack in beside):
        found.append(f"không quy tắc nào ràng buộc {row.name} lúc này / no rule binds {row.name} now")
    return lines(*found)


def nobody_registered(change: Change, row: PlayerRow | None) -> str:
    """A warning where every guest is refused because no guardian can have registered it."""
    if row is None or row.id != GUEST:
        return ""
    guest = Compiler(change.tables, change.world.shelf).player(row)
    if guest.guardian or not any(pack.guardians for pack in guest.packs):
        return ""
    return (
        "khách không có người giám hộ đăng ký nên bị từ chối mọi trò; với vn-147 hãy thêm :guardian=false"
        " / no guardian registered a guest, so every game is refused; with vn-147 add :guardian=false"
    )


def label_refuses(change: Change, row: PlayerRow, game: Game) -> str:
    """A warning where a game that was just let through is refused all the same: a yes answers what has no label, no more."""
    if not game.label or (row.born is not None and birthday(row.born, game.label) <= change.today):
        return ""
    place, compiler = change.tables.place.get().place, Compiler(change.tables, change.world.shelf)
    packs = (*compiler.packs(PLACE, "place"), *compiler.player(row).packs)
    if not any(pack.ratings and not _idle(pack, place, row, change.now) for pack in packs):
        return ""
    return f"nhãn {game.label}+ vẫn từ chối {row.name} / its label {game.label}+ still refuses {row.name}"


def _idle(pack: Pack, place: Place, row: PlayerRow | None, now: int) -> str:
    """Why the pack binds nothing at `now` (Unix ms); "" if it does, or will without anybody's doing."""
    ends, starts = pack.effective_to, pack.effective_from
    if ends is not None and calendar(pack.zone).start(ends) <= now:
        return f"{pack.id}: không còn hiệu lực từ {ends} / not in force since {ends}"
    if starts is not None and calendar(pack.zone).start(starts) > now:
        return f"{pack.id}: đến {starts} mới có hiệu lực / not in force until {starts}"
    if all(rule.places and place not in rule.places for rule in pack.rules):
        vi, en = _PLACES[place]
        return f"{pack.id}: không ràng buộc ai {vi} / binds nothing {en}"
    born = None if row is None else row.born
    found = [reach(rule, pack, place, born) for rule in pack.rules]
    if row is not None and all(one is None or one.end <= now for one in found):
        return f"{pack.id}: không còn ràng buộc ai ở tuổi của {row.name} / binds nobody of {row.name}'s age any more"
    return ""
