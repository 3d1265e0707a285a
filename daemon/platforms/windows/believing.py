"""Whose word holds for what lies where: a decision, by who may change a file and who may replace what lies in a folder."""

from __future__ import annotations

from host.windows.plans import TRUSTED_INSTALLER
from host.windows.sids import ADMINS, AUTHENTICATED, EVERYONE, INTERACTIVE, SYSTEM, USERS

TRUSTED = frozenset({SYSTEM, ADMINS, TRUSTED_INSTALLER})
_ANYBODY = frozenset({EVERYONE, AUTHENTICATED, INTERACTIVE, USERS})


def holds(tellers: frozenset[str], replacers: frozenset[str]) -> bool:
    """Whether `tellers`, the SIDs that may have written something, are administrators, or can replace what they tell of.

    Who can, needs no such word to make a game of what somebody else runs there. Who cannot, could make one of any program.
    """
    return tellers <= TRUSTED or bool(replacers & _ANYBODY) or tellers <= TRUSTED | replacers
