"""What a signal becomes on the screen of one display: decided in `ladder`, shown by each system's own means."""
