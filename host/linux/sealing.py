"""Keys of a server that systemd keeps for it: `python -m host.linux.sealing [--with-key=host|tpm2] giochoi-agent NAME…`, as
root, before the server is started.

A key is sealed by systemd-creds(1) into /etc/credstore.encrypted and lies nowhere else: the manager opens it for the service
alone (systemd.exec(5), LoadCredentialEncrypted=). One that the server made before is taken over, and the server lets go of its
file at its next start. Where this cannot be done the server keeps its keys in files, as without all this.

By default this PC's own key seals them: a TPM can be cleared by whoever sits at the PC, and then nothing opens them any more.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
from pathlib import Path
from typing import Final

from host.api import UntrustedError
from host.handed import Handed, credential
from host.linux import files

STORE = Path("/etc/credstore.encrypted")
TOOL: Final = "/usr/bin/systemd-creds"
_KEYS: Final = {"host": ("--with-key=host",), "tpm2": ("--with-key=tpm2", "--tpm2-pcrs=")}
_BYTES, _LARGEST, _PATIENCE = 32, 1 << 12, 60.0


class SealingError(Exception):
    """Why a key stays, or will be, in a file."""


def seal(folder: Path, name: str, key: str, *, begun: bool) -> bool:
    """Whether the key of this name is now sealed that was not. `begun`: the server has worked, so it is too late for a new one.
    OSError, SealingError.
    """
    sealed_as = credential(folder.name, name)
    if (STORE / sealed_as).exists():
        return False
    secret = _plain(folder / name)
    if secret is None:
        if begun or (folder / name).exists():
            return False
        secret = secrets.token_bytes(_BYTES)
    text = Handed(secret, key).text()
    sealed = _run("encrypt", *_KEYS[key], f"--name={sealed_as}", "-", "-", given=text)
    if _opened(sealed_as, sealed) != text:
        raise SealingError("it does not open again")
    files.prepare(STORE, 0o700)
    files.write_atomic(STORE / sealed_as, sealed, 0o600)
    return True


def opened(sealed_as: str) -> bytes:
    """What is sealed under this name. OSError, SealingError."""
    return _opened(sealed_as, (STORE / sealed_as).read_bytes())


def _opened(sealed_as: str, sealed: bytes) -> bytes:
    return _run("decrypt", f"--name={sealed_as}", "-", "-", given=sealed)


def _plain(path: Path) -> bytes | None:
    """The key that the server keeps in this file; None: it does not, or not there. The file has to be the folder's owner's, or
    that account could have us hand it a file of ours.
    """
    try:
        return files.unseal(files.read_owned(path, frozenset((path.parent.stat().st_uid,)), _LARGEST))
    except (FileNotFoundError, ValueError):
        return None


def _run(*words: str, given: bytes) -> bytes:
    try:
        done = subprocess.run((TOOL, *words), input=given, capture_output=True, timeout=_PATIENCE, check=False)
    except subprocess.SubprocessError as error:
        raise SealingError(str(error)) from error
    if done.returncode:
        raise SealingError(done.stderr.decode(errors="replace").strip())
    return done.stdout


def main(words: list[str]) -> int:
    """Always 0 once it was asked properly: a server with its keys in files is whole."""
    key = "host"
    if words and words[0].startswith("--with-key="):
        key = words.pop(0).removeprefix("--with-key=")
    if len(words) < 2 or key not in _KEYS or not words[0].startswith("giochoi-"):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    folder = files.system_root() / words[0].removeprefix("giochoi-")
    begun = folder.is_dir() and any(folder.glob("*.db"))
    for name in words[1:]:
        try:
            if seal(folder, name, key, begun=begun):
                sys.stdout.write(f"{words[0]}: {name} is sealed by the key of: {key}\n")
        except (OSError, SealingError, UntrustedError) as error:
            sys.stdout.write(f"{words[0]}: {name} stays in a file: {error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
