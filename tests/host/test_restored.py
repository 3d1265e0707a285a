"""The mark that a restored backup leaves."""

from __future__ import annotations

import pytest

from host.restored import NAME, Restored, read, take_away


@pytest.mark.parametrize("content", [b"", b"\xff", b"{}", b'{"made": "yesterday"}'])
def test_a_mark_that_says_nothing_counts_all_the_same(tmp_path, content):
    """A disk that lost what stood in it must not have anybody go on as if nothing had been put back."""
    (tmp_path / NAME).write_bytes(content)
    assert read(tmp_path) == Restored(0)
    take_away(tmp_path)
    assert read(tmp_path) is None
