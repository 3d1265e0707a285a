"""Keys of a server: made once, kept where only it can read them.

With --home, and in the system's home, that is a file of mode 0600 in the server's own folder (the system has no session whose
keyring could be open at boot, and a keyring found through somebody's environment would be that somebody's). On Windows the file
can be opened on this PC only (api.Files.seal). In a private home the desktop's keyring, or Windows' credential store, is tried
first, in a short-lived process: libraries that talk to a session bus stay out of servers. What the service manager hands to a
server of the system's home goes before all that (host.linux.sealing put it there): then the file only says so.
"""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from host import choose
from host.files import LIMIT, read_owned, write_atomic
from host.handed import Handed, credential, handed
from host.homes import Home, HomeError, unwritable
from i18n.message import msg, said_by

_SERVICE = "giochoi"
_PATIENCE = 10.0
_IN_KEYRING = b"keyring\n"
_WITH_MANAGER = b"systemd\n"
_NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows a server without a console would show one


def load_or_create(home: Home, folder: Path, name: str, make: Callable[[], bytes]) -> bytes:
    """The secret of this name, made by `make` at its first use. HomeError: it exists but cannot be read, or cannot be kept.

    A secret that was in the keyring and cannot be had now is never replaced by a new one: the log would have two keys.
    """
    path = folder / name
    found, given = _read(path), _given(home, path)
    if given is not None:
        return _take_over(path, found, given.secret)
    if found is not None:
        secret = _load(path, found)
        if secret and not is_kept_elsewhere(found) and not choose.files().is_sealed(found, machine=_for_machine(home)):
            with suppress(HomeError):  # of a backup, or of a version that sealed it otherwise: it opens as it is, too
                _write(path, _sealed(home, secret))
        return secret
    secret = make()
    entry = str(path)
    kept = home.kind == "private" and _put(entry, secret)
    _write(path, _IN_KEYRING if kept else _sealed(home, secret))
    return secret


def where(home: Home, folder: Path, name: str) -> str:
    """Where the secret of this name, which was loaded, lies: "keyring"; "systemd-host" or "systemd-tpm2", by the key that seals
    it there; "file", or on Windows "dpapi". HomeError.
    """
    path = folder / name
    found, given = _read(path), _given(home, path)
    if given is not None:
        return f"systemd-{given.key}"
    return "keyring" if found == _IN_KEYRING else choose.files().sealed_by()


def opened(home: Home, folder: Path, name: str) -> bytes | None:
    """The secret, `plain`, for whoever administers the home: it may lie with the system, whose word goes first, or in the
    keyring. What does not open is told as it lies there. None: there is none, or the keyring is locked. OSError.
    """
    kept = choose.service().kept(credential(folder.name, name)) if home.kind == "system" else None
    if kept is not None:
        return plain(handed(kept).secret)
    try:
        with choose.files().acting_for(folder), (folder / name).open("rb") as file:
            found = file.read(LIMIT)
    except FileNotFoundError:
        return None
    if found == _IN_KEYRING:
        secret = _ask("get", str(folder / name), b"") if home.kind == "private" else b""
        return plain(base64.b64decode(secret)) if secret else None
    if found == _WITH_MANAGER:
        return None
    with suppress(OSError, ValueError):
        return plain(choose.files().unseal(found))
    return found


def put_back(home: Home, folder: Path, name: str, content: bytes) -> None:
    """Has the server go on with what `opened` said once, and nobody else keep another for it. OSError."""
    if is_kept_elsewhere(content) or opened(home, folder, name) == content:
        return
    if home.kind == "system":  # first: whoever is cut off after it does it again, and two would contradict each other
        choose.service().let_go(credential(folder.name, name))
    if is_plain(content):
        content = _sealed(home, base64.b64decode(content))
    with choose.files().acting_for(folder):
        write_atomic(folder / name, content)


def is_kept_elsewhere(content: bytes) -> bool:
    """Whether a file with this content only says who keeps the secret."""
    return content in {_IN_KEYRING, _WITH_MANAGER}


def plain(secret: bytes) -> bytes:
    """As it opens on every PC: one line of Base64."""
    return base64.b64encode(secret) + b"\n"


