"""The agent's own signed chain, as the seat `agent`, kept in agent.db so that a change and its entry cannot be apart."""

from __future__ import annotations

from typing import Any

from agent.errors import StartError
from agent.store.database import Store
from compliance.entries.base import Entry
from compliance.format.chain import AGENT
from compliance.journal import Journal, create_tables
from compliance.log import Log
from compliance.note import Signer
from compliance.writing.payloads import Payloads
from host.clock import Clock
from i18n.message import msg


class OwnChain:
    """Entries wait here from the transaction that made them to the moment the log holds them.

    Its seals are signed with the log's own key: the agent is no outsider to its log, and a second key would only look like one.
    """

    def __init__(self, store: Store, signer: Signer, clock: Clock) -> None:
        """JournalError if what agent.db holds of it is damaged."""
        with store.transaction():
            create_tables(store.raw)
            self._journal = Journal(store.raw, AGENT, clock.boot(), signer)
        self._store = store
        self._clock = clock
        self.key = signer.key

    @property
    def delivered(self) -> int:
        """The seq up to which the log holds the chain for certain."""
        return self._journal.head().seq - self._journal.unsent()

    def append(self, kind: type[Entry], payload: bytes | None, wall: int, **fields: Any) -> None:
        """Inside the caller's transaction."""
        self._journal.append(kind, mono=self._clock.mono(), wall=wall, payload=payload, **fields)

    def seal(self, wall: int) -> None:
        """Sign what was appended since the last seal, inside the caller's transaction."""
        self._journal.seal(self._clock.mono(), wall)

    def deliver(self, log: Log, payloads: Payloads) -> None:
        """Hand all that waits to the log. Whatever interrupts this, the next call goes on there and logs nothing twice.

        LogError, PayloadError or StoreError if something cannot be written: then the rest still waits. ChainError if the log
        holds something else under these numbers.
        """
        while batch := self._journal.spool():
            log.append_batch(AGENT, log.key, batch.entries)
            payloads.put(AGENT, batch.payloads)
            with self._store.transaction():
                self._journal.forget(batch.last)

    def check(self, log: Log) -> None:
        """StartError if agent.db and log.db cannot be of one agent and one time: a backup of one of them was put back."""
        held = log.head(AGENT)
        if held.seq < self.delivered:
            raise StartError(msg("log.db is older than agent.db: restore both from one backup"))
        head = self._journal.head()
        if held.seq > head.seq or (held.seq == head.seq and held != head):
            raise StartError(msg("agent.db does not match log.db: restore both from one backup"))
