"""Whose a package of others is, and under which licence, by its METADATA (core metadata of Python packages)."""

from __future__ import annotations

from email.message import Message


def owner(told: Message) -> str:
    return " ".join((told["Author"] or told["Author-email"] or f"the authors of {told['Name']}").split())


def licence(told: Message) -> str:
    """In one line, an SPDX expression where it gives one: older packages have the whole text there."""
    if told["License-Expression"]:
        return str(told["License-Expression"])
    first = str(told["License"] or "").strip()
    if first and "\n" not in first and len(first) < 60:
        return first
    classified = (one.rpartition(" :: ")[2] for one in told.get_all("Classifier", []) if one.startswith("License :: "))
    return next(classified, "see its text")
