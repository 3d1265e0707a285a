"""Entries of the log as people read them. What only a machine needs to make a decision again is left to --json."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from agent.api.messages import LogLine
from cli.output import Output
from cli.words.times import at, both
from cli.words.verdicts import VERDICTS

KINDS = {
    "seat.enrolled": "máy được ghi danh / seat enrolled",
    "seat.start": "bắt đầu giám sát / enforcing began",
    "seat.stop": "ngừng giám sát / enforcing ended",
    "presence": "máy đang chạy / seat was alive",
    "place.changed": "đổi địa điểm / place changed",
    "policy.changed": "đổi quy tắc / rules changed",
    "play.started": "bắt đầu chơi / play began",
    "warned": "đã nhắc / told",
    "play.due": "phải dừng chơi / play has to end",
    "play.ended": "hết chơi / play ended",
    "launch.refused": "không cho mở / start refused",
    "grant.given": "cho thêm giờ / time granted",
    "grant.revoked": "rút lại giờ / grant taken back",
    "approval": "cho chơi trò / game let through",
    "clock.jump": "đồng hồ bị chỉnh / clock changed",
    "zone.changed": "múi giờ của máy bị đổi / the PC's time zone was changed",
    "issue.raised": "có sự cố / trouble began",
    "issue.cleared": "hết sự cố / trouble is over",
    "usage.day": "tổng kết ngày / summary of the day",
    "seal": "niêm phong / seal",
    "agent.tick": "đại lý đang chạy / agent was alive",
}
_PLACES = {
    "home": "ở nhà / at home",
    "game-point": "điểm trò chơi / game point",
    "agent-without-games": "đại lý không trò chơi / agent without games",
}
_HOW = {
    "asked": "tự đóng khi được nhắc / closed when asked",
    "killed": "bị đóng / was ended",
    "by itself": "người chơi đóng / by itself",
    "gone": "không rõ lúc nào / unseen",
    "power": "máy tắt / power",
    "midnight": "sang ngày mới / midnight",
    "gate": "trước khi chạy / before it ran",
    "ended": "đóng ngay khi chạy / ended at its start",
}
_LABELS = {
    "who": "bí danh / pseudonym",
    "target": "cho / for",
    "packs": "bộ quy tắc / packs",
    "game": "trò / game",
    "label": "nhãn / label",
    "age": "tuổi / age",
    "since": "từ / since",
    "until": "đến / until",
    "ms": "dài / for",
    "left": "còn / left",
    "budget": "mức / budget",
    "grace": "để lưu / to save",
    "before": "đã chơi / played",
    "rule": "quy tắc / rule",
    "cite": "căn cứ / citation",
    "verdict": "kết quả / verdict",
    "at": "lúc / at",
    "given": "lúc / at",
    "how": "cách / how",
    "place": "nơi / place",
    "zone": "múi giờ / zone",
    "hours": "giờ / hours",
    "match": "nhận ra bởi / recognised by",
    "player": "người chơi / player",
    "name": "tên / name",
    "account": "tài khoản / account",
    "born": "sinh / born",
    "by": "bởi / by",
    "reason": "lý do / why",
    "what": "việc / what",
    "grants": "gia hạn / grants",
    "games": "các trò / games",
    "house": "giới hạn riêng / own limits",
    "clean": "lần trước dừng đúng cách / last run ended well",
    "day": "ngày / day",
    "publisher": "nhà phát hành / publisher",
    "watch": "theo dõi / watch",
    "lost_from": "mất dấu từ / lost since",
    "expected": "đáng lẽ / expected",
    "to": "thành / to",
    "shown": "đã hiện / shown",
    "late": "trễ / late",
    "play": "lượt / play",
    "guardian": "người giám hộ / guardian",
    "certificate": "giấy chứng nhận / certificate",
    "first": "từ số / first",
    "last": "đến số / last",
    "key": "khóa / key",
    "version": "bản / version",
    "silent": "im lặng / silent",
    "seats": "máy / seats",
    "approved": "đã cho qua / let through",
    "id": "mã / id",
}

_WORDS: dict[str, dict[str, str]] = {
    "verdict": {str(name): said for name, said in VERDICTS.items()},
    "how": _HOW,
    "place": _PLACES,
}
_ORDER = {name: place for place, name in enumerate(_LABELS)}

# What places an entry in its chain, and is not what it says.
_FRAME = frozenset({"v", "kind", "seat", "boot", "seq", "prev", "mono", "wall", "secret"})
# What makes a decision again, or a program known again.
_MACHINES = frozenset({"counted", "inline", "pack", "params", "pid", "started", "bits", "head", "sig"})
_MOMENTS = frozenset({"since", "until", "at", "given", "lost_from", "expected", "to"})
_LENGTHS = frozenset({"ms", "left", "budget", "grace"})
_VALUES = 60  # columns for the values of one pack


def entry(out: Output, line: LogLine, now: int, zone: str) -> None:
    """One entry: where and when, what happened, the fields that say so, and the personal data beside it."""
    fields: dict[str, Any] = msgspec.json.decode(line.entry)
    kind = fields["kind"]
    out.say(f"{line.index} · {at(fields['wall'], now, zone)} · {fields['seat']} · {KINDS.get(kind, kind)}", 0, 4)
    if what := "; ".join(_said(fields, now, zone)):
        out.say(what, 4, 2)
    if line.payload:
        out.say(f"«{_personal(line.payload)}»", 4, 2)


def is_seal(line: LogLine) -> bool:
    """Whether an entry only signs those before it."""
    fields: dict[str, Any] = msgspec.json.decode(line.entry)
    return bool(fields["kind"] == "seal")


def _said(fields: dict[str, Any], now: int, zone: str) -> Iterator[str]:
    for name in sorted(fields, key=lambda name: _ORDER.get(name, len(_ORDER))):
        value = fields[name]
        if name in _FRAME | _MACHINES or _empty(value):
            continue
        yield f"{_LABELS.get(name, name)} {_value(name, value, now, zone)}"


def _empty(value: object) -> bool:
    """Whether a field says nothing. A number of 0 does."""
    return value is None or value is False or value in ("", [], {})


def _value(name: str, value: Any, now: int, zone: str) -> str:
    """A field's value in words."""
    if name in _MOMENTS and isinstance(value, int):
        return at(value, now, zone)
    if name in _LENGTHS and isinstance(value, int):
        return both(value)
    if name == "label" and isinstance(value, int):
        return f"{value}+"
    if name == "id" and isinstance(value, str):
        return _cut(value)
    if isinstance(value, str) and value in _WORDS.get(name, {}):
        return _WORDS[name][value]
    made: Callable[[Any, int, str], str] | None = _MANY.get(name)
    return made(value, now, zone) if made else _plain(value)


