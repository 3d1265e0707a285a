"""What we need of asyncio beyond its public names: this Python still has it, and it is called as asyncio itself does."""

from __future__ import annotations

import ast
import asyncio
import asyncio.proactor_events
import inspect
from pathlib import Path
from types import SimpleNamespace

from host.windows import proactor


def test_this_python_still_has_the_names():
    """Where one is gone, Windows' pipes need another way, and this is the first to say so."""
    transport = asyncio.proactor_events.BaseProactorEventLoop._make_duplex_pipe_transport
    assert list(inspect.signature(transport).parameters)[:3] == ["self", "sock", "protocol"]
    source = Path(asyncio.__file__).with_name("windows_events.py").read_text("utf-8")
    methods = {node.name: node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}
    assert [one.arg for one in methods["accept_pipe"].args.args] == ["self", "pipe"]


def test_they_are_called_on_the_running_loop(monkeypatch):
    asked = []

    async def accept_pipe(pipe):
        asked.append(pipe)

    loop = SimpleNamespace(
        _proactor=SimpleNamespace(accept_pipe=accept_pipe), _make_duplex_pipe_transport=lambda pipe, protocol: (pipe, protocol)
    )
    running = asyncio.get_running_loop

    async def body():
        monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
        await proactor.client_of("instance")
        found = proactor.stream_transport("pipe", "protocol")
        monkeypatch.setattr(asyncio, "get_running_loop", running)
        return found

    assert (asyncio.run(body()), asked) == (("pipe", "protocol"), ["instance"])
