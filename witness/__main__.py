"""giochoi-witness: cosigns the heads of other people's logs, for a ward, another shop or a publisher (C2SP tlog-witness)."""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from compliance.format.cosigning import PATH, AddCheckpoint, Cosigner
from compliance.note import ED25519, NoteError, parse_vkey
from host.choose import files
from host.clock import SystemClock
from host.files import read_owned, write_atomic
from host.homes import Home, HomeError, chosen_home, language, lock, prepare, server_home, unwritable
from host.secrets import load_or_create
from host.stopping import SIGNALS
from i18n.catalogue import LANGUAGES, Catalogue, reader
from i18n.message import Arg, Message, MessageError, msg, said_by
from i18n.streams import speak_utf8
from witness.answering import Answer
from witness.server import Decide, Server, Told
from witness.state import State, StateError

PROGRAM = "giochoi-witness"
LISTEN = "127.0.0.1:7380"
_ABOUT = msg("""giochoi-witness [--home DIR] [--lang vi|en] COMMAND

Cosigns the heads of other people's logs (C2SP tlog-witness): so nobody can
shorten or rewrite one unseen.

  init NAME       once: make the key; NAME is like an address, as
                  witness.ward.example/w1
  key             the key that logs and inspectors are given
  add KEY         cosign the log with this key (giochoi log card shows it)
  list            these logs, and how much of each was seen
  remove ORIGIN   cosign it no longer; what was seen of it stays known
  serve [--listen HOST:PORT]
                  answer; without --listen on this PC only, at 127.0.0.1:7380""")


class UsageError(MessageError):
    """What was typed is not understood."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise argparse.ArgumentTypeError(message)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done, or told to stop; 1 it failed; 2 bad usage."""
    speak_utf8()
    typed = sys.argv[1:] if argv is None else list(argv)
    words = Catalogue(reader(dict(pairwise(typed)).get("--lang")))
    try:
        if not typed or {"-h", "--help"} & set(typed):
            print(words(_ABOUT))
            return 0 if typed else 2
        asked = _understood(typed)
        words = Catalogue(reader(asked.lang, setting=language(chosen_home(asked.home))))
        for line in asked.run(asked, server_home(asked.home)):
            print(words(line), flush=True)
    except (UsageError, NoteError) as error:
        print(f"{PROGRAM}: {words(error.message)}", file=sys.stderr)
        return 2
    except (HomeError, StateError) as error:
        print(f"{PROGRAM}: {words(error.message)}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{PROGRAM}: {words(said_by(error))}", file=sys.stderr)
        return 1
    return 0


def _understood(typed: Sequence[str]) -> argparse.Namespace:
    """UsageError: what argparse says of it is English, and of an option that nobody typed."""
    try:
        return _parser().parse_args(typed)
    except argparse.ArgumentTypeError:
        command = f"{PROGRAM} --help"
        raise UsageError(msg("not understood: {why}; see: {command}", why=" ".join(typed), command=command)) from None


def _parser() -> _Parser:
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("--home")
    parser.add_argument("--lang", choices=LANGUAGES)
    commands = parser.add_subparsers(required=True)
    for name, run, value in (("init", _init, "name"), ("key", _key, ""), ("add", _add, "key"), ("list", _list, ""),
                             ("remove", _remove, "origin"), ("serve", _serve, "")):  # fmt: skip
        command = commands.add_parser(name, add_help=False, allow_abbrev=False)
        command.set_defaults(run=run)
        if value:  # `add` takes the line of a card as it is, whose words a shell takes apart
            command.add_argument(value, nargs="+" if run is _add else None)
        if run is _serve:
            command.add_argument("--listen", default=LISTEN)
    return parser


def _init(asked: argparse.Namespace, home: Home) -> list[Arg]:
    folder = _folder(home)
    Cosigner(asked.name, bytes(32))  # NoteError: the name is not one
    path = folder / "name"
    if path.exists():
        raise HomeError(msg("{path}: there is a witness here already", path=str(path)))
    try:
        write_atomic(path, asked.name.encode())
    except OSError as error:
        raise unwritable(path, error) from error
    return _key(asked, home)


