"""Lines of the log as people read them. What only a machine needs to make a decision again is left to --json."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from agent.api.log import LogLine
from agent.api.naming import GUEST
from compliance.page.kinds import KINDS
from daemon.api.issues import ISSUES
from i18n.message import Arg, Length, Message, Moment, comma, msg
from rules.engine.label_words import label_said
from rules.systems import SYSTEMS
from rules.unknown import UNKNOWN, game_title
from words.days import day_or
from words.layout import row
from words.logged_rules import rule_of
from words.names import OPERATIONS, PLACES, WATCHES, clues, roles
from words.verdicts import UNKNOWN_VALUES, VERDICTS

_GUESTS_NAME: Final = "Khách"  # what the registry calls guests, in whatever language it is read
_SHOWN: Final = msg("reminder shown")
_APPROVED: Final = msg("a request was approved")
_DENIED: Final = msg("a request was denied")
_WITHDRAWN: Final = msg("a request was taken back")
_ASKED_TO_RUN: Final = msg("a player asked to run a program")
_ASKED_TO_PLAY: Final = msg("a player asked to play a game")
_NOT_SHOWN: Final = msg("reminder; nobody could be told, as no display showed it")
_ALL_PAUSED: Final = msg("play paused, for all")
_CLOSED: Final[dict[str, Arg]] = {
    "unseen": msg("logged off while nobody looked"), "unwatched": msg("a home now: nobody looks who is logged on"),
}  # fmt: skip
_LABELS: Final[dict[str, Arg]] = {
    "player": msg("player"), "system": msg("system of the label"), "who": msg("pseudonym"),
    "target": msg("for"), "packs": msg("packs"), "game": msg("game"), "label": msg("label"),
    "age": msg("age"), "since": msg("since"), "until": msg("until"), "left": msg("left"), "budget": msg("limit"),
    "grace": msg("to save"), "before": msg("before"), "after": msg("now"), "rule": msg("rule"), "cite": msg("source"),
    "verdict": msg("verdict"), "at": msg("at"), "given": msg("given"), "how": msg("how"), "place": msg("place"),
    "zone": msg("time zone"), "hours": msg("hours"), "match": msg("recognised by"),
    "name": msg("name"), "account": msg("account"), "born": msg("born"), "by": msg("by"), "reason": msg("reason"),
    "what": msg("what"), "grants": msg("time given"), "games": msg("games"), "house": msg("own limits"),
    "clean": msg("the last run ended well"), "day": msg("day"), "publisher": msg("publisher"), "watch": msg("watch"),
    "lost_from": msg("out of sight since"), "expected": msg("should have been"), "to": msg("became"), "late": msg("late"),
    "play": msg("play no."), "guardian": msg("guardian"), "certificate": msg("certificate"),
    "expires": msg("its last day"), "first": msg("from no."),
    "last": msg("to no."), "end": msg("before no."),
    "key": msg("key"), "version": msg("version"), "silent": msg("silent"), "seats": msg("PCs"),
    "approved": msg("let through"), "id": msg("id"), "registered": msg("registered now"),
    "role": msg("works as"), "looser": msg("looser now"),
    "only_installed": msg("unknown programs refused"), "unknown": msg("unknown programs"), "let": msg("let through"),
    "interpreters": msg("any script of"),
    "sha256": msg("content"), "build_id": msg("build id"), "size": msg("bytes"), "path": msg("file"),
    "players": msg("players with it"), "program": msg("program"), "grant": msg("given as"), "tries": msg("wrong tries"),
    "learning": msg("does not count"), "locked": msg("none taken until"), "payloads": msg("entries"),
    "aged": msg("age before, now"), "days": msg("days with play of the last seven"), "gate": msg("exec gate"),
    "made": msg("made"), "pin": msg("PIN"), "code": msg("code by telephone"),
    "address": msg("address"), "owner": msg("owner"), "guest": msg("guest"), "warned": msg("times reminded"),
    "follows": msg("this PC was"), "heard": msg("last heard"), "resumed": msg("goes on from play no."), "source": msg("source"),
    "ran": msg("it ran before it was"), "starts": msg("times begun"), "away": msg("not played in between"),
}  # fmt: skip
_MS: Final[dict[str, Arg]] = {
    "play.ended": msg("played"), "grant.given": msg("more"), "request": msg("more"), "answer": msg("more"),
    "code.used": msg("at most"),
}  # fmt: skip
_PROOFS: Final[dict[str, Arg]] = {"set": msg("set"), "removed": msg("taken away")}
_WORDS: Final[dict[str, dict[str, Arg]]] = {
    "verdict": {str(name): said for name, said in VERDICTS.items()},
    "how": {
        "asked": msg("it closed when asked"), "killed": msg("it was ended"), "by itself": msg("the player closed it"),
        "gone": msg("unseen"), "power": msg("the PC went off"), "midnight": msg("a new day began"),
        "list changed": msg("it counts otherwise since the players or games were changed"),
        "gate": msg("before it ran"), "ended": msg("ended at its start"), "pin": msg("by PIN"),
        "code": msg("by a code by telephone"), "taken back": msg("taken back"), "over": msg("over"),
        "banner": msg("as a banner"), "notification": msg("as a notification"), "window": msg("in a window"),
        "sound": msg("by sound only"),
    },
    "unknown": dict(UNKNOWN_VALUES),
    "game": {UNKNOWN: game_title(UNKNOWN, "")},
    "pin": _PROOFS,
    "code": _PROOFS,
    "ran": {"game": msg("a game"), "player": msg("this player's"), "before": msg("not allowed")},
    "place": PLACES,
    "by": roles(public=False),
    "watch": WATCHES,
    "target": {"place": msg("the whole place"), "guest": msg("guests")},
    "player": {GUEST: msg("guest"), _GUESTS_NAME: msg("guest")},
}  # fmt: skip
_NOBODY: Final[Mapping[str, str]] = MappingProxyType({})
_ORDER: Final = {name: place for place, name in enumerate(_LABELS)}

# What places an entry in its chain, and is not what it says; what makes a decision again, or a program known again.
_UNTOLD: Final = frozenset(
    {
        "v", "kind", "seat", "boot", "seq", "prev", "mono", "wall", "secret", "counted", "inline", "pack", "params", "pid",
        "started", "bits", "head", "sig", "shown", "paused",
        "bound", "kept",
        "opened", "asked",  # they repeat another entry
    }
)  # fmt: skip
# Of a decision: that a guardian is registered, and that the game was let through. Neither says so by its name alone.
_FACTS: Final = frozenset({"guardian", "approved"})
_MOMENTS: Final = frozenset({"since", "until", "at", "given", "lost_from", "expected", "to", "locked", "made", "heard"})
_DAYS: Final = frozenset({"expires", "day", "born"})
_LENGTHS: Final = frozenset({"ms", "left", "budget", "grace", "away"})
_AGENT: Final = "agent"  # as entries name whoever keeps the log
_EVERY: Final = "*"  # how a summary of the day names time that was given for all games
_VALUES: Final = 60  # columns for the values of one pack


def entry(
    line: LogLine, fields: dict[str, Any], zone: str, names: Mapping[str, str] = _NOBODY,
    seats: Mapping[str, str] = _NOBODY, *, public: bool = False,
) -> tuple[Message, ...]:
    """One entry, a line each: where and when, what happened, the `fields` that say so, and the personal data beside it.
    `names`: who the pseudonyms are, and `seats`: what PCs are called, where it is known. `public`: this is no home.
    """
    kind = fields["kind"]
    fields = _named(fields, names)
    if public and fields.get("by") == "guardian":
        fields["by"] = roles(public=True)["guardian"]
    if fields.get("rule"):
        fields["rule"] = rule_of(fields)
    _labelled(fields)
    what = _happened(kind, fields)
    seat = msg("agent") if fields["seat"] == _AGENT else seats.get(fields["seat"], fields["seat"])
    lines = [row((str(line.index), Moment(fields["wall"], zone), seat, what), " · ")]
    said = [_said(name, fields[name], kind, zone) for name in _told(fields)]
    if said:
        lines.append(row(said))
    if beside := line.unread or (line.payload and _personal(line.payload)):
        lines.append(row(("«", beside, "»"), ""))
    return tuple(lines)


def _happened(kind: str, fields: dict[str, Any]) -> Arg:
    """In words. Of the `fields` goes what these say, and what an entry only repeats for whoever verifies."""
    if kind == "warned" and "shown" in fields:
        return _SHOWN if fields["shown"] else _NOT_SHOWN
    if kind == "answer" and "approved" in fields:
        return _APPROVED if fields["approved"] else _WITHDRAWN if fields.get("by") == "player" else _DENIED
    if kind == "pause" and fields.get("who", "") is None:
        return _ALL_PAUSED
    said = KINDS.get(kind, kind)
    if kind == "seat.enrolled" and fields.get("id") == _AGENT:  # its own key, which is no PC's
        fields.pop("id")
        said = msg("the agent has a key of its own")
    if kind == "request" and (fields.get("program") or not fields.get("ms")):  # for no time, though older entries name some
        fields.pop("ms", None)
        return _ASKED_TO_RUN if fields.get("program") else _ASKED_TO_PLAY
    if kind == "session.closed":
        return _CLOSED.get(fields.pop("how", ""), said)
    if kind == "agent.tick":
        fields.pop("after", None)
    return said


def _named(fields: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The fields with a name in place of each pseudonym that has one; also of what was taken back, of which the id tells."""
    named = dict(fields)
    if (name := names.get(fields.get("who") or fields.get("id") or "")) is not None:
        named["player"] = name
        named.pop("who", None)
    if (name := names.get(fields.get("target", ""))) is not None:
        named["target"] = name
    return named


