"""Programs that are no games, as the log says it."""

from __future__ import annotations

from typing import Literal

from compliance.entries.base import Entry, Safe


class ProgramsChanged(Entry, frozen=True, kw_only=True, tag="programs.changed"):
    """What `who` may run: everything, or only what an administrator installed and besides it `let`, the SHA-256 of files, and
    whatever interpreters of these kinds are told to run. `players`: of how many that is now true.
    """

    who: str
    only_installed: bool
    let: tuple[str, ...]
    interpreters: tuple[str, ...]
    players: Safe


class ProgramRefused(Entry, frozen=True, kw_only=True, tag="program.refused"):
    """A program that not only an administrator can have put there was not let run: stopped before its first instruction (gate)
    or ended at once (ended). Of its file, as far as is known, content, build id and size; its path is in the payload.
    """

    who: str
    how: Literal["gate", "ended"]
    sha256: str | None
    build_id: str | None
    size: Safe
