"""giochoi-verify: the inspector's verifier. Needs no daemon, no agent and no network."""

from __future__ import annotations

import argparse
import codecs
import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from compliance.bundle import BundleError, read
from compliance.note import NoteError
from compliance.verify import verify
from compliance.verifying.report import to_json, to_lines
from compliance.verifying.trust import Trust, TrustError, parse_trust
from i18n.streams import speak_utf8

OK, USAGE, NOT_VERIFIED = 0, 2, 4
_READER_LEFT = {errno.EPIPE, errno.EINVAL}  # of a pipe that nobody reads any more; the second is Windows' word for it


class UsageError(Exception):
    """A file that is not what an option asks for: one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Verifies a bundle and says so. Exit code: 0 verified, 2 bad usage or input, 4 not verified."""
    speak_utf8()
    options = _parser().parse_args(arguments)
    try:
        trust = None if options.trust is None else _trust(options.trust)
        since = None if options.since is None else _text(options.since)
        report = verify(read(options.bundle), trust, since)
    except (BundleError, UsageError) as error:
        print(f"giochoi-verify: {error}", file=sys.stderr)
        return USAGE
    except NoteError as error:
        print(f"giochoi-verify: {options.since}: không phải checkpoint / not a checkpoint: {error}", file=sys.stderr)
        return USAGE
    _print(to_json(report).decode() if options.json else "\n".join(to_lines(report)))
    return OK if report.ok else NOT_VERIFIED


def _print(text: str) -> None:
    try:
        print(text, flush=True)
    except OSError as error:
        if error.errno not in _READER_LEFT:
            raise
        # Nothing may complain when the interpreter flushes again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="giochoi-verify",
        description="Kiểm tra nhật ký tuân thủ đã xuất ra, không cần mạng. / Verifies an exported compliance log, offline.",
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="tệp từ `giochoi log export` / a file made by it")
    parser.add_argument("--trust", metavar="FILE", help="chính sách tin cậy (C2SP tlog-policy) / the inspector's trust policy")
    parser.add_argument("--since", metavar="CHECKPOINT", help="checkpoint lần kiểm tra trước / one of an earlier visit")
    parser.add_argument("--json", action="store_true", help="một tài liệu JSON / one JSON document")
    parser.add_argument("--home", metavar="DIR", help=argparse.SUPPRESS)  # every program takes it; this one needs none
    return parser


def _trust(path: str) -> Trust:
    try:
        return parse_trust(_text(path))
    except TrustError as error:
        raise UsageError(f"{path}: không phải chính sách tin cậy / not a trust policy: {error}") from None


def _text(path: str) -> bytes:
    """The text as it is signed, in UTF-8 with plain newlines: editors and shells of Windows change both."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"không đọc được {path} / cannot read {path}: {error.strerror}") from None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # what PowerShell's > makes of it
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n")


if __name__ == "__main__":
    sys.exit(main())
