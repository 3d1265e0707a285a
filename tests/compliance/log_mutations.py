"""Random lies of somebody who holds every key: one change of one entry of an honest log, then numbered and sealed again.

    drop, twice, move       the entry is left out, is there twice, or stands elsewhere among its seat's
    kind.field              one field has another value that it could have
    … + …                   two at once: the second goes with the first, as somebody would change it who thinks of it

What refers to another entry by its number is set right again, as a liar would: only what the entries say can tell.
"""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import Any

import msgspec

from compliance import entry
from compliance.entries.log import AgentTick, Seal
from compliance.entries.override import Answered, Requested
from compliance.entries.play import Bound, PlayEnded, PlayStarted, UsageDay, Warned
from compliance.format.chain import digest, seal_message

MINUTE = 60_000
HOUR = 60 * MINUTE
MADE_ANEW = frozenset({"v", "seat", "seq", "prev"})
MOMENTS = frozenset({"wall", "at", "since", "given", "until", "lost_from", "expected", "to", "locked", "before"})
# Clocks may be wrong by five minutes, and entries ten minutes late: what moves by less is no lie that any log could show.
MOVED = (15 * MINUTE, HOUR, 2 * HOUR, 24 * HOUR)
LONGER = (5 * MINUTE, 15 * MINUTE, HOUR)
REFERENCES = ("play", "resumed", "bound", "opened")
TICKS = 0.05  # the share of changes to the agent's ticks: they are half of the log


