"""The `metrics` signal."""
