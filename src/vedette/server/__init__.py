"""The server: receives telemetry over the vendors' own protocols, stores it, and answers questions about it."""
