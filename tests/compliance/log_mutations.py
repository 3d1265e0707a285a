"""Random lies of somebody who holds every key: one change of one entry of an honest log, then numbered and sealed again.

    drop, twice, move       the entry is left out, is there twice, or stands elsewhere among its seat's
    kind.field              one field has another value that it could have

What refers to another entry by its number is set right again, as a liar would: only what the entries say can tell.
"""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import Any

import msgspec

from compliance import entry
from compliance.format.chain import digest, seal_message

MINUTE = 60_000
HOUR = 60 * MINUTE
MADE_ANEW = frozenset({"v", "seat", "seq", "prev"})
MOMENTS = frozenset({"wall", "at", "since", "given", "until", "lost_from", "expected", "to", "locked", "before"})
# Clocks may be wrong by five minutes, and entries ten minutes late: what moves by less is no lie that any log could show.
MOVED = (15 * MINUTE, HOUR, 2 * HOUR, 24 * HOUR)
LONGER = (5 * MINUTE, 15 * MINUTE, HOUR)
REFERENCES = ("play", "resumed", "bound")
TICKS = 0.05  # the share of changes to the agent's ticks: they are half of the log


class Mutations:
    """`lines` are the honest entries with the seals' places. `one(dice)`: what was changed, and the entries with it."""

    def __init__(self, lines: list[entry.AnyEntry], uncounted: frozenset[str]) -> None:
        self.lines, self.uncounted = lines, uncounted
        self.ticks = [at for at, line in enumerate(lines) if isinstance(line, entry.AgentTick)]
        self.places = [at for at, line in enumerate(lines) if not isinstance(line, entry.Seal | entry.AgentTick)]
        self.values: dict[str, list[Any]] = defaultdict(list)  # what else a field of this name has somewhere in this log
        for line in lines:
            for name in line.__struct_fields__:
                value = getattr(line, name)
                if value is not msgspec.UNSET and value not in self.values[name]:
                    self.values[name].append(value)

    def one(self, dice: Random) -> tuple[str, list[entry.AnyEntry]] | None:
        place = dice.choice(self.ticks if dice.random() < TICKS else self.places)
        line = self.lines[place]
        kind = str(type(line).__struct_config__.tag)
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

    def _structure(self, dice: Random, place: int, kind: str) -> tuple[str, list[entry.AnyEntry]] | None:
        lines, how, line = list(self.lines), dice.choice(("drop", "twice", "move")), self.lines[place]
        if f"{how} {kind}" in self.uncounted:
            return None
        if how == "twice":
            lines.insert(place, line)
        else:
            del lines[place]
        if how == "move":
            own = [at for at, one in enumerate(lines) if one.seat == line.seat and not isinstance(one, entry.Seal)]
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
        if isinstance(value, entry.Bound) and dice.random() < 0.7:
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


def numbered(lines: list[entry.AnyEntry]) -> list[entry.AnyEntry]:
    """With `seq` as it has to be, and what refers to an entry of the seat by its old one set right. Seals are not made here."""
    now: dict[tuple[str, int], int] = {}
    count: dict[str, int] = defaultdict(int)
    for line in lines:
        count[line.seat] += 1
        if not isinstance(line, entry.Seal):
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
        if isinstance(line, entry.Seal):
            line = msgspec.structs.replace(line, first=before + 1, last=line.seq - 1, head=prev)  # noqa: PLW2901
            line = msgspec.structs.replace(line, sig=signers[line.seat].sign_bytes(seal_message(line)).hex())  # noqa: PLW2901
            before = line.seq
        data = entry.encode(line)
        heads[line.seat] = (digest(data), before)
        done.append(data)
    return done
