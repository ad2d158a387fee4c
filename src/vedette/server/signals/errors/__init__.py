"""The `errors` signal."""
