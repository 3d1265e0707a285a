"""Which check asks for which kinds of entries, so that none is asked about what it does not want. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from compliance.entries.base import Entry
from i18n.message import Arg

Taking: TypeAlias = Callable[[Arg, Any], None]
"""Takes where an entry is, and the entry, which is of the kind that it is wanted for."""
Wants: TypeAlias = Mapping[type[Entry], Taking]
Wanted: TypeAlias = dict[type[Entry], tuple[Taking, ...]]


def together(wants: Iterable[Wants]) -> Wanted:
    """Who wants each kind, in the order in which they are named."""
    found: Wanted = {}
    for one in wants:
        for kind, taking in one.items():
            found[kind] = (*found.get(kind, ()), taking)
    return found


def each(taking: Taking, *kinds: type[Entry]) -> Wants:
    return dict.fromkeys(kinds, taking)
