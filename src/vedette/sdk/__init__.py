"""The SDK: one `init()` for logs, metrics, traces, product events and errors. Its public names are in `vedette`."""
