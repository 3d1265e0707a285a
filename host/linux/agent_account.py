"""The account of its own that the agent has in the system's installation."""

from __future__ import annotations

import pwd

from host.linux import users

AGENT_ACCOUNT = "giochoi"


def uid() -> int | None:
    """Its number; None: there is no such account of a service, and nobody else of that name is believed."""
    try:
        found = pwd.getpwnam(AGENT_ACCOUNT).pw_uid
    except KeyError:
        return None
    return found if 0 < found < users.uids_of_people()[0] else None