def _labelled(fields: dict[str, Any]) -> None:
    """A label and whose it is, as it is shown everywhere; an entry of before has Vietnam's."""
    if isinstance(label := fields.get("label"), int):
        system = fields.pop("system", "VN")
        fields["label"] = label_said(label, system if system in SYSTEMS else None)


def _told(fields: dict[str, Any]) -> Iterator[str]:
    for name in sorted(fields, key=lambda name: _ORDER.get(name, len(_ORDER))):
        if name not in _UNTOLD and not _empty(fields[name]) and not (fields[name] is True and name in _FACTS):
            yield name


def _empty(value: object) -> bool:
    """Whether a field says nothing. A number of 0 does."""
    return value is None or value is False or value in ("", [], {})


def _said(name: str, value: Any, kind: str, zone: str) -> Arg:
    if name == "id" and kind in {"issue.raised", "issue.cleared"}:
        return ISSUES.get(value) or str(value)
    if name == "rule":
        return row((_LABELS[name], value), ": ")
    label = _MS.get(kind, "ms") if name == "ms" else _LABELS.get(name, name)
    return label if value is True else row((label, _value(name, value, zone)), ": ")


def _value(name: str, value: Any, zone: str) -> Arg:
    """A field's value in words."""
    if isinstance(value, int):
        if name in _MOMENTS:
            return Moment(value, zone)
        if name in _LENGTHS:
            return Length(value)
        return str(value)
    if isinstance(value, str | Message):
        return _text(name, value)
    made = _MANY.get(name) if isinstance(value, dict | list) else None
    return made(value, zone) if made else _plain(value)


