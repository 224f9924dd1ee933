"""Whether the owner has pressed Esc while kpixl works: asked of the keyboard, since Excel waits for Python."""

from __future__ import annotations

import sys

from kpixl.errors import N_, WorkbookError

_PRESSED_NOW, _PRESSED_SINCE = 0x8000, 0x0001
_WINDOWS_KEY, _MAC_KEY = 0x1B, 53


class EscPressed(WorkbookError):
    """The owner has pressed Esc, and what had been begun is taken back."""

    code = "stopped"
    template = N_("Stopped with Esc; nothing has changed.")


def pressed() -> bool:
    """Whether Esc is being pressed in Excel, or on Windows has been since this was last asked."""
    try:
        return _pressed()
    except (OSError, AttributeError):  # a system that does not tell
        return False


def _pressed() -> bool:
    if sys.platform == "win32":
        import ctypes

        user = ctypes.windll.user32
        key = user.GetAsyncKeyState(_WINDOWS_KEY)
        name = ctypes.create_unicode_buffer(8)
        user.GetClassNameW(user.GetForegroundWindow(), name, len(name))
        return name.value == "XLMAIN" and bool(key & (_PRESSED_NOW | _PRESSED_SINCE))
    if sys.platform == "darwin":
        import ctypes

        services = ctypes.CDLL("/System/Library/Frameworks/ApplicationServices.framework/ApplicationServices")
        return bool(services.CGEventSourceKeyState(0, _MAC_KEY) & 1)
    return False
