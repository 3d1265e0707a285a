"""How another PC becomes a seat of this agent, and what the agent tells whom it does not know yet."""

from __future__ import annotations

import hashlib

from agent.api.answers import Done
from host.wire import Request, Wire

MOST_INVITED = 200
LONGEST_MINUTES = 24 * 60
_PINNED = 32  # hex digits: 128 bits, which nobody finds another key for


class PlaceServe(Request["Served"], frozen=True, kw_only=True):
    """From now on seats are answered at `address`, "HOST:PORT"; "": nowhere but on this PC."""

    op = "place.serve"

    address: str


class Served(Wire, frozen=True, kw_only=True):
    """Where seats are answered ("": nowhere), and the fingerprint of the log's key, by which they know the agent."""

    address: str
    fingerprint: str


class SeatInvite(Request["Invited"], frozen=True, kw_only=True):
    """A code with which `many` PCs may join within so many minutes."""

    op = "seat.invite"

    many: int = 1
    minutes: int = 30


class Invited(Wire, frozen=True, kw_only=True):
    """What `giochoi seat enrol` takes, and until when (Unix ms)."""

    string: str
    until: int


class SeatConfirm(Request[Done], frozen=True, kw_only=True):
    """The PC that shows these six digits may join."""

    op = "seat.confirm"

    digits: str


class Hello(Request["Introduced"], frozen=True, kw_only=True):
    """Who is there? Asked before anything is believed."""

    op = "agent.hello"


class Introduced(Wire, frozen=True, kw_only=True):
    """The agent's verifier keys, and a note signed with its log's key whose text is its authority's certificate (PEM)."""

    log_key: str
    roster_key: str
    authority: str


class Join(Request["Joined"], frozen=True, kw_only=True):
    """A PC with this public key (DER) wants to be a seat. `code`: of an invitation; None: somebody at the agent confirms the
    six digits (`digits`), or it is given up. `host`: what the PC is called.
    """

    op = "seat.join"
    patience = 630.0

    key: bytes
    code: str | None = None
    host: str = ""


class Joined(Wire, frozen=True, kw_only=True):
    """The seat's id, and its certificate (PEM)."""

    seat: str
    certificate: str


def digits(authority: str, public: bytes) -> str:
    """Six digits that both sides of an honest connection find: of the agent's certificate (PEM) and the seat's key (DER)."""
    digest = hashlib.sha256(b"giochoi-join/v1\n" + authority.encode() + public).digest()
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06}"


def invitation(address: str, fingerprint: str, code: str = "") -> str:
    """What `giochoi seat enrol` takes: where the agent is, which one (half of the fingerprint of its log's key), the code."""
    return "/".join((address, fingerprint.replace("-", "")[:_PINNED], *([code] if code else [])))


def parse_invitation(text: str) -> tuple[str, str, str | None]:
    """Address, beginning of the fingerprint, code or None. ValueError."""
    address, pinned, *code = text.strip().split("/")
    if len(pinned) != _PINNED or not set(pinned) <= set("0123456789abcdef") or len(code) > 1 or not address:
        raise ValueError(text)
    return address, pinned, code[0] if code else None
