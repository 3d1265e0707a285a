"""What somebody waits for, and the disk did not take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from daemon.store import Unwritable
from host.wire import ApiError
from i18n.message import msg, said_by


@contextmanager
def written() -> Iterator[None]:
    """Within it all is written, in one transaction, or nothing: then ApiError."""
    try:
        yield
    except Unwritable as error:
        raise ApiError("unavailable", msg("cannot be written, nothing changed: {why}", why=said_by(error))) from None
