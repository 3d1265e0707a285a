"""The daemon's doors: one typed function per operation.

All raise host.rpc.ApiError with one line for people if the daemon says no, host.rpc.Unreachable if nothing listens at
`address`.
"""

from __future__ import annotations

from collections.abc import Iterator

from daemon.api import messages as m
from host import rpc

_SYNC_S = 15.0


def status(address: str, request: m.StatusGet | None = None) -> m.Status:
    """What is enforced, who plays, how much is left."""
    return rpc.call(address, "status", request or m.StatusGet(), m.Status)


def why(address: str, request: m.WhyGet) -> m.Why:
    """The decision for a player, and what each rule by itself would say."""
    return rpc.call(address, "why", request, m.Why)


def usage(address: str, request: m.UsageGet | None = None) -> m.Usage:
    """Play of one day by player and game."""
    return rpc.call(address, "usage", request or m.UsageGet(), m.Usage)


def doctor(address: str, request: m.DoctorGet | None = None) -> m.Doctor:
    """What was looked at and whether it is well; with `repair`, after mending what a guardian may mend."""
    return rpc.call(address, "doctor", request or m.DoctorGet(), m.Doctor, timeout=30.0)


def grant_add(address: str, request: m.GrantAdd) -> m.GrantAdded:
    """Extra time, in force when this returns."""
    return rpc.call(address, "grant.add", request, m.GrantAdded)


def grants(address: str, request: m.GrantsGet | None = None) -> m.Grants:
    """All grants, oldest first."""
    return rpc.call(address, "grant.list", request or m.GrantsGet(), m.Grants)


def grant_revoke(address: str, request: m.GrantRevoke) -> m.Ok:
    """Extra time that counts no longer."""
    return rpc.call(address, "grant.revoke", request, m.Ok)


def sync(address: str, number: int) -> m.Synced:
    """Waits until the daemon holds this roster; 0: until all it has recorded has reached the agent."""
    return rpc.call(address, "sync", m.Sync(number=number), m.Synced, timeout=_SYNC_S)


def watch(address: str) -> Iterator[m.Signal]:
    """Signals as they come."""
    return rpc.stream(address, "watch", m.Watch(), m.Signal)


def shown(address: str, number: int) -> m.Ok:
    """A display confirms that it showed the signal."""
    return rpc.call(address, "shown", m.Shown(number=number), m.Ok)
