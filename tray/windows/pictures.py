"""The icon's picture at the size at which the taskbar shows it: 16 px at 100 %, 32 px at 200 %.

pystray would write each picture to a file and load it at 32 px for the shell to shrink, whatever the taskbar shows.
"""

from __future__ import annotations

from contextlib import suppress

from host.windows.win32 import checked
from tray.windows import calls

_SM_CXSMICON = 49
_PER_MONITOR_V2 = -4  # DPI_AWARENESS_CONTEXT_…: Windows 10 1703; older ones stay as they are, a little blurred
_SAMPLE, _ICON = 32512, 1  # OIC_SAMPLE, IMAGE_ICON
_FORMAT = 0x0003_0000  # of icons, since Windows 3


def be_sharp() -> None:
    """From now on we draw at each screen's own scale. To be called before the first window; later nothing changes."""
    with suppress(AttributeError, OSError):
        calls.be_aware(_PER_MONITOR_V2)


def size() -> int:
    """Pixels of an icon in the taskbar as it is now."""
    taskbar = calls.find_window("Shell_TrayWnd", None)
    dpi = calls.dpi_of(taskbar) if taskbar else 0
    return int(calls.metrics_for(_SM_CXSMICON, dpi or calls.dpi_of_system()) or 16)


def load(png: bytes, pixels: int) -> int:
    """An icon's handle, for whoever destroys it. OSError: that is no picture."""
    return int(checked(calls.icon_from_bytes(png, len(png), True, _FORMAT, pixels, pixels, 0), "CreateIconFromResourceEx"))


def plain(pixels: int) -> int:
    """The picture that Windows gives programs without one; the same."""
    return int(checked(calls.load_image(None, _SAMPLE, _ICON, pixels, pixels, 0), "LoadImage"))
