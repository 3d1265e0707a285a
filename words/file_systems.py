"""How games are met on each file system of this PC, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from daemon.api.messages import FileSystem
from i18n.message import Message, comma, msg


def in_words(found: Iterable[FileSystem]) -> Iterator[Message]:
    """A line for each from which a game can start, one for all others."""
    found = tuple(found)
    for one in found:
        told = {"path": one.path, "kind": one.kind}
        if one.watched == "asked":
            yield msg("{path} ({kind}): a game there is refused before it runs", **told)
        elif one.watched == "ended":
            yield msg("{path} ({kind}): a game there is ended right after its start", **told)
    if still := [one.path for one in found if one.watched == "never"]:
        yield msg("nothing can start from: {paths} (mounted with noexec)", paths=comma(still))