class Mutations:
    """`lines` are the honest entries with the seals' places. `one(dice)`: what was changed, and the entries with it."""

    def __init__(self, lines: list[entry.AnyEntry], uncounted: frozenset[str]) -> None:
        self.lines, self.uncounted = lines, uncounted
        self.ticks = [at for at, line in enumerate(lines) if isinstance(line, AgentTick)]
        self.places = [at for at, line in enumerate(lines) if not isinstance(line, Seal | AgentTick)]
        self.values: dict[str, list[Any]] = defaultdict(list)  # what else a field of this name has somewhere in this log
        for line in lines:
            for name in line.__struct_fields__:
                value = getattr(line, name)
                if value is not msgspec.UNSET and value not in self.values[name]:
                    self.values[name].append(value)

    def one(self, dice: Random) -> tuple[str, list[entry.AnyEntry]] | None:
        place = dice.choice(self.ticks if dice.random() < TICKS else self.places)
        line = self.lines[place]
        kind = _kind(line)
        if dice.random() < 0.25:
            return self._structure(dice, place, kind)
        fields = [
            name for name in line.__struct_fields__
            if name not in MADE_ANEW and f"{kind}.{name}" not in self.uncounted and f"*.{name}" not in self.uncounted
            and getattr(line, name) is not msgspec.UNSET
        ]  # fmt: skip
        name = dice.choice(fields)
        value = self._other(dice, name, getattr(line, name))
        if value == getattr(line, name):
            return None
        try:
            changed = entry.decode(entry.encode(msgspec.structs.replace(line, **{name: value})))
        except entry.EntryError:  # it is no entry
            return None
        return f"{kind}.{name}", [*self.lines[:place], changed, *self.lines[place + 1 :]]

    def pair(self, dice: Random) -> tuple[str, list[entry.AnyEntry]] | None:
        """A change, and one that goes with it: both entries of a pair are left out, a value is another wherever that player's
        entries of the day say it, a sum is less by as much. Where nothing goes with it, some other change of the same player.
        """
        change = self.one(dice)
        if change is None:
            return None
        what, lines = change
        if len(lines) < len(self.lines):
            at = next((at for at, (old, new) in enumerate(zip(self.lines, lines, strict=False)) if old is not new), len(lines))
            return self._without(dice, what, lines, self.lines[at])
        at = next((at for at, (old, new) in enumerate(zip(self.lines, lines, strict=False)) if old is not new), None)
        if at is None or len(lines) > len(self.lines):
            return None
        return self._alike(dice, what, lines, at)

    def _without(
        self, dice: Random, what: str, lines: list[entry.AnyEntry], gone: entry.AnyEntry
    ) -> tuple[str, list[entry.AnyEntry]] | None:
        """What counts it is set right; else one more entry is left out, of the same id or play, or of the same player."""
        for at, one in enumerate(lines):
            if (changed := _corrected(one, gone)) is not None:
                return f"{what} + {_kind(one)}", [*lines[:at], changed, *lines[at + 1 :]]
        same = [at for at, one in enumerate(lines) if _joined(one, gone)]
        near = same or [at for at, one in enumerate(lines) if _who(one) == _who(gone) is not None]
        if not near:
            return None
        at = dice.choice(near)
        return f"{what} + drop {_kind(lines[at])}", [*lines[:at], *lines[at + 1 :]]

    def _alike(
        self, dice: Random, what: str, lines: list[entry.AnyEntry], at: int
    ) -> tuple[str, list[entry.AnyEntry]] | None:
        old, new = self.lines[at], lines[at]
        if _kind(old) != _kind(new):  # it was moved
            return None
        name = next(one for one in old.__struct_fields__ if getattr(old, one) != getattr(new, one))
        was, now = getattr(old, name), getattr(new, name)
        for place, one in enumerate(lines):
            if (repeated := _repeated(one, old, new)) is not None:
                return f"{what} + {_kind(one)}", [*lines[:place], repeated, *lines[place + 1 :]]
        same = [
            place for place, one in enumerate(lines)
            if place != at and name in one.__struct_fields__ and getattr(one, name) == was
            and (one.seat == new.seat if _who(new) is None else _who(new) == _who(one))
        ]  # fmt: skip
        if not same:
            return None
        place = dice.choice(same)
        changed = msgspec.structs.replace(lines[place], **{name: now})
        return f"{what} + {_kind(changed)}.{name}", [*lines[:place], changed, *lines[place + 1 :]]

    def _structure(self, dice: Random, place: int, kind: str) -> tuple[str, list[entry.AnyEntry]] | None:
        lines, how, line = list(self.lines), dice.choice(("drop", "twice", "move")), self.lines[place]
        if f"{how} {kind}" in self.uncounted:
            return None
        if how == "twice":
            lines.insert(place, line)
        else:
            del lines[place]
        if how == "move":
            own = [at for at, one in enumerate(lines) if one.seat == line.seat and not isinstance(one, Seal)]
            to = dice.choice(own)
            if to == place:
                return None
            lines.insert(to, line)
        return f"{how} {kind}", lines

    def _other(self, dice: Random, name: str, value: Any) -> Any:
        if isinstance(value, bool):
            return not value
        known = [one for one in self.values[name] if one != value]
        if isinstance(value, int):
            return self._number(dice, name, value, known)
        if isinstance(value, dict) and value and dice.random() < 0.7:
            return self._inside(dice, value)
        if isinstance(value, Bound) and dice.random() < 0.7:
            part = dice.choice(value.__struct_fields__)
            return msgspec.structs.replace(value, **{part: self._other(dice, part, getattr(value, part))})
        if isinstance(value, tuple) and value and dice.random() < 0.5:
            return value[1:]
        return dice.choice(known) if known else value

    def _number(self, dice: Random, name: str, value: int, known: list[Any]) -> Any:
        if known and dice.random() < 0.2:
            return dice.choice(known)
        sizes = MOVED if name in MOMENTS or name == "mono" else LONGER if value > 1_000 or name == "ms" else (1, 2, 6)
        by = dice.choice(sizes)
        return value - by if value >= by and dice.random() < 0.5 else value + by

    def _inside(self, dice: Random, value: dict[str, Any]) -> dict[str, Any]:
        key = dice.choice(sorted(value))
        inner = value[key]
        if isinstance(inner, msgspec.Struct):
            part = dice.choice(inner.__struct_fields__)
            return {**value, key: msgspec.structs.replace(inner, **{part: self._other(dice, part, getattr(inner, part))})}
        if isinstance(inner, int):
            return {**value, key: self._other(dice, "", inner)}
        return {one: of for one, of in value.items() if one != key}


