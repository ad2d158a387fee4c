"""Benchmarks: each starts a real server, loads it, and compares with the bare engine in the same run."""
