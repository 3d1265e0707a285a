"""The texts of the packs that entries name: whether they are at hand, and whether they were published under that name. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from compliance.bundle import pack_path
from compliance.entries.decision import Decided
from compliance.entries.place import PolicyChanged
from compliance.format.house_rule import HOUSE
from compliance.verifying.report import NOWHERE, Failure, Finding
from i18n.message import Arg, Message, msg, msgn
from rules.packs.published import PUBLISHED
from rules.packs.shipped import shipped_packs


def shipped() -> dict[str, str]:
    """The texts that a verifier brings along, by their SHA-256: the last of each shipped pack."""
    return {hashlib.sha256(text.encode()).hexdigest(): text for text in shipped_packs().values()}


@dataclass(frozen=True, slots=True)
class _Named:
    """Where a text was named first."""

    where: Arg
    seat: str
    at: int


@dataclass
class Texts:
    """`take` each policy.changed of the agent, `decided` each decision, then ask `failures` and `findings`.

    `texts` are those at hand, by their SHA-256, of which these were `brought` and are not in the bundle.
    """

    texts: Collection[str]
    brought: frozenset[str] = frozenset()
    _named: dict[tuple[str, str], _Named] = field(default_factory=dict)
    _own: set[tuple[str, str]] = field(default_factory=set)

    def take(self, where: Arg, line: PolicyChanged) -> None:
        for pack in line.packs:
            self._name(pack.id, pack.sha256, where, line.seat, line.wall)
            if pack.own is True:
                self._own.add((pack.id, pack.sha256))

    def decided(self, where: Arg, line: Decided) -> None:
        if line.pack:  # a pause is of none
            self._name(line.rule.partition(".")[0], line.pack, where, line.seat, line.at)

    def _name(self, pack: str, sha256: str, where: Arg, seat: str, at: int) -> None:
        known = self._named.get((pack, sha256))
        if sha256 != HOUSE and (known is None or known.where == NOWHERE):
            self._named[pack, sha256] = _Named(where, seat, at)

    def failures(self) -> Iterator[Failure]:
        for (pack, sha256), first in self._named.items():
            if pack in PUBLISHED and sha256 not in PUBLISHED[pack] and (pack, sha256) not in self._own:
                yield Failure(first.where, msg(
                    "the text of {pack} is none that was published under this name: a newer version made it, or somebody "
                    "changed it; update Giờ Chơi and look again", pack=pack,
                ))  # fmt: skip

    def findings(self) -> Iterator[Finding]:
        for (pack, sha256), first in self._named.items():
            if sha256 in self.brought:
                yield _found("brought", first, msg("the text of pack {pack} is not in the bundle; what was published under its "
                                                   "hash was taken for it", pack=pack))  # fmt: skip
            elif sha256 not in self.texts:
                yield _found("pack", first, msg("the text of pack {pack} is not in the bundle", pack=pack))
            texts = PUBLISHED.get(pack)
            if texts is None:
                yield _found("own-pack", first, msg("{pack} is a pack of the place's own", pack=pack))
            elif sha256 in texts:
                if sha256 != [*texts][-1]:
                    yield _found("pack-text", first, msg(
                        "the text of {pack} is an older one, of version {version}", pack=pack, version=texts[sha256],
                    ))  # fmt: skip
            elif (pack, sha256) in self._own:
                yield _found("own-pack", first, msg(
                    "the text of {pack} is the place's own, and not what is published under this name", pack=pack,
                ))  # fmt: skip
        if strange := sorted({*self.texts} - self.brought - {sha256 for _, sha256 in self._named}):
            yield Finding("pack", pack_path(strange[0]), msgn(
                "{n} text of a pack is in the bundle that no entry names",
                "{n} texts of packs are in the bundle that no entry names", len(strange),
            ))  # fmt: skip


def _found(kind: str, first: _Named, what: Message) -> Finding:
    return Finding(kind, first.where, what, first.seat, first.at)
