"""The privileged process stays small: what it may load, and why."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

MAY = {
    "_cffi_backend": "nacl's bridge to C",
    "_sodium": "nacl's library",
    "msgspec": "decodes rosters, writes canonical entries, speaks the local API",
    "nacl": "Ed25519: seals its entries, checks the agent's rosters and checkpoints",
    "pywin32_bootstrap": "every Python with pywin32 runs it, so that modules find their DLLs; those come with the platform",
    "typing_extensions": "msgspec imports it where it is installed",
    "tzdata": "zones where the system has none",
}
MUST_NOT = {
    "pydantic": "only the agent parses packs; the daemon gets compiled rules",
    "babel": "numbers, times and lengths are put into words by whoever shows them",
    "keyring": "loads plug-ins found on the machine; keys are fetched in a short-lived process",
    "sqlalchemy": "an ORM in a process with root's rights is code nobody reads; the daemon's store is plain sqlite3",
    "cryptography": "six MiB of OpenSSL: loaded once somebody types a code by telephone",
    "argon2": "64 MiB for each PIN: checked in a process that ends",
    "segno": "draws the inspector's card: the command line's work",
    "typst": "reports are the agent's",
    "jinja2": "pages are the agent's",
    "starlette": "pages are the agent's",
    "uvicorn": "pages are the agent's",
    "ssl": "it speaks on local sockets only; asyncio would load 3 MiB of it",
    "apscheduler": "it would load 4 MiB, to wait for one minute after the other",
    "http.server": "the daemon listens on a local socket only",
    "agent.store": "the registry is the agent's",
    "cli": "the daemon serves it, it does not use it",
}
PROBE = """
import json, sys, sysconfig
import daemon.__main__
site = {sysconfig.get_paths()[name] for name in ("purelib", "platlib")}
print(json.dumps({name: any(str(getattr(module, "__file__", None)).startswith(path) for path in site)
                  for name, module in sys.modules.items()}))
"""


@pytest.fixture(scope="module")
def loaded(top):
    """Names of all modules in a fresh interpreter that imported the daemon; True where it came from site-packages."""
    done = subprocess.run([sys.executable, "-c", PROBE], cwd=top, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.promise("Servers and rights: The daemon loads only listed packages, and dependencies are pinned by hash")
def test_the_daemon_loads_only_packages_that_have_a_reason(loaded):
    """Other people's code in the privileged process is listed above, package by package."""
    packages = {name.partition(".")[0] for name, foreign in loaded.items() if foreign}

    assert {name for name in packages if name not in MAY and not name.startswith("_virtualenv")} == set()


@pytest.mark.parametrize("name", MUST_NOT)
def test_the_daemon_does_not_load(loaded, name):
    """Each of these has its own reason to stay outside."""
    assert not [found for found in loaded if found == name or found.startswith(f"{name}.")], MUST_NOT[name]
