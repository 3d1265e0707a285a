"""giochoi-uplink: the line from a seat to its agent on another PC. Unprivileged, and the seat's only program with a network."""
