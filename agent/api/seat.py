"""What a daemon asks the agent, and what it hands in."""

from __future__ import annotations

from typing import Final

from agent.api.answers import Done
from agent.api.asked import RequestEvent
from agent.api.checkins import Here
from agent.api.roster import GrantEvent
from host.wire import Request, Wire
from i18n.message import Message

PUBLISHED: Final = "agent.seat"


class Managed(Wire, frozen=True, kw_only=True):
    """What HOME/public/agent.seat says on a PC that joined an agent on another one: where that is, and as which seat."""

    address: str
    seat: str


class Enrol(Request["Enrolled"], frozen=True, kw_only=True):
    """A seat introduces itself with its public key (a C2SP verifier key)."""

    op = "seat.enrol"

    seat: str
    key: str


class Enrolled(Wire, frozen=True, kw_only=True):
    """`log_key` and `roster_key` are the agent's C2SP verifier keys; both are also published in HOME/public. `kept`: where
    it keeps its keys (host.secrets.where); "" where an older one does not say. `retired`: it takes nothing of it any more.
    """

    seat: str
    log_key: str
    roster_key: str
    kept: str = ""
    retired: bool = False


class Payload(Wire, frozen=True, kw_only=True):
    """Personal data beside the entry `seq`. The entry's `secret` commits to it under `salt`."""

    seq: int
    salt: bytes
    data: bytes


class Submit(Request["Accepted"], frozen=True, kw_only=True):
    """A sealed batch of a seat's chain: canonical entry bytes of contiguous seq, the last one a seal; `trusted` is
    the size of the last checkpoint the seat holds, from which it wants a consistency proof."""

    op = "log.submit"
    patience = 120.0

    seat: str
    entries: tuple[bytes, ...]
    payloads: tuple[Payload, ...] = ()
    trusted: int = 0


class Proof(Wire, frozen=True, kw_only=True):
    """Where an entry lies in the tree, and the hashes that prove it."""

    seq: int
    index: int
    hashes: tuple[bytes, ...]


class Accepted(Wire, frozen=True, kw_only=True):
    """`checkpoint` covers all entries of the batch; `proofs` one each; `consistency` from the `trusted` size (empty if that
    was 0)."""

    checkpoint: str
    proofs: tuple[Proof, ...]
    consistency: tuple[bytes, ...] = ()


class PutGrants(Request[Done], frozen=True, kw_only=True):
    """Grant events made at the seat; merged into the registry, known ones are no error."""

    op = "grant.put"

    grants: tuple[GrantEvent, ...]


class PutRequests(Request[Done], frozen=True, kw_only=True):
    """What was asked and answered at the seat; merged into the registry, the first answer stands. What it lets through is in
    the roster of the number that comes back.
    """

    op = "request.put"

    requests: tuple[RequestEvent, ...]


class Alive(Request[Done], frozen=True, kw_only=True):
    """Once a minute, and when another roster is in force: the seat is there. Its clock, for the agent to notice a difference;
    how it is, for whoever keeps the registry (agent.api.seats.SeatShown); the `number` of its roster, and what holds there.
    """

    op = "seat.alive"

    seat: str
    wall: int
    version: str = ""
    watch: str = ""
    unsent: int | None = None
    issues: tuple[str, ...] = ()
    number: int = -1
    here: Here | None = None


class UpdateGet(Request["Updates"], frozen=True, kw_only=True):
    """What is known of newer versions."""

    op = "update.show"


class UpdateFetch(Request["Updates"], frozen=True, kw_only=True):
    """Look now."""

    op = "update.fetch"
    patience = 900.0


class Updates(Wire, frozen=True, kw_only=True):
    """`version` runs; `source` is looked at, None: nothing is; `looked`: when that last went well, in Unix milliseconds;
    `newer`: a version that was found and is newer; `problem`: why looking failed the last time.
    """

    version: str
    source: str | None
    looked: int | None
    newer: str | None
    problem: Message | None
