"""What seals keys as root, by itself; tests/end_to_end/linux/test_agent_account.py has it at work."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from host.handed import handed
from host.linux import files, sealing
from host.linux.sealing import main


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In the place of systemd-creds, on a home and a store of the test's own: gives back what it gets."""
    monkeypatch.setattr(files, "system_root", lambda: tmp_path)
    monkeypatch.setattr(sealing, "STORE", tmp_path / "store")
    made = tmp_path / "tool"
    made.write_text("#!/bin/sh\nexec cat\n", "utf-8")
    made.chmod(0o755)
    monkeypatch.setattr(sealing, "TOOL", str(made))
    (tmp_path / "agent").mkdir()
    return made


@pytest.mark.parametrize("words", [[], ["giochoi-agent"], ["--with-key=x", "giochoi-agent", "a"], ["x", "a"]])
def test_bad_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and how it is meant."""
    assert main(words) == 2
    assert "giochoi-agent NAME" in capsys.readouterr().err


@pytest.mark.usefixtures("tool")
def test_what_cannot_be_sealed_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where systemd-creds refuses, or is not there: said for each key, exit code 0, and the file is as it was."""
    files.write_atomic(tmp_path / "agent" / "log.key", files.seal(b"x" * 32, machine=True), 0o600)
    for tool in ("/bin/false", str(tmp_path / "nothing")):
        monkeypatch.setattr(sealing, "TOOL", tool)
        assert main(["giochoi-agent", "log.key", "roster.key"]) == 0
        assert capsys.readouterr().out.count("stays in a file") == 2
    assert files.unseal((tmp_path / "agent" / "log.key").read_bytes()) == b"x" * 32
    assert not (tmp_path / "store").exists()


@pytest.mark.usefixtures("tool")
def test_a_file_that_is_not_the_servers_is_not_taken_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Else the account could lay there what only root may read, and be handed it: a link, or another owner's file."""
    files.write_atomic(tmp_path / "theirs", files.seal(b"secret", machine=True), 0o600)
    (tmp_path / "agent" / "log.key").symlink_to(tmp_path / "theirs")
    if os.geteuid() == 0:
        os.link(tmp_path / "theirs", tmp_path / "agent" / "roster.key")
        os.chown(tmp_path / "agent", 65534, 65534)
    assert main(["giochoi-agent", *(path.name for path in (tmp_path / "agent").iterdir())]) == 0
    assert "is sealed" not in capsys.readouterr().out


@pytest.mark.promise("Agent and keys: The agent's keys are sealed by systemd where it can, and never replaced by new ones")
@pytest.mark.usefixtures("tool")
def test_a_new_key_is_made_before_the_first_start_only(tmp_path: Path) -> None:
    """A server that has worked and whose key is gone is not given another without a word."""
    (tmp_path / "agent" / "agent.db").touch()
    assert main(["giochoi-agent", "log.key"]) == 0
    assert not (tmp_path / "store").exists()
    (tmp_path / "agent" / "agent.db").unlink()
    assert main(["giochoi-agent", "log.key"]) == 0
    kept = tmp_path / "store" / "giochoi-agent.log.key"
    found = handed(kept.read_bytes())
    assert (len(found.secret), found.key, stat.S_IMODE(kept.stat().st_mode)) == (32, "host", 0o600)
    assert main(["giochoi-agent", "log.key"]) == 0
    assert handed(kept.read_bytes()) == found


def test_what_does_not_open_again_is_not_kept(tool: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A TPM, or a disk, that loses what it was given: the key stays where it is."""
    tool.write_text("#!/bin/sh\n[ $1 = encrypt ] && exec cat\n", "utf-8")
    assert main(["--with-key=tpm2", "giochoi-agent", "log.key"]) == 0
    assert "stays in a file" in capsys.readouterr().out
    assert not (tmp_path / "store").exists()
