"""giochoi-verify: the inspector's verifier. Needs no daemon, no agent and no network."""

from __future__ import annotations

import argparse
import gc
import hashlib
import re
import shutil
import sys
import textwrap
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import NoReturn, TextIO

import msgspec

from compliance.bundle import BundleError, read
from compliance.clock import wall
from compliance.format.card import CardError
from compliance.given import UsageError, text_of, trust_of
from compliance.note import NoteError
from compliance.page import html, text
from compliance.page.blocks import Fact, Section
from compliance.page.called import called
from compliance.page.explain import DOTS
from compliance.page.model import Page, data, page
from compliance.page.verdict import verdict
from compliance.page.words import sections, told
from compliance.progress import Progress
from compliance.verify import verify
from compliance.verifying.bundle.heads import MAX_AGE_DAYS
from compliance.verifying.bundle.trust import Trust
from compliance.verifying.in_force.texts import shipped
from compliance.verifying.report import Report, document
from compliance.visit import Visited, bundles, table, told_apart
from i18n import written
from i18n.catalogue import LANGUAGES, Catalogue, reader
from i18n.message import Arg, Message, Moment, msg, said_by, typed
from i18n.streams import drop_output, put, speak_utf8

OK, FAILED, USAGE, NOT_VERIFIED = 0, 1, 2, 4
_STDOUT = "-"  # as a file to write
_WIDTH = 80
_PROGRAM = "giochoi-verify"
_HELP = f"{_PROGRAM} --help"
_DAYS = re.compile("[0-9]{1,5}")
_NO_VALUE = re.compile("argument (.+): expected one argument")
_OPTIONS = {
    "BUNDLE": msg("a file made by {command}", command="giochoi log export"),
    "FOLDER": msg("of such files, of one visit: a table of all; {options} name a new folder for a page of each",
                  options="--html, --pdf"),
    "--trust FILE": msg("your trust policy (C2SP tlog-policy): which key and which witnesses you demand"),
    "--since CHECKPOINT|CARD": msg("the head or the card of the log, or a bundle of it, kept from an earlier visit"),
    "--card FILE": msg("the same, where it is a card"),
    "--max-age DAYS": msg("how old cosignatures may be to anchor the log; without it {days} days", days=MAX_AGE_DAYS),
    "--json": msg("one JSON document instead of text"),
    "--html FILE": msg("the page as one file, to be read in a browser and printed"),
    "--pdf FILE": msg("the page as a PDF, to be printed, signed and filed"),
    "--lang vi|en": msg("in Vietnamese or English"),
    "--help": msg("this help"),
}
_USAGE = (
    f"{_PROGRAM} BUNDLE [--trust FILE] [--since CHECKPOINT|CARD | --card FILE]",
    "               [--max-age DAYS] [--json] [--html FILE] [--pdf FILE]",
    "               [--lang vi|en]",
    f"{_PROGRAM} FOLDER|BUNDLE… [--trust FILE] [--html FOLDER] [--pdf FOLDER]",
)


