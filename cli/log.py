"""giochoi log: what was recorded, the bundle an inspector takes away, the card kept from the first visit."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from agent.api.log import Card, LogCard, LogExport, LogHead, LogPrune, LogShow
from agent.api.rulebook import PlaceShow
from cli import witnesses
from cli.commands import Commands
from cli.context import Context
from cli.given.files import STDOUT, answer, named, new_file, write_new
from cli.given.values import parse_number
from cli.output import Output
from cli.showing.qr import qr
from host.rpc_client import ask, items
from i18n.message import Arg, Day, msg, msgn
from words.entries import entry
from words.layout import row
from words.names import KINDS
from words.shell import quote, whole

_MOST = 100_000
_SEATS = 64  # as many seals may come first, whose entries stand further back


def add_to(commands: Commands) -> None:
    parser = commands.add("log show", show, "", "--last 500", about=msg("show the last entries"), looks=True)
    parser.takes("--last", "N", msg("how many; without it: 50"), type=lambda text: parse_number(text, 1, _MOST), default=50)
    parser.takes("--all", "", msg("the seals, too"))
    parser = commands.add("log export", export, "log.zip", "/media/usb/2026-11.zip",
                          about=msg("write the bundle for an inspector"), looks=True)  # fmt: skip
    parser.takes("file", "FILE", msg("a file that does not exist yet, or - for standard output"), type=new_file)
    parser = commands.add("log prune", prune, "--dry-run", "", about=msg("delete what was kept long enough"))
    parser.takes("--dry-run", "", msg("only say what would be deleted"))
    commands.add("log head", head, "", "> mark.txt", about=msg("show the signed head of the log"), looks=True)
    witnesses.add_to(commands)
    parser = commands.add("log card", card, "", "/media/usb/card.txt", "--json",
                          about=msg("show or write the card that an inspector keeps"), looks=True)  # fmt: skip
    parser.takes("file", "FILE", msg("a file that does not exist yet; without it the card is shown"), type=new_file, nargs="?")


def show(args: Namespace, context: Context) -> None:
    # A seal stands behind at least one other entry of its seat.
    asked = args.last if args.all or context.out.json else 2 * args.last + _SEATS
    shown = ask(context.home.agent_address, LogShow(last=asked))
    if context.out.json:
        entries = [
            {"index": line.index, "entry": msgspec.Raw(line.entry.encode()), "payload": line.unread or line.payload}
            for line in shown.lines
        ]
        context.out.document({"entries": entries})
        return
    public = ask(context.home.agent_address, PlaceShow()).place != "home"
    lines = [(line, msgspec.json.decode(line.entry)) for line in shown.lines]
    for line, fields in [one for one in lines if args.all or one[1]["kind"] != "seal"][-args.last :]:
        say(context.out, entry(line, fields, shown.zone, shown.names, shown.seats, public=public))


def say(out: Output, entry_lines: Sequence[Arg]) -> None:
    """An entry's first line, and what belongs to it under that."""
    out.say(entry_lines[0], 0, 4)
    for line in entry_lines[1:]:
        out.say(line, 4, 2)


def export(args: Namespace, context: Context) -> None:
    size = write_new(args.file, (chunk.data for chunk in items(context.home.agent_address, LogExport())))
    check = whole(f"giochoi-verify {_typed(args.file)}")
    said = msg("{file}: {size} bytes; check it with: {check}", file=named(args.file), size=size, check=check)
    answer(context.out, args.file, {"bytes": size}, said)


def prune(args: Namespace, context: Context) -> None:
    done = ask(context.home.agent_address, LogPrune(dry=args.dry_run))
    beside = msgn("beside {n} entry", "beside {n} entries", done.payloads)
    day = Day(datetime.fromtimestamp(done.before / 1000, UTC).date())
    said = msg("personal data {beside} from before {day} would be deleted", beside=beside, day=day)
    gone = msgn("{n} entry that was kept for thirteen months would be deleted",
                "{n} entries that were kept for thirteen months would be deleted", done.entries)  # fmt: skip
    if not args.dry_run:
        said = msg("personal data {beside} from before {day} is deleted", beside=beside, day=day)
        gone = msgn("{n} entry that was kept for thirteen months is deleted",
                    "{n} entries that were kept for thirteen months are deleted", done.entries)  # fmt: skip
    context.out.answer({**msgspec.structs.asdict(done), "dry": args.dry_run}, said)
    if done.entries or args.dry_run:
        context.out.message(gone)


def head(args: Namespace, context: Context) -> None:
    shown = ask(context.home.agent_address, LogHead())
    context.out.answer(shown, lambda: context.out.line(shown.checkpoint.removesuffix("\n")))
    if not context.out.json:
        context.out.message(msg("key: {key}", key=shown.key))


def card(args: Namespace, context: Context) -> None:
    shown = ask(context.home.agent_address, LogCard())
    if args.file is None:
        context.out.answer(shown, lambda: _show_card(shown, context.out))
        return
    size = write_new(args.file, [signed(shown).encode()], text=True)
    check = whole(f"giochoi-verify log.zip --card {_typed(args.file)}")
    said = msg("{file}: keep it, and check each bundle with: {check}", file=named(args.file), check=check)
    answer(context.out, args.file, {"bytes": size}, said)


def _typed(path: Path) -> str:
    return "FILE" if path is STDOUT else quote(str(path))


def signed(card: Card) -> str:
    """What its file and its QR code hold."""
    from compliance.format.card import write  # noqa: PLC0415 - libsodium, for this alone

    expires = "" if card.expires is None else card.expires.isoformat()
    told = {"place": card.place, "name": card.name, "address": card.address, "owner": card.owner,
            "certificate": card.certificate, "expires": expires}  # fmt: skip
    return write(card.checkpoint, card.key, told)


def _show_card(card: Card, out: Output) -> None:
    out.pairs(_card(card))
    out.line()
    out.line(qr(signed(card)).removesuffix("\n"))


def _card(card: Card) -> Iterator[tuple[Arg, Arg]]:
    yield msg("place"), KINDS.get(card.place, card.place)
    if card.name:
        yield msg("name"), card.name
    if card.address:
        yield msg("address"), card.address
    if card.owner:
        yield msg("owner"), card.owner
    if card.certificate:
        expires = "" if card.expires is None else msg("valid to {day}", day=Day(card.expires))
        yield msg("certificate"), row((card.certificate, expires), ", ")
    yield msg("name of the log"), card.origin
    yield msg("key"), card.key
    yield msg("fingerprint"), card.fingerprint
    yield msg("size"), msg("{n} entries", n=card.size)
    yield msg("root over all entries"), card.root
