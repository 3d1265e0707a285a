"""What an operating system gives each of our programs: clocks, homes, local sockets, secrets. Knows no room but i18n.

`host.choose` is the one file that tests sys.platform; what differs lies in `host.linux` and `host.windows`.
"""

VERSION = "0.1.0"
