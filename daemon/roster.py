"""What this seat believes of its agent: the pinned keys, the last roster, the last checkpoint. Kept across restarts.

Another key, a smaller tree or an older roster than the one held is `Replaced`: nothing is taken over then, play goes on
under the last roster, and only a guardian who compared the fingerprint pins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from agent.api import manifest
from agent.api.manifest import MissingError
from agent.api.roster import Roster, SignedRoster
from agent.api.seat import PUBLISHED, Accepted, Managed
from agent.api.witnessing import HeadShown
from compliance.note import Checkpoint, NoteError, parse_checkpoint, parse_vkey, verify_note
from compliance.tree import ProofError, leaf_hash, verify_consistency, verify_inclusion
from daemon.store import Store
from host import lenient
from host.choose import files
from host.files import read_owned
from host.homes import Home
from i18n.message import Arg, Message, MessageError, msg, said_by

_MARK = "/roster"
_ANEW = "roster-anew"
_PART = "roster-part "
T = TypeVar("T")


class Retired(MessageError):
    """The agent says that this PC is gone, and takes nothing of it any more."""


class Newer(MessageError):
    """The agent is the one that was pinned, but a newer version: what it says cannot be read by this one."""


class Replaced(MessageError):
    """The agent is not the one that was pinned, or its log or registry went back."""


@dataclass(frozen=True, slots=True)
class AgentKeys:
    """The agent's two verifier keys: of its log, and (named `<origin>/roster`) of its rosters."""

    log: str
    roster: str

    @property
    def fingerprint(self) -> str:
        """What `giochoi log card` shows."""
        return parse_vkey(self.log).fingerprint


def parse_keys(text: bytes) -> AgentKeys:
    """The keys from HOME/public/agent.keys: one verifier key a line. Replaced if it does not hold both."""
    try:
        found = {parse_vkey(line).name: line for line in text.decode().splitlines() if line}
    except (NoteError, UnicodeDecodeError) as error:
        raise Replaced(msg("the key file is not valid: {why}", why=said_by(error))) from None
    for name, line in found.items():
        if name + _MARK in found:
            return AgentKeys(line, found[name + _MARK])
    raise Replaced(msg("the key file does not hold a log key and its roster key"))


def managed(home: Home) -> Managed | None:
    """Which agent on another PC this one joined; None: its agent is here. What cannot be read says nothing."""
    try:
        text = read_owned(home.public / PUBLISHED, files().publishers(home.kind))
        return msgspec.json.decode(text, type=Managed)
    except (OSError, msgspec.MsgspecError):
        return None


def _read_keys(text: str) -> AgentKeys:
    """As they are stored. NoteError, MsgspecError."""
    found = msgspec.json.decode(text, type=AgentKeys)
    parse_vkey(found.log)
    parse_vkey(found.roster)
    return found


def write_pin(store: Store, keys: AgentKeys | None) -> None:
    """Whatever was seen of an agent is over; the next roster counts, whatever its number. `keys`: trusted from now on; None:
    those that are. The transaction is the caller's.
    """
    if keys is not None:
        store.put("agent-keys", msgspec.json.encode(keys))
    store.delete("checkpoint")
    store.put(_ANEW, b"1")


