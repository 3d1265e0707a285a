"""The Windows half of host: reached through host.api, and by daemon.platforms.windows. Type-checked for Windows only.

All of it calls the system by ctypes with the prototypes of `win32`; no other package is needed.
"""
