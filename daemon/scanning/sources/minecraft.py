"""Minecraft: Java Edition, by whatever launcher: its own, Prism, MultiMC. Java runs it, so its main class is what tells it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from daemon.scanning.files import Files
from daemon.scanning.hits import Hit
from daemon.scanning.source import SearchPaths
from daemon.scanning.sources.heroic import load

_OFFICIAL = (".minecraft", ".var/app/com.mojang.Minecraft/.minecraft", ".var/app/com.mojang.Minecraft/data/minecraft",
             "AppData/Roaming/.minecraft", ".tlauncher/legacy/Minecraft/game")  # fmt: skip
_INSTANCES = (
    ".local/share/PrismLauncher", ".var/app/org.prismlauncher.PrismLauncher/data/PrismLauncher", ".local/share/multimc",
    ".local/share/MultiMC", "MultiMC", ".local/share/PolyMC", ".var/app/org.polymc.PolyMC/data/PolyMC",
    "AppData/Roaming/PrismLauncher",
)  # fmt: skip
_MAIN = "net.minecraft.client.main.Main"
_TITLE = "Minecraft: Java Edition"
_MOST = 500


def hits(files: Files, search: SearchPaths) -> Iterator[Hit]:
    for root in search.at_home(*_OFFICIAL):
        for name in files.names(f"{root}/versions")[:_MOST]:
            version = load(files, f"{root}/versions/{name}/{name}.json")
            if isinstance(version, dict):
                main, jar = version.get("mainClass"), f"{root}/versions/{name}/{name}.jar"
                main = main if isinstance(main, str) else _MAIN
                yield _hit(f"{root}/versions/{name}", main, jar if files.is_file(jar) else None)
    for root in search.at_home(*_INSTANCES):
        for name in files.names(f"{root}/instances")[:_MOST]:
            if _is_minecraft(load(files, f"{root}/instances/{name}/mmc-pack.json")):
                yield _hit(f"{root}/instances/{name}", _MAIN, None)


def _is_minecraft(pack: Any) -> bool:
    parts = pack.get("components") if isinstance(pack, dict) else None
    return isinstance(parts, list) and any(isinstance(part, dict) and part.get("uid") == "net.minecraft" for part in parts)


def _hit(where: str, main: str, jar: str | None) -> Hit:
    """Mods start it by classes of their own, so that the game's own is always among them."""
    return Hit(
        name="minecraft", title=_TITLE, source=f"Minecraft: {where}", keys=frozenset({"minecraft:java"}),
        developer="Mojang Studios",
        executables=(jar,) if jar else (), words=tuple(dict.fromkeys((main[:200], _MAIN))),
    )  # fmt: skip
