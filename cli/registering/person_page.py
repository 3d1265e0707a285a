"""All that is kept about a person as a page that a parent can read and print: who, which rules, what was given, what was played
on which day, and each entry of the log in words. From the same document as the JSON.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from agent.api.answers import LimitRow
from agent.api.log import LogLine
from agent.api.rulebook import GameList, PlaceShow
from cli.context import Context
from compliance.page.blocks import Block, Fact, Said, Section
from compliance.page.html import document
from compliance.verifying.in_force.described import called
from host.clock import wall
from host.rpc_client import ask
from i18n.catalogue import Catalogue
from i18n.message import Arg, Day, Length, Moment, comma, msg, msgn
from rules.calendar import day_name
from rules.packs.shipped import shipped_packs
from rules.parse import PolicyError, read_pack
from rules.unknown import game_title
from words.days import day_or
from words.entries import entry
from words.layout import row
from words.limits import limits
from words.names import roles
from words.verdicts import UNKNOWN_SHORT

_NOBODY = frozenset({"place", "guest"})
_NONE: tuple[Block, ...] = (Said(msg("nothing")),)


def page(data: bytes, context: Context) -> bytes:
    """The file, from the document that the agent wrote."""
    known = msgspec.json.decode(data)
    place = ask(context.home.agent_address, PlaceShow())
    zone, public = place.zone, place.place != "home"
    by = roles(public=public)
    titles = {one.game.id: one.game.title for one in ask(context.home.agent_address, GameList()).games}
    words = Catalogue(context.out.words.language)  # with dates: it is kept
    name = known["player"]["name"]
    made = (
        Section("who", msg("Who it is about"), tuple(_who(known, zone))),
        Section("rules", msg("Rules and limits"), tuple(_rules(known)) or _NONE),
        Section("given", msg("Asked for, given, let through"), tuple(_given(known, zone, titles, by)) or _NONE),
        Section("days", msg("Play by day"), tuple(_days(known["log"], zone, titles)) or _NONE),
        Section("entries", msg("What the log says, in its order"),
                tuple(_entries(known["log"], name, zone, public=public)) or _NONE),
    )
    title = msg("All that is kept about {name}", name=name)
    maker = msg("Made by giochoi on {at}. The same for programs: {command}", at=Moment(wall(), zone, "full"),
                command=f"giochoi player export {known['player']['id']} FILE.json")  # fmt: skip
    return document(made, words, words.language, title=title, maker=maker).encode()


def _who(known: Mapping[str, Any], zone: str) -> Iterator[Block]:
    player = known["player"]
    yield Fact(msg("Name"), player["name"])
    yield Fact(msg("Born"), day_or(player["born"]) if player["born"] else msg("not known"))
    yield Fact(msg("Account"), player["account"] or "–")
    yield Fact(msg("Guardians"), comma(player["guardians"]) if player["guardians"] else "–")
    if player["removed"]:
        yield Fact("", msg("was removed; only what is below is kept"))
    if player["since"]:
        yield Fact(msg("Came back"), Moment(player["since"], zone, "full"))


def _rules(known: Mapping[str, Any]) -> Iterator[Block]:
    for pack in known["packs"]:
        yield Said(_pack(pack))
    own = tuple(LimitRow(game=one["game"] or None, day=one["day"], ms=one["ms"]) for one in known["limits"])
    if own:
        yield Said(msg("own limits, each day: {limits}", limits=limits(own)))
    if said := UNKNOWN_SHORT.get(known["player"]["unknown"]):
        yield Said(said)
    for program in known["allowed_programs"]:
        yield Said(msg("a program let through: {name}", name=program["name"]))


def _pack(pack: Mapping[str, Any]) -> Arg:
    typed = ":".join((pack["pack"], *(f"{name}={value}" for name, value in pack["params"].items())))
    if not pack["shipped"] or pack["pack"] not in shipped_packs():
        return typed
    try:
        return called(read_pack(shipped_packs()[pack["pack"]], pack["pack"], pack["params"]))
    except PolicyError:
        return typed


def _given(known: Mapping[str, Any], zone: str, titles: Mapping[str, str], by: Mapping[str, Arg]) -> Iterator[Block]:
    """In the order in which it was. `by`: what each role is called here."""
    told = [*_grants(known, zone, by), *_requests(known, zone, titles, by), *_let(known, zone, titles)]
    yield from (said for _, said in sorted(told, key=lambda one: one[0]))


_Told = Iterator[tuple[int, Said]]


def _grants(known: Mapping[str, Any], zone: str, by: Mapping[str, Arg]) -> _Told:
    for one in known["grants"]:
        told: dict[str, Arg] = {"at": Moment(one["given"], zone, "full"), "time": Length(one["ms"]), "who": _by(one, by)}
        back = one.get("revoked")
        said = msg("{at}: {time} more, by {who}", **told)
        if back is not None:
            said = msg("{given}; taken back {at}", given=said, at=Moment(back, zone, "full"))
        yield one["given"], Said(said, _reason(one))


def _requests(known: Mapping[str, Any], zone: str, titles: Mapping[str, str], by: Mapping[str, Arg]) -> _Told:
    for one in known["requests"]:
        said = msg("{at}: asked for {what}", at=Moment(one["asked"], zone, "full"), what=_asked(one, titles))
        yield one["asked"], Said(said, (*_reason(one), *_answer(one.get("answer"), zone, by)))


def _let(known: Mapping[str, Any], zone: str, titles: Mapping[str, str]) -> _Told:
    for one in known["allowed_games"]:
        at = Moment(one["at"], zone, "full")
        yield one["at"], Said(msg("{at}: {game} let through, by {who}", at=at, game=_title(one["game"], titles), who=one["by"]))


def _asked(one: Mapping[str, Any], titles: Mapping[str, str]) -> Arg:
    """A game's time says both. A program has none, though older requests name some."""
    if program := one.get("program"):
        return str(program["name"]) or msg("a program")
    parts: list[Arg] = [_title(one["game"], titles)] if one["game"] else []
    if one["ms"]:
        parts.append(Length(one["ms"]))
    return comma(parts)


