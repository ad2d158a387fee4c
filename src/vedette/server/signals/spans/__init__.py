"""The `spans` signal."""
