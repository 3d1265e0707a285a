"""Linux: exec gate (fanotify), exec events (process connector) or polling of /proc, signals by pidfd, accounts by NSS."""
