"""giochoi game: what counts as a game, and for whom one was let through."""

from __future__ import annotations

from argparse import Namespace
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from agent.api import naming
from agent.api.rulebook import ApprovedGame, GameAdd, GameAllowed, GameList, GameRemove, GameRow
from agent.api.slug import plain
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.games.clues import game_of, label_text
from cli.games.code import twin
from cli.games.fingerprint import deciding, fingerprint, parts
from cli.given.asking import YES, confirm
from cli.given.files import named, new_file, write_new
from cli.output import Output
from cli.registering import programs
from cli.registering.label import add_to as add_label_to
from cli.registering.label import blank_table, tell_unchecked
from cli.registering.let_through import GAME
from cli.registering.let_through import add_to as add_allow_to
from cli.registering.scan import add_to as add_scan_to
from cli.registering.settle import settle
from host.rpc_client import ask
from host.wire import ApiError
from i18n.message import Arg, comma, msg
from rules.games import Catalogue
from rules.ratings import parse_label
from words.layout import row
from words.names import clues


def add_to(commands: Commands) -> None:
    add_scan_to(commands)
    parser = commands.add("game add", add, "turtles --exe /opt/turtles/turtles --label VN12",
                          'turtles --exe /opt/turtles/turtles --title "Turtle race"',
                          about=msg("add a game, known from then on also when renamed"))  # fmt: skip
    parser.takes("id", "ID", msg("what to call it: a-z, digits and hyphens"))
    parser.takes("--exe", "PATH", msg("its program or script"), type=Path, required=True)
    parser.takes("--title", "T", msg("its title"))
    parser.takes("--label", "VN12|PEGI 12|OARS…", msg("its age label"), type=parse_label)
    parser.takes("--learning", "", msg("a learning program: no limit binds it, at home"))
    parser.takes("--no-learning", "", msg("limits bind it again"))
    parser = commands.add("game list", show, "minecraft", "--unlabelled --csv labels.csv",
                          about=msg("list the games that are recognised"), looks=True)  # fmt: skip
    parser.takes("word", "WORD", msg("only games with this word"), nargs="?")
    parser.takes("--unlabelled", "", msg("only games without a Vietnamese age label"))
    parser.takes("--csv", "FILE", msg("write a table to fill in for giochoi game label --from"), type=new_file)
    add_label_to(commands)
    add_allow_to(commands)
    parser = commands.add("game remove", remove, "turtles", "turtles --yes", about=msg("remove a game that was added"))
    parser.takes("id", "GAME", GAME)
    parser.takes("--yes", "", YES)


def add(args: Namespace, context: Context) -> int:
    try:
        found = fingerprint(args.exe)
    except CommandError:
        if (ran := programs.seen(str(args.exe), context)) is None:
            raise
        found = ran
    if args.learning and args.no_learning:
        raise CommandError(msg("either --learning or --no-learning"))
    learning = args.learning if args.learning or args.no_learning else None
    beside = deciding(found.path)
    alike = parts(found.path, beside)
    game = game_of(args.id, found, title=args.title, label=args.label, alike=alike, deciding=beside)
    done = ask(context.home.agent_address, GameAdd(game=game, learning=learning))
    if args.label is not None:
        tell_unchecked(args.label, context)
    if beside is None and (other := twin(found)) is not None:
        context.out.message(msg("{other} is the same program: whoever starts that plays {id} from now on",
                                other=str(other), id=args.id))  # fmt: skip
    known = (
        msg("sha256 {value}", value=(beside or found).sha256 or "–"),
        msg("build id {value}", value=found.build_id) if found.build_id and not beside else "",
        msg("its code") if found.loaded and not beside else "",
        msg("decided by {path}", path=beside.path) if beside else "",
        msg("original name {value}", value=found.original) if found.original else "",
        msg("product {value}", value=found.product) if found.product else "",
        msg("signed by {value}", value=found.signer) if found.signer else "",
    )
    return settle(context, done, msg("{id} is added: {path} ({clues})", id=args.id, path=found.path, clues=row(known, ", ")))


