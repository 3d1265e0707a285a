"""What the gate answers from: an immutable snapshot of who may not start what, by number instead of name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from daemon.platforms.api import Refusals
from daemon.platforms.linux import accounts
from daemon.platforms.processes import Identity
from rules.games import Catalogue
from rules.installed import OnlyInstalled, sizes


@dataclass(frozen=True)
class RefusalsByUid:
    """Refusals by number instead of name: account and games that it may not start, by uid; `ids` are containers' numbers.
    `saving` and `only` as in Refusals.
    """

    catalogue: Catalogue
    refused: Mapping[int, tuple[str, frozenset[str]]]
    ids: tuple[tuple[range, int], ...] = ()
    saving: Mapping[str, frozenset[Identity]] = field(default_factory=dict)
    only: Mapping[int, tuple[str, OnlyInstalled]] = field(default_factory=dict)

    @cached_property
    def sizes(self) -> frozenset[int]:
        return sizes(one for _, one in self.only.values())

    def ignores_as(self, other: RefusalsByUid | None) -> bool:
        """Whether what need not be asked for again is the same by both."""
        return other is not None and self.catalogue is other.catalogue and self.only == other.only

    def of(self, uid: int) -> tuple[str, frozenset[str]] | None:
        return self.refused.get(self.holder(uid))

    def only_of(self, uid: int) -> tuple[str, OnlyInstalled] | None:
        return self.only.get(self.holder(uid)) if self.only else None

    def knows(self, uid: int) -> bool:
        """Whether anything is refused to whoever has this number."""
        holder = self.holder(uid)
        return holder in self.refused or holder in self.only

    def holder(self, uid: int) -> int:
        """Whose number it is; itself, where nothing is refused to that one."""
        if uid in self.refused or uid in self.only:
            return uid
        return next((holder for numbers, holder in self.ids if uid in numbers), uid)


def answers(refusals: Refusals) -> RefusalsByUid:
    """Asks the name service, so: on the loop's thread."""
    uids = {account: accounts.uid_of(account) for account in {*refusals.refused, *refusals.only}}
    refused = {uid: (account, games) for account, games in refusals.refused.items() if (uid := uids[account]) is not None}
    only = {uid: (account, one) for account, one in refusals.only.items() if (uid := uids[account]) is not None}
    ids = []
    for one in accounts.sub_ids():
        uid = accounts.uid_of(one.account)
        if uid is not None and (uid in refused or uid in only):
            ids.append((range(one.start, one.start + one.count), uid))
    return RefusalsByUid(refusals.catalogue, refused, tuple(ids), refusals.saving, only)
