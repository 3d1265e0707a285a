"""A trust policy: which log keys and which witnesses an inspector demands. Pure.

    log cafe.example/log+31557f64+AQ…
    witness ward witness.ward.example/w1+8d66cf3f+BA…
    witness province witness.province.example/w+4b7fca75+BA…
    group both all ward province
    quorum both

Source: c2sp.org/tlog-policy, with keys of type 0x01 for logs and 0x04 for witnesses. `quorum none` demands no witness.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from compliance.note import COSIGNATURE, ED25519, NoteError, VerifierKey, parse_vkey
from i18n.message import MessageError, msg, said_by

_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_BLANKS = re.compile(r"[ \t]+")
_NUMBER = re.compile(r"[1-9][0-9]*")


class TrustError(MessageError, ValueError):
    """A text that is not a trust policy: which line is wrong, and why."""


@dataclass(frozen=True, slots=True)
class Group:
    """Counts as a witness when at least `least` of its members do."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trust:
    """`witnesses` and `groups` by their names in the policy; `quorum` is one of these, None if no witness is demanded."""

    logs: tuple[VerifierKey, ...]
    witnesses: dict[str, VerifierKey]
    groups: dict[str, Group]
    quorum: str | None

    def satisfied(self, signers: Collection[VerifierKey]) -> bool:
        """Whether these witnesses' cosignatures make the quorum."""
        counts: dict[str | None, bool] = {name: key in signers for name, key in self.witnesses.items()}
        for name, group in self.groups.items():  # each comes after its members
            counts[name] = sum(counts[member] for member in group.members) >= group.least
        return self.quorum is None or counts[self.quorum]


def parse_trust(data: bytes) -> Trust:
    """The trust policy in a file's bytes. TrustError if it is not one."""
    if _FORBIDDEN.search(data):
        raise TrustError(msg("control characters in it"))
    reader = _Reader()
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
        words = _BLANKS.split(line.strip(" \t"))
        if words == [""] or words[0].startswith("#"):
            continue
        try:
            reader.take(words)
        except (TrustError, NoteError) as error:
            raise TrustError(msg("line {line}: {why}", line=str(number), why=said_by(error))) from None
    if not reader.quorums:
        raise TrustError(msg("there is no line quorum"))
    return Trust(tuple(reader.logs), reader.witnesses, reader.groups, reader.quorums[0])


@dataclass
class _Reader:
    """What the lines so far have said. TrustError where one of them cannot be."""

    logs: list[VerifierKey] = field(default_factory=list)
    witnesses: dict[str, VerifierKey] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)
    keys: set[bytes] = field(default_factory=set)
    quorums: list[str | None] = field(default_factory=list)

    def take(self, words: list[str]) -> None:
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                self.logs.append(self._key(vkey, ED25519))
            case ["witness", name, vkey] | ["witness", name, vkey, _]:
                self._fresh(name)
                self.witnesses[name] = self._key(vkey, COSIGNATURE)
            case ["group", name, least, *members] if members:
                self._fresh(name)
                self.groups[name] = self._group(least, members)
            case ["quorum", name]:
                self._quorum(name)
            case _:
                raise TrustError(msg("neither log, witness, group nor quorum"))

    def _group(self, least: str, members: list[str]) -> Group:
        for member in members:
            self._known(member)
            if member in self.members:
                raise TrustError(msg("{name} is a member twice", name=member))
            self.members.add(member)
        count = {"any": 1, "all": len(members)}.get(least)
        if count is None and _NUMBER.fullmatch(least):
            count = int(least)
        if count is None or count > len(members):
            raise TrustError(msg("{least} of {count} members cannot be demanded", least=least, count=len(members)))
        return Group(count, tuple(members))

    def _quorum(self, name: str) -> None:
        if self.quorums:
            raise TrustError(msg("a second line quorum"))
        if name != "none":
            self._known(name)
        self.quorums.append(None if name == "none" else name)

    def _fresh(self, name: str) -> None:
        if name == "none" or name in self.witnesses or name in self.groups:
            raise TrustError(msg("the name {name} is taken", name=name))

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise TrustError(msg("there is no witness or group {name} before this line", name=name))

    def _key(self, vkey: str, kind: int) -> VerifierKey:
        key = parse_vkey(vkey)
        if key.kind != kind:
            raise TrustError(msg("a key of type {found}, not {expected}", found=f"{key.kind:#04x}", expected=f"{kind:#04x}"))
        if key.public in self.keys:  # a log that is its own witness has none
            raise TrustError(msg("the same key twice"))
        self.keys.add(key.public)
        return key
