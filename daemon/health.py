"""Issues: what is not enforced or not sure, loud in status, log and display until it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daemon.trusted import Reading

TEXTS = {
    "clock-jump": (
        "Đồng hồ máy bị chỉnh lệch; áp dụng giờ nghiêm hơn cho đến khi người giám hộ chạy `giochoi doctor --repair` / "
        "The system clock was changed; the stricter time holds until a guardian runs `giochoi doctor --repair`"
    ),
    "agent-away": (
        "Không liên lạc được với đại lý; tiếp tục theo danh sách gần nhất / "
        "The agent does not answer; going on with the last roster"
    ),
    "log-replaced": (
        "Khóa hoặc nhật ký của đại lý đã bị thay; giới hạn vẫn áp dụng, bản ghi được giữ lại; người giám hộ so dấu vân tay "
        "của `giochoi log card` rồi chạy `giochoi doctor --repair --agent-key …` / "
        "The agent's key or log was replaced; limits stay, records are kept; a guardian compares the fingerprint of "
        "`giochoi log card`, then runs `giochoi doctor --repair --agent-key …`"
    ),
    "agent-refuses": (
        "Đại lý không nhận bản ghi của máy này; giới hạn vẫn áp dụng, bản ghi được giữ lại / "
        "The agent does not take this seat's records; limits stay, records are kept"
    ),
    "journal-unwritable": (
        "Không ghi được nhật ký (đĩa đầy?); giới hạn vẫn áp dụng, sẽ ghi lại khi có thể / "
        "The journal cannot be written (disk full?); limits stay, it is written as soon as it can be"
    ),
    "record-lost": (
        "Có sự kiện không ghi được vào nhật ký, xem nhật ký hệ thống / Events could not be recorded, see the system log"
    ),
    "no-roster": "Chưa nhận được danh sách từ đại lý, chưa giới hạn gì / No roster from the agent yet, nothing is limited",
    "not-ended": "Có trò chơi không thể đóng (của tài khoản khác?) / A game could not be ended (another account's?)",
}


def _text(id_: str, details: str) -> str:
    known = TEXTS.get(id_)
    if known is None:
        return details or id_
    return f"{known} ({details})" if details else known


@dataclass(frozen=True, slots=True)
class OpenIssue:
    """One open Issue: `since` is trusted wall time."""

    id: str
    since: int
    text: str


class Health:
    """Open Issues by id. `changed` is called with (issue, raised, now) at each change, once."""

    def __init__(self, read: Callable[[], Reading], changed: Callable[[OpenIssue, bool, Reading], None]) -> None:
        self._open: dict[str, OpenIssue] = {}
        self._read = read
        self._changed = changed

    def report(self, id_: str, *, trouble: bool, details: str = "") -> None:
        """Raises or clears the Issue `id_`; nothing if it stands so already."""
        if trouble and id_ not in self._open:
            now = self._read()
            self._open[id_] = problem = OpenIssue(id_, now.wall, _text(id_, details))
            self._changed(problem, True, now)
        elif not trouble and id_ in self._open:
            self._changed(self._open.pop(id_), False, self._read())

    def open(self) -> tuple[OpenIssue, ...]:
        return tuple(self._open.values())

    def has(self, id_: str) -> bool:
        return id_ in self._open
