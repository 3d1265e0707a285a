"""giochoi log: what was recorded, the bundle an inspector takes away, the card kept from the first visit."""

from __future__ import annotations

import io
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import msgspec

from agent.api.messages import Card, LogCard, LogExport, LogHead, LogShow
from cli.context import Context
from cli.given.files import write_new
from cli.parser import Commands, checked, command, noun
from cli.words.entries import entry, is_seal
from host.clock import SystemClock
from host.rpc_client import ask, items

_SEATS = 64  # as many seals may come first, whose entries stand further back


def add_to(commands: Commands) -> None:
    verbs = noun(commands, "log", "nhật ký / the log")
    parser = command(verbs, "show", "những dòng cuối / the last entries", show)
    parser.add_argument("--last", metavar="N", type=count, default=50, help="bao nhiêu dòng (50) / how many (50)")
    parser.add_argument("--all", action="store_true", help="cả các dòng niêm phong / the seals, too")
    parser = command(verbs, "export", "xuất hồ sơ cho thanh tra / write the bundle for an inspector", export)
    parser.add_argument("file", metavar="FILE", type=Path, help="tệp chưa có / a file that does not exist yet")
    command(verbs, "head", "đầu nhật ký đã ký / the log's signed head", head)
    command(verbs, "card", "thẻ để thanh tra giữ / the card that an inspector keeps", card)


@checked
def count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 100_000):
        raise ValueError(f"{text!r} không phải số từ 1 đến 100000 / is no number from 1 to 100000")
    return int(text)


def show(args: Namespace, context: Context) -> int:
    # A seal stands behind at least one other entry of its seat.
    asked = args.last if args.all or context.out.json else 2 * args.last + _SEATS
    answer = ask(context.home.agent_address, LogShow(last=asked))
    if context.out.json:
        entries = [
            {"index": line.index, "entry": msgspec.Raw(line.entry.encode()), "payload": line.payload} for line in answer.lines
        ]
        context.out.document({"entries": entries})
        return 0
    now = SystemClock().wall()
    shown = [line for line in answer.lines if args.all or not is_seal(line)]
    for line in shown[-args.last :]:
        entry(context.out, line, now, answer.zone)
    return 0


def export(args: Namespace, context: Context) -> int:
    size = write_new(args.file, _pieces(context))
    if context.out.json:
        context.out.document({"file": str(args.file.absolute()), "bytes": size})
    else:
        context.out.line(f"{args.file}: {size} byte; kiểm tra bằng / check with: giochoi-verify {args.file}")
    return 0


def _pieces(context: Context) -> Iterator[bytes]:
    for chunk in items(context.home.agent_address, LogExport()):
        yield chunk.data


def head(args: Namespace, context: Context) -> int:
    answer = ask(context.home.agent_address, LogHead())
    if context.out.json:
        context.out.document(answer)
        return 0
    for line in answer.checkpoint.splitlines():
        context.out.line(line)
    context.out.message(f"khóa / key: {answer.key}")
    return 0


def card(args: Namespace, context: Context) -> int:
    answer = ask(context.home.agent_address, LogCard())
    if context.out.json:
        context.out.document(answer)
        return 0
    for name, value in _card_lines(answer):
        context.out.line(f"{name:<28} {value}")
    context.out.line()
    for line in qr(answer.fingerprint).splitlines():
        context.out.line(line)
    return 0


def _card_lines(answer: Card) -> Iterator[tuple[str, str]]:
    yield "địa điểm / place", answer.place
    if answer.name:
        yield "tên / name", answer.name
    if answer.certificate:
        expires = f", hết hạn / expires {answer.expires:%d/%m/%Y}" if answer.expires else ""
        yield "giấy chứng nhận / certificate", answer.certificate + expires
    yield "nguồn / origin", answer.origin
    yield "khóa / key", answer.key
    yield "dấu vân tay / fingerprint", answer.fingerprint
    yield "số dòng / size", str(answer.size)
    yield "gốc cây / root", answer.root


def qr(text: str) -> str:
    """`text` as a QR code of half blocks, which any phone reads off a screen or paper."""
    import segno  # noqa: PLC0415 - a tenth of a second that only the card needs

    drawn = io.StringIO()
    segno.make(text, micro=False).terminal(drawn, compact=True, border=2)
    return drawn.getvalue()
