"""The `outcomes` signal."""
