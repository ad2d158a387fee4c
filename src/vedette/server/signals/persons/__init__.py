"""The `persons` signal."""
