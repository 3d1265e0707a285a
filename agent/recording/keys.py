"""The agent's keys: made at the first start, published for seats, never shown otherwise."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import Final

from agent.errors import StartError
from compliance.note import Signer
from host import choose, files
from host.homes import Home, unwritable
from host.secrets import load_or_create, where
from i18n.message import msg

# Read by every seat: one verifier key a line, the log's first.
PUBLISHED: Final = "agent.keys"
# Every name that an origin of ours has begins with this.
_ORIGIN: Final = "giochoi/"
_SEED_BYTES: Final = 32

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keys:
    """`log` signs checkpoints and the agent's own seals, `roster` rosters; `payload` encrypts personal data. `kept`: where all
    three lie, as host.secrets.where says it; "file" where one of them does.
    """

    log: Signer
    roster: Signer
    payload: bytes
    kept: str = "file"

    @property
    def published(self) -> bytes:
        """The content of HOME/public/agent.keys."""
        return f"{self.log.vkey}\n{self.roster.vkey}\n".encode()


def new_origin() -> str:
    """A name for a new log, and for its key: `giochoi/` and eight random hex digits. One log is of one certified address, and
    no two may be taken for each other."""
    return _ORIGIN + secrets.token_hex(4)


def load_keys(home: Home, origin: str) -> Keys:
    """The keys of the log `origin`, made if there are none. HomeError or StartError if what is there cannot be used."""
    names = ("log.key", "roster.key", "payload.key")
    log, roster, payload = (_load(home, name) for name in names)
    kept = {where(home, home.agent, name) for name in names}
    return Keys(Signer(origin, log), Signer(f"{origin}/roster", roster), payload, kept.pop() if len(kept) == 1 else "file")


def publish(home: Home, name: str, content: bytes) -> None:
    """Write a file that everybody may read, in one step. HomeError. What somebody keeps even us from reading stays as it is."""
    path = home.public / name
    try:
        if files.read_owned(path, frozenset({choose.files().owner()})) == content:
            return  # whoever only reads it may keep it from being replaced, on Windows
    except OSError as error:
        if files.held_open(error):  # seats know us by then; the next tick looks again
            _log.warning("%s", unwritable(path, error))
            return
    try:
        files.write_atomic(path, content, 0o644)
    except OSError as error:
        raise unwritable(path, error) from error


def _load(home: Home, name: str) -> bytes:
    key = load_or_create(home, home.agent, name, lambda: secrets.token_bytes(_SEED_BYTES))
    if len(key) != _SEED_BYTES:
        raise StartError(msg("{path}: damaged; restore it from a backup", path=str(home.agent / name)))
    return key
