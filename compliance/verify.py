"""Derives everything in a bundle again, trusting nothing of its writer: bytes, hashes, root, signatures, chains, decisions.

Of what writes the log it shares what both have to agree on: compliance.format, bundle, entry, note and tree, and `rules`, which
decided then and decides again now. It shares nothing of compliance.journal, log and writing (a contract in pyproject.toml holds
it to that). Whatever is missing, unknown or cannot be read is a failure.
Failures are named in the order in which they are found; a stage that could only repeat one is not reached. Members are read one
after the other, each once, and no entry is kept: what a log takes is time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from hashlib import sha256
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from compliance.audit import Auditor
from compliance.bundle import CHECKPOINT, HEADS, KEPT, KEY, Bundle, pack_path
from compliance.entries.decision import Decided, PauseLine
from compliance.entries.log import AgentTick, Erasure
from compliance.entry import AnyEntry, EntryError, decode
from compliance.format.container import Damage, Members
from compliance.note import Checkpoint, NoteError, VerifierKey, b64, parse_checkpoint
from compliance.verifying.bundle.begun import Begun, begun
from compliance.verifying.bundle.chains import Chains
from compliance.verifying.bundle.earlier import EARLIER, Earlier, read_earlier
from compliance.verifying.bundle.heads import MAX_AGE_DAYS, Anchors, Heads, Windows, heads_of
from compliance.verifying.bundle.trust import Trust
from compliance.verifying.bundle.whole import Broken, Tree, check_names, check_root, claimed, content, log_key, text
from compliance.verifying.report import NO_MOMENT, Audit, Failure, Report, entry_name
from i18n.message import Message, msg, said_by

_MOMENTS = ("wall", "at", "since", "given", "lost_from", "until", "expected", "to", "heard", "asked", "locked", "made", "after")

MOST = 1_000  # faults of entries and chains, after which only the tree is gone through: whoever makes millions wastes no time
_NEAR = 3  # faults of chains that tell where entries were changed, if the tree says only that some were
_PACK = re.compile(r"packs/([0-9a-f]{64})\.toml")


def verify(
    bundle: Bundle, trust: Trust | None = None, since: str | bytes | None = None, *, now: int | None = None,
    max_age_days: int = MAX_AGE_DAYS, progress: Callable[[int, int], None] | None = None,
    brought: Mapping[str, str] = MappingProxyType({}),
) -> Report:
    """What holds and what does not. `since` is a signed note with an earlier checkpoint, or a card: NoteError if neither.

    `now` (Unix ms): cosignatures older than `max_age_days` then anchor nothing. `progress` is told again and again how many
    entries were read, and of how many. `brought`: texts of packs by their SHA-256, for those that the bundle lacks. BundleError
    if the file cannot be read to its end.
    """
    earlier = None if since is None else read_earlier(since)
    report, failures = Report(), list[Failure]()
    known, chains = "", None
    try:
        key = log_key(bundle.members)
        report = replace(report, key=key.text, fingerprint=key.fingerprint, card=_card(earlier, key))
        checkpoint = _checkpoint(bundle, key, trust)
        report = replace(report, origin=checkpoint.origin, size=checkpoint.size, root=b64(checkpoint.root))
        texts, heads = _packs(bundle.members), _heads(bundle, checkpoint, key, trust)
        start = begun(bundle.members, checkpoint.size)
        whole = _tree(bundle, checkpoint.size, texts, start, earlier)
        auditor = Auditor(_with(texts, brought), Windows(heads.dated()), frozenset(brought.keys() - texts.keys()))
        chains = Chains(key)
        read = _entries(whole, heads, chains, auditor, start, _told(progress, checkpoint.size), now)
        report = replace(report, beginning=start.beginning(checkpoint.size))
        anchors = Anchors(key, heads, trust, now, max_age_days)
        _check_root(checkpoint, whole)
        failures += [*(replace(one, stage="heads") for one in heads.failures), *anchors.failures()]
        failures += [Failure(EARLIER, what, stage="earlier") for what in _continues(earlier, key, checkpoint.size, whole)]
        failures += read.failures
        audit = replace(read.audit, findings=(*anchors.findings(), *read.audit.findings))
        report = anchors.shown(replace(report, audit=audit, zone=read.zone), checkpoint, earlier)
    except Broken as broken:
        failures += [broken.failure, *_near(broken.failure, chains)]
        known = broken.member
        report = replace(report, claimed=claimed(bundle.members))
    failures += [_damaged(one) for one in bundle.damage if not known or one.member != known]
    report = replace(report, anchored=0, witnessed=0) if failures else report
    return replace(report, failures=tuple(failures), repacked=bundle.repacked)


def _near(failure: Failure, chains: Chains | None) -> Iterator[Failure]:
    """Of a tree that does not fit, where its entries were changed, if their chains tell."""
    if failure.stage == "root" and chains is not None:
        yield from (replace(one, stage="root") for one in chains.failures[:_NEAR])


def _card(earlier: Earlier | None, key: VerifierKey) -> tuple[tuple[str, str], ...]:
    return earlier.told if earlier is not None and earlier.of(key) else ()


def _checkpoint(bundle: Bundle, key: VerifierKey, trust: Trust | None) -> Checkpoint:
    witnesses = () if trust is None else trust.witnesses.values()
    try:
        return parse_checkpoint(text(bundle.members, CHECKPOINT), [key, *witnesses])
    except NoteError as error:
        raise Broken(CHECKPOINT, msg("not a checkpoint signed by this key: {why}", why=said_by(error)), "head") from None


def _heads(bundle: Bundle, checkpoint: Checkpoint, key: VerifierKey, trust: Trust | None) -> Heads:
    try:
        heads = text(bundle.members, HEADS) if HEADS in bundle.members else ""
        return heads_of(heads, text(bundle.members, CHECKPOINT), checkpoint, key, trust)
    except NoteError as error:
        raise Broken(HEADS, error.message, "heads") from None


def _tree(bundle: Bundle, size: int, texts: Mapping[str, str], start: Begun, earlier: Earlier | None) -> Tree:
    """Of all members that there are to be. Broken if there are others."""
    others = [name for name in (HEADS, KEPT) if name in bundle.members]
    check_names(bundle.members, size, (CHECKPOINT, KEY, *others, *map(pack_path, texts)), start.begins)
    return Tree(bundle.members, size, None if earlier is None else min(earlier.size, size), start.begins)


def _packs(members: Mapping[str, bytes]) -> Members[str]:
    """The packs' texts by their SHA-256, which their names say rightly. They are read when they are asked for."""
    names = {found[1]: name for name in members if (found := _PACK.fullmatch(name)) is not None}
    for digest, name in names.items():
        if sha256(content(members, name)).hexdigest() != digest:
            raise Broken(name, msg("its content does not have the SHA-256 in its name"))
        text(members, name)
    return Members({digest: partial(text, members, name) for digest, name in names.items()})