def _answer(answer: Mapping[str, Any] | None, zone: str, by: Mapping[str, Arg]) -> tuple[Arg, ...]:
    if answer is None:
        return ()
    told: dict[str, Arg] = {"at": Moment(answer["at"], zone, "full"), "who": _by(answer, by)}
    if answer["by"] == "player":
        return (msg("{at}: taken back", **told),)
    return (msg("{at}: yes, by {who}", **told) if answer["approved"] else msg("{at}: no, by {who}", **told), *_reason(answer))


def _by(one: Mapping[str, Any], by: Mapping[str, Arg]) -> Arg:
    return row((by.get(one["by"], one["by"]), f"({one['who']})"), " ")


def _reason(one: Mapping[str, Any]) -> tuple[Arg, ...]:
    return (msg("reason: {reason}", reason=one["reason"]),) if one.get("reason") else ()


def _title(game: str, titles: Mapping[str, str]) -> Arg:
    return game_title(game, titles.get(game) or game)


def _days(log: Iterable[Mapping[str, Any]], zone: str, titles: Mapping[str, str]) -> Iterator[Block]:
    """Plays that ended, each on the day on which it began. One that was written once more after a restore is one."""
    ended: dict[tuple[int, str], int] = {}
    for line in log:
        one = line["entry"]
        if one["kind"] == "play.ended":
            key = one["since"], one["game"]
            ended[key] = max(ended.get(key, 0), one["ms"])
    days: dict[Any, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (since, game), ms in ended.items():
        days[day_name(zone, since)][game].append(ms)
    for day, games in sorted(days.items()):
        told = [msg("{game} {time}", game=_title(game, titles), time=Length(sum(some))) for game, some in games.items()]
        plays = [ms for some in games.values() for ms in some]
        about: dict[str, Arg] = {"time": Length(sum(plays)), "games": comma(told)}
        yield Fact(Day(day), msgn("{n} play, {time}: {games}", "{n} plays, {time}: {games}", len(plays), **about))


def _entries(log: Iterable[Mapping[str, Any]], name: str, zone: str, *, public: bool) -> Iterator[Block]:
    for line in log:
        fields, personal = line["entry"], line.get("personal")
        beside = personal if personal is None or isinstance(personal, str) else msgspec.json.encode(personal).decode()
        names = {fields[key]: name for key in ("who", "target") if fields.get(key) and fields[key] not in _NOBODY}
        told = LogLine(index=line["index"], entry="", payload=beside, unread=line.get("unread"))
        first, *more = entry(told, fields, zone, names, public=public)
        yield Said(first, tuple(more))
