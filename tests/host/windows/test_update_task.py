"""The scheduler's task for newer versions: entered with the agent's service, taken out with it."""

from __future__ import annotations

import pytest

from host.homes import Home
from host.publisher import Source
from host.windows import scm, update_task


@pytest.fixture(autouse=True)
def _own_name(monkeypatch, tmp_path):
    """The task of this PC, if it has one, is left alone."""
    monkeypatch.setattr(update_task, "NAME", f"GioChoi-Tests-{tmp_path.name}")


def test_the_scheduler_takes_it_and_gives_it_back():
    if not update_task.enter(r"C:\python\python.exe", r"C:\Giờ Chơi"):
        pytest.skip("no scheduler here takes tasks")
    try:
        assert update_task.enter(r"C:\python\python.exe", r"C:\Giờ Chơi")
    finally:
        assert update_task.remove()
    assert not update_task.remove()


@pytest.mark.parametrize(("source", "name", "entered"), [
    (Source("https://updates.example", "keys"), "agent", True), (Source("https://updates.example", "keys"), "daemon", False),
    (None, "agent", False),
])  # fmt: skip
def test_only_the_agent_of_a_build_that_names_a_place_has_one(monkeypatch, home_folder, source, name, entered):
    asked = []
    monkeypatch.setattr(scm, "shipped", lambda: source)
    monkeypatch.setattr(scm, "manager", lambda _: None)
    monkeypatch.setattr(scm, "enter", lambda *_: None)
    monkeypatch.setattr(scm, "_service", lambda *_: None)
    monkeypatch.setattr(scm.installing, "rooms", lambda *_: None)
    monkeypatch.setattr(scm.installing, "interpreter", lambda: "python.exe")
    monkeypatch.setattr(update_task, "enter", lambda *words: asked.append(words) is None)
    monkeypatch.setattr(update_task, "remove", lambda: asked.append("removed") is None)
    scm.install(name, Home(home_folder, "given"), str)
    scm.remove(name)

    assert asked == ([("python.exe", str(home_folder)), "removed"] if entered else [])


def test_a_scheduler_that_does_not_take_it_keeps_no_service_from_being_installed(monkeypatch, home_folder):
    told = []
    monkeypatch.setattr(scm, "shipped", lambda: Source("https://updates.example", "keys"))
    monkeypatch.setattr(scm, "manager", lambda _: None)
    monkeypatch.setattr(scm, "enter", lambda *_: None)
    monkeypatch.setattr(scm, "report", lambda *words: told.append(words))
    monkeypatch.setattr(scm.installing, "rooms", lambda *_: None)
    monkeypatch.setattr(scm.installing, "interpreter", lambda: "python.exe")
    monkeypatch.setattr(update_task, "enter", lambda *_: False)
    scm.install("agent", Home(home_folder, "given"), str)

    assert told == [("agent", "newer versions are not installed by themselves: Windows' scheduler did not take the task")]