def remove(args: Namespace, context: Context) -> int:
    games = {one.game.id: one for one in ask(context.home.agent_address, GameList()).games}
    game = naming.game(Catalogue(one.game for one in games.values()), args.id)
    if games[game.id].origin == "house":  # of what is shipped the agent says that it stays
        confirm(msg("Remove {name} ({id})?", name=game.title, id=game.id), context, yes=args.yes)
    done = ask(context.home.agent_address, GameRemove(game=game.id))
    return settle(context, done, msg("{name} is removed (id {id})", name=done.name, id=done.id))


def show(args: Namespace, context: Context) -> None:
    games = ask(context.home.agent_address, GameList()).games
    found = (game for game in games if args.word is None or _fits(game, args.word))
    rows = sorted(found, key=lambda game: game.origin != "house")  # one's own first, each as the agent orders them
    if args.unlabelled:
        rows = [one for one in rows if one.game.kind == "game" and one.game.system != "VN" and not _learning(one)]
    if args.csv is not None:
        write_new(args.csv, blank_table(one.game for one in rows), text=True)
        context.out.message(msg("written: {files}", files=comma([named(args.csv)])))
        return
    allowed = _allowed(context)
    if context.out.json:
        context.out.document({"games": [_document(game, allowed.get(game.game.id, ())) for game in rows]})
        return
    for game in rows:
        _say(context.out, game, allowed.get(game.game.id, ()))
    if not rows:
        context.out.message(msg("no game matches {word}", word=args.word) if args.word else msg("no games"))


def _allowed(context: Context) -> dict[str, tuple[ApprovedGame, ...]]:
    """By game, for whom it is let through; nothing for whoever may not know."""
    found: dict[str, tuple[ApprovedGame, ...]] = {}
    with suppress(ApiError):
        for one in ask(context.home.agent_address, GameAllowed()).approvals:
            found[one.game] = (*found.get(one.game, ()), one)
    return found


def _fits(row: GameRow, word: str) -> bool:
    """Whether a word stands in a game's id, title or publisher, in any case and also without its diacritics."""
    game, sought = row.game, plain(word)
    return any(sought in plain(text) for text in (game.id, game.title, game.publisher or ""))


def _say(out: Output, one: GameRow, allowed: tuple[ApprovedGame, ...]) -> None:
    """A game: its id and title, then its label, where that is from, what it is recognised by, for whom it is let through."""
    game = one.game
    known = {"content": game.sha256, "build-id": game.build_ids, "loaded": game.loaded, "signer": game.signers,
             "alike": game.alike, "command": game.commands, "name": (*game.names, *game.paths, *game.products)}  # fmt: skip
    out.say(row((game.id, game.title, msg("added here") if one.origin == "house" else "",
                 msg("a learning program") if one.learning else ""), " · "), 0, 4)  # fmt: skip
    label, source = label_text(game.label, game.label_source), game.label_source or ""
    told: Arg = row((label, f"({source})" if source else ""), " ")
    if isinstance(label, str) and source.startswith(label):
        told = source
    by = clues(tuple(id_ for id_, clue in known.items() if clue))
    out.say(msg("label: {label}; recognised by: {clues}", label=told, clues=by if by.items else "–"), 4, 2)
    if allowed:
        out.say(msg("let through for: {players}", players=comma(person.name for person in allowed)), 4, 2)


def _learning(row: GameRow) -> bool:
    return row.learning or row.game.learning


def _document(row: GameRow, allowed: tuple[ApprovedGame, ...]) -> dict[str, object]:
    game = row.game
    label = None if game.label is None else label_text(game.label, game.label_source)
    people = [{"player": one.player, "name": one.name} for one in allowed]
    told = {"label": label, "system": game.system, "learning": _learning(row)}
    return {**asdict(game), **told, "origin": row.origin, "allowed": people}
