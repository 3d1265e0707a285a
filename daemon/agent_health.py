"""Whether the agent answers, and what is wrong with it where it does: Issues, by the stage of the line that found them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from daemon.health import Health
from i18n.message import Arg

_ISSUES = ("log-replaced", "seat-retired", "agent-refuses", "update")  # what may be wrong with an agent that answers


@dataclass(slots=True, eq=False)
class AgentHealth:
    """`newer`: whether it sent what only a newer version understands."""

    health: Health
    newer: Callable[[], bool]
    reachable: bool = field(default=False, init=False)
    _wrong: dict[str, dict[str, Arg]] = field(default_factory=dict, init=False)

    def away(self) -> None:
        self.reachable = False
        self.health.report("agent-away", trouble=True)

    def heard(self, stage: str, issue: str | None = None, why: Arg | None = None) -> None:
        """The agent answers. What one stage found wrong, another's success does not clear."""
        self.reachable = True
        self.health.report("agent-away", trouble=False)
        for known in _ISSUES:
            wrong = self._wrong.setdefault(known, {})
            wrong.pop(stage, None)
            if known == issue and why is not None:
                wrong[stage] = why
        self.report()

    def report(self) -> None:
        for issue in _ISSUES:
            wrong = self._wrong.get(issue, {})
            more = issue == "update" and self.newer()
            self.health.report(issue, trouble=bool(wrong) or more, details=next(iter(wrong.values()), None))
