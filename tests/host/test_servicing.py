"""host.servicing: what `service …` says and with which exit code, over a service manager that a test holds in its hands."""

from __future__ import annotations

import io
import sys

import pytest

from host import servicing
from host.api import ManagerError, Standing
from host.homes import Home
from host.servicelog import NAME
from host.servicing import ServiceCommands, main, parser
from i18n.message import Listed, msg

NAMES = ("daemon", "agent")
ABOUT = msg("Keeps games on this PC inside their limits.")


def told(answer):
    """The exit code, and the line in English."""
    code, line = answer
    return code, str(line)


def ran(_home, _say):
    pytest.fail("it ran")


class FakeManager:
    """One service. `plan`: how it stands, poll by poll, after it was told to start; `stubborn`: it does not stop."""

    def __init__(self):
        self.now, self.root, self.plan = Standing("absent"), None, [Standing("running", 7)]
        self.stubborn = self.listed = False
        self.calls, self.reported, self.ended, self.printed = [], [], None, ""

    def attach(self, name):
        self.calls.append(("attach", name))

    def detach(self, code):
        self.ended = code

    def report(self, name, text):
        self.reported.append(text)

    def check(self, name):
        """Whoever may not install is told so here."""

    def install(self, name, home, words):
        self.root = home.root
        self.calls.append(("install", name, self.root))
        assert words(msg("running")) == "running"
        if self.now.state == "absent":
            self.now = Standing("stopped")

    def home(self, name):
        return self.root

    def standing(self, name):
        return self.now

    def start(self, name):
        self.calls.append(("start", name))
        if self.printed:
            log = self.root / name / NAME
            log.parent.mkdir(exist_ok=True)
            with log.open("a", encoding="utf-8") as file:
                file.write(self.printed)
        self.pause(0)

    def pause(self, _):
        if self.plan:
            self.now = self.plan.pop(0)

    def stop(self, name):
        self.calls.append(("stop", name))
        self.plan = []
        self.now = Standing("running", 7) if self.stubborn else Standing("stopped")

    def remove(self, name):
        self.calls.append(("remove", name))
        if not self.listed:
            self.now, self.root = Standing("absent"), None


@pytest.fixture
def manager(monkeypatch):
    made = FakeManager()
    monkeypatch.setattr(servicing.choose, "manager", lambda: made)
    return made


@pytest.fixture
def desk(manager, home_folder):
    """With the service installed and stopped."""
    made = ServiceCommands(manager, "daemon", manager.pause)
    made.install(str(home_folder))
    return made


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("words", [["service"], ["service", "fly"], ["--hom", "x"], ["start"], ["service", "start", "now"]])
def test_bad_usage_is_one_line(name, words, capsys):
    """What, where to look; exit 2."""
    assert main(name, ABOUT, ran, words) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"giochoi-{name}: not understood: {' '.join(words)}; see giochoi-{name} --help\n")


