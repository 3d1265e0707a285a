"""Ends and tells of programs of those who run only what an administrator installed. Before they start the gate refuses them;
what it could not see, as a script or a file system of somebody's own, is ended right after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from daemon import events
from daemon.deciding.judge import Judge
from daemon.enforce import Enforcer
from daemon.observing.recognising import Recognised
from daemon.platforms.api import ProgramStopped
from daemon.platforms.processes import Identity
from daemon.recording.program_lines import ProgramLines
from daemon.refused_programs import RefusedPrograms
from daemon.reporting.announce import Announcer
from daemon.sessions import People, RuledPlayer
from daemon.trusted import Reading
from rules.games import Fingerprint, Program

_MOST = 4096


@dataclass(slots=True, eq=False)
class InstalledOnly:
    """What runs when it is switched on, or its account becomes such a player's, or was let through when it started, goes on."""

    judge: Judge
    enforcer: Enforcer
    announcer: Announcer
    refused: RefusedPrograms = field(default_factory=RefusedPrograms)
    _since: Mapping[tuple[str, str], int] | None = field(default=None, init=False)
    """By account and player: what started later (mono) is judged."""
    _let: dict[Identity, tuple[Fingerprint, ...]] = field(default_factory=dict, init=False)
    _lines: ProgramLines = field(default_factory=ProgramLines, init=False)

    def adopt(self, people: People, now: Reading) -> None:
        """A new roster is in force; the first one may have been so before this daemon was."""
        before, new = self._since or {}, -1 if self._since is None else now.mono
        bound = [(account, people.mapped[account].id) for account in people.only]
        self._since = {one: before.get(one, new) for one in bound}

    def begin_anew(self, now: Reading) -> None:
        """It was off for a while: what runs by now goes on."""
        self._since = dict.fromkeys(self._since or (), now.mono)

    def ends(self, program: Program, found: Recognised | None, people: People, now: Reading) -> bool:
        """Ends it if it may not run, and says whether. A game that may not be played now is refused as that."""
        player = people.player_of(program.account)
        only = people.only.get(program.account)
        if player is None or only is None or not self._binds(player, program):
            return False
        strangers = only.strangers(program, people.catalogue)
        if not strangers:
            self._remember(program)
            return False
        if self._let.get(program.identity) == program.foreign:
            return False
        if found is not None and not self.judge.rule(found.player, found.game, now, sure=found.sure).allowed:
            return False
        self.enforcer.refuse(program.pid, program.started)
        self._refused(player, program.account, strangers[0], now, "ended")
        return True

    def hides(self, program: Program, people: People) -> bool:
        """Whether one that nobody can read, as its account may have held that up, may be what it may not run."""
        player, only = people.player_of(program.account), people.only.get(program.account)
        if player is None or only is None or not self._binds(player, program):
            return False
        return not only.lets_any_script(program)

    def _binds(self, player: RuledPlayer, program: Program) -> bool:
        """Whether it started after it was switched on."""
        since = None if self._since is None else self._since.get((program.account, player.id))
        return since is not None and program.since > since

    def stopped(self, seen: ProgramStopped, people: People | None, now: Reading) -> None:
        """The gate did not let it start."""
        player = None if people is None else people.player_of(seen.account)
        if player is not None and player.registered.only_installed:
            self._refused(player, seen.account, seen.file, now, "gate")

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
        self.announcer.program_refused(event, line=self._lines.worth_one(player.id, file, now.mono))