def _with(texts: Mapping[str, str], brought: Mapping[str, str]) -> Mapping[str, str]:
    of = dict.fromkeys(brought, brought) | dict.fromkeys(texts, texts)
    return Members({digest: partial(some.__getitem__, digest) for digest, some in of.items()})


# --- trust ----------------------------------------------------------------------------------------------------------------


def _check_root(checkpoint: Checkpoint, whole: Tree) -> None:
    check_root(checkpoint, whole)
    if not checkpoint.size:
        raise Broken(CHECKPOINT, msg("the log has no entries: there is nothing that it could show"), "empty")


def _continues(earlier: Earlier | None, key: VerifierKey, size: int, whole: Tree) -> Iterator[Message]:
    """Why the log does not begin with what the inspector saw, if it does not."""
    if earlier is None:
        return
    if not earlier.of(key):
        if earlier.note:
            yield msg("the earlier checkpoint is not signed by the key of this log")
        else:
            yield msg("the card shows the fingerprint of another key than that of this log")
    elif earlier.size > size:
        yield msg("the log had {before} entries and now has {now}", before=earlier.size, now=size)
    elif whole.seen_root != earlier.root:
        yield msg("the first {count} entries were rewritten since", count=earlier.size)


# --- entries ---------------------------------------------------------------------------------------------------------------


class _Read(NamedTuple):
    """What all entries say."""

    failures: list[Failure]
    audit: Audit
    zone: str


def _told(progress: Callable[[int, int], None] | None, size: int) -> Callable[[int], None]:
    return (lambda _: None) if progress is None else lambda read: progress(read, size)


def _entries(
    whole: Tree, heads: Heads, chains: Chains, auditor: Auditor, start: Begun, progress: Callable[[int], None], now: int | None
) -> _Read:
    """Every entry canonical, every chain whole and sealed; and what the entries say. Broken if the tree is not theirs."""
    size = 0
    for first, lines, leaves in whole.tiles():
        heads.extend(leaves)
        start.check(first, leaves)
        for index, line, data in start.lines() if first == start.begins else ():
            chains.take(index, line, data, kept=True)
            if _datable(line):
                auditor.keep(index, line)
            else:
                chains.failures.append(_beyond(index, line))
        for index, data in enumerate(lines, first) if len(chains.failures) < MOST else ():
            try:
                line = decode(data)
            except EntryError as error:
                chains.failures.append(Failure(entry_name(index), error.message))
                continue
            chains.take(index, line, data)
            if _datable(line):
                auditor.take(index, line, judged=start.take(index, line))
            else:
                chains.failures.append(_beyond(index, line))
        size = first + len(leaves)
        progress(size)
    if len(chains.failures) >= MOST:
        chains.failures.append(Failure("tile/entries", msg("so much is wrong that not all entries were looked at")))
    chains.finish()
    start.finish(heads.dated(), now)
    audit = start.judged(auditor.finish(), size)
    return _Read([*chains.failures, *start.failures, *audit.failures], audit, auditor.zone)


@cache
def _moments(kind: type[AnyEntry]) -> tuple[Callable[[AnyEntry], object], ...]:
    """What gets each moment of an entry of this kind."""
    names = [name for name in _MOMENTS if name in kind.__struct_fields__]
    if kind is Erasure:
        names.append("before")  # which is something else elsewhere
    return tuple(attrgetter(name) for name in names)


def _datable(line: AnyEntry) -> bool:
    """Whether every moment in it can be put on a calendar, with a year to spare on either side."""
    for moment_of in _moments(type(line)):
        moment = moment_of(line)
        if type(moment) is int and not 0 <= moment < NO_MOMENT:
            return False
    if isinstance(line, Decided):
        until = (isinstance(line.paused, PauseLine) and line.paused.until) or 0
        return 0 <= until < NO_MOMENT and all(0 <= grant.given < NO_MOMENT for grant in line.grants)
    return not isinstance(line, AgentTick) or all(0 <= heard < NO_MOMENT for heard in line.seats.values())


def _beyond(index: int, line: AnyEntry) -> Failure:
    return Failure(entry_name(index, line), msg("a moment in it is beyond every calendar"))


def _damaged(damage: Damage) -> Failure:
    number = str(damage.offset)
    where = msg("byte {number} ({member})", number=number, member=damage.member) if damage.member else (
        msg("byte {number}", number=number)
    )
    return Failure(where, msg("the file was changed or damaged: {what}", what=damage.what), stage="file")
