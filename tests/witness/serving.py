"""A witness's door, open for a test."""

from __future__ import annotations

import threading
from contextlib import contextmanager

from witness.server import Server


@contextmanager
def serving(answer):
    """Its address, while `answer` answers there. Nothing may go wrong with what it keeps."""
    told = []
    with Server(("127.0.0.1", 0), answer, told.append) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
    assert not told
