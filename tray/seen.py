"""What is known of the daemon at one moment: handed from the thread that asks it to whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from daemon.api.asking import Me, RequestPart
from daemon.api.messages import ProgramsAnswer, RulesInForce
from daemon.api.status import Status
from i18n.message import Message


@dataclass(frozen=True, slots=True)
class Proof:
    """What a guardian's PIN has proved here, until then (Unix milliseconds)."""

    token: str = field(repr=False)
    name: str
    until: int


@dataclass(frozen=True, slots=True)
class Seen:
    """`status` None: the daemon does not answer, and `problem` says why. `at`: monotonic milliseconds at which the status was
    told, from which the time left counts down. `programs`: the unknown ones of today, for guardians by account. `said`: what
    the daemon answered to the last click. `rules`: those of who plays here, where that is no guardian.
    """

    at: int
    status: Status | None = None
    me: Me | None = None
    requests: tuple[RequestPart, ...] = ()
    zone: str = ""
    programs: ProgramsAnswer | None = None
    problem: Message | None = None
    proof: Proof | None = None
    said: Message | None = None
    rules: RulesInForce | None = None

    @property
    def guardian(self) -> bool:
        """Whether a guardian sits here, by account or by PIN."""
        return self.proof is not None or (self.me is not None and self.me.guardian)
