"""What a guardian may mend: the PC's clock is right; the agent's new key is the one that `giochoi log card` shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from daemon.health import Health
from daemon.recording.chains import Chains
from daemon.roster import AgentKeys, Replaced, Trust, write_pin
from daemon.running.heart import Heart
from daemon.store import Unwritable
from daemon.storing.opening import BROKEN
from daemon.uplink import Uplink
from host.wire import ApiError
from i18n.message import msg, said_by


@contextmanager
def written() -> Iterator[None]:
    """Within it all is written, in one transaction, or nothing: then ApiError."""
    try:
        yield
    except Unwritable as error:
        raise ApiError("unavailable", msg("cannot be written, nothing changed: {why}", why=said_by(error))) from None


# What an agent, or a seat, of the same key gets that was put back from a copy, where neither goes on with what the other
# knows, or that was retired.
_GONE_BACK = ("log-replaced", "agent-refuses", "seat-retired")


@dataclass(frozen=True, slots=True, eq=False)
class Repair:
    """`keys` reads the agent's published key file. What is refused is an ApiError, and then nothing changed."""

    keys: Callable[[], AgentKeys]
    trust: Trust
    chains: Chains
    uplink: Uplink
    health: Health
    heart: Heart

    def mend(self, agent_key: str | None) -> None:
        """The guardian confirms the clock and, with the fingerprint of its key, the agent."""
        if agent_key is not None:
            self._pin(agent_key)
        elif self.health.has("log-replaced"):
            raise ApiError(
                "refused",
                msg("the agent was replaced: compare its key with {card}, then add --agent-key", card="giochoi log card"),
            )
        if self.health.has("store-broken"):
            self._seen()
        self.heart.confirm_clock()

    def _seen(self) -> None:
        """A guardian knows by now that records of this PC were damaged."""
        store = self.chains.store
        with written(), store.transaction():
            store.delete(BROKEN)
        self.health.report("store-broken", trouble=False)

    def _pin(self, fingerprint: str) -> None:
        try:
            keys = self.keys()
        except (OSError, Replaced) as error:
            raise ApiError("unavailable", msg("the agent's key cannot be read: {why}", why=said_by(error))) from None
        if _plain(keys.fingerprint) != _plain(fingerprint):
            raise ApiError("refused", msg("the agent publishes another key: {key}", key=keys.fingerprint))
        if keys == self.trust.keys and not any(map(self.health.has, _GONE_BACK)):
            return
        self.heart.end_minute()
        with written():
            seat = self.chains.begin_anew(lambda: write_pin(self.chains.store, keys), [one.id for one in self.health.open()])
        self.trust.pinned(keys)
        self.uplink.become(seat)


def _plain(fingerprint: str) -> str:
    """As people may write it: with or without dashes, spaces and capitals."""
    return "".join(one for one in fingerprint.lower() if one.isalnum())
