"""The first set-up in a window: which child plays, by which rules, which games are let through, and a guardian's PIN.

The questions are asked by `giochoi setup --pages`, as an administrator, after the system's own prompt. This window has no
rights: it shows page after page and hands back what was answered. Closing it ends that program, and nothing is changed.
"""

from __future__ import annotations

import subprocess
from contextlib import suppress
from typing import Final

import msgspec

from daemon.api.setup_pages import SetupAnswer, SetupChoice, SetupField, SetupPage
from i18n.message import msg
from tray.dialogs.model import AGAIN, CANCEL, CLOSE, Button, Choice, Dialog, End, Field, Line, Next, Show, Stay, Values
from tray.dialogs.page import REFUSED, Start

TITLE: Final = msg("Giờ Chơi: set up")
_LONGEST: Final = 1 << 20  # characters of a page


class Page:
    """Words: what starts the program instead, for tests."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._program: subprocess.Popen[str] | None = None

    def open(self) -> Next:
        """Begins from the first question."""
        self._end()
        try:
            giochoi = self._start.words or self._start.administrator("setup")
            if not giochoi:
                return End()
            command = (*giochoi, "setup", "--pages", "--lang", self._start.language, *self._start.home)
            self._program = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
            )
        except OSError as error:
            return self._refused(str(error))
        return self._page()

    def press(self, button: str, values: Values) -> Next:
        program = self._program
        if program is None or program.stdin is None:
            return self.open()
        with suppress(OSError):  # it is gone, and why is told below
            program.stdin.write(msgspec.json.encode(SetupAnswer(button, dict(values))).decode() + "\n")
            program.stdin.flush()
        return self._page()

    def _page(self) -> Next:
        program = self._program
        line = "" if program is None or program.stdout is None else program.stdout.readline(_LONGEST)
        if program is None or not line:
            return self._refused()
        try:
            page = msgspec.json.decode(line, type=SetupPage)
        except msgspec.MsgspecError as error:  # another version's, or no words of ours at all
            return self._refused(str(error))
        if page.note:
            return Stay(page.note)
        if page.last:
            self._end()
        buttons = [Button(one.value, one.label) for one in page.buttons]
        fields = tuple(map(_field, page.fields))
        return Show(Dialog(
            TITLE, page.says, fields, tuple(map(Line, page.body)), (*buttons, CLOSE if page.last else CANCEL),
            first=fields[0].name if fields else "",
        ))  # fmt: skip

    def _refused(self, why: str = "") -> Next:
        program = self._program
        if program is not None:
            _, err = program.communicate()
            why = err.strip().rpartition("\n")[2] or why
        self._program = None
        says = (msg("Set-up did not go on, and nothing was changed."), why) if why else (msg("Nothing was changed."),)
        return Show(Dialog(TITLE, says, buttons=(AGAIN, CLOSE)), REFUSED)

    def _end(self) -> None:
        if self._program is not None and self._program.stdin is not None:
            self._program.communicate()
        self._program = None


def _field(told: SetupField) -> Field:
    return Field(told.name, told.label, told.kind, told.value, _choices(told.choices), shortcuts=_choices(told.shortcuts))


def _choices(told: tuple[SetupChoice, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(one.value, one.label) for one in told)