def is_plain(content: bytes) -> bool:
    """Whether this is what `plain` says of a secret."""
    try:
        return plain(base64.b64decode(content.strip(), validate=True)) == content
    except ValueError:
        return False


def _sealed(home: Home, secret: bytes) -> bytes:
    return choose.files().seal(secret, machine=_for_machine(home))


def _for_machine(home: Home) -> bool:
    """Whether whoever backs the home up is another account than its servers may be."""
    return home.kind != "private"


def _given(home: Home, path: Path) -> Handed | None:
    if home.kind != "system":  # a service of another's may have started us, or ours a demo
        return None
    try:
        text = choose.service().credential(credential(path.parent.name, path.name))
        return None if text is None else handed(text)
    except (OSError, ValueError) as error:
        raise HomeError(msg("{path}: what systemd keeps cannot be read: {why}", path=str(path), why=said_by(error))) from error


def _take_over(path: Path, found: bytes | None, secret: bytes) -> bytes:
    """From now on only the manager has it."""
    if found != _WITH_MANAGER:
        if found is not None and _load(path, found) != secret:
            raise HomeError(msg("{path}: not the key that systemd keeps; one of them is of a backup", path=str(path)))
        _write(path, _WITH_MANAGER)
    return secret


def _read(path: Path) -> bytes | None:
    try:
        return read_owned(path, frozenset((choose.files().owner(),)))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise HomeError(msg("{path}: cannot be read: {why}", path=str(path), why=said_by(error))) from error


def _write(path: Path, content: bytes) -> None:
    try:
        write_atomic(path, content)
    except OSError as error:
        raise unwritable(path, error) from error


def _load(path: Path, kept: bytes) -> bytes:
    if kept == _WITH_MANAGER:
        command = f"systemctl start giochoi-{path.parent.name}"
        raise HomeError(msg("{path}: systemd keeps the key: {command}", path=str(path), command=command))
    if kept != _IN_KEYRING:
        return _unseal(path, kept)
    secret = _ask("get", str(path), b"")
    if not secret:
        raise HomeError(msg("{path}: the key is in a locked keyring: unlock it", path=str(path)))
    return base64.b64decode(secret)


def _unseal(path: Path, kept: bytes) -> bytes:
    try:
        return choose.files().unseal(kept)
    except ValueError as error:
        raise HomeError(msg("{path}: damaged; restore it from a backup", path=str(path))) from error
    except OSError as error:
        raise HomeError(msg("{path}: this account cannot open it: {why}", path=str(path), why=said_by(error))) from error


def _put(entry: str, secret: bytes) -> bool:
    text = base64.b64encode(secret)
    return _ask("set", entry, text) == text


def _ask(verb: str, entry: str, text: bytes) -> bytes:
    """What the short-lived process says; empty if there is no keyring that keeps secrets, or it does not open in time."""
    command = (sys.executable, "-P", "-m", "host.secrets", verb, entry)  # -P: not the modules of the folder we were started in
    with suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            command, input=text, capture_output=True, timeout=_PATIENCE, check=False, creationflags=_NO_WINDOW
        )
        return done.stdout.strip() if done.returncode == 0 else b""
    return b""


def _main(verb: str, entry: str) -> int:
    import keyring  # noqa: PLC0415 - only in this process
    from keyring.backends import fail, null  # noqa: PLC0415 - as above

    backend = keyring.get_keyring()
    modules = [type(each).__module__ for each in (backend, *getattr(backend, "backends", ()))]  # a chain of several, or one
    if isinstance(backend, (fail.Keyring, null.Keyring)) or not all(name.startswith("keyring.backends.") for name in modules):
        return 1  # none, or a third party's, which may keep them in plain text
    # Windows' store is keyed by the service: two programs that put two entries of one service at once could lose one.
    service = f"{_SERVICE} {entry}" if modules[0] == "keyring.backends.Windows" else _SERVICE
    if verb == "set":
        backend.set_password(service, entry, sys.stdin.read())
    secret = backend.get_password(service, entry)
    sys.stdout.write(secret or "")
    return 0 if secret else 1


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
