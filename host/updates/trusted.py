"""What is believed of a place that releases come from: The Update Framework, by python-tuf.

    metadata/   root, timestamp, snapshot, targets
    targets/windows/newest.json                     {"version": "1.0.1", "setup": "windows/giochoi-setup-1.0.1.exe"}
    targets/windows/giochoi-setup-1.0.1.exe

Two of the publisher's keys sign which files there are, one that is kept at hand which are the newest, and until when. Loaded by
short-lived programs only: no server of ours holds a library that speaks to the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from tuf.api import exceptions as wrong
from tuf.ngclient.updater import Updater

from host.updates.versions import parts
from i18n.message import Message, MessageError, msg, said_by

if TYPE_CHECKING:
    from tuf.ngclient.fetcher import FetcherInterface

NEWEST: Final = "windows/newest.json"
_LARGEST = 128 << 20


class UpdateError(MessageError):
    """What was found is not believed, or could not be had."""


class Newest(msgspec.Struct, frozen=True):
    """`setup`: what the file is called there."""

    version: str
    setup: str


class Place:
    """The place as somebody sees it who keeps in `memory`, a folder of theirs alone, what they saw there before.

    `root` is TUF's root.json that came with the programs, `fetcher` reads what lies below `url`; None: over the network.
    """

    def __init__(self, memory: Path, root: bytes, url: str, fetcher: FetcherInterface | None = None) -> None:
        self._files = memory / "targets"
        metadata = memory / "metadata"
        with _told():
            for folder in (self._files, metadata):
                folder.mkdir(exist_ok=True)
            self._updater = Updater(
                str(metadata), f"{url.rstrip('/')}/metadata/", target_base_url=f"{url.rstrip('/')}/targets/",
                fetcher=fetcher, bootstrap=root,
            )  # fmt: skip

    def newest(self) -> Newest:
        """What is the newest there now. UpdateError."""
        with _told():
            self._updater.refresh()
            path = self._file(NEWEST, self._files / "newest.json")
            newest = msgspec.json.decode(path.read_bytes(), type=Newest)
            parts(newest.version)
            return newest

    def fetch(self, newest: Newest) -> Path:
        """Its set-up, in the memory. What was fetched before is not fetched again if it is whole. UpdateError."""
        with _told():
            return self._file(newest.setup, self._files / "setup.exe")

    def _file(self, name: str, into: Path) -> Path:
        told = self._updater.get_targetinfo(name)
        if told is None or told.length > _LARGEST:
            raise UpdateError(msg("what is named as the newest version is not there"))
        if self._updater.find_cached_target(told, str(into)) is None:
            into.unlink(missing_ok=True)
            self._updater.download_target(told, str(into))
        return into


@contextmanager
def _told() -> Iterator[None]:
    """Why it is not believed, in words. The order counts: some of these errors are of the kind of others."""
    try:
        yield
    except wrong.ExpiredMetadataError as error:
        raise _because(_STALE, error) from error
    except (wrong.BadVersionNumberError, wrong.EqualVersionNumberError) as error:
        raise _because(_BACK, error) from error
    except wrong.DownloadLengthMismatchError as error:
        raise _because(_ALTERED, error) from error
    except (wrong.DownloadError, OSError) as error:
        raise _because(msg("it cannot be fetched"), error) from error
    except (wrong.RepositoryError, msgspec.MsgspecError, ValueError) as error:
        raise _because(_ALTERED, error) from error


_STALE: Final = msg("nobody has vouched for it lately, or this PC's clock is wrong")
_BACK: Final = msg("it is older than what was seen there before, or put together from two versions")
_ALTERED: Final = msg("it is not what the publisher signed")


def _because(what: Message, why: Exception) -> UpdateError:
    return UpdateError(msg("{what} ({why})", what=what, why=said_by(why)))
