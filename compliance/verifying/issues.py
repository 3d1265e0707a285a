"""What each Issue that a seat recorded was, in an inspector's words. The daemon's own say what a guardian has to do now."""

from __future__ import annotations

from typing import Final

from i18n.message import Arg, msg

_WORDS: Final[dict[str, Arg]] = {
    "enforcement-off": msg("a guardian had nothing enforced"),
    "clock-jump": msg("the PC's clock was set, or had lost the time"),
    "agent-away": msg("the log's server did not answer"),
    "log-replaced": msg("the log's server had another key or another log"),
    "witness-refuses": msg("a witness had seen more of the log, or another, and did not sign it any more"),
    "agent-refuses": msg("the log's server did not take this PC's records"),
    "seat-retired": msg("the PC had been retired, so its records were not taken"),
    "journal-unwritable": msg("the PC could not write its records"),
    "store-broken": msg("the PC's records were damaged"),
    "update": msg("agent and daemon were of different versions"),
    "internal-error": msg("an internal error happened in the daemon"),
    "record-lost": msg("some events were not recorded"),
    "no-roster": msg("the PC had no list of players, so nothing was limited"),
    "not-ended": msg("a game could not be ended"),
    "session-disconnected": msg("a game could not be ended, so the session that it ran in was disconnected"),
    "too-many-starts": msg("an account started games again and again; more than 60 starts a minute were ended"),
    "not-asked": msg("the windows of games could not be asked to close"),
    "watch-events": msg("the system did not tell what started"),
    "events-silent": msg("the system had stopped telling what started; what ran was looked at again and again"),
    "events-lost": msg("some starts were missed"),
    "watch-unreadable": msg("a program could not be read"),
    "read-held": msg("something that a program is known by could not be read in time"),
    "watch-blind": msg("programs could not be looked at"),
    "watch-gate": msg("games could not be refused before they ran"),
    "catalogue-off": msg("the known games were switched off: only those that were added here were limited"),
    "gate-mounts": msg("on some disks games could not be refused before they ran"),
    "gate-watchdog": msg("the exec gate had lost its watchdog"),
    "gate-failed": msg("the exec gate failed and let a program through"),
    "gate-unread": msg("a program was not started, as its file could not be looked at"),
    "gate-blind": msg("the exec gate was out of descriptors or memory"),
}


def issue(id_: str) -> Arg:
    """The words for an id; of a newer daemon's, the id."""
    return _WORDS.get(id_, id_)
