"""What a label that refuses says for itself: which label, of which system, and how old the player is."""

from __future__ import annotations

from i18n.message import Message, msg
from rules.systems import System


def label_said(age: int, system: System | None) -> str:
    """A minimum age as it is shown: VN12, 13+ (OARS), 13+ where nobody knows whose label it is."""
    if system == "VN":
        return f"VN{age:02}"
    return f"{age}+" if system is None else f"{age}+ ({system})"


def too_young(label: int, system: System | None, age: int | None, name: str = "") -> Message:
    """Why the label refuses a player of this age (None: unknown), called by `name` where whoever reads it may know that."""
    said = label_said(label, system)
    if age is None and name:
        return msg("the game is labelled {label}; the age of {name} is not known", label=said, name=name)
    if age is None:
        return msg("the game is labelled {label}; the player's age is not known", label=said)
    if name:
        return msg("the game is labelled {label}; {name} is {age}", label=said, name=name, age=str(age))
    return msg("the game is labelled {label}; the player is {age}", label=said, age=str(age))