def _plain(value: object) -> str:
    if value is True:
        return "có / yes"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return _cut(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def _cut(text: str) -> str:
    """Hashes, keys and pseudonyms, which have no spaces, are cut; what people wrote is not."""
    return text if len(text) < 32 or " " in text else text[:12] + "…"


def _packs(packs: list[dict[str, Any]], _now: int, _zone: str) -> str:
    return ", ".join(f"{pack['id']}{_values(pack.get('params') or {})}" for pack in packs)


def _values(params: dict[str, Any]) -> str:
    """The values put into a pack, the first of many."""
    told = ", ".join(f"{name}={str(value).lower()}" for name, value in params.items() if value not in ("", []))
    return f" ({textwrap.shorten(told, _VALUES, placeholder=' …')})" if told else ""


def _before(played: dict[str, int], _now: int, _zone: str) -> str:
    """Play of the rule's day: of the game, and of all games."""
    names = {"game": "trò này / this game", "publisher": "nhà phát hành / publisher", "total": "mọi trò / all"}
    return ", ".join(f"{names.get(name, name)} {both(ms)}" for name, ms in played.items())


def _grants(grants: list[dict[str, Any]], now: int, zone: str) -> str:
    return ", ".join(
        f"{both(one['ms'])} ({one['game'] or 'mọi trò / all'}, {at(one['given'], now, zone)})" for one in grants
    )


def _games(games: dict[str, dict[str, int]], _now: int, _zone: str) -> str:
    return ", ".join(f"{game} {both(day['ms'])}" for game, day in games.items())


def _seats(seats: dict[str, int], now: int, zone: str) -> str:
    return ", ".join(f"{seat} {at(heard, now, zone)}" for seat, heard in seats.items())


_MANY: dict[str, Callable[[Any, int, str], str]] = {
    "packs": _packs, "before": _before, "grants": _grants, "games": _games, "seats": _seats,
}  # fmt: skip


def _personal(payload: str) -> str:
    """The personal data beside an entry as words; what is no JSON object, such as why it cannot be read, as it is."""
    try:
        fields: dict[str, Any] = msgspec.json.decode(payload, type=dict[str, Any])
    except msgspec.MsgspecError:
        return payload
    told = ((("bởi / by" if name == "who" else _LABELS.get(name, name)), value) for name, value in fields.items())
    return "; ".join(f"{label} {_plain(value)}" for label, value in told if not _empty(value))
