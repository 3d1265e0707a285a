"""What the set-up for Windows has Python do: what can be tried without a Windows."""

from __future__ import annotations

import tomllib

import pytest

from installers.windows import steps

OURS = r"C:\Program Files\GioChoi\app"


def test_path_is_added_once_and_taken_out_however_it_is_written():
    """Nothing else in PATH changes, however long it is."""
    others = ";".join(rf"C:\tools\{number}" for number in range(2000))
    added = steps.with_folder(others, OURS)
    assert added == f"{others};{OURS}"
    assert steps.with_folder(added, OURS) == added
    for written in (OURS, OURS.upper(), OURS + "\\", f'"{OURS}"', OURS.replace("\\", "/")):
        assert steps.without_folder(f"C:\\a;{written};C:\\b", OURS) == r"C:\a;C:\b"


def test_a_seat_is_kept_as_it_was_given():
    """What was not given is not there."""
    whole = {"agent": "192.168.1.2:7000", "fingerprint": "giochoi+1a2b/=", "code": "492039"}
    assert tomllib.loads(steps.seat_file(*whole.values())) == whole
    assert tomllib.loads(steps.seat_file("may-chu.local:1", "", "")) == {"agent": "may-chu.local:1"}
    assert tomllib.loads(steps.seat_file("[fd00::1]:7000", "", "9"))["agent"] == "[fd00::1]:7000"


@pytest.mark.parametrize("agent", ["", "host", "host:", ":1", "host:0", "host:65536", 'a"b:1', "a\nb:1", "a b:1", "-a:1"])
def test_an_address_that_is_none_is_refused(agent):
    """It is typed by hand, or comes from a script."""
    with pytest.raises(steps.StepError, match="HOST:PORT"):
        steps.seat_file(agent, "", "")


@pytest.mark.parametrize("word", ['"', "a b", "\n", "x" * 257, "\\", "é"])
def test_nothing_else_gets_into_the_file(word):
    """A code cannot add lines of its own."""
    for given in (("a:1", word, ""), ("a:1", "", word)):
        with pytest.raises(steps.StepError, match="letters"):
            steps.seat_file(*given)


def test_a_dead_agent_keeps_no_daemon_off():
    """It is the daemon that keeps the limits: it goes first, and one that fails does not end the other."""
    done = []

    def do(name):
        done.append(name)
        raise steps.StepError(f"{name} is dead")

    with pytest.raises(steps.StepError, match="giochoi-daemon: daemon is dead; giochoi-agent: agent is dead"):
        steps.both(do)
    assert done == ["daemon", "agent"]


def test_a_verb_that_fails_ends_the_chain(monkeypatch, capsys):
    """What follows it relies on it."""
    done = []

    def refuse():
        raise steps.StepError("giochoi-agent: stopped")

    monkeypatch.setitem(steps._VERBS, "stop", refuse)
    monkeypatch.setitem(steps._VERBS, "keep", lambda: done.append("keep"))
    assert steps.main(["keep", "stop", "keep"]) == 1
    assert done == ["keep"]
    assert capsys.readouterr().err == "giochoi-agent: stopped\n"
