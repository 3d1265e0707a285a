"""What a place's owner is told when it was set: what is other than before, and what its certificate lacks. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from agent.registering.consequences.hints import Hints
from agent.store.rows import PlaceRow
from i18n.message import Arg, Day, comma, msg, msgn, semicolon


def changes(old: PlaceRow, new: PlaceRow) -> Hints:
    """One line, and how what a home has none of comes back; nothing where nothing is other than before, or all of it, as the
    kind of place is.
    """
    told = [
        msg("{what} {before} → {after}", what=what, before=before or "–", after=after or "–")
        for what, before, after in _fields(old, new) if before != after
    ]  # fmt: skip
    if told:
        return (msg("changed: {changes}", changes=semicolon(told)), *_gone(old, new))
    return () if old.place != new.place or old.lang != new.lang else (msg("nothing is other than before"),)


def _gone(old: PlaceRow, new: PlaceRow) -> Hints:
    """What of it only places have that are no homes, and how that comes back."""
    if not new.place == "home" != old.place:
        return ()
    had = {
        "--hours": (msg("hours"), old.hours), "--address": (msg("address"), old.address), "--owner": (msg("owner"), old.owner),
    }  # fmt: skip
    lost = {option: name for option, (name, value) in had.items() if value}
    command = " ".join(["giochoi place set", old.place, *(f"{option} …" for option in lost)])
    return (msgn(
        "a home has no such thing: {what}; it comes back with: {command}",
        "a home has no such things: {what}; they come back with: {command}", len(lost),
        what=comma(lost.values()), command=command,
    ),) if lost else ()  # fmt: skip


def _fields(old: PlaceRow, new: PlaceRow) -> Iterator[tuple[Arg, Arg, Arg]]:
    if new.place == old.place or (old.hours and not new.hours):  # else it is told what binds now
        yield msg("hours"), _hours(old), _hours(new)
    yield msg("time zone"), old.zone, new.zone
    yield msg("name"), old.name, new.name
    yield msg("address"), old.address, new.address
    yield msg("owner"), old.owner, new.owner
    yield msg("certificate"), old.certificate, new.certificate
    yield msg("certificate's last day"), _day(old.expires), _day(new.expires)
    yield msg("local hotline"), old.hotline, new.hotline


def _hours(row: PlaceRow) -> Arg:
    return row.hours or (msg("the law's") if row.place == "game-point" else "")


def _day(day: date | None) -> Arg:
    return "" if day is None else Day(day)


def certificate(old: PlaceRow, new: PlaceRow, today: date) -> Hints:
    """What is wrong with it, or not known of it."""
    if over(new, today):
        return (msg("the certificate expired on {day}", day=_day(new.expires)),)
    if new.certificate and old.expires and new.expires is None:
        return (msg("the certificate's last day is not known: name it with --expires"),)
    if new.place == "game-point" and not new.certificate:
        command = "giochoi place set … --certificate … --expires …"
        return (msg("no certificate is named, and inspectors ask for it: {command}", command=command),)
    return ()


def over(place: PlaceRow, today: date) -> bool:
    """Whether its certificate has run out."""
    return place.expires is not None and place.expires < today