@pytest.mark.parametrize(("language", "about"), [("vi", "Giữ các trò chơi"), ("en", "Keeps games")])
@pytest.mark.parametrize("words", [["--help"], ["service", "-h"]])
def test_help_is_in_one_language_and_can_be_read_whatever_the_locale(monkeypatch, language, about, words):
    """Windows' own for a pipe has no Vietnamese letters."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setenv("GIOCHOI_LANG", language)
    assert main("daemon", ABOUT, None, words) == 0
    out.flush()
    text = out.buffer.getvalue().decode("utf-8")
    assert (about in text, "giochoi-daemon [--home DIR] [service " in text) == (True, True)


@pytest.mark.parametrize(("asked", "home", "line"), [
    (None, "vi", "giochoi-agent: đang chạy, X\n"), ("en", "vi", "giochoi-agent: running, X\n"),
    (None, None, "giochoi-agent: running, X\n"), (None, "\u2603", "giochoi-agent: running, X\n"),
])  # fmt: skip
def test_a_program_speaks_the_language_of_its_home(monkeypatch, home_folder, capsys, asked, home, line):
    """Unless whoever started it wants another one."""
    for name in ("GIOCHOI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    if asked is not None:
        monkeypatch.setenv("GIOCHOI_LANG", asked)
    if home is not None:
        (home_folder / "public").mkdir()
        (home_folder / "public" / "lang").write_text(home, "utf-8")

    def serve(_home, say):
        return say(Listed((msg("running"), "X"), "comma"))

    assert main("agent", ABOUT, serve, ["--home", str(home_folder)]) == 0
    assert capsys.readouterr().out == line


@pytest.mark.parametrize(
    ("words", "verb", "home"),
    [
        ([], None, None),
        (["--home", "x"], None, "x"),
        (["service", "start"], "start", None),
        (["--home", "x", "service", "start"], "start", "x"),
        (["service", "run", "--home", "x"], "run", "x"),
        (["--home", "x", "service", "run", "--home", "y"], "run", "y"),
    ],
)
def test_the_home_may_stand_before_or_behind(words, verb, home):
    """The one that is named last counts."""
    arguments = parser().parse_args(words)
    assert (arguments.verb, arguments.home) == (verb, home)


def test_without_a_verb_it_runs_here():
    """In the foreground, as ever, with its own exit code."""
    assert main("agent", ABOUT, lambda home, _say: 5 if home == "x" else 6, ["--home", "x"]) == 5


@pytest.mark.skipif(sys.platform != "linux", reason="where services are systemd's")
@pytest.mark.parametrize("verb", servicing.VERBS)
def test_on_linux_services_are_systemds(verb, capsys):
    """One line that says so, exit 1, and nothing runs."""
    assert main("daemon", ABOUT, ran, ["service", verb]) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), "systemd" in err) == ("", 1, True)


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_life(name, manager, home_folder, capsys):
    """Installed, started, stopped, removed: a line each on stdout, exit 0; the home's root is made and stays."""
    for verb in ("install", "start", "status", "stop", "remove"):
        assert main(name, ABOUT, None, ["service", verb, "--home", str(home_folder / "h")]) == 0
    out, err = capsys.readouterr()
    assert (out.count("\n"), err) == (5, "")
    assert [call[0] for call in manager.calls] == ["install", "start", "stop", "stop", "remove"]
    assert manager.calls[0] == ("install", name, home_folder / "h")
    assert (home_folder / "h").is_dir()


def test_a_second_install_updates(desk, home_folder):
    """It says so, as nothing changes before the next start."""
    code, line = told(desk.install(str(home_folder)))
    assert (code, "updated" in line) == (0, True)


def test_a_refusal_keeps_its_code(manager, home_folder, capsys, monkeypatch):
    """A venv, say: exit 2, one line on stderr, and nothing is made."""

    def refuse(name):
        raise ManagerError(msg("venv"), code=2)

    monkeypatch.setattr(manager, "check", refuse)
    assert main("daemon", ABOUT, None, ["service", "install", "--home", str(home_folder / "h")]) == 2
    assert capsys.readouterr() == ("", "giochoi-daemon: venv\n")
    assert (manager.calls, (home_folder / "h").exists()) == ([], False)


def test_a_home_that_cannot_be_used_is_not_installed(manager, home_folder, capsys):
    """The line of the home, exit 1, and the manager is not asked."""
    (home_folder / "file").write_text("", "utf-8")
    assert main("daemon", ABOUT, None, ["service", "install", "--home", str(home_folder / "file")]) == 1
    assert manager.calls == []
    assert str(home_folder / "file") in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["start", "stop", "status"])
def test_what_is_not_installed(manager, verb):
    """Exit 1 and what to do; only a removal has nothing left to do."""
    desk = ServiceCommands(manager, "daemon", manager.pause)
    assert desk.act(verb, None)[0] == 1
    assert desk.act("remove", None)[0] == 0
    assert manager.calls == []


def test_a_start_waits_until_it_runs(desk, manager):
    """However long it prepares itself."""
    manager.plan = [Standing("starting", 7)] * 50 + [Standing("running", 7)]
    assert told(desk.start()) == (0, "running (pid 7)")


def test_a_failed_start_says_the_last_line_of_the_log(desk, manager):
    """Not one that an earlier start left there, and without the program's name twice."""
    manager.printed = "2026-11-24T01:00:00Z giochoi-daemon: config.toml: wrong\n"
    manager.plan = [Standing("starting", 7), Standing("stopped", 0, 2)]
    assert told(desk.start()) == (1, "it did not start: config.toml: wrong")
    manager.printed, manager.plan = "", [Standing("stopped", 0, 2)]
    code, line = told(desk.start())
    assert (code, "code 2" in line, NAME in line, "config.toml" in line) == (1, True, True, False)


