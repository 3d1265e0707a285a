"""The place that set-ups of Windows are updated from: a folder that any web server serves, with metadata of TUF.

    python -m installers.releasing.updates begin FOLDER --keys KEYS…
    python -m installers.releasing.updates add FOLDER VERSION SETUP --keys KEYS…
    python -m installers.releasing.updates sign FOLDER --keys KEYS…
    python -m installers.releasing.updates renew FOLDER --keys KEYS…
    python -m installers.releasing.updates rekey FOLDER --keys KEYS…

Who may do what: `root-1` and `root-2` together say whose keys hold, `files-1` and `files-2` together which files there are,
`online` which of that is the newest, for two weeks: `renew` runs every few days. Each lies as NAME.pem in a folder KEYS, of
which there may be several, each on a stick of its own: `add` with one of the two, `sign` with the other. `begin` makes those
that are missing, in the first folder, encrypted where GIOCHOI_KEYS_PASSPHRASE is set. `rekey`, every other year, and when a key
was lost: what lies there as NAME.pem holds from then on; a key of root that was replaced signs once more, as old-NAME.pem.

The set-up that believes these keys has them put in by `embed`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

from host.clock import wall
from host.publisher import Source
from host.updates.trusted import NEWEST, Newest
from host.updates.versions import parts

ROLES: Final = {
    "root": ("root-1", "root-2"), "targets": ("files-1", "files-2"), "snapshot": ("online",), "timestamp": ("online",),
}  # fmt: skip
_DAYS: Final = {"root": 730, "targets": 365, "snapshot": 14, "timestamp": 14}
_Keys = dict[str, CryptoSigner]


def begin(folder: Path, keys: list[Path], now: datetime) -> None:
    """A place with nothing in it yet. SystemExit: there is one already."""
    if (folder / "metadata").exists():
        raise SystemExit(f"{folder}: begun already")
    (folder / "metadata").mkdir(parents=True)
    for name in sorted({name for names in ROLES.values() for name in names}):
        if not any((one / f"{name}.pem").exists() for one in keys):
            _make_key(keys[0] / f"{name}.pem")
    signers = _read_keys(keys)
    _write(folder, _root(1, signers, now), signers)
    _write(folder, Targets(expires=now + timedelta(_DAYS["targets"])), signers)
    renew(folder, keys, now)


def add(folder: Path, version: str, setup: Path, keys: list[Path], now: datetime) -> None:
    """From now on this set-up is the newest, once enough keys have signed it. SystemExit: it is no newer version."""
    targets = _newest(folder, "targets").signed
    before = max((parts(str(one.custom["version"])) for one in targets.targets.values() if one.custom), default=())
    if parts(version) <= before:
        raise SystemExit(f"{version}: there is one that is as new")
    name = f"windows/giochoi-setup-{version}.exe"
    told = msgspec.json.encode(Newest(version, name))
    (folder / "targets/windows").mkdir(parents=True, exist_ok=True)
    for path, data in ((name, setup.read_bytes()), (NEWEST, told)):
        entry = targets.targets[path] = TargetFile.from_data(path, data, ["sha256"])
        parent, _, last = path.rpartition("/")
        (folder / "targets" / parent / f"{entry.hashes['sha256']}.{last}").write_bytes(data)
    targets.targets[name].unrecognized_fields["custom"] = {"version": version}
    targets.version += 1
    targets.expires = now + timedelta(_DAYS["targets"])
    _write(folder, targets, _read_keys(keys))
    renew(folder, keys, now)


def sign(folder: Path, keys: list[Path], now: datetime) -> None:
    """Add what these keys have to say to the newest list of files."""
    signers = _read_keys(keys)
    metadata = _newest(folder, "targets")
    for name in ROLES["targets"]:
        if name in signers:
            metadata.sign(signers[name], append=True)
    metadata.to_file(str(folder / f"metadata/{metadata.signed.version}.targets.json"))
    renew(folder, keys, now)


def rekey(folder: Path, keys: list[Path], now: datetime) -> None:
    """The keys that are here hold from now on, for those who see it signed by the old ones too. Lists are signed anew."""
    signers = _read_keys(keys)
    _write(folder, _root(_newest(folder, "root").signed.version + 1, signers, now), signers)
    targets = _newest(folder, "targets").signed
    targets.version += 1
    targets.expires = now + timedelta(_DAYS["targets"])
    _write(folder, targets, signers)
    renew(folder, keys, now)


def _root(version: int, signers: _Keys, now: datetime) -> Root:
    root = Root(version=version, expires=now + timedelta(_DAYS["root"]), consistent_snapshot=True)
    for role, names in ROLES.items():
        root.roles[role].threshold = len(names)
        for name in names:
            root.add_key(signers[name].public_key, role)
    return root


def renew(folder: Path, keys: list[Path], now: datetime) -> None:
    """The last list that enough keys have signed is the newest for two weeks more. Without the key online nothing happens."""
    signers = _read_keys(keys)
    if "online" not in signers:
        sys.stdout.write(f"{folder}: signed; to be renewed with the key online\n")
        return
    root = _newest(folder, "root").signed
    for path in reversed(_all(folder, "targets")):
        targets = Metadata[Targets].from_file(str(path))
        if root.get_verification_result("targets", targets.signed_bytes, targets.signatures):
            break
        sys.stdout.write(f"{path}: needs one more signature\n")
    else:
        raise SystemExit(f"{folder}: no list of files is signed")
    number = 1 + len(_all(folder, "snapshot"))
    meta = {"targets.json": MetaFile(targets.signed.version)}
    until = now + timedelta(_DAYS["snapshot"])
    _write(folder, Snapshot(version=number, expires=until, meta=meta), signers)
    _write(folder, Timestamp(version=number, expires=until, snapshot_meta=MetaFile(number)), signers)


def embed(rooms: Path, url: str, root: Path) -> None:
    """Have the programs in `rooms` believe these keys, and look there. SystemExit: these are no keys."""
    try:
        Metadata[Root].from_bytes(root.read_bytes())
    except Exception as error:
        raise SystemExit(f"{root}: no root of TUF ({error})") from error
    (rooms / "host/publisher.json").write_bytes(msgspec.json.encode(Source(url, root.read_text("utf-8"))))


def _newest(folder: Path, role: str) -> Metadata[Any]:
    return Metadata.from_file(str(_all(folder, role)[-1]))


def _all(folder: Path, role: str) -> list[Path]:
    """By number, which is counted from 1 on."""
    return sorted((folder / "metadata").glob(f"*.{role}.json"), key=lambda path: int(path.name.split(".")[0]))


def _write(folder: Path, signed: Any, signers: _Keys) -> None:
    """Signed by all keys of its role that are here."""
    metadata = Metadata(signed)
    old = [f"old-{name}" for name in ROLES[signed.type]] if signed.type == "root" else []
    for name in (*ROLES[signed.type], *old):
        if name in signers:
            metadata.sign(signers[name], append=True)
    name = "timestamp.json" if signed.type == "timestamp" else f"{signed.version}.{signed.type}.json"
    beside = folder / "metadata" / f"{name}.new"
    metadata.to_file(str(beside))
    shutil.move(beside, folder / "metadata" / name)


def _passphrase() -> bytes | None:
    return os.environ.get("GIOCHOI_KEYS_PASSPHRASE", "").encode() or None


def _make_key(path: Path) -> None:
    phrase = _passphrase()
    kept = serialization.BestAvailableEncryption(phrase) if phrase else serialization.NoEncryption()
    pem = Ed25519PrivateKey.generate().private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, kept)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)


def _read_keys(folders: list[Path]) -> _Keys:
    found: _Keys = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.pem"))):
        key = serialization.load_pem_private_key(path.read_bytes(), _passphrase())
        if not isinstance(key, Ed25519PrivateKey):
            raise SystemExit(f"{path}: not an Ed25519 key")
        found[path.stem] = CryptoSigner(key)
    return found


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="updates", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=("begin", "add", "sign", "renew", "rekey"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("added", nargs="*", metavar="VERSION SETUP")
    parser.add_argument("--keys", type=Path, action="append", required=True)
    given = parser.parse_args(words)
    if len(given.added) != (2 if given.verb == "add" else 0):
        parser.error("add takes VERSION and SETUP, the others nothing")
    now = datetime.fromtimestamp(wall() // 1000, UTC)
    if given.verb == "add":
        add(given.folder, given.added[0], Path(given.added[1]), given.keys, now)
    else:
        {"begin": begin, "sign": sign, "renew": renew, "rekey": rekey}[given.verb](given.folder, given.keys, now)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
