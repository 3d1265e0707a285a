"""What hangs on the wall of a public place, in words: rules, games with their labels, hours, what is kept of customers, 111."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from agent.api.rulebook import GameRow, PlaceShown
from cli.games.clues import label_text
from cli.given.packs import groups_of
from cli.report.model import Row, Table
from cli.report.whole import NATIONAL
from i18n.message import Arg, Moment, msg
from rules.games import Game
from rules.policy import AskFirst, Pack, Rule, Window
from words.layout import row
from words.names import KINDS
from words.rules_in_sentences import hours as clock_hours
from words.rules_in_sentences import says

BLANK: Final = "…" * 32
"""A line to be filled in by hand."""


@dataclass(frozen=True, slots=True)
class Part:
    """`lines` are set apart by dots, unless they are to be filled in."""

    title: Arg = ""
    lines: tuple[Arg, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Poster:
    """One or more pages of A4. `big` is read from the other side of the room; `note` is for whoever printed it, on no paper.
    `signed`: there is room to sign for staff and this owner ("": not named); such a page is filed, not hung up.
    """

    title: Arg
    big: Arg = ""
    parts: tuple[Part, ...] = ()
    foot: Arg = ""
    note: Arg = ""
    signed: str | None = None


def board(place: PlaceShown, packs: Sequence[Pack], now: int) -> Poster:
    """The rules in force for guests. What such a board has to say by law was not read (docs/law.md)."""
    rules = [rule for pack in packs for rule in pack.rules if rule.authority == "law" or not _repeats(rule, packs)]
    program = (
        msg("Say your age at the counter. Of a card only an age group is kept."),
        msg("Whoever does not say their age plays by the strictest rules."),
        msg("A program that the place did not install does not start."),
        msg("Before time is up the screen says so: save your game then."),
        msg("Questions, or more time: ask at the counter."),
    )
    return Poster(
        title=msg("Rules of this place"), foot=foot(place, now),
        parts=(
            Part(msg("Who may play what, and when"), tuple(_cited(rule, packs) for rule in rules)),
            Part(msg("At the PC"), program),
            Part(msg("Prohibited acts; rights and duties of the place and of players"), (BLANK,) * 3),
            Part(msg("Protection of children by telephone"), (_numbers(place),)),
        ),
        note=msg("what a rules board has to say by law was found in no text that we could read: ask your authority, and "
                 "write it on the dotted lines"),
    )  # fmt: skip


def games(place: PlaceShown, rows: Iterable[GameRow], allowed: frozenset[str], now: int) -> Poster | None:
    """Those that guests may play, or that have a Vietnamese label. None: there are none."""
    shown = sorted((one.game for one in rows if one.game.id in allowed or one.game.system == "VN"),
                   key=lambda game: game.title.casefold())  # fmt: skip
    if not shown:
        return None
    lines = tuple(
        Row((str(number), game.title, game.publisher or "–", *_label(game))) for number, game in enumerate(shown, 1)
    )  # fmt: skip
    columns = (msg("no."), msg("game"), msg("publisher"), msg("age label"), msg("where the label is from"))
    about = msg("VN00, VN12, VN16, VN18 are labels of Viet Nam, for players of that age and older; others are of other "
                "countries.")  # fmt: skip
    return Poster(
        title=msg("Games at this place, with their age labels"), foot=foot(place, now),
        parts=(Part(lines=(about,), table=Table("", columns, lines, len(columns))),),
        note=msg("whether each game is licensed, the list does not say: compare it with the Ministry's; labels: {command}",
                 command="giochoi game label"),
    )  # fmt: skip


def hours(place: PlaceShown, packs: Sequence[Pack], now: int) -> Poster:
    """As they are in force, with the law behind them where there is one."""
    windows = [rule for pack in packs for rule in pack.windows]
    told = place.hours.replace("-", "–") or next(map(_hours, windows), "")
    lines = [_cited(rule, packs) for rule in windows if rule.authority == "law"]
    lines.append(msg("Fifteen and five minutes before closing every PC says so. Then games end and the PC locks: save before."))
    return Poster(title=msg("Opening hours"), big=told, parts=(Part(lines=tuple(lines)),), foot=foot(place, now))


def privacy(place: PlaceShown, now: int) -> Poster:
    """What the program keeps; docs/spec/log.md says the same of each entry."""
    asked = row((row((place.owner, place.address), ", "), place.hotline), " · ") if place.owner or place.address else BLANK
    return Poster(
        title=msg("What is kept of customers"), foot=foot(place, now),
        parts=(
            Part(msg("Kept for 13 months"), (
                msg("When somebody was checked in at which PC, and how the age was checked: by a card, as told, or not at all"),
                msg("An age group, such as 12–15, and never the date of birth"),
                msg("Which games were played from when to when, and what was refused"),
                msg("A pseudonym that is another one each day, and no name"),
            )),
            Part(msg("Kept until the next day"), (
                msg("A code made of the number of the card, so that the same card is the same customer that day; the "
                    "number cannot be read from it"),
            )),
            Part(msg("Not kept"), (
                msg("The card's text, picture, name and address"),
                msg("Web sites, messages, passwords, what is on the screen"),
            )),
            Part(msg("Registered players"), (
                msg("Name and date of birth are kept on the PC of this place until the registration is erased. Of children "
                    "they are kept only with the consent of their parents."),
            )),
            Part(msg("Who sees it"), (
                msg("Staff sees who plays now. Officials who inspect the place get the log, which names nobody."),
                msg("Ask here what is kept of you or your child, or have it erased:"), asked,
            )),
        ),
        note=msg("this is what the program keeps: cameras, billing and registration books are yours to add"),
    )  # fmt: skip


def hotline(place: PlaceShown, now: int) -> Poster:
    """The country's number for the protection of children, and the local one."""
    lines: list[Arg] = [msg("A child in danger, beaten or abused? Call this number.")]
    if place.hotline:
        lines.append(msg("Local number: {number}", number=place.hotline))
    title = msg("The country's telephone number for the protection of children")
    return Poster(title=title, big=NATIONAL, parts=(Part(lines=tuple(lines)),), foot=foot(place, now))


