"""What a seat keeps of the agent that it joined: HOME/uplink for the uplink alone, HOME/public for everybody on this PC."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from agent.api.seat import PUBLISHED, Managed
from host.choose import files
from host.files import read_owned, write_atomic
from host.homes import Home, HomeError, prepare, unwritable
from i18n.message import msg, said_by

_FILE: Final = "membership.json"
_KEY: Final = "key.pem"


class Membership(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As which `seat` this PC joined the agent at `address`, whose authority this is; `key` and `certificate` are the
    seat's for TLS. All PEM.
    """

    address: str
    authority: str
    seat: str
    key: str
    certificate: str


def load(home: Home) -> Membership | None:
    """None: this PC joined no agent. HomeError: what is kept cannot be read."""
    path = home.uplink / _FILE
    try:
        return msgspec.json.decode(read_owned(path, files().publishers(home.kind)), type=Membership)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        told = {"path": str(path), "why": said_by(error)}
        raise HomeError(msg("{path}: cannot be read: {why}; join again with giochoi seat enrol", **told)) from error


def key_of(home: Home, make: str) -> str:
    """The PC's key for joining: made once, so that a lost answer is no second seat. HomeError."""
    prepare(home.uplink, 0o700)
    path = home.uplink / _KEY
    with suppress(FileNotFoundError):
        try:
            return read_owned(path, files().publishers(home.kind)).decode()
        except (OSError, UnicodeDecodeError) as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise HomeError(msg("{path}: cannot be read: {why}", path=str(path), why=said_by(error))) from error
    _write(path, make.encode(), 0o600)
    return make


def keep(home: Home, membership: Membership, agent_keys: tuple[str, str]) -> None:
    """From now on this PC is that seat. What everybody may read comes first: the daemon believes it. HomeError."""
    prepare(home.public, 0o755)
    _write(home.public / "agent.keys", "".join(f"{key}\n" for key in agent_keys).encode(), 0o644)
    managed = Managed(address=membership.address, seat=membership.seat)
    _write(home.public / PUBLISHED, msgspec.json.encode(managed) + b"\n", 0o644)
    _write(home.uplink / _FILE, msgspec.json.encode(membership), 0o600)


def _write(path: Path, data: bytes, mode: int) -> None:
    try:
        write_atomic(path, data, mode)
    except OSError as error:
        raise unwritable(path, error) from error
