"""By what a program betrays that it is an engine or a runtime: games made with it are one program, and differ in what it runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

MARKS: Mapping[bytes, str] = MappingProxyType({
    b"godotengine.org": "Godot", b"GODOT_SINGLE_THREADED": "Godot", b"ELECTRON_RUN_AS_NODE": "Electron",
    b"chrome_100_percent.pak": "Chromium", b"NODE_OPTIONS": "Node.js", b"package.nw": "NW.js", b"UnityMain": "Unity",
    b"UnityPlayer.dll": "Unity", b"UnityPlayer.so": "Unity", b"Py_BytesMain": "Python", b"_MEIPASS": "PyInstaller",
    b"JNI_CreateJavaVM": "Java", b"hostfxr_main": ".NET", b"mono_jit_exec": "Mono", b"love.boot": "LÖVE", b"game.unx": "GameMaker",
    b"game.projectc": "Defold", b"mkxp": "RPG Maker", b"wine_dll_path": "Wine", b"WINELOADER": "Wine", b"DOSBox version": "DOSBox",
    b"scummvm.org": "ScummVM", b"DENO_DIR": "Deno", b"BUN_INSTALL": "Bun", b"Adobe Flash Player": "Flash", b"qemu-user": "QEMU",
})  # fmt: skip
LONGEST = max(map(len, MARKS))
_ANY = re.compile(b"|".join(map(re.escape, MARKS)))


def engine_in(content: bytes) -> str | None:
    """Which engine this part of a program's file is of."""
    found = _ANY.search(content)
    return MARKS[found[0]] if found else None
