"""What each Issue is, in words. The daemon adds details; the log has only the ids."""

from __future__ import annotations

from typing import Final

from i18n.message import Message, msg

ISSUES: Final[dict[str, Message]] = {
    "enforcement-off": msg(
        "nothing is limited for a while, as a guardian wanted it; play is counted; to end that: {command}",
        command="giochoi\u00a0off\u00a00",
    ),
    "clock-jump": msg(
        "the PC's clock was set, or had lost the time: of the old and the new one the stricter counts, and no codes are taken; "
        "a guardian sees that date and time are right, then runs {command}",
        command="giochoi doctor --repair",
    ),
    "agent-away": msg("the background service (giochoi-agent) does not answer; play goes on by its last list"),
    "log-replaced": msg(
        "the agent has another key or another log; limits hold and records are kept; a guardian compares the key that {card} "
        "shows, then runs {command}",
        card="giochoi log card",
        command="giochoi doctor --repair --agent-key …",
    ),
    "witness-refuses": msg(
        "an outsider has seen more of the log, or another, than there is now: was an old copy put back? limits hold and "
        "records are kept; see {command}",
        command="giochoi log witness list",
    ),
    "agent-refuses": msg("the agent does not take this PC's records; limits hold and records are kept"),
    "seat-retired": msg(
        "this PC was retired at the agent, which takes none of its records any more: limits hold by its last list, and records "
        "are kept; if the PC is to stay, a guardian runs {command}, which makes it a new one",
        command="giochoi doctor --repair --agent-key …",
    ),
    "journal-unwritable": msg(
        "the journal cannot be written: is the disk full or read-only? limits hold, it is written once it can be"
    ),
    "store-broken": msg(
        "this PC's records were damaged: what could not be read of today's play counts no more; limits hold, what is broken "
        "is kept beside; a guardian who has seen this runs {command}",
        command="giochoi doctor --repair",
    ),
    "record-lost": msg("some events could not be recorded; see the system's log"),
    "internal-error": msg(
        "an internal error happened within the last hour: a limit or an answer may be wrong; please report it with the "
        "details in the system's log"
    ),
    "update": msg(
        "agent and daemon are of different versions: what both know holds, the rest does not; update Giờ Chơi on this PC and "
        "at the agent"
    ),
    "catalogue-off": msg(
        "the known games are switched off, so only games that were added here are limited: [catalogue] in agent/config.toml"
    ),
    "no-roster": msg("no list of players came from the agent yet; nothing is limited"),
    "not-ended": msg("a game could not be ended; is it another account's?"),
    "session-disconnected": msg(
        "a game could not be ended, so the session that it runs in is disconnected, and again every ten seconds: log on there "
        "and close the game, or restart the PC"
    ),
    "too-many-starts": msg("an account starts games again and again: more than 60 starts a minute are ended at once"),
    "not-asked": msg(
        "games are not asked to close when their time is over, they only get the time to save; it is tried again; if this does "
        "not pass within minutes, restart the daemon"
    ),
    "watch-events": msg(
        "the system does not tell what starts, so what runs is looked at again and again: a game that was not refused before "
        "it ran is ended a moment after its start, and one that is over by then is not counted"
    ),
    "events-lost": msg("some starts were missed; everything that runs was looked at again"),
    "watch-unreadable": msg("a program cannot be read, so nobody knows whether it is a game"),
    "read-held": msg(
        "what a program is could not be read in time, as on a busy PC, from a slow disk or as something holds it up: in a "
        "limited account such a program is not started, or ended; if this stays or comes back, see what runs there"
    ),
    "watch-blind": msg("programs cannot be looked at; plays that run go on being counted"),
    "watch-gate": msg(
        "starts cannot be refused before they run: refused games are ended right after their start; the gate is tried again"
    ),
    "gate-mounts": msg("the exec gate does not cover all disks"),
    # In logs of daemons whose watchdog was a process.
    "gate-watchdog": msg("the exec gate's watchdog was ended; the gate is set up anew with another one"),
    "gate-failed": msg(
        "the exec gate failed and let a program through; if that is refused, it is ended right after its start; if this does "
        "not pass within minutes, restart the daemon"
    ),
    "gate-unread": msg(
        "a program was not started: its file could not be looked at, as another program holds it back or as it is damaged"
    ),
    "gate-blind": msg("the exec gate is out of descriptors or memory; programs may fail to start"),
}  # fmt: skip