class Trust:
    """Reads and writes what is believed; every check that fails is Replaced."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._parts: dict[str, bytes] = {}  # of the rosters read lately, by their hashes
        self.newer = False  # whether the roster in force says more than this version understands
        self.keys = self._load(_read_keys, "agent-keys")
        self.roster = self._load_roster()
        self.checkpoint: Checkpoint | None = None
        if (keys := self.keys) is not None:
            self.checkpoint = self._load(lambda text: parse_checkpoint(text, [keys.log]), "checkpoint")
        self.checkpoint_wall = self._load(int, "checkpoint-wall") or 0
        self._anew = store.get(_ANEW) is not None
        self._no_news: str | None = None  # a note that was read and is no newer than the roster: it comes again every minute

    def _load(self, read: Callable[[str], T], name: str) -> T | None:
        """None if it is not there. If it cannot be read any more it is dropped, as the guardian is told."""
        found = self._store.get(name)
        try:
            return None if found is None else read(found.decode())
        except (NoteError, msgspec.MsgspecError, ValueError):
            self._store.note_broken(name)
            return None

    def _load_roster(self) -> Roster | None:
        """The last roster, checked with the key that signed it. None if it cannot be read any more; the seat reports that."""
        note, key = self._store.get("roster"), self._store.get("roster-key")
        if note is None or key is None:
            return None
        try:
            self._parts = self._kept_parts(note.decode())
            roster, self.newer = _opened(note.decode(), key.decode(), self._parts)
        except Newer:
            self.newer = True
        except (Replaced, UnicodeDecodeError, MissingError, msgspec.MsgspecError):
            pass
        else:
            return roster
        return None

    def _kept_parts(self, note: str) -> dict[str, bytes]:
        return manifest.used(note.partition("\n")[0].encode(), lambda name: self._store.get(_PART + name))

    def take_parts(self, parts: Iterable[bytes]) -> None:
        """Of a roster that named them: what is none of them is never used."""
        self._parts |= {manifest.digest(part): part for part in parts}

    @property
    def number(self) -> int:
        """Of the pinned agent's last roster; -1 without one."""
        if self._anew or self.roster is None or self.keys is None or self.roster.origin != parse_vkey(self.keys.log).name:
            return -1
        return self.roster.number

    def pin(self, keys: AgentKeys) -> None:
        """Trust these keys from now on. A former agent's checkpoint is forgotten, its roster stays in force until a new one."""
        with self._store.transaction():
            write_pin(self._store, keys)
        self.pinned(keys)

    def pinned(self, keys: AgentKeys) -> None:
        """As `pin`, once the caller has written it."""
        self.keys, self.checkpoint, self._anew, self._no_news = keys, None, True, None

    def check_keys(self, keys: AgentKeys) -> None:
        """Replaced, unless they are those that are trusted, or none are yet."""
        if self.keys is not None and keys != self.keys:
            raise Replaced(
                msg("it shows the key {key}, trusted is {trusted}", key=keys.fingerprint, trusted=self.keys.fingerprint)
            )

    def _pinned(self) -> AgentKeys:
        if self.keys is None:
            raise Replaced(msg("no key of it is trusted yet"))
        return self.keys

    def read_roster(self, signed: SignedRoster) -> Roster | None:
        """The roster if it is a new one of the pinned agent's. Replaced; Newer: nothing can be decided by it; MissingError:
        these parts have to be taken first.
        """
        keys, known = self._pinned(), self.roster
        if signed.note == self._no_news:
            return None
        roster, newer = _opened(signed.note, keys.roster, self._parts)
        if known is not None and roster.origin == known.origin and not self._anew:
            if roster.number < known.number:
                numbers = {"number": str(roster.number), "known": str(known.number)}
                raise Replaced(msg("its list of players has the number {number}, after {known}", **numbers))
            if roster.number == known.number:
                self._no_news = signed.note
                return None
        self.newer = newer
        return roster

    def keep_roster(self, signed: SignedRoster, roster: Roster) -> None:
        """In force from now on, also after a restart: durable when this returns."""
        key = self._pinned().roster
        with self._store.transaction():
            self._store.put("roster", signed.note.encode())
            self._store.put("roster-key", key.encode())
            self._keep_parts(signed.note)
            self._store.delete(_ANEW)
        if roster.erased:
            self._store.sweep()
        self.roster, self._anew, self._no_news = roster, False, signed.note

    def _keep_parts(self, note: str) -> None:
        """Only those of this roster stay, here and in the store."""
        used = manifest.used(note.partition("\n")[0].encode(), self._parts.get)
        kept = {name.removeprefix(_PART) for name in self._store.names(_PART)}
        for name in kept - used.keys():
            self._store.delete(_PART + name)
        for name in used.keys() - kept:
            self._store.put(_PART + name, used[name])
        self._parts = used

    def check_head(self, note: str) -> None:
        """Replaced, unless the agent's log, whose signed head this is, is as long at least as it was."""
        try:
            head = parse_checkpoint(note, [self._pinned().log])
        except NoteError as error:
            raise _unproved(error) from None
        if (known := self.checkpoint) is not None and head.size < known.size:
            sizes = {"size": str(head.size), "known": str(known.size)}
            raise Replaced(msg("its log has {size} entries, after {known}: it was put back from a copy, or replaced", **sizes))

    def take_proofs(self, accepted: Accepted, entries: Sequence[tuple[int, bytes]], wall: int) -> None:
        """Believes, from `wall` on, the new checkpoint if it continues the last one and holds every one of `entries` (seq,
        bytes). Replaced otherwise.
        """
        key = self._pinned().log
        try:
            head = parse_checkpoint(accepted.checkpoint, [key])
            if (known := self.checkpoint) is not None:
                proof = accepted.consistency
                verify_consistency(known.size, head.size, proof, known.root, head.root)
            proofs = {proof.seq: proof for proof in accepted.proofs}
            for seq, data in entries:
                found = proofs[seq]
                verify_inclusion(found.index, head.size, leaf_hash(data), found.hashes, head.root)
        except (NoteError, ProofError, ValueError, KeyError) as error:
            raise _unproved(error) from None
        with self._store.transaction():
            self._store.put("checkpoint", accepted.checkpoint.encode())
            self._store.put("checkpoint-wall", str(wall).encode())
        self.checkpoint, self.checkpoint_wall = head, wall

    def follow(self, shown: HeadShown, known: Checkpoint, wall: int) -> None:
        """Believes a newer head in place of `known`, unless that was another meanwhile. In memory: what is delivered next is
        kept, and nothing ticks to the disk for this.
        """
        if known is not self.checkpoint:
            return
        try:
            head = parse_checkpoint(shown.checkpoint, [self._pinned().log])
            verify_consistency(known.size, head.size, shown.consistency, known.root, head.root)
        except (NoteError, ProofError, ValueError) as error:
            raise _unproved(error) from None
        self.checkpoint, self.checkpoint_wall = head, wall


def _unproved(error: Exception) -> Replaced:
    return Replaced(msg("its log does not prove what it says: {why}", why=said_by(error)))


def _opened(note: str, key: str, parts: Mapping[str, bytes]) -> tuple[Roster, bool]:
    """The roster, and whether a newer version says more in it. Replaced: the key did not sign it. Newer, MissingError."""
    try:
        text = verify_note(note, [key])
    except NoteError as error:
        raise Replaced(msg("its list of players does not hold: {why}", why=said_by(error))) from None
    try:
        return lenient.decode(manifest.join(text.encode(), parts), Roster)
    except msgspec.MsgspecError as error:  # the pinned agent signed it, so nobody else made it
        raise Newer(said_by_newer(said_by(error))) from None


def said_by_newer(why: Arg) -> Message:
    return msg("its list of players cannot be used: {why}", why=why)
