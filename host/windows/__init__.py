"""The Windows half of host: reached through host.system, and by daemon.platforms.windows. Not type-checked for another platform.

All of it calls the system by ctypes with the prototypes of `win32`; no other package is needed.
"""
