"""giochoi: the control command."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

from cli import doctor, game, grant, guardian, limit, log, place, player, policy, status, usage, why
from cli.context import Context
from cli.demo import command as demo
from cli.errors import CommandError, nobody
from cli.output import Output
from cli.parser import Parser, common
from cli.simulate import command as simulate
from host.api import UnsupportedError
from host.homes import HomeError
from host.transport import Unreachable
from host.wire import ApiError
from i18n.streams import speak_utf8

NOUNS = (demo, status, why, usage, doctor, grant, player, guardian, limit, policy, game, place, simulate, log)
_READER_LEFT = {errno.EPIPE, errno.EINVAL}  # of a pipe that nobody reads any more; the second is Windows' word for it


def parser() -> Parser:
    """The whole command line."""
    made = Parser(
        prog="giochoi", description="Giờ Chơi: giới hạn giờ chơi và chứng minh được / play time within limits, with proof"
    )
    common(made, home=None, json=False)
    commands = made.add_subparsers(metavar="LỆNH/COMMAND", required=True, title="lệnh / commands")
    for noun in NOUNS:
        noun.add_to(commands)
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code of the contract. Nothing a user can cause ends in a traceback."""
    speak_utf8()
    try:
        args = parser().parse_args(argv)
        out = Output(json=args.json)
        context = Context(args.home, out)
        try:
            code: int = args.run(args, context)
        except Unreachable as error:
            code = 3
            out.message(f"giochoi: {nobody(error, context.home, args.parser.prog.partition(' ')[2])}")
        except (CommandError, ApiError, HomeError, UnsupportedError) as error:
            code, line = verdict(error)
            out.message(f"giochoi: {line}")
        return code
    except KeyboardInterrupt:
        return 130
    except OSError as error:  # whoever reads has seen enough; or stdout or the temporary folder is on a full disk
        _drop_output()
        if error.errno not in _READER_LEFT:
            sys.stderr.write(f"giochoi: hệ thống báo lỗi / the system says: {error}\n")
        return 1


def _drop_output() -> None:
    """What could not be written stays in the buffer; Python tries again when it ends, and would exit with 120."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def verdict(error: Exception) -> tuple[int, str]:
    """The exit code and the one line for an error that a command ended with."""
    match error:
        case CommandError():
            return error.code, str(error)
        case ApiError(code="bad-input" | "not-found"):  # a name that nobody has is bad input
            return 2, str(error)
        case ApiError():
            return 1, str(error)
        case _:
            return 1, str(error)


if __name__ == "__main__":
    sys.exit(main())
