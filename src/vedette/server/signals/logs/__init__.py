"""The `logs` signal."""
