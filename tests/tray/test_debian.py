"""Where gi is taken from."""

from __future__ import annotations

import sys
from importlib.machinery import EXTENSION_SUFFIXES

import pytest

from tray import debian


@pytest.mark.parametrize(("built", "here", "reached"), [
    (EXTENSION_SUFFIXES[0], None, True), (".cpython-39-other.so", None, False), (EXTENSION_SUFFIXES[0], object(), False),
])  # fmt: skip
def test_debians_packages_come_last_and_only_for_a_gi_that_loads(tmp_path, monkeypatch, built, here, reached):
    (tmp_path / "gi").mkdir()
    (tmp_path / "gi" / f"_gi{built}").touch()
    monkeypatch.setattr(sys, "path", before := ["ours"])
    monkeypatch.setattr(debian.importlib.util, "find_spec", lambda _: here)

    debian.reach_gi(tmp_path)

    assert before == (["ours", str(tmp_path)] if reached else ["ours"])
