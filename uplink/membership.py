"""What a seat keeps of the agent that it joined: HOME/uplink for the uplink alone, HOME/public for everybody on this PC.

Each file is of whoever works in its folder, where an administrator may write for others.
"""

from __future__ import annotations

import hashlib
import itertools
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from agent.api.seat import PUBLISHED, Managed
from host import restored
from host.choose import files
from host.files import read_owned, write_atomic
from host.homes import Home, HomeError, lock, prepare, unwritable
from host.restored import Restored
from i18n.message import msg, said_by

_FILE: Final = "membership.json"


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


def _before(home: Home) -> Membership | None:
    """None also if it cannot be read, which is why this PC joins again."""
    with suppress(HomeError):
        return load(home)
    return None


def key_of(home: Home, authority: str, make: str) -> str:
    """The PC's key for joining: one for each agent, and made once, so that a lost answer is no second seat. HomeError."""
    with files().acting_for(home.uplink):
        prepare(home.uplink, 0o700)
    path = home.uplink / f"{hashlib.sha256(authority.encode()).hexdigest()[:16]}.pem"
    with suppress(FileNotFoundError):
        try:
            return read_owned(path, files().publishers(home.kind)).decode()
        except (OSError, UnicodeDecodeError) as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise HomeError(msg("{path}: cannot be read: {why}", path=str(path), why=said_by(error))) from error
    _write(path, make.encode(), 0o600)
    return make


def own_agent(home: Home) -> bool:
    """Whether an agent of this PC's own keeps players and a log here."""
    return (home.agent / "agent.db").exists()


def put_aside(home: Home) -> Path:
    """Moves what this PC's own agent keeps to where no program of ours has a part in it; the place. HomeError: it runs."""
    before = home.root / "before"
    prepare(before, 0o700)
    place = next(path for number in itertools.count(1) if not (path := before / f"agent-{number}").exists())
    with files().acting_for(home.agent), lock(home.agent):
        pass
    try:
        home.agent.rename(place)
    except OSError as error:
        raise unwritable(place, error) from error
    return place


def keep(home: Home, membership: Membership, agent_keys: tuple[str, str]) -> None:
    """From now on this PC is that seat. A daemon that was another one takes this up when it starts; what everybody
    may read comes before what the uplink reads. HomeError.
    """
    published = "".join(f"{key}\n" for key in agent_keys)
    before = _before(home)
    if (home.daemon / "store.db").exists() and (before is None or before.seat != membership.seat):
        mark = Restored(0, published, membership.seat)
        _write(home.daemon / restored.NAME, msgspec.json.encode(mark), 0o600)
    with files().acting_for(home.public):
        prepare(home.public, 0o755)
    _write(home.public / "agent.keys", published.encode(), 0o644)
    (home.public / "agent.card").unlink(missing_ok=True)  # of an agent of its own
    managed = Managed(address=membership.address, seat=membership.seat)
    _write(home.public / PUBLISHED, msgspec.json.encode(managed) + b"\n", 0o644)
    _write(home.uplink / _FILE, msgspec.json.encode(membership), 0o600)


def _write(path: Path, data: bytes, mode: int) -> None:
    try:
        with files().acting_for(path.parent):
            write_atomic(path, data, mode)
    except OSError as error:
        raise unwritable(path, error) from error
