"""A seat under another agent: it begins a new chain in the new log, as a new seat, and tells there what today's sums are
made of.

A chain belongs to one log, where it is whole from its first entry on; so the old one ends and is kept aside, with what its
agent never took. Plays of today are written once more, marked late, because the decisions of today add them up.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from compliance import entry, journal
from compliance.journal import Journal
from daemon.deciding.plays import Play, Plays
from daemon.sessions import People, Subject
from daemon.store import PlayRow, Store
from daemon.trusted import Reading
from rules.calendar import day_bounds, day_name

_ASIDE = 10**12  # old plays keep their order below all numbers of the new chain


def new_seat_id() -> str:
    """Made at the first start and under each new agent; carried by every entry."""
    return f"seat-{secrets.token_hex(4)}"


def put_aside(store: Store) -> str:
    """Ends the chain: its tables get another name, a new chain can begin. The new seat's id. The transaction is the
    caller's.
    """
    former = "SELECT count(*) FROM sqlite_schema WHERE name GLOB 'journal_head_[0-9]*'"
    number = store.db.execute(former).fetchone()[0]
    for table in ("journal", "journal_head"):
        store.db.execute(f"ALTER TABLE {table} RENAME TO {table}_{number + 1}")
    store.db.execute("UPDATE plays SET seq = seq - ?", (_ASIDE,))
    store.db.execute("UPDATE pieces SET play = play - ?", (_ASIDE,))
    journal.create_tables(store.db)
    seat = new_seat_id()
    store.put("seat", seat.encode())
    return seat


def unsent_aside(store: Store) -> int:
    """How many entries wait for former agents."""
    tables = store.db.execute("SELECT name FROM sqlite_schema WHERE name GLOB 'journal_[0-9]*'").fetchall()
    counts = (f"SELECT count(*) FROM {name}" for (name,) in tables)  # noqa: S608 - names that put_aside made
    return sum(int(store.db.execute(count).fetchone()[0]) for count in counts)


def tell_again(chain: Journal, store: Store, plays: Plays, people: People, now: Reading, *, everything: bool) -> None:
    """Writes today's plays once more: all of them into a new chain, or those of players who have another pseudonym by now.

    Those that go on (their number is the one from before `put_aside`) are told with their start only.
    """
    start, _ = day_bounds(people.zone, now.wall)
    running = {play.seq: play for play in plays.running.values() if play.seq is not None}
    for row in store.plays(start):
        subject = people.by_id(row.player)
        if subject is None or not (
            everything or (row.ended and row.started_wall >= start and _renamed(row, subject, people.zone))
        ):
            continue
        play = running.get(row.seq + _ASIDE)
        if play is not None or (row.ended and row.started_wall >= start):
            _tell(chain, store, people, row, now, subject, play)


def renamed(who: str, began: int, subject: Subject, zone: str) -> bool:
    """Whether a play under this pseudonym is no longer this player's: a new agent gave the player another key.

    The days around are looked at too, because a change of zone may have moved the play to one of them.
    """
    day = day_name(zone, began)
    return who not in {subject.pseudonym(day + timedelta(days=n)) for n in (-1, 0, 1)}


def _renamed(row: PlayRow, subject: Subject, zone: str) -> bool:
    return renamed(row.who, row.started_wall, subject, zone)


def _tell(
    chain: Journal, store: Store, people: People, row: PlayRow, now: Reading, subject: Subject, play: Play | None
) -> None:
    day = day_name(people.zone, row.started_wall)
    who = row.who if play is not None else subject.pseudonym(day)
    known = people.catalogue.games.get(row.game)
    pid, started = min(row.programs, default=(0, 0))
    told = chain.append(
        entry.PlayStarted,
        mono=now.mono,
        wall=now.wall,
        who=who,
        age=subject.age_on(day),
        game=row.game,
        label=None if known is None else known.label,
        publisher=row.publisher,
        match=() if play is None else play.clues,
        pid=pid,
        started=started,
        since=row.started_wall,
        resumed=None,
    )
    store.rename_play(row.seq, told.seq, who)
    if play is not None:
        play.seq = told.seq
        return
    chain.append(
        entry.PlayEnded, mono=now.mono, wall=now.wall, play=told.seq, who=who, game=row.game, since=row.started_wall,
        ms=row.total, how="gone", late=True,
    )  # fmt: skip
