"""giochoi: the control command."""

from __future__ import annotations

import sys
from argparse import Namespace

from cli import interruptible
from cli.commands import find
from cli.context import Context
from cli.errors import CommandError, nobody
from cli.given.files import alone
from cli.parser import GLOBALS, given_again
from host import VERSION
from host.api import UnsupportedError
from host.homes import HomeError
from host.transport import Unreachable
from host.wire import ApiError
from i18n.message import msg, said_by
from i18n.streams import drop_output, speak_utf8


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code of the contract. Nothing a user can cause ends in a traceback."""
    speak_utf8()
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["__complete"]:
        from cli.completion import complete  # noqa: PLC0415 - only shells ask

        return complete(argv[1:])
    context = Context()  # until it is known what was asked for, for those mistakes that keep it from being known
    interruptible()
    try:
        try:
            asked, words = GLOBALS.parse_known_args(argv)
            context = Context(asked.home, asked.lang, json=asked.json)
            return _run(asked, words, context)
        except (CommandError, ApiError, HomeError, UnsupportedError) as error:
            context.out.message(msg("giochoi: {why}", why=said_by(error)))
            return _code(error)
    except KeyboardInterrupt:
        return 130
    except OSError as error:  # stdout or the temporary folder is on a full disk
        if not drop_output(error):
            context.out.message(msg("giochoi: the system says: {why}", why=said_by(error)))
        return 1


def _run(asked: Namespace, words: list[str], context: Context) -> int:
    if asked.version:
        context.out.answer({"version": VERSION}, f"giochoi {VERSION}")
        return 0
    if asked.help or not words:
        from cli.help import page  # noqa: PLC0415 - of no use for whoever knows

        page(words, context.out)
        return 0
    parser, rest = find(words)
    args = parser.parse_args(rest)
    for said in given_again(args):
        context.out.message(said)
    alone(args, json=asked.json)
    args.parser = parser  # for mistakes that only the command itself can see
    while True:
        try:
            with context.after:
                return parser.run(args, context) or 0
        except Unreachable as error:
            raise nobody(error, context.home, looks=parser.looks) from None
        except ApiError as error:
            from cli.given.asking import meant  # noqa: PLC0415 - of use for mistakes alone

            if not meant(error, args, context):
                raise


def _code(error: Exception) -> int:
    """The exit code for an error that a command ended with. A name that nobody has is bad input."""
    if isinstance(error, CommandError):
        return error.code
    return 2 if isinstance(error, ApiError) and error.code in {"bad-input", "not-found"} else 1


if __name__ == "__main__":
    sys.exit(main())
