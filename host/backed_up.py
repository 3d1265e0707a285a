"""A backup as a file: what is in it, and whether it can be believed."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from host import choose, files
from host.api import UntrustedError
from i18n.message import MessageError, msg, said_by

PARTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    "daemon": ("store.db", "seat.key", "config.toml"),
    "agent": ("agent.db", "log.db", "payload.db", "log.key", "roster.key", "payload.key", "tls.key", "config.toml"),
})  # fmt: skip
# What every agent has; tls.key is made once other PCs are to join.
AGENTS_KEYS: Final = frozenset(f"agent/{name}" for name in ("log.key", "roster.key", "payload.key"))
CONTENTS: Final = "contents.json"
KEYS: Final = "public/agent.keys"
_LATEST_MS: Final = 253_000_000_000_000  # in the year 9987: calendars end soon after
# What a file that is no zip of ours, or half of one, makes zipfile raise; of the last two also what we read in it.
DAMAGE: Final = (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError, ValueError)


class BackupError(MessageError):
    """What cannot be saved or put back, and why; then nothing was changed, unless it says so."""


class BadBackupError(BackupError):
    """The file itself: it cannot be read, is no backup, damaged, or lacks what is wanted."""


class Contents(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a backup holds: when it was made (Unix ms), and the SHA-256 of each member. `sealed`: its keys open nowhere else;
    `zone`: the place's, "" if that was not known.
    """

    made: int
    files: dict[str, str]
    sealed: bool = False
    zone: str = ""

    def parts(self) -> tuple[str, ...]:
        """Which of PARTS are in it."""
        return tuple(part for part in PARTS if any(name.startswith(f"{part}/") for name in self.files))

    def bound(self) -> bool:
        """Whether the agent's keys are not in it, or not to be opened elsewhere: it goes on nowhere else."""
        return "agent/log.db" in self.files and (self.sealed or not self.files.keys() >= AGENTS_KEYS)


@dataclass(frozen=True, slots=True)
class Backup:
    """One that was looked at, and is open: what is put back is what was looked at, whatever becomes of its name."""

    path: Path
    contents: Contents
    members: zipfile.ZipFile


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """The file, open. BadBackupError; BackupError: somebody else could have written it, and what is put back is believed."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(files.open_owned(path, choose.files().publishers("private")))
            members = stack.enter_context(zipfile.ZipFile(file))
            contents = _contents(members)
        except UntrustedError as error:
            text = msg("{path}: {why}; copy it to a folder that only you can write to, and put back that copy",
                       path=str(path), why=said_by(error))  # fmt: skip
            raise BackupError(text) from error
        except OSError as error:
            raise BadBackupError(msg("{path}: cannot be read: {why}", path=str(path), why=said_by(error))) from error
        except DAMAGE as error:
            told = {"path": str(path), "command": "giochoi backup"}
            raise BadBackupError(msg("{path}: not what {command} made, or cut short", **told)) from error
        yield Backup(path, contents, members)


def _contents(members: zipfile.ZipFile) -> Contents:
    """What it says of itself. One of DAMAGE if that is nothing that we write."""
    with members.open(CONTENTS) as member:
        contents = msgspec.json.decode(member.read(files.LIMIT), type=Contents)
    known = {f"{part}/{name}" for part, names in PARTS.items() for name in names} | {KEYS}
    packed = {member.compress_type for member in members.infolist()}
    if (
        not contents.parts() or not contents.files.keys() <= known or not 0 <= contents.made < _LATEST_MS
        or not packed <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    ):  # fmt: skip
        raise ValueError(contents)
    return contents
