"""Whether a decision that ended a play says the same of it as the play's own entries. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from compliance.entries.decision import PlayDue
from compliance.format.house_rule import HOUSE
from compliance.verifying.in_force.changes import PLACES
from compliance.verifying.plays.runs import Ruled, Run
from compliance.verifying.report import Failure
from i18n.message import Arg, msg

_FIELDS: Final[dict[str, Arg]] = {
    "place": msg("kind of place"), "guardian": msg("a guardian is registered"), "label": msg("age label"),
    "approved": msg("a guardian let the game through"), "publisher": msg("publisher"), "age": msg("age of the player"),
}  # fmt: skip


def contradictions(where: Arg, line: PlayDue, run: Run) -> Iterator[Failure]:
    """What the decision says otherwise than its play did last."""
    if not run.ruled:
        return
    ruled = run.ruled[-1]
    bound = ruled.bound
    said: dict[str, tuple[object, object]] = {
        "place": (line.place, bound.place), "guardian": (line.guardian, bound.guardian), "label": (line.label, ruled.label),
        "approved": (line.approved, ruled.approved), "publisher": (line.publisher, ruled.publisher),
    }  # fmt: skip
    if line.zone == bound.zone:
        said["age"] = (line.age, ruled.age)
    for name, (told, known) in said.items():
        if told != known:
            fields = {"field": _FIELDS[name], "told": _value(told), "known": _value(known)}
            yield Failure(where, msg("{field}: it says {told}, and its play's entries {known}", **fields))
    if not _in_force(line, ruled):
        yield Failure(where, msg("its play's entries do not say that the pack {pack} was in force", pack=line.pack[:12]))


def _in_force(line: PlayDue, ruled: Ruled) -> bool:
    bound = ruled.bound
    if line.pack == HOUSE:
        return bound.house
    packs = (*bound.place_packs, *bound.packs)
    return not line.pack or any((one.sha256, one.params) == (line.pack, line.params) for one in packs)


def _value(value: object) -> Arg:
    if isinstance(value, bool):
        return msg("yes") if value else msg("no")
    return "–" if value is None else PLACES.get(str(value), str(value))
