"""Programs that are no games, as the log says it."""

from __future__ import annotations

from typing import Literal

import msgspec

from compliance.entries.base import Entry, Safe


class ProgramsChanged(Entry, frozen=True, kw_only=True, tag="programs.changed"):
    """What is done with `who`'s programs that nobody named or installed: they are `unknown`: listed, counts (as one game) or
    refused; `let`, the SHA-256 of files, and whatever interpreters of these kinds are told to run, run all the same.
    `players`: of how many they are refused now. Older entries say `only_installed` instead: refused or not.
    """

    who: str
    only_installed: bool | msgspec.UnsetType = msgspec.UNSET
    unknown: Literal["listed", "counts", "refused"] | msgspec.UnsetType = msgspec.UNSET
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
