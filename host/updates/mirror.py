"""Reads what the agent fetched, as if it were the place itself: none of it is believed for lying there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from tuf.api.exceptions import DownloadError, DownloadHTTPError
from tuf.ngclient.fetcher import FetcherInterface

from host import choose
from host.api import Kind
from host.files import read_owned

URL = "mirror:"
_LARGEST = 128 << 20


class Mirror(FetcherInterface):
    """`folder` is a memory of `trusted.Place`, whose files have names of their own, in a home of this kind."""

    def __init__(self, folder: Path, kind: Kind) -> None:
        self._folder, self._kind = folder, kind

    def _fetch(self, url: str) -> Iterator[bytes]:
        kind, _, name = unquote(url.removeprefix(f"{URL}/")).partition("/")
        path = self._folder / (_metadata(name) if kind == "metadata" else _target(name))
        try:
            return iter([read_owned(path, choose.files().publishers(self._kind), _LARGEST)])
        except FileNotFoundError:
            raise DownloadHTTPError(f"{path.name}: not there", 404) from None
        except OSError as error:
            raise DownloadError(str(error)) from error


def _metadata(name: str) -> str:
    """`3.root.json` lies by its number, of all others the newest only."""
    role = name.split(".")[-2]
    return f"metadata/root_history/{Path(name).name}" if role == "root" else f"metadata/{Path(role).name}.json"


def _target(name: str) -> str:
    return "targets/newest.json" if name.endswith(".newest.json") else "targets/setup.exe"
