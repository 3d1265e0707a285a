"""What every command gets beside its own arguments."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from functools import cached_property

from cli.errors import CommandError
from cli.output import Output
from host.homes import Home, HomeError, client_home
from i18n.catalogue import LANGUAGES, Language, reader
from i18n.message import msg


class Context:
    """`home` says where agent and daemon listen, `out` takes the answer, in the language of whoever asks."""

    def __init__(self, home: str | None = None, lang: Language | None = None, *, json: bool = False) -> None:
        self.given = home  # the home asked for on the command line
        self.lang = lang  # the one asked for on the command line
        self._json = json
        self.after = ExitStack()  # what is left to do when the command has ended, however it did

    @cached_property
    def home(self) -> Home:
        """The home to talk to. HomeError if it cannot be one."""
        try:
            return client_home(self.given)
        except RuntimeError:  # ~somebody, of whom the system knows nothing
            raise CommandError(msg("--home: there is no such folder")) from None

    @cached_property
    def out(self) -> Output:
        return Output(json=self._json, language=self._language())

    def _language(self) -> Language:
        """The one asked for, or that of the environment or the home, whose agent wrote it down for all."""
        setting = None
        with suppress(OSError, ValueError, HomeError, CommandError):
            file = self.home.public / "lang"
            if file.is_file():
                with file.open(encoding="ascii") as text:
                    setting = text.read(8).strip()
        return reader(self.lang, setting if setting in LANGUAGES else None)
