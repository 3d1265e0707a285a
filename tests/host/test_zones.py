"""What a time zone of Windows is called, whatever was written into the registry."""

from __future__ import annotations

import unicodedata

import pytest

from host.windows.zones import called


@pytest.mark.parametrize(("key", "name"), [
    ("SE Asia Standard Time", "SE Asia Standard Time"), ("", "UTC+420 min"),
    ("\ud800", "UTC+420 min"), ("a\x1b[2J", "UTC+420 min"),
    (unicodedata.normalize("NFD", "Giờ Việt Nam"), "Giờ Việt Nam"),
])  # fmt: skip
def test_it_can_be_shown_and_logged(key: str, name: str) -> None:
    """The log takes only what is text, and in NFC."""
    assert called(key, -420) == name