class UnableError(UsageError):
    """What it takes is not there on this machine."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        found = _NO_VALUE.fullmatch(message)  # all that argparse can say of these options, but for what nobody types
        raise _misused(message if found is None else msg("{what} needs a value", what=found[1]))


def _misused(why: Arg) -> UsageError:
    return UsageError(msg("not understood: {why}; see: {command}", why=why, command=_HELP))


def main(arguments: Sequence[str] | None = None) -> int:
    """Verifies a bundle and says so. Exit code: 0 verified, 1 that cannot be said, 2 bad usage or input, 4 not verified."""
    speak_utf8()
    given = sys.argv[1:] if arguments is None else list(arguments)
    words = Catalogue(reader(dict(pairwise(given)).get("--lang")))
    try:
        options, more = _parser().parse_known_args(given)
        words = Catalogue(reader(options.lang))
        return _run(options, more, words)
    except (BundleError, UsageError) as error:
        print(f"{_PROGRAM}: {words(error.message)}", file=sys.stderr)
        return FAILED if isinstance(error, UnableError) else USAGE
    except OSError as error:  # stdout is on a full disk
        if not drop_output(error):
            print(f"{_PROGRAM}: {words(said_by(error))}", file=sys.stderr)
        return FAILED


def _run(options: argparse.Namespace, more: list[str], words: Catalogue) -> int:
    if options.help:
        _print(_help(words, _wide()))
        return OK
    if more:
        raise _misused(" ".join(more))
    if options.lang not in {None, *LANGUAGES}:
        raise _misused(f"--lang {options.lang}")
    if not options.bundles:
        raise UsageError(msg("BUNDLE is missing; see: {command}", command=_HELP))
    _writable(options)
    if options.pdf is not None:
        _needs_paper()
    trust = None if options.trust is None else trust_of(options.trust)
    if options.since is not None and options.card is not None:
        raise UsageError(msg("either {since} or {card}", since="--since", card="--card"))
    kept = options.since if options.card is None else options.card
    since = None if kept is None else text_of(kept)
    if len(options.bundles) > 1 or Path(options.bundles[0]).is_dir():
        return _visit(options, trust, since, words)
    (options.bundle,) = options.bundles
    try:
        report = _verified(options.bundle, options, trust, since, words)
    except NoteError as error:
        raise UsageError(_no_card(kept or "", "--since" if options.card is None else "--card", error)) from None
    _show(report, options, words)
    return OK if report.ok else NOT_VERIFIED


def _visit(options: argparse.Namespace, trust: Trust | None, since: bytes | None, words: Catalogue) -> int:
    """A table of all, and a page of each where a folder for them is named."""
    if since is not None or options.json or _STDOUT in {options.html, options.pdf}:
        raise UsageError(msg("several logs: leave out {options}", options="--since, --card, --json, -"))
    files = bundles(options.bundles)
    told_apart(files)
    visited = [Visited(file, _visited(file, options, trust, words)) for file in files]
    rows = (table(visited),)
    for folder, ending in ((options.html, "html"), (options.pdf, "pdf")):
        if folder is None:
            continue
        Path(folder).mkdir()
        _write(str(Path(folder) / f"0.{ending}"), _document(rows, ending, words))
        for number, (file, one) in enumerate(visited, 1):
            if isinstance(one, Page):
                said = (*sections(one), _check(str(file), one.report.zone, verdict(one).text))
                _write(str(Path(folder) / f"{number}-{file.stem}.{ending}"), _document(said, ending, words))
    _print("\n".join(text.lines(rows, words, _wide())))
    return OK if all(isinstance(one.page, Page) and one.page.report.ok for one in visited) else NOT_VERIFIED


def _visited(file: Path, options: argparse.Namespace, trust: Trust | None, words: Catalogue) -> Page | Message:
    try:
        return page(called(_verified(str(file), options, trust, None, words)))
    except BundleError as error:
        return error.message


def _document(said: Sequence[Section], ending: str, words: Catalogue) -> bytes:
    if ending == "html":
        return html.document(said, words, words.language).encode()
    from compliance.paper.inspection import pdf  # noqa: PLC0415 - the verifier that is one file has no ReportLab

    return pdf(said, words)


def _no_card(file: str, option: str, error: NoteError) -> Message:
    """What is wrong with what was kept from an earlier visit, and what to do."""
    if isinstance(error, CardError):
        return msg(
            "{file} is a card that was changed or damaged: {why}. Nothing was checked; of the log that says nothing. Take the "
            "card anew from where you keep it: its file, its QR code, or its fingerprint alone, typed off. Until you have it, "
            "leave out {option}: then the log is checked, but not against your earlier visit",
            file=file, why=error.message, option=option,
        )  # fmt: skip
    told = {"file": file, "head": "giochoi log head", "card": "giochoi log card", "why": said_by(error)}
    return msg("{file} is neither what {head} nor what {card} shows: {why}", **told)


def _writable(options: argparse.Namespace) -> None:
    """UsageError where a page cannot be written, before a long log is read."""
    paths = [path for path in (options.html, options.pdf) if path is not None]
    if _STDOUT in paths and len(paths) + options.json > 1:
        raise UsageError(written.NOT_ALONE)
    if options.pdf == _STDOUT and sys.stdout.isatty():
        raise UsageError(written.NO_TEXT)
    for path in paths:
        if path != _STDOUT and Path(path).is_dir():
            raise UsageError(written.is_folder(path))
        if path != _STDOUT and Path(path).exists():
            raise _exists(path)


def _needs_paper() -> None:
    """MessageError where no PDF can be made, before a long log is read."""
    if find_spec("compliance.paper") is None:
        raise UsageError(msg("this giochoi-verify makes no PDF, only the installed one does: {option} FILE, and print it",
                             option="--html"))  # fmt: skip
    if find_spec("PIL") is None:
        from compliance.paper import NO_PILLOW  # noqa: PLC0415 - the verifier that is one file has no such package

        raise UnableError(NO_PILLOW)


def _verified(
    file: str, options: argparse.Namespace, trust: Trust | None, since: bytes | None, words: Catalogue
) -> Report:  # fmt: skip
    max_age = MAX_AGE_DAYS if options.max_age is None else _days(options.max_age)
    progress = Progress(sys.stderr, words)
    gc.disable()  # nothing here refers to itself: looking for that takes a fifth of the time, and frees nothing
    try:
        with read(file) as bundle:
            return verify(bundle, trust, since, now=wall(), max_age_days=max_age, progress=progress, brought=shipped())
    finally:
        gc.freeze()  # nor is it looked through when all is done
        gc.enable()
        progress.clear()


def _days(text: str) -> int:
    if not _DAYS.fullmatch(text):
        raise UsageError(msg("--max-age is a number of days, not {text}", text=typed(text)))
    return int(text)


def _show(report: Report, options: argparse.Namespace, words: Catalogue) -> None:
    """As text, unless a document or a file is asked for; a file says besides what it concludes."""
    shown = page(report)
    said = sections(page(called(report)))
    filed = options.html is not None or options.pdf is not None
    if filed:
        _file((*said, _check(options.bundle, report.zone, verdict(shown).text)), options, words)
    if options.json:
        found = words.document({**document(report), "page": data(shown, told(said))})
        _print(text.escaped(msgspec.json.format(msgspec.json.encode(found), indent=2).decode()))
        return
    if filed:
        said = tuple(section for section in said if section.id == "verdict")
    files = [path for path in (options.html, options.pdf) if path is not None]
    beside = sys.stderr if _STDOUT in files else sys.stdout
    _print("\n".join(text.lines(said, words, _wide())), beside)
    if filed and beside is sys.stdout:
        _print(words(msg("written: {files}", files=", ".join(files))))


def _file(said: Sequence[Section], options: argparse.Namespace, words: Catalogue) -> None:
    """The page as files to keep."""
    asked = ((options.html, "html"), (options.pdf, "pdf"))
    # First all of it: one file without the other is in the way the next time.
    files = [(path, _document(said, ending, words)) for path, ending in asked if path is not None]
    for path, content in files:
        _write(path, content)


def _check(bundle: str, zone: str, comes_to: Arg) -> Section:
    """What tells one printed page from another, and where it is signed; what is signed stands beside, on whichever page."""
    facts = [Fact(msg("File"), Path(bundle).name), Fact(msg("Checked on"), Moment(wall(), zone, "full"))]
    if Path(bundle).is_file():
        with Path(bundle).open("rb") as file:
            facts.insert(1, Fact("SHA-256", hashlib.file_digest(file, "sha256").hexdigest()))
    facts.append(Fact(msg("Verdict"), comes_to))
    signed = (msg("The owner"), msg("Witness"), msg("Official"), msg("Official"))
    return Section("check", msg("This check"), (*facts, *(Fact(one, DOTS) for one in signed)))


def _wide() -> int:
    return max(40, min(_WIDTH, shutil.get_terminal_size((_WIDTH, 24)).columns))


def _parser() -> _Parser:
    parser = _Parser(prog=_PROGRAM, add_help=False, allow_abbrev=False)
    parser.add_argument("bundles", nargs="*")
    # A home: as every program, for nothing.
    for option in ("--trust", "--since", "--card", "--max-age", "--html", "--pdf", "--home"):
        parser.add_argument(option)
    parser.add_argument("--lang")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("-h", "--help", action="store_true")
    return parser


def _help(words: Catalogue, wide: int) -> str:
    def folded(said: str, first: str, indent: int) -> list[str]:
        return textwrap.wrap(said, wide, initial_indent=first, subsequent_indent=" " * indent, break_on_hyphens=False)

    told = [line for option, about in _OPTIONS.items() for line in folded(words(about), f"  {option:<26}", 28)]
    about = words(msg("Verifies an exported compliance log, without a network."))
    return "\n".join([*_USAGE, *folded(about, "", 0), "", *told])


def _print(text: str, to: TextIO | None = None) -> None:
    try:
        print(text, file=to, flush=True)
    except OSError as error:
        if not drop_output(error):
            raise


def _put(page: bytes) -> None:
    try:
        put([page])
    except OSError as error:
        if not drop_output(error):
            raise


def _write(path: str, page: bytes) -> None:
    """To a new file: what is there may be what was kept from an earlier visit."""
    if path == _STDOUT:
        _put(page)
        return
    try:
        with Path(path).open("xb") as file:
            file.write(page)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise UsageError(msg("{file} cannot be written: {why}", file=path, why=said_by(error))) from None


def _exists(path: str) -> UsageError:
    return UsageError(written.exists(path))


if __name__ == "__main__":
    sys.exit(main())
