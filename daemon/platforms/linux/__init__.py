"""Linux: exec gate (fanotify), kernel tags and events (eBPF) or polling of /proc, signals by pidfd, accounts by NSS."""
