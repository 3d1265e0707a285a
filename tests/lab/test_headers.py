"""The structures that our Windows half hands to Windows, against the headers that a compiler for Windows brings."""

from __future__ import annotations

import ctypes
import shutil
import subprocess

import pytest

from tests.etw_headers import IN_HEADERS


def test_structures_are_those_of_the_headers(compile_for_windows):
    """A compiler for Windows agrees with the size of each structure and with place and size of each of its fields.

    Only the one assertion that is wrong on purpose fails, which shows that they are looked at.
    """
    lines = ['_Static_assert(sizeof(EVENT_RECORD) == 111, "wrong on purpose");']
    for structure, name in IN_HEADERS.items():
        lines.append(f'_Static_assert(sizeof({name}) == {ctypes.sizeof(structure)}, "{name}");')
        for field, _ in structure._fields_:
            place = getattr(structure, field)
            assertion = f"offsetof({name}, {field}) == {place.offset} && sizeof((({name} *)0)->{field}) == {place.size}"
            lines.append(f'_Static_assert({assertion}, "{name}.{field}");')
    assert len(lines) > 60
    head = "".join(f"#include <{name}.h>\n" for name in ("stddef", "windows", "wmistr", "evntrace", "evntcons"))

    said = compile_for_windows(head + "\n".join(lines))

    assert [line.partition("error: ")[2] for line in said.splitlines() if "error:" in line] == [
        'static assertion failed: "wrong on purpose"'
    ], said


@pytest.fixture
def compile_for_windows(request, tmp_path):
    """`compile_for_windows(source)`: what a compiler for Windows says of it: this machine's, else the lab's."""
    compiler = shutil.which("x86_64-w64-mingw32-gcc")
    command = [compiler] if compiler else [request.getfixturevalue("lab"), "cc"]

    def compiled(source):
        file = tmp_path / "structures.c"
        file.write_text(source, "ascii")
        return subprocess.run([*command, "-fsyntax-only", "-Wall", file], capture_output=True, text=True, check=False).stderr

    return compiled
