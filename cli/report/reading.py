"""The entries of a bundle one tile after the other: those of a year do not fit into memory. They are those that its signed head
is of; what they say is giochoi-verify's to check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandError
from compliance import bundle
from compliance.bundle import CHECKPOINT, BundleError
from compliance.note import Checkpoint, NoteError, VerifierKey, parse_checkpoint
from compliance.reporting.counting import Counter
from compliance.verifying.bundle.begun import begun
from compliance.verifying.bundle.whole import Broken, Tree, check_root, log_key, text
from i18n.message import Arg, msg, said_by


@dataclass(frozen=True, slots=True)
class Source:
    """Which log, and how much of it, was counted."""

    checkpoint: Checkpoint
    key: VerifierKey


def count(path: Path, counter: Counter, called: str) -> Source:
    """Show `counter` all entries of the bundle at `path`, which mistakes call `called`. CommandError: 4 if something in it was
    changed, 2 if it is no bundle at all.
    """
    try:
        with bundle.read(path) as found:
            for damage in found.damage:
                raise _changed(called, damage.member or str(damage.offset), damage.what)
            return _counted(found.members, counter)
    except Broken as broken:
        raise _changed(called, broken.failure.where, broken.failure.what) from None
    except NoteError as error:
        raise _changed(called, CHECKPOINT, said_by(error)) from None
    except BundleError as error:
        raise CommandError(error.message) from None


def _counted(members: Mapping[str, bytes], counter: Counter) -> Source:
    key = log_key(members)
    head = parse_checkpoint(text(members, CHECKPOINT), [key])
    start = begun(members, head.size)
    for index, _, data in start.lines():
        counter.take(index, data)
    if start.begins:
        counter.begun = None  # it is the others that tell of whole days
    whole = Tree(members, head.size, begins=start.begins)
    for first, lines, leaves in whole.tiles():
        start.check(first, leaves)
        for index, data in enumerate(lines, first):
            counter.take(index, data)
    check_root(head, whole)
    return Source(head, key)


def _changed(called: str, where: Arg, what: Arg) -> CommandError:
    said = msg("{file} was changed or damaged, so nothing was counted: {where}: {why}; see: {command}",
               file=called, where=where, why=what, command="giochoi-verify")  # fmt: skip
    return CommandError(said, code=4)