def _key(_: argparse.Namespace, home: Home) -> list[Arg]:
    return [_cosigner(home).key.text]


def _add(asked: argparse.Namespace, home: Home) -> list[Arg]:
    key = parse_vkey(" ".join(" ".join(asked.key).split()).removeprefix("key "))
    if key.kind != ED25519:
        raise NoteError(msg("not the verifier key of a log"))
    with closing(_state(home)) as state:
        state.add(key)
    return [msg("{origin}: its heads are cosigned from now on", origin=key.name)]


def _list(_: argparse.Namespace, home: Home) -> list[Arg]:
    with closing(_state(home)) as state:
        return [_line(key.text, size) for key, size in state.logs()]


def _line(key: str, size: int) -> Message:
    return msg("{key}: entries seen: {size}", key=key, size=size) if size else msg("{key}: nothing seen yet", key=key)


def _remove(asked: argparse.Namespace, home: Home) -> list[Arg]:
    with closing(_state(home)) as state:
        if not state.remove(asked.origin):
            told = {"origin": asked.origin, "command": f"{PROGRAM} list"}
            raise UsageError(msg("no log {origin} is cosigned here; see: {command}", **told))
    return [msg("{origin}: its heads are cosigned no longer", origin=asked.origin)]


def _serve(asked: argparse.Namespace, home: Home) -> list[Arg]:
    cosigner, clock, words = _cosigner(home), SystemClock(), Catalogue(reader(asked.lang, setting=language(home)))

    def told(error: StateError) -> None:
        print(f"{PROGRAM}: {words(error.message)}", file=sys.stderr, flush=True)

    with lock(home.root / "witness"), closing(_state(home)) as state:

        def decide(request: AddCheckpoint) -> Answer:
            return state.add_checkpoint(request, cosigner, lambda: clock.wall() // 1000)

        with _server(asked.listen, decide, told) as server:
            _stop_on_signals(server)
            host, port = server.server_address[:2]
            shown = f"[{host!s}]:{port}" if ":" in str(host) else f"{host!s}:{port}"
            print(words(msg("ready: {address}", address=f"http://{shown}{PATH}")), flush=True)
            server.serve_forever(poll_interval=0.2)
    return []


def _server(listen: str, decide: Decide, told: Told) -> Server:
    """HomeError: somebody else has the address, or it is none of this PC's."""
    try:
        return Server(_address(listen), decide, told)
    except OSError as error:
        about: dict[str, Arg] = {"address": listen, "why": said_by(error), "option": "--listen HOST:PORT"}
        raise HomeError(msg("{address}: nobody can be answered here: {why}; choose another {option}", **about)) from error


def _stop_on_signals(server: Server) -> None:
    def stop(*_: Any) -> None:
        threading.Thread(target=server.shutdown).start()  # it waits for the loop, which this may have interrupted

    for name in SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not (port.isascii() and port.isdigit() and len(port) <= 5) or int(port) > 65_535:
        raise UsageError(msg("{text} is not HOST:PORT", text=text))
    return host.removeprefix("[").removesuffix("]"), int(port)


def _folder(home: Home) -> Path:
    folder = home.root / "witness"
    prepare(folder, 0o700)
    return folder


def _state(home: Home) -> State:
    return State(_folder(home) / "witness.db")


def _cosigner(home: Home) -> Cosigner:
    folder = _folder(home)
    try:
        name = read_owned(folder / "name", frozenset({files().owner()}), 1024).decode()
    except FileNotFoundError:
        raise HomeError(_first(folder)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise HomeError(msg("{path}: cannot be read: {why}", path=str(folder / "name"), why=said_by(error))) from error
    return Cosigner(name, load_or_create(home, folder, "witness.key", lambda: secrets.token_bytes(32)))


def _first(folder: Path) -> Message:
    return msg("{folder}: no witness is here yet; first: {command}", folder=str(folder), command=f"{PROGRAM} init NAME")


if __name__ == "__main__":
    sys.exit(main())
