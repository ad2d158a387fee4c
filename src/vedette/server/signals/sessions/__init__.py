"""The `sessions` signal."""
