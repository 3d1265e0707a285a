"""What an inspector or the operator asks of the log."""

from __future__ import annotations

from datetime import date

import msgspec

from agent.api.answers import Chunk
from host.wire import Request, Wire
from i18n.message import Words
from rules.policy import Place


class LogShow(Request["LogLines"], frozen=True, kw_only=True):
    """The last `last` entries."""

    op = "log.show"

    last: int = 50


class LogLine(Wire, frozen=True, kw_only=True):
    """`entry` is the canonical bytes as text; `payload` the personal data beside it (JSON text), if it is kept and the
    caller may see it, and `unread` why it cannot be read."""

    index: int
    entry: str
    payload: str | None = None
    unread: Words | None = None


class LogLines(Wire, frozen=True, kw_only=True):
    """`zone` is the place's, for showing moments. `names`: who the pseudonyms of these lines are, and to whom
    was given what they say was taken back, where it is known. `seats`: what PCs are called, by seat.
    """

    lines: tuple[LogLine, ...]
    zone: str = "Asia/Ho_Chi_Minh"
    names: dict[str, str] = msgspec.field(default_factory=dict)
    seats: dict[str, str] = msgspec.field(default_factory=dict)


class LogExport(Request[Chunk], frozen=True, kw_only=True):
    """The whole bundle, streamed as Chunks."""

    op = "log.export"


class LogPrune(Request["Pruned"], frozen=True, kw_only=True):
    """Deletes personal data that was kept for six months, and entries that were for thirteen; `dry`: only says what that is."""

    op = "log.prune"
    patience = 300.0

    dry: bool = False


class Pruned(Wire, frozen=True, kw_only=True):
    """Beside how many entries (`payloads`) of before then (`before`, Unix ms) there was personal data. `entries`: how many go
    that are older than thirteen months; what they say that goes on stays.
    """

    before: int
    payloads: int
    entries: int = 0


class LogHead(Request["Head"], frozen=True, kw_only=True):
    """The latest signed checkpoint."""

    op = "log.head"


class Head(Wire, frozen=True, kw_only=True):
    checkpoint: str
    key: str


class LogCard(Request["Card"], frozen=True, kw_only=True):
    """What an inspector keeps from the first visit."""

    op = "log.card"


class Card(Wire, frozen=True, kw_only=True):
    """`checkpoint` is the signed head, whose size and root these are."""

    origin: str
    key: str
    fingerprint: str
    size: int
    root: str
    place: Place
    name: str
    certificate: str
    expires: date | None
    checkpoint: str
    address: str = ""
    owner: str = ""
