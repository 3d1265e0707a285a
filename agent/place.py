"""What this place is: its kind, its hours, its zone, its certificate, and the packs that come with a kind."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.api import messages as m
from agent.errors import bad_input, unavailable
from agent.lookup import guest
from agent.names import clean
from agent.registry import Change, Made
from agent.rulebook import POINT_PACK, put_packs, record_policy, shipped_pack
from agent.store.people import GUEST
from agent.store.place import PlaceRow
from agent.store.rules import PLACE, PackRow, TextRow
from compliance.entry import PlaceChanged
from rules.calendar import ZoneError, calendar

# What a game point's guests are under until the operator says otherwise.
GUEST_PACK = "vn-147"

_HOURS = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)")
_MAX_CERTIFICATE = 80


def place_set(change: Change, request: m.PlaceSet) -> Made:
    if request.place == "agent-without-games":
        raise unavailable(
            "gói quy tắc cho đại lý không có trò chơi chưa có trong phiên bản này",
            "the rules of an agent without games are not part of this version",
        )
    old = change.tables.place.get()
    new = _described(old, request)
    change.tables.place.put(new)
    packs = _house_packs(change, old, new)
    change.record(
        PlaceChanged, {"what": "place.set", "name": new.name, "certificate": new.certificate},
        place=new.place, zone=new.zone, hours=new.hours,
    )  # fmt: skip
    if packs:
        record_policy(change, None, {"what": "place.set"})
        record_policy(change, guest(change.tables), {"what": "place.set"})
    return Made(note=_expired(change, new))


def _described(old: PlaceRow, request: m.PlaceSet) -> PlaceRow:
    """The place as it is to be. ApiError(bad-input) if a field makes no sense."""
    new = replace(old, place=request.place)
    if request.hours is not None:
        new = replace(new, hours=_hours(request))
    elif request.place != "game-point":
        new = replace(new, hours="")
    if request.zone is not None:
        new = replace(new, zone=_zone(request.zone))
    if request.name is not None:
        new = replace(new, name=clean(request.name) if request.name else "")
    if request.certificate is not None:
        new = replace(new, certificate=clean(request.certificate, _MAX_CERTIFICATE) if request.certificate else "")
    if request.expires is not None:
        new = replace(new, expires=request.expires)
    return new


def _hours(request: m.PlaceSet) -> str:
    if request.place != "game-point":
        raise bad_input("chỉ điểm trò chơi có giờ mở cửa", "only a game point has opening hours")
    hours = request.hours or ""
    if not _HOURS.fullmatch(hours):
        raise bad_input(f"giờ '{hours}': hãy viết như 08:00-22:00", f"hours '{hours}': write them like 08:00-22:00")
    return hours


def _zone(zone: str) -> str:
    try:
        calendar(zone)
    except ZoneError as error:
        raise bad_input(*_both(str(error))) from error
    return zone


def _both(line: str) -> tuple[str, str]:
    vi, _, en = line.partition(" / ")
    return vi, en


def _house_packs(change: Change, old: PlaceRow, new: PlaceRow) -> bool:
    """Put on, or take off, the packs that come with the kind of place. Whether anything changed."""
    point = new.place == "game-point"
    if not point and old.place != "game-point":
        return False
    for target, id in ((PLACE, POINT_PACK), (GUEST, GUEST_PACK)):
        others = tuple(pack for pack in _in_force(change, target) if pack[0].pack != id)
        if not point:
            put_packs(change, target, others)
        elif target == PLACE:
            hours = {"hours": new.hours} if new.hours else {}
            put_packs(change, target, (shipped_pack(change.world.shelf, id, hours), *others))
        elif len(others) == len(_in_force(change, target)):
            put_packs(change, target, (shipped_pack(change.world.shelf, id, {}), *others))
    return True


def _in_force(change: Change, target: str) -> tuple[tuple[PackRow, TextRow], ...]:
    texts = change.tables.rules.texts()
    return tuple((row, texts[row.sha256]) for row in change.tables.rules.packs().get(target, ()))


def _expired(change: Change, place: PlaceRow) -> str:
    if place.expires is None or place.expires >= change.today:
        return ""
    return f"giấy chứng nhận đã hết hạn ngày {place.expires} / the certificate expired on {place.expires}"
