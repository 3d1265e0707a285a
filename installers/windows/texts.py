"""What set-up and uninstaller say, besides what NSIS says by itself in both languages."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path
from typing import Final

from i18n.build import read
from i18n.message import Message, msg

TOP: Final = Path(__file__).resolve().parents[2]
LANGUAGES: Final = {"en": "ENGLISH", "vi": "VIETNAMESE"}

TEXTS: Final[dict[str, Message]] = {
    "WELCOME": msg(
        "Giờ Chơi keeps online games inside the limits that you set.\n\n"
        "It is installed for everybody on this PC. Nobody is limited until you say so.\n\n"
        "Players, limits and the log of an earlier version stay as they are."
    ),
    "ASK_SETUP": msg("Set the limits now"),
    "SET_LIMITS": msg("Set the limits"),
    "TIME_LEFT": msg("Time left to play"),
    "NOT_64": msg("Giờ Chơi needs a 64-bit Windows 10 or 11."),
    "RUNS_ALREADY": msg("Set-up or removal of Giờ Chơi is running already."),
    "BROKEN": msg("This set-up is damaged, or this PC is out of space. Nothing was changed."),
    "IN_USE": msg("Some of its files are in use. Restart the PC, then try again. Giờ Chơi stays as it was."),
    "STOPPED": msg("Some of its files are in use, and Giờ Chơi did not start again. No limits hold now. Restart the PC."),
    "NOT_OURS": msg("Somebody made this folder before Giờ Chơi was installed, and it cannot be moved. Nothing was changed:"),
    "MOVED_ASIDE": msg("Somebody had made a folder in the place of Giờ Chơi's data. It lies here now:"),
    "ROLLED_BACK": msg("The new version did not start. The earlier one is back, with all its data, and keeps the limits."),
    "NOT_EVEN_OLD": msg("The new version did not start, and neither did the earlier one. No limits hold now. Restart the PC."),
    "NOT_WHOLE": msg(
        "The new version did not start, and the earlier one could not be put back whole. Restart the PC. Copies of its data:"
    ),
    "NOT_STARTED": msg("Giờ Chơi did not start, so it was taken out again."),
    "NOT_JOINED": msg("Giờ Chơi is installed, but this PC did not join the agent on the other PC. Why:"),
    "NOT_REMOVED": msg("The services could not be removed, so nothing was taken out. Restart the PC, then try again."),
    "ERASE": msg("Also erase players, limits and the log? The log shows what was played. This cannot be undone."),
    "ERASE_NOT": msg("Some of the data could not be erased:"),
    "UNPACKING": msg("Unpacking. Limits that hold already go on holding."),
    "CHANGING": msg("Putting it in its place"),
    "STARTING": msg("Starting"),
}  # fmt: skip


def compose(into: Path) -> None:
    """NSIS's own Vietnamese with each letter and its marks as one. It has the marks apart, where they stand beside the letters
    in many a font.
    """
    into.mkdir(exist_ok=True)
    for path in sorted(Path(os.environ.get("NSISDIR", "/usr/share/nsis"), "Contrib/Language files").glob("Vietnamese.n*")):
        (into / path.name).write_text(unicodedata.normalize("NFC", path.read_text("utf-8")), "utf-8")


def script() -> str:
    """The texts as NSIS takes them, in all languages."""
    catalogues = {language: None if language == "en" else read(TOP / f"i18n/{language}.po") for language in LANGUAGES}
    lines = []
    for language, nsis in LANGUAGES.items():
        known = catalogues[language]
        for name, message in TEXTS.items():
            found = known.get(message.id) if known else None
            lines.append(f'LangString {name} ${{LANG_{nsis}}} "{_quoted(str(found.string) if found else message.id)}"')
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return text.replace("$", "$$").replace('"', '$\\"').replace("\n", "$\\n")
