"""Unknown programs of limited players: lists them, makes them one game, or ends them, as the player's setting says.

Where they are refused, the gate stops them before they start; those that it could not see, as a script or a program on a file
system of a user's own, are ended right after.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from daemon import events
from daemon.deciding.judge import Judge
from daemon.deciding.plays import Recognised
from daemon.enforce import Enforcer
from daemon.platforms.api import ProgramStopped
from daemon.platforms.processes import Identity
from daemon.recording.listed_programs import ListedPrograms
from daemon.reporting.announce import Announcer
from daemon.sessions import People, RuledPlayer
from daemon.trusted import Reading
from rules.games import Catalogue, Fingerprint, Program
from rules.installed import LetProgram
from rules.unknown import UNKNOWN

MOST_REFUSED = 64  # of one player; whoever tries more loses the oldest of their own
_BEGINNING = re.compile(r"[0-9a-f]{8,64}", re.ASCII)


@dataclass(slots=True, eq=False)
class RefusedPrograms:
    _seen: dict[str, dict[str, LetProgram]] = field(default_factory=dict, init=False)

    def saw(self, player: str, file: Fingerprint) -> None:
        """What is not known by its content cannot be let through by it."""
        if file.sha256 is None:
            return
        mine = self._seen.setdefault(player, {})
        mine.pop(file.sha256, None)
        # An interpreter too is let through as this one file: what it runs stays refused.
        name = posixpath.basename(file.path).encode("utf-8", "replace").decode()
        mine[file.sha256] = LetProgram(
            name=unicodedata.normalize("NFC", name), sha256=file.sha256, size=file.size, build_id=file.build_id
        )
        if len(mine) > MOST_REFUSED:
            del mine[next(iter(mine))]

    def meant(self, player: str, asked: str) -> LetProgram | None:
        """The one of this SHA-256, or the beginning of it, or the last one of this file name; None: none or several."""
        mine = tuple(self._seen.get(player, {}).values())
        if _BEGINNING.fullmatch(asked):
            found = [one for one in mine if one.sha256.startswith(asked)]
            if found:
                return found[0] if len(found) == 1 else None
        return next((one for one in reversed(mine) if one.name == unicodedata.normalize("NFC", asked)), None)


AGAIN_MS = 3_600_000
MOST = 100  # of one player within an hour; then
THEN_MS = 60_000

_Content = tuple[int, str | None, str | None, str]


class ProgramLines:
    def __init__(self) -> None:
        self._players: dict[str, dict[_Content, int]] = {}  # when which content got a line, oldest first

    def worth_one(self, player: str, file: Fingerprint, mono: int) -> bool:
        """Whether this one is to be written down. By its name too, where nothing of its content is known."""
        lines = self._players.setdefault(player, {})
        for old in [one for one, at in lines.items() if mono - at >= AGAIN_MS]:
            del lines[old]
        this = (file.size, file.sha256, file.build_id, "" if file.sha256 or file.build_id else file.path)
        newest = next(reversed(lines.values()), -THEN_MS)
        if this in lines or (len(lines) >= MOST and mono - newest < THEN_MS):
            return False
        lines[this] = mono
        return True


_MOST = 4096


@dataclass(slots=True, eq=False)
class UnknownPrograms:
    """A program goes on that runs when the setting becomes `refused`, when its account becomes such a player's, or that was
    let through when it started.
    """

    judge: Judge
    enforcer: Enforcer
    announcer: Announcer
    listed: ListedPrograms
    refused: RefusedPrograms = field(default_factory=RefusedPrograms)
    _since: Mapping[tuple[str, str], int] | None = field(default=None, init=False)
    """By account ("": any guest's) and player: only programs that started later (mono) are judged."""
    _let: dict[Identity, tuple[Fingerprint, ...]] = field(default_factory=dict, init=False)
    _lines: ProgramLines = field(default_factory=ProgramLines, init=False)

    def adopt(self, people: People, now: Reading) -> None:
        """A new roster is in force; the first one may have been so before this daemon was."""
        before, new = self._since or {}, -1 if self._since is None else now.mono
        bound = [(account, one.id) for account, one in people.mapped.items() if one.unknown == "refused"]
        bound += [("", people.guest.id)] if people.guest.unknown == "refused" else []
        self._since = {one: before.get(one, new) for one in bound}
        self.listed.adopt(people.zone, now)

    def begin_anew(self, now: Reading) -> None:
        """Nothing was enforced for a while: programs that run by now go on."""
        self._since = dict.fromkeys(self._since or (), now.mono)

    def ends(self, program: Program, found: Recognised | None, people: People, now: Reading) -> bool:
        """Ends the program if it may not run, and says whether. A game that may not be played now is refused as that."""
        player = people.hider(program.account)
        if player is None or not self._binds(player, program, people):
            return False
        unknown = _unknown(program, player, people.catalogue, read=found is not None)
        if not unknown:
            self._remember(program)
            return False
        if self._let.get(program.identity) == program.foreign and not program.unread:
            return False
        if found is not None and not self.judge.rule(found.player, found.game, now, sure=found.sure).allowed:
            return False
        self.enforcer.refuse(program.pid, program.started)
        self._refused(player, program.account, unknown[0], now, "ended")
        return True

    def met(self, program: Program, people: People, now: Reading, since: int) -> Recognised | None:
        """Lists a program that no game is recognised in, from `since` (mono) on. As a game, if such programs count."""
        player = people.hider(program.account)
        unknown = _unknown(program, player, people.catalogue) if player is not None and player.listed else ()
        if player is None or not unknown:
            self.listed.ended(program.identity, now, now.mono)
            return None
        self.listed.runs(player.id, unknown[0], program.identity, now, since)
        return Recognised(player, people.catalogue.games[UNKNOWN], ("unknown",), sure=True) if player.counts else None

    def _binds(self, player: RuledPlayer, program: Program, people: People) -> bool:
        """Whether it started after its player's unknown programs came to be refused."""
        since = (self._since or {}).get((program.account if program.account in people.mapped else "", player.id))
        return since is not None and program.since > since

    def stopped(self, seen: ProgramStopped, people: People | None, now: Reading) -> None:
        """The gate did not let it start."""
        player = None if people is None else people.hider(seen.account)
        if player is None or people is None:
            return
        if player.unknown == "refused":
            self._refused(player, seen.account, seen.file, now, "gate")
        elif player.counts:
            self.refused.saw(player.id, seen.file)

    def _remember(self, program: Program) -> None:
        self._let.pop(program.identity, None)
        self._let[program.identity] = program.foreign
        if len(self._let) > _MOST:
            del self._let[next(iter(self._let))]

    def _refused(
        self, player: RuledPlayer, account: str, file: Fingerprint, now: Reading, how: Literal["gate", "ended"]
    ) -> None:
        self.refused.saw(player.id, file)
        event = events.ProgramRefused(player, account, file, now, how)
        self.announcer.refused(event, line=self._lines.worth_one(player.id, file, now.mono))


def _unknown(
    program: Program, player: RuledPlayer, catalogue: Catalogue, *, read: bool = False
) -> tuple[Fingerprint, ...]:  # fmt: skip
    """The files for which it is unknown. `read`: what could be read of it is enough to recognise it."""
    found = player.lets.strangers(program, catalogue)
    if found or read or not program.unread or player.lets.lets_any_script(program):
        return found
    return program.files[-1:] or (Fingerprint("", 0),)
