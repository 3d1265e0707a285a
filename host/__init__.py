"""What an operating system gives each of our programs: clocks, homes, local sockets, secrets. Imports nothing of ours.

`host.api` is the one file that tests sys.platform; what differs lies in `host.linux`.
"""
