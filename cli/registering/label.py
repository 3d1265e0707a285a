"""giochoi game label: age labels of known games with where they are from, one or many from a file."""

from __future__ import annotations

import csv
import io
import tomllib
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agent.api.rulebook import GameLabel, GameLabels
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.files import BOM, harmless, read_text
from cli.registering.let_through import GAME
from cli.registering.settle import settle
from host.rpc_client import ask
from i18n.message import msg, msgn, said_by
from rules.games import Game
from rules.ratings import UNVERIFIED, Label, LabelError, parse_label

_FIELDS = ("id", "label", "source")
_TITLE = "title"


def add_to(commands: Commands) -> None:
    page = msg('giochoi game label luanti VN12 --source "publisher\'s page, 3 May 2026"')
    parser = commands.add("game label", label, page, "--from labels.csv",
                          about=msg("say which age label known games carry, and where that is from"))  # fmt: skip
    parser.takes("id", "GAME", GAME, nargs="?")
    parser.takes("label", "LABEL", msg("its age label"), nargs="?")
    parser.takes("--source", "TEXT", msg("where the label was read"))
    parser.takes("--from", "FILE", msg("many: a .csv with the columns id,label,source, or a .toml of [[label]]"), dest="file")


def label(args: Namespace, context: Context) -> int:
    one = (args.id, args.label, args.source)
    if args.file is not None and any(one):
        raise CommandError(msg("either a game, its label and --source, or --from FILE"))
    if args.file is None and not all(one):
        raise CommandError(msg("a game, its label and --source are needed: write where the label was read"))
    rows = [GameLabel(game=args.id, label=args.label, source=args.source)] if args.file is None else list(labels(args.file))
    for row in rows:
        _look_at(row, context)
    done = ask(context.home.agent_address, GameLabels(labels=tuple(rows)))
    told = msgn("{n} game is labelled", "{n} games are labelled", len(rows))
    return settle(context, done, told)


def _look_at(row: GameLabel, context: Context) -> None:
    try:
        found = parse_label(row.label)
    except LabelError as error:
        raise CommandError(msg("{what}: {why}", what=row.game, why=said_by(error))) from None
    tell_unchecked(found, context)


def tell_unchecked(label: Label, context: Context) -> None:
    """What the labels of some systems mean here is a guess."""
    if label.system in UNVERIFIED:
        context.out.message(msg("label {label} is taken for {age}+, which nobody has checked; see docs/ratings.md",
                                label=label.text, age=label.age))  # fmt: skip


def blank_table(games: Iterable[Game]) -> Iterator[bytes]:
    """A table of these games as `labels` reads it, without labels. `title` is for whoever fills it in."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow((*_FIELDS, _TITLE))
    writer.writerows((game.id, "", "", harmless(game.title)) for game in games)
    yield (BOM + text.getvalue()).encode()


def labels(name: str) -> Iterator[GameLabel]:
    """What the file says, each game once; of rows with neither label nor source, which are not filled in yet, nothing.
    CommandError (2) with the number of the row that is wrong.
    """
    seen: set[str] = set()
    for number, row in enumerate(_rows(name), 1 if name.endswith(".toml") else 2):  # of a table, below its head
        told = {field: row.get(field) for field in _FIELDS}
        if told["label"] == told["source"] == "":
            continue
        if row.keys() - {_TITLE} != set(_FIELDS) or not all(isinstance(one, str) and one.strip() for one in told.values()):
            raise CommandError(msg("{file}: row {number} needs {fields}", file=name, number=number, fields="id, label, source"))
        if row["id"] in seen:
            raise CommandError(msg("{file}: row {number}: {game} is there twice", file=name, number=number, game=row["id"]))
        seen.add(row["id"])
        try:
            parse_label(row["label"].strip())
        except LabelError as error:
            raise CommandError(msg("{file}: row {number}: {why}", file=name, number=number, why=said_by(error))) from None
        yield GameLabel(game=row["id"].strip(), label=row["label"].strip(), source=row["source"].strip())
    if not seen:
        raise CommandError(msg("{file}: no labels in it", file=name))


def _rows(name: str) -> Iterable[Mapping[str, Any]]:
    text = read_text(name).removeprefix(BOM)
    try:
        if not name.endswith(".toml"):
            return _table(name, text.splitlines())
        rows = tomllib.loads(text).get("label", [])
        return rows if isinstance(rows, list) and all(isinstance(row, dict) for row in rows) else []
    except (csv.Error, tomllib.TOMLDecodeError, RecursionError) as error:
        raise CommandError(msg("{what}: {why}", what=name, why=said_by(error))) from None


def _table(name: str, lines: list[str]) -> list[dict[str, Any]]:
    """Its rows below its head. Where numbers have commas, as in Vietnam, spreadsheets write semicolons between columns."""
    head = lines[0] if lines else ""
    reader = csv.DictReader(lines, strict=True, delimiter=";" if ";" in head and "," not in head else ",")
    if lines and set(reader.fieldnames or ()) - {_TITLE} != set(_FIELDS):
        raise CommandError(msg("{file}: its first row has to be the names of the columns: {fields}", file=name,
                               fields=",".join(_FIELDS)))  # fmt: skip
    return list(reader)
