"""The apt repository as a PC meets it: real reprepro, gpg, apt and dpkg, into a root of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from installers.releasing.apt import publish
from tests.system import PATIENCE

TOOLS = ("reprepro", "gpg", "apt-get", "dpkg-deb")
pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}"),
]
ENV = {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}


class Quiet(SimpleHTTPRequestHandler):
    def send_head(self):
        """A file's time has whole seconds, in which it changes here more than once: apt gets it anew each time."""
        del self.headers["If-Modified-Since"]
        return super().send_head()

    def log_message(self, *_):
        pass


def gpg(*words: str, told: bytes = b"") -> bytes:
    return subprocess.run(["gpg", "--batch", "--quiet", *words], input=told, stdout=subprocess.PIPE, check=True).stdout


def deb(folder: Path, version: str) -> Path:
    """A package with one file that says its version."""
    root = folder / version
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN/control").write_text(
        f"Package: giochoi\nVersion: {version}\nArchitecture: amd64\nMaintainer: us <us@example.org>\n"
        "Section: admin\nPriority: optional\nDescription: stands for the real one\n"
    )
    (root / "usr/share/giochoi").mkdir(parents=True)
    (root / "usr/share/giochoi/version").write_text(version)
    made = folder / f"giochoi_{version}_amd64.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", root, made], check=True, stdout=subprocess.DEVNULL)
    return made


class Pc:
    """An apt and a dpkg that know this repository alone, and change nothing of this machine."""

    def __init__(self, folder: Path, public: Path) -> None:
        self.folder, self.root = folder, folder / "root"
        needed = "root/var/lib/dpkg/info root/var/lib/dpkg/updates state/lists/partial cache/archives/partial log"
        for name in (*needed.split(), "etc/parts", "etc/sources"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (self.root / "var/lib/dpkg/status").touch()
        shutil.copy(public / "giochoi.gpg", folder / "etc/giochoi.gpg")
        source = (public / "giochoi.sources").read_text()
        assert source.count("/usr/share/keyrings/giochoi.gpg") == 1
        shutil.copy(public / "52giochoi", folder / "etc/parts")
        (folder / "etc/sources/giochoi.sources").write_text(
            source.replace("/usr/share/keyrings/giochoi.gpg", str(folder / "etc/giochoi.gpg"))
        )

        options = {
            "Dir::State": folder / "state", "Dir::State::status": self.root / "var/lib/dpkg/status",
            "Dir::Cache": folder / "cache", "Dir::Etc": folder / "etc", "Dir::Etc::main": "/dev/null",
            "Dir::Etc::parts": folder / "etc/parts",
            "Dir::Etc::sourcelist": "/dev/null", "Dir::Etc::sourceparts": folder / "etc/sources", "Dir::Log": folder / "log",
            "APT::Sandbox::User": "root", "APT::Architecture": "amd64", "DPkg::Options::": f"--root={self.root}",
            "Acquire::Languages": "none", "Acquire::http::Proxy": "DIRECT", "Acquire::Retries": "0", "DPkg::Use-Pty": "false",
            "APT::Update::Error-Mode": "any",
        }  # fmt: skip
        # Read before all that this machine's own apt is told, which is then not read.
        (folder / "apt.conf").write_text("".join(f'{name} "{value}";\n' for name, value in options.items()))

    def apt(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run("apt-get", "-q", "-y", *words)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        told = ENV | {"APT_CONFIG": str(self.folder / "apt.conf")}
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=told)

    def does(self, *words: str) -> None:
        done = self.apt(*words)
        assert done.returncode == 0, done.stdout + done.stderr

    def refuses(self, *words: str) -> str:
        done = self.apt(*words)
        assert done.returncode != 0, done.stdout
        return done.stdout + done.stderr

    @property
    def version(self) -> str:
        return (self.root / "usr/share/giochoi/version").read_text()


@pytest.fixture
def keys(home_folder, monkeypatch):
    """Fingerprints of two keys. Their folder's path is short, as gpg's agent listens in it."""
    home_folder.mkdir(mode=0o700, exist_ok=True)
    monkeypatch.setenv("GNUPGHOME", str(home_folder))
    for name in ("one", "two"):
        gpg("--passphrase", "", "--quick-generate-key", name, "ed25519", "sign", "never")
    listed = gpg("--list-keys", "--with-colons").decode()
    yield [line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr")]
    subprocess.run(["gpgconf", "--kill", "all"], check=True)


@pytest.fixture
def served(tmp_path):
    (tmp_path / "repository/public").mkdir(parents=True)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "repository/public"))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield tmp_path / "repository", f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(PATIENCE)


def changed(path: Path) -> bytes:
    """One letter of it is another now. What it was."""
    before = path.read_bytes()
    path.write_bytes(before.replace(b"giochoi", b"giochol", 1))
    assert path.read_bytes() != before
    return before


def two_weeks_old(listed: str) -> bytes:
    """The right list, kept back to keep a PC at what it has."""
    dates = dict(line.split(": ", 1) for line in listed.splitlines() if line.startswith(("Date", "Valid-Until")))
    moments = [parsedate_to_datetime(dates[name].replace("UTC", "+0000")) for name in ("Date", "Valid-Until")]
    assert (moments[1] - moments[0]).days == 14
    for name, moment in zip(("Date", "Valid-Until"), moments, strict=True):
        back = moment - timedelta(days=14, minutes=1)
        listed = listed.replace(f"{name}: {dates[name]}", f"{name}: {back:%a, %d %b %Y %H:%M:%S} UTC")
    return listed.encode()


@pytest.mark.promise("Newer versions: On Debian apt refuses what is not signed right")
def test_installed_upgraded_and_whatever_is_not_right_refused(tmp_path, served, keys):
    folder, url = served
    public = publish(folder, [deb(tmp_path, "1.0.0")], keys[0], url)
    pc = Pc(tmp_path / "pc", public)
    pc.does("update")
    pc.does("install", "giochoi")
    assert pc.version == "1.0.0"

    # Where unattended-upgrades is told to, it takes what this list says of itself.
    allowed = pc.run("apt-config", "dump", "Unattended-Upgrade::Origins-Pattern").stdout
    (pattern,) = re.findall(r'Origins-Pattern:: "origin=(.+)"', allowed)
    assert re.search(rf"\bo={pattern},a=stable,", pc.run("apt-cache", "policy").stdout)

    publish(folder, [deb(tmp_path, "1.0.1")], keys[0], url)
    pc.does("update")

    package = next(public.glob("pool/**/giochoi_1.0.1_amd64.deb"))  # changed on its way: not a byte of it is unpacked
    before = changed(package)
    assert "Hash Sum mismatch" in pc.refuses("upgrade")
    assert pc.version == "1.0.0"
    package.write_bytes(before)
    pc.does("upgrade")
    assert pc.version == "1.0.1"

    release = public / "dists/stable/InRelease"  # the signed list is changed
    before = changed(release)
    assert re.search(r"BADSIG|Message has been manipulated|signature verification failed", pc.refuses("update"))
    release.write_bytes(before)

    release.write_bytes(gpg("-u", keys[0], "--clearsign", told=two_weeks_old((public / "dists/stable/Release").read_text())))
    shutil.rmtree(pc.folder / "state/lists")  # a PC that saw nothing newer
    assert "is expired" in pc.refuses("update")

    publish(folder, [], keys[1], url)  # somebody else's list of the same files
    assert re.search("NO_PUBKEY|Missing key", pc.refuses("update"))
