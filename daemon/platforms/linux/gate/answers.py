"""What the gate answers from: an immutable snapshot of who may not start what, by number instead of name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from daemon.platforms.api import Refusals
from daemon.platforms.linux import accounts
from daemon.platforms.processes import Identity
from rules.games import Catalogue


@dataclass(frozen=True, slots=True)
class RefusalsByUid:
    """Refusals by number instead of name: account and games that it may not start, by uid; `ids` are containers' numbers.
    `saving` as in Refusals.
    """

    catalogue: Catalogue
    refused: Mapping[int, tuple[str, frozenset[str]]]
    ids: tuple[tuple[range, int], ...] = ()
    saving: Mapping[str, frozenset[Identity]] = field(default_factory=dict)

    def of(self, uid: int) -> tuple[str, frozenset[str]] | None:
        found = self.refused.get(uid)
        if found is None:
            for numbers, holder in self.ids:
                if uid in numbers:
                    return self.refused.get(holder)
        return found


def answers(refusals: Refusals) -> RefusalsByUid:
    """Asks the name service, so: on the loop's thread."""
    refused = {}
    for account, games in refusals.refused.items():
        uid = accounts.uid_of(account)
        if uid is not None:
            refused[uid] = (account, games)
    ids = []
    for one in accounts.sub_ids():
        uid = accounts.uid_of(one.account)
        if uid in refused and uid is not None:
            ids.append((range(one.start, one.start + one.count), uid))
    return RefusalsByUid(refusals.catalogue, refused, tuple(ids), refusals.saving)