def _label(game: Game) -> tuple[Arg, Arg]:
    """As its board calls it, and where that was read."""
    told = label_text(game.label, game.label_source)
    name, _, source = (game.label_source or "").partition(", ")
    return (told, source or "–") if game.label is None or game.system == "VN" else (name or told, source or "–")


def _cited(rule: Rule, packs: Sequence[Pack]) -> Arg:
    """A rule as a sentence, and the article behind it; where nobody has read that, it says so."""
    pack = next(pack for pack in packs if rule in pack.rules)
    said = says(rule, groups_of(pack))
    if isinstance(rule, AskFirst) and rule.which == "unrated":
        said = msg("Under 18: games without a Vietnamese age label only if they are on the list of games on the wall")
    if rule.authority != "law":
        return row((said, "."), "")
    if rule.status == "verified":
        return msg("{sentence} ({cite}).", sentence=said, cite=rule.cite)
    return msg("{sentence} ({cite}, not verified).", sentence=said, cite=rule.cite)


def _hours(rule: Window) -> str:
    return ", ".join(map(clock_hours, rule.spans))


def _repeats(rule: Rule, packs: Sequence[Pack]) -> bool:
    """Whether another pack has the same rule already."""
    return any(rule != other and says(rule, {}) == says(other, {}) for pack in packs for other in pack.rules)


def _numbers(place: PlaceShown) -> Arg:
    return row((NATIONAL, place.hotline), " · ")


def foot(place: PlaceShown, now: int) -> Arg:
    """Which place, and as of when: what hangs on a wall grows old."""
    made = msg("made on {day}", day=Moment(now, place.zone, "full"))
    return row((place.name or KINDS[place.place], made), " · ")