def _text(name: str, value: str | Message) -> Arg:
    if isinstance(value, Message) or name == "id":
        return value if isinstance(value, Message) else _cut(value)
    return day_or(value) if name in _DAYS else _WORDS.get(name, {}).get(value) or _cut(value)


def _plain(value: object) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return _cut(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def _cut(text: str) -> str:
    """Hashes, keys and pseudonyms, which have no spaces, are cut; what people wrote is not."""
    return text if len(text) < 32 or " " in text else text[:12] + "…"


def _sums(played: dict[str, int]) -> Arg:
    return comma(row((_SUMS.get(name, name), Length(ms)), " ") for name, ms in played.items())


def _house_game(told: dict[str, Any]) -> Arg:
    """What the house said of a game: its label, and whether its play counts."""
    label: Arg = msg("no label") if told["label"] is None else label_said(told["label"], told["system"])
    return comma([label, msg("does not count")]) if told["learning"] else label


def _values(params: dict[str, Any]) -> str:
    """The values put into a pack, the first of many."""
    told = ", ".join(f"{name}={str(value).lower()}" for name, value in params.items() if value not in ("", []))
    return f" ({textwrap.shorten(told, _VALUES, placeholder=' …')})" if told else ""


# Play of the rule's day: of the game, and of all games.
_SUMS: Final[dict[str, Arg]] = {"game": msg("this game"), "publisher": msg("publisher"), "total": msg("all games")}
_MANY: Final[dict[str, Callable[[Any, str], Arg]]] = {
    "packs": lambda packs, _: comma(f"{pack['id']}{_values(pack.get('params') or {})}" for pack in packs),
    "before": lambda told, _: _house_game(told) if "learning" in told else _sums(told),
    "after": lambda told, _: _house_game(told),
    "grants": lambda grants, zone: comma(
        row((Length(one["ms"]), one["game"] or msg("all games"), Moment(one["given"], zone)), " ") for one in grants
    ),
    "games": lambda games, _: comma(
        row((msg("all games") if game == _EVERY else game_title(game, game), Length(day["ms"])), " ")
        for game, day in games.items()
    ),
    "seats": lambda seats, zone: comma(row((seat, Moment(heard, zone)), " ") for seat, heard in seats.items()),
    "match": lambda ids, _: clues(ids),
    "let": lambda hashes, _: comma(one[:8] for one in hashes),
}


_PERSONAL: Final[dict[str, Arg]] = {"who": msg("by")}


def _beside(name: str, value: Any) -> Any:
    if value is True or _empty(value):
        return value
    if name in {"player", "name"} and isinstance(value, str) and value in _WORDS["player"]:
        return _WORDS["player"][value]
    if name in _DAYS and isinstance(value, str):
        return day_or(value)
    if name in {"how", "pin", "code"}:
        return _WORDS[name].get(value) or _plain(value)
    return OPERATIONS.get(value) or value if name == "what" else _plain(value)


def _personal(payload: str) -> Arg:
    """The personal data beside an entry as words; what is no JSON object as it is."""
    try:
        fields: dict[str, Any] = msgspec.json.decode(payload, type=dict[str, Any])
    except msgspec.MsgspecError:
        return payload
    told = ((_PERSONAL.get(name) or _LABELS.get(name, name), _beside(name, value)) for name, value in fields.items())
    return row(label if value is True else row((label, value), ": ") for label, value in told if not _empty(value))
