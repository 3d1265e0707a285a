"""Which half of host is in use: the one file of host that tests sys.platform."""

from __future__ import annotations

import sys

from host.api import Channels, Clocks, Files, Manager, Service, Signatures, UnsupportedError, Users


def service() -> Service:
    """The half in use here. UnsupportedError where there is none."""
    if sys.platform == "linux":
        from host.linux import service as half  # noqa: PLC0415 - other platforms lack what it imports

        return half
    if sys.platform == "win32":
        from host.windows import service as half  # noqa: PLC0415 - as above

        return half
    raise UnsupportedError(sys.platform)


def manager() -> Manager:
    """The half in use here. UnsupportedError where services are managed with the system's own tools."""
    if sys.platform == "win32":
        from host.windows import scm as half  # noqa: PLC0415 - as above

        return half
    raise UnsupportedError(sys.platform)


def files() -> Files:
    """The half in use here. UnsupportedError where there is none."""
    if sys.platform == "linux":
        from host.linux import files as half  # noqa: PLC0415 - other platforms lack what it imports

        return half
    if sys.platform == "win32":
        from host.windows import files as half  # noqa: PLC0415 - as above

        return half
    raise UnsupportedError(sys.platform)


def channels() -> Channels:
    """The half in use here. UnsupportedError where there is none."""
    if sys.platform == "linux":
        from host.linux import sockets as half  # noqa: PLC0415 - other platforms lack what it imports

        return half
    if sys.platform == "win32":
        from host.windows import pipes as half  # noqa: PLC0415 - as above

        return half
    raise UnsupportedError(sys.platform)


def users() -> Users:
    """The half in use here. UnsupportedError where there is none."""
    if sys.platform == "linux":
        from host.linux import users as half  # noqa: PLC0415 - as above

        return half
    if sys.platform == "win32":
        from host.windows import users as half  # noqa: PLC0415 - as above

        return half
    raise UnsupportedError(sys.platform)


def signatures() -> Signatures:
    """The half in use here. UnsupportedError where there is none."""
    if sys.platform == "linux":
        from host.linux import signer as half  # noqa: PLC0415 - as above

        return half
    if sys.platform == "win32":
        from host.windows import signer as half  # noqa: PLC0415 - as above

        return half
    raise UnsupportedError(sys.platform)


def clocks() -> Clocks:
    """The half in use here. UnsupportedError where there is none."""
    if sys.platform == "linux":
        from host.linux import clocks as half  # noqa: PLC0415 - as above

        return half
    if sys.platform == "win32":
        from host.windows import clocks as half  # noqa: PLC0415 - as above

        return half
    raise UnsupportedError(sys.platform)