def _kind(line: entry.AnyEntry) -> str:
    return str(type(line).__struct_config__.tag)


def _who(line: entry.AnyEntry) -> str | None:
    return getattr(line, "who", None)


def _corrected(one: entry.AnyEntry, gone: entry.AnyEntry) -> entry.AnyEntry | None:
    """The entry without its second word on the one that is gone; None if it has none."""
    match one, gone:
        case PlayEnded(), Warned() if (one.seat, one.play) == (gone.seat, gone.play) and type(one.warned) is int:
            return msgspec.structs.replace(one, warned=one.warned - 1)
        case AgentTick(), AgentTick() if one.after == gone.wall:
            return msgspec.structs.replace(one, after=gone.after)
        case _:
            return None


def _repeated(one: entry.AnyEntry, old: entry.AnyEntry, new: entry.AnyEntry) -> entry.AnyEntry | None:
    """The entry that says the changed length of `new` once more, with the same change."""
    match one, old, new:
        case Answered(), Requested(), Requested() if one.id == new.id and new.ms != old.ms:
            return msgspec.structs.replace(one, asked=new.ms)
        case UsageDay(), PlayEnded(), PlayEnded() if one.who == new.who and new.ms != old.ms:
            day = one.games.get(new.game)
            if day is None:
                return None
            less = msgspec.structs.replace(day, ms=max(0, day.ms + new.ms - old.ms))
            return msgspec.structs.replace(one, games={**one.games, new.game: less})
        case _:
            return None


def _joined(one: entry.AnyEntry, gone: entry.AnyEntry) -> bool:
    """Whether they are of one play, or have one id."""
    ids = ({getattr(line, name, None) for name in ("id", "grant")} - {None} for line in (one, gone))
    if next(ids) & next(ids):
        return True
    plays = [line.seq if isinstance(line, PlayStarted) else getattr(line, "play", None) for line in (one, gone)]
    return one.seat == gone.seat and plays[0] == plays[1] is not None


def numbered(lines: list[entry.AnyEntry]) -> list[entry.AnyEntry]:
    """With `seq` as it has to be, and what refers to an entry of the seat by its old one set right. Seals are not made here."""
    now: dict[tuple[str, int], int] = {}
    count: dict[str, int] = defaultdict(int)
    for line in lines:
        count[line.seat] += 1
        if not isinstance(line, Seal):
            now[line.seat, line.seq] = count[line.seat]
    count.clear()
    found = []
    for line in lines:
        count[line.seat] += 1
        changes: dict[str, Any] = {"seq": count[line.seat]}
        if line.seat != "agent":
            for name in REFERENCES:
                value = getattr(line, name, None)
                if type(value) is int:
                    changes[name] = now.get((line.seat, value), value)
        found.append(msgspec.structs.replace(line, **changes))
    return found


def sealed(lines: list[entry.AnyEntry], signers: Any) -> list[bytes]:
    """The entries of `numbered` lines with prev and seals made anew, by whoever holds all seats' keys."""
    heads: dict[str, tuple[str, int]] = {}
    done = []
    for line in lines:
        prev, before = heads.get(line.seat, ("", 0))
        line = msgspec.structs.replace(line, prev=prev)  # noqa: PLW2901
        if isinstance(line, Seal):
            line = msgspec.structs.replace(line, first=before + 1, last=line.seq - 1, head=prev)  # noqa: PLW2901
            line = msgspec.structs.replace(line, sig=signers[line.seat].sign_bytes(seal_message(line)).hex())  # noqa: PLW2901
            before = line.seq
        data = entry.encode(line)
        heads[line.seat] = (digest(data), before)
        done.append(data)
    return done
