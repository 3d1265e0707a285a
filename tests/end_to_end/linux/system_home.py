"""The system's home in a mount namespace of its own, with an account for the agent and one for a child: nothing of it is on the
machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.system import PATIENCE, until

TREE = Path(__file__).resolve().parents[3]
AGENT, COURIER, CHILD = 917, 918, 38_917  # numbers that no other test uses
HOME = Path("/var/lib/giochoi")
_MAKE = f"""
mount -t tmpfs -o mode=755 tmpfs /run
cp -a /etc /run/etc || test -s /run/etc/passwd # other tests make accounts meanwhile, with files that come and go
rm -rf /run/etc/credstore.encrypted
mount --bind /run/etc /etc
mount -t tmpfs -o mode=755 tmpfs /var/lib
for name in passwd group; do sed -i '/^giochoi/d' /etc/$name; done
echo 'giochoi:x:{AGENT}:{AGENT}::/nonexistent:/usr/sbin/nologin' >> /etc/passwd
echo 'giochoi-courier:x:{COURIER}:{COURIER}::/nonexistent:/usr/sbin/nologin' >> /etc/passwd
echo 'gc-an:x:{CHILD}:{CHILD}::/nonexistent:/bin/sh' >> /etc/passwd
echo 'giochoi:x:{AGENT}:' >> /etc/group
install -d -m 755 /var/lib/giochoi /run/giochoi
install -d -m 700 /var/lib/giochoi/daemon
install -d -m 700 -o giochoi -g giochoi /var/lib/giochoi/agent
install -d -m 755 -o giochoi -g giochoi /var/lib/giochoi/public /run/giochoi/agent
printf '[gate]\\nenabled = false\\n' > /var/lib/giochoi/daemon/config.toml
echo made
exec sleep infinity
"""
# What one process does in there: many commands of ours, each as if typed alone.
_COMMANDS = """
import json, sys
from pathlib import Path
import cli.__main__, compliance.__main__
from tests.system import in_here
for line in sys.stdin:
    program, *words = json.loads(line)
    main = {"giochoi": cli.__main__.main, "giochoi-verify": compliance.__main__.main}[program]
    done = in_here(main, words, Path("/var/lib/giochoi"))
    print(json.dumps([done.returncode, done.stdout, done.stderr]), flush=True)
"""


class SystemHome:
    """`close` ends whatever was started in it."""

    def __init__(self) -> None:
        make = ["unshare", "--mount", "--propagation", "private", "sh", "-euc", _MAKE]
        self._holder = subprocess.Popen(make, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8")
        self._started = [self._holder]
        self._typists: dict[int, subprocess.Popen[str]] = {}
        if self._holder.stdout.readline() != "made\n":
            self.close()
            raise RuntimeError("no mount namespace of its own")

    def command(self, words: Sequence[str], uid: int = 0) -> list[str]:
        """How these are run in there: as root, or as that account with no privilege that it could ever get."""
        enter = ["nsenter", f"--mount=/proc/{self._holder.pid}/ns/mnt", f"--wdns={TREE}", "--"]
        become = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--inh-caps=-all", "--ambient-caps=-all",
                  "--bounding-set=-all", "--no-new-privs", "--"]  # fmt: skip
        return [*enter, *(become if uid else ()), *words]

    def run(self, *words: str, uid: int = 0, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(words, uid), input=given, capture_output=True, encoding="utf-8", check=False, timeout=6 * PATIENCE
        )

    def shell(self, script: str, uid: int = 0) -> str:
        """What the script says; it has to go well."""
        done = self.run("sh", "-euc", script, uid=uid)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def server(self, room: str, uid: int = 0, **env: str) -> subprocess.Popen[str]:
        """Started as a unit would do it; what it says comes by its pipes."""
        words = ["env", *(f"{name}={value}" for name, value in env.items()), sys.executable, "-m", room]
        return self.start(words, uid, subprocess.PIPE)

    def start(self, words: Sequence[str], uid: int, errors: int | None = None) -> subprocess.Popen[str]:
        """Goes on beside the test."""
        started = subprocess.Popen(
            self.command(words, uid), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8"
        )
        self._started.append(started)
        return started

    def ready(self, room: str, uid: int = 0, **env: str) -> subprocess.Popen[str]:
        started = self.server(room, uid, **env)
        line = started.stdout.readline()
        assert "ready" in line, self.over(started)
        return started

    @staticmethod
    def over(server: subprocess.Popen[str]) -> tuple[int, str]:
        """Exit code, and what it said of why."""
        _, err = server.communicate(timeout=3 * PATIENCE)
        return server.returncode, err

    def end(self, server: subprocess.Popen[str]) -> None:
        server.terminate()
        assert self.over(server) == (0, "")

    def typed(self, *commands: Sequence[str], uid: int = 0) -> list[tuple[int, str, str]]:
        """Exit code, answer and messages of each `giochoi …` (or `giochoi-verify …`) that this account types."""
        if uid not in self._typists:
            self._typists[uid] = self.start([sys.executable, "-c", _COMMANDS], uid)
        typist, said = self._typists[uid], []
        for words in commands:
            line = json.dumps(words if words[0] == "giochoi-verify" else ["giochoi", *words])
            typist.stdin.write(f"{line}\n")
            typist.stdin.flush()
            said.append(tuple(json.loads(typist.stdout.readline())))
        return said

    def json(self, *words: str, uid: int = 0):
        code, out, err = self.typed([*words, "--json"], uid=uid)[0]
        assert code == 0, err
        return json.loads(out)

    def reached(self) -> dict[str, object]:
        """What status says of the agent, once the daemon has it: on a busy PC it may not even answer in time at first."""

        def part():
            code, out, _ = self.typed(["status", "--json"])[0]
            agent = json.loads(out)["agent"] if code == 0 else {}
            return agent.get("reachable") and agent

        return until(part, 3 * PATIENCE)

    def close(self) -> None:
        for one in reversed(self._started):
            one.kill()
            one.communicate()
