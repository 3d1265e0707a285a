"""How what is said is put beside each other. Sentences are joined by messages, never here."""

from __future__ import annotations

from collections.abc import Iterable

from i18n.message import Arg, Message


def row(parts: Iterable[Arg], between: str = "; ") -> Message:
    """The parts that say something, one behind the other: the same in every language."""
    told = {f"p{number}": part for number, part in enumerate(part for part in parts if part != "")}
    return Message(between.join(f"{{{name}}}" for name in told), told)
