"""The `events` signal."""
