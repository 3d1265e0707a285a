"""By what a program shows that it is an engine or a runtime: games made with it are one program and differ in what it runs."""

from __future__ import annotations

import re

_MARKS = (
    b"godotengine.org", b"GODOT_SINGLE_THREADED",  # Godot
    b"ELECTRON_RUN_AS_NODE", b"chrome_100_percent.pak", b"package.nw",  # Electron, Chromium, NW.js
    b"NODE_OPTIONS", b"DENO_DIR", b"BUN_INSTALL",  # Node.js, Deno, Bun
    b"UnityMain", b"UnityPlayer.dll", b"UnityPlayer.so",  # Unity
    b"Py_BytesMain", b"_MEIPASS",  # Python, PyInstaller
    b"JNI_CreateJavaVM", b"hostfxr_main", b"mono_jit_exec",  # Java, .NET, Mono
    b"love.boot", b"game.unx", b"game.projectc", b"mkxp",  # LÖVE, GameMaker, Defold, RPG Maker
    b"wine_dll_path", b"WINELOADER", b"qemu-user",  # Wine, QEMU
    b"DOSBox version", b"scummvm.org", b"Adobe Flash Player",
)  # fmt: skip
LONGEST = max(map(len, _MARKS))
_ANY = re.compile(b"|".join(map(re.escape, _MARKS)))


def is_engines(content: bytes) -> bool:
    """Whether this part of a program's file is an engine's."""
    return _ANY.search(content) is not None
