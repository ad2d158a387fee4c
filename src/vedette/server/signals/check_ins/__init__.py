"""The `check_ins` signal."""
