"""The Windows half of host: reached through host.api, and by daemon.platforms.windows. Type-checked for Windows only.

It calls the system by pywin32. What that lacks, or what Wine cannot do with it, it calls by ctypes (`win32.function`).
"""
