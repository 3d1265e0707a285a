"""Which half of host is in use: the one file of host that tests sys.platform. Where there is none, UnsupportedError."""

# ruff: noqa: PLC0415 - what one system's half imports is not there on another
from __future__ import annotations

import sys

from host.api import Channels, Clocks, Files, Listener, Manager, Service, Signatures, Units, UnsupportedError, Users


def service() -> Service:
    if sys.platform == "linux":
        from host.linux import service as half
    elif sys.platform == "win32":
        from host.windows import service as half
    else:
        raise UnsupportedError(sys.platform)
    return half


def files() -> Files:
    if sys.platform == "linux":
        from host.linux import files as half
    elif sys.platform == "win32":
        from host.windows import files as half
    else:
        raise UnsupportedError(sys.platform)
    return half


def channels() -> Channels:
    if sys.platform == "linux":
        from host.linux import sockets as half
    elif sys.platform == "win32":
        from host.windows import pipes_client as half
    else:
        raise UnsupportedError(sys.platform)
    return half


def listener() -> Listener:
    if sys.platform == "linux":
        from host.linux import sockets as half
    elif sys.platform == "win32":
        from host.windows import pipes as half
    else:
        raise UnsupportedError(sys.platform)
    return half


def users() -> Users:
    if sys.platform == "linux":
        from host.linux import users as half
    elif sys.platform == "win32":
        from host.windows import users as half
    else:
        raise UnsupportedError(sys.platform)
    return half


def signatures() -> Signatures:
    if sys.platform == "linux":
        from host.linux import signer as half
    elif sys.platform == "win32":
        from host.windows import signer as half
    else:
        raise UnsupportedError(sys.platform)
    return half


def gates() -> bool:
    """Whether a daemon on this system can refuse any program, and not only end games."""
    return sys.platform == "linux"


def clocks() -> Clocks:
    if sys.platform == "linux":
        from host.linux import clocks as half
    elif sys.platform == "win32":
        from host.windows import clocks as half
    else:
        raise UnsupportedError(sys.platform)
    return half


def manager() -> Manager:
    """UnsupportedError also on Linux, where services are managed with the system's own tools."""
    if sys.platform != "win32":
        raise UnsupportedError(sys.platform)
    from host.windows import scm as half

    return half


def units() -> Units:
    """UnsupportedError where there is a `manager`."""
    if sys.platform != "linux":
        raise UnsupportedError(sys.platform)
    from host.linux import units as half

    return half
