"""What a file tells of a game, and how its age label is shown."""

from __future__ import annotations

from pathlib import PurePath

from i18n.message import Message, msg
from rules.games import Fingerprint, Game
from rules.programs import ENGINES, is_engines_product
from rules.ratings import Label, LabelError, label_name, told_by
from rules.systems import system_of

# Names that half the world's launchers have tell no game from another.
_ANYBODY = ENGINES | {
    "run", "start", "launch", "launcher", "main", "game", "play", "app", "apprun", "client", "install", "setup", "index",
    "player", "application", "program", "test", "__main__",
}  # fmt: skip


def game_of(
    id_: str, found: Fingerprint, *, title: str | None, label: Label | None, alike: tuple[str, ...] = (),
    deciding: Fingerprint | None = None,
) -> Game:  # fmt: skip
    """The game whose program is this file; `alike` and `deciding` as `fingerprint` says of it. Where a file beside it decides,
    the program's own content is an engine's.
    """
    path, content = PurePath(found.path), deciding or found
    said = found.product
    return Game(
        id=id_,
        title=title or "",
        label=None if label is None else label.age,
        label_source=None if label is None else told_by(label, "giochoi game add"),
        names=_names(path, found.original),
        paths=(found.path,),
        sizes=(content.size,),
        sha256=(content.sha256,) if content.sha256 else (),
        build_ids=(content.build_id,) if content.build_id else (),
        loaded=(content.loaded,) if content.loaded else (),
        products=(said,) if said and not is_engines_product(said) else (),
        alike=alike,
        signers=(found.signer,) if found.signer else (),
    )


def _names(path: PurePath, original: str | None) -> tuple[str, ...]:
    """The file's own name and the one that it was built under, where they are not everybody's."""
    built = (original,) if original and original.casefold() != path.name.casefold() and PurePath(original).suffix else ()
    return tuple(
        name for name in (path.name, *built)
        if PurePath(name).stem.lower() not in _ANYBODY and "/" not in name and "\\" not in name
    )  # fmt: skip


def label_text(label: int | None, source: str | None) -> str | Message:
    """A minimum age, as a Vietnamese label only where its `source` says that it is one."""
    if label is None:
        return msg("no label")
    if system_of(source) != "VN":
        return f"{label}+"
    try:
        return label_name(label)
    except LabelError:
        return f"{label}+"