def test_a_service_that_is_started_again_and_again_did_not_start(desk, manager):
    """The system tries again after a failure: another process is no success."""
    manager.plan = [Standing("starting", pid) for pid in range(7, 900)]
    manager.printed = "2026-11-24T01:00:00Z broken\n"
    assert told(desk.start()) == (1, "it did not start: broken")


def test_a_start_that_takes_for_ever(desk, manager):
    """After a while it is said that it still is not ready; it is not called a failure of which nobody knows."""
    manager.plan = [Standing("starting", 7)] * 10_000
    code, line = told(desk.start())
    assert (code, "still not ready" in line) == (1, True)


def test_a_stop_waits_for_a_start_to_be_over(desk, manager):
    """Windows refuses to stop what still starts."""
    manager.plan = [Standing("starting", 7), Standing("starting", 7), Standing("running", 7)]
    manager.now = Standing("starting", 7)
    assert told(desk.stop()) == (0, "stopped")
    assert manager.plan == []


def test_what_does_not_stop_is_not_removed(desk, manager):
    """Exit 1; it is still in the list."""
    manager.stubborn = True
    manager.now = Standing("running", 7)
    assert told(desk.stop()) == (1, "running")
    assert told(desk.remove()) == (1, "running")
    assert ("remove", "daemon") not in manager.calls


def test_a_removal_that_waits_for_other_programs(desk, manager):
    """Somebody looks at the list of services: it goes when he closes it, and that is said."""
    manager.listed = True
    code, line = told(desk.remove())
    assert (code, "closed" in line) == (1, True)


def test_status_says_what_it_ended_with(desk, manager):
    """Exit 1 for all that does not run."""
    manager.now = Standing("stopped", 0, 2)
    assert told(desk.status()) == (1, "stopped (code 2)")


# --- the service itself ---------------------------------------------------------------------------------------------------


def run(name, home, serve):
    return main(name, ABOUT, serve, ["service", "run", "--home", str(home)])


@pytest.mark.parametrize("name", NAMES)
def test_what_a_service_prints_is_in_its_room(name, manager, home_folder):
    """stdout and stderr alike, and its exit code is what the manager hears last."""

    def serve(given, _say):
        assert given == str(home_folder)
        sys.stdout.write("sẵn sàng\n")
        sys.stderr.write("hỏng\n")
        return 2

    assert run(name, home_folder, serve) == 2
    log = home_folder / name / NAME
    assert [line.partition(" ")[2] for line in log.read_text("utf-8").splitlines()] == ["sẵn sàng", "hỏng"]
    assert (manager.calls, manager.ended) == ([("attach", name)], 2)


def test_a_crash_is_in_it_too(manager, home_folder):
    """With its traceback, as a failure."""

    def serve(given, _say):
        assert given == str(home_folder)
        raise RuntimeError("unexpected")

    assert run("daemon", home_folder, serve) == 1
    assert manager.ended == 1
    text = (home_folder / "daemon" / NAME).read_text("utf-8")
    assert ("Traceback" in text, text.splitlines()[-1].endswith("RuntimeError: unexpected")) == (True, True)


def test_without_a_room_to_be_trusted_the_systems_own_log_gets_the_line(manager, home_folder):
    """Whoever could write there could have put a link in the log's place: nothing is opened."""
    room = Home(home_folder, "given").daemon
    room.write_text("no folder", "utf-8")
    assert run("daemon", home_folder, ran) == 1
    assert (len(manager.reported), str(room) in manager.reported[0], manager.ended) == (1, True, 1)
    assert room.read_text("utf-8") == "no folder"


def test_a_service_that_windows_did_not_start(manager, home_folder, monkeypatch, capsys):
    """Somebody typed it: one line, and nothing runs."""

    def refuse(name):
        raise ManagerError(msg("only Windows runs this"))

    monkeypatch.setattr(manager, "attach", refuse)
    assert run("daemon", home_folder, ran) == 1
    assert capsys.readouterr().err == "giochoi-daemon: only Windows runs this\n"
    assert manager.ended is None
