"""Makes all files of a release: `build.py release (--python-embed ZIP | --setup FILE --verifier FILE | --no-setup) …`.

    giochoi_VERSION_amd64.deb   giochoi-setup-VERSION.exe   giochoi-verify.exe   giochoi-verify.pyz   giochoi-….whl
    giochoi-VERSION.tar.gz      giochoi-VERSION.cdx.json    THIRD-PARTY.txt      SHA256SUMS           SHA256SUMS.minisig

What is not given is built. Without `--key`, a secret key of minisign, nothing is signed, and said to be so.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from host import VERSION
from installers import payload, verifier
from installers.releasing import contents, inventory, sums
from installers.windows.portable import NAME


def main(words: list[str]) -> int:
    whole = argparse.RawDescriptionHelpFormatter
    told = argparse.ArgumentParser(prog="build.py release", description=__doc__, formatter_class=whole)
    told.add_argument("--out", type=Path, default=payload.TOP / "dist/release", metavar="DIR", help="emptied first")
    told.add_argument("--deb", type=Path, metavar="FILE", help="the package for Debian, if it is built already")
    told.add_argument("--setup", type=Path, metavar="FILE", help="the set-up for Windows, if it is built already")
    told.add_argument("--verifier", type=Path, metavar="FILE", help="the verifier for Windows, the same")
    told.add_argument("--python-embed", type=Path, metavar="ZIP", help="build both with this CPython; or a folder")
    told.add_argument("--no-setup", action="store_true", help="a release with neither")
    told.add_argument("--updates", nargs=2, metavar=("URL", "ROOT"), help="where that set-up looks for newer versions")
    told.add_argument("--key", type=Path, metavar="FILE", help="a secret key of minisign")
    asked = told.parse_args(words)
    for given in (asked.deb, asked.setup, asked.verifier, asked.key):
        if given is not None and not given.is_file():
            told.error(f"{given}: no file")
    if asked.python_embed is not None and not asked.python_embed.exists():
        told.error(f"{asked.python_embed}: no CPython")
    if asked.no_setup and (asked.setup or asked.verifier or asked.python_embed):
        told.error("--no-setup goes with none of --setup, --verifier and --python-embed")
    if not (asked.no_setup or asked.python_embed or (asked.setup and asked.verifier)):
        told.error("--python-embed, --setup and --verifier, or --no-setup is required")
    collect(asked)
    return 0


def collect(asked: argparse.Namespace) -> None:
    out: Path = asked.out
    os.environ["SOURCE_DATE_EPOCH"] = str(payload.epoch())
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    _installers(asked, out)
    _python_packages(out)
    verifier.main(str(out / "giochoi-verify.pyz"))
    parts = contents.of_lock()
    (out / f"giochoi-{VERSION}.cdx.json").write_bytes(inventory.bom(VERSION, parts, payload.epoch()))
    (out / "THIRD-PARTY.txt").write_text(inventory.licences(VERSION, parts), "utf-8")
    sums.write(out)
    if asked.key is not None:
        sums.sign(out, asked.key.resolve(), VERSION)
    sys.stdout.write((out / sums.SUMS).read_text("utf-8"))
    sys.stdout.write(f"{out}: {'signed' if asked.key else 'NOT SIGNED: no --key was given'}\n")


def _installers(asked: argparse.Namespace, out: Path) -> None:
    """Given or built, under the names of a release."""
    deb, setup, portable = (out / name for name in (f"giochoi_{VERSION}_amd64.deb", f"giochoi-setup-{VERSION}.exe", NAME))
    _had(asked.deb, deb, "installers.linux.package", ["--out", str(out)])
    if not asked.no_setup:
        updates = ["--updates", *asked.updates] if asked.updates else []
        python = ["--python-embed", str(asked.python_embed)]
        _had(asked.setup, setup, "installers.windows.setup", [*python, "--out", str(setup), *updates])
        _had(asked.verifier, portable, "installers.windows.portable", [*python, "--out", str(portable)])


def _had(given: Path | None, made: Path, module: str, words: list[str]) -> None:
    if given is not None:
        _given(given, made)
    elif import_module(module).main(words) or not made.is_file():
        raise SystemExit(f"release: {module} did not make {made.name}")


def _given(given: Path, into: Path) -> None:
    """SystemExit: it is something else, or of another version (which a set-up does not say in a way that is read here)."""
    with given.open("rb") as file:
        if not file.read(8).startswith(b"!<arch>\n" if into.suffix == ".deb" else b"MZ"):
            raise SystemExit(f"release: {given} is no {into.suffix}")
    if into.suffix == ".deb":
        command = ["dpkg-deb", "--show", "--showformat", "${Package}_${Version}_${Architecture}.deb", str(given)]
        name = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        if name != into.name:
            raise SystemExit(f"release: {given} is {name}, not {into.name}")
    shutil.copyfile(given, into)


def _python_packages(out: Path) -> None:
    command = [sys.executable, "-P", "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", str(out.resolve())]
    subprocess.run(command, cwd=payload.TOP, check=True, stdout=subprocess.DEVNULL)
