"""Is everything enforced that should be? Names what is not."""

from __future__ import annotations

from daemon.api.messages import Check
from daemon.health import Health
from daemon.platforms.api import Accounts, Platform, WatchKind
from daemon.recording.recorder import Recorder
from daemon.recording.rejoin import unsent_aside
from daemon.reporting.daemon_status import Line
from daemon.sessions import InForce, RuledPlayer
from daemon.store import Store

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


class Doctor:
    """`gate`: the configuration wants starts refused; `root`: the daemon may do everything."""

    def __init__(
        self,
        in_force: InForce,
        platform: Platform,
        health: Health,
        recorder: Recorder,
        store: Store,
        line: Line,
        *,
        gate: bool,
        root: bool,
    ) -> None:
        self._in_force = in_force
        self._accounts = platform.accounts
        self._watcher = platform.watcher
        self._gate = gate
        self._root = root
        self._health = health
        self._recorder = recorder
        self._store = store
        self._line = line

    def checks(self, *, everybody: bool) -> tuple[Check, ...]:
        """All that is looked at, and each open Issue. `everybody`: accounts of players too, which are no child's business."""
        found = [_watch(self._watcher.kind, gate=self._gate, root=self._root)]
        if not self._health.has("agent-away"):
            found.append(
                Check(
                    id="agent",
                    ok=self._line.reachable,
                    text="đại lý trả lời / the agent answers"
                    if self._line.reachable
                    else "chưa liên lạc với đại lý / the agent was not reached yet",
                )
            )
        people = self._in_force.people
        for player in people.players if people is not None and everybody else ():
            ok, text = _account(player, self._accounts)
            found.append(Check(id=f"account:{player.id}", ok=ok, text=text))
        found.extend(Check(id=one.id, ok=False, text=one.text) for one in self._health.open())
        found.append(self._journal())
        if aside := unsent_aside(self._store):
            text = f"{aside} mục còn lại cho đại lý cũ / {aside} entries are kept for a former agent"
            found.append(Check(id="former-agent", ok=True, text=text))
        return tuple(found)

    def _journal(self) -> Check:
        waiting = self._recorder.waiting
        if waiting == 0:
            return Check(id="journal", ok=True, text="nhật ký ghi được / the journal can be written")
        return Check(id="journal", ok=False, text=f"{waiting} mục chưa ghi được / {waiting} entries could not be written")


def _account(player: RuledPlayer, accounts: Accounts) -> tuple[bool, str]:
    """A limited player on an administrator's account can undo everything here."""
    name, account = player.registered.name, player.registered.account
    if account is None:
        what = f"`giochoi player set {player.id} --account …`"
        return False, f"{name} chưa gắn với tài khoản nào, hãy chạy {what} / {name} has no account on this PC, run {what}"
    if not accounts.exists(account):
        return False, f"máy này không có tài khoản {account} / this PC has no account {account}"
    if player.limited and accounts.administrator(account):
        return False, (
            f"tài khoản {account} của {name} là quản trị viên: không giới hạn nào giữ được / "
            f"account {account} of {name} is an administrator's: no limit can hold"
        )
    return True, f"{name} chơi bằng tài khoản {account} / {name} plays as {account}"
