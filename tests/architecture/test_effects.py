"""Where time, the platform and dangerous calls may appear."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.conftest import dotted

CLOCKS = {f"{prefix}{name}" for prefix in ("", "datetime.")
          for name in ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")}
WINDOWS_CLOCKS = ("InterruptTime", "GetTickCount", "GetSystemTime", "QueryPerformanceCounter", "TimeOfDayInformation")
SQL_CLOCKS = ("CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "datetime('now'", "strftime('%s','now'", "unixepoch(")
PLATFORM = {"sys.platform", "os.name", "platform.system"}
DANGEROUS_CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}
REACHES_INTO = (
    "SIGSTOP", "ptrace", "PTRACE", "process_vm_", "LD_PRELOAD=", r"/proc/\S*/mem\b", "f?init_module", r"suspend\(",
    "(Nt|Zw)?Suspend(Thread|Process)", "(Read|Write)ProcessMemory", "(Nt|Zw)(Read|Write)VirtualMemory", "VirtualAllocEx",
    "(Nt|Rtl)?Create(RemoteThread|UserThread)", "QueueUserAPC", "SetThreadContext", "SetWindowsHook", "SetWinEventHook",
    "DebugActiveProcess", "(Nt)?LoadDriver", "SERVICE_(KERNEL|FILE_SYSTEM)_DRIVER",
)  # fmt: skip
DANGEROUS_IMPORTS = {"pickle", "cPickle", "marshal", "shelve", "dill", "jsonpickle"}


def test_time_is_read_in_one_file(modules):
    """Only host/clock.py reads a clock, by way of its system's half, and for the verifier, which is carried without host,
    compliance/clock.py; asyncio's loop.time(), which only orders timers, is another matter.
    """
    readers = {module.path for module in modules
               if "time" in module.imports or module.calls & CLOCKS or any(name in module.text for name in WINDOWS_CLOCKS)}

    assert readers <= {"compliance/clock.py", "host/clock.py", "host/linux/clocks.py", "host/windows/clocks.py"}


def test_sqlite_is_not_asked_for_the_time(modules):
    """A default of CURRENT_TIMESTAMP would be a second clock, which nothing can turn in a test."""
    readers = {
        (module.path, node.lineno)
        for module in modules for node in module.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and any(word in node.value for word in SQL_CLOCKS)
    }

    assert readers == set()


def test_the_platform_is_asked_in_one_file_of_each_side(modules):
    """What differs between systems is chosen once in host, once in daemon.platforms and once in the tray."""
    askers = {module.path for module in modules
              if any(dotted(node) in PLATFORM for node in module.nodes if isinstance(node, ast.Attribute))}
    in_host = {path for path in askers if path.startswith("host/")}
    in_platforms = {path for path in askers if path.startswith("daemon/platforms/")}
    in_tray = {path for path in askers if path.startswith("tray/")}

    assert askers == in_host | in_platforms | in_tray
    assert len(in_host) <= 1, in_host
    assert len(in_platforms) <= 1, in_platforms
    assert len(in_tray) <= 1, in_tray


@pytest.mark.promise("Servers and rights: No other program is injected into, and no data is executed")
def test_nothing_executes_data(modules):
    """No unpickling, no eval, no shell: input from a child's account, an agent or a bundle is only ever parsed."""
    found = {(module.path, name) for module in modules
             for name in (module.calls & DANGEROUS_CALLS) | (module.imports & DANGEROUS_IMPORTS)}
    shells = {
        (module.path, node.value.lineno)
        for module in modules for node in module.nodes
        if isinstance(node, ast.keyword) and node.arg == "shell" and ast.unparse(node.value) != "False"
    }

    assert found | shells == set()


@pytest.mark.promise("Servers and rights: No other program is injected into, and no data is executed")
def test_nothing_reaches_into_a_foreign_program(modules):
    """No game is suspended, hooked, debugged or injected into, no memory of anybody's is read, no driver loaded."""
    found = {(module.path, name) for module in modules for name in REACHES_INTO if re.search(rf"\b{name}", module.text)}

    assert found == set()


def test_our_own_programs_take_no_modules_from_the_current_folder(modules):
    """Python would look there first: somebody's folder `host` would run with our rights, beside our keys."""
    bare = {
        (module.path, node.lineno)
        for module in modules for node in module.nodes if isinstance(node, ast.List | ast.Tuple)
        for one, following in zip(node.elts, [*node.elts, None][1:], strict=True)
        if dotted(one) == "sys.executable" and getattr(following, "value", None) not in {"-P", "-I"}
    }

    assert bare == set()


# Who starts a program. A file that is new here has been looked at: it starts Python with -P or -I, or none of ours.
SPAWNERS = {
    "agent/updating.py", "cli/demo/running.py", "cli/demo/steps.py", "daemon/api/scan.py",
    "daemon/platforms/linux/ending/errands.py", "daemon/platforms/linux/spawning.py",
    "daemon/platforms/pins.py", "daemon/platforms/power_record.py",
    "daemon/platforms/windows/ending/run_in_session.py", "host/linux/sealing.py", "host/linux/units.py",
    "host/linux/users.py", "host/secrets.py", "host/updates/install.py", "host/windows/installing.py",
    "host/windows/update_task.py", "tray/dialogs/setup.py", "tray/opening.py", "tray/showing/linux/apart.py",
    "tray/showing/linux/bell.py",
}  # fmt: skip
SPAWN = re.compile(
    r"subprocess\.(run|call|check_call|check_output|Popen)|asyncio\.create_subprocess_\w+|(psutil\.)?Popen|"
    r"os\.(exec\w*|spawn\w*|posix_spawn\w*|startfile)|(win32process\.)?CreateProcess\w*|\w*\.ShellExecute\w*|pty\.spawn"
)


def test_who_starts_programs_is_known(modules):
    """Each place that does is one to look at: whose modules, whose rights, whose environment."""
    found = {module.path for module in modules if any(SPAWN.fullmatch(call) for call in module.calls)}

    assert found == SPAWNERS


def test_a_module_is_run_from_our_own_folder(modules):
    """Wherever `-m` or `-c` stands in a command, whatever the interpreter is called there, -P or -I stands before it."""
    bare = {
        (module.path, node.lineno)
        for module in modules for node in module.nodes if isinstance(node, ast.List | ast.Tuple)
        for place, one in enumerate(node.elts) if getattr(one, "value", None) in {"-m", "-c"}
        if not {getattr(before, "value", None) for before in node.elts[:place]} & {"-P", "-I"}
    }
    assert bare == set()


@pytest.mark.parametrize(
    "room", ["rules/", "compliance/entries/", "compliance/entry.py", "compliance/note.py", "compliance/tree.py"],
)  # fmt: skip
def test_pure_rooms_open_nothing(modules, room):
    """Decisions and proofs are functions of their arguments; shipped packs are read through importlib.resources."""
    pure = [module for module in modules if module.path.startswith(room)]

    assert [module.path for module in pure if module.calls & {"open", "input", "print"}] == []
