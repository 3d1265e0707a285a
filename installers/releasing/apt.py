"""The repository that apt takes newer versions from: a folder that any web server serves, made by Debian's reprepro.

    python -m installers.releasing.apt FOLDER DEB… --key FINGERPRINT --url URL

FOLDER is the work folder, FOLDER/public is what is served: dists/, pool/, giochoi.gpg (the key), giochoi.sources (for
/etc/apt/sources.list.d) and 52giochoi (for /etc/apt/apt.conf.d, where unattended-upgrades shall take it from here). Run anew
every few days, without a DEB too: an index holds for two weeks, after which apt refuses it, so that nobody can keep a PC at an
old version without a word. The secret key is GnuPG's (GNUPGHOME).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_ORIGIN: Final = "giochoi"
_DISTRIBUTIONS: Final = f"""\
Origin: {_ORIGIN}
Label: giochoi
Codename: stable
Suite: stable
Architectures: amd64
Components: main
Description: Gio Choi keeps games inside the limits of law and home
ValidFor: 14d
SignWith: {{key}}
"""
_SOURCES: Final = """\
Types: deb
URIs: {url}
Suites: stable
Components: main
Architectures: amd64
Signed-By: /usr/share/keyrings/giochoi.gpg
"""
# Its own list names Debian alone; the lists of all files are one.
_UNATTENDED: Final = f"""\
// unattended-upgrades takes newer versions of Gio Choi, too.
Unattended-Upgrade::Origins-Pattern {{ "origin={_ORIGIN}"; }};
"""


def publish(folder: Path, debs: Sequence[Path], key: str, url: str) -> Path:
    """The folder to serve, whose index has the newest of each package. SystemExit: it was not made; what was served stays."""
    conf, public = folder / "conf", folder / "public"
    conf.mkdir(parents=True, exist_ok=True)
    public.mkdir(exist_ok=True)
    (conf / "distributions").write_text(_DISTRIBUTIONS.format(key=key), "utf-8")
    for deb in debs:
        _reprepro(folder, "includedeb", "stable", str(deb.resolve()))
    _reprepro(folder, "export", "stable")
    public_key = _run(["gpg", "--batch", "--export", key])
    if not public_key:
        raise SystemExit(f"apt: gpg has no key {key}")
    (public / "giochoi.gpg").write_bytes(public_key)
    (public / "giochoi.sources").write_text(_SOURCES.format(url=url), "utf-8")
    (public / "52giochoi").write_text(_UNATTENDED, "utf-8")
    return public


def _reprepro(folder: Path, *words: str) -> None:
    _run(["reprepro", "--silent", "--basedir", str(folder.resolve()), "--outdir", "+b/public", *words])


def _run(command: list[str]) -> bytes:
    try:
        return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    except FileNotFoundError:
        raise SystemExit(f"apt: needs {command[0]}: apt-get install reprepro gnupg") from None
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"apt: {command[0]} failed (exit code {error.returncode})") from error


def main(words: list[str]) -> int:
    told = argparse.ArgumentParser(prog="apt", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("folder", type=Path)
    told.add_argument("debs", type=Path, nargs="*", metavar="DEB")
    told.add_argument("--key", required=True, metavar="FINGERPRINT", help="of a secret key of GnuPG")
    told.add_argument("--url", required=True, help="where the folder is served")
    asked = told.parse_args(words)
    sys.stdout.write(f"{publish(asked.folder, asked.debs, asked.key, asked.url)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
