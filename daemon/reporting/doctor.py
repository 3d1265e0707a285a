"""Is everything enforced that should be? Names what is not; repairs what a guardian may repair."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from daemon.api.messages import Check
from daemon.platforms.api import Accounts, WatchKind
from daemon.recording.rejoin import unsent_aside
from daemon.seat import Parts, Seat
from daemon.sessions import Subject
from host.wire import ApiError

Repin = Callable[[str], Awaitable[None]]

_SWITCHED_OFF = (
    "đóng trò chơi khi nó vừa chạy, không chặn trước: phần [gate] của daemon/config.toml đã tắt việc chặn / "
    "games are ended at their start, not before: [gate] in daemon/config.toml switched that off"
)
_NO_GATE = (
    "đóng trò chơi khi nó vừa chạy, không chặn trước: hệ thống không cho dùng fanotify / "
    "games are ended at their start, not before: the system lends no fanotify"
)
_NO_EVENTS = (
    "đủ quyền nhưng hệ thống không báo chương trình nào bắt đầu: quét định kỳ, đóng ngay khi thấy / "
    "with all rights, but the system does not tell what starts: by polling, games are ended once they are seen"
)
_NO_ROOT = (
    "không chạy bằng quyền của hệ thống (root, dịch vụ Windows): chỉ thấy chương trình của tài khoản này, "
    "đóng ngay khi khởi động / "
    "without the system's rights (root, a Windows service) only this account's programs are seen, and ended at their start"
)


def _watch(kind: WatchKind, *, gate: bool, root: bool) -> Check:
    """How early games are refused, and what keeps that from being earlier. `gate`: the configuration wants it."""
    if kind == "gate":
        return Check(id="watch", ok=True, text="chặn trò chơi trước khi nó chạy / games are refused before they run")
    if kind == "events":
        return Check(id="watch", ok=False, text=_NO_GATE if gate else _SWITCHED_OFF)
    return Check(id="watch", ok=False, text=_NO_EVENTS if root else _NO_ROOT)


def checks(parts: Parts, *, reachable: bool, everybody: bool, gate: bool, root: bool) -> tuple[Check, ...]:
    """All that is looked at, and each open Issue. `everybody`: accounts of players too, which are no child's business; `gate`:
    starts are to be refused; `root`: the daemon may do everything.
    """
    found = [_watch(parts.platform.watcher.kind, gate=gate, root=root)]
    if not any(one.id == "agent-away" for one in parts.health.open()):
        found.append(
            Check(
                id="agent",
                ok=reachable,
                text="đại lý trả lời / the agent answers"
                if reachable
                else "chưa liên lạc với đại lý / the agent was not reached yet",
            )
        )
    if everybody:
        found.extend(_accounts(parts))
    found.extend(Check(id=one.id, ok=False, text=one.text) for one in parts.health.open())
    waiting = parts.recorder.waiting
    found.append(
        Check(
            id="journal",
            ok=waiting == 0,
            text="nhật ký ghi được / the journal can be written"
            if waiting == 0
            else f"{waiting} mục chưa ghi được / {waiting} entries could not be written",
        )
    )
    if aside := unsent_aside(parts.store):
        text = f"{aside} mục còn lại cho đại lý cũ / {aside} entries are kept for a former agent"
        found.append(Check(id="former-agent", ok=True, text=text))
    return tuple(found)


def _accounts(parts: Parts) -> list[Check]:
    people = parts.people
    found = []
    for subject in () if people is None else people.players:
        ok, text = _account(subject, parts.platform.accounts)
        found.append(Check(id=f"account:{subject.id}", ok=ok, text=text))
    return found


def _account(subject: Subject, accounts: Accounts) -> tuple[bool, str]:
    """A limited player on an administrator's account can undo everything here."""
    name, account = subject.player.name, subject.player.account
    if account is None:
        what = f"`giochoi player set {subject.id} --account …`"
        return False, f"{name} chưa gắn với tài khoản nào, hãy chạy {what} / {name} has no account on this PC, run {what}"
    if not accounts.exists(account):
        return False, f"máy này không có tài khoản {account} / this PC has no account {account}"
    if subject.limited and accounts.administrator(account):
        return False, (
            f"tài khoản {account} của {name} là quản trị viên: không giới hạn nào giữ được / "
            f"account {account} of {name} is an administrator's: no limit can hold"
        )
    return True, f"{name} chơi bằng tài khoản {account} / {name} plays as {account}"


async def repair(seat: Seat, parts: Parts, repin: Repin, agent_key: str | None) -> None:
    """A guardian confirms the clock and, with the fingerprint from `giochoi log card`, the agent's new key."""
    if agent_key is not None:
        await repin(agent_key)
    elif parts.health.has("log-replaced"):
        raise ApiError(
            "refused",
            "đại lý đã bị thay; so dấu vân tay bằng `giochoi log card` rồi thêm --agent-key / "
            "the agent was replaced; compare `giochoi log card`, then add --agent-key",
        )
    parts.clock.anchor()
    parts.loop.changed()
    parts.loop.scan(parts.loop.read(), 0)
    seat.beat()
