"""What is done with a player's unknown programs, and which of them may run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from agent.api.asked import MOST_PROGRAMS
from agent.api.players import PlayerSet
from agent.errors import bad_input, not_found, refused
from agent.registering.accounts import nothing_holds
from agent.registry import Change
from agent.store.rows import PlayerRow
from compliance.entries.program import ProgramsChanged
from i18n.message import Words, comma, msg
from rules.installed import LetProgram
from rules.unknown import UNKNOWN

_ID = re.compile(r"[0-9a-f]{8,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def programs_set(change: Change, row: PlayerRow, request: PlayerSet) -> tuple[Words, ...]:
    """What `request` says of it, and what the guardian should know. ApiError: nothing of it holds."""
    if request.unknown is msgspec.UNSET and not request.allow and not request.disallow:
        return ()
    if request.unknown in {"counts", "refused"} and not change.world.gates:
        raise refused(msg("not on Windows yet: --unknown {setting} needs a PC with Linux", setting=str(request.unknown)))
    if request.unknown is not msgspec.UNSET:
        row = msgspec.structs.replace(row, unknown=request.unknown)
        change.tables.put_player(row)
    for asked in request.disallow:
        _disallow(change, row, asked)
    for program in request.allow:
        _allow(change, row, program)
    if len(let_of(change, row.id)) > MOST_PROGRAMS:
        raise refused(msg("more than {n} programs are let through for {name}: take some back first",
                          n=MOST_PROGRAMS, name=row.name))  # fmt: skip
    _record(change, row, {"what": "player.set", "let": [one.name for one in let_of(change, row.id)]})
    return tuple(_hints(change, row, request))


def end_programs(change: Change, row: PlayerRow) -> None:
    """The player is removed."""
    had = row.unknown != "listed" or let_of(change, row.id)
    change.tables.drop_programs(player=row.id)
    if had:
        _record(change, msgspec.structs.replace(row, unknown="listed"), {"what": "player.remove"})


def let_through(change: Change, row: PlayerRow, program: LetProgram, personal: dict[str, Any]) -> None:
    """A program that was asked for, by its content alone. Nothing, if it is let through already or too many are."""
    let = let_of(change, row.id)
    if len(let) < MOST_PROGRAMS and all(one.sha256 != program.sha256 for one in let):
        change.tables.put_program(row.id, program)
        _record(change, row, {**personal, "let": [one.name for one in let_of(change, row.id)]})


def take_back(change: Change, row: PlayerRow, program: LetProgram, personal: dict[str, Any]) -> None:
    if any(one.sha256 == program.sha256 for one in let_of(change, row.id)):
        change.tables.drop_programs(player=row.id, sha256=program.sha256)
        _record(change, row, personal)


def let_of(change: Change, player: str) -> tuple[LetProgram, ...]:
    return tuple(program for whose, program in change.tables.programs() if whose == player)


def _allow(change: Change, row: PlayerRow, program: LetProgram) -> None:
    if not _SHA256.fullmatch(program.sha256) or program.size <= 0 or program.interpreter == "loader":
        raise bad_input(msg("not a program that can be let through"))
    for known in let_of(change, row.id):  # an interpreter is let through once, whatever its version
        if program.interpreter is not None and known.interpreter == program.interpreter:
            change.tables.drop_programs(player=row.id, sha256=known.sha256)
    change.tables.put_program(row.id, program)


def _disallow(change: Change, row: PlayerRow, asked: str) -> None:
    found = [one for one in let_of(change, row.id) if _ID.fullmatch(asked) and one.sha256.startswith(asked)]
    if len(found) != 1:
        raise not_found(msg("no one program {id} is let through for {name}; see: giochoi player list",
                            id=asked[:12], name=row.name))  # fmt: skip
    change.tables.drop_programs(player=row.id, sha256=found[0].sha256)


def _record(change: Change, row: PlayerRow, personal: dict[str, Any]) -> None:
    let = let_of(change, row.id)
    change.record(
        ProgramsChanged, {**personal, "player": row.id, "name": row.name}, who=change.pseudonym(row),
        unknown=row.unknown, let=tuple(one.sha256 for one in let),
        interpreters=tuple(sorted({one.interpreter for one in let if one.interpreter is not None})),
        players=sum(one.unknown == "refused" for one in change.tables.players()),
    )  # fmt: skip


def _hints(change: Change, row: PlayerRow, request: PlayerSet) -> Iterable[Words]:
    name = row.name
    if request.unknown == "refused":
        yield msg("from now on {name} runs only what an administrator installed; other programs are refused, and scripts ended "
                  "at their start. What runs already goes on", name=name)  # fmt: skip
        yield from nothing_holds(change, row)
        if row.account is None:
            command = f"giochoi player set {row.id} --account …"
            yield msg("{name} has no account on this PC; run {command}", name=name, command=command)
    elif request.unknown == "counts":
        yield msg("from now on programs that nobody named or installed count as one game of {name}'s; a limit of its own: "
                  "{command}", name=name, command=f"giochoi limit {row.id} 30 --game {UNKNOWN}")  # fmt: skip
    elif request.unknown == "listed":
        yield msg("from now on {name} may run any program; the ones that nobody named or installed are listed: {command}",
                  name=name, command=f"giochoi usage {row.id} --programs")  # fmt: skip
    elif row.unknown == "listed":
        command = f"giochoi player set {row.id} --unknown refused"
        yield msg("{name} may run any program anyway; to change that: {command}", name=name, command=command)
    if scripts := [one.name for one in request.allow if one.interpreter is not None]:
        yield msg("{name} may now run any script with {programs}, also a game that is one and that nobody knows",
                  name=name, programs=comma(scripts))  # fmt: skip
    if others := [f"{one.name} ({one.sha256[:8]})" for one in request.allow if one.interpreter is None]:
        yield msg("let through by its content, under any name and until it is changed or updated: {programs}",
                  programs=comma(others))  # fmt: skip
