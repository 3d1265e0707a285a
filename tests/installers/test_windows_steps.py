"""What the set-up for Windows has Python do: what can be tried without a Windows."""

from __future__ import annotations

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


def test_a_dead_agent_keeps_no_daemon_off():
    """It is the daemon that keeps the limits: it goes first, and one that fails does not end the other."""
    done = []

    def do(name):
        done.append(name)
        raise steps.StepError(f"{name} is dead")

    with pytest.raises(steps.StepError, match="giochoi-daemon: daemon is dead; giochoi-agent: agent is dead; "):
        steps.both(do)
    assert done == ["daemon", "agent", "uplink"]


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
