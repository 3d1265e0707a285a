"""A bundle means the same wherever it was made and whoever looks: Linux and Windows, each with its own and the other's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = Path(os.environ.get("GIOCHOI_LAB", "/var/cache/giochoi-lab")) / "windows" / "tests"
MAKER = Path(__file__).with_name("bundle_maker.py")
BUNDLES = ["linux/agent", "linux/scripted", "windows/agent", "windows/scripted"]
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def both(lab, tmp_path_factory):
    """A folder with what bundle_maker.py made and found on Linux and on Windows."""
    root = tmp_path_factory.mktemp("bundles")
    here = [sys.executable, MAKER, "linux", root]
    there = [lab, "run", "python", drive(MAKER), "windows", drive(root), "make,verify", drive(PACKAGES)]
    for command in ([*here, "make"], there, [*here, "verify"]):
        done = subprocess.run(command, input=b"", capture_output=True, check=False, timeout=300)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    return root


def drive(path):
    """As Wine names it."""
    return "Z:" + str(path).replace("/", "\\")


def test_one_day_is_the_same_bytes_on_both(both):
    """Entries, tiles, checkpoint, packs and the archive around them, of a day with one clock, one set of keys and of salts."""
    assert (both / "windows/scripted.jsonl").read_bytes() == (both / "linux/scripted.jsonl").read_bytes()
    assert (both / "windows/scripted.zip").read_bytes() == (both / "linux/scripted.zip").read_bytes()
    assert b'"kind":"play.due"' in (both / "windows/scripted.jsonl").read_bytes()


@pytest.mark.parametrize("bundle", BUNDLES)
def test_both_verify_it_and_say_the_same_bytes(both, bundle):
    """One's own and the other's; the bundle is no other one for having been looked at."""
    report = f"{bundle.replace('/', '-')}.json"
    said = (both / "windows" / report).read_bytes()
    assert said == (both / "linux" / report).read_bytes()
    told = json.loads(said)
    assert (told["ok"], told["failures"], told["size"] > 5) == (True, [], True)


def test_a_byte_that_is_changed_on_the_way_is_found(both, tmp_path):
    """Made on Windows, changed, looked at on Linux."""
    data = bytearray((both / "windows/scripted.zip").read_bytes())
    data[data.index(b'"kind":"play.due"') + 10] ^= 1
    (tmp_path / "changed.zip").write_bytes(data)
    program = Path(sys.executable).with_name("giochoi-verify")
    done = subprocess.run([program, tmp_path / "changed.zip", "--json"], capture_output=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["ok"]) == (4, False)
