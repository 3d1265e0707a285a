"""What the process that fetches is told, and says. Whoever starts it need not load what speaks to the network."""

from __future__ import annotations

import msgspec

from i18n.message import Message


class Job(msgspec.Struct, frozen=True):
    """`memory`: a folder to which only whoever fetches may write; `ours`: the version that runs."""

    memory: str
    root: str
    url: str
    ours: str


class Fetched(msgspec.Struct, frozen=True):
    """The newest version, whose set-up lies in the memory if it is newer; or why it could not be had."""

    version: str = ""
    problem: Message | None = None
